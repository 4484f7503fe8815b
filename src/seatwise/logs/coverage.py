"""Which days a set of log files covers.

The days between two lines of one file are covered: nobody came is not the same as nobody listened. But where they are
further apart than SILENCE days, nothing is known of those between: one stray line must not stretch what is known.
Between two files nothing is known, unless they are neighbours of one rotated set (access.log, access.log.1,
access.log.2.gz): there the server went on writing. Files of one set named by date (access.log-20261001, u_ex261001.log)
are read as one.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

SILENCE = 4  # days from one line to the next within which those between are covered

Span = tuple[int, int]  # first and last day

_ROTATED = re.compile(r"^(?P<base>.*?)(?:\.(?P<number>\d{1,4}))?(?:\.(?:gz|bz2|xz|zst))?$", re.DOTALL)
_DATE = re.compile(
    r"(?<!\d)[-_.]?(?:(?:20)?\d\d(?P<dash>[-_.]?)[01]\d(?P=dash)[0-3]\d(?:[-_.T]?[0-2]\d(?:[-_.:]?\d\d){0,2})?|1\d{9})"
    r"(?:-\d{10})?(?!\d)"
)


def rotation_of(name: str) -> tuple[str, int]:
    """The rotated set a file belongs to, and its number there; one that is named by date, or being written, has 0."""
    folder, slash, file = name.rpartition("/")
    found = _ROTATED.match(_DATE.sub("", file, count=1))
    assert found is not None
    return folder + slash + found["base"], int(found["number"] or 0)


def bridged(days: Collection[int], silence: int) -> Iterable[Span]:
    """The days of lines, and those between two that are not further apart than so many."""
    ordered = sorted(days)
    for one, other in itertools.pairwise(ordered):
        yield one, other if other - one <= silence else one
    yield ordered[-1], ordered[-1]


def covered_spans(files: Mapping[str, Collection[int]], silence: int = SILENCE) -> Iterable[Span]:
    """The spans of days that files cover which have lines of these days."""
    sets: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for name, found in files.items():
        base, number = rotation_of(name)
        sets[base][number].update(found)
    for numbers in sets.values():
        newer: int | None = None  # the first day of the next one
        expected = None
        for number in sorted(numbers):
            days = numbers[number]
            if number != expected:
                newer = None
            expected = number + 1
            if not days:
                continue
            yield from bridged(days, silence)
            if newer is not None and max(days) < newer:
                yield max(days), newer
            newer = min(days)
