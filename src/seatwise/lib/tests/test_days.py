"""Days, months as masks, windows and zones."""

import datetime
import itertools
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, strategies as st

from seatwise.lib import days

DATES = st.dates(datetime.date(1970, 1, 1), datetime.date(2100, 12, 31))
DAYS = DATES.map(days.day_of)
SETS = st.sets(st.integers(20_000, 20_200), max_size=40)
ORACLE = Path(__file__).parents[5] / "shared" / "data" / "tz" / "zdump-20-zones-2005-2030.txt"


def test_a_day_is_counted_from_1970() -> None:
    assert days.day_of(datetime.date(1970, 1, 1)) == 0
    assert days.date_of(20_000) == datetime.date(2024, 10, 4)


@given(DATES)
def test_a_date_and_its_day_are_one(date: datetime.date) -> None:
    assert days.date_of(days.day_of(date)) == date
    assert days.parse_day(date.isoformat()) == days.day_of(date)
    month = days.month_of(days.day_of(date))
    assert (month // 12, month % 12 + 1) == (date.year, date.month)
    assert days.parse_month(date.isoformat()[:7]) == month
    assert days.first_day_of(month) <= days.day_of(date) <= days.last_day_of(month)
    assert days.date_of(days.last_day_of(month) + 1).day == 1


@pytest.mark.parametrize(
    "text", ["", "2026-1-1", "20260101", "2026-02-30", "2026-01-01 ", "2026-W01-1", "２０２６-01-01"]
)
def test_what_is_not_a_date_is_refused_with_what_is_expected(text: str) -> None:
    with pytest.raises(ValueError, match="expected YYYY-MM-DD"):
        days.parse_day(text)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "2026-1", "202-01", "2026-01-01", "２０２６-01", "0000-01"]
)
def test_what_is_not_a_month_is_refused_with_what_is_expected(text: str) -> None:
    with pytest.raises(ValueError, match="expected YYYY-MM"):
        days.parse_month(text)


@given(SETS)
def test_masks_hold_exactly_their_days(found: set[int]) -> None:
    months = days.masks_of(found)
    assert list(days.days_in(months)) == sorted(found)
    assert all(0 < mask < 1 << 31 for mask in months.values())


def test_bit_0_is_the_first_of_the_month() -> None:
    assert days.masks_of([days.parse_day("2026-10-01"), days.parse_day("2026-10-31")]) == {2026 * 12 + 9: 1 | 1 << 30}


@given(SETS, st.integers(19_990, 20_210), st.integers(0, 60))
def test_counting_and_the_last_day_are_those_of_the_set(found: set[int], first: int, length: int) -> None:
    months = days.masks_of(found)
    last = first + length
    assert days.count_between(months, first, last) == sum(first <= day <= last for day in found)
    assert days.last_until(months, last) == max((day for day in found if day <= last), default=None)


@given(SETS, st.integers(19_990, 20_210), st.integers(-3, 90))
def test_bits_gaps_and_what_is_until_a_day_are_those_of_the_set(found: set[int], first: int, length: int) -> None:
    months, last = days.masks_of(found), first + length
    period = range(first, last + 1)
    assert list(days.days_of_bits(days.bits_of(months, first, last), first)) == [day for day in period if day in found]
    absent = [day for day in period if day not in found]
    assert list(days.days_of_bits(days.missing_bits(months, first, last), first)) == absent
    assert days.count_missing(months, first, last) == len(absent)
    assert days.runs(absent) == days.missing(months, first, last)
    until = days.until(months, last)
    assert list(days.days_in(until)) == sorted(day for day in found if day <= last)
    assert all(until.values())


@given(SETS, SETS)
def test_merging_adds_days_and_changes_nothing_else(some: set[int], others: set[int]) -> None:
    into, more = days.masks_of(some), days.masks_of(others)
    days.merge(into, more)
    assert into == days.masks_of(some | others) == days.union([days.masks_of(some), more])
    assert more == days.masks_of(others)


def test_a_monday_is_a_monday() -> None:
    assert [days.weekday(days.day_of(datetime.date(2026, 11, 23 + place))) for place in range(7)] == [*range(7)]


def test_the_window_is_the_day_and_the_29_before_it() -> None:
    assert days.window_ending(100) == (71, 100)
    assert days.window_ending(100, 1) == (100, 100)


@given(SETS)
def test_runs_are_unbroken_apart_and_complete(found: set[int]) -> None:
    runs = days.runs(found)
    assert [day for first, last in runs for day in range(first, last + 1)] == sorted(found)
    assert all(last + 1 < first for (_, last), (first, _) in itertools.pairwise(runs))


def test_a_zone_that_is_not_known_is_named() -> None:
    for name in ("Mars/Olympus", "", "../etc/passwd", "Asia"):
        with pytest.raises(days.UnknownZone, match="expected a name such as Asia/Tokyo"):
            days.zone(name)


