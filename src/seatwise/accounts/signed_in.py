"""Where somebody is signed in: the list of their sessions, and ending those of other devices.

Sessions are kept by allauth (`usersessions.UserSession`): from where and with which browser. When they began and were
used last is in the session itself: see sessions.py.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from seatwise import audit
from seatwise.accounts.session_store import BEGUN, SEEN, SessionStore
from seatwise.directory.models import User
from seatwise.directory.requests import person_of
from seatwise.site.access import asks_before_changes

BROWSERS = (  # what stands in the header → what it is called; the first that is there, since most also name others
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def short(user_agent: str) -> str:
    """The names of browser and system in a User-Agent (RFC 9110, 10.1.5), as “Firefox, Windows”; empty for others."""
    found = (next((name for token, name in names if token in user_agent), "") for names in (BROWSERS, SYSTEMS))
    return ", ".join(name for name in found if name)


@dataclass(frozen=True)
class Device:
    """A session of somebody's: on which device, since when, and whether it is the one that asks."""

    session: Any
    began: datetime.datetime
    seen: datetime.datetime
    is_this: bool

    @property
    def browser(self) -> str:
        """What it is called; empty where it does not say."""
        return short(self.session.user_agent)


def devices_of(request: HttpRequest) -> list[Device]:
    """Where whoever asks is signed in: here first, then what was used last."""
    if not UserSession.objects.filter(session_key=request.session.session_key).exists():
        UserSession.objects.create_from_request(request)  # the session has a new key since its password was changed
    found = [_device(each, request) for each in UserSession.objects.purge_and_list(request.user)]
    return sorted(found, key=lambda each: (not each.is_this, -each.seen.timestamp()))


def _device(session: Any, request: HttpRequest) -> Device:
    kept = SessionStore(session.session_key)
    began, seen = (kept.get(key, session.created_at.timestamp()) for key in (BEGUN, SEEN))
    return Device(session, _moment(began), _moment(seen), session.session_key == request.session.session_key)


def _moment(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def remember(request: HttpRequest, **_signal: object) -> None:
    """Somebody has signed in. allauth would look at each of their other sessions here, which may be many."""
    UserSession.objects.create_from_request(request)


@transaction.atomic
def sign_out(person: User, devices: Sequence[Device]) -> None:
    """End sessions, also at services behind the gate, and write it down."""
    for each in devices:
        each.session.end()
    named = [each.browser or "?" for each in devices]
    audit.record(by=person, verb="account.sign_out_elsewhere", subject=person, after={"devices": named})


@login_required
@asks_before_changes
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def devices(request: HttpRequest) -> HttpResponse:
    """Where somebody is signed in; they sign out one of the others, or all of them."""
    every = devices_of(request)
    if request.method == "POST":
        one = request.POST.get("device")
        ended = [each for each in every if not each.is_this and one in (None, str(each.session.pk))]
        if ended:
            sign_out(person_of(request), ended)
            said = ngettext("%(count)d device was signed out.", "%(count)d devices were signed out.", len(ended))
            messages.success(request, said % {"count": len(ended)})
        else:
            messages.info(request, _("No one is signed in there any more."))
        return redirect("account_devices")
    return render(request, "account/devices.html", {"devices": every, "others": len(every) - 1})


def forget_ended(day: datetime.date) -> str | None:
    """Forget from where sessions that have ended were used. Called each day."""
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return None
