"""Recording what a WSGI application answers (PEP 3333): Flask, Pyramid, Bottle, Django."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from seatwise.recorder.recorder import Recorder

Environ = dict[str, Any]
Application = Callable[..., Iterable[bytes]]


class WsgiMiddleware:
    """Records requests by their REMOTE_USER; `login` is the name of a header that says it, or a function of the
    environment that is asked when the application has answered.
    """

    def __init__(
        self, app: Application, recorder: Recorder, login: str | Callable[[Environ], str | None] | None = None
    ) -> None:
        self.app, self.recorder = app, recorder
        name = f"HTTP_{login.upper().replace('-', '_')}" if isinstance(login, str) else "REMOTE_USER"
        self.login: Callable[[Environ], str | None] = login if callable(login) else lambda environ: environ.get(name)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")  # before the application changes them
        statuses: list[str] = []

        def watched(status: str, *more: Any) -> Any:
            statuses.append(status)
            return start_response(status, *more)

        answer = self.app(environ, watched)
        if statuses:
            self.record(environ, path, statuses[-1])
            return answer
        return self.answered_later(answer, environ, path, statuses)

    def answered_later(
        self, answer: Iterable[bytes], environ: Environ, path: str, statuses: list[str]
    ) -> Iterator[bytes]:
        """The answer of an application that says its status with the first part."""
        try:
            for part in answer:
                if statuses:
                    self.record(environ, path, statuses.pop())
                yield part
            if statuses:
                self.record(environ, path, statuses.pop())
        finally:
            if hasattr(answer, "close"):
                answer.close()

    def record(self, environ: Environ, path: str, status: str) -> None:
        try:
            login, host = self.login(environ), environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "")
            self.recorder.record(
                login and decoded(login), environ["REQUEST_METHOD"], host, decoded(path), int(status[:3])
            )
        except Exception:
            self.recorder.failed()


def decoded(text: str) -> str:
    """What a server handed on as Latin-1 (PEP 3333), as the UTF-8 that it is; what an application wrote, as it is."""
    try:
        return text if text.isascii() else text.encode("latin-1").decode()
    except UnicodeError:
        return text
