"""What counts as access: the table of cases that is the authority on matching.

Each row is a whole line's deciding fields and the one reason it is put under. Their order: docs/counting.md.
"""

from typing import NamedTuple

import pytest

from seatwise.logs.facts import REASON_NAMES
from seatwise.logs.rules import APIS, ASSETS, SCREENS, Rules
from seatwise.logs.tests.samples import JSON_MAP, NGINX_JSON, combined, read_bytes, reason_of, source

TOMORROW = "25/Nov/2026:23:59:59 +0000"
DAY_AFTER = "26/Nov/2026:00:00:00 +0000"


class Case(NamedTuple):
    """A line by its fields, under rules of its own if it has any."""

    reason: str
    request: str = "GET / HTTP/1.1"
    status: int | str = 200
    login: str = "alice"
    time: str = "10/Oct/2026:13:55:36 +0000"
    rules: Rules = Rules()


BOTS = Rules(programs=("bot", "Backup@example.com"))
KINTONE = Rules(screens=("/k/*",))
NO_ASSETS = Rules(assets=())

ONE_EACH = [
    Case("malformed", time="31/Feb/2026:13:55:36 +0000"),
    Case("malformed", status="-"),
    Case("malformed", status="2000"),
    Case("malformed", status="20x"),
    Case("malformed", status=""),
    Case("malformed", login="- alice"),  # a field more than the format
    Case("future", time=DAY_AFTER),
    Case("access", time=TOMORROW),
    Case("anonymous", login="-"),
    Case("anonymous", login='""'),
    Case("anonymous", login=""),
    Case("other_service", "GET /g/ HTTP/1.1", rules=KINTONE),
    Case("failed", status=400),
    Case("failed", status=401),
    Case("failed", status=404),
    Case("failed", status=500),
    Case("failed", status=999),
    Case("redirected", status=300),
    Case("redirected", status=302),
    Case("redirected", status=399),
    Case("access", status=304),
    Case("access", status=200),
    Case("access", status=206),
    Case("access", status=299),
    Case("not_a_visit", status=199),
    Case("not_a_visit", status=101),
    Case("not_a_visit", status="000"),
    Case("not_a_visit", "HEAD / HTTP/1.1"),
    Case("not_a_visit", "OPTIONS * HTTP/1.1"),
    Case("not_a_visit", "PUT / HTTP/1.1"),
    Case("not_a_visit", "get / HTTP/1.1"),
    Case("not_a_visit", "GETS / HTTP/1.1"),
    Case("not_a_visit", "POSTS / HTTP/1.1"),
    Case("not_a_visit", ""),
    Case("not_a_visit", "-"),
    Case("not_a_visit", "\\x16\\x03\\x01"),
    Case("access", "POST / HTTP/1.1"),
    Case("api", "GET /api/x HTTP/1.1"),
    Case("asset", "GET /a/b.css HTTP/1.1"),
    Case("system_account", login="bot", rules=BOTS),
    Case("system_account", login="BOT", rules=BOTS),
    Case("system_account", login="backup@EXAMPLE.com", rules=BOTS),
    Case("access", login="robot", rules=BOTS),
]

IN_THE_RIGHT_ORDER = [
    Case("malformed", status="x", time=DAY_AFTER),
    Case("malformed", status="x", login="-"),
    Case("future", time=DAY_AFTER, login="-"),
    Case("future", time=DAY_AFTER, status=500),
    Case("anonymous", status=401, login="-"),
    Case("anonymous", "GET /g/ HTTP/1.1", login="-", rules=KINTONE),
    Case("other_service", "GET /g/ HTTP/1.1", 404, rules=KINTONE),
    Case("other_service", "HEAD /g/ HTTP/1.1", 302, rules=KINTONE),
    Case("failed", "GET /api/x HTTP/1.1", 401),
    Case("failed", "HEAD /a.css HTTP/1.1", 404),
    Case("failed", status=403, login="bot", rules=BOTS),
    Case("redirected", "HEAD / HTTP/1.1", 302),
    Case("redirected", "GET /api/x HTTP/1.1", 302),
    Case("not_a_visit", "HEAD /api/x HTTP/1.1"),
    Case("not_a_visit", "PUT /a.css HTTP/1.1"),
    Case("not_a_visit", "DELETE / HTTP/1.1", login="bot", rules=BOTS),
    Case("api", "GET /api/x HTTP/1.1", login="bot", rules=BOTS),
    Case("api", "GET /api/x.css HTTP/1.1"),
    Case("asset", "GET /x.css HTTP/1.1", login="bot", rules=BOTS),
    Case("asset", "GET /k/x.css HTTP/1.1", rules=KINTONE),
    Case("asset", "GET /g/x.css HTTP/1.1", rules=KINTONE),  # also of another service's: assets are told apart first
    Case("api", "GET /k/v1/records.json HTTP/1.1", rules=KINTONE),
]

