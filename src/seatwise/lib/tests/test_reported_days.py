"""The numbers of vendors' reports: bounds that are never wrong, held against all sets of days that fit."""

import pytest
from hypothesis import given, settings, strategies as st

from seatwise.lib import days
from seatwise.lib.reported_days import Number, Reported, believed, bounds, number_in, period_in, reported, together

TODAY = 20_000


def bits(*ago: int, first: int = TODAY - 29) -> int:
    return sum(1 << (TODAY - each - first) for each in ago)


@pytest.mark.parametrize(
    ("seen", "possible", "number", "expected"),
    [
        (bits(2), bits(*range(2, 30)), 12, (12, 12)),  # the last access date is seen, the rest is unknown
        (bits(1, 2, 3), bits(1, 2, 3), 2, (3, 3)),  # more was seen than the report says
        (bits(1, 2), bits(*range(1, 30)), 12, (12, 12)),
        (bits(1), bits(1), 12, (12, 12)),  # as with dates: what another source saw counts, too
    ],
)
def test_a_number_bounds_its_window(seen: int, possible: int, number: int, expected: tuple[int, int]) -> None:
    report = believed(reported(TODAY, TODAY - 1, 30, number), days.masks_of(days.days_of_bits(seen, TODAY - 29)))
    found = bounds(seen, possible, [report], TODAY - 29, TODAY)
    assert (found.least, found.most) == expected


def test_of_a_window_that_moved_on_the_days_that_left_may_have_been_among_them() -> None:
    report = reported(TODAY - 7, TODAY - 8, 30, 12)
    seen, possible = bits(0, 8), bits(*range(8)) | bits(*range(8, 30))
    assert bounds(seen, possible, [report], TODAY - 29, TODAY) == Number(6, 19, TODAY - 7)
    assert bounds(seen, seen, [report], TODAY - 29, TODAY) == Number(6, 6, TODAY - 7)
    assert bounds(seen, possible, [reported(TODAY - 40, None, 30, 0)], TODAY - 29, TODAY).reported_on is None


def test_reports_of_a_quarter_are_put_together() -> None:
    every_30 = [reported(TODAY - ago, TODAY - ago, 30, 4) for ago in (0, 30, 60)]
    first = TODAY - 89
    seen = bits(0, 30, 60, first=first)
    assert bounds(seen, (1 << 90) - 1, every_30, first, TODAY) == Number(12, 12, TODAY)
    weekly = [reported(TODAY - ago, TODAY - ago, 30, 4) for ago in range(0, 90, 7)]
    assert bounds(seen, (1 << 90) - 1, weekly, first, TODAY) == Number(4 + 2 + 2, 16, TODAY)


def test_a_row_that_contradicts_itself_or_the_records_tells_nothing_that_would_harm() -> None:
    assert reported(TODAY, None, 30, 12) == Reported(TODAY, None, silent=False)
    assert reported(TODAY, TODAY - 40, 30, 1).silent is False
    assert reported(TODAY, TODAY - 1, 30, 30).most == 29  # its 30 days end a day before
    seen_later = believed(reported(TODAY, TODAY - 20, 30, 2), {days.month_of(TODAY): 1 << days.date_of(TODAY).day - 1})
    assert (seen_later.silent, seen_later.least, seen_later.most) == (False, 2, None)


def test_two_logins_of_one_person() -> None:
    both = together(reported(TODAY, TODAY - 1, 30, 12), reported(TODAY, TODAY - 9, 30, 4))
    assert (both.last, both.least, both.most) == (TODAY - 1, 12, 16)
    one_without = together(reported(TODAY, TODAY - 1, 30, 12), reported(TODAY, None))
    assert (one_without.least, one_without.most, one_without.silent) == (12, None, True)


@pytest.mark.parametrize(
    ("heading", "period"),
    [
        ("Number of Access Days (in the Last 30 Days)", 30), ("過去30日間のアクセス日数", 30),
        ("最近３０天的访问天数", 30), ("Number of Access Days", 30), ("アクセス日数", 30),
        ("Active days (90 days)", 90), ("利用日数", None), ("2026", None),
    ],
)  # fmt: skip
def test_the_heading_says_of_how_many_days_a_number_is(heading: str, period: int | None) -> None:
    assert period_in(heading) == period


def test_numbers_as_they_are_written() -> None:
    texts = ("12", " 12 days", "12日", "１２", "12.0", "twelve", "", "-1", "1.5")
    assert [number_in(text) for text in texts] == [12, 12, 12, 12, 12, None, None, None, None]


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_bounds_hold_for_every_set_of_days_that_fits(data: st.DataObject) -> None:
    """Ten days, some of them known; reports of four days each that tell the truth about some set of days."""
    length, period = 10, 4
    truth = data.draw(st.integers(0, (1 << length) - 1))
    known = data.draw(st.integers(0, (1 << length) - 1))
    told = []
    for day in sorted(data.draw(st.sets(st.integers(period - 1, length - 1))), reverse=True):
        number = (truth >> day - period + 1 & (1 << period) - 1).bit_count()
        told.append(Reported(day, None, period, number, number))
    first = data.draw(st.integers(0, length - 1))
    width = (1 << length - first) - 1
    seen, possible = (truth & known) >> first & width, ((truth & known) | ~known) >> first & width
    found = bounds(seen, possible, told, first, length - 1)
    fitting = [
        (days_ >> first).bit_count()
        for days_ in range(1 << length)
        if days_ & known == truth & known
        and all((days_ >> one.first & (1 << period) - 1).bit_count() == one.least for one in told)
    ]
    assert found.least <= min(fitting)
    assert max(fitting) <= found.most
