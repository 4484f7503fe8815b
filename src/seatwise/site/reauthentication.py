"""Sensitive acts ask once more who it is, unless somebody signed in, or was asked, a short while ago.

The pages that ask are allauth's (seatwise.accounts.urls). They lead back to what was asked for; a form that was sent
is kept in the session meanwhile, and done afterwards.
"""

import functools
import time
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, P], R]
READING = ("GET", "HEAD", "OPTIONS")


def is_recent(request: HttpRequest) -> bool:
    """Whether somebody signed in, or showed again that it is them, within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds."""
    records = get_authentication_records(request, cast(Any, request.user))
    age = time.time() - max((each["at"] for each in records), default=0)
    return bool(0 <= age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def ask_unless_recent(request: HttpRequest) -> None:
    """Raises what leads somebody to the page that asks, and back: before anything was changed."""
    if not is_recent(request):
        raise ReauthenticationRequired


def asks_before_changes(view: View[P, R]) -> View[P, R]:
    """A view whose forms are sensitive. What was sent is done once it is known who it is."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> R:
        if request.method not in READING:
            ask_unless_recent(request)
        return view(request, *args, **kwargs)

    return cast(View[P, R], guarded)


def asks_before_secrets(view: View[P, HttpResponseBase]) -> View[P, HttpResponseBase]:
    """A view that shows a secret, or whose form holds one: it asks first, and keeps nothing that was sent."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if is_recent(request):
            return view(request, *args, **kwargs)
        return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.path})}")

    return cast(View[P, HttpResponseBase], guarded)
