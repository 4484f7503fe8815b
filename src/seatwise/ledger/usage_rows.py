"""Usage rows: what a row is, as a function of the months, of vendors' reports and of the as-of day alone."""

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max, Min

from seatwise.directory.models import Login
from seatwise.ledger import reported, statements
from seatwise.ledger.models import AccessMonth, Usage
from seatwise.lib import days, staged_rows
from seatwise.lib.batches import among, batches
from seatwise.lib.staged_rows import INTEGER
from seatwise.logs.facts import LoginFacts

AT_ONCE = 50_000  # users who are recomputed together
ROW = dict.fromkeys(("id", "last_day", "bits", "days_30", "program_day"), INTEGER)
COUNTS = dict.fromkeys(("login_id", "last_day", "bits", "program_day"), INTEGER)
ADDED = dict.fromkeys(("id", "layer", "last_day", "bits", "program_day"), INTEGER)
RING = (1 << 31) - 1


@dataclass
class Counted:
    """A user's usage as of a day. `last_day` and `program_day` are 0 for none.

    `program_day` is the last day with use of the API, but 0 for somebody with an access: it says who is API only.
    """

    last_day: int = 0
    bits: int = 0
    program_day: int = 0
    reported: int = 0  # the number by vendors' reports, where it is more

    def add(self, month: int, mask: int, program_mask: int, as_of: int) -> None:
        start, until, in_window = masks_as_of(month, as_of)
        window = mask & in_window
        shift = start % 31
        self.bits |= ((window << shift) | (window >> (31 - shift))) & RING
        self.last_day = max(self.last_day, last_of(start, mask & until))
        self.program_day = max(self.program_day, last_of(start, program_mask & until))

    def row(self) -> tuple[int, int, int, int]:
        """As it is stored: last_day, bits, days_30, program_day."""
        return (
            self.last_day,
            self.bits,
            max(self.bits.bit_count(), self.reported),
            0 if self.last_day else self.program_day,
        )


@functools.lru_cache(maxsize=1000)
def masks_as_of(month: int, as_of: int) -> tuple[int, int, int]:
    """The first day of a month, the mask of its days until the as-of day, and of those in the window."""
    start = days.first_day_of(month)
    return start, days.mask_until(month, as_of), days.mask_between(month, *days.window_ending(as_of))


def last_of(start: int, mask: int) -> int:
    """The last day of a mask whose bit 0 is `start`, or 0."""
    return start + mask.bit_length() - 1 if mask else 0


def earlier_months(service: int, before: int) -> list[int]:
    """The months before one in which there may be facts."""
    months = AccessMonth.objects.filter(service=service)  # the least and the greatest at once read all rows on SQLite
    first, last = months.aggregate(found=Min("month"))["found"], months.aggregate(found=Max("month"))["found"]
    return [] if first is None else list(range(first, min(last, before - 1) + 1))


def count(service: int, as_of: int, users: Iterable[int], staged: str) -> dict[int, Counted]:
    """The usage of users, who stand in a temporary table, as of a day."""
    counted = {user: Counted() for user in users}
    first, last = (days.month_of(day) for day in days.window_ending(as_of))
    add_months(counted, service, as_of, range(first, last + 1), staged)
    rest = [(user,) for user, mine in counted.items() if not mine.last_day]
    earlier = list(batches(earlier_months(service, first), 200)) if rest else []
    if earlier:
        with staged_rows.staged({"user_id": INTEGER}, rest, key=["user_id"]) as table:
            for months in earlier:
                add_months(counted, service, as_of, months, table)
    return counted


def add_months(counted: Mapping[int, Counted], service: int, as_of: int, months: Sequence[int], staged: str) -> None:
    sql = statements.MONTHS_OF_USERS.format(staged=staged, months=statements.marks(len(months)))
    for user, month, mask, program_mask in statements.fetch(sql, [service, *months]):
        if user in counted:
            counted[user].add(month, mask, program_mask, as_of)


