"""Formats: the named ones, and those that nginx, Apache, JSON and W3C logs write down."""

from pathlib import Path

import pytest

from seatwise.logs.fields import FormatError
from seatwise.logs.formats import parse_format
from seatwise.logs.inputs import UnreadableInput
from seatwise.logs.named_formats import NAMED
from seatwise.logs.reading import read
from seatwise.logs.rules import Rules
from seatwise.logs.tests.samples import (
    JSON_MAP,
    REQUEST_MAP,
    TODAY,
    combined,
    dates,
    read_bytes,
    read_files,
    reason_of,
    source,
)
from seatwise.logs.wrappers import unwrapped

CLF = "10/Oct/2026:13:55:36 +0900"
ACCESS = {"alice": ["2026-10-10"]}


@pytest.mark.parametrize("name", NAMED)
def test_the_example_of_every_named_format_is_an_access(name: str) -> None:
    named = NAMED[name]
    facts = read_bytes(unwrapped(named.example.encode(), [named.wrapper] if named.wrapper else []), source(name))
    assert facts.account.reasons["access"] == facts.account.lines == 1
    [login] = dates(facts)
    assert login in ("alice", "CORP\\alice", "alice@example.com")


@pytest.mark.parametrize("name", NAMED)
def test_auto_finds_every_named_format(name: str, tmp_path: Path) -> None:
    (tmp_path / "log").write_text(NAMED[name].example + "\n")
    facts = read([str(tmp_path / "log")], time_zone="UTC", today=TODAY)
    assert facts.account.accesses == 1


