"""Signing in with a login name and a password. Nobody registers themselves."""

from typing import Any

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise.site import reauthentication

SHOWN_ANYWAY = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")


class LoginBackend(ModelBackend):
    """Finds a person by their login name, however it is spelled.

    With the right password somebody inactive is found too, so that allauth can tell them; their sessions end, since
    `get_user` is Django's own and looks at `is_active`.
    """

    def authenticate(  # type: ignore[override]  # as Django's own ModelBackend does
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> AbstractBaseUser | None:
        """The person whose password it is. Takes as long where there is no such person."""
        if not username or password is None or "\0" in username:
            return None
        users = get_user_model()
        try:
            user = users._default_manager.get_by_natural_key(username)
        except users.DoesNotExist:
            users().set_password(password)
            return None
        return user if user.check_password(password) else None


class LoginForm(forms.LoginForm):  # type: ignore[misc]  # allauth has no types
    """A login name and a password, and nothing that we do not have."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Login name")
        _without_decoration(self)


class ChangePasswordForm(forms.ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """The old password, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")
        self.fields["password1"].label = _("New password")
        self.fields["password2"].label = _("New password, once more")
        _without_decoration(self)


def _without_decoration(form: Form) -> None:
    """No placeholders, which repeat the labels, and no way to a reset by mail, which there is not."""
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        if name != "password1":
            field.help_text = ""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """What allauth may do here."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy("This login name and this password do not belong together."),
        "too_many_login_attempts": gettext_lazy("Too many attempts. Wait five minutes, then try again."),
        "enter_current_password": gettext_lazy("This is not your current password."),
    }

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether allauth asks again who it is: not of whoever signed in a short while ago."""
        return not reauthentication.is_recent(context.request)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are added by an administrator."""
        return False

    def set_password(self, user: Any, password: str) -> None:
        """Somebody gives themselves a new password."""
        with transaction.atomic():
            user.give_password(password, by=user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the first page, which says that it is done."""
        return reverse("home")

    def add_message(
        self, request: HttpRequest, level: int, message_template: str = "", *args: Any, **kwargs: Any
    ) -> None:
        """Say what was done, but not that somebody signed in or out: the page that follows shows it."""
        if message_template not in SHOWN_ANYWAY:
            super().add_message(request, level, message_template, *args, **kwargs)
