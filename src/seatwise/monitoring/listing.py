"""The list of User Access Monitoring: who holds a license of a service, when they last used it, on how many days.

Listed are those who hold a license now, are active and not guests. As of today's as-of day it comes from the usage
rows; as of any other day, or with another window, it is counted from the months. Departments and licenses are today's.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, QuerySet
from django.db.models.functions import Collate

from seatwise.directory.models import Department, Membership, Service, User
from seatwise.ledger import covering, statements
from seatwise.ledger.models import AsOf, Usage
from seatwise.ledger.recomputing import earlier_months
from seatwise.lib import days
from seatwise.lib.usage import Narrowing, Sorting, UnknownDepartment, UsageRow, arrange, narrow, parts_of
from seatwise.licenses.models import License

BATCH = 500


@dataclass(frozen=True)
class MonitoredRow(UsageRow):
    """A row with what the screen shows beside: whose it is; bit i of `strip` is an access on day i of the window."""

    user: User | None = None
    strip: int = 0
    since: datetime.date | None = None  # when the license was added


@dataclass(frozen=True)
class Basis:
    """What a list rests on: the day it is as of, its window, and which days are covered."""

    service: Service
    as_of: int | None  # None: nothing is recorded yet
    window: int
    covered: covering.Masks
    is_current: bool  # as of the day up to which usage rows are counted, with the usual window

    @property
    def first_day(self) -> int | None:
        """Since when access is recorded."""
        return covering.first_covered(self.covered)

    @property
    def unknown_days(self) -> list[tuple[int, int]]:
        """The days of the window that no source covers: numbers are lower bounds if there are any."""
        if self.as_of is None:
            return []
        first, last = days.window_ending(self.as_of, self.window)
        return covering.unknown_days(self.covered, first, last)


def basis(service: Service, as_of: int | None = None, window: int = days.WINDOW) -> Basis:
    """The basis of a service's list, as of a day or of the day up to which it is counted."""
    row = AsOf.objects.filter(service=service).first()
    current = row.day if row else None
    is_current = window == days.WINDOW and as_of in (None, current)
    return Basis(service, current if as_of is None else as_of, window, covering.covered(service), is_current)


def department_named(text: str) -> list[Department]:
    """The departments with a code, or a path such as Sales/Tokyo (or its end); UnknownDepartment if there are none."""
    by_code = list(Department.objects.filter(code=text))
    if by_code:
        return by_code
    wanted = parts_of(text)
    everything = [(department, parts_of(department.full_name)) for department in Department.objects.in_tree_order()]
    whole = [department for department, parts in everything if parts == wanted]
    ending = [department for department, parts in everything if wanted and parts[-len(wanted) :] == wanted]
    if whole or ending:
        return whole or ending
    raise UnknownDepartment(f"There is no department {text!r}.")


def listed(service: Service, person: User | AnonymousUser | None) -> "QuerySet[Usage]":
    """The usage rows of those the list shows and a person may see; None may see all (commands)."""
    rows = Usage.objects.of(service).shown()
    return rows if person is None else rows.visible_to(person)


def narrowed(rows: "QuerySet[Usage]", by: Narrowing) -> "QuerySet[Usage]":
    """The rows that are wanted, filtered in the database."""
    if by.text:
        rows = rows.filter(user__in=User.objects.search(by.text))
    if by.department is not None:
        below = Department.objects.below(*department_named(by.department))
        members = Membership.objects.current().filter(department__in=below)
        rows = rows.filter(user__in=members.values("user"))
    if by.never:
        rows = rows.filter(last_day=0)
    if by.last_access_by is not None:
        rows = rows.filter(last_day__lte=days.last_day_of(by.last_access_by))
    if by.at_most is not None:
        rows = rows.filter(days_30__lte=by.at_most)
    return rows


def in_order(rows: "QuerySet[Usage]", sorting: Sorting) -> "QuerySet[Usage]":
    """The rows in order, equal ones by login, byte by byte on every database."""
    from django.db import connection

    login = Collate(F("user__login"), "C") if connection.vendor == "postgresql" else F("user__login")
    rows = rows.annotate(by_login=login)
    if sorting.by == "login":
        return rows.order_by("-by_login" if sorting.descending else "by_login")
    column = "days_30" if sorting.by == "days" else "last_day"
    return rows.order_by(("-" if sorting.descending else "") + column, "by_login")


