"""No answer of the site is kept by a browser or a proxy: what one person saw is not there for the next."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase


class NoStoreMiddleware:
    """Says so on every answer but static files, which are answered before it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, not to be kept."""
        response = self.get_response(request)
        response["Cache-Control"] = "no-store"
        return response
