"""A folder of a mailbox, over IMAP (RFC 3501): opened to be read only (EXAMINE), so nothing in it is ever changed."""

import base64
import datetime
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from seatwise.lib.logins import visible
from seatwise.setting_values import Mailbox

SILENCE = 20.0  # seconds without a byte
_HEAD = "(RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)])"


class MailboxError(Exception):
    """The mailbox cannot be read. The message says why."""


@dataclass(frozen=True)
class Head:
    """What is known of a message before it is fetched: its size, when it came, and who it says that it is from."""

    size: int
    received_at: datetime.datetime
    header: bytes


class Folder:
    """An open folder. `validity` is what its numbers of messages hold for (UIDVALIDITY)."""

    def __init__(self, connection: imaplib.IMAP4) -> None:
        self.connection = connection
        self.validity = int(connection.response("UIDVALIDITY")[1][0])

    def after(self, uid: int) -> list[int]:
        """The numbers of messages that came after one, in their order. Raises MailboxError."""
        found = self._uid("SEARCH", f"UID {uid + 1}:*")  # it has the last message, whatever its number
        with _told():
            numbers = [int(each) for part in found if isinstance(part, bytes) for each in part.split()]
        return sorted(number for number in numbers if number > uid)

    def head(self, uid: int) -> Head | None:
        """None where the message is gone. Raises MailboxError."""
        answer = self._fetched(uid, _HEAD)
        if answer is None:
            return None
        size = re.search(rb"RFC822\.SIZE (\d+)", answer[0])
        at = re.search(rb'INTERNALDATE "([^"]+)"', answer[0])
        with _told():
            if size is None or at is None:
                raise ValueError("the server’s answer cannot be read")
            return Head(int(size[1]), parsedate_to_datetime(at[1].decode().strip()), answer[1])

    def message(self, uid: int, most: int) -> bytes | None:
        """The whole message, up to `most` bytes; None where it is gone. Raises MailboxError."""
        answer = self._fetched(uid, f"(BODY.PEEK[]<0.{most}>)")
        return answer and answer[1]

    def _fetched(self, uid: int, what: str) -> tuple[bytes, bytes] | None:
        """What is said of a message, and the one text that was asked for."""
        parts = self._uid("FETCH", str(uid), what)
        literal = next((part for part in parts if isinstance(part, tuple)), (b"", b""))
        rest = [part for part in parts if isinstance(part, bytes)]
        return (b" ".join([literal[0], *rest]), literal[1]) if parts else None

    def _uid(self, *command: str) -> list[bytes | tuple[bytes, bytes]]:
        with _told():
            state, found = self.connection.uid(*command)
            if state != "OK":
                raise ValueError(_text(found))
        return [part for part in found if part is not None]


@contextmanager
def opened(mailbox: Mailbox) -> Iterator[Folder]:
    """The folder, until it is left. Raises MailboxError. Certificates are checked."""
    with _told():
        connection = _connection(mailbox)
    try:
        with _told():
            _sign_in(connection, mailbox)
            state, found = connection.select(_quoted(in_utf7(mailbox.folder)), readonly=True)
            if state != "OK":
                raise ValueError(_text(found))
            folder = Folder(connection)
        yield folder
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            connection.logout()


def _connection(mailbox: Mailbox) -> imaplib.IMAP4:
    checks = ssl.create_default_context()
    if mailbox.scheme == "imaps":
        return imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=checks, timeout=SILENCE)
    connection = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=SILENCE)
    if mailbox.scheme == "imap+starttls":
        connection.starttls(checks)
    return connection


def _sign_in(connection: imaplib.IMAP4, mailbox: Mailbox) -> None:
    if "AUTH=PLAIN" in connection.capabilities:
        secret = f"\0{mailbox.user}\0{mailbox.password}".encode()
        connection.authenticate("PLAIN", lambda _challenge: secret)
    else:
        connection.login(_quoted(mailbox.user), mailbox.password)


def in_utf7(name: str) -> str:
    """The name of a folder as IMAP has it (RFC 3501, 5.1.3)."""

    def encoded(text: re.Match[str]) -> str:
        return f"&{base64.b64encode(text[0].encode('utf-16-be')).decode().rstrip('=').replace('/', ',')}-"

    return re.sub(r"[^\x20-\x7e]+", encoded, name.replace("&", "&-"))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(found: object) -> str:
    parts = found if isinstance(found, list) else [found]
    return " ".join(part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes)) or "refused"


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong in here is a MailboxError."""
    try:
        yield
    except (imaplib.IMAP4.error, OSError, ValueError, TypeError, IndexError) as error:
        if isinstance(error, ssl.SSLCertVerificationError):
            raise MailboxError(f"its certificate is not valid: {error.verify_message}") from None
        if isinstance(error, TimeoutError):
            raise MailboxError("no answer came in time") from None
        said = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error)
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        raise MailboxError(visible(text)[:300] or type(error).__name__) from None
