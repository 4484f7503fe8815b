"""Whatever a client sends, the service is told who it is by the gate alone: on the wire, by CGI and by WSGI."""

import contextlib
import itertools
from collections.abc import Iterator
from functools import partial

import pytest
from tests.gate.conftest import Front
from tests.gate.wire import Arrived, answer_of, send, shown

OURS = ("X-Seatwise-Login", "X-Seatwise-Login-Written", "X-Seatwise-Verdict")
LISTS = (
    *("close", "close, X-Seatwise-Login", "X-Seatwise-Verdict, close", "close, x-seatwise-login-written"),
    *(
        "close, X_Seatwise_Login",
        "close, Cookie",
        "close, X-Forwarded-For, Host",
        "keep-alive, X-Seatwise-Login, close",
    ),
)
ELSEWHERE = (
    *("SCRIPT_NAME: /x", "Script-Name: /x", "PATH_INFO: /x", "X-Script-Name: /x", "X-Forwarded-Prefix: /x"),
    *("X_Forwarded_Prefix: /x", "X-Forwarded-For: 203.0.113.9", "X_Forwarded_For: 203.0.113.9", "Forwarded: for=x"),
    *("X-Original-URL: /x", "X-Rewrite-URL: /x", "X-Forwarded-Host: evil.example", "X.Forwarded.Host: evil.example"),
    *("X-Forwarded-User: alice", "Proxy: http://evil.example", "X-Forwarded-Uri: /x", "X-Forwarded-Proto: gopher"),
)


def spellings(name: str) -> Iterator[str]:
    """A header's name as CGI cannot tell it from others: any separators, any case."""
    first, *parts = name.split("-")
    for separators in itertools.product("-_.", repeat=len(parts)):
        whole = first + "".join(map("".join, zip(separators, parts, strict=True)))
        yield from (whole, whole.lower()) if "." in separators else (whole, whole.lower(), whole.upper())


def told(arrived: Arrived) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """What a request says of who it is from, by CGI and by WSGI."""
    cgi = [(name, value) for name, value in arrived.cgi if "SEATWISE" in name and name != "HTTP_COOKIE"]
    return cgi, {name: value for name, value in arrived.wsgi.items() if "SEATWISE" in name.upper()}


def is_charlies(arrived: Arrived) -> bool:
    """Whether a request says that it is from charlie, once, and nothing else of the gate's; and no placeholder."""
    login = ("HTTP_X_SEATWISE_LOGIN", "charlie")
    literal = any("{" in value or "seatwise" in value for _name, value in arrived.headers)
    return told(arrived) == ([login], dict([login])) and not literal


@pytest.mark.parametrize("connection", LISTS)
def test_no_spelling_of_our_headers_and_no_list_of_hops_changes_who_it_is(front: Front, connection: str) -> None:
    passed = 0
    each = [f"{name}: alice" for ours in OURS for name in spellings(ours)]
    for line in each[:: 1 if connection == LISTS[1] else 7]:
        for lines in ([line], [line, line], [f"{line}, charlie", line]):
            status = front.request([*lines, f"Connection: {connection}"])
            assert status == 200 or not front.service.arrived, lines
            assert all(map(is_charlies, front.service.arrived)), shown(front.service.arrived)
            passed += status == 200
    assert passed or "Cookie" in connection  # without its cookie nobody is known, which is for the client to choose


def test_all_spellings_at_once_change_nothing(front: Front) -> None:
    for ours in OURS:
        lines = [f"{name}: alice" for name in spellings(ours)]
        assert front.request([*lines, "Connection: close, X-Seatwise-Login"]) == 200
        assert all(map(is_charlies, front.service.arrived)), shown(front.service.arrived)


def test_a_client_says_nothing_of_where_the_service_is_nor_what_was_asked(front: Front) -> None:
    for line in ELSEWHERE:
        assert front.request([], raw=f"{line}\r\nConnection: close\r\n".encode()) == 200, line
        (arrived,) = front.service.arrived
        (asked,) = front.gate.asked
        said = line.partition(": ")[2]
        for each in (arrived, asked):
            assert not [value for name, value in each.headers if said in value and name != "X-Forwarded-Uri"], each
        assert arrived.line.split()[1] == "/page"
        assert asked.line.split()[1].startswith(f"/gate/{front.setup.code}/")
        assert arrived.wsgi["SCRIPT_NAME"] == ""
        assert arrived.named("Host") == [f"wiki.localhost:{front.setup.port}"]


