"""Lines that arrived and could not be kept, by source, day and reason.

Counted in a file for each source, since the database may be away just then, for 30 days.
"""

import contextlib
import datetime
import fcntl
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy

from seatwise import configuration
from seatwise.ledger.models import Source

FOLDER = "lost"
KEPT = datetime.timedelta(days=30)
REASONS = {
    "torn": gettext_lazy("the connection ended in the middle of it"),
    "long": gettext_lazy("longer than 64 kB"),
    "dropped": gettext_lazy("the system dropped it, because UDP messages came faster than they were read"),
    "room": gettext_lazy("there was no room for it when the receiver was stopped"),
    "refused": gettext_lazy("it was refused: no document, or nothing in it"),
}


@dataclass(frozen=True)
class Lost:
    """How many lines were lost for one reason on the UTC day on which they arrived."""

    day: datetime.date
    reason: str
    lines: int

    @property
    def why(self) -> str:
        return str(REASONS.get(self.reason, self.reason))


def path_of(source: Source) -> Path:
    return Path(configuration.DATA_DIR.value()) / FOLDER / f"{source.code}.json"


def count(source: Source, lost: Mapping[str, int], now: datetime.datetime | None = None) -> None:
    """Add to what was lost. What cannot be written, since the disk is full, is not counted."""
    if not any(lost.values()):
        return
    today = (now or datetime.datetime.now(datetime.UTC)).date()
    path = path_of(source)
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            kept = {day: reasons for day, reasons in days_in(file.read()).items() if day >= str(today - KEPT)}
            counts = kept.setdefault(str(today), {})
            for reason, lines in lost.items():
                counts[reason] = counts.get(reason, 0) + lines
            file.seek(0)
            file.truncate()
            json.dump(kept, file)


def days_in(text: str) -> dict[str, dict[str, int]]:
    """What a file says; nothing where a crash cut it off."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        return {}
    return dict(found)


def of(source: Source) -> list[Lost]:
    """What was lost of a source, the latest day first."""
    try:
        text = path_of(source).read_text()
    except OSError:
        return []
    return [
        Lost(datetime.date.fromisoformat(day), reason, lines)
        for day, reasons in sorted(days_in(text).items(), reverse=True)
        for reason, lines in sorted(reasons.items())
        if lines
    ]


def by_reason(source: Source) -> Counter[str]:
    """How many lines of a source were lost, by reason."""
    found: Counter[str] = Counter()
    for each in of(source):
        found[each.reason] += each.lines
    return found
