"""The list of User Access Monitoring: who holds a license of a service, when they last used it, on how many days.

Listed are those who hold a license now, are active and not guests. As of today's as-of day it comes from the usage
rows; as of any other day, or with another window, it is counted from the months, of those who held their license on
that day. Departments are today's.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import QueryDict

from seatwise.directory.models import Department, Membership, Service, User
from seatwise.ledger.models import Usage
from seatwise.ledger.models.facts import UsageQuerySet
from seatwise.lib import days
from seatwise.lib.batches import among
from seatwise.lib.usage import (
    Narrowing,
    Sorting,
    UnknownDepartment,
    UsageRow,
    arrange,
    narrow_figures,
    parts_of,
    plain_record,
    strip_text,
)
from seatwise.licenses.overview import given_after
from seatwise.licenses.selection import People, refuse_too_many, refuse_wrong
from seatwise.monitoring.basis import Basis, basis
from seatwise.monitoring.figures import MonitoredRow, completed, counted_rows, current_rows
from seatwise.monitoring.filters import NarrowingForm

__all__ = ["Basis", "Counted", "MonitoredRow", "Selection", "basis", "listed", "narrowed", "rows_of", "selection"]

FEW = 1000  # people that are named one by one in a query


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


def narrowed(rows: "QuerySet[Usage]", by: Narrowing, of: Basis) -> "QuerySet[Usage]":
    """The rows that are wanted, filtered in the database: by who they are, and by current figures."""
    rows = narrowed_people(rows, by, of)
    if by.use == "used":
        rows = rows.filter(days_30__gt=0)
    if by.use == "unused":
        rows = rows.filter(days_30=0, last_day__gt=0)
    if by.never:
        rows = rows.filter(last_day=0)
    if (by.never or by.use == "unused") and of.is_behind:
        rows = rows.exclude(given_after({of.service.pk: of.as_of}))
    if by.last_access_by is not None:
        rows = rows.filter(last_day__lte=days.last_day_of(by.last_access_by))
    if by.at_most is not None:
        rows = rows.filter(days_30__lte=by.at_most)
    return rows


def searched(text: str) -> "list[int] | QuerySet[User]":
    """Those who are found by a text: as a list where they are few, so that everybody is searched only once."""
    people: QuerySet[User] = User.objects.search(text)
    few = list(people.order_by().values_list("pk", flat=True)[: FEW + 1])
    return few if len(few) <= FEW else people


def narrowed_people(rows: "QuerySet[Usage]", by: Narrowing, of: Basis) -> "QuerySet[Usage]":
    """The rows of people who are wanted, whatever their figures."""
    found: UsageQuerySet = rows  # type: ignore[assignment]
    if by.text:
        found = found.filter(user__in=searched(by.text))
    if by.department is not None:
        below = Department.objects.below(*department_named(by.department))
        members = Membership.objects.current().filter(department__in=below)
        found = found.filter(user__in=members.values("user"))
    if of.is_as_of_another:
        held = of.licenses.filter(first_day__lte=of.held_since(by.held_at_least or 1))
        found = found.filter(user__in=held.values("user"))
    elif by.held_at_least:
        found = found.licensed_by(of.held_since(by.held_at_least))
    return found.with_employment(by.employment) if by.employment else found


def without_days(by: Narrowing, of: Basis) -> bool:
    """Whether nobody who is wanted can have an access day in the window, whatever else is wanted of them."""
    if by.last_access_by is None or of.as_of is None:
        return by.never
    return by.never or days.last_day_of(by.last_access_by) <= of.as_of - of.window


def in_order(rows: "QuerySet[Usage]", sorting: Sorting, *, no_days: bool = False) -> "QuerySet[Usage]":
    """The rows in order, equal ones by login, byte by byte on every database.

    With `no_days`, which follows from what they were narrowed by, an index by days finds them without a search.
    """
    column = {"login": "login_bytes", "days": "days_30"}.get(sorting.by, "last_day")
    found: UsageQuerySet = rows.filter(days_30=0) if no_days and sorting.by == "days" else rows  # type: ignore[assignment]
    return found.in_order(column, descending=sorting.descending)


class Selection:
    """A narrowed and sorted list that is read in parts, as pages want it: first which rows, then what is in them."""

    def __init__(self, of: Basis, all_rows: "QuerySet[Usage]", rows: "QuerySet[Usage]") -> None:
        """The same rows twice: as they are quickest counted, and in order."""
        self.of, self.all_rows, self.rows = of, all_rows, rows
        self.number: int | None = None  # how many there are, where that was counted already

    def count(self) -> int:
        return self.all_rows.count() if self.number is None else self.number

    __len__ = count

    def __getitem__(self, part: slice) -> list[MonitoredRow]:
        """Some of the rows. The index alone says which; only these are read."""
        ids = list(self.rows.values_list("user_id", flat=True)[part])
        rows = Usage.objects.of(self.of.service).filter(user__in=among(ids))
        found = {row.user: row for row in current_rows(rows, self.of)}
        return list(completed((found[pk] for pk in ids if pk in found), self.of))

    def __iter__(self) -> Iterator[MonitoredRow]:
        yield from completed(current_rows(self.rows, self.of), self.of)


class Counted:
    """A list whose figures had to be counted from the months; what is not counted is read in parts."""

    def __init__(
        self, of: Basis, rows: Sequence[MonitoredRow], everybody: Sequence[MonitoredRow] | None = None
    ) -> None:
        """`everybody` are the rows of all who are listed, where they had to be counted for it."""
        self.of, self.rows, self.everybody = of, rows, everybody

    def count(self) -> int:
        return len(self.rows)

    __len__ = count

    def __getitem__(self, part: slice) -> list[MonitoredRow]:
        return list(completed(self.rows[part], self.of))

    def __iter__(self) -> Iterator[MonitoredRow]:
        yield from completed(self.rows, self.of)


def selection(of: Basis, by: Narrowing, sorting: Sorting, person: User | AnonymousUser | None) -> Selection | Counted:
    """The list: narrowed and sorted, in the database where it is current. `person` None may see all (commands)."""
    rows = listed(of.service, person)
    if of.is_current or of.as_of is None:
        found = narrowed(rows, by, of)
        return Selection(of, found, in_order(found, sorting, no_days=without_days(by, of)))
    people = list(counted_rows(narrowed_people(rows, by, of).order_by("pk"), of))
    are_all = (by.text, by.department, by.held_at_least, by.employment) == (None, None, None, None)
    return Counted(of, arrange(narrow_figures(people, by), sorting), people if are_all else None)


def rows_of(of: Basis, by: Narrowing, sorting: Sorting) -> Iterable[MonitoredRow]:
    return selection(of, by, sorting, None)


def recorder(of: Basis) -> Callable[[UsageRow], dict[str, object]]:
    """Makes records of rows of a list."""
    unknown, count = of.unknown_days, of.unknown_count
    first = of.first_of_window

    def record(row: UsageRow) -> dict[str, object]:
        strip, blank = getattr(row, "strip", 0), unknown
        if first is not None and (known := getattr(row, "known", 0)):
            blank = days.runs(day for a, b in unknown for day in range(a, b + 1) if not known >> (day - first) & 1)
        reported = {"at_most": row.at_most, "reported_on": row.reported_on and row.reported_on.isoformat()}
        return {
            **plain_record(row),
            **(reported if row.at_most is not None else {}),
            "at_least": row.unknown_days(count) > 0,
            "license_since": row.since.isoformat() if row.since else None,
            "marks": list(row.marks),
            "on_leave_until": row.on_leave_until.isoformat() if row.on_leave_until else None,
            "expected_days": row.expected_days or None,
            "strip": strip_text(strip, first, of.window, blank) if first is not None else "",
        }

    return record


def everybody_listed(person: User, service: Service, query: QueryDict) -> list[int]:
    """The ids of all, in the order of the list. Raises Refused where the address is wrong or they are too many."""
    form = NarrowingForm(query, person, service)
    refuse_wrong(form)
    wanted = form.wanted()
    found = selection(basis(service, wanted.as_of), wanted.narrowing, wanted.sorting, person)
    if isinstance(found, Selection):
        return People(found.rows, "user_id").ids()
    ids = [each.user for each in found.rows]
    refuse_too_many(ids)
    return ids
