"""What became of an attempt to send a letter."""

import smtplib
from dataclasses import dataclass
from enum import Enum, auto

from django.utils.translation import gettext_noop

from seatwise.letters.backends import reply_line
from seatwise.lib.logins import visible

NOT_COMPOSED = gettext_noop("Seatwise failed unexpectedly while writing this email. The worker’s output says why.")


NOT_ABOUT_THE_LETTER = (530, 535, 538)  # the server wants to know first who we are (RFC 4954)


class Fate(Enum):
    """What an attempt came to."""

    TAKEN = auto()  # a server took it
    NOT_DUE = auto()  # it is not to be sent any more
    LATER = auto()  # not now: it is tried again
    NEVER = auto()  # refused for good
    SERVER = auto()  # nothing can be sent now: it is not about this letter


@dataclass(frozen=True)
class Outcome:
    """What an attempt came to, in the server's words."""

    fate: Fate
    words: str = ""
    sure: bool = True  # whether it is known that no server took it
    broken: bool = False  # whether the connection is of no use any more


def of_error(error: Exception) -> Outcome:
    """What an error in sending one letter means. 4xx is for now, 5xx for good (RFC 5321, 4.2.1)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return _by_code(code, reply_line(code, words))
    if isinstance(error, smtplib.SMTPDataError):
        return _by_code(error.smtp_code, reply_line(error.smtp_code, error.smtp_error))
    if isinstance(error, smtplib.SMTPResponseException):
        return Outcome(Fate.SERVER, reply_line(error.smtp_code, error.smtp_error), broken=True)
    if isinstance(error, OSError):  # and SMTPException, which is one
        return Outcome(Fate.LATER, words_of(error), broken=True)
    return Outcome(Fate.LATER, NOT_COMPOSED)


def _by_code(code: int, words: str) -> Outcome:
    if code in NOT_ABOUT_THE_LETTER:
        return Outcome(Fate.SERVER, words, broken=True)
    return Outcome(Fate.NEVER if 500 <= code < 600 else Fate.LATER, words, broken=code == 421)


def words_of(error: Exception) -> str:
    """An error of the connection, on one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        return reply_line(error.smtp_code, error.smtp_error)
    return visible(" ".join(f"{type(error).__name__}: {error}".split()))[:500]