FITTING = [  # format, login field, line
    ('$remote_addr - $remote_user [$time_local] "$request" $status', None, f'- - alice [{CLF}] "GET / HTTP/1.1" 200'),
    ("$remote_user $time_iso8601 $request_method $request_uri $status", None,
     "alice 2026-10-10T13:55:36+09:00 GET / 200"),
    ("$msec|${remote_user}|${request_method}|$uri$is_args$args|$status", None, "1791608136.123|alice|GET|/?x=1|200"),
    ("$remote_user $time_iso8601 $request_method $host$request_uri $status", None,
     "alice 2026-10-10T13:55:36Z GET h.example/a/b 200"),
    ("$remote_user $time_iso8601 $request_method $scheme://$host$request_uri $status", None,
     "alice 2026-10-10T13:55:36Z GET https://h.example/a/b 200"),
    ("$remote_user $time_iso8601 $request_method $uri?$args $status", None,
     "alice 2026-10-10T13:55:36Z GET /a?b=c 200"),
    ('$remote_user [$time_local] "$request" $http_x_user $status', "X-User", f'- [{CLF}] "GET / HTTP/1.1" alice 200'),
    ('$remote_user [$time_local] "$request" $http_x_user $status', "$http_x_user",
     f'- [{CLF}] "GET / HTTP/1.1" alice 200'),
    ('$remote_user [$time_local] "$request" $upstream_http_x_user $status', "x_user",
     f'bob [{CLF}] "GET / HTTP/1.1" alice 200'),
    ('log_format main \'$remote_user [$time_local] \'\n\t\'"$request" $status\';', None,
     f'alice [{CLF}] "GET / HTTP/1.1" 200'),
    ('log_format main escape=default "$remote_user [$time_local] \\"$request\\" $status";', None,
     f'alice [{CLF}] "GET / HTTP/1.1" 200'),
    ("log_format m escape=json '{\"t\":\"$time_local\",\"u\":\"$remote_user\",\"r\":\"$request\",\"s\":\"$status\"}';",
     None, f'{{"t":"{CLF}","u":"alice","r":"GET /\\" HTTP/1.1","s":"200"}}'),
    ("log_format main escape=none '$time_iso8601;$remote_user;$request_method;$request_uri;$status';", None,
     "2026-10-10T13:55:36Z;alice;GET;/;200"),
    ("%h %l %u %t \"%r\" %>s %b", None, f'::1 - alice [{CLF}] "GET / HTTP/1.1" 200 -'),
    ('%h %l %u %t \\"%r\\" %>s %b', None, f'::1 - alice [{CLF}] "GET / HTTP/1.1" 200 -'),
    ('LogFormat "%h %l %u %t \\"%r\\" %>s %b" common', None, f'::1 - alice [{CLF}] "GET / HTTP/1.1" 200 -'),
    ('%v:%p %u %t "%r" %>s', None, f'h.example:443 alice [{CLF}] "GET / HTTP/1.1" 200'),
    ('%V %u %t "%m %U%q %H" %s', None, f'h.example alice [{CLF}] "GET /?x HTTP/1.1" 200'),
    ("%t %{X-AUSERNAME}o %I %h %r %s %Dms %b %{Referer}i %{User-Agent}i", None,
     f"[{CLF}] alice http-nio-8090-exec-3 ::1 GET /a b HTTP/1.1 200 12ms 12 - Mozilla/5.0 (X11)"),
    ('%u %t %m "%U%q" %>s', None, f'alice [{CLF}] GET "/x?y" 200'),
    ('%u %t "%r" %>s "%{X-User}i"', "%{X-User}i", f'- [{CLF}] "GET / HTTP/1.1" 200 "alice"'),
    ('%u %t "%r" %>s "%{X-User}i"', "X-User", f'- [{CLF}] "GET / HTTP/1.1" 200 "alice"'),
    ('%u %{%Y-%m-%dT%H:%M:%S}t.%{msec_frac}t%{%z}t "%r" %>s', None,
     'alice 2026-10-10T13:55:36.123+0900 "GET / HTTP/1.1" 200'),
    ('%u [%{%d/%b/%Y:%T}t.%{usec_frac}t %{%z}t] "%r" %>s', None,
     'alice [10/Oct/2026:13:55:36.123456 +0900] "GET / HTTP/1.1" 200'),
    ('%u %{[%d/%b/%Y:%H:%M:%S %z]}t "%r" %>s', None, f'alice [{CLF}] "GET / HTTP/1.1" 200'),
    ('%u %{begin:%F %T}t "%r" %>s', None, 'alice 2026-10-10 13:55:36 "GET / HTTP/1.1" 200'),
    ('%{sec}t %u "%r" %>s', None, '1791608136 alice "GET / HTTP/1.1" 200'),
    ('%{msec}t %u "%r" %>s', None, '1791608136123 alice "GET / HTTP/1.1" 200'),
    ('%{usec}t %u "%r" %>s', None, '1791608136123456 alice "GET / HTTP/1.1" 200'),
    ('%u %t "%r" %>s %D%% %400,501{User-agent}i %!200,304{Referer}i', None,
     f'alice [{CLF}] "GET / HTTP/1.1" 200 5% - -'),
    ('%u\\t%t\\t"%r"\\t%>s', None, f'alice\t[{CLF}]\t"GET / HTTP/1.1"\t200'),
    ("json:time=t,user=u,request=r,status=s", None, '{"t":1791608136,"u":"alice","r":"GET / HTTP/1.1","s":200}'),
    ("json:time=t,user=u,method=m,path=p,status=s", None,
     '{"t":"2026-10-10T13:55:36Z","u":["alice","bob"],"m":"GET","p":"/","s":"200"}'),
    (r"json:time=t,user=a\.b.c\=d,request=r,status=s", None,
     '{"t":1791608136,"a.b":{"c=d":"alice"},"r":"GET / HTTP/1.1","s":200}'),
    ("json:time=t,user=u,request=r,status=s", "h.X-User",
     '{"t":1791608136,"u":"","h":{"X-User":["alice"]},"r":"GET / HTTP/1.1","s":200}'),
    ("caddy", "request.headers.Remote-User",
     '{"ts":1791608136,"user_id":"","status":200,"request":{"method":"GET","host":"h","uri":"/",'
     '"headers":{"Remote-User":["alice"]}}}'),
]  # fmt: skip


@pytest.mark.parametrize(("form", "login_field", "line"), FITTING)
def test_a_format_written_down_takes_its_lines_apart(form: str, login_field: str | None, line: str) -> None:
    how = source(form, login_field=login_field)
    assert dates(read_bytes(line.encode(), how)) == ACCESS
    assert reason_of(line.encode()[:-3], how) in ("malformed", "access")