def offset(name: str, until: int, instant: int) -> int:
    """Seconds east of UTC at an instant, by the table of changes."""
    turns, offsets = days.zone_turns(name, until)
    return next(o for turn, o in zip(turns[::-1], offsets[::-1], strict=True) if turn <= instant)


DAY = st.integers(20_000, 20_060)


@given(DAY, DAY, DAY, DAY)
def test_bits_between_are_the_days_of_both_ranges(begin: int, end: int, first: int, last: int) -> None:
    found = set(days.days_of_bits(days.bits_between(begin, end, first, last), first))
    assert found == set(range(begin, end + 1)) & set(range(first, last + 1))


ZONES = ["Asia/Tokyo", "America/New_York", "America/St_Johns", "Pacific/Apia", "Africa/Monrovia", "Europe/Dublin"]
UNTIL = days.parse_day("2027-01-01")


@given(st.sampled_from(sorted(available_timezones() - {"localtime"})), st.integers(0, UNTIL * 86400))
def test_the_changes_of_a_zone_are_those_of_zoneinfo(name: str, instant: int) -> None:
    moment = datetime.datetime.fromtimestamp(instant, ZoneInfo(name))
    assert offset(name, UNTIL, instant) == moment.utcoffset().total_seconds()  # type: ignore[union-attr]


def test_a_change_is_found_to_the_second() -> None:
    turns, offsets = days.zone_turns("America/New_York", UNTIL)
    at = turns.index(int(datetime.datetime(2026, 3, 8, 7, tzinfo=datetime.UTC).timestamp()))
    assert offsets[at - 1 : at + 1] == (-5 * 3600, -4 * 3600)
    assert days.zone_turns("UTC", UNTIL) == ((turns[0],), (0,))
    assert len(turns) == len(offsets)


@given(
    st.sampled_from([*ZONES, "Australia/Lord_Howe", "Africa/Casablanca"]),
    st.datetimes(datetime.datetime(1970, 1, 2), datetime.datetime(2026, 12, 1)),
)
def test_local_times_are_read_as_pep_495_says(name: str, moment: datetime.datetime) -> None:
    turns, offsets = days.zone_turns(name, UNTIL)
    local = int((moment - datetime.datetime(1970, 1, 1)).total_seconds())
    found = next(
        o for turn, o in zip(days.local_turns(turns, offsets)[::-1], offsets[::-1], strict=True) if turn <= local
    )
    expected = moment.replace(microsecond=0, tzinfo=ZoneInfo(name)).utcoffset()
    assert found == expected.total_seconds()  # type: ignore[union-attr]


def test_of_two_instants_with_one_local_time_the_earlier_is_meant() -> None:
    turns, offsets = days.zone_turns("America/New_York", UNTIL)
    local = days.local_turns(turns, offsets)
    midnight = days.parse_day("2026-11-01") * 86400
    assert midnight + 2 * 3600 in local  # from 02:00 it is winter; 01:30 is summer's, the first of two
    assert days.parse_day("2026-03-08") * 86400 + 3 * 3600 in local  # 02:30 is none, and read by winter's clock


def test_the_transitions_of_zdump_are_found() -> None:
    """The oracle is not part of the project: shared/data/tz beside it, where present."""
    if not ORACLE.exists():
        pytest.skip("shared/data/tz is not here")
    checked = 0
    for line in ORACLE.read_text().splitlines():
        name, _, rest = line.partition("  ")
        parts = rest.split()
        if "gmtoff=" not in rest or "UT" not in parts:
            continue
        month, day, clock, year = parts[1:5]
        moment = datetime.datetime.strptime(f"{month} {day} {clock} {year} +0000", "%b %d %H:%M:%S %Y %z")
        instant = int(moment.timestamp())
        expected = int(rest.rsplit("gmtoff=", 1)[1])
        assert offset(name.strip(), days.parse_day("2031-01-01"), instant) == expected, line
        checked += 1
    assert checked > 1000


@given(SETS)
def test_gaps_are_the_missing_days_between_the_first_and_the_last(found: set[int]) -> None:
    months = days.masks_of(found)
    assert (days.first_in(months), days.last_in(months)) == ((min(found), max(found)) if found else (None, None))
    gaps = days.gaps(months)
    missing = {day for first, last in gaps for day in range(first, last + 1)}
    assert missing == (set(range(min(found), max(found) + 1)) - found if found else set())
    assert all(last + 1 < first for (_, last), (first, _) in itertools.pairwise(gaps))


@given(st.lists(SETS, max_size=4))
def test_a_union_has_the_days_of_all(many: list[set[int]]) -> None:
    together = days.union(days.masks_of(found) for found in many)
    assert set(days.days_in(together)) == set().union(*many)
