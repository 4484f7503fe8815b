"""One list, however it is reached: who used a service when, narrowed and sorted. No database.

A row's last access is the latest access day up to the as-of day, its number the access days in the window.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol, TypeVar

from seatwise.lib import days
from seatwise.lib.logins import fold
from seatwise.lib.notices import Code
from seatwise.lib.tables import Cell

SORTS = ("last-access", "days", "login")
USES = ("used", "unused")  # with access days in the window; with none, but an access before
NEW = 30  # days: a license that has not been held for so many is new


class MarkCode(Code):
    """What is to be kept in mind with a row."""

    ON_LEAVE = "on leave until %(until)s"
    NEW = "new license"
    PART_TIME = "part time"
    PART_TIME_DAYS = "part time (%(days)s days a week)"
    API_ONLY = "API only"
    WEAK_EVIDENCE = "weak evidence"
    REPORTED = "number from the vendor report of %(reported)s"


class HeadingCode(Code):
    LOGIN = "Login"
    USER = "User"
    DEPARTMENT = "Department"
    LAST_ACCESS = "Last Access Date"
    ACCESS_DAYS = "Number of Access Days (in the last %(window)s days)"
    UNKNOWN_DAYS = "Days Without Records (in the last %(window)s days)"
    SINCE = "License Since"
    MARKS = "Marks"


@dataclass(slots=True)  # not frozen, which takes ten times as long to make
class UsageRow:
    """One person. `name` is "" where nobody told it; `departments` are paths such as Sales/Tokyo, primary first."""

    login: str
    name: str
    departments: tuple[str, ...]
    last_access: int | None  # a day, or None: no access since recording began
    access_days: int
    api_only: bool = False
    since: datetime.date | None = None  # when the license was added; lists without licenses do not have it
    is_new: bool = False
    part_time: bool = False
    expected_days: str = ""  # a week, of somebody part time, where that is known
    weak_evidence: bool = False  # an access day that was seen, and by no source that checks who signs in
    on_leave_until: datetime.date | None = None  # while the license sleeps
    at_most: int | None = None  # the number if each unknown day had an access, where a vendor's report tells
    reported_on: datetime.date | None = None  # the day of the vendor's report that the number rests on

    def unknown_days(self, of_list: int) -> int:
        """How many days of the window are unknown: so many more the number may be. Without a report, as of the list."""
        return of_list if self.at_most is None else self.at_most - self.access_days

    @property
    def marks(self) -> tuple[str, ...]:
        """What is to be kept in mind with this row, as codes."""
        remarkable = self.on_leave_until or self.is_new or self.part_time or self.api_only or self.weak_evidence
        if not remarkable and self.reported_on is None:
            return ()  # as most rows
        part_time = "part_time_days" if self.expected_days else "part_time"
        found = (
            ("on_leave", self.on_leave_until is not None),
            ("new", self.is_new),
            (part_time, self.part_time),
            ("api_only", self.api_only),
            ("weak_evidence", self.weak_evidence),
            ("reported", self.reported_on is not None),
        )
        return tuple(mark for mark, holds in found if holds)

    def marks_in_words(
        self, say: Callable[[str], str] = str, write: Callable[[datetime.date], str] = datetime.date.isoformat
    ) -> list[str]:
        """The marks for people; `say` translates, `write` writes a date as the reader is used to."""
        marks = self.marks
        if not marks:
            return []
        until = write(self.on_leave_until) if self.on_leave_until else ""
        given = {"days": self.expected_days, "until": until}
        given["reported"] = write(self.reported_on) if self.reported_on else ""
        return [say(MarkCode[mark.upper()].value) % given for mark in marks]


def plain_record(row: UsageRow) -> dict[str, object]:
    """A row as JSON has it, on all surfaces: what every list knows."""
    last_access = _last_access(row)
    return {
        "login": row.login,
        "name": row.name,
        "departments": list(row.departments),
        "last_access": last_access.isoformat() if last_access else None,
        "access_days": row.access_days,
    }


_date_of = cache(days.date_of)  # of the few days that a list has


def _last_access(row: UsageRow) -> datetime.date | None:
    return _date_of(row.last_access) if row.last_access is not None else None


def strip_text(strip: int, first: int, window: int, unknown: Iterable[tuple[int, int]]) -> str:
    """The days of a window from its first: 1 an access, 0 none, ? unknown. Bit i of `strip` is an access on day i."""
    text = ["01"[strip >> i & 1] for i in range(window)]
    for start, end in unknown:
        for i in range(start - first, end - first + 1):
            text[i] = "1" if text[i] == "1" else "?"
    return "".join(text)


@dataclass(frozen=True)
class Column:
    """A column of the list. `%(window)s` in its heading is the length of the window."""

    key: str
    heading: str
    of: Callable[[UsageRow, int, Callable[[str], str]], Cell]  # row, unknown days of the window, translation
    licensed: bool = False  # only where there are licenses


COLUMNS = (
    Column("login", HeadingCode.LOGIN.value, lambda row, unknown, say: row.login),
    Column("name", HeadingCode.USER.value, lambda row, unknown, say: row.name),
    Column("departments", HeadingCode.DEPARTMENT.value, lambda row, unknown, say: "; ".join(row.departments)),
    Column("last_access", HeadingCode.LAST_ACCESS.value, lambda row, unknown, say: _last_access(row)),
    Column("access_days", HeadingCode.ACCESS_DAYS.value, lambda row, unknown, say: row.access_days),
    Column("unknown_days", HeadingCode.UNKNOWN_DAYS.value, lambda row, unknown, say: row.unknown_days(unknown), True),
    Column("since", HeadingCode.SINCE.value, lambda row, unknown, say: row.since, True),
    Column("marks", HeadingCode.MARKS.value, lambda row, unknown, say: "; ".join(row.marks_in_words(say)), True),
)
UNLICENSED = tuple(column for column in COLUMNS if not column.licensed)


@dataclass(frozen=True)
class Table:
    """How rows become cells: for all forms of files."""

    window: int
    unknown: int = 0  # days of the window without records
    columns: Sequence[Column] = COLUMNS
    say: Callable[[str], str] = str

    def headings(self) -> list[str]:
        return [self.say(column.heading) % {"window": self.window} for column in self.columns]

    def cells(self, row: UsageRow) -> list[Cell]:
        """A row under them; None for no access, departments separated by semicolons."""
        return [column.of(row, self.unknown, self.say) for column in self.columns]


class Figures(Protocol):
    @property
    def login(self) -> str: ...
    @property
    def last_access(self) -> int | None: ...
    @property
    def access_days(self) -> int: ...


Row = TypeVar("Row", bound=UsageRow)
Some = TypeVar("Some", bound=Figures)


@dataclass(frozen=True)
class Narrowing:
    """Which rows are wanted; a field that is None wants all."""

    department: str | None = None
    last_access_by: int | None = None  # a month: last access in or before it, no access included
    at_most: int | None = None  # access days
    never: bool = False
    use: str | None = None  # one of USES
    text: str | None = None  # words of a name or login; this and the following not for lists without a database
    held_at_least: int | None = None  # days that the license has been held, the one on which it was added included
    employment: str | None = None


@dataclass(frozen=True)
class Sorting:
    """The order of the rows; no access comes first in ascending order, equal ones come by login."""

    by: str = "last-access"
    descending: bool = False


class UnknownDepartment(ValueError):
    """A department that nobody is in."""


def parts_of(department: str) -> list[str]:
    """The names of a path, as they are compared."""
    return [fold(part.strip()) for part in department.split("/") if part.strip()]


def lies_in(department: str, wanted: Sequence[str], *, anywhere: bool) -> bool:
    """Whether a path is the wanted one or below it: from its beginning, or from anywhere in it."""
    parts = parts_of(department)
    starts = range(len(parts) - len(wanted) + 1) if anywhere else range(1)
    return any(parts[start : start + len(wanted)] == list(wanted) for start in starts)


def in_department(rows: Sequence[Row], department: str) -> list[Row]:
    """The rows of people any of whose departments is this one or below it.

    The name may leave out what stands above it (Tokyo for Sales/Tokyo), if no department begins with it.
    """
    wanted = parts_of(department)
    for anywhere in (False, True):
        found = [row for row in rows if any(lies_in(d, wanted, anywhere=anywhere) for d in row.departments)]
        if wanted and found:
            return found
    raise UnknownDepartment(f"Nobody is in a department {department!r}.")


def narrow(rows: Sequence[Row], by: Narrowing) -> list[Row]:
    return narrow_figures(rows if by.department is None else in_department(rows, by.department), by)


def narrow_figures(rows: Sequence[Some], by: Narrowing) -> list[Some]:
    """The rows whose last access and number are wanted."""
    if by.use == "used":
        rows = [row for row in rows if row.access_days > 0]
    if by.use == "unused":
        rows = [row for row in rows if row.access_days == 0 and row.last_access is not None]
    if by.never:
        rows = [row for row in rows if row.last_access is None]
    if by.last_access_by is not None:
        limit = days.last_day_of(by.last_access_by)
        rows = [row for row in rows if row.last_access is None or row.last_access <= limit]
    if by.at_most is not None:
        rows = [row for row in rows if row.access_days <= by.at_most]
    return list(rows)


def arrange(rows: Iterable[Some], sorting: Sorting) -> list[Some]:
    in_order = sorted(rows, key=lambda row: row.login)
    if sorting.by == "login":
        return in_order[::-1] if sorting.descending else in_order
    if sorting.by == "days":
        return sorted(in_order, key=lambda row: row.access_days, reverse=sorting.descending)
    never = min((row.last_access for row in in_order if row.last_access is not None), default=0) - 1

    def last(row: Some) -> int:
        return never if row.last_access is None else row.last_access

    return sorted(in_order, key=last, reverse=sorting.descending)