def test_fields_that_are_not_needed_are_still_checked() -> None:
    line = f'::1 - alice [{CLF}] "GET / HTTP/1.1" 200 5 "-" "Mozilla"'
    assert reason_of(line.encode()) == "access"
    for wrong in (line[:-1], line + " ", line + ' "x"', line.replace('" 200', "' 200"), line[4:], ""):
        assert reason_of(wrong.encode() + b"\n") == "malformed", wrong


def test_a_login_may_have_spaces_brackets_and_quotes() -> None:
    line = f'::1 - %s [{CLF}] "GET / HTTP/1.1" 200 5 "-" "-"'
    for login in ("John Begood", "a[b] c", "x[1", "山田 太郎", "a'b", "=1+1"):
        assert dates(read_bytes((line % login).encode())) == {login: ["2026-10-10"]}
    for login in ("a [b] c", "x [1"):  # nobody is called so; it may be the time of a line
        assert reason_of((line % login).encode()) == "malformed"


def test_a_forged_end_of_line_in_a_login_makes_no_access_of_somebody_else() -> None:
    """nginx and Apache escape the quote, so what follows it cannot pass for the rest of a line."""
    for quote in ("\\x22", '\\"'):
        forged = f"alice [{CLF}] {quote}GET / HTTP/1.1{quote} 200 5 {quote}-{quote} {quote}-{quote}"
        line = f'::1 - {forged} [{CLF}] "GET / HTTP/1.1" 401 5 "-" "-"'
        facts = read_bytes(line.encode())
        assert facts.account.accesses == 0


def test_escapes_are_undone_in_logins_where_the_server_escapes() -> None:
    for written, login in (
        ("a\\x22b", 'a"b'),
        ('a\\"b', 'a"b'),
        ("a\\\\b", "a\\b"),
        ("a\\x5Cb", "a\\b"),
        ("\\xE5\\xB1\\xB1", "山"),
        ("\\xe5\\xb1\\xb1", "山"),
        ("a\\x08b", "a\\x08b"),
        ("CORP\\bob", "CORP\\bob"),  # a server that does not escape
        ("CORP\\tanaka", "CORP\\tanaka"),
        ("CORP\\nina", "CORP\\nina"),
        ("CORP\\xavier", "CORP\\xavier"),
        ("CORP\\xadam", "CORP\\xadam"),
        ("CORP\\x41bc", "CORP\\x41bc"),
        ("CORP\\u00e9ric", "CORP\\u00e9ric"),
        ("CORP/fred", "CORP/fred"),
        ("a\\qb", "a\\qb"),
        ("a\\xZZ", "a\\xZZ"),
    ):
        line = f'::1 - {written} [{CLF}] "GET / HTTP/1.1" 200 5 "-" "-"'
        assert list(dates(read_bytes(line.encode()))) == [login]
    none = "log_format n escape=none '$remote_user [$time_local] \"$request\" $status';"
    assert list(dates(read_bytes(f'a\\x22b [{CLF}] "GET / HTTP/1.1" 200'.encode(), source(none)))) == ["a\\x22b"]


def json_login(line: str) -> list[str]:
    """The logins of a line of JSON_MAP."""
    return list(dates(read_bytes(line.encode(), source(JSON_MAP))))


def test_a_name_elsewhere_is_not_mistaken_for_the_one_that_is_wanted() -> None:
    rest = '"ts":1791608136,"status":200,"request":{"method":"GET","uri":"/","host":"h"}'
    assert json_login(f'{{{rest},"who":{{"name":"alice"}}}}') == ["alice"]
    assert json_login(f'{{"name":"eve",{rest},"who":{{"name":"alice"}},"other":{{"name":"eve"}}}}') == ["alice"]
    assert json_login(f'{{{rest},"who":{{"x":{{"name":"eve"}},"name":"alice","y":[{{"name":"eve"}}]}}}}') == ["alice"]
    assert json_login(f'{{"a":"\\"who\\":{{\\"name\\":\\"eve\\"}}",{rest},"who":{{"name":"alice"}}}}') == ["alice"]
    assert json_login(f'{{"a":[{{"who":{{"name":"eve"}}}}],{rest},"who":{{"name":"alice"}}}}') == ["alice"]
    assert json_login(f'{{"a":{{"who":{{"name":"eve"}}}},{rest}}}') == []
    assert json_login(f'{{"whose":{{"name":"eve"}},"wh":{{"name":"eve"}},{rest},"who":{{"names":"eve"}}}}') == []


