"""The ends of the log that this machine has seen: who cuts entries off, or puts an old database back, is found by them.

`audit.head` in the data directory says in lines what is known:

    NUMBER HASH          the last entry that was committed from this machine
    since NUMBER         the file was begun anew with this entry, so what was cut off before it cannot be known
    missing NUMBER HASH  an entry that was committed from this machine, and that the log did not have later on
"""

import fcntl
import os
import re
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError

from seatwise import configuration
from seatwise.audit.models import Entry

HEAD_FILE = "audit.head"
MOST_MISSING = 20  # that are kept


@dataclass(frozen=True)
class Head:
    """An entry, and the hash that it has."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True)
class Memory:
    """What this machine remembers. `problem` says why it is nothing: the file is absent, empty or unreadable."""

    last: Head | None = None
    since: int = 1
    missing: tuple[Head, ...] = ()
    problem: str = ""

    def text(self) -> str:
        lines = [f"{self.last.number} {self.last.hash}"] if self.last else []
        lines += [f"since {self.since}"] if self.since > 1 else []
        lines += [f"missing {each.number} {each.hash}" for each in self.missing]
        return "".join(f"{line}\n" for line in lines)


def remembered() -> Memory:
    """What this machine remembers. Never raises."""
    try:
        return _parsed(_path().read_text())
    except FileNotFoundError:
        return Memory(problem="absent")
    except (OSError, ValueError):
        return Memory(problem="unreadable")


def head() -> Head | None:
    """The last entry that was committed from this machine; None where that is not known."""
    return remembered().last


def remember(new: Head, before: Head) -> None:
    """After a commit: `new` is the last entry, and `before` was the last until then. Never raises.

    Where another one was remembered than `before`, and the log does not have it, it stays noted as missing.
    """
    try:
        with os.fdopen(os.open(_path(), os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                memory = _parsed(file.read())
            except ValueError:
                memory = Memory(problem="unreadable")
            following = _following(memory, new, before)
            if following:
                file.seek(0)
                file.write(following.text())
                file.truncate()
    except (OSError, DatabaseError):
        return  # a disk that is full must not undo what was committed


def _following(memory: Memory, new: Head, before: Head) -> Memory | None:
    """What is to be remembered now; None where it is that already."""
    last = memory.last
    if last is None:
        return Memory(new, before.number + 1)
    if last == before or last.number == 0:
        return Memory(new, memory.since, memory.missing)
    if _is_there(last):  # committed by another process or machine meanwhile
        return Memory(new, memory.since, memory.missing) if new.number > last.number else None
    return Memory(new, memory.since, (*memory.missing, last)[-MOST_MISSING:])


def _is_there(last: Head) -> bool:
    removed = Entry.objects.order_by("number").values_list("number", flat=True).first() or 0
    return last.number < removed or Entry.objects.filter(number=last.number, hash=last.hash).exists()


def forget() -> None:
    _path().unlink(missing_ok=True)


def settle(end: Head) -> None:
    """From here on, the log that ends so is the log: after a restore, or when somebody says so. Raises OSError."""
    part = _path().with_name(f"{HEAD_FILE}.new")
    part.write_text(Memory(end).text())
    part.chmod(0o600)
    os.replace(part, _path())


def _path() -> Path:
    return configuration.DATA_DIR.value() / HEAD_FILE


def _parsed(text: str) -> Memory:
    """What a file says. Raises ValueError."""
    if not text.strip():
        return Memory(problem="empty")
    found = re.fullmatch(r"([0-9]{1,18}) ([0-9a-f]{64}|)\n?(?:since ([0-9]{1,18})\n)?((?:missing .*\n)*)", text)
    if not found:
        raise ValueError("expected a number and a hash")
    missing = re.findall(r"missing ([0-9]{1,18}) ([0-9a-f]{64})\n", found[4])
    ends = tuple(Head(int(number), sealed) for number, sealed in missing)
    return Memory(Head(int(found[1]), found[2]), int(found[3] or 1), ends)
