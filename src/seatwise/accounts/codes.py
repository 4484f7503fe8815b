"""Checking codes: of an authenticator app, each good once, and recovery codes."""

import time
import unicodedata
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code, normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import transaction

from seatwise.accounts import factors
from seatwise.accounts.factor_adapter import decrypt

LAST = "last_counter"  # in what allauth keeps of an app: the period of the code that was used last


@transaction.atomic
def use(person: Any, written: str) -> Any:
    """The app or recovery codes of somebody that a code fits, which is used up with it; else None."""
    code = plain(written)
    for factor in factors.of(person).select_for_update().exclude(type=factors.Type.WEBAUTHN).order_by("-type"):
        if factor.type == factors.Type.TOTP:
            if _use_of_app(factor, code):
                return factor
        elif factor.wrap().validate_code(code):
            factors.code_used(person)
            return factors.of(person).get(pk=factor.pk)
    return None


def plain(written: str) -> str:
    """A code without blanks and hyphens, however wide its digits are."""
    return str(normalize_user_code(unicodedata.normalize("NFKC", written)))


def _use_of_app(factor: Any, code: str) -> bool:
    """Whether a code is the app's of now, and later than the last one that was used."""
    secret = decrypt(factor.data["secret"])
    counter = counter_of(secret, code) if secret else None
    if counter is None or counter <= factor.data.get(LAST, 0):
        return False
    used(factor, counter)
    return True


def counter_of(secret: str, code: str) -> int | None:
    """The period whose code it is, if that is now, or as far from now as clocks may go wrong (RFC 6238, 5.2)."""
    now, tolerance = period(), app_settings.TOTP_TOLERANCE
    periods = range(now + tolerance, now - tolerance - 1, -1)  # the latest first: what it fits is used up with it
    return next((each for each in periods if compare_user_code(actual=code, expected=code_of(secret, each))), None)


def period() -> int:
    """In which period of codes it is now."""
    return int(time.time()) // int(app_settings.TOTP_PERIOD)


def code_of(secret: str, counter: int) -> str:
    """What an app shows in a period."""
    return str(format_hotp_value(hotp_value(secret, counter)))


def used(factor: Any, counter: int) -> None:
    """No code of this period or an earlier one is good any more."""
    factor.data[LAST] = counter
    factor.save(update_fields=["data"])
