"""The calendar against the obvious: a set of days; and that no login is lost in an address."""

import datetime

from hypothesis import given, settings, strategies as st

from seatwise.lib import days
from seatwise.monitoring.calendars import Calendar, first_month_until
from seatwise.monitoring.person_views import LoginConverter

TODAY = datetime.date(2026, 11, 24)
some_days = st.sets(st.integers(0, 450), max_size=60)


def calendar(accesses: set[int], programs: set[int], covered: set[int], today: datetime.date = TODAY) -> Calendar:
    last = days.day_of(today)
    masks = [days.masks_of(last - ago for ago in some) for some in (covered, accesses, programs)]
    return Calendar(None, masks[0], first_month_until(last), days.month_of(last), last, *masks[1:])  # type: ignore[arg-type]


@settings(max_examples=60)
@given(accesses=some_days, programs=some_days, covered=some_days, back=st.integers(0, 800))
def test_each_day_looks_as_what_is_known_of_it(
    accesses: set[int], programs: set[int], covered: set[int], back: int
) -> None:
    today = TODAY - datetime.timedelta(back)
    drawn = calendar(accesses, programs, covered, today)
    cells = {cell.date: cell for cell in drawn.cells()}
    first = datetime.date(today.year - 1, today.month, 1)
    assert list(cells) == [first + datetime.timedelta(n) for n in range((today - first).days + 1)]
    for date, cell in cells.items():
        ago = (today - date).days
        weekend = "w" if date.isoweekday() > 5 else ""
        expected = "d" if ago in accesses else "p" if ago in programs else weekend if ago in covered else "x"
        assert cell.look == expected
        assert (cell.y - 20) // 17 == date.weekday()
    places = {(cell.x, cell.y) for cell in cells.values()}
    assert len(places) == len(cells)
    assert max(x for x, _ in places) + 14 <= drawn.width


@settings(max_examples=60)
@given(accesses=some_days, programs=some_days, covered=some_days)
def test_the_list_says_what_the_drawing_shows(accesses: set[int], programs: set[int], covered: set[int]) -> None:
    drawn = calendar(accesses, programs, covered)
    said = {
        datetime.date(month.first.year, month.first.month, day): look
        for month in drawn.month_texts
        for look, runs in (("d", month.accesses), ("p", month.programs), ("x", month.unknown))
        for first, last in runs
        for day in range(first, last + 1)
    }
    assert said == {cell.date: cell.look for cell in drawn.cells() if cell.look in ("d", "p", "x")}
    assert sum(month.count for month in drawn.month_texts) == sum(look == "d" for look in said.values())


def test_gaps_are_the_unknown_days_since_recording_began() -> None:
    drawn = calendar(set(), set(), {100, 99, 50, 3, 2, 0})
    assert [tuple((TODAY - date).days for date in gap) for gap in drawn.all_gaps] == [(98, 51), (49, 4), (1, 1)]
    assert calendar({1}, set(), set()).all_gaps == []


@settings(max_examples=300)
@given(st.text(min_size=1, max_size=40))
def test_every_login_comes_back_from_its_address(login: str) -> None:
    converter = LoginConverter()
    part = converter.to_url(login)
    assert "/" not in part
    assert "%" not in part
    assert part.strip(".")
    assert converter.to_python(part) == login
