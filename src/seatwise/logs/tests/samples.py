"""Lines of every format, and short ways of reading bytes, for the tests."""

import datetime
from collections.abc import Sequence
from pathlib import Path

from seatwise.lib import days
from seatwise.logs import engine
from seatwise.logs.chunks import BYTE_ORDER_MARK, Buffer, Chunk
from seatwise.logs.facts import Facts
from seatwise.logs.formats import parse_format
from seatwise.logs.gathering import LoginRules
from seatwise.logs.inputs import Input
from seatwise.logs.places import find_inputs
from seatwise.logs.reading import Reading, Source, read_inputs
from seatwise.logs.rules import Rules, Zones
from seatwise.logs.tests.guarded_answers import answer_of

TODAY = days.day_of(datetime.date(2026, 11, 24))
AGENT = '"-" "Mozilla/5.0"'


def combined(
    login: str = "alice",
    request: str = "GET / HTTP/1.1",
    status: int | str = 200,
    time: str = "10/Oct/2026:13:55:36 +0000",
) -> bytes:
    """A line of nginx's combined format, its end included."""
    return f'192.0.2.7 - {login} [{time}] "{request}" {status} 1 {AGENT}\n'.encode()


def source(
    written: str = "combined",
    *,
    rules: Rules | None = None,
    zone: str = "UTC",
    log_zone: str | None = None,
    logins: LoginRules | None = None,
    login_field: str | None = None,
) -> Source:
    """How to read, with today fixed."""
    form = parse_format(written, login_field)
    zones = Zones(zone, log_zone)
    return Source(form, zones, rules or Rules(), logins or LoginRules(), today=TODAY)


ENGINES = [by for by in (engine.in_c(1), engine.plain()) if by is not None]


def read_bytes(data: bytes, how: Source | None = None) -> Facts:
    """The facts of bytes as they stand, one chunk: both readers must find the same."""
    start = 3 if data.startswith(BYTE_ORDER_MARK) else 0
    found = []
    for by in ENGINES:
        reading = Reading([how or source()], by)
        found.append(read_chunk(reading, Buffer(data), start, len(data)))  # type: ignore[arg-type]
    assert answer_of(found[0]) == answer_of(found[-1])
    return found[0]


def read_chunk(reading: Reading, buffer: Buffer, start: int, end: int) -> Facts:
    """The facts of one chunk of whole lines."""
    chunk = Chunk(buffer, start, end)
    named = Input("log")
    reading.file_of.append(0)
    reading.crews[0][0].read(0, chunk, reading.pieces(chunk))
    return reading.facts(0, [named])


def reason_of(line: bytes, how: Source | None = None) -> str:
    """The one reason of one line."""
    reasons = read_bytes(line, how).account.reasons
    [found] = [name for name, count in reasons.items() if count]
    return found


def read_files(paths: Sequence[Path | str], how: Source | None = None) -> Facts:
    """The facts of files, read by one thread."""
    return read_inputs(find_inputs([str(path) for path in paths]), how or source(), by=ENGINES[0])


def dates(facts: Facts) -> dict[str, list[str]]:
    """Each login as shown, with its access days."""
    return {
        login.login: [days.date_of(day).isoformat() for day in days.days_in(login.days)] for _, login in facts.people()
    }


JSON_MAP = "json:time=ts,user=who.name,method=request.method,uri=request.uri,host=request.host,status=status"
REQUEST_MAP = "json:time=t,user=u,request=r,status=s"
NGINX_JSON = 'log_format j escape=json \'{"t":"$time_iso8601","u":"$remote_user","r":"$request","s":$status}\';'

