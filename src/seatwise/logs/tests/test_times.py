"""Times in every form, and the local day of an instant in any zone."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from seatwise.lib.days import day_of
from seatwise.logs.tests.samples import combined, dates, read_bytes, reason_of, source

SPACED = "$remote_user|$msec|$request_method|$request_uri|$status"
JSON = "json:time=t,user=u,request=r,status=s"


def day(time: str, zone: str = "UTC", log_zone: str | None = None) -> str:
    """The day of a line with this time, or the reason why there is none."""
    line = f"alice|{time}|GET|/|200".encode()
    facts = read_bytes(line, source(SPACED, zone=zone, log_zone=log_zone))
    found = dates(facts)
    return found["alice"][0] if found else next(name for name, count in facts.account.reasons.items() if count)


READABLE = [
    ("10/Oct/2026:23:55:36 +0000", "2026-10-10"),
    ("10/Oct/2026:23:55:36 -0700", "2026-10-11"),
    ("10/Oct/2026:00:55:36 +0900", "2026-10-09"),
    ("10/Oct/2026 23:55:36 +0000", "2026-10-10"),
    ("10/Oct/2026:23:55:36", "2026-10-10"),
    ("10/Oct/2026:23:55:36.123 +0000", "2026-10-10"),
    ("2026-10-10T23:55:36Z", "2026-10-10"),
    ("2026-10-10t23:55:36z", "2026-10-10"),
    ("2026-10-10 23:55:36", "2026-10-10"),
    ("2026-10-10T23:55:36.5Z", "2026-10-10"),
    ("2026-10-10T23:55:36,123456789Z", "2026-10-10"),
    ("2026-10-10T23:55:36+00:00", "2026-10-10"),
    ("2026-10-10T23:55:36-00:05", "2026-10-11"),
    ("2026-10-10T23:55:36-0005", "2026-10-11"),
    ("2026-10-10T23:55:36 -01", "2026-10-11"),
    ("2026-10-10T23:55:36.5 +0000", "2026-10-10"),
    ("2026-10-10T00:00:00+00:01", "2026-10-09"),
    ("2026-01-01T13:59:59+14:00", "2025-12-31"),
    ("2026-10-10T23:59:60Z", "2026-10-11"),  # a leap second belongs to the next minute
    ("2024-02-29T12:00:00Z", "2024-02-29"),
    ("2000-02-29T12:00:00Z", "2000-02-29"),
    ("1970-01-01T00:00:00Z", "1970-01-01"),
    ("1791608136", "2026-10-10"),
    ("1791608136.999", "2026-10-10"),
    ("1791608136123", "2026-10-10"),
    ("1791608136123456", "2026-10-10"),
    ("1791608136123456789", "2026-10-10"),
    ("1791676799", "2026-10-10"),
    ("1791676800", "2026-10-11"),
    ("1791676799999", "2026-10-10"),
    ("1791676799999999999", "2026-10-10"),
    ("1791676800000000000", "2026-10-11"),
    ("2026-11-25T23:59:59Z", "2026-11-25"),
    ("2026-10-10T23:55", "2026-10-10"),
    ("2026-10-10T23:55Z", "2026-10-10"),
    ("2026-10-10T23:55-01:00", "2026-10-11"),
    ("2026/10/10 23:55:36", "2026-10-10"),
    ("2026/10/10 23:55:36.123 -0100", "2026-10-11"),
    ("2026-10-10 23:55:36 UTC", "2026-10-10"),
    ("10/Oct/2026:23:55:36 GMT", "2026-10-10"),
    ("2026-10-10T23:55:36.123-01:00[Atlantic/Azores]", "2026-10-11"),
    ("20261010T235536Z", "2026-10-10"),
    ("20261010T235536.5-0100", "2026-10-11"),
    ("20261010T235536", "2026-10-10"),
    ("Sat, 10 Oct 2026 23:55:36 GMT", "2026-10-10"),
    ("Sat, 10 Oct 2026 23:55:36 -0100", "2026-10-11"),
    ("10 Oct 2026 23:55:36 +0000", "2026-10-10"),
    ("Sat Oct 10 23:55:36 2026", "2026-10-10"),
    ("Thu Oct  1 23:55:36.604343 2026", "2026-10-01"),
    ("17916081361e-1", "2026-10-10"),
]
UNREADABLE = """
31/Apr/2026:13:55:36 +0000
29/Feb/2026:13:55:36 +0000
00/Oct/2026:13:55:36 +0000
32/Oct/2026:13:55:36 +0000
10/Okt/2026:13:55:36 +0000
10/oct/2026:13:55:36 +0000
10/10/2026:13:55:36 +0000
10/Oct/1969:13:55:36 +0000
1/Oct/2026:13:55:36 +0000
10/Oct/2026:24:00:00 +0000
10/Oct/2026:13:60:00 +0000
10/Oct/2026:13:55:61 +0000
10/Oct/2026:13:55:36 0000
10/Oct/2026:13:55:36 +00000
10/Oct/2026:13:55:36 +0960
10/Oct/2026:13:55:36 +2500
10/Oct/2026:13:55:36 JST
10/Oct/2026:13:55
1900-02-29T00:00:00Z
2100-02-29T00:00:00Z
2026-13-10T23:55:36Z
2026-00-10T23:55:36Z
2026-10-32T23:55:36Z
2026-10-10
2026-10-10T23
2026-10-10T23:5
2026-10-10T23:55:
2026-10-10T23:55.5
2026-10-10T23:55:36[Asia/Tokyo]
2026-10-10T23:55:36+00:00[UTC
2026-10-10X23:55:36Z
2026-10-10T23:55:36.Z
2026-10-10T23:55:36+9:00
2026-10-10T23:55:36+09:0
2026-10-10T23:55:36Z+
2026-10-10T23:55:36Zx
2026/10-10 23:55:36
2026.10.10 23:55:36
20261010T2355
20261310T135536Z
20261010135536Z
Sat, 10 Okt 2026 23:55:36 GMT
Sat, 10 Oct 2026 23:55:36 JST
Sat Oct 10 23:55:36 26
Sat Okt 10 23:55:36 2026
Sat Oct 10 23:55:36 JST 2026
10 Oct 26 23:55:36 GMT
1969-12-31T23:59:59Z
1970-01-01T00:00:00+00:01
-1
1791608136.
.5
1.5e
1.5e999
e9
1.5e9x
1.e9
179160813612345678x
17916081361234567890
0x10

x
""".strip("\n").split("\n")  # fmt: skip


@pytest.mark.parametrize(("time", "expected"), READABLE)
def test_a_time_is_read(time: str, expected: str) -> None:
    assert day(time) == expected


@pytest.mark.parametrize("time", UNREADABLE)
def test_a_time_that_cannot_be_is_malformed(time: str) -> None:
    assert day(time) == "malformed"


def test_the_end_of_tomorrow_in_the_organizations_zone_is_where_the_future_begins() -> None:
    """Today is 2026-11-24."""
    assert day("2026-11-26T00:00:00Z") == "future"
    assert day("2026-11-25T15:00:00Z", "Asia/Tokyo") == "future"
    assert day("2026-11-25T14:59:59Z", "Asia/Tokyo") == "2026-11-25"
    assert day("2026-11-26T04:59:59Z", "America/New_York") == "2026-11-25"
    assert day("2026-11-26T05:00:00Z", "America/New_York") == "future"
    assert day("9999-12-31T23:59:59Z") == "future"
    assert day("99999999999") == "future"


TURNS = [  # instant in UTC, zone, local day
    ("2026-10-10T14:59:59Z", "Asia/Tokyo", "2026-10-10"),
    ("2026-10-10T15:00:00Z", "Asia/Tokyo", "2026-10-11"),
    ("2026-10-10T18:29:59Z", "Asia/Kolkata", "2026-10-10"),
    ("2026-10-10T18:30:00Z", "Asia/Kolkata", "2026-10-11"),
    # New York: summer from 2026-03-08 07:00 UTC to 2026-11-01 06:00 UTC
    ("2026-03-08T04:59:59Z", "America/New_York", "2026-03-07"),
    ("2026-03-09T03:59:59Z", "America/New_York", "2026-03-08"),
    ("2026-03-09T04:00:00Z", "America/New_York", "2026-03-09"),
    ("2026-11-01T03:59:59Z", "America/New_York", "2026-10-31"),
    ("2026-11-01T04:00:00Z", "America/New_York", "2026-11-01"),
    ("2026-11-02T04:59:59Z", "America/New_York", "2026-11-01"),
    ("2026-11-02T05:00:00Z", "America/New_York", "2026-11-02"),
    # St John's, 2010: at 00:01 the clock went back to 23:01 of the day before
    ("2010-11-07T02:29:59Z", "America/St_Johns", "2010-11-06"),
    ("2010-11-07T02:30:59Z", "America/St_Johns", "2010-11-07"),
    ("2010-11-07T02:31:00Z", "America/St_Johns", "2010-11-06"),
    ("2010-11-07T03:29:59Z", "America/St_Johns", "2010-11-06"),
    ("2010-11-07T03:30:00Z", "America/St_Johns", "2010-11-07"),
    # Apia left out 2011-12-30
    ("2011-12-30T09:59:59Z", "Pacific/Apia", "2011-12-29"),
    ("2011-12-30T10:00:00Z", "Pacific/Apia", "2011-12-31"),
    # Lord Howe turns by half an hour, Kathmandu lies at +05:45
    ("2026-04-04T12:59:59Z", "Australia/Lord_Howe", "2026-04-04"),
    ("2026-04-04T13:00:00Z", "Australia/Lord_Howe", "2026-04-05"),
    ("2026-10-10T18:14:59Z", "Asia/Kathmandu", "2026-10-10"),
    ("2026-10-10T18:15:00Z", "Asia/Kathmandu", "2026-10-11"),
    # Morocco and Cairo in summer
    ("2023-04-27T21:59:59Z", "Africa/Cairo", "2023-04-27"),
    ("2023-04-28T20:59:59Z", "Africa/Cairo", "2023-04-28"),
    ("2023-04-28T21:00:00Z", "Africa/Cairo", "2023-04-29"),
]


@pytest.mark.parametrize(("instant", "zone", "expected"), TURNS)
def test_the_day_is_that_of_the_organizations_zone(instant: str, zone: str, expected: str) -> None:
    assert day(instant, zone) == expected


def test_lines_in_any_order_find_their_own_side_of_a_change() -> None:
    data = b"".join(f"{i}|{instant}|GET|/|200\n".encode() for i, (instant, zone, _) in enumerate(TURNS * 3)
                    if zone == "America/St_Johns")  # fmt: skip
    facts = read_bytes(data, source(SPACED, zone="America/St_Johns"))
    for i, (_, zone, expected) in enumerate(TURNS * 3):
        if zone == "America/St_Johns":
            assert dates(facts)[str(i)] == [expected]


NAIVE = [  # time without an offset, zone of the log, day in UTC
    ("2026-10-10 08:59:59", "Asia/Tokyo", "2026-10-09"),
    ("2026-10-10 09:00:00", "Asia/Tokyo", "2026-10-10"),
    ("10/Oct/2026:08:59:59", "Asia/Tokyo", "2026-10-09"),
    ("2026-07-01 19:59:59", "America/New_York", "2026-07-01"),
    ("2026-07-01 20:00:00", "America/New_York", "2026-07-02"),
    ("2026-12-01 19:00:00", "America/New_York", "future"),
    ("2026-01-01 19:00:00", "America/New_York", "2026-01-02"),
    ("2026-01-01 18:59:59", "America/New_York", "2026-01-01"),
]


@pytest.mark.parametrize(("time", "log_zone", "expected"), NAIVE)
def test_a_time_without_an_offset_is_by_the_zone_of_the_log(time: str, log_zone: str, expected: str) -> None:
    assert day(time, "UTC", log_zone) == expected


def test_an_offset_in_the_line_wins_over_the_zone_of_the_log() -> None:
    assert day("2026-10-10T23:00:00+00:00", "UTC", "Asia/Tokyo") == "2026-10-10"
    assert day("1791676799", "UTC", "Asia/Tokyo") == "2026-10-10"


def test_of_two_instants_with_one_local_time_the_earlier_holds_and_a_gap_is_read_by_the_clock_before_it() -> None:
    """St John's 2010: 23:30 was twice on November 6th: 02:00 UTC and 03:00 UTC of the 7th. Days in a zone at -02:30."""
    form = source(SPACED, zone="America/St_Johns", log_zone="America/St_Johns")
    line = b"alice|2010-11-06 23:30:00|GET|/|200"
    assert dates(read_bytes(line, form)) == {"alice": ["2010-11-06"]}
    # 02:30 on 2026-03-08 is none in New York: read by the clock before, it is 07:30 UTC
    for zone, expected in (("Etc/GMT+7", "2026-03-08"), ("Etc/GMT+8", "2026-03-07")):
        assert day("2026-03-08 02:30:00", zone, "America/New_York") == expected
    # 01:30 on 2026-11-01 is twice: the first is 05:30 UTC
    for zone, expected in (("Etc/GMT+5", "2026-11-01"), ("Etc/GMT+6", "2026-10-31")):
        assert day("2026-11-01 01:30:00", zone, "America/New_York") == expected


@settings(max_examples=60)
@given(
    st.datetimes(datetime.datetime(1970, 1, 3), datetime.datetime(2026, 11, 22)),
    st.sampled_from(["America/New_York", "Asia/Tokyo", "America/St_Johns", "Pacific/Apia", "Europe/Dublin"]),
    st.sampled_from(["Africa/Casablanca", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"]),
)
def test_naive_times_and_days_are_what_zoneinfo_says(moment: datetime.datetime, log_zone: str, zone: str) -> None:
    instant = moment.replace(tzinfo=ZoneInfo(log_zone)).astimezone(datetime.UTC)
    expected = instant.astimezone(ZoneInfo(zone)).date().isoformat()
    assert day(f"{moment:%Y-%m-%d %H:%M:%S}", zone, log_zone) == expected


@settings(max_examples=40)
@given(st.dates(datetime.date(1970, 1, 1), datetime.date(2026, 11, 24)))
def test_every_date_is_its_own_day(date: datetime.date) -> None:
    assert day(f"{date.isoformat()}T12:00:00Z") == date.isoformat()
    names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    assert day(f"{date:%d}/{names[date.month - 1]}/{date:%Y}:12:00:00 +0000") == date.isoformat()
    line = f'{{"t":{day_of(date) * 86400},"u":"alice","r":"GET / HTTP/1.1","s":200}}'.encode()
    assert dates(read_bytes(line, source(JSON))) == {"alice": [date.isoformat()]}


def test_unix_times_of_json_may_be_numbers_or_texts() -> None:
    for written in ("0", "946684800"):
        line = f'{{"t":{written},"u":"alice","r":"GET / HTTP/1.1","s":200}}'.encode()
        assert dates(read_bytes(line, source(JSON)))["alice"][0][5:] == "01-01"
    for written in ("1791608136", "1791608136.25", '"1791608136"', "1791608136000", '"2026-10-10T04:55:36.1Z"'):
        line = f'{{"t":{written},"u":"alice","r":"GET / HTTP/1.1","s":200}}'.encode()
        assert dates(read_bytes(line, source(JSON))) == {"alice": ["2026-10-10"]}


def test_a_line_with_a_time_that_cannot_be_read_is_malformed_before_anything_else() -> None:
    assert reason_of(combined("-", status=500, time="99/Oct/2026:13:55:36 +0000")) == "malformed"