@pytest.mark.parametrize("time", ["1.791608136E9", "1.791608136123e+12", "17916081361e-1", '"1791608136"'])
@pytest.mark.parametrize("status", ["200.0", '"200"', "2e2", "2.00E+2", '"200.00"', "20000e-2"])
def test_numbers_of_json_stand_in_any_form(time: str, status: str) -> None:
    line = f'{{"t":{time},"u":"alice","r":"GET / HTTP/1.1","s":{status}}}'
    assert dates(read_bytes(line.encode(), source(REQUEST_MAP))) == ACCESS


def test_the_last_of_equal_names_counts() -> None:
    rest = '"ts":1791608136,"status":500,"request":{"method":"GET","uri":"/","host":"h"},"status":200'
    assert json_login(f'{{"who":{{"name":"eve"}},{rest},"who":{{"name":"alice"}}}}') == ["alice"]
    assert json_login(f'{{"who":{{"name":"eve","name":"alice"}},{rest}}}') == ["alice"]
    assert json_login(f'{{"who":{{"name":"eve"}},{rest},"who":null}}') == []
    assert json_login(f'{{"who":{{"name":"eve"}},{rest},"who":{{}}}}') == []
    assert json_login(f'{{"who":{{"name":"eve"}},{rest},"who":"eve"}}') == []


def test_values_of_json_are_texts_numbers_words_or_the_first_of_a_list() -> None:
    line = '{"t":1791608136,"r":"GET / HTTP/1.1","s":200,"u":%s}'
    for written, logins in (
        ('"alice"', ["alice"]),
        ("12345", ["12345"]),
        ('["alice","bob"]', ["alice"]),
        ("[ 7 ]", ["7"]),
        ("[]", []),
        ("[null]", []),
        ('[["alice"]]', []),
        ('{"u":"alice"}', []),
        ("null", []),
        ('""', []),
        ('"-"', []),
        ('"null"', ["null"]),
        ('"a\\u0026b\\/c"', ["a&b/c"]),
        ('"\\u5c71\\u7530"', ["山田"]),
    ):
        facts = read_bytes((line % written).encode(), source(REQUEST_MAP))
        assert list(dates(facts)) == logins, written
        assert facts.account.reasons["anonymous"] == (not logins), written


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "{}",
        "[]",
        "null",
        '"x"',
        '{"t":1791608136,"u":"a","r":"GET /","s":200',
        '{"t":1791608136,"u":"a","r":"GET /","s":200}}',
        '{"t":1791608136,"u":"a","r":"GET /","s":200} x',
        '{"t":1791608136,"u":"a","r":"GET /","s":200,}',
        '{"t":1791608136,"u":"a","r":"GET /","s":}',
        '{"t":1791608136,"u":"a","r":"GET /" "s":200}',
        '{"t":1791608136,"u":"a","r":"GET /","s" 200}',
        '{"t":1791608136,"u":"a,"r":"GET /","s":200}',
        '{"t":1791608136,"u":"a","r":"GET /"}',
        '{"u":"a","r":"GET /","s":200}',
        '{"t":null,"u":"a","r":"GET /","s":200}',
        '{"t":1791608136,"u":"a","r":"GET /","s":"x"}',
        '{"t":1791608136,"u":"a","r":"GET /","s":200.5}',
        '{"t":1791608136,"u":"a","r":"GET /","s":2e3}',
        '{"t":1791608136,"u":"a","r":"GET /","s":2e99}',
        '{"t":1791608136,"u":"a","r":"GET /","s":200.}',
        '{"t":1791608136,"u":"a","r":"GET /","s":-200.0}',
        '{"t":1791608136,"u":"a","r":"GET /","s":200,"x":[{]}',
    ],
)
def test_a_line_that_is_not_the_json_it_should_be_is_malformed(broken: str) -> None:
    assert reason_of(broken.encode() + b"\n", source(REQUEST_MAP)) == "malformed"


