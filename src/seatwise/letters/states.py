"""Whether letters are sent at all, in words."""

from django.conf import settings
from django.utils.translation import gettext as _

from seatwise import configuration
from seatwise.letters.backends import FOLDER, PRINT, SMTP, is_off


def by_what() -> str:
    """By what letters are sent, and from which address."""
    sender = configuration.MAIL_FROM.value()
    if is_off():
        return _(
            "No mail server is set up (SEATWISE_MAIL): letters are not sent, and nobody’s silence counts as an answer."
        )
    name = settings.EMAIL_BACKEND
    if name == SMTP:
        server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        return _("Letters are sent through %(server)s, from %(sender)s.") % {"server": server, "sender": sender}
    if name == FOLDER:
        folder = settings.EMAIL_FILE_PATH
        return _("Letters are not sent but written into the folder %(folder)s.") % {"folder": folder}
    if name == PRINT:
        return _("Letters are not sent but printed by the worker (SEATWISE_MAIL is print:).")
    return _("Letters are sent from %(sender)s.") % {"sender": sender}