PATHS = [  # what the default rules make of a path
    ("access", "/"),
    ("access", "/k/12/show?record=3"),
    ("access", "/k/#/portal"),
    ("access", "/K/V1/records.json"),  # case is kept
    ("access", "/API/x"),
    ("access", "/apix"),
    ("access", "/api"),
    ("api", "/api/"),
    ("api", "/k/api/record/list.json"),
    ("api", "/k/v1/record.json"),
    ("api", "/k/guest/7/v1/record.json"),
    ("api", "/v1/users.json"),
    ("api", "/g/cbpapi/base/api.csp"),
    ("api", "/graphql"),
    ("access", "/graphql/x"),
    ("api", "/rest/api/2/issue"),
    ("api", "/ocs/v2.php/apps"),
    ("asset", "/x.js"),
    ("asset", "/x.js?v=3"),
    ("asset", "/x.woff2"),
    ("access", "/x.js/more"),
    ("access", "/x.JS"),
    ("access", "/js"),
    ("access", "/?x=.js"),
    ("access", "/x?y=/api/z"),
    ("access", "/x#/api/z"),
    ("asset", "/static/anything"),
    ("asset", "/assets/"),
    ("access", "/a/static/b"),
    ("api", "/%61pi/x"),  # percent-decoded once
    ("api", "/api%2Fx"),
    ("api", "/a%70i/x"),
    ("access", "/%2561pi/x"),  # and only once
    ("asset", "/x%2Ejs"),
    ("asset", "/x.j%73?y"),
    ("access", "/x%3F.y"),
    ("asset", "/x%3F.js"),  # an encoded ? is part of the path
    ("asset", "/x%23.js"),
    ("access", "/x.js%"),
    ("access", "/x.js%2"),
    ("access", "/x.js%zz"),
    ("access", "/x.j%5"),
    ("access", "/%E5%B1%B1"),
    ("api", "http://wiki.example.com/rest/x"),  # absolute targets
    ("api", "https://wiki.example.com:8443/rest/%78"),
    ("asset", "http://wiki.example.com/x.js?y"),
    ("access", "http://wiki.example.com"),
    ("access", "http://api/x"),
    ("access", "http://h?/api/"),
    ("access", "ftp://h/x"),
    ("access", "*"),
    ("access", "/a b/c"),  # a space that the client did not encode
    ("asset", "/a b.css"),
    ("access", "/x.js HTTP/9 y"),
    ("access", "//api"),
    ("api", "//api/x"),
]

ESCAPED_BY_NGINX = [
    ("asset", "/\\x22.js"),
    ("api", "/\\x61pi/x"),
    ("asset", "/\\\\x.js"),
    ("access", "/x.js\\x22"),
    ("asset", "/\\xE5\\xB1.js"),
    ("asset", '/\\".js'),
    ("asset", '/\\" 404 x.js'),  # an escaped quote does not end the request, whatever follows it
    ("access", "/x.js\\"),
    ("asset", "/\\q.js"),
]

GLOBS = [  # glob, path, whether it fits
    ("/k/*", "/k/", True),
    ("/k/*", "/k", False),
    ("/k/*", "/k/a/b/c", True),
    ("/k/*", "/x/k/a", False),
    ("*", "/", True),
    ("*", "", True),
    ("/", "/", True),
    ("/", "/a", False),
    ("/a", "/a", True),
    ("/a", "/ab", False),
    ("/a", "/b", False),
    ("/*/b", "/a/b", True),
    ("/*/b", "/a/c/b", True),
    ("/*/b", "/b", False),
    ("/a*b*c", "/abc", True),
    ("/a*b*c", "/axbxbxc", True),
    ("/a*b*c", "/axcxb", False),
    ("/a**c", "/ac", True),
    ("/a?c", "/abc", False),  # nothing but the star is special
    ("/a[b]", "/ab", False),
    ("/a.c", "/abc", False),
    ("*.css", "/.css", True),
    ("*.css", "/a.css.map", False),
    ("*aab", "/aaab", True),
    ("/日本*", "/%E6%97%A5%E6%9C%AC%E8%AA%9E", True),
    ("/日本*", "/%E6%97%A5", False),
    ("/A", "/a", False),
    ("/a%20b", "/a%20b", False),  # a glob is written decoded
    ("/a b", "/a%20b", True),
]


