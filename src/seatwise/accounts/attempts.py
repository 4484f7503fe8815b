"""Attempts of people on the site: by what they are counted, and what is said to whoever has to wait."""

import math

from allauth.account.adapter import get_adapter
from allauth.core.internal.ratelimit import truncate_ip
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from seatwise.accounts import devices, throttling
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


def of_sign_in(request: HttpRequest, login: str) -> Counts:
    """By what an attempt with a login name is counted, however that is spelled and whether or not anybody has it.

    A browser in which somebody signed in with it before is counted by itself, whatever strangers do.
    """
    folded = fold(login)
    if mark := devices.mark_of(request, folded):
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
