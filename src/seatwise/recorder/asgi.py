"""Recording what an ASGI application answers: Starlette, FastAPI, Quart, Django."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from seatwise.recorder.recorder import Recorder

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class AsgiMiddleware:
    """Records requests by the user whom Starlette's authentication found; `login` is the name of a header that says
    it, or a function of the scope that is asked when the application has answered.
    """

    def __init__(
        self, app: Application, recorder: Recorder, login: str | Callable[[Scope], str | None] | None = None
    ) -> None:
        self.app, self.recorder = app, recorder
        name = login if isinstance(login, str) else ""
        self.login: Callable[[Scope], str | None] = (
            login if callable(login) else (lambda scope: header(scope, name)) if name else user_of
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]

        async def watched(message: MutableMapping[str, Any]) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                self.record(scope, path, message["status"])

        await self.app(scope, receive, watched)

    def record(self, scope: Scope, path: str, status: int) -> None:
        try:
            self.recorder.record(self.login(scope), scope["method"], header(scope, "host"), path, status)
        except Exception:
            self.recorder.failed()


def header(scope: Scope, name: str) -> str:
    """The last header of a name, empty where there is none."""
    wanted = name.lower().encode("latin-1")
    found = [value for key, value in scope["headers"] if key.lower() == wanted]
    return found[-1].decode("utf-8", "surrogateescape") if found else ""


def user_of(scope: Scope) -> str:
    """The login of `scope["user"]`: the `username` of Starlette's SimpleUser, or its `identity`."""
    user = scope.get("user")
    if user is None or not user.is_authenticated:
        return ""
    return str(getattr(user, "username", "") or user.identity)
