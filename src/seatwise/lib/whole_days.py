"""Which days lie within a time as a whole, where clocks are put forward and back."""

import datetime
from zoneinfo import ZoneInfo

from seatwise.lib.days import date_of, day_of

DAY = datetime.timedelta(days=1)


def within(since: datetime.datetime, until: datetime.datetime, zone: ZoneInfo) -> range:
    """The days of a zone that begin at `since` or later and have ended at `until`."""
    first, last = day_of(since.astimezone(zone).date()), day_of(until.astimezone(zone).date())
    while min(midnights(first, zone)) < since:
        first += 1
    while last >= first and max(midnights(last + 1, zone)) > until:
        last -= 1
    return range(first, last + 1)


def midnights(day: int, zone: ZoneInfo) -> tuple[datetime.datetime, datetime.datetime]:
    """When a day may begin: once, but where clocks are changed at midnight."""
    midnight = datetime.datetime.combine(date_of(day), datetime.time(), zone)
    return midnight.astimezone(datetime.UTC), midnight.replace(fold=1).astimezone(datetime.UTC)
