"""From ASGI to WSGI: what becomes part of a request, and what does not."""

from typing import Any

import pytest

from seatwise.server.requests import UnusableRequest, environ_of


def scope(*headers: tuple[str, str], **more: Any) -> dict[str, Any]:
    """A request as granian gives it."""
    return {
        "method": "GET",
        "raw_path": b"/a%20b/%E3%81%82",
        "query_string": b"q=%20",
        "server": ("127.0.0.1", "8000"),
        "client": ("192.0.2.1", "40000"),
        "http_version": "1.1",
        "root_path": "/elsewhere",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
        **more,
    }


def test_a_request_becomes_what_wsgi_says_and_is_always_at_the_root() -> None:
    environ = environ_of(scope(("host", "x"), ("x-a", "é"), ("content-type", "a/b"), ("content-length", "3")))
    assert (environ["SCRIPT_NAME"], environ["REMOTE_ADDR"], environ["HTTP_HOST"]) == ("", "192.0.2.1", "x")
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/a b/あ"
    assert (environ["HTTP_X_A"], environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("é", "a/b", "3")
    assert "HTTP_CONTENT_TYPE" not in environ
    assert environ["seatwise.has_body"]
    assert not environ_of(scope())["seatwise.has_body"]


NOT_TAKEN = (
    "script_name SCRIPT-NAME x_seatwise_login X-Seatwise-Login x.seatwise_login path-info x@y x-forwarded-prefix "
    "x-script-name remote-user proxy transfer-encoding connection é"
)


@pytest.mark.parametrize("name", [*NOT_TAKEN.split(), "a b"])
def test_names_that_could_be_ours_or_are_none_are_dropped(name: str) -> None:
    plain = environ_of(scope())
    plain["seatwise.has_body"] = name == "transfer-encoding"
    assert environ_of(scope((name, "x"))) == plain


def test_what_is_said_twice_is_joined_or_refused() -> None:
    environ = environ_of(
        scope(("cookie", "a=1"), ("cookie", "b=2"), ("x-forwarded-for", "1"), ("x-forwarded-for", "2"))
    )
    assert (environ["HTTP_COOKIE"], environ["HTTP_X_FORWARDED_FOR"]) == ("a=1; b=2", "1,2")
    for twice in ((("host", "a"), ("host", "a")), (("content-length", "1"), ("content-length", "2"))):
        with pytest.raises(UnusableRequest):
            environ_of(scope(*twice))


@pytest.mark.parametrize("length", ["-1", "+1", "1_0", "x", "１"])
def test_a_length_is_a_number(length: str) -> None:
    with pytest.raises(UnusableRequest):
        environ_of(scope() | {"headers": [(b"content-length", length.encode())]})


@pytest.mark.parametrize("path", [b"", b"*", b"evil.example:443"])
def test_a_path_begins_at_the_root(path: bytes) -> None:
    with pytest.raises(UnusableRequest):
        environ_of(scope(raw_path=path))
