"""Which days a set of log files covers.

The days between two lines of one log are covered: nobody came is not the same as nobody listened. But where they are
further apart than SILENCE days, nothing is known of those between: one stray line must not stretch what is known.
Between two files nothing is known, unless they are neighbours of one rotated set, which are one log: by number
(access.log, access.log.1, access.log.2.gz), or by date (access.log-20261001, u_ex261001.log), where none seems to be
missing between them.
"""

import datetime
import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

SILENCE = 4  # days from one line to the next within which those between are covered
LONGEST_SILENCE = 366  # that anybody may ask for
MISSING = 1.5  # a step from one date to the next that is so many times the shortest one: a file is missing there

Span = tuple[int, int]  # first and last day

_ROTATED = re.compile(r"^(?P<base>.*?)(?:\.(?P<number>\d{1,4}))?(?:\.(?:gz|bz2|xz|zst))?$", re.DOTALL)
_DATE = re.compile(
    r"(?<!\d)[-_.]?(?P<date>(?:20)?\d\d(?P<dash>[-_.]?)[01]\d(?P=dash)[0-3]\d(?:[-_.T]?[0-2]\d(?:[-_.:]?\d\d){0,2})?"
    r"|1\d{9})(?:-\d{10})?(?!\d)"
)


def rotation_of(name: str) -> tuple[str, int, float | None]:
    """The rotated set of a file, its number there (0 for the newest), and the day in its name (a part of one by time).

    The file that is being written has number 0 and no day.
    """
    folder, slash, file = name.rpartition("/")
    dated = _DATE.search(file)
    stamp = day_of(re.sub(r"\D", "", dated["date"])) if dated else None
    if dated and stamp is not None:
        file = file[: dated.start()] + file[dated.end() :]
    found = _ROTATED.match(file)
    assert found is not None
    return folder + slash + found["base"], int(found["number"] or 0), stamp


def day_of(digits: str) -> float | None:
    """The day since 1970 that the digits in a name stand for: seconds since 1970, YYMMDD or YYYYMMDD, and a time."""
    if len(digits) == 10 and digits[:2] != "20":
        return int(digits) / 86400
    long = digits[:2] == "20" and len(digits) >= 8
    try:
        date = datetime.datetime.strptime(digits[: 8 if long else 6], "%Y%m%d" if long else "%y%m%d")
    except ValueError:
        return None
    hour, minute = (digits[8 if long else 6 :] + "0000")[:4][:2], (digits[8 if long else 6 :] + "0000")[2:4]
    return date.toordinal() - datetime.date(1970, 1, 1).toordinal() + int(hour) / 24 + int(minute) / 1440


def bridged(days: Collection[int], silence: int) -> Iterable[Span]:
    """The days of lines, and those between two that are not further apart than so many."""
    ordered = sorted(days)
    for one, other in itertools.pairwise(ordered):
        yield one, other if other - one <= silence else one
    if ordered:
        yield ordered[-1], ordered[-1]


def neighbours(files: Mapping[tuple[int, float | None], set[int]]) -> Iterable[set[int]]:
    """The days of the files of a set, by number and day in the name, those of neighbours together."""
    dated = any(stamp is not None for _, stamp in files)
    places: list[tuple[float, set[int]]] = []  # where a file stands in its set, ascending with time
    for (number, stamp), days in files.items():
        if stamp is not None:
            places.append((stamp, days))
        elif not dated:
            places.append((-number, days))
        elif days:  # the one that is being written, beside others that are named by date
            places.append((min(days), days))
    places.sort(key=lambda place: place[0])
    steps = [later[0] - earlier[0] for earlier, later in itertools.pairwise(places)]
    shortest = min((step for step in steps if step > 0), default=0) if dated else 1
    together: set[int] = set()
    for i, (_, days) in enumerate(places):
        if i and steps[i - 1] > 1 and not (dated and continues(steps[i - 1], shortest, places[i - 1][1], days)):
            yield together
            together = set()
        together = together | days
    yield together


def continues(step: float, shortest: float, earlier: Collection[int], later: Collection[int]) -> bool:
    """Whether files that are more than a day apart by their names are neighbours: none is missing between them.

    Then one of them holds lines of most of the days between their dates, as those of a week or a month do.
    """
    longest = max((max(days) - min(days) + 1 for days in (earlier, later) if days), default=0)
    return step <= MISSING * shortest and 2 * longest > step


def parts_its_set(lines: int, days: Collection[int]) -> bool:
    """Whether a file has lines of which none could be read: nobody knows its days, and what stands before and behind it
    in its rotated set is no one log. Such a file is left out of `covered_spans`.
    """
    return bool(lines) and not days


def covered_spans(files: Mapping[str, Collection[int]], silence: int = SILENCE) -> Iterable[Span]:
    """The spans of days that files cover which have lines of these days."""
    sets: dict[str, dict[tuple[int, float | None], set[int]]] = defaultdict(lambda: defaultdict(set))
    for name, found in files.items():
        base, number, stamp = rotation_of(name)
        sets[base][number, stamp].update(found)
    for parts in sets.values():
        for days in neighbours(parts):
            yield from bridged(days, silence)