LINES: dict[str, list[bytes]] = {
    "combined": [
        combined().strip(),
        combined("John Begood").strip(),
        combined("\\xE5\\xB1\\xB1\\x22", "GET /a%20b/c.css?x#y HTTP/2.0").strip(),
        combined("a\\\\", "POST http://h/api/x HTTP/1.1", 401).strip(),
        combined("-", "\\x16\\x03", 400).strip(),
        combined("  CORP\\tanaka ", status="200.0").strip(),
        combined("192.0.2.7 - alice").strip(),
        combined("x [y", "", 200, "31/Dec/2026:23:59:60 -0330").strip(),
        combined("ALICE", "HEAD /api/x", 304, "29/Feb/2024:00:00:00 +1400").strip(),
        combined("bot", "GET /x", 302, "25/Nov/2026:12:00:00 +0000").strip(),
        combined("bot", 'GET /%61pi/\\"q HTTP/1.0', 200, "26/Nov/2026:12:00:00 +0000").strip(),
        combined("bot", "GET /page", 206).strip(),
        b'192.0.2.7 - - bob [10/Oct/2026:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "a \\" b"',
    ],
    "vhost-combined": [
        b"wiki.example.com:443 " + combined().strip(),
        b"WIKI.example.com:80 " + combined("bob", status=404).strip(),
        b"other:80 " + combined("bob").strip(),
    ],
    "common": [b'::1 - alice [10/Oct/2026:13:55:36 +0900] "GET /k/ HTTP/1.1" 200 -', combined("bob").strip()],
    "iis": [
        b"2026-10-10 04:55:36 192.0.2.1 GET /a+b - 443 CORP\\alice 192.0.2.7 Mozilla/5.0 - 200 0 0 31",
        b"#Fields: date time cs-method cs-uri-stem cs-username sc-status cs-host",
        b"2026-10-11 04:55:36 GET /%7Ea bob 200 wiki.example.com",
        b"#Software: IIS",
        b"#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) "
        b"cs(Referer) sc-status sc-substatus sc-win32-status time-taken",
        b"2026-10-12 24:00:00 192.0.2.1 GET / - 443 - 192.0.2.7 - - 200 0 0 31",
        b"#Date: 2026-10-12 23:00:00",
        b"#Fields: time cs-method cs-uri-stem cs-username sc-status",
        b'00:10:00\tGET  "/a ""b""" carol 200',
        b"#Fields: date-local time-local cs-method cs-uri-stem cs-username sc-status",
        b"2026-10-12 23:30:00 GET /p carol 200",
        b"#Fields: date time cs-method cs-uri-stem sc-status",
        b"2026-10-13 23:30:00 GET /p 200",
    ],
    "%t %{X-AUSERNAME}o %h %r %s": [
        b"[10/Oct/2026:13:55:36 +0000] alice 192.0.2.7 GET /a b HTTP/1.1 200",
        b"[Sat Oct 10 13:55:36 2026] CORP\\bob 192.0.2.7 POST /api/x HTTP/2.0 201",
        b"[2026/10/10 13:55:36] - 192.0.2.7 - 408",
    ],
    "$remote_user [$msec] $host$request_uri $request_method ${status}": [
        b"alice [1791608136.123] wiki.example.com/a/b.png?x=1 GET 200",
        b"bob [1791608136123] wiki.example.com/api/%2e POST 500",
        b"bob [1791608136123456789] /x GET 200",
    ],
    "log_format p escape=none '$time_iso8601|$remote_user|$request_method $uri$is_args$args|$status';": [
        b'2026-10-10T13:55:36+09:00|a"b\\x22|GET /k/?a=b|200',
        b"2026-03-08T02:30:00|bob|GET /api/|200",
    ],
    NGINX_JSON: [
        b'{"t":"2026-10-10T13:55:36+09:00","u":"a\\"b","r":"GET /k/ HTTP/1.1","s":200}',
        b'{"t":"2026-10-10T13:55:36.5Z","u":"\\u5c71\\uD83D\\uDE00","r":"GET \\/k\\/ HTTP/1.1","s":204}',
    ],
    JSON_MAP: [
        b'{"ts":1791608136.1,"who":{"name":"alice","x":[{"name":"mallory"}]},"request":{"method":"GET",'
        b'"host":"wiki.example.com","uri":"/a","headers":{"uri":"/b"}},"status":200}',
        b'{"who":"nobody","status":"200","ts":"2026-10-10T04:55:36Z","who":{"name":["bob","x"]},"request":'
        b'{"uri":"http:\\/\\/h\\/api\\/x?y","method":"POST"} , "x":"{\\"status\\":500}"}',
        b'{"ts":1791608136,"who":{"name":null},"request":{},"status":200,"request":{"method":"GET","uri":"/"}}',
    ],
    REQUEST_MAP: [
        b'{"t":1791608136123,"u":"a\\u0027b","r":"GET /x%2Fy.js HTTP/1.1","s":200,"n":[1,[2],{"u":"x"}]}',
        b'{ "t" : "10/Oct/2026:13:55:36 +0900" , "u" : 7 , "r" : "GET /" , "s" : 200 }',
    ],
}
