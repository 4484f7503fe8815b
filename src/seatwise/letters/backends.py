"""How letters leave: Django's mail back end for SMTP, telling more; and others for trying it out, or for no mail."""

import smtplib
from collections.abc import Sequence
from email.message import Message
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext_noop

from seatwise.lib.logins import visible

NO_SERVER = gettext_noop("No mail server is set up (SEATWISE_MAIL).")

OFF, PRINT, FOLDER, SMTP = (f"{__name__}.{name}" for name in ("Off", "Print", "Folder", "Smtp"))


class _Telling:
    """An SMTP connection that knows what the server reply_line to the last letter, and whether it may have taken it."""

    answer = ""
    may_have_taken_it = False

    def mail(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        """Begin a letter: nothing of it has been handed over yet."""
        self.answer, self.may_have_taken_it = "", False
        return super().mail(*arguments, **options)  # type: ignore[misc,no-any-return]

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand a letter over. Where the connection ends before the server answers, nobody knows whether it took it."""
        self.may_have_taken_it = True
        try:
            code, words = super().data(msg)  # type: ignore[misc]
        except smtplib.SMTPDataError:
            self.may_have_taken_it = False
            raise
        self.may_have_taken_it = False
        self.answer = reply_line(code, words)
        return code, words


class _Smtp(_Telling, smtplib.SMTP):
    pass


class _SmtpEncrypted(_Telling, smtplib.SMTP_SSL):
    pass


def reply_line(code: int, words: bytes | str) -> str:
    """What a server reply_line, on one line, with nothing unseen in it."""
    text = words.decode("utf-8", "backslashreplace") if isinstance(words, bytes) else words
    return visible(" ".join(f"{code} {text}".split()))[:500]


class Smtp(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """A connection that tells."""
        return _SmtpEncrypted if self.use_ssl else _Smtp

    @property
    def answer(self) -> str:
        """What the server reply_line when it took the last letter."""
        return getattr(self.connection, "answer", "")

    @property
    def may_have_taken_it(self) -> bool:
        """Whether the connection ended at a moment after which nobody knows whether the server took the letter."""
        return getattr(self.connection, "may_have_taken_it", False)


class Off(BaseEmailBackend):
    """No mail server is set up. Whoever sends asks `sending.is_off` first."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Nothing is sent."""
        return 0


class Print(BaseEmailBackend):
    """Letters written to standard output as a person reads them: for trying it out."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write them."""
        for letter in email_messages:
            heads = [f"To: {', '.join(letter.to)}", f"From: {letter.from_email}", f"Subject: {letter.subject}", ""]
            lines = [visible(line) for line in [*heads, *str(letter.body).splitlines()]]
            print("", "─" * 72, *lines, "─" * 72, sep="\n", flush=True)
        return len(email_messages)


class Folder(BaseEmailBackend):
    """Letters written into a folder, a file each, which mail programs open: for trying it out."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write them. One that is written again takes its own place."""
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for letter in email_messages:
            message: Message = letter.message()
            name = "".join(
                each for each in str(message["Message-ID"]).partition("@")[0] if each.isalnum() or each in "-."
            )
            (folder / f"{name}.eml").write_bytes(message.as_bytes())
        return len(email_messages)


def is_off() -> bool:
    """Whether no mail server is set up."""
    return settings.EMAIL_BACKEND == OFF
