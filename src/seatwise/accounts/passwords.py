"""Which passwords are refused, for Django's AUTH_PASSWORD_VALIDATORS: everything that sets one asks these.

Whose password somebody else set is told, and chooses another before they go on. Whether that is so is looked up once,
at signing in: a password that is set ends all sessions there are.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from seatwise import configuration
from seatwise.accounts import mails
from seatwise.accounts.models import PasswordToChange
from seatwise.directory.models import Service, User
from seatwise.lib import passwords

MOST_SERVICES = 1000
ABOUT_PEOPLE = ("login", "name", "email", "employee_number")
WORD = re.compile(r"[^\W_]{3,}")
FLAG = "password_to_change"  # in the session


class LengthValidator:
    """Long enough, and not longer than anybody means. Nothing is cut off."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        length = len(passwords.normal(password))
        if length < passwords.SHORTEST:
            raise ValidationError(
                _("This password is too short: it needs at least %(least)s characters. A few words work well.")
                % {"least": passwords.SHORTEST},
                code="password_too_short",
            )
        if length > passwords.LONGEST:
            raise ValidationError(
                _("This password is too long: at most %(most)s characters.") % {"most": passwords.LONGEST},
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return _("At least %(least)s characters of any kind. A few unrelated words work well.") % {
            "least": passwords.SHORTEST
        }


class CommonValidator(CommonPasswordValidator):
    """Not one of the 20,000 that are tried first, however it is decorated, written or repeated."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        if not passwords.variants(password).isdisjoint(self.passwords):
            raise ValidationError(
                _("This is a common password, easy to guess. Choose another."), code="password_too_common"
            )

    def get_help_text(self) -> str:
        return _("Not a common password.")


class SurroundingsValidator:
    """Not made of the name, the service, the season and the year."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        if len(passwords.left(password, _words(user))) < passwords.ENOUGH_LEFT:
            raise ValidationError(
                _(
                    "This password is easy to guess: it is built from names, seasons, years, keys in a row or "
                    "repetitions. Add a few words that have nothing to do with you or this site."
                ),
                code="password_easy_to_guess",
            )

    def get_help_text(self) -> str:
        return _("Not built from your name, a service name, a season and a year, or keys in a row.")


def _words(user: Any) -> Iterator[str]:
    """Words around somebody: of their record, of the services, of the address of the site."""
    for key in ABOUT_PEOPLE:
        yield from WORD.findall(getattr(user, key, "") or "")
    yield from WORD.findall(str(configuration.ORIGIN.value().hostname))
    for names in Service.objects.order_by("pk").values_list("name", "code")[:MOST_SERVICES]:
        for name in names:
            yield from WORD.findall(name)


def password_given(user: User, by: User | None) -> None:
    """Called in the transaction in which a password is set. One that `init` sets is its owner's own."""
    if by is None:
        return
    if by.pk == user.pk:
        PasswordToChange.objects.filter(user=user).delete()
    else:
        PasswordToChange.objects.update_or_create(user=user, defaults={"set_at": timezone.now()})
    mails.tell_what_was_done(user)


def remember(request: HttpRequest, user: User, **_signal: object) -> None:
    """Somebody has signed in, in whatever way."""
    if PasswordToChange.objects.filter(user=user).exists():
        request.session[FLAG] = True


def to_change(request: HttpRequest) -> str | None:
    """An obligation: where somebody chooses a password of their own."""
    if not request.session.get(FLAG):
        return None
    if PasswordToChange.objects.filter(user=request.user.pk).exists():
        return reverse("account_change_password")
    del request.session[FLAG]
    return None
