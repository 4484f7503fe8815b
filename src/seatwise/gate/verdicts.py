"""What the gate says of a session: who it is, and whether they may use the service. Asks the database."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from seatwise.gate.models import GateSession
from seatwise.gate.models.sessions import GateSessionQuerySet

BATCH = 500  # secrets in one query
UNRESERVED = "@+"  # beside letters, digits and -._~


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a secret. `login` is percent-encoded, `written` is its UTF-8 as a header carries it."""

    is_: Literal["nobody", "refused", "allowed"] = "nobody"
    code: str = ""  # of the service
    https: bool = False
    login: str = ""
    written: str = ""

    def at(self, code: str, *, https: bool) -> "Verdict":
        """The same, if the cookie was one of this service and of such an address; else nobody is signed in."""
        return self if (self.code, self.https) == (code, https) else NOBODY


NOBODY = Verdict()


def look_up(secrets: Collection[str]) -> dict[str, Verdict]:
    """What is known of secrets, as they are kept: one query for each 500. Those of nobody are left out."""
    now = timezone.now()
    every = sorted(secrets)
    found: dict[str, Verdict] = {}
    for start in range(0, len(every), BATCH):
        found.update(_standing(GateSession.objects.with_secrets(every[start : start + BATCH]).standing(now)))
    return found


def _standing(sessions: GateSessionQuerySet) -> Iterator[tuple[str, Verdict]]:
    for session in sessions.with_license().select_related("user", "service"):
        if session.holds:
            yield str(session.secret), _verdict(session)


def _verdict(session: GateSession) -> Verdict:
    login = session.user.login
    return Verdict(
        "allowed" if session.licensed and login.strip() else "refused",  # an empty login would say that it is nobody
        session.service.code,
        session.https,
        quote(login, safe=UNRESERVED),
        as_header(login),
    )


def as_header(text: str) -> str:
    """A text as WSGI wants headers: its UTF-8, each byte a character; what ends lines is encoded."""
    shown = "".join(char if char.isprintable() else quote(char, safe="") for char in text)
    return shown.encode("utf-8", "backslashreplace").decode("latin-1")


def look_up_patiently(secrets: Collection[str]) -> dict[str, Verdict]:
    """As look_up; a connection that broke since the last round is made anew once."""
    try:
        return look_up(secrets)
    except (InterfaceError, OperationalError):
        connection.close()
        try:
            return look_up(secrets)
        except Exception:
            connection.close()
            raise
