"""Accounts: signing in, second factors, sessions, passwords."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class AccountsConfig(AppConfig):
    """Accounts. The label is not allauth's."""

    name = "seatwise.accounts"
    label = "accounts"
    verbose_name = gettext_lazy("accounts")