IIS = b"""#Software: Microsoft Internet Information Services 10.0
#Version: 1.0
#Date: 2026-10-10 00:00:00
#Fields: date time cs-method cs-uri-stem cs-username sc-status
2026-10-10 23:30:00 GET / CORP\\alice 200
2026-10-10 23:30:00 GET / - 200
#Fields: time date cs-username sc-status cs-uri-stem cs-method cs(User-Agent)
23:30:00 2026-10-11 bob 200 /x.css GET Mozilla/5.0+(X)
23:30:00 2026-10-11 bob 304 /x GET -
2026-10-12 23:30:00 GET / carol 200
"""


def test_the_fields_of_a_w3c_log_may_change_midway() -> None:
    facts = read_bytes(IIS, source("iis", zone="Asia/Tokyo"))
    assert dates(facts) == {"CORP\\alice": ["2026-10-11"], "bob": ["2026-10-12"]}  # times are UTC
    reasons = {name: count for name, count in facts.account.reasons.items() if count}
    assert reasons == {"access": 2, "asset": 1, "malformed": 1, "anonymous": 6}
    assert [sample.line for sample in facts.account.samples["malformed"]] == [10]


def test_each_w3c_file_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(IIS)
    (tmp_path / "b.log").write_bytes(
        b"#Fields: date time cs-method cs-uri-stem cs-username sc-status\n2026-10-13 01:00:00 GET / dave 200\n"
    )
    (tmp_path / "c.log").write_text(NAMED["iis"].example.replace("CORP\\alice", "erin"))  # without a #Fields line
    facts = read_files([tmp_path / "a.log", tmp_path / "b.log", tmp_path / "c.log"], source("iis"))
    assert dates(facts)["dave"] == ["2026-10-13"]
    assert dates(facts)["erin"] == ["2026-10-10"]
    assert facts.account.lines == 13


def test_w3c_names_may_stand_in_any_case_and_a_host_may_be_named() -> None:
    log = (
        b"#FIELDS: Date Time CS-Method CS-URI-Stem cs-host cs-UserName SC-Status\r\n"
        b"2026-10-10 01:00:00 GET / wiki.example.com alice 200\r\n2026-10-10 01:00:00 GET / other bob 200\r\n"
    )
    with pytest.raises(FormatError):
        read_files([], source("iis", rules=Rules(hosts=("wiki.*",))))  # its usual fields name no host
    assert dates(read_bytes(log, source("iis", rules=Rules(hosts=("wiki.*",))))) == ACCESS


def test_a_header_of_a_w3c_log_can_be_the_login() -> None:
    log = b"#Fields: date time cs-method cs-uri-stem cs(X-User) sc-status\n2026-10-10 01:00:00 GET / alice 200\n"
    form = source("iis").format
    assert form.login_field is None
    from dataclasses import replace

    how = source("iis")
    how = replace(how, format=replace(how.format, login_field="cs(X-User)"))
    assert dates(read_bytes(log, how)) == ACCESS


def test_lines_of_a_section_without_a_user_are_nobodys_and_cover_no_day() -> None:
    log = (
        b"#Fields: date time cs-method cs-uri-stem sc-status\n2026-10-01 01:00:00 GET / 200\n"
        b"#Fields: date time cs-method cs-uri-stem cs-username sc-status\n2026-10-10 01:00:00 GET / alice 200\n"
        b"#Fields: date cs-username\n2026-10-11 bob\n"
    )
    facts = read_bytes(log, source("iis"))
    assert dates(facts) == ACCESS
    assert facts.account.reasons["anonymous"] == 4
    assert facts.account.reasons["malformed"] == 1
    assert (facts.first_day(), facts.last_day()) == (TODAY - 45, TODAY - 45)


W3C_LINES = [
    (b"date time cs-method cs-uri-stem cs-username sc-status", b'2026-10-10  01:00:00\tGET / "alice"  200 '),
    (
        b"date time cs-method cs-uri-stem cs(Agent) cs-username sc-status",
        b'2026-10-10 01:00:00 GET / "a ""b"" c" alice 200',
    ),
    (b"date time cs-method cs-uri-stem cs-username sc-status cs(Agent)", b'2026-10-10 01:00:00 GET / alice 200 ""'),
    (b" date\ttime  cs-method cs-uri-stem cs-username sc-status", b"2026-10-10 01:00 GET / alice 200"),
    (b"date-local time-local cs-method cs-uri-stem cs-username sc-status", b"2026-10-10 23:30:00 GET / alice 200"),
]


