"""What the tests of licenses build on."""

import datetime
from typing import Any

from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.licenses import contract_terms, effects, grants
from seatwise.licenses.models import Effect, License

TODAY = datetime.date(2026, 11, 24)
DAY = datetime.timedelta(days=1)


def service(how: str = "by_hand", seats: int | None = None, code: str = "wiki") -> Service:
    """A service, with a contract where seats are given."""
    made: Service = Service.objects.add(code=code, name=code.capitalize(), by=None, how_removal_takes_effect=how)
    if seats is not None:
        contract_terms.add(service=made, seats=seats, by=None, on=TODAY)
    return made


def person(login: str, **fields: Any) -> User:
    """Somebody."""
    return people.add({"login": login, "name": login.capitalize(), **fields}, by=None, on=TODAY - 100 * DAY)


def grant(to: Service, user: User, on: datetime.date = TODAY) -> License:
    """A license."""
    made: License = grants.grant_one(service=to, user=user, by=None, reason="asked", on=on)
    return made


def pending(of: Service) -> list[tuple[str, str]]:
    """What waits to be done in a service: (what, login)."""
    found = Effect.objects.pending().of(of).order_by("pk").values_list("what", "license__user__login")
    return [(str(what), str(login)) for what, login in found]


def carry_out(of: Service, by: User | None = None, on: datetime.date = TODAY) -> None:
    """Tick off all that waits."""
    effects.carry_out(of, Effect.objects.pending().of(of).values_list("pk", flat=True), evidence="done", by=by, on=on)
