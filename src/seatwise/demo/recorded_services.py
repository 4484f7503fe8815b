"""Two services of the demo that are recorded as they are used: the handbook beside it, and Seatwise itself."""

from collections.abc import Iterable
from pathlib import Path

from django.db import transaction

from seatwise.configuration import today
from seatwise.directory.models import ApiToken, Service, User
from seatwise.directory.models.tokens import Scope
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.licenses import contract_terms, effects, grants
from seatwise.licenses.models import Effect
from seatwise.logs.rules import Rules

OWN = "seatwise"  # code of the service and of the source
SEATS = 20
DAYS = 366  # that the token holds


@transaction.atomic
def add_service(code: str, name: str, logins: Iterable[str]) -> Service:
    """A service with its source and licenses, unless it is there."""
    service: Service | None = Service.objects.filter(code=code).first()
    if service is None:
        service = Service.objects.add(code=code, name=name, by=None)
        contract_terms.add(service=service, seats=SEATS, by=None, on=today())
        users = User.objects.filter(login__in=logins)
        grants.grant(service=service, users=users, by=None, reason="To try the demo", on=today())
        waiting = Effect.objects.pending().of(service).values_list("pk", flat=True)
        effects.carry_out(service, waiting, evidence="They can sign in", by=None, on=today())
        rules = ReadingRules(format="recorder", services={code: Rules()})
        Source.objects.add(code=code, name=f"{name}, recorded", rules=rules, by=None)
    return service


def add_handbook(code: str, address: str, logins: Iterable[str], token: Path) -> None:
    """The handbook at its address, and the file with the token by which it sends."""
    service = add_service(code, "Handbook", logins)
    service.change(by=None, address=address)
    if not token.exists():
        owner = User.objects.get(login="alice")
        added = ApiToken.objects.add(
            name="Handbook", owner=owner, scopes=[Scope.WRITE_LOGS], days=DAYS, by=None, on=today()
        )
        token.touch(0o600)
        token.write_text(added[1])


def add_seatwise(logins: Iterable[str]) -> None:
    """Seatwise, whose pages are recorded where SEATWISE_OWN_SOURCE is OWN."""
    add_service(OWN, "Seatwise", logins)
