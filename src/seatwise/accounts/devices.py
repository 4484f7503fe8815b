"""Browsers in which somebody has signed in: a signed cookie, by which a stranger's guesses do not keep them out.

It lets nobody in: it only says that guesses from this browser are counted by themselves (OWASP, "Slow down online
guessing attacks with device cookies").
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

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
