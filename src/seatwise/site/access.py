"""Who may see a page. Somebody signed out is asked to sign in; somebody with another role is refused.

Sensitive acts ask once more who it is, unless somebody signed in, or was asked, a short while ago. The pages that ask
are allauth's (seatwise.accounts.urls). They lead back to what was asked for; a form that was sent is kept in the
session meanwhile, and done afterwards.
"""

import functools
import re
import time
from collections.abc import Callable, Collection
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, P], R]

ADMINISTRATOR, AUDITOR, DEPARTMENT_ADMINISTRATOR = "administrator", "auditor", "department_administrator"
MEMBER = "member"
READING = ("GET", "HEAD", "OPTIONS")


def role_of(request: HttpRequest) -> str:
    """The role of whoever asks; empty for somebody signed out."""
    return getattr(request.user, "role", "") if request.user.is_authenticated else ""


class Access:
    """Only for people of some roles; those of `reading` may look, and change nothing. Decorates a view that takes any
    method; `page`, `form` and `action` decorate those that show, that show and change, and that only change something.
    """

    def __init__(self, *roles: str, reading: Collection[str] = ()) -> None:
        self.roles, self.reading = roles, reading

    def __call__(self, view: View[P, R]) -> View[P, R]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> R:
            role = role_of(request)
            if role in self.roles or (role in self.reading and request.method in READING):
                return view(request, *args, **kwargs)
            raise PermissionDenied

        return cast(View[P, R], login_required(guarded))

    def page(self, view: View[P, R]) -> View[P, R]:
        return self(require_safe(view))

    def form(self, view: View[P, R]) -> View[P, R]:
        return self(require_http_methods(["GET", "HEAD", "POST"])(view))

    def action(self, view: View[P, R]) -> View[P, R]:
        return self(require_POST(view))


everybody = Access(ADMINISTRATOR, AUDITOR, DEPARTMENT_ADMINISTRATOR, MEMBER)  # who is signed in
administrators_only = Access(ADMINISTRATOR)
administrators_and_auditors = Access(ADMINISTRATOR, reading=(AUDITOR,))  # who look
# What they see is `visible_to`.
those_who_see_usage = Access(ADMINISTRATOR, reading=(AUDITOR, DEPARTMENT_ADMINISTRATOR))
# They change what is `changeable_by`.
those_who_change_licenses = Access(ADMINISTRATOR, DEPARTMENT_ADMINISTRATOR, reading=(AUDITOR,))
# Department administrators, where they own a review: `owned_by`.
those_who_carry_reviews = Access(ADMINISTRATOR, DEPARTMENT_ADMINISTRATOR, reading=(AUDITOR,))


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


LONGEST = 4000
_PATH = re.compile(r"\A/(?![/\\])[^\x00-\x20\x7f\\]*\Z")


def is_own_path(url: str) -> bool:
    """Whether an address is a path of ours: one slash at first, no backslash, blank or control character anywhere."""
    return len(url) <= LONGEST and bool(_PATH.match(url))


def back_to(request: HttpRequest, *otherwise: Any) -> HttpResponse:
    """After a form was sent: to `next` of the form, where that is a path of ours, otherwise to a page of ours."""
    goal = request.POST.get("next", "")
    return redirect(goal) if is_own_path(goal) else redirect(*otherwise)
