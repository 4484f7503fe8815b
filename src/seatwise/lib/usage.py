"""One list, however it is reached: who used a service when, narrowed and sorted. No database.

A row's last access is the latest access day up to the as-of day, its number the access days in the window.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from seatwise.lib import days
from seatwise.lib.logins import fold

SORTS = ("last-access", "days", "login")
HEADINGS = (
    "Login",
    "User",
    "Department",
    "Last Access Date",
    "Number of Access Days (in the last %(window)s days)",
)


@dataclass(frozen=True)
class UsageRow:
    """One person. `name` is "" where nobody told it; `departments` are paths such as Sales/Tokyo, primary first."""

    login: str
    name: str
    departments: tuple[str, ...]
    last_access: int | None  # a day, or None: no access since recording began
    access_days: int
    api_only: bool = False


def cells(row: UsageRow) -> list[str | int | None]:
    """A row under HEADINGS: dates as YYYY-MM-DD, None for no access, departments separated by semicolons."""
    last = days.date_of(row.last_access).isoformat() if row.last_access is not None else None
    return [row.login, row.name, "; ".join(row.departments), last, row.access_days]


Row = TypeVar("Row", bound=UsageRow)


@dataclass(frozen=True)
class Narrowing:
    """Which rows are wanted; a field that is None wants all."""

    department: str | None = None
    last_access_by: int | None = None  # a month: last access in or before it, no access included
    at_most: int | None = None  # access days
    never: bool = False
    text: str | None = None  # words of a name or login; lists without a database do not have it


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
    """The rows that are wanted."""
    if by.department is not None:
        rows = in_department(rows, by.department)
    if by.never:
        rows = [row for row in rows if row.last_access is None]
    if by.last_access_by is not None:
        limit = days.last_day_of(by.last_access_by)
        rows = [row for row in rows if row.last_access is None or row.last_access <= limit]
    if by.at_most is not None:
        rows = [row for row in rows if row.access_days <= by.at_most]
    return list(rows)


def arrange(rows: Iterable[Row], sorting: Sorting) -> list[Row]:
    """The rows in order."""
    in_order = sorted(rows, key=lambda row: row.login)
    if sorting.by == "login":
        return in_order[::-1] if sorting.descending else in_order
    if sorting.by == "days":
        return sorted(in_order, key=lambda row: row.access_days, reverse=sorting.descending)
    never = min((row.last_access for row in in_order if row.last_access is not None), default=0) - 1

    def last(row: Row) -> int:
        return never if row.last_access is None else row.last_access

    return sorted(in_order, key=last, reverse=sorting.descending)