@pytest.mark.parametrize("case", ONE_EACH, ids=str)
def test_a_line_has_the_reason_that_fits(case: Case) -> None:
    line = combined(case.login, case.request, case.status, case.time)
    assert reason_of(line, source(rules=case.rules)) == case.reason


@pytest.mark.parametrize("case", IN_THE_RIGHT_ORDER, ids=str)
def test_of_several_reasons_the_first_counts(case: Case) -> None:
    line = combined(case.login, case.request, case.status, case.time)
    assert reason_of(line, source(rules=case.rules)) == case.reason


@pytest.mark.parametrize(("reason", "path"), PATHS)
def test_a_path_is_api_or_asset_or_screen(reason: str, path: str) -> None:
    assert reason_of(combined(request=f"GET {path} HTTP/1.1")) == reason


@pytest.mark.parametrize(("reason", "path"), ESCAPED_BY_NGINX)
def test_the_escapes_of_servers_are_undone_before_matching(reason: str, path: str) -> None:
    assert reason_of(combined(request=f"GET {path} HTTP/1.1")) == reason


@pytest.mark.parametrize(("glob", "path", "fits"), GLOBS)
@pytest.mark.parametrize("sort", ["screens", "apis", "assets"])
def test_a_star_stands_for_anything_and_nothing_else_is_special(glob: str, path: str, fits: bool, sort: str) -> None:
    rules = {"screens": (), "apis": (), "assets": (), sort: (glob,)}
    expected = {"screens": "access", "apis": "api", "assets": "asset"}[sort] if fits else "other_service"
    line = combined(request=f"GET {path} HTTP/1.1")
    assert reason_of(line, source(rules=Rules(**rules))) == expected


def test_any_number_of_globs_can_be_given() -> None:
    rules = Rules(screens=tuple(f"/screen{i}/*" for i in range(200)), apis=(), assets=())
    for i, expected in ((0, "access"), (61, "access"), (62, "access"), (199, "access"), (200, "other_service")):
        assert reason_of(combined(request=f"GET /screen{i}/x HTTP/1.1"), source(rules=rules)) == expected


def test_the_protocol_may_be_any_or_missing() -> None:
    for protocol in (" HTTP/1.0", " HTTP/2.0", " HTTP/3", " HTTP/1.1", ""):
        assert reason_of(combined(request=f"GET /x.css{protocol}")) == "asset"


def test_an_empty_request_says_nothing_of_the_line_before_it() -> None:
    empty = combined("bob", "")
    facts = read_bytes(combined() + empty + combined(request="GET /api/x HTTP/1.1") + empty)
    assert facts.account.reasons["not_a_visit"] == 2
    assert [login.login for _, login in facts.people()] == ["alice"]


HOSTS = [
    (("wiki.example.com",), "wiki.example.com", True),
    (("wiki.example.com",), "WIKI.example.COM", True),
    (("Wiki.Example.com",), "wiki.example.com", True),
    (("wiki.example.com",), "wiki.example.com:8443", True),
    (("wiki.example.com",), "wiki.example.com:", True),
    (("wiki.example.com:8443",), "wiki.example.com:8443", True),
    (("wiki.example.com:8443",), "wiki.example.com", False),
    (("wiki.example.com",), "wiki.example.com.evil", False),
    (("wiki.example.com",), "my-wiki.example.com", False),
    (("*.example.com",), "wiki.example.com", True),
    (("*.example.com",), "example.com", False),
    (("*.example.com", "example.com"), "example.com", True),
    (("[::1]",), "[::1]:443", True),
    (("wiki.example.com",), "-", False),
]


