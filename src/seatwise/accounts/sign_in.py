"""Signing in with a login name and a password. Nobody registers themselves."""

from typing import Any

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.accounts import attempts, factors, sign_in_log
from seatwise.directory.models import User
from seatwise.directory.requests import person_of
from seatwise.lib.logins import fold
from seatwise.lib.passwords import LONGEST, normal
from seatwise.site import access
from seatwise.site.access import is_own_path

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
        password = password[: LONGEST + 1]  # the longest there is, and one more, which is never right
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
        self.fields["password2"].label = _("New password (again)")
        _without_decoration(self)

    def clean_password1(self) -> str:
        """Another password than that of now."""
        password: str = self.cleaned_data["password1"]
        if normal(password) == normal(self.cleaned_data.get("oldpassword", "")):
            raise ValidationError(_("This is your current password. Choose another."))
        return password

    def clean_oldpassword(self) -> str:
        """The password of now; whoever found an open session does not get to guess it."""
        counted = attempts.of_own_password(self.user)
        attempts.take(counted)
        password: str = super().clean_oldpassword()
        attempts.forget(counted)
        return password


def _without_decoration(form: Form) -> None:
    """No placeholders, which repeat the labels, and no way to a reset by mail, which there is not."""
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        if name != "password1":
            field.help_text = ""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """What allauth may do here."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy("Incorrect login name or password."),
        "enter_current_password": gettext_lazy("This is not your current password."),
    }

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether allauth asks again who it is: not of whoever signed in a short while ago."""
        return not access.is_recent(context.request)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are added by an administrator."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Whether somebody may be sent there: to our own paths only, not to another host or port."""
        return is_own_path(url or "")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Whose login name and password these are. What is refused unseen raises ValidationError."""
        login = str(credentials.get("username", ""))
        counted = attempts.of_sign_in(request, login)
        attempts.take(counted)
        user: User | None = super().authenticate(request, **credentials)
        if user is None:
            sign_in_log.failed(User.objects.filter(folded=fold(login)).first(), timezone.now())
            return None
        attempts.forget(counted)
        attempts.take(attempts.of_success(user))
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing: see `authenticate`."""

    def pre_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse | None:
        """Somebody who may not sign in did not."""
        if not user.is_active:
            sign_in_log.failed(user, timezone.now())
        response: HttpResponse | None = super().pre_login(request, user, **more)
        return response

    @transaction.atomic
    def login(self, request: HttpRequest, user: Any) -> None:
        """Begin a session, after all factors."""
        super().login(request, user)
        sign_in_log.succeeded(user, timezone.now(), second_factor=factors.used_in(request, user))

    def post_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse:
        """Remember that this browser is theirs."""
        response: HttpResponse = super().post_login(request, user, **more)
        attempts.remember(request, response, user.folded)
        return response

    @transaction.atomic
    def logout(self, request: HttpRequest) -> None:
        sign_in_log.signed_out(person_of(request))
        super().logout(request)

    def set_password(self, user: Any, password: str) -> None:
        """Somebody gives themselves a new password."""
        with transaction.atomic():
            user.give_password(password, by=user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """On to what is to be done next, where they wanted to be, or the first page."""
        return reverse("account_onwards")

    def add_message(
        self, request: HttpRequest, level: int, message_template: str = "", *args: Any, **kwargs: Any
    ) -> None:
        """Say what was done, but not that somebody signed in or out: the page that follows shows it."""
        if message_template not in SHOWN_ANYWAY:
            super().add_message(request, level, message_template, *args, **kwargs)
