"""On how many days somebody is expected to use what they work with: one rule for reviews and for finding a seat."""

from decimal import Decimal

FULL_WEEK = Decimal(5)
PART_WEEK = Decimal("2.5")  # of part-time people, where neither they nor the service's policy has a number


def days_a_week(entered: Decimal | None, employment: str, policy: Decimal | None = None) -> Decimal:
    """What was entered of somebody; else a full week, or of part-time people what the service's policy says."""
    if entered is not None:
        return entered
    if employment != "part_time":
        return FULL_WEEK
    return PART_WEEK if policy is None else policy


def days_within(length: int, a_week: Decimal) -> int:
    """How many whole days of so many that comes to."""
    return int(a_week * length / 7)