@pytest.mark.parametrize(("fields", "line"), W3C_LINES)
def test_blanks_separate_the_fields_of_a_w3c_log_and_quotes_hold_some(fields: bytes, line: bytes) -> None:
    log = b"\xef\xbb\xbf#Fields: " + fields + b"\r\n" + line + b"\r\n"
    assert dates(read_bytes(log, source("iis", zone="Asia/Tokyo"))) == ACCESS


def test_a_line_of_a_w3c_log_with_more_or_fewer_words_than_fields_is_malformed() -> None:
    fields = b"#Fields: date time cs-method cs-uri-stem cs-username cs(Cookie) sc-status\n"
    for line in (
        b"2026-10-10 01:00:00 GET / alice a=1; b=2 200",
        b"2026-10-10 01:00:00 GET / alice 200",
        b'2026-10-10 01:00:00 GET / alice "a b 200',
        b'2026-10-10 01:00:00 GET / "alice"x a=1 200',
    ):
        assert read_bytes(fields + line, source("iis")).account.reasons["malformed"] == 1


def test_the_day_of_a_w3c_log_without_dates_is_that_of_its_date_directive() -> None:
    log = (
        b"#Fields: time cs-method cs-uri-stem cs-username sc-status\n01:00:00 GET / eve 200\n"
        b"#Date: 2026-10-09 22:00:00\n21:59:58 GET / bob 200\n22:00:01 GET / bob 200\n"
        b"23:59:59 GET / bob 200\n00:00:01 GET / alice 200\n"
        b"#Date: 2026-10-11\n#Date: soon\n01:00:00 GET / eve 200\n"
    )
    facts = read_bytes(log, source("iis"))
    assert dates(facts) == {"bob": ["2026-10-09"], **ACCESS}
    assert facts.account.reasons["malformed"] == 2


def test_fields_behind_a_byte_order_mark_in_the_middle_are_followed() -> None:
    mark = b"\xef\xbb\xbf"
    one = b"#Fields: date time cs-method cs-uri-stem cs-username sc-status\n2026-10-09 01:00:00 GET / bob 200\n"
    other = b"#Fields: cs-username date time cs-method cs-uri-stem sc-status\nalice 2026-10-10 01:00:00 GET / 200\n"
    assert dates(read_bytes(mark + one + mark + other, source("iis"))) == {"bob": ["2026-10-09"], **ACCESS}
    line = f'::1 - alice [{CLF}] "GET / HTTP/1.1" 200 5 "-" "-"\n'.encode()
    assert read_bytes(mark + line + mark + line).account.reasons["access"] == 2


WRONG = [  # format, login field, what the message says
    ("nonsense", None, "is not a format.*combined.*log_format.*seatwise formats"),
    ("", None, "is not a format"),
    ("$remote_user $status", None, "lacks the time .*; the request"),
    ('[$time_local] "$request" $status', None, r"lacks the login .*--login-field"),
    ('$remote_user [$time_local] "$request"', None, "lacks the status"),
    ("$remote_user [$time_local] $request_method $status", None, "lacks the request"),
    ('$remote_user$time_local "$request" $status', None, r"Nothing stands between \$remote_user and \$time_local"),
    ("log_format $remote_user", None, "has no string"),
    ('$remote_user [$time_local] "$request" $status', "X-User", "no field 'X-User'.*Its fields are: .*remote_user"),
    ("%h %u %t", None, "lacks the request.*the status"),
    ('%u %{%A}t "%r" %>s', None, r"%\{%A\}t is not a time that can be read"),
    ('%u %t "%r" %>s', "%{X-User}i", "no field"),
    ("json:", None, "lacks the login"),
    ("json:time=t,user=u,request=r", None, "lacks the status"),
    ("json:time=t,user=u,method=m,status=s", None, "lacks the request"),
    ("json:time=t,user=u,colour=c", None, "cannot be read at 'colour=c'.*known are user"),
    ("json:time=t,user=,request=r,status=s", None, "cannot be read at 'user="),
    ("json:time=t,user=u,request=r,status=s=t", None, "cannot be read at"),
    ("json:time=t,user=u,request=u.r,status=s", None, "as both a value and an object"),
    ("json:time=t,user=t,request=r,status=s", None, "used twice"),
    ("json:time=a..b,user=u,request=r,status=s", None, "'a..b' is not a JSON name"),
    ("json:time=.,user=u,request=r,status=s", None, "not a JSON name"),
    ("json:time=t,user=u,request=r,status=s", "", "not a JSON name"),
    (f"json:time={'.'.join('abcdefghijklm')},user=u,request=r,status=s", None, "too deep"),
    ("w3c:date time", None, "lacks the login"),
]


