"""Messages of syslog: out of streams that are cut anywhere, and the line in each."""

import pytest
from hypothesis import given, strategies as st

from seatwise.ingest.syslog_messages import MOST, Frames, line_of

LINE = b'192.0.2.7 - ann [20/Nov/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 9'


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        (b"<190>Nov 30 16:00:00 web1 nginx: ", "nginx"),  # nginx
        (b"<190>Nov  3 16:00:00 nginx: ", "nginx"),  # nginx with nohostname
        (b"<133>2026-11-30T16:00:00.123456+00:00 web1 wiki[12]: ", "wiki"),  # RSYSLOG_ForwardFormat
        (b"<190>1 2026-11-30T16:00:00.003Z web1 nginx 8710 - - ", "nginx"),  # RFC 5424
        (b'<190>1 2026-11-30T16:00:00Z web1 wiki - ID47 [a@1 b="c\\]d"] \xef\xbb\xbf', "wiki"),
        (b"<190>1 - web1 nginx 8710 - - ", "nginx"),  # without a time: that of the line counts
        (b"<14>", ""),
        (b"", ""),
    ],
)
def test_the_line_in_a_message(header: bytes, tag: str) -> None:
    for end in (b"", b"\n", b"\r\n", b"\0"):
        assert line_of(header + LINE + end) == (tag, LINE)


def test_a_message_is_one_line() -> None:
    assert line_of(b"<30>Nov 30 16:00:00 web1 app[1]: one\ntwo\r\nthree\n") == ("app", b"one two three")
    assert line_of(b"<14>")[1] == line_of(b"\n\0")[1] == b""


MESSAGES = st.lists(st.binary(max_size=40).map(lambda data: b"<14>" + data.replace(b"\n", b" ")), max_size=8)


@given(st.lists(st.tuples(MESSAGES, st.booleans()), max_size=3), st.lists(st.integers(1, 30), min_size=1))
def test_a_stream_may_be_cut_anywhere(parts: list[tuple[list[bytes], bool]], sizes: list[int]) -> None:
    expected = [message for messages, _is_counted in parts for message in messages]
    data = b"".join(
        b"%d %b" % (len(each), each) if is_counted else each + b"\n"
        for messages, is_counted in parts
        for each in messages
    )
    frames, found, at, number = Frames(), [], 0, 0
    while at < len(data):
        size = sizes[number % len(sizes)]
        found += frames.feed(data[at : at + size])
        at, number = at + size, number + 1
    assert (found, frames.is_torn, frames.long) == (expected, False, 0)


@given(st.binary(max_size=200), st.integers(1, 7))
def test_anything_at_all_is_read_to_its_end(data: bytes, size: int) -> None:
    frames = Frames()
    for at in range(0, len(data), size):
        frames.feed(data[at : at + size])
    assert len(frames.rest) <= MOST


def test_what_is_too_long_is_skipped_and_counted() -> None:
    frames = Frames()
    long = b"<14>" + b"x" * MOST
    assert frames.feed(b"<14>one\n" + long) == [b"<14>one"]
    assert frames.feed(b"y 12 <y") == [], "what looks like a count within it is none"
    assert frames.feed(b"\n<14>two\n%d " % len(long)) == [b"<14>two"]
    assert frames.feed(long + b"<14>three\n") == [b"<14>three"]
    assert (frames.long, frames.is_torn) == (2, False)
    assert Frames().feed(b"%d %b" % (MOST, long[:MOST])) == [long[:MOST]], "exactly so long is not too long"
    assert frames.feed(b"999999999 <14>") == []
    assert (frames.long, len(frames.rest)) == (3, 0)


def test_what_is_cut_off_is_torn() -> None:
    for data in (b"<14>one", b"9 <14>o", b"9 ", b"1"):
        frames = Frames()
        assert frames.feed(data) == []
        assert frames.is_torn
