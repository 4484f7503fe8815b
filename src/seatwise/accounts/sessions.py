"""When a session ends by itself: so long after signing in, and for whoever sees others' data when nothing is done."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from seatwise.accounts import sign_in_log
from seatwise.accounts.session_store import BEGUN, SEEN, SessionStore
from seatwise.directory.models import Role, User
from seatwise.directory.requests import person_of

WRITE_EACH = 60  # seconds


def begin(request: HttpRequest, **_signal: object) -> None:
    """Somebody has signed in, in whatever way: by Django's own signal, since nothing else sees all of them."""
    request.session[BEGUN] = request.session[SEEN] = int(time.time())


class SessionMiddleware:
    """Ends sessions in which nothing was done. Stands after the middlewares of people and of messages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer; to somebody signed out where the session has ended."""
        if request.user.is_authenticated:
            _look_at(request)
        return self.get_response(request)


def _look_at(request: HttpRequest) -> None:
    now, person = int(time.time()), person_of(request)
    if BEGUN not in request.session:
        begin(request)
    seen = request.session.get(SEEN, now)
    if not _is_idle(person, now - seen):
        if not 0 <= now - seen < WRITE_EACH and isinstance(request.session, SessionStore):
            request.session.see(now)
        return
    with transaction.atomic():
        sign_in_log.signed_out(person, idle=True)
        logout(request)
    messages.info(request, _("You were signed out after a period of inactivity. Sign in again to continue."))


def _is_idle(person: User, seconds: int) -> bool:
    """Whether it has been too long for whoever sees more than what is their own."""
    return person.role != Role.MEMBER and seconds >= settings.SESSION_IDLE_SECONDS
