"""The key of the audit log, kept outside of the database, and the end of the log that this machine has seen.

Each entry's hash is an HMAC-SHA256 (RFC 2104) over the hash before and the entry, so whoever can write to the database
alone cannot make an entry that passes. Whoever cuts entries off the end is found by the `audit.head` file, which holds
the number and hash of the last entry that was committed from this machine.

`audit.key` in the data directory is a JSON list of keys, the one in force last: {"id", "key", "from"}, where `from` is
the number of the first entry that may carry it. SEATWISE_AUDIT_KEY, where it is set, seals from then on.
"""

import fcntl
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from seatwise import configuration

KEY_FILE, HEAD_FILE = "audit.key", "audit.head"


class KeyUnreadable(Exception):
    """The file with the keys is there and cannot be used. The message says why."""


@dataclass(frozen=True)
class Key:
    """A key. `first` is the number of the first entry that may carry it."""

    secret: bytes
    first: int

    @cached_property
    def id(self) -> str:
        """By which entries say whose seal they carry: a part of the key's own fingerprint."""
        return hashlib.sha256(b"seatwise audit key" + self.secret).hexdigest()[:12]

    def seal(self, text: str) -> str:
        """HMAC-SHA256, in hexadecimal digits."""
        return hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest()


def known_keys() -> list[Key]:
    """The keys that are here, the one in force last. Raises KeyUnreadable.

    Where one is given by the environment, those of the file are kept for what was sealed before.
    """
    given = configuration.AUDIT_KEY.value()
    kept = _keys_of(_key_file())
    return [*kept, Key(given.encode(), kept[0].first if kept else 1)] if given else kept


def key_in_force(next_number: int) -> Key:
    """The key for new entries; where there is none, one is made and kept for them. Raises KeyUnreadable."""
    found = known_keys()
    return found[-1] if found else _add_key(next_number)


def _key_file() -> Path:
    return configuration.DATA_DIR.value() / KEY_FILE


def _keys_of(path: Path) -> list[Key]:
    try:
        stored: list[dict[str, Any]] = json.loads(path.read_text())
        return [Key(str(each["key"]).encode(), int(each["from"])) for each in stored]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeyUnreadable(f"{path} cannot be read as the keys of the audit log ({error}). Bring it back.") from None


def _add_key(first: int) -> Key:
    """Make a key and keep it, unless somebody else just did. The directory is not made: `seatwise init` does that."""
    path = _key_file()
    with (path.parent / f"{KEY_FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        there = _keys_of(path)
        if there:
            return there[-1]
        key = Key(secrets.token_urlsafe(48).encode(), first)
        _write(path, json.dumps([{"id": key.id, "key": key.secret.decode(), "from": key.first}]) + "\n")
        return key


def _write(path: Path, text: str) -> None:
    """Write a file that nobody else reads, whole or not at all."""
    part = path.with_suffix(f"{path.suffix}.{secrets.token_hex(4)}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


@dataclass(frozen=True)
class Head:
    """The last entry that was committed from this machine."""

    number: int
    hash: str


def head() -> Head | None:
    """What this machine remembers; None where it has written nothing yet, or what it wrote cannot be read."""
    try:
        number, _space, sealed = (configuration.DATA_DIR.value() / HEAD_FILE).read_text().strip().partition(" ")
        return Head(int(number), sealed)
    except (OSError, ValueError):
        return None


def remember(number: int, sealed: str) -> None:
    """After a commit: this is the last entry, unless a later one is remembered already. Never raises."""
    path = configuration.DATA_DIR.value() / HEAD_FILE
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            before = file.read().partition(" ")[0]
            if before.isdecimal() and int(before) >= number:
                return
            file.seek(0)
            file.write(f"{number} {sealed}\n")
            file.truncate()
    except OSError:
        return  # a disk that is full must not undo what was committed


def forget_head() -> None:
    """After a restore: the log of the backup is the log."""
    (configuration.DATA_DIR.value() / HEAD_FILE).unlink(missing_ok=True)
