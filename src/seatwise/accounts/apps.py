"""Accounts: signing in, second factors, sessions, passwords."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class AccountsConfig(AppConfig):
    """Accounts. The label is not allauth's."""

    name = "seatwise.accounts"
    verbose_name = gettext_lazy("accounts")

    def ready(self) -> None:
        """Ask for second factors, end sessions, count failures, and name what is done here for the audit log."""
        from allauth.account import signals as of_accounts
        from allauth.usersessions import signals as of_sessions
        from django.contrib.auth.signals import user_logged_in

        from seatwise import audit
        from seatwise.accounts import (
            factors,
            mails,
            obligations,
            passwords,
            sessions,
            sign_in_log,
            signed_in,
            throttling,
        )
        from seatwise.directory import changes, independence
        from seatwise.site import daily_work

        mails.register_kinds()
        changes.passwords_given.append(passwords.password_given)
        obligations.OBLIGATIONS.extend([passwords.to_change, factors.to_set_up])
        obligations.FREE |= factors.PAGES | {"account_change_password"}
        user_logged_in.connect(sessions.begin)
        user_logged_in.connect(passwords.remember)
        of_accounts.user_logged_in.disconnect(of_sessions.on_user_logged_in)
        of_accounts.user_logged_in.connect(signed_in.remember)
        daily_work.EVERY_MINUTE.append(sign_in_log.write_due)
        daily_work.EVERY_MINUTE.append(throttling.forget_attempts)
        daily_work.DAILY.append(signed_in.forget_ended)
        independence.controlling_verbs.add("factor.reset")
        audit.describe(
            {
                "account.sign_in": gettext_lazy("signed in to the site"),
                "account.sign_in_failed": gettext_lazy("could not sign in"),
                "account.sign_out": gettext_lazy("signed out of the site"),
                "account.sign_out_elsewhere": gettext_lazy("signed out their other devices"),
                "factor.add": gettext_lazy("set up a second factor"),
                "factor.remove": gettext_lazy("removed a second factor"),
                "factor.rename": gettext_lazy("renamed a passkey"),
                "factor.codes": gettext_lazy("made new recovery codes"),
                "factor.code_used": gettext_lazy("used a recovery code"),
                "factor.reset": gettext_lazy("reset the second factors of a user"),
            }
        )