@pytest.mark.parametrize(("globs", "host", "fits"), HOSTS)
def test_a_host_fits_in_any_case_with_or_without_its_port(globs: tuple[str, ...], host: str, fits: bool) -> None:
    form = '$host $remote_user [$time_local] "$request" $status'
    line = f'{host} alice [10/Oct/2026:13:55:36 +0000] "GET / HTTP/1.1" 200\n'.encode()
    assert reason_of(line, source(form, rules=Rules(hosts=globs))) == ("access" if fits else "other_service")


def test_without_rules_for_hosts_any_host_is_this_service() -> None:
    line = b'{"ts":1791608136,"user_id":"a","status":200,"request":{"method":"GET","host":"any","uri":"/"}}'
    assert reason_of(line, source("caddy")) == "access"
    assert reason_of(line, source("caddy", rules=Rules(hosts=("any",)))) == "access"
    assert reason_of(line, source("caddy", rules=Rules(hosts=("other",)))) == "other_service"


def test_a_path_that_the_server_has_decoded_is_not_decoded_again() -> None:
    form = "$remote_user [$time_local] $request_method $uri $status"
    line = b"alice [10/Oct/2026:13:55:36 +0000] GET /%61pi/x 200"
    assert reason_of(line, source(form)) == "access"
    assert reason_of(line, source(form.replace("$uri", "$request_uri"))) == "api"


def test_escapes_of_json_are_undone_before_matching() -> None:
    line = b'{"ts":1791608136,"who":{"name":"a"},"status":200,"request":{"method":"GET","host":"h","uri":"%s"}}'
    for uri, reason in (
        (b"\\/api\\/x", "api"),
        (b"\\/\\u0061pi\\/x", "api"),
        (b"\\/x?a\\u0026b.css", "access"),
        (b"\\/x\\u002ecss", "asset"),
        (b"http:\\/\\/h\\/rest\\/x", "api"),
        (b"/\\u003f.css", "access"),
    ):
        assert reason_of(line % uri, source(JSON_MAP)) == reason


def test_a_quote_in_an_escaped_field_does_not_end_it() -> None:
    line = b'{"t":"2026-10-10T13:55:36Z","u":"a\\",\\"r\\":\\"x","r":"GET /\\".css HTTP/1.1","s":200}'
    assert reason_of(line, source(NGINX_JSON)) == "asset"


def test_every_reason_is_always_present_and_adds_up() -> None:
    facts = read_bytes(b"")
    assert tuple(facts.account.reasons) == REASON_NAMES
    assert set(facts.account.reasons.values()) == {0}
    lines = [combined(case.login, case.request, case.status, case.time) for case in ONE_EACH]
    facts = read_bytes(b"".join(lines), source(rules=BOTS))
    assert sum(facts.account.reasons.values()) == facts.account.lines == len(lines)


def test_only_accesses_are_access_days_and_only_api_use_is_a_program_day() -> None:
    for case in ONE_EACH + IN_THE_RIGHT_ORDER:
        facts = read_bytes(combined(case.login, case.request, case.status, case.time), source(rules=case.rules))
        assert bool(facts.user_days) == (case.reason == "access"), case
        program_days = any(login.program_days for login in facts.logins.values())
        assert program_days == (case.reason in ("api", "system_account")), case


def test_samples_show_what_decided_and_nothing_personal() -> None:
    secret = combined("alice", "PROPFIND /salaries/alice-smith?token=abc HTTP/1.1")
    broken = b"192.0.2.9 alice.smith secret-token\n"
    facts = read_bytes(secret * 7 + broken, source(rules=Rules()))
    samples = facts.account.samples
    assert [sample.line for sample in samples["not_a_visit"]] == [1, 2, 3, 4, 5]
    assert str(samples["not_a_visit"][0].what) == "method PROPFIND, status 200"
    assert samples["malformed"][0].line == 8
    shown = " ".join(str(sample.what) for kept in samples.values() for sample in kept)
    for word in ("alice", "smith", "secret", "abc", "192"):
        assert word not in shown
    elsewhere = read_bytes(combined(request="GET /hr/alice/salary HTTP/1.1"), source(rules=Rules(screens=("/k/*",))))
    assert str(elsewhere.account.samples["other_service"][0].what) == "path /aa/aaaaa/aaaaaa"


def test_the_defaults_are_documented_globs() -> None:
    assert SCREENS == ("*",)
    assert all(glob[0] in "/*" for glob in APIS + ASSETS)
