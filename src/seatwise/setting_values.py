"""How what is written in a setting is read. Each raises ValueError saying what is wrong and what is expected."""

import datetime
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo

from seatwise.lib import days

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def yes_or_no(text: str) -> bool:
    """yes or no."""
    if text.lower() not in ("yes", "no"):
        raise ValueError("expected yes or no")
    return text.lower() == "yes"


def as_written(text: str) -> str:
    """Any text."""
    return text


def short_text(text: str) -> str:
    """One line of at most 100 characters."""
    if len(text) > 100 or not text.isprintable():
        raise ValueError("expected one line of at most 100 characters")
    return text


def language(text: str) -> str:
    """A language that Seatwise speaks."""
    if text not in ("en", "ja"):
        raise ValueError("expected en or ja")
    return text


def listed(text: str) -> list[str]:
    """Parts between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def hosts(text: str) -> list[str]:
    """Names of hosts."""
    names = listed(text)
    for host in names:
        if host == "*" or not re.fullmatch(r"\.?[\w.-]+|\[[0-9a-fA-F:.]+\]", host):
            raise ValueError(f"{host!r} is not the name of a host (expected names such as seatwise.example.com)")
    return names


def networks(text: str) -> list[Network]:
    """Addresses and networks."""
    try:
        return [ipaddress.ip_network(each) for each in listed(text)]
    except ValueError:
        raise ValueError("expected addresses or networks such as 10.0.0.5, 192.168.0.0/16") from None


def whole_number(lowest: int, highest: int | None = None) -> Callable[[str], int]:
    """A whole number that is not below `lowest`, nor above `highest`."""
    expected = f"of {lowest} or more" if highest is None else f"from {lowest} to {highest}"

    def parse(text: str) -> int:
        found = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1
        if found < lowest or (highest is not None and found > highest):
            raise ValueError(f"expected a whole number {expected}")
        return found

    return parse


def size(text: str) -> int:
    """Bytes, written as 500 MB or 20 GB."""
    found = re.fullmatch(r"([0-9]{1,9}) ?(MB|GB|TB)", text.upper())
    if not found or not int(found[1]):
        raise ValueError("expected a size such as 500 MB or 20 GB")
    return int(found[1]) * {"MB": 10**6, "GB": 10**9, "TB": 10**12}[found[2]]


def day(text: str) -> datetime.date:
    """YYYY-MM-DD."""
    return days.date_of(days.parse_day(text))


def origin(text: str) -> SplitResult:
    """The beginning of an address: scheme, host and port."""
    expected = "expected the beginning of an address, such as https://seatwise.example.com"
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError(expected) from None
    plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if not (parts.scheme in ("http", "https") and parts.hostname and port_is_fine and plain):
        raise ValueError(expected)
    return SplitResult(parts.scheme, parts.netloc, "", "", "")


def secret_key(text: str) -> str:
    """A key that nobody guesses."""
    if len(text) < 50 or len(set(text)) < 5:
        raise ValueError("expected at least 50 random characters")
    return text


def database(text: str) -> SplitResult:
    """The address of a PostgreSQL database."""
    expected = "expected postgresql://user:password@host:5432/database"
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises ValueError for a port that is none
    except ValueError:
        raise ValueError(expected) from None
    if parts.scheme not in ("postgresql", "postgres") or not unquote(parts.path).strip("/"):
        raise ValueError(expected)
    return parts


@dataclass(frozen=True)
class Server:
    """A server, and who signs in there."""

    scheme: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""

    def __str__(self) -> str:
        """Which, without the password."""
        user = f"{self.user}@" if self.user else ""
        return f"{self.scheme}://{user}{self.host}:{self.port}" if self.host else f"{self.scheme}:"


@dataclass(frozen=True)
class Mail(Server):
    """By what letters are sent. The scheme is smtp, smtps, smtp+starttls, print or folder."""

    folder: Path | None = None

    def __str__(self) -> str:
        return f"folder:{self.folder}" if self.folder else super().__str__()


@dataclass(frozen=True)
class Mailbox(Server):
    """A folder of a mailbox. The scheme is imap, imaps or imap+starttls."""

    folder: str = "INBOX"

    def __str__(self) -> str:
        return f"{super().__str__()}/{self.folder}"


MAIL_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
MAILBOX_PORTS = {"imap": 143, "imaps": 993, "imap+starttls": 143}
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def mail(text: str) -> Mail:
    """By what letters are sent: a server's address, `print:`, or `folder:` and a path."""
    scheme, _, rest = text.partition(":")
    if text == "print:":
        return Mail("print")
    if scheme == "folder" and rest:
        return Mail("folder", folder=Path(rest).expanduser().absolute())
    server, path = _server(text, MAIL_PORTS, _MAIL_EXPECTED)
    if path:
        raise ValueError(_MAIL_EXPECTED)
    return Mail(*server)


def mailbox(text: str) -> Mailbox:
    """From where messages are taken: a server's address with a user, a password and a folder."""
    server, folder = _server(text, MAILBOX_PORTS, _MAILBOX_EXPECTED)
    if not server[3] or not "".join([*server[3:], folder]).isprintable():
        raise ValueError(_MAILBOX_EXPECTED)
    return Mailbox(*server, folder or "INBOX")


def _server(text: str, ports: dict[str, int], expected: str) -> tuple[tuple[str, str, int, str, str], str]:
    """Scheme, host, port, user and password of an address, and its path."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(expected) from None
    if parts.scheme not in ports or not parts.hostname or port == 0 or parts.query or parts.fragment:
        raise ValueError(expected)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("a user and a password belong together")
    if user and parts.scheme in ("smtp", "imap") and parts.hostname not in LOOPBACK:
        encrypted = f"{parts.scheme}+starttls:// or {parts.scheme}s://"
        raise ValueError(f"the password would cross the network readable: say {encrypted}")
    return (parts.scheme, parts.hostname, port or ports[parts.scheme], user, password), unquote(parts.path.strip("/"))


_LETTERS = "letters in a user or password that mean something in addresses are written as %40 and the like"
_MAIL_EXPECTED = (
    f"expected smtp+starttls://user:password@mail.example.com, smtps://…, smtp://…, print: or folder:/path; {_LETTERS}"
)
_MAILBOX_EXPECTED = f"expected imaps://user:password@imap.example.com/FOLDER, imap+starttls://… or imap://…; {_LETTERS}"


def senders(text: str) -> dict[str, list[str]]:
    """What each sender sends, by their addresses: people, licenses, or reports/ and the code of a service."""
    found: dict[str, list[str]] = {}
    for part in listed(text):
        address, _, place = part.rpartition("=")
        if not re.fullmatch(r"people|licenses|reports/[-\w]+", place):
            raise ValueError(
                f"{part!r} is no sender with what they send (expected hr@example.com=people or "
                "it@example.com=reports/kintone, and commas between them)"
            )
        found.setdefault(mail_address(address).casefold(), []).append(place)
    return found


def mail_address(text: str) -> str:
    """An e-mail address of plain characters."""
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,250}", text):
        raise ValueError("expected an e-mail address, such as seatwise@example.com")
    return text


def machine_zone() -> ZoneInfo:
    """The time zone of this machine, or UTC."""
    from tzlocal import get_localzone_name  # noqa: PLC0415 - slow to import, and not needed where a zone is set

    try:
        return days.zone(get_localzone_name() or "UTC")
    except (days.UnknownZone, LookupError, ValueError):
        return ZoneInfo("UTC")
