"""The cookies that the gate has on the hosts of services. Pure.

For an address with https they are `__Host-` cookies, which a browser takes and sends for that one host only, and which
no other host of the same domain can put there.
"""

import hashlib
import re
import secrets

KEY, STATE = "gate", "state"
STATE_SECONDS = 3600  # how long somebody may take to sign in
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_OURS = re.compile(r"(?:^|(?<=[;, ]))(?:__Host-)?seatwise-(?:gate|state)-[^=;]*=[^;]*(?:;\s*|$)")


def name(kind: str, code: str, *, https: bool) -> str:
    return f"{'__Host-' if https else ''}seatwise-{kind}-{code}"


def new_secret() -> str:
    """256 random bits, as 43 characters."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def value_of(header: str, cookie: str) -> str:
    """The secret in a cookie of a Cookie header; empty where there is none, or one that cannot be ours."""
    wanted = cookie + "="
    for part in header.split(";"):
        part = part.strip()
        if part.startswith(wanted):
            value = part[len(wanted) :]
            return value if _SECRET.fullmatch(value) else ""
    return ""


def secret_of(header: str, kind: str, code: str) -> tuple[str, bool]:
    """The secret of a service's cookie, and whether it was kept for an address with https; that one comes first."""
    for https in (True, False):
        if found := value_of(header, name(kind, code, https=https)):
            return found, https
    return "", False


def without_ours(header: str) -> str:
    """A Cookie header without any of the gate's cookies."""
    return _OURS.sub("", header).rstrip("; ")