def recompute(service: int, as_of: int | None, users: Iterable[int]) -> None:
    """Write the usage of some users as of the service's day; those without a license have no row and get none."""
    for batch in batches(sorted(set(users)), AT_ONCE):
        with staged_rows.staged({"user_id": INTEGER}, [(user,) for user in batch], key=["user_id"]) as table:
            holders = statements.fetch(statements.ROWS_OF_USERS.format(staged=table), [service])
            rows = {user: row for user, row in holders}  # noqa: C416 -- as mypy wants it
            if not rows:
                continue
            found = count(service, as_of, rows, table) if as_of is not None else {user: Counted() for user in rows}
        if as_of is not None:
            first, _ = days.window_ending(as_of)
            bits = {user: unrolled(each.bits, first) for user, each in found.items()}
            for user, number in reported.least(service, bits, as_of, list(rows)).items():
                found[user].reported = number
        written = sorted((rows[user], *counted.row()) for user, counted in found.items())
        with staged_rows.staged(ROW, written, key=["id"]) as table:
            statements.execute(statements.WRITE_USAGE.format(staged=table))


def recompute_all(service: int, as_of: int | None) -> None:
    recompute(service, as_of, Usage.objects.filter(service=service).values_list("user", flat=True))


def counts_of(logins: Mapping[int, LoginFacts], wanted: Iterable[int], as_of: int) -> list[tuple[int, ...]]:
    """What facts of some logins, by id, add to usage as of a day: rows of COUNTS."""
    rows: list[tuple[int, ...]] = []
    for login in sorted(wanted):
        counted, mine = Counted(), logins[login]
        for month in mine.days.keys() | mine.program_days.keys():
            counted.add(month, mine.days.get(month, 0), mine.program_days.get(month, 0), as_of)
        rows.append((login, counted.last_day, counted.bits, counted.program_day))
    return rows


def add(service: int, counts: str, leaving: int) -> None:
    """Add the counts of logins, in a table, to rows that are right without them, and take the leaving days out."""
    with staged_rows.staged(ADDED, (), key=["id", "layer"]) as rows:
        statements.execute(statements.ROWS_OF_LOGINS.format(staged=counts, rows=rows), {"service": service})
        [(layers,)] = statements.fetch(f"SELECT max(layer) FROM {rows}", ())  # noqa: S608 -- our own name
        for layer in range(1, (layers or 0) + 1):
            staying = RING & ~leaving if layer == 1 else RING  # what the first put in takes the place of what leaves
            statements.execute(statements.ADD_TO_USAGE.format(staged=rows), {"layer": layer, "staying": staying})
        leave_days(service, leaving, but=rows)


def leave_days(service: int, leaving: int, *, but: str = "") -> None:
    """Take the bits of leaving days out of all rows, but those whose ids stand in a table."""
    if leaving:
        sql = statements.LEAVE_DAYS + (statements.BUT_THOSE.format(rows=but) if but else "")
        statements.execute(sql, {"service": service, "staying": RING & ~leaving})


def count_reported(service: int, as_of: int, logins: Collection[int] | None) -> None:
    """Put the numbers that vendors counted into rows that are right but for these: of some logins' people, or of all.

    A number that is put in rests on a day in the window, so rows whose reports have left it are right without.
    """
    first, _ = days.window_ending(as_of)
    if not reported.counting([service], as_of, first):
        return
    rows = Usage.objects.filter(service=service)
    mine = rows if logins is None else rows.filter(user__in=Login.objects.filter(pk__in=among(logins)).values("user"))
    kept = {user: (pk, bits, number) for pk, user, bits, number in mine.values_list("pk", "user", "bits", "days_30")}
    strips = {user: unrolled(bits, first) for user, (_pk, bits, _number) in kept.items()}
    found = reported.least(service, strips, as_of, None if logins is None else list(kept))
    changed = sorted((kept[user][0], number) for user, number in found.items() if number != kept[user][2])
    with staged_rows.staged({"id": INTEGER, "days_30": INTEGER}, changed, key=["id"]) as table:
        statements.execute(statements.WRITE_NUMBERS.format(staged=table))


def unrolled(bits: int, first: int) -> int:
    """The ring of a usage row with bit 0 for the first day of the window."""
    shift = first % 31
    return ((bits >> shift) | (bits << (31 - shift))) & ((1 << days.WINDOW) - 1)
