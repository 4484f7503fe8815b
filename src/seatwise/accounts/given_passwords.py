"""A password that somebody else set: its owner is told, and chooses another before they go on.

Whether that is so is looked up once, at signing in: a password that is set ends all sessions there are.
"""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from seatwise.accounts import mails
from seatwise.accounts.models import PasswordToChange
from seatwise.directory.models import User

FLAG = "password_to_change"  # in the session


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
