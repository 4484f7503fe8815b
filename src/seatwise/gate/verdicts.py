"""What the gate says of a session: who it is, and whether they may use the service. Asks the database."""

import datetime
import functools
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from django.db import InterfaceError, OperationalError, connection
from django.db.models import TextField
from django.db.models.functions import Cast, JSONArray
from django.utils import timezone

from seatwise.directory.models import User
from seatwise.gate.models import GateSession
from seatwise.gate.origins import is_ours, origin_of
from seatwise.lib.batches import among

BATCH = 5000  # secrets in one query
RESTS_ON = (
    *("secret", "auth_hash", "address", "service__code", "licensed"),
    *("user__login", "user__status", "user__kind", "user__password", "user__sessions_ended"),
)
SECRETS = ["the secrets"]
MOMENT = datetime.datetime(1, 1, 2, tzinfo=datetime.UTC)
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
    """What is known of secrets, as they are kept: one query for each 5,000. Those of nobody are left out."""
    now = timezone.now()
    every = sorted(secrets)
    found: dict[str, Verdict] = {}
    elsewhere: dict[str, bool] = {}  # whether an address is not one of ours, which is a matter of settings
    for start in range(0, len(every), BATCH):
        for row in _rows(every[start : start + BATCH], now):
            secret, address, verdict = _known(row)
            if address not in elsewhere:
                elsewhere[address] = not is_ours(origin_of(address))
            if verdict is not None and elsewhere[address]:
                found[secret] = verdict
    return found


def _rows(secrets: list[str], now: datetime.datetime) -> list[str]:
    """What verdicts rest on, as JSON for each session that stands. As one value of the database: thousands of rows that
    are fetched one by one keep the requests of the process waiting."""
    sql, parameters = _question(connection.vendor)
    given = {str(_placed(name)): _placed(value) for name, value in ((SECRETS, secrets), (MOMENT, now))}
    join = {"sqlite": "group_concat", "postgresql": "string_agg"}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {join}(found."row", %s) FROM ({sql}) found""",  # noqa: S608 -- Django's own SQL
            ["\n", *(given.get(str(each), each) for each in parameters)],
        )
        joined = cursor.fetchone()[0]
    return joined.split("\n") if joined else []


@functools.cache  # Django takes longer to write it than the database to answer it
def _question(vendor: str) -> tuple[str, tuple[Any, ...]]:
    """The query as SQL, with SECRETS and MOMENT among its parameters."""
    array = Cast(JSONArray(*RESTS_ON), TextField())  # writes ends of lines as \n
    standing = GateSession.objects.with_secrets(SECRETS).standing(MOMENT).with_license()
    found: tuple[str, tuple[Any, ...]] = standing.annotate(row=array).values("row").query.sql_with_params()
    return found


def _placed(value: list[str] | datetime.datetime) -> Any:
    """A value as it stands among the parameters of a query."""
    if isinstance(value, datetime.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return among(value, "text").params[0]


@functools.lru_cache(50_000)  # as many as are remembered; for most of them nothing changes from one second to the next
def _known(row: str) -> tuple[str, str, Verdict | None]:
    """The secret of a row, its address, and the verdict, if the session holds."""
    values = dict(zip(RESTS_ON, json.loads(row), strict=True))
    user = User(**{name.removeprefix("user__"): value for name, value in values.items() if name.startswith("user__")})
    session = GateSession(user=user, **{name: values[name] for name in ("secret", "auth_hash", "address")})
    verdict = _verdict(session, values["service__code"], licensed=bool(values["licensed"]))
    return values["secret"], session.address, verdict if session.holds else None


def _verdict(session: GateSession, code: str, *, licensed: bool) -> Verdict:
    login = session.user.login
    return Verdict(
        "allowed" if licensed and login.strip() else "refused",  # an empty login would say that it is nobody
        code,
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
