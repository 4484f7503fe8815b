"""Public holidays, and how many days are expected without them."""

from decimal import Decimal

import pytest

from seatwise.lib import days, holidays


def test_holidays_of_a_country() -> None:
    first, last = days.parse_day("2026-04-29"), days.parse_day("2026-05-06")
    found = [str(days.date_of(day)) for day in holidays.holidays("JP", first, last)]
    assert found == ["2026-04-29", "2026-05-03", "2026-05-04", "2026-05-05", "2026-05-06"]
    assert holidays.holidays("JP", days.parse_day("2026-12-31"), days.parse_day("2027-01-01")) == [last + 240]
    assert holidays.holidays("", first, last) == []


def test_a_country_is_one_whose_holidays_are_known() -> None:
    assert holidays.country(" jp ") == "JP"
    for text in ("Japan", "XX", "JPN", "J"):
        with pytest.raises(ValueError, match="such as JP"):
            holidays.country(text)


@pytest.mark.parametrize(
    ("length", "a_week", "off", "expected"),
    [
        (30, "5", 0, 21),
        (30, "5", 1, 20),
        (30, "2.5", 2, 9),
        (7, "5", 5, 0),
        (7, "5", 7, 0),
        (7, "0", 3, 0),
        (35, "4", 5, 16),
    ],
)
def test_each_weekday_off_takes_a_fifth_of_a_week(length: int, a_week: str, off: int, expected: int) -> None:
    assert days.days_within(length, Decimal(a_week), off) == expected


def test_without_days_off_it_is_what_it_always_was() -> None:
    for length in range(1, 400):
        for a_week in ("0", "1", "2.5", "3.5", "4.9", "5", "7"):
            assert days.days_within(length, Decimal(a_week)) == int(Decimal(a_week) * length / 7)