FRAMES = {
    "a folded line": b"X-A: 1\r\n X-Seatwise-Login: alice\r\n",
    "a folded line of ours": b"X-Seatwise-Login:\r\n alice\r\n",
    "a space before the colon": b"X-Seatwise-Login : alice\r\n",
    "a tab before the colon": b"X-Seatwise-Login\t: alice\r\n",
    "a line without a colon": b"X-Seatwise-Login alice\r\n",
    "a bare line feed": b"X-A: 1\nX-Seatwise-Login: alice\r\n",
    "a bare carriage return": b"X-A: 1\rX-Seatwise-Login: alice\r\n",
    "a zero byte": b"X-Seatwise-Login\0: alice\r\n",
    "a value with a zero byte": b"X-Seatwise-Login: alice\0\r\n",
    "a byte that is not ASCII": b"X-Seatwise\xadLogin: alice\r\n",
    "an empty name": b": alice\r\n",
    "two hosts": b"Host: evil.example\r\n",
    "no value": b"X-Seatwise-Login:\r\nX_Seatwise_Login:\r\n",
    "a long name": b"X-Seatwise-Login" + b"-a" * 9000 + b": alice\r\n",
}
SECOND = b"GET /second HTTP/1.1\r\nHost: wiki.localhost\r\nX-Seatwise-Login: alice\r\nX_Seatwise_Login: alice\r\n\r\n"
BODIES = {
    "a length and chunks": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "chunks and a length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + SECOND,
    "two lengths": b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(SECOND) + SECOND,
    "a length with a sign": b"Content-Length: +%d\r\n\r\n" % len(SECOND) + SECOND,
    "an encoding that there is not": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SECOND,
    "chunks twice": b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "chunks, and identity": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + SECOND,
    "chunks with an underscore": b"Transfer_Encoding: chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "chunks of another line end": b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + SECOND,
    "a length that a hop takes out": b"Connection: close, Content-Length\r\nContent-Length: %d\r\n\r\n" % len(SECOND)
    + SECOND,
    "trailers": b"Trailer: X-Seatwise-Login\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    b"X-Seatwise-Login: alice\r\nX_Seatwise_Login: alice\r\n\r\n",
    "a second request": b"\r\n" + SECOND,
}


def test_odd_lines_change_nothing(front: Front) -> None:
    for what, raw in FRAMES.items():
        status = front.request([], raw=raw)
        assert status != 200 or front.service.arrived
        assert all(map(is_charlies, front.service.arrived)), f"{what}: {shown(front.service.arrived)}"


def test_odd_bodies_bring_no_request_that_the_gate_was_not_asked_about(front: Front) -> None:
    for what, raw in BODIES.items():
        front.request([], method="POST", raw=raw, whole=True)
        for arrived in front.service.arrived:
            assert arrived.line.startswith("POST /page"), f"{what}: {shown([arrived])}"
            assert is_charlies(arrived), f"{what}: {shown([arrived])}"


def test_no_target_leads_to_another_host_of_the_service(front: Front) -> None:
    targets = ("http://evil.example/page", "http://other.localhost/page", "*", "evil.example:80", "/page#x", "//page")
    for method, target in itertools.product(("GET", "CONNECT", "TRACE", "OPTIONS"), targets):
        front.request([], method=method, target=target)
        for arrived in front.service.arrived:
            assert is_charlies(arrived), shown([arrived])
            assert arrived.named("Host") == [f"wiki.localhost:{front.setup.port}"], shown([arrived])


def test_the_address_and_another_host_in_one_request_do_not_part(front: Front) -> None:
    here = f"wiki.localhost:{front.setup.port}"
    front.request([], target=f"http://{here}/page", host="evil.example")
    assert [each.named("Host") for each in front.service.arrived] in ([], [[here]]), shown(front.service.arrived)
    front.forget()
    front.request([], host="evil.example")
    assert not front.service.arrived