COPIED = [  # as it is found in configurations; all of these are the same four fields and skipped ones
    """log_format main '$remote_addr - $remote_user [$time_local] "$request" '
                        # what the user's browser says is another matter
                        '$status $body_bytes_sent "$http_referer" '
                        "\\"$http_user_agent\\"";
       access_log /var/log/nginx/access.log main;""",
    """http {
      log_format  main  escape=default '$remote_addr - $remote_user [$time_local] "$request" $status '
        '$body_bytes_sent "$http_referer" "$http_user_agent"';
    }""",
    """'$remote_addr - $remote_user [$time_local] "$request" '
       '$status $body_bytes_sent "$http_referer" "$http_user_agent"'""",
    "$remote_addr - $remote_user [$time_local] &quot;$request&quot; $status $body_bytes_sent &#34;$http_referer&#34; "
    "&quot;$http_user_agent&quot;",
    'LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined',
    """CustomLog "logs/access log" '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'""",
    '<Valve className="org.apache.catalina.valves.AccessLogValve" suffix=".txt" pattern="combined" />',
    '<Valve pattern="%h %l %u %t &quot;%r&quot; %s %b &quot;%{Referer}i&quot; &quot;%{User-Agent}i&quot;" />',
    '%h %l %u %t "%r" %&gt;s %b "%{Referer}i" "%{User-Agent}i"',
    """%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s\"""",
    '%h %l %u [%{dd/MMM/yyyy:HH:mm:ss Z}t] "%r" %s %b "%{Referer}i" "%{User-Agent}i"',
]


@pytest.mark.parametrize("form", COPIED)
def test_a_format_is_understood_as_it_stands_in_a_configuration(form: str) -> None:
    assert dates(read_bytes(NAMED["combined"].example.encode(), source(form))) == ACCESS


def test_quotes_that_belong_to_a_format_stay_its_own() -> None:
    line = f'"alice" "{CLF}" "GET / HTTP/1.1" "200"'
    assert dates(read_bytes(line.encode(), source('"$remote_user" "$time_local" "$request" "$status"'))) == ACCESS


@pytest.mark.parametrize(("login", "reason"), [('"alice"', "access"), ('"-"', "anonymous"), ('""', "anonymous")])
def test_quotes_around_a_login_are_no_part_of_it(login: str, reason: str) -> None:
    facts = read_bytes(combined(login))
    assert facts.account.reasons[reason] == 1
    assert list(dates(facts)) == (["alice"] if reason == "access" else [])


def test_a_login_of_two_words_is_not_cut_because_another_format_fits_better(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"".join(map(combined, ["alice smith", "Dr. Carl v. d. Berg III jun."])))
    facts = read([str(tmp_path / "log")], today=TODAY)
    assert list(dates(facts)) == ["alice smith"]
    assert facts.account.reasons["malformed"] == 1


@pytest.mark.parametrize("value", ["false", "null", "{}", "[]", '""'])
def test_what_is_no_text_in_json_is_nobodys_login(value: str) -> None:
    line = NAMED["caddy"].example.replace('"alice"', value)
    assert reason_of(line.encode(), source("caddy")) == "anonymous"


def test_lines_within_another_file_are_not_taken_for_requests(tmp_path: Path) -> None:
    cells = [combined(login).decode().strip().replace('"', '""') for login in ("alice", "-")]
    (tmp_path / "log").write_text("Date:Line\n" + "".join(f'2026-10-10:"{cell}"\n' for cell in cells))
    with pytest.raises(FormatError, match="no named format"):
        read([str(tmp_path / "log")], today=TODAY)


