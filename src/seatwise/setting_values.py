"""How what is written in a setting is read. Each raises ValueError saying what is wrong and what is expected."""

import datetime
import re
from collections.abc import Callable
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo

from tzlocal import get_localzone_name

from seatwise.lib import days


def yes_or_no(text: str) -> bool:
    """yes or no."""
    if text.lower() not in ("yes", "no"):
        raise ValueError("expected yes or no")
    return text.lower() == "yes"


def as_written(text: str) -> str:
    """Any text."""
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


def whole_number(lowest: int) -> Callable[[str], int]:
    """A whole number that is not below `lowest`."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < 16 and int(text) >= lowest):
            raise ValueError(f"expected a whole number of {lowest} or more")
        return int(text)

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


def machine_zone() -> ZoneInfo:
    """The time zone of this machine, or UTC."""
    try:
        return days.zone(get_localzone_name() or "UTC")
    except (days.UnknownZone, LookupError, ValueError):
        return ZoneInfo("UTC")
