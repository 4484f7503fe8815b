"""What stands before a line is no part of anybody's login: such a line is malformed, never an invented user."""

import pytest

from seatwise.logs.explanation import Explainer
from seatwise.logs.tests.samples import LINES, combined, dates, read_bytes, reason_of, source

PREFIXES = [
    "Oct 10 13:55:36 web1 nginx: ",
    "<190>Oct  1 13:55:36 web1 nginx: ",
    "<134>1 2026-10-10T13:55:36.003Z web1 nginx 8710 - - ",
    "2026-10-10T13:55:36+09:00 web1 nginx[12]: ",
    "2026/10/10 08:16:01 w.example.com ",
    "nginx-1  | ",
    "web ",
    "203.0.113.9, ",
    "203.0.113.9, 2001:db8::7, ",
    "203.0.113.9 - [203.0.113.9] ",
    "[203.0.113.9]:4711 ",
    "- - ",
]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("form", ["combined", "$remote_addr - $remote_user [$time_local] $sink", "traefik"])
def test_a_prefix_is_no_part_of_a_login(prefix: str, form: str) -> None:
    written = form.replace("$sink", '"$request" $status $more')
    for login in ("alice", "-", "John Begood"):
        line = prefix.encode() + combined(login)
        if form == "traefik":
            line = line.removesuffix(b"\n") + b' 1 "a" "b" 3ms\n'
        facts = read_bytes(line, source(written))
        if " - $remote_user" in written:  # the address takes in what stands before it
            assert facts.account.reasons["malformed"] == 1 or list(facts.logins) == [login.lower()] * (login != "-")
        else:
            assert facts.account.reasons["malformed"] == 1, list(facts.logins)


NOT_LOGINS = [
    "192.0.2.7", "192.0.2.7:443", "10.0.0.0/8", "a 192.0.2.7", "[192.0.2.7] a", "client=192.0.2.7 a", "2001:db8::1",
    "a ::1", "::ffff:192.0.2.7", "fe80::1%eth0", "1:2:3:4:5:6:7:8", "a - b", "- a", "a -", "| a", "13:55:36 a",
    "a 13:55:36.123", "a b c d e f g", "a      b", "a [b",
    "al [12/x/yy/zzz", "[a [b",
]  # fmt: skip
LOGINS = [
    "alice", "John Begood", "María de los Ángeles García López", "a-b", "a - b".replace(" ", ""), "1.2.3", "1.2.3.4.5",
    "1.2.3.456", "v1.2.3.4", "alice@192.0.2.7", "a:b:c", "aa:bb:cc:dd:ee:ff", "x.y.z.example.com", "12:34",
    "uid=7,ou=people", "01.02.2003.x", "a:b:c:d:e:f:g:h:i", "=1+1", "日本 太郎", "CN=A B,OU=C",
]  # fmt: skip


@pytest.mark.parametrize("written", NOT_LOGINS)
def test_an_address_a_lone_dash_or_too_many_blanks_are_no_login(written: str) -> None:
    assert reason_of(combined(written)) == "malformed"
    quoted = f'"{written}" [10/Oct/2026:13:55:36 +0000] "GET / HTTP/1.1" 200'.encode()
    assert reason_of(quoted, source('"%u" %t "%r" %>s')) == "access"


@pytest.mark.parametrize("login", LOGINS)
def test_whoever_is_named_like_something_else_is_still_somebody(login: str) -> None:
    assert list(dates(read_bytes(combined(login)))) == [login]


@pytest.mark.parametrize(
    ("written", "login"), [(" - ", None), ("  ", None), (" alice ", "alice"), ("\talice", "alice")]
)
def test_blanks_around_a_login_are_no_part_of_it(written: str, login: str | None) -> None:
    assert list(dates(read_bytes(combined(written)))) == ([login] if login else [])
    line = f'{{"t":1791608136,"u":"{written}","r":"GET / HTTP/1.1","s":200}}'.replace("\t", " ").encode()
    assert list(dates(read_bytes(line, source("json:time=t,user=u,request=r,status=s")))) == ([login] if login else [])


def test_the_fields_of_the_line_before_are_not_looked_at_in_one_that_does_not_fit() -> None:
    how = source("json:time=t,user=u,request=r,status=s")
    long = b'{"x":"' + b"x" * 200 + b'","t":1791608136,"u":"alice","r":"GET / HTTP/1.1","s":200}'
    explainer = Explainer(source())
    assert explainer.explain(combined("alice" * 40)[:-1]).reason == "access"
    assert explainer.explain(b"x").reason == "malformed"
    assert read_bytes(long + b"\nx", how).account.reasons["malformed"] == 1


def test_explain_says_that_something_stands_before_the_line() -> None:
    line = PREFIXES[0].encode() + LINES["combined"][0]
    explained = Explainer(source()).explain(line)
    assert explained.reason == "malformed"
    assert "does the line have a prefix" in str(explained.why)
    assert "alice" not in str(explained.why)
