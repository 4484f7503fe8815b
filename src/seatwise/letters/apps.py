"""Letters: mails to people, each written once, sent by the worker, and known to have been delivered or not."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class LettersConfig(AppConfig):
    """Letters."""

    name = "seatwise.letters"
    label = "letters"
    verbose_name = gettext_lazy("letters")
