"""A small office for the pages of Services & Users: a service with ten seats, eight people, and what they used."""

import datetime
from typing import Any

from seatwise.directory import people
from seatwise.directory.models import Department, Service, User
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.lib import days
from seatwise.licenses import contract_terms, grants
from seatwise.licenses.change_saving import Said
from seatwise.licenses.models import ChangeDraft, License
from seatwise.licenses.preview import preview
from seatwise.logs.facts import Facts, LoginFacts, cover
from seatwise.logs.rules import Rules

TODAY = datetime.date(2026, 11, 24)
LONG_AGO = datetime.date(2026, 1, 5)
AGO = {"dora": [2, 3], "emil": [40], "fred": [20]}  # the days before today on which they used the wiki


def make_office(sales: Department) -> Service:
    """Dora, emil and fred of Sales and greta of Accounting hold licenses; hal of Sales and ina of nowhere do not."""
    Department.objects.add(code="accounting", name="Accounting", by=None)
    service = Service.objects.add(code="wiki", name="Wiki", by=None)
    contract_terms.add(service=service, seats=10, by=None, on=TODAY)
    belongs = {"dora": "sales", "emil": "sales", "fred": "sales", "greta": "accounting", "hal": "sales", "ina": ""}
    for login, department in belongs.items():
        fields = {"login": login, "name": login.capitalize(), "departments": [department] if department else []}
        people.add(fields, by=None, on=LONG_AGO)
    grants.grant(
        service=service, users=users("dora", "emil", "fred", "greta"), by=None, reason="", on=LONG_AGO, in_effect=True
    )
    record(service, AGO)
    return service


def record(service: Service, ago: dict[str, list[int]]) -> None:
    """Record access days of logins, and that every day of two months was covered."""
    source = Source.objects.add(code="log", name="Log", rules=ReadingRules(services={"wiki": Rules()}), by=None)
    facts, today = Facts(), days.day_of(TODAY)
    for login, numbers in ago.items():
        facts.logins[login] = LoginFacts(login, 0, days.masks_of(today - number for number in numbers))
    cover(facts, [(today - 60, today)])
    merge(source.revision, service, facts, zone="Asia/Tokyo", today=today)


def users(*logins: str) -> list[User]:
    """People by their logins."""
    return [User.objects.get(login=login) for login in logins]


def ids(*logins: str) -> list[int]:
    """Their ids."""
    return [user.pk for user in users(*logins)]


def draft(by: User, service: Service, what: str, *logins: str) -> ChangeDraft:
    """A draft of one step."""
    kept: ChangeDraft = ChangeDraft.objects.keep(
        [ChangeDraft.step(service.pk, what, ids(*logins))], by=by, how="screen"
    )
    return kept


def agreed(kept: ChangeDraft, by: User, reason: str = "not used") -> Said:
    """What somebody says who has seen the preview and ticked every box of it."""
    seen = preview(kept.steps, by, TODAY)
    return Said(seen.fingerprint, reason, frozenset(seen.to_confirm()), frozenset(seen.to_check()))


def held(service: Service) -> set[str]:
    """The logins of those who hold licenses."""
    return set(License.objects.held().of(service).values_list("user__login", flat=True))


def keys(concerns: Any) -> dict[str, int]:
    """Concerns by key: of how many people."""
    return {each.key: len(each.users) for each in concerns}
