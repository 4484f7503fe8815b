"""Who may see a page. Somebody signed out is asked to sign in; somebody with another role is refused."""

import functools
from collections.abc import Callable, Collection
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, P], R]

ADMINISTRATOR, AUDITOR, DEPARTMENT_ADMINISTRATOR = "administrator", "auditor", "department_administrator"
READING = ("GET", "HEAD", "OPTIONS")


def role_of(request: HttpRequest) -> str:
    """The role of whoever asks; empty for somebody signed out."""
    return getattr(request.user, "role", "") if request.user.is_authenticated else ""


def for_roles(view: View[P, R], roles: Collection[str], reading: Collection[str] = ()) -> View[P, R]:
    """Only for people of some roles; those of `reading` may look, and change nothing."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> R:
        role = role_of(request)
        if role in roles or (role in reading and request.method in READING):
            return view(request, *args, **kwargs)
        raise PermissionDenied

    return cast(View[P, R], login_required(guarded))


def administrators_only(view: View[P, R]) -> View[P, R]:
    """For administrators."""
    return for_roles(view, (ADMINISTRATOR,))


def administrators_and_auditors(view: View[P, R]) -> View[P, R]:
    """For administrators, and for auditors to look at."""
    return for_roles(view, (ADMINISTRATOR,), reading=(AUDITOR,))


def those_who_see_usage(view: View[P, R]) -> View[P, R]:
    """For administrators, and for auditors and department administrators to look at: what they see is `visible_to`."""
    return for_roles(view, (ADMINISTRATOR,), reading=(AUDITOR, DEPARTMENT_ADMINISTRATOR))


def those_who_change_licenses(view: View[P, R]) -> View[P, R]:
    """For administrators and department administrators, who change what is `changeable_by`; auditors look at it."""
    return for_roles(view, (ADMINISTRATOR, DEPARTMENT_ADMINISTRATOR), reading=(AUDITOR,))


def those_who_carry_reviews(view: View[P, R]) -> View[P, R]:
    """For administrators, and department administrators who own a review: `owned_by`; auditors look at it."""
    return for_roles(view, (ADMINISTRATOR, DEPARTMENT_ADMINISTRATOR), reading=(AUDITOR,))
