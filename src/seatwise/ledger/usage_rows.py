"""Usage rows from the months: what a row is, as a function of the facts and the as-of day alone."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, Min

from seatwise.ledger import statements
from seatwise.ledger.models import AccessMonth, Usage
from seatwise.lib import days
from seatwise.lib.batches import batches

RING = (1 << 31) - 1


@dataclass
class Counted:
    """A user's usage as of a day. `last_day` and `program_day` are 0 for none.

    `program_day` is the last day with use of the API, but 0 for somebody with an access: it says who is API only.
    """

    last_day: int = 0
    bits: int = 0
    program_day: int = 0

    def add(self, month: int, mask: int, program_mask: int, as_of: int) -> None:
        start, until, in_window = masks_as_of(month, as_of)
        window = mask & in_window
        shift = start % 31
        self.bits |= ((window << shift) | (window >> (31 - shift))) & RING
        self.last_day = max(self.last_day, last_of(start, mask & until))
        self.program_day = max(self.program_day, last_of(start, program_mask & until))

    def row(self) -> tuple[int, int, int, int]:
        """As it is stored: last_day, bits, days_30, program_day."""
        return self.last_day, self.bits, self.bits.bit_count(), 0 if self.last_day else self.program_day


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


def count(service: int, as_of: int, users: list[int]) -> dict[int, Counted]:
    """The usage of some users (a few hundred) as of a day."""
    counted = {user: Counted() for user in users}
    first, last = (days.month_of(day) for day in days.window_ending(as_of))
    window = range(first, last + 1)
    for user, month, mask, program_mask in statements.months_of_users(service, window, users):
        counted[user].add(month, mask, program_mask, as_of)
    rest = [user for user in users if not counted[user].last_day]
    for months in batches(earlier_months(service, first) if rest else [], 200):
        for user, month, mask, program_mask in statements.months_of_users(service, months, rest):
            counted[user].add(month, mask, program_mask, as_of)
    return counted


def recompute(service: int, as_of: int | None, users: Iterable[int]) -> None:
    """Write the usage of some users as of the service's day; those without a license have no row and get none."""
    for batch in batches(sorted(set(users)), 500):
        holders = Usage.objects.filter(service=service, user__in=batch).values_list("user", flat=True)
        found = count(service, as_of, list(holders)) if as_of is not None else {u: Counted() for u in holders}
        statements.update_usage((*counted.row(), service, user) for user, counted in found.items())


def recompute_all(service: int, as_of: int | None) -> None:
    recompute(service, as_of, Usage.objects.filter(service=service).values_list("user", flat=True))
