"""Recording what a Django site answers to whom it signed in: settings.SEATWISE_RECORDER has what Recorder takes.

    MIDDLEWARE = [..., "django.contrib.auth.middleware.AuthenticationMiddleware", ...,
                  "seatwise.recorder.django_middleware.RecorderMiddleware"]
    SEATWISE_RECORDER = {"url": "https://seatwise.example.com/ingest/wiki/", "token": "…"}

Without SEATWISE_RECORDER the middleware leaves itself out.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase

from seatwise.recorder.recorder import Recorder

Answer = HttpResponseBase | Awaitable[HttpResponseBase]


class RecorderMiddleware:
    """Records requests by the username of `request.user`. Subclasses may say otherwise in `login_of`."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        self.get_response = get_response
        self.recorder = self.make_recorder()
        self.is_async: bool = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def make_recorder(self) -> Recorder:
        """The recorder of this site. Raises MiddlewareNotUsed where none is set up."""
        given = getattr(settings, "SEATWISE_RECORDER", None)
        if not given:
            raise MiddlewareNotUsed
        return Recorder(**given)

    def __call__(self, request: HttpRequest) -> Answer:
        if self.is_async:
            return self.answer_later(request)
        response = cast(HttpResponseBase, self.get_response(request))
        try:
            self.record(request, response, getattr(request, "user", None))
        except Exception:
            self.recorder.failed()
        return response

    async def answer_later(self, request: HttpRequest) -> HttpResponseBase:
        response = await cast(Awaitable[HttpResponseBase], self.get_response(request))
        try:
            self.record(request, response, await request.auser() if hasattr(request, "auser") else None)
        except Exception:
            self.recorder.failed()
        return response

    def record(self, request: HttpRequest, response: HttpResponseBase, user: Any) -> None:
        login, host = self.login_of(request, user), request.META.get("HTTP_HOST", "")
        self.recorder.record(login, request.method or "", host, request.path, response.status_code)

    def login_of(self, request: HttpRequest, user: Any) -> str | None:
        """Whose request it was; None for one that is not to be recorded."""
        return user.get_username() if user is not None and user.is_authenticated else None