def departments_of(users: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The departments of some users as paths, primary first."""
    found: dict[int, list[str]] = {}
    rows = Membership.objects.current().filter(user__in=users).order_by("-primary", "department__position")
    for user, name in rows.values_list("user", "department__full_name"):
        found.setdefault(user, []).append(name.replace(" / ", "/"))
    return {user: tuple(names) for user, names in found.items()}


def licenses_since(service: Service, users: Sequence[int]) -> dict[int, datetime.date]:
    """Since when some users have held their licenses."""
    return dict(License.objects.of(service).held().by(users).values_list("user_id", "added_on"))


def current_rows(rows: "Iterable[Usage]", of: Basis) -> Iterator[MonitoredRow]:
    """Usage rows, with their users at hand, as the list has them."""
    first = of.as_of - of.window + 1 if of.as_of is not None else 0
    for batch in statements.batches(rows, BATCH):
        users = [row.user_id for row in batch]
        departments, since = departments_of(users), licenses_since(of.service, users)
        for row in batch:
            yield MonitoredRow(
                login=row.user.login,
                name=row.user.name,
                departments=departments.get(row.user_id, ()),
                last_access=row.last_day or None,
                access_days=row.days_30,
                api_only=bool(row.program_day),
                user=row.user,
                strip=unrolled(row.bits, first),
                since=since.get(row.user_id),
            )


def unrolled(bits: int, first: int) -> int:
    """The ring of a usage row with bit 0 for the first day of the window."""
    shift = first % 31
    return ((bits >> shift) | (bits << (31 - shift))) & ((1 << days.WINDOW) - 1)


def counted_rows(rows: "QuerySet[Usage]", of: Basis) -> Iterator[MonitoredRow]:
    """The same people with their numbers counted from the months, as of any day and for any window."""
    assert of.as_of is not None
    first, last = days.window_ending(of.as_of, of.window)
    months = earlier_months(of.service.pk, days.month_of(of.as_of) + 1)
    for batch in statements.batches(rows, BATCH):
        users = [row.user_id for row in batch]
        departments, since = departments_of(users), licenses_since(of.service, users)
        accesses: dict[int, dict[int, int]] = {user: {} for user in users}
        programs: dict[int, dict[int, int]] = {user: {} for user in users}
        for some in statements.batches(months, 200):
            for user, month, mask, program_mask in statements.months_of_users(of.service.pk, some, users):
                accesses[user][month] = accesses[user].get(month, 0) | mask
                programs[user][month] = programs[user].get(month, 0) | program_mask
        for row in batch:
            last_access = days.last_until(accesses[row.user_id], of.as_of)
            uses_api = days.last_until(programs[row.user_id], of.as_of) is not None
            yield MonitoredRow(
                login=row.user.login,
                name=row.user.name,
                departments=departments.get(row.user_id, ()),
                last_access=last_access,
                access_days=days.count_between(accesses[row.user_id], first, last),
                api_only=last_access is None and uses_api,
                user=row.user,
                strip=sum(1 << (day - first) for day in days.days_in(accesses[row.user_id]) if first <= day <= last),
                since=since.get(row.user_id),
            )


class Selection:
    """A narrowed and sorted list of rows that is read in parts, as pages want it."""

    def __init__(self, of: Basis, rows: "QuerySet[Usage]") -> None:
        self.of, self.rows = of, rows

    def count(self) -> int:
        """How many rows there are."""
        return self.rows.count()

    __len__ = count

    def __getitem__(self, part: slice) -> list[MonitoredRow]:
        """Some of the rows."""
        return list(current_rows(self.rows[part], self.of))

    def all(self) -> Iterable[MonitoredRow]:
        """All rows, one after the other."""
        return current_rows(self.rows.iterator(BATCH), self.of)


class Counted(list[MonitoredRow]):
    """A list that had to be counted from the months: all of it at once."""

    def all(self) -> Iterable[MonitoredRow]:
        """All rows."""
        return self


def selection(of: Basis, by: Narrowing, sorting: Sorting, person: User | AnonymousUser | None) -> Selection | Counted:
    """The list: narrowed and sorted, in the database where it is current. `person` None may see all (commands)."""
    rows = listed(of.service, person).select_related("user")
    if of.is_current or of.as_of is None:
        return Selection(of, in_order(narrowed(rows, by), sorting))
    within = narrowed(rows, Narrowing(department=by.department, text=by.text))
    found = list(counted_rows(within.order_by("pk"), of))
    rest = Narrowing(None, by.last_access_by, by.at_most, by.never)
    return Counted(arrange(narrow(found, rest), sorting))


def rows_of(of: Basis, by: Narrowing, sorting: Sorting) -> Iterable[MonitoredRow]:
    """The whole list, for commands."""
    return selection(of, by, sorting, None).all()