def test_servers_that_escape_nothing_are_read_so() -> None:
    for name in ("jetty", "gunicorn", "tomcat"):
        line = NAMED[name].example.replace("alice", "x41bob")
        assert list(dates(read_bytes(line.encode(), source(name)))) == [r"CORP\x41bob"]


@pytest.mark.parametrize(("form", "login_field", "message"), WRONG)
def test_a_format_that_cannot_be_used_says_why(form: str, login_field: str | None, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_bytes(b"", source(form, login_field=login_field))


def test_rules_for_hosts_need_a_format_with_a_host() -> None:
    for form in ("combined", REQUEST_MAP, "iis"):
        assert not parse_format(form).has_host
        with pytest.raises(FormatError, match="have no host"):
            read_files([], source(form, rules=Rules(hosts=("h",))))
    for form in ("vhost-combined", "caddy", "traefik-json", '%{Host}i %u %t "%r" %>s'):
        assert parse_format(form).has_host


def test_auto_says_what_fits_and_why(tmp_path: Path) -> None:
    from seatwise.logs.detection import detect
    from seatwise.logs.places import find_inputs

    (tmp_path / "log").write_text((NAMED["combined"].example + "\n") * 9 + "garbage\n")
    choice = detect(find_inputs([str(tmp_path / "log")]))
    assert choice.format.name == "combined"
    assert str(choice.why) == "9 of the first 10 lines fit; also tried: common 9"


def test_auto_shows_the_line_that_nothing_fits_and_names_the_option(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("what \x1b[31mis this\n")
    with pytest.raises(FormatError, match=r"(?s)no named format.*what \\x1b\[31mis this.*--format"):
        read([str(tmp_path / "log")], today=TODAY)
    (tmp_path / "log").write_text('{"when":1,"person":"x"}\n')
    with pytest.raises(FormatError, match=r"JSON with the names when, person"):
        read([str(tmp_path / "log")], today=TODAY)


def test_auto_reads_what_is_packed_and_reports_what_is_cut_off(tmp_path: Path) -> None:
    import gzip

    packed = gzip.compress(NAMED["caddy"].example.encode() * 100)
    (tmp_path / "log.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(UnreadableInput, match=r"log\.gz"):
        read([str(tmp_path / "log.gz")], today=TODAY)


def test_a_script_is_no_w3c_log_for_its_comments(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text("#!/bin/sh\n# a comment\n\necho Date: today\n# Fields: none\n")
    with pytest.raises(FormatError, match="no named format fits"):
        read([str(tmp_path / "run.sh")])


@pytest.mark.parametrize(
    ("captured", "found"),
    [
        (["{alice}", "{}", "{bob} {x}"], True),
        (["{alice@example.com}"], True),
        (["{CORP\\\\alice}"], True),
        (["{wiki.example.com}", "{wiki.example.com:8443}"], False),
        (["{Mozilla/5.0 (X11)}"], False),
        (["{https://wiki.example.com/}"], False),
        (["{alice|wiki.example.com}"], False),
        (["{} {alice}", "{} {bob}"], False),
    ],
)
def test_what_haproxy_captured_is_taken_for_logins_only_where_it_looks_so(
    captured: list[str], found: bool, tmp_path: Path
) -> None:
    (tmp_path / "log").write_text(
        "".join(NAMED["haproxy"].example.replace("{alice}", each) + "\n" for each in captured)
    )
    if found:
        assert read([str(tmp_path / "log")], today=TODAY).account.reasons["malformed"] == 0
    else:
        with pytest.raises(FormatError, match="no named format fits"):
            read([str(tmp_path / "log")], today=TODAY)


@pytest.mark.parametrize("other", ['"status":401', '"status":500,"reqId":"x"', '"reqId":"x"'])
def test_json_without_a_status_is_taken_for_no_format_that_assumes_one(other: str, tmp_path: Path) -> None:
    line = '{"time":"2026-10-10T08:09:12Z","user":"svc","method":"GET","url":"/k/",' + other + "}\n"
    (tmp_path / "log").write_text(line * 10)
    with pytest.raises(FormatError, match="no named format fits"):
        read([str(tmp_path / "log")], today=TODAY)
