"""The rows of the list: figures from usage rows or counted from the months, and the people they are about."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Max, QuerySet

from seatwise.directory.models import Membership, Service, User
from seatwise.directory.models.people import Employment
from seatwise.directory.people import days_text
from seatwise.ledger import statements
from seatwise.ledger.models import Usage
from seatwise.ledger.usage_rows import earlier_months
from seatwise.lib import days
from seatwise.lib.batches import batches
from seatwise.lib.usage import NEW, UsageRow
from seatwise.licenses.models import Suspension
from seatwise.monitoring.basis import Basis, weakly_evidenced

BATCH = 2000
COUNTED_AT_ONCE = 500  # people whose months are read in one query


def on_leave_until(service: Service, users: Sequence[int]) -> dict[int, datetime.date]:
    """On which day some people are back, by their ids: the latest, where license and account sleep. One query."""
    asleep = Suspension.objects.asleep().of(service).by(users)
    return dict(asleep.order_by().values_list("user_id").annotate(back=Max("until")))


@dataclass(frozen=True)
class MonitoredRow(UsageRow):
    """A row with what the screen shows beside: whose it is; bit i of `strip` is an access on day i of the window."""

    user: User | None = None
    strip: int = 0


@dataclass(frozen=True)
class Figures:
    """What is known of somebody before anything is read about them: enough to narrow and sort by."""

    user: int
    login: str
    last_access: int | None
    access_days: int
    strip: int
    api_only: bool
    since: datetime.date | None


def departments_of(users: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The departments of some users as paths, primary first."""
    found: dict[int, list[str]] = {}
    rows = Membership.objects.current().filter(user__in=users).order_by("-primary", "department__position")
    for user, name in rows.values_list("user", "department__full_name"):
        found.setdefault(user, []).append(name.replace(" / ", "/"))
    return {user: tuple(names) for user, names in found.items()}


def current_figures(rows: Iterable[Usage], of: Basis) -> Iterator[Figures]:
    """The figures that usage rows have."""
    first = of.first_of_window or 0
    for row in rows:
        yield Figures(
            user=row.user_id,
            login=bytes(row.login_bytes).decode(),
            last_access=row.last_day or None,
            access_days=row.days_30,
            strip=unrolled(row.bits, first),
            api_only=bool(row.program_day),
            since=row.license_since,
        )


def with_people(figures: Iterable[Figures], of: Basis) -> Iterator[MonitoredRow]:
    """Rows as the list has them: three queries for each batch, one more where only some sources check who signs in."""
    new_after = of.held_since(NEW)
    for batch in batches(figures, BATCH):
        ids = [one.user for one in batch]
        people = User.objects.defer("password", "search_text").in_bulk(ids)
        departments, leave = departments_of(ids), on_leave_until(of.service, ids)
        weak = weakly_evidenced(of, [one.user for one in batch if one.last_access is not None])
        for one in batch:
            user = people[one.user]
            part_time = user.employment == Employment.PART_TIME
            yield MonitoredRow(
                login=user.login,
                name=user.name,
                departments=departments.get(one.user, ()),
                last_access=one.last_access,
                access_days=one.access_days,
                api_only=one.api_only,
                since=one.since,
                is_new=one.since is not None and one.since > new_after,
                part_time=part_time,
                expected_days=days_text(user.expected_days) if part_time else "",
                weak_evidence=one.user in weak,
                on_leave_until=leave.get(one.user),
                user=user,
                strip=one.strip,
            )


def unrolled(bits: int, first: int) -> int:
    """The ring of a usage row with bit 0 for the first day of the window."""
    shift = first % 31
    return ((bits >> shift) | (bits << (31 - shift))) & ((1 << days.WINDOW) - 1)


def counted_figures(rows: "QuerySet[Usage]", of: Basis) -> Iterator[Figures]:
    """The same people with their figures counted from the months, as of any day and for any window."""
    assert of.as_of is not None
    first, last = days.window_ending(of.as_of, of.window)
    months = earlier_months(of.service.pk, days.month_of(of.as_of) + 1)
    for batch in batches(rows, COUNTED_AT_ONCE):
        users = [row.user_id for row in batch]
        accesses: dict[int, dict[int, int]] = {user: {} for user in users}
        programs: dict[int, dict[int, int]] = {user: {} for user in users}
        for some in batches(months, 200):
            for user, month, mask, program_mask in statements.months_of_users(of.service.pk, some, users):
                days.merge(accesses[user], {month: mask})
                days.merge(programs[user], {month: program_mask})
        since = dict(of.licenses.filter(user__in=users).values_list("user", "first_day"))
        for row in batch:
            mine = accesses[row.user_id]
            last_access = days.last_until(mine, of.as_of)
            uses_api = days.last_until(programs[row.user_id], of.as_of) is not None
            yield Figures(
                user=row.user_id,
                login=bytes(row.login_bytes).decode(),
                last_access=last_access,
                access_days=days.count_between(mine, first, last),
                strip=days.bits_of(mine, first, last),
                api_only=last_access is None and uses_api,
                since=since.get(row.user_id),
            )
