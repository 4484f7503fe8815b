"""Which days lie within a time as a whole: at midnight, and where clocks are put forward and back."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from seatwise.lib import days, whole_days


def within(zone: str, since: str, until: str) -> list[str]:
    """The whole days between two times in UTC."""
    begin, end = (datetime.datetime.fromisoformat(f"{text}+00:00") for text in (since, until))
    return [str(days.date_of(day)) for day in whole_days.within(begin, end, ZoneInfo(zone))]


@pytest.mark.parametrize(
    ("zone", "since", "until", "expected"),
    [
        ("UTC", "2026-11-20T00:00:00", "2026-11-21T00:00:00", ["2026-11-20"]),
        ("UTC", "2026-11-20T00:00:01", "2026-11-21T00:00:00", []),
        ("UTC", "2026-11-20T00:00:00", "2026-11-20T23:59:59", []),
        ("UTC", "2026-11-20T00:00:00", "2026-11-20T00:00:00", []),
        ("UTC", "2026-12-31T12:00:00", "2027-01-03T12:00:00", ["2027-01-01", "2027-01-02"]),
        ("Asia/Tokyo", "2026-11-19T15:00:00", "2026-11-20T15:00:00", ["2026-11-20"]),
        ("Asia/Tokyo", "2026-11-20T00:00:00", "2026-11-21T00:00:00", []),
        # Clocks are put back: the day has 25 hours.
        ("Europe/Berlin", "2026-10-24T22:00:00", "2026-10-25T22:00:00", []),
        ("Europe/Berlin", "2026-10-24T22:00:00", "2026-10-25T23:00:00", ["2026-10-25"]),
        # Clocks are put forward: 23 hours.
        ("Europe/Berlin", "2026-03-28T23:00:00", "2026-03-29T21:59:59", []),
        ("Europe/Berlin", "2026-03-28T23:00:00", "2026-03-29T22:00:00", ["2026-03-29"]),
        # Put forward at midnight, which does not come: the day begins at one o'clock, the one before ends no earlier.
        ("America/Santiago", "2026-09-05T04:00:00", "2026-09-06T04:00:00", ["2026-09-05"]),
        ("America/Santiago", "2026-09-05T04:00:00", "2026-09-06T03:59:59", []),
        # Put back at midnight: its last hour comes twice.
        ("America/Santiago", "2026-04-04T03:00:00", "2026-04-05T03:59:59", []),
        ("America/Santiago", "2026-04-04T03:00:00", "2026-04-05T04:00:00", ["2026-04-04"]),
    ],
)
def test_whole_days(zone: str, since: str, until: str, expected: list[str]) -> None:
    assert within(zone, since, until) == expected
