"""Addresses at which services stand: the beginning of one (an origin), and a path to return to there."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from seatwise import configuration

LONGEST_PATH = 4000
_ORIGIN = re.compile(r"\A(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?\Z")
_PATH = re.compile(r"\A/(?!/)[!-\[\]-~]*\Z")  # printable ASCII without spaces and backslashes
_PORTS = {"http": "80", "https": "443"}


def origin_of(address: str) -> str:
    """Scheme, host and port of an address, in the one spelling that browsers use; empty where there are none.

    An origin here has a host in ASCII (`xn--…`), and neither a name nor a password before it.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    found = _ORIGIN.match(f"{parts.scheme}://{parts.netloc}".lower())
    if not found or (found[3] and not 0 < int(found[3]) < 65536):
        return ""
    scheme, host, port = found[1], found[2], (found[3] or "").lstrip("0")
    return f"{scheme}://{host}" + (f":{port}" if port and port != _PORTS[scheme] else "")


def host_of(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def is_ours(origin: str) -> bool:
    """Whether a browser would send the session it has with Seatwise there: cookies go to a host, whatever the port.

    Seatwise's hosts are those by which it lets itself be asked, now; with SEATWISE_ALLOWED_HOSTS that may change.
    """
    host = host_of(origin).rstrip(".")
    named = f"[{host}]" if ":" in host else host
    home = configuration.ORIGIN.value().hostname or ""
    return bool(host) and (host == home.rstrip(".") or validate_host(named, settings.ALLOWED_HOSTS))


def safe_path(path: str) -> str:
    """A path, with its query, to which somebody may be sent back on a known origin; `/` in place of any other.

    Whoever follows one stays on the origin, in every browser: it begins with one slash, and has no backslash, no
    character that is not printable ASCII, and no way back into the gate.
    """
    fine = len(path) <= LONGEST_PATH and _PATH.match(path) and not path.lower().startswith("/.seatwise")
    return path.partition("#")[0] if fine else "/"
