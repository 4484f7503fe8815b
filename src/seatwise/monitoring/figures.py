"""The rows of the list: figures from usage rows or counted from the months, and the people they are about."""

import datetime
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast

from seatwise.directory.models import Employment, Membership, Service
from seatwise.directory.people import days_text
from seatwise.ledger import reported, statements
from seatwise.ledger.models import Usage
from seatwise.ledger.usage_rows import earlier_months, unrolled
from seatwise.lib import days
from seatwise.lib.batches import among, batches
from seatwise.lib.usage import NEW, UsageRow
from seatwise.licenses.models import Suspension
from seatwise.monitoring.basis import Basis, weakly_evidenced

BATCH = 2000


def on_leave_until(service: Service, users: Sequence[int]) -> dict[int, datetime.date]:
    """On which day some people are back, by their ids: the latest, where license and account sleep. One query."""
    asleep = Suspension.objects.asleep().of(service).by(among(users))
    return dict(asleep.order_by("until").values_list("user_id", "until"))


@dataclass(slots=True)
class MonitoredRow(UsageRow):
    """A row with what the screen shows beside: whose it is; bit i of `strip` is an access on day i of the window."""

    user: int = 0  # the id
    strip: int = 0
    known: int = 0  # the days of the window that a vendor's report tells of, as bits of the same kind


