"""WSGI, ASGI and Django: whose request it was, and that the answer is the application's own."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, RequestFactory, override_settings

from seatwise.recorder import AsgiMiddleware, Recorder, WsgiMiddleware
from seatwise.recorder.django_middleware import RecorderMiddleware


@pytest.fixture
def recorder() -> Recorder:
    recorder = Recorder(deliver=lambda lines: None)
    recorder.sender.start = lambda: None  # type: ignore[method-assign]
    return recorder


def recorded(recorder: Recorder) -> list[tuple[str, str, str, int]]:
    found = [json.loads(line) for line in recorder.sender.waiting]
    return [(each["login"], each["method"], each["path"], each["status"]) for each in found]


def ask(app: Any, path: str = "/", **environ: Any) -> bytes:
    environ |= {"PATH_INFO": path}
    setup_testing_defaults(environ)
    answer = app(environ, lambda status, headers, exc_info=None: None)
    try:
        return b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()


def at_once(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [])
    return [b"body"]


def later(environ: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
    start("200 OK", [])
    yield b"bo"
    yield b"dy"


def without_body(environ: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
    start("304 Not Modified", [])
    yield from ()


def changed_its_mind(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [])
    start("500 Wrong", [], (None, None, None))
    return [b"body"]


def moves_the_path(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    environ["SCRIPT_NAME"], environ["PATH_INFO"] = "/elsewhere", "/"
    return at_once(environ, start)


@pytest.mark.parametrize(
    ("app", "body", "status"),
    [(at_once, b"body", 200), (later, b"body", 200), (without_body, b"", 304), (moves_the_path, b"body", 200)],
)
def test_wsgi(recorder: Recorder, app: Any, body: bytes, status: int) -> None:
    assert ask(WsgiMiddleware(app, recorder), "/a", REMOTE_USER="ann", SCRIPT_NAME="/wiki") == body
    assert recorded(recorder) == [("ann", "GET", "/wiki/a", status)]


def test_wsgi_answers_that_failed_or_that_nobody_asked_for(recorder: Recorder) -> None:
    assert ask(WsgiMiddleware(changed_its_mind, recorder), REMOTE_USER="ann") == b"body"
    assert ask(WsgiMiddleware(at_once, recorder)) == b"body"
    assert recorded(recorder) == []
    answer = at_once({}, lambda *said: None)
    assert WsgiMiddleware(lambda environ, start: answer, recorder)({}, print) is not answer
    with pytest.raises(ZeroDivisionError):
        ask(WsgiMiddleware(lambda environ, start: 1 / 0, recorder), REMOTE_USER="ann")  # type: ignore[arg-type,return-value]


def test_wsgi_logins_of_a_header_or_a_function_in_any_script(recorder: Recorder) -> None:
    raw = "佐藤".encode().decode("latin-1")
    ask(WsgiMiddleware(at_once, recorder, "X-Forwarded-User"), f"/{raw}", HTTP_X_FORWARDED_USER=raw, REMOTE_USER="x")
    ask(WsgiMiddleware(at_once, recorder, lambda environ: "zoë"))
    ask(WsgiMiddleware(at_once, recorder, lambda environ: environ["missing"]))
    assert recorded(recorder) == [("佐藤", "GET", "/%E4%BD%90%E8%97%A4", 200), ("zoë", "GET", "/", 200)]
    assert recorder.has_failed


class User:
    is_authenticated = True

    def __init__(self, username: str) -> None:
        self.username = self.identity = username

    def get_username(self) -> str:
        return self.username


def asgi(recorder: Recorder, status: int = 200, login: Any = None, **scope: Any) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status})
        await send({"type": "http.response.body", "body": b"body"})

    async def send(message: Any) -> None:
        sent.append(message)

    whole = {"type": "http", "method": "GET", "path": "/a", "headers": [(b"host", b"wiki")], **scope}
    asyncio.run(AsgiMiddleware(app, recorder, login)(whole, None, send))  # type: ignore[arg-type]
    return sent


def test_asgi(recorder: Recorder) -> None:
    anonymous = User("")
    anonymous.is_authenticated = False
    assert [message["type"] for message in asgi(recorder, user=User("ann"))] == [
        "http.response.start",
        "http.response.body",
    ]
    asgi(recorder, user=anonymous)
    asgi(recorder)
    asgi(recorder, 404, user=User("ann"))
    asgi(recorder, login="X-User", headers=[(b"x-user", "佐藤".encode())], user=User("x"))
    asgi(recorder, login=lambda scope: scope["state"]["login"], state={"login": "ben"})
    asgi(recorder, type="websocket", user=User("eve"))
    assert recorded(recorder) == [(login, "GET", "/a", 200) for login in ("ann", "佐藤", "ben")]
    assert not recorder.has_failed
    assert len(asgi(recorder, login=lambda scope: scope["missing"])) == 2
    assert recorder.has_failed


def django_site(recorder: Recorder, get_response: Any) -> RecorderMiddleware:
    class Middleware(RecorderMiddleware):
        def make_recorder(self) -> Recorder:
            return recorder

    return Middleware(get_response)


def test_django(recorder: Recorder) -> None:
    site = django_site(recorder, lambda request: HttpResponse("body", status=201))
    request = RequestFactory().post("/a", {"x": "1"})
    assert site(request).content == b"body"  # type: ignore[union-attr]
    request.user = User("ann")  # type: ignore[assignment]
    assert site(request).content == b"body"  # type: ignore[union-attr]
    assert recorded(recorder) == [("ann", "POST", "/a", 201)]


def test_django_within_an_event_loop(recorder: Recorder) -> None:
    async def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("body")

    async def user() -> User:
        return User("ann")

    request = AsyncRequestFactory().get("/a")
    request.auser = user  # type: ignore[assignment]
    assert asyncio.run(django_site(recorder, view)(request)).content == b"body"  # type: ignore[arg-type]
    assert recorded(recorder) == [("ann", "GET", "/a", 200)]


def test_a_django_site_without_the_setting_is_not_recorded() -> None:
    with pytest.raises(MiddlewareNotUsed):
        RecorderMiddleware(lambda request: HttpResponse())
    with override_settings(SEATWISE_RECORDER={"url": "https://example.com/ingest/wiki/", "token": "t"}):
        assert RecorderMiddleware(lambda request: HttpResponse()).recorder.sender.thread is None
