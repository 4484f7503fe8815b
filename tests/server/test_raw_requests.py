"""What the port itself takes: no header says where the site is or who somebody is, and all has a size."""

import re

import pytest
from tests.server.conftest import Reply, Served


def shown(answer: Reply) -> tuple[int, str, str]:
    """What of an answer does not change from one to the next."""
    text = re.sub(rb'"\w{64}"', b"", answer.body).decode()  # the token of the form
    return answer.status, answer.header("location"), text


@pytest.mark.parametrize(
    "line",
    [
        "SCRIPT_NAME: /gate/wiki",
        "Script-Name: /gate/wiki",
        "PATH_INFO: /health/",
        "Path-Info: /health/",
        "X-Script-Name: /x",
        "X-Forwarded-Prefix: /x",
        "X_Forwarded_Prefix: /x",
        "X-Original-URL: /health/",
        "X-Rewrite-URL: /health/",
        "Accept_Language: ja",
        "Accept.Language: ja",
        "X_Forwarded_Proto: https",
        "X-Seatwise-Login: alice",
        "X_Seatwise_Login: alice",
        "Remote-User: alice",
        "Proxy: http://evil.example",
        "X-HTTP-Method-Override: POST",
    ],
)
@pytest.mark.parametrize("path", ["/account/login/", "/administration/", "/gate/wiki/"])
def test_such_a_header_changes_nothing(served: Served, path: str, line: str) -> None:
    assert shown(served.get(path, line)) == shown(served.get(path))


def test_a_language_that_is_asked_for_properly_does_change_it(served: Served) -> None:
    assert served.get("/account/login/", "Accept-Language: ja").header("content-language") == "ja"


@pytest.mark.parametrize(
    ("head", "body", "status"),
    [
        ("GET /health/ HTTP/1.1\r\nHost: x\r\nX: " + "a" * 20_000, b"", 431),
        ("GET /health/ HTTP/1.1\r\nHost: x" + "".join(f"\r\nX{n}: a" for n in range(300)), b"", 431),
        ("GET /account/login/ HTTP/1.1\r\nHost: a\r\nHost: b", b"", 400),
        ("POST /account/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2", b"ab", 400),
        (
            "POST /account/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
            b"0\r\n\r\n",
            400,
        ),
        ("CONNECT evil.example:443 HTTP/1.1\r\nHost: x", b"", 400),
        ("OPTIONS * HTTP/1.1\r\nHost: x", b"", 400),
        ("BREW /account/login/ HTTP/1.1\r\nHost: x", b"", 405),
        ("GET /account/login/ HTTP/1.1\r\nHost: evil.example", b"", 400),
    ],
)
def test_what_can_be_read_in_two_ways_or_is_too_large_is_refused(
    served: Served, head: str, body: bytes, status: int
) -> None:
    assert served.raw(head, body).status == status


def test_an_address_that_is_said_twice_leads_to_no_other_page(served: Served) -> None:
    answer = served.raw(f"GET http://evil.example/account/login/ HTTP/1.1\r\nHost: 127.0.0.1:{served.port}")
    assert answer.status == 200
    assert b"evil.example" not in answer.body


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("cookie", ["", "Cookie: session=" + "a" * 32, "Authorization: Bearer abc"])
def test_a_large_body_of_a_stranger_is_not_taken(served: Served, cookie: str, chunked: bool) -> None:
    size = 2_000_000
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
    part = b"login=" + b"x" * 100_000
    head = f"POST /account/login/ HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n{length}" + f"\r\n{cookie}" * bool(
        cookie
    )
    form = "\r\nContent-Type: application/x-www-form-urlencoded"
    answer = served.raw(head + form, b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
    assert (answer.status, answer.header("connection")) == (413, "close")
    assert "Send less at once." in answer.body.decode()
    assert not list((served.data / "uploads").iterdir())


def test_answers_keep_their_shape(served: Served) -> None:
    path = "/static/bulma/css/style.min.css"
    whole = served.get(path)
    head = served.get(path, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.header("content-length") == whole.header("content-length") == str(len(whole.body))
    assert served.get(path, f"If-None-Match: {whole.header('etag')}").status == 304
    part = served.get(path, "Range: bytes=10-19")
    assert (part.status, part.body) == (206, whole.body[10:20])
    packed = served.get(path, "Accept-Encoding: gzip")
    assert (packed.header("content-encoding"), packed.header("content-length")) == ("gzip", str(len(packed.body)))
    assert len(packed.body) < len(whole.body) / 4
    assert served.get(path, "Accept-Encoding: gzip", f"If-None-Match: {packed.header('etag')}").status == 304
    page = served.get("/account/login/", method="HEAD")
    assert (page.status, page.body, int(page.header("content-length")) > 1000) == (200, b"", True)
