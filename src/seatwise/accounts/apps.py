"""Accounts: signing in, second factors, sessions, passwords."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class AccountsConfig(AppConfig):
    """Accounts. The label is not allauth's."""

    name = "seatwise.accounts"
    label = "accounts"
    verbose_name = gettext_lazy("accounts")

    def ready(self) -> None:
        """Ask for second factors, and name what is done here."""
        from seatwise import audit
        from seatwise.accounts import factors, mails, obligations

        mails.register_kinds()
        obligations.OBLIGATIONS.append(factors.to_set_up)
        obligations.FREE |= factors.PAGES
        audit.describe(
            {
                "factor.add": gettext_lazy("set up a second factor"),
                "factor.remove": gettext_lazy("removed a second factor"),
                "factor.rename": gettext_lazy("renamed a passkey"),
                "factor.codes": gettext_lazy("made new recovery codes"),
                "factor.code_used": gettext_lazy("used a recovery code"),
                "factor.reset": gettext_lazy("reset the second factors of a user"),
            }
        )
