"""A site that is connected to the stand-in."""

import datetime
from typing import Any

from seatwise.connections import readings
from seatwise.connections.models import Connection, Reading
from seatwise.connections.tests.cybozu import READ, WRITE, Cybozu
from seatwise.directory.models import Service
from seatwise.licenses.models import Effect, License

TODAY = datetime.date(2026, 11, 24)


def service(code: str = "kintone", how: str = "vendor") -> Service:
    made: Service = Service.objects.add(code=code, name=code.capitalize(), by=None, how_removal_takes_effect=how)
    return made


def connect(domain: Cybozu, *services: Service, **fields: Any) -> Connection:
    """The connection, by both tokens; services by their own codes."""
    tokens = {"read_token": READ, "write_token": WRITE}
    made = Connection()
    made.change(
        by=None, services={each.code: each for each in services}, tokens=tokens, address=domain.address, **fields
    )
    return made


def read(connection: Connection) -> Reading:
    """A reading that went well."""
    made = readings.ask(connection, by=None)
    readings.read(made)
    made.refresh_from_db()
    assert made.state == Reading.State.DONE, made.problem
    return made


def holders(of: Service) -> list[str]:
    return sorted(License.objects.of(of).held().values_list("user__login", flat=True))


def pending(of: Service) -> list[tuple[str, str]]:
    found = Effect.objects.pending().of(of).order_by("license__user__login", "what")
    return [(str(what), str(login)) for what, login in found.values_list("what", "license__user__login")]