def test_nobody_reaches_the_service_without_the_key(front: Front) -> None:
    for line in ("X-Seatwise-Verdict: allowed wiki", "X_Seatwise_Verdict: allowed wiki", "X-Seatwise-Login: charlie"):
        assert front.request([line, "X-Seatwise-Login: charlie"], key=False) in {401, 302}
        assert front.request([line], key=False, method="POST") in {401, 302}
    for raw in (*FRAMES.values(), *(f"{line}\r\n".encode() for line in ELSEWHERE)):
        front.request([], raw=raw, key=False)
    for raw in BODIES.values():
        front.request([], raw=raw, key=False, method="POST", whole=True)
    assert not front.service.arrived, shown(front.service.arrived)


VERDICT, LOGIN = ("X-Seatwise-Verdict", "allowed wiki"), ("X-Seatwise-Login", "charlie")
WRITTEN = ("X-Seatwise-Login-Written", "charlie")
LIES = {
    "a page": answer_of(200, [("Content-Type", "text/html")], b"<p>It works!"),
    "a page with a login": answer_of(200, [LOGIN, WRITTEN]),
    "nothing": answer_of(204),
    "a login alone": answer_of(204, [LOGIN, WRITTEN]),
    "a verdict without a login": answer_of(204, [VERDICT]),
    "a verdict with an empty login": answer_of(
        204, [VERDICT, ("X-Seatwise-Login", ""), ("X-Seatwise-Login-Written", "")]
    ),
    "a verdict with a blank login": answer_of(204, [VERDICT, ("X-Seatwise-Login", "  "), WRITTEN]),
    "another service's verdict": answer_of(204, [("X-Seatwise-Verdict", "allowed other"), LOGIN, WRITTEN]),
    "a longer code": answer_of(204, [("X-Seatwise-Verdict", "allowed wiki2"), LOGIN, WRITTEN]),
    "an empty verdict": answer_of(204, [("X-Seatwise-Verdict", ""), LOGIN, WRITTEN]),
    "another verdict": answer_of(204, [("X-Seatwise-Verdict", "refused wiki"), LOGIN, WRITTEN]),
    "a redirect": answer_of(302, [("Location", "/"), VERDICT, LOGIN, WRITTEN]),
    "not modified": answer_of(304, [VERDICT, LOGIN, WRITTEN]),
    "part of a page": answer_of(206, [LOGIN, WRITTEN], b"x"),
    "not found": answer_of(404, [VERDICT, LOGIN, WRITTEN]),
    "an error": answer_of(500, [VERDICT, LOGIN, WRITTEN]),
    "another protocol": answer_of(101, [("Upgrade", "websocket"), ("Connection", "Upgrade"), VERDICT, LOGIN, WRITTEN]),
    "no answer": b"",
    "no HTTP": b"220 mail.example.com ESMTP\r\n",
    "a broken answer": b"HTTP/1.1 204\r\nX-Seatwise-Verdict: allowed wiki\r\n",
}


def said_anyway(lie: bytes, asked: Arrived) -> bytes:
    return lie


def test_only_the_gates_own_verdict_opens_the_service(front: Front) -> None:
    front.gate.hangs_up = True
    for what, lie in LIES.items():
        front.gate.answer = partial(said_anyway, lie)
        for lines in ([], ["X-Seatwise-Verdict: allowed wiki", "X-Seatwise-Login: charlie"], ["Upgrade: websocket"]):
            assert front.request(lines) != 200, what
            assert front.gate.asked
            assert not front.service.arrived, f"{what}: {shown(front.service.arrived)}"


def test_where_nobody_answers_the_service_stays_closed(front: Front) -> None:
    front.gate.answer = lambda asked: b""
    front.gate.hangs_up = True
    assert front.request([]) in {500, 502, 503}
    assert not front.service.arrived


def test_a_client_that_sends_too_much_is_refused(front: Front) -> None:
    too_much = 1_200_000 if front.proxy == "traefik" else 40_000
    status, _came = send(front.setup.port, front.bytes_of([f"X-A: {'a' * too_much}"]))
    assert status in {400, 413, 414, 431}
    assert not front.service.arrived


def test_a_client_that_does_not_send_on_is_let_go(front: Front) -> None:
    assert front.stalled
    front.stalled.settimeout(20)  # it began when the web server did, which lets go of it after ten seconds
    with contextlib.suppress(ConnectionError):
        while front.stalled.recv(4096):
            pass
