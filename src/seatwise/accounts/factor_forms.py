"""The forms of second factors: a code, or what a passkey answers."""

import struct
from typing import Any

from allauth.account.forms import ReauthenticateForm as PasswordForm
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from cryptography.exceptions import InvalidSignature
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.accounts import attempts, codes, factors, mails, sign_in_log
from seatwise.accounts.factor_adapter import is_readable

LONGEST_CODE = 40
LONGEST_NAME = 100
LARGEST_ANSWER = 20_000  # characters: those of authenticators have a few thousand
NOT_RIGHT = gettext_lazy("The passkey’s answer could not be read. Try again.")
# What parsing and checking raise for something else, beside ValidationError.
NO_ANSWER = (ValueError, TypeError, LookupError, AttributeError, RecursionError, struct.error, InvalidSignature)


class ConfirmByPasswordForm(PasswordForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["password"]
        field.label, field.help_text = _("Password"), ""
        field.widget.attrs.pop("placeholder", None)


class _Code(forms.Form):
    """Six digits of an app, or a recovery code."""

    user: Any
    authenticator: Any

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "size": 12}),
    )

    def clean_code(self) -> str:
        """The code, which is used up."""
        counted = attempts.of_code(self.user)
        attempts.take(counted)
        self.authenticator = codes.use(self.user, self.cleaned_data["code"])
        if self.authenticator is None:
            sign_in_log.failed(self.user, timezone.now())
            if attempts.are_many_codes_wrong(self.user):
                mails.tell_of_wrong_codes(self.user)
            raise ValidationError(self._refusal())
        attempts.forget(counted)
        return str(self.cleaned_data["code"])

    def _refusal(self) -> str:
        if all(is_readable(each) for each in factors.of(self.user)):
            return _("This code is wrong or was already used. Wait for the app’s next code, then try again.")
        return _(
            "Codes for this account can no longer be checked because the site’s secret key was replaced. "
            "Ask another administrator to reset your second factors, or run “seatwise reset-factors” on "
            "the server."
        )


class CodeForm(_Code, base.AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The second step of signing in."""


class ConfirmByCodeForm(_Code, base.ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """Somebody who is signed in shows that it is them."""


class SetUpAppForm(totp.ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """The first code of an app that is being set up."""

    code = forms.CharField(
        label=gettext_lazy("Code shown in the app"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "size": 12}),
    )
    counter = 0

    def clean_code(self) -> str:
        code = codes.plain(self.cleaned_data["code"])
        counted = attempts.of_first_code(self.user)
        attempts.take(counted)
        counter = codes.counter_of(self.secret, code)
        if counter is None:
            raise ValidationError(_("This code is wrong. Check that the clock on your phone is right."))
        attempts.forget(counted)
        self.counter = counter
        return code


class _AnswerField(forms.JSONField):
    """What an authenticator answered, as JSON."""

    def to_python(self, value: Any) -> Any:
        """As Python has it."""
        if len(value) > LARGEST_ANSWER or "\\u" in value:  # it is plain ASCII, and no database keeps NUL
            raise ValidationError(NOT_RIGHT)
        return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> str:
        """An answer is good once: a form that is shown again waits for another."""
        return ""

    def prepare_value(self, value: Any) -> str:
        return ""


class _Answer(forms.Form):
    """What an authenticator answered. Whoever sends something else gets a sentence, whatever they send."""

    credential = _AnswerField(widget=forms.HiddenInput)

    def _clean_fields(self) -> None:
        try:
            super()._clean_fields()  # type: ignore[misc]  # of django.forms
        except NO_ANSWER:
            self.cleaned_data.pop("credential", None)
            self.add_error("credential", NOT_RIGHT)


class AddPasskeyForm(_Answer, webauthn.AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=gettext_lazy("A name to recognize it by, such as “my laptop”."),
    )
    passwordless = forms.BooleanField(
        label=gettext_lazy("Sign in with the passkey alone, without a password"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "Your device then asks for your fingerprint, face or PIN. Clear this for a plain security key."
        ),
    )
    field_order = ("name", "passwordless", "credential")

    def clean(self) -> dict[str, Any]:
        if factors.of(self.user).filter(type=factors.Type.WEBAUTHN).count() >= factors.MOST_PASSKEYS:
            raise ValidationError(
                _("You have %(count)s passkeys. Remove one first.") % {"count": factors.MOST_PASSKEYS}
            )
        try:
            return super().clean() or {}
        except NO_ANSWER:
            raise ValidationError(NOT_RIGHT) from None


class RenamePasskeyForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)


class PasskeyForm(_Answer, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """The second step of signing in."""


class SignInByPasskeyForm(_Answer, webauthn.LoginWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """Signing in with a passkey alone."""


class ConfirmByPasskeyForm(_Answer, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Somebody who is signed in shows that it is them."""
