"""The keys of the audit log, kept outside of the database.

Each entry's hash is an HMAC-SHA256 (RFC 2104) over the hash before and the entry, so whoever can write to the database
alone cannot make an entry that passes. Whoever cuts entries off the end is found by heads.py.

`audit.key` in the data directory is a JSON list of keys, the one in force last: {"id", "key", "from"}, where `from` is
the number of the first entry that may carry it. SEATWISE_AUDIT_KEY, where it is set, seals from then on.
"""

import fcntl
import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from seatwise import configuration
from seatwise.lib.whole_files import written_whole

KEY_FILE = "audit.key"


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
        return hmac.digest(self.secret, text.encode(), "sha256").hex()


def known_keys() -> list[Key]:
    """The keys that are here, the one in force last. Raises KeyUnreadable.

    Where one is given by the environment, those of the file are kept for what was sealed before.
    """
    given = configuration.AUDIT_KEY.value()
    kept = _keys_of(_key_file())
    return [*kept, Key(given.encode(), kept[0].first if kept else 1)] if given else kept


def keys_in(path: Path) -> list[Key]:
    """The keys of another file, such as the `audit.key` of the machine that a backup is from. Raises KeyUnreadable."""
    found = _keys_of(path)
    if not found:
        raise KeyUnreadable(f"{path} is not there, or holds no key of an audit log.")
    return found


@contextmanager
def taken_over(old: list[Key], used: Collection[str], last: int) -> Iterator[None]:
    """Go on with a log that ends with entry `last` and names the keys `used`: its keys are kept, too, and those of
    this machine that it does not name begin after it. Where what is done within fails, all is as before.

    Raises KeyUnreadable and OSError.
    """
    path = _key_file()
    with _locked(path):
        before = _keys_of(path)
        kept = {key.id: key for key in [*old, *before]}
        every = [key if key.id in used else Key(key.secret, last + 1) for key in kept.values()]
        if every:
            _write(path, _as_text(sorted(every, key=lambda key: key.first)))
    try:
        yield
    except BaseException:
        if before:
            _write(path, _as_text(before))
        else:
            path.unlink(missing_ok=True)
        raise


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
    with _locked(path):
        there = _keys_of(path)
        if there:
            return there[-1]
        key = Key(secrets.token_urlsafe(48).encode(), first)
        _write(path, _as_text([key]))
        return key


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _as_text(keys: list[Key]) -> str:
    return json.dumps([{"id": key.id, "key": key.secret.decode(), "from": key.first} for key in keys]) + "\n"


def _write(path: Path, text: str) -> None:
    """Write a file that nobody else reads, whole or not at all."""
    with written_whole(path) as file:
        file.write(text.encode())
