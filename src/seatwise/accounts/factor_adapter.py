"""How allauth keeps and shows second factors here: secrets encrypted, a code to scan that our policy lets through."""

import base64
import secrets
from typing import Any

import qrcode
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.accounts import factors
from seatwise.lib import ciphers

QUIET_ZONE = 4  # modules around the code, which scanners need (ISO/IEC 18004, 6.3.8)


PURPOSE = "seatwise second factors"


def encrypt(text: str) -> str:
    """A secret as it stands in the database."""
    return ciphers.encrypt(text, secret_key=settings.SECRET_KEY, purpose=PURPOSE)


def decrypt(kept: str) -> str | None:
    """The secret, or None where it was encrypted under another key of the site."""
    return ciphers.decrypt(kept, secret_key=settings.SECRET_KEY, purpose=PURPOSE)


def is_readable(factor: Any) -> bool:
    """Whether this site's key opens a factor: not after its key was replaced. Passkeys hold no secret."""
    kept = factor.data.get("secret") or factor.data.get("seed")
    return kept is None or decrypt(kept) is not None


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """What allauth asks about second factors."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("That is not correct. Try again."),
        "cannot_delete_authenticator": gettext_lazy(
            "Your role requires a second factor, and this is your only one. Set up another one first."
        ),
        "cannot_generate_recovery_codes": gettext_lazy("Set up an authenticator app or a passkey first."),
    }

    def encrypt(self, text: str) -> str:
        """See above."""
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; where it cannot be read one that fits nothing, so that nobody gets in by it."""
        return decrypt(encrypted_text) or base64.b32encode(secrets.token_bytes(20)).decode()

    def get_totp_label(self, user: Any) -> str:
        """What the app calls the account."""
        return str(user.login)

    def get_totp_issuer(self) -> str:
        """What the app calls the site."""
        return f"Seatwise {context.request.get_host()}"

    def build_totp_svg(self, url: str) -> str:
        """The code to scan, as SVG that stands in the page: its colours come from the style sheet."""
        code = qrcode.QRCode(border=QUIET_ZONE)
        code.add_data(url)
        rows = code.get_matrix()
        path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
        return render_to_string("mfa/totp/_code.svg", {"size": len(rows), "path": path})

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Not the last one that is needed."""
        return factors.may_be_removed(authenticator)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - allauth's name
        """What a passkey is called where its owner says nothing."""
        number = factors.of(user).filter(type=type).count()
        return _("Passkey %(number)s") % {"number": number + 1} if number else _("Passkey")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """What browsers and authenticators call the site."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Seatwise"}
