"""A service, its holders and what is recorded, for the tests of this app."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.licenses import grants
from seatwise.licenses.models import License
from seatwise.logs.facts import Facts, LoginFacts
from seatwise.logs.rules import Rules

EPOCH = datetime.date(1970, 1, 1)
ON = datetime.date(2026, 11, 24)
TODAY = (ON - EPOCH).days
LONG_AGO = datetime.date(2025, 6, 1)


def ago(count: int) -> datetime.date:
    """A day before today."""
    return ON - datetime.timedelta(days=count)


def masks(some: Iterable[int]) -> dict[int, int]:
    """Days as facts have them."""
    found: dict[int, int] = {}
    for day in some:
        date = EPOCH + datetime.timedelta(day)
        month = date.year * 12 + date.month - 1
        found[month] = found.get(month, 0) | 1 << (date.day - 1)
    return found


def add_service(code: str = "wiki", **fields: Any) -> Service:
    """A service."""
    service: Service = Service.objects.add(code=code, name=code.title(), by=None, **fields)
    return service


def add_person(login: str, **fields: Any) -> User:
    """A person."""
    return people.add(
        {"login": login, "name": login.title(), "email": f"{login}@example.com", **fields}, by=None, on=LONG_AGO
    )


def hold(service: Service, *users: User, since: datetime.date = LONG_AGO) -> list[License]:
    """Give licenses."""
    return grants.grant(service=service, users=users, by=None, reason="", on=since)


def read(service: Service, back: Mapping[str, Iterable[int]], covered_back: Iterable[int] = range(1, 500)) -> None:
    """Merge accesses by login, as days before today; covered are the days of the last 16 months but today."""
    facts = Facts(covered=masks(TODAY - one for one in covered_back))
    for login, some in back.items():
        facts.logins[login] = LoginFacts(login, 0, masks(TODAY - one for one in some), {})
    source = Source.objects.filter(code=service.code).first() or Source.objects.add(
        code=service.code, name="log", by=None, rules=ReadingRules(services={service.code: Rules()})
    )
    merge(source.revision, service, facts, zone="Asia/Tokyo", today=TODAY)


def kinds_to(person: User) -> list[str]:
    """The kinds of letters that were written to somebody, in order."""
    from seatwise.letters.models import Letter

    return list(Letter.objects.filter(to=person).order_by("pk").values_list("kind", flat=True))


def text_of(person: User, kind: str) -> str:
    """What the letter of a kind to somebody says."""
    from seatwise.letters.composing import compose
    from seatwise.letters.models import Letter

    composed = compose(Letter.objects.get(to=person, kind=kind))
    assert composed is not None
    return f"{composed.subject}\n{composed.text}"


def verbs() -> list[str]:
    """What was done in this app, in order, as the audit log has it."""
    from seatwise.audit.models import Entry

    mine = ("seat_request.", "transfer.")
    return [verb for verb in Entry.objects.order_by("number").values_list("verb", flat=True) if verb.startswith(mine)]