def departments_of(users: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The departments of some users as paths, primary first."""
    found: dict[int, tuple[str, ...]] = {}
    paths: dict[str, tuple[str, ...]] = {}
    rows = Membership.objects.current().filter(user__in=among(users)).order_by("-primary", "department__position")
    for user, name in rows.values_list("user", "department__full_name"):
        path = paths.get(name) or paths.setdefault(name, (name.replace(" / ", "/"),))
        found[user] = found[user] + path if user in found else path
    return found


def departments_in_words(paths: Sequence[str]) -> str:
    """Departments as pages show them."""
    return ", ".join(path.replace("/", " / ") for path in paths)


PERSON = ("user", "user__login", "user__name", "user__employment")
COUNTED = ("last_day", "days_30", "bits", "program_day")
# Where nothing of a row is to be converted, Django hands it on as it is, which takes a fifth less for a whole list.
AS_TEXT = (Cast("license_since", CharField()), Cast("user__expected_days", CharField()))
_day = functools.cache(datetime.date.fromisoformat)  # the same days come again and again


def current_rows(rows: "QuerySet[Usage]", of: Basis) -> Iterator[MonitoredRow]:
    """Rows with the figures of usage rows; what complete() adds is still to come."""
    first, new_after = of.first_of_window or 0, of.held_since(NEW)
    found = rows.values_list(*PERSON, *COUNTED, *AS_TEXT).iterator(BATCH)
    for user, login, name, employment, last_day, access_days, bits, program_day, since_text, expected in found:
        since = _day(since_text) if since_text else None
        part_time, is_new = employment == Employment.PART_TIME, since is not None and since > new_after
        yield MonitoredRow(
            login,
            name,
            (),
            last_day or None,
            access_days,
            program_day > 0,
            since,
            is_new,
            part_time,
            days_text(Decimal(expected)) if part_time and expected else "",
            user=user,
            strip=unrolled(bits, first),
        )


def completed(rows: Iterable[MonitoredRow], of: Basis) -> Iterator[MonitoredRow]:
    """The rows with what is read for many at once: departments, leave, and evidence where only some sources check."""
    for batch in batches(rows, BATCH):
        ids = [row.user for row in batch]
        departments, leave = departments_of(ids), on_leave_until(of.service, ids)
        with_reports([row for row in batch if row.at_most is None], of)
        weak = weakly_evidenced(of, [row.user for row in batch if row.last_access is not None])
        for row in batch:
            row.departments = departments.get(row.user, ())
            row.weak_evidence = row.user in weak
            row.on_leave_until = leave.get(row.user)
            yield row


def with_reports(rows: Sequence[MonitoredRow], of: Basis) -> None:
    """Put in what vendors' reports tell of some rows: a few queries, one where there are none."""
    if of.as_of is None or not of.has_reports:
        return
    told = reported.tell(of.service, [row.user for row in rows], of.as_of, windows=(of.window,), covered=of.covered)
    for row in rows:
        if mine := told.get(row.user):
            row.known, number = mine.known, mine.numbers[of.window]
            row.access_days, row.at_most = number.least, number.most
            row.reported_on = None if number.reported_on is None else days.date_of(number.reported_on)


STORED = ("last_day", "program_day")
Months = dict[int, dict[int, int]]  # by user, {month: mask}


class Figures:
    """The access days of some people as of a day. Of each, no more months are read than say what is shown."""

    def __init__(self, of: Basis, stored: Mapping[int, tuple[int, int]], earlier: Sequence[int]) -> None:
        """`stored` are the last day with an access and with use of the API of each user's usage row, 0 for none;
        `earlier` the months before those of the window.
        """
        assert of.as_of is not None
        self.of, self.as_of, self.stored = of, of.as_of, stored
        self.first, self.last = days.window_ending(of.as_of, of.window)
        self.accesses: Months = {user: {} for user in stored}
        self.programs: Months = {user: {} for user in stored}
        self.read(range(days.month_of(self.first), days.month_of(self.last) + 1), [*stored])
        self.last_read = self.last_of(stored)
        rest = [user for user, last in self.last_read.items() if last is None and not self.is_stored(user)]
        for some in batches(earlier if rest else (), 200):
            self.read(some, rest)
        self.last_read |= self.last_of(rest)

    def read(self, months: Sequence[int], users: Sequence[int]) -> None:
        for user, month, mask, program_mask in statements.months_of_users(self.of.service.pk, months, users):
            days.merge(self.accesses[user], {month: mask})
            days.merge(self.programs[user], {month: program_mask})

    def is_stored(self, user: int) -> bool:
        """Whether the last day of the usage row is that of this list, too, where nothing is found in the window."""
        until = self.of.counted_until
        return until is not None and self.first <= until + 1 and max(self.stored[user]) <= self.as_of

    def last_of(self, users: Iterable[int]) -> dict[int, int | None]:
        """The last days with an access in the months that were read."""
        return {user: days.last_until(self.accesses[user], self.as_of) for user in users}

    def last_access(self, user: int) -> int | None:
        return self.last_read[user] or (self.stored[user][0] if self.is_stored(user) else 0) or None

    def uses_api(self, user: int) -> bool:
        found = days.last_until(self.programs[user], self.as_of)
        return found is not None or (self.is_stored(user) and self.stored[user][1] > 0)


def counted_rows(rows: "QuerySet[Usage]", of: Basis) -> Iterator[MonitoredRow]:
    """The same people with their figures counted from the months, as of any day and for any window."""
    new_after = of.held_since(NEW)
    earlier = earlier_months(of.service.pk, days.month_of(of.first_of_window or 0))
    for batch in batches(rows.values_list(*PERSON, "user__expected_days", *STORED), BATCH):
        figures = Figures(of, {user: (last_day, program_day) for user, *_, last_day, program_day in batch}, earlier)
        held_since = dict(of.licenses.filter(user__in=among([*figures.stored])).values_list("user", "first_day"))
        found = []
        for user, login, name, employment, expected, *_stored in batch:
            last_access = figures.last_access(user)
            part_time, since = employment == Employment.PART_TIME, held_since.get(user)
            row = MonitoredRow(
                login,
                name,
                (),
                last_access,
                days.count_between(figures.accesses[user], figures.first, figures.last),
                last_access is None and figures.uses_api(user),
                since,
                since is not None and since > new_after,
                part_time,
                days_text(expected) if part_time else "",
                user=user,
                strip=days.bits_of(figures.accesses[user], figures.first, figures.last),
            )
            found.append(row)
        with_reports(found, of)
        yield from found
