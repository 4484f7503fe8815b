"""In which language a page is: the person's own, else the browser's."""

import datetime
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST

from seatwise import configuration
from seatwise.site.access import back_to

KEEP: list[Callable[[Any, str, datetime.date], None]] = []  # in whose record a language is kept: filled by later apps


def language_of(request: HttpRequest) -> str:
    """The language of a person's record, of the cookie, or of the browser, in this order."""
    return spoken(getattr(request.user, "language", "")) or translation.get_language_from_request(request)


def spoken(language: str) -> str:
    """A language that Seatwise speaks; else empty."""
    return language if language in dict(settings.LANGUAGES) else ""


class LanguageMiddleware:
    """Speaks to each in their language. Must stand after the middleware that says who it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the language of the person."""
        language = language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", language)
        return response


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on: kept in the person's record, or in a cookie before signing in."""
    language = request.POST.get("language", "")
    response = back_to(request, "/")
    if not spoken(language):
        return response
    if request.user.is_authenticated:
        for keep in KEEP:
            keep(request.user, language, configuration.today())
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
