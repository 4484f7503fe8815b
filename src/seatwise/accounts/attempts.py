"""Attempts of people on the site: by what they are counted, and what is said to whoever has to wait.

A browser in which somebody has signed in keeps a signed cookie. It lets nobody in: it only says that guesses from it
are counted by themselves, so that a stranger's do not keep its owner out (OWASP, "Slow down online guessing attacks
with device cookies").
"""

import math
import secrets

from allauth.account.adapter import get_adapter
from allauth.core.internal.ratelimit import truncate_ip
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from seatwise.accounts import throttling
from seatwise.accounts.throttling import (
    ADDRESS,
    CODE,
    DEVICE,
    LOGIN,
    OWN_PASSWORD,
    PAIR,
    SUCCESS,
    WRONG_CODES,
    Counts,
)
from seatwise.directory.models import User
from seatwise.lib.logins import fold

SALT = "seatwise.device"
LASTS = 365 * 24 * 3600  # seconds
MOST = 5  # people who sign in by one browser

COOKIE = "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"


def _known(request: HttpRequest) -> dict[str, str]:
    """The mark of this browser by whose it is."""
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _whose(folded: str) -> str:
    return salted_hmac(SALT, folded, algorithm="sha256").hexdigest()[:16]


def mark_of(request: HttpRequest, folded: str) -> str:
    """The mark that this browser has for a login name; empty where nobody signed in with it here."""
    return _known(request).get(_whose(folded), "")


def remember(request: HttpRequest, response: HttpResponse, folded: str) -> None:
    """Have the browser keep that somebody signed in with a login name here."""
    known = _known(request)
    mark = known.pop(_whose(folded), "") or secrets.token_urlsafe(12)
    kept = dict([*known.items()][-(MOST - 1) :]) | {_whose(folded): mark}
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=SALT),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def of_sign_in(request: HttpRequest, login: str) -> Counts:
    """By what an attempt with a login name is counted, however that is spelled and whether or not anybody has it.

    A browser in which somebody signed in with it before is counted by itself, whatever strangers do.
    """
    folded = fold(login)
    if mark := mark_of(request, folded):
        return throttling.counts([(DEVICE, mark)])
    address = address_of(request)
    return throttling.counts([(ADDRESS, address), (LOGIN, folded), (PAIR, f"{address} {folded}")])


def of_own_password(user: User) -> Counts:
    """Guesses of whoever has a session at its password."""
    return throttling.counts([(OWN_PASSWORD, str(user.pk))])


def of_code(user: User) -> Counts:
    """Guesses of whoever has the password, or a session, at the second factor."""
    return throttling.counts([(CODE, str(user.pk)), (WRONG_CODES, str(user.pk))])


def of_first_code(user: User) -> Counts:
    """Codes of an app that is being set up: they are no guesses at the account."""
    return throttling.counts([(CODE, str(user.pk))])


def are_many_codes_wrong(user: User) -> bool:
    """Whether so many codes were wrong since the last right one that the owner is to know."""
    return throttling.is_reached(throttling.counts([(WRONG_CODES, str(user.pk))]), timezone.now())


def of_success(user: User) -> Counts:
    """How often somebody gets in, each of which is an entry of the audit log."""
    return throttling.counts([(SUCCESS, str(user.pk))])


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; of IPv6 the network, of which somebody has a whole one."""
    return str(truncate_ip(get_adapter(request).get_client_ip(request)))


def forget(counted: Counts) -> None:
    """An attempt was right: what is counted of one person, or one browser, begins anew; of others it is taken back."""
    throttling.give_back(counted, timezone.now(), all_of=(PAIR, DEVICE, CODE, WRONG_CODES, OWN_PASSWORD))


def take(counted: Counts) -> None:
    """Count an attempt. Raises ValidationError, which says how long to wait, where it may not be made."""
    now = timezone.now()
    until = throttling.take(counted, now)
    if until is None:
        return
    minutes = max(1, math.ceil((until - now).total_seconds() / 60))
    said = ngettext(
        "Too many failed attempts. Wait %(minutes)s minute, then try again.",
        "Too many failed attempts. Wait %(minutes)s minutes, then try again.",
        minutes,
    )
    raise ValidationError(said % {"minutes": minutes}, code="too_many_attempts")
