"""Which days a set of log files covers.

The days between the first and the last line of one file are covered: nobody came is not the same as nobody listened.
Between two files nothing is known, unless they are neighbours of one rotated set (access.log, access.log.1,
access.log.2.gz): there the server went on writing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

Span = tuple[int, int]  # first and last day

_ROTATED = re.compile(r"^(?P<base>.*?)(?:\.(?P<number>\d{1,4}))?(?:\.(?:gz|bz2|xz|zst))?$", re.DOTALL)


def rotation_of(name: str) -> tuple[str, int]:
    """The rotated set a file belongs to, and its number there; the file that is being written has number 0."""
    found = _ROTATED.match(name)
    assert found is not None
    return found["base"], int(found["number"] or 0)


def covered_spans(files: Mapping[str, Span | None]) -> Iterable[Span]:
    """The spans of days that these files cover; a file without a readable line has None."""
    sets: dict[str, dict[int, Span | None]] = defaultdict(dict)
    for name, span in files.items():
        base, number = rotation_of(name)
        known = sets[base].get(number)
        sets[base][number] = joined(known, span)
    for numbers in sets.values():
        newer: Span | None = None
        expected = None
        for number in sorted(numbers):
            span = numbers[number]
            if number != expected:
                newer = None
            expected = number + 1
            if span is None:
                continue
            yield span
            if newer is not None and span[1] < newer[0]:
                yield span[1], newer[0]
            newer = span


def joined(one: Span | None, other: Span | None) -> Span | None:
    if one is None or other is None:
        return one or other
    return min(one[0], other[0]), max(one[1], other[1])
