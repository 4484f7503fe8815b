"""What waits for whom on the first page, and the cards of services."""

import datetime
import re
from typing import Any

from django.test import Client

from seatwise.directory.models import Login, Service, User
from seatwise.ledger.models import Coverage, LogImport, Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.lib import days
from seatwise.licenses import contract_terms
from seatwise.licenses.models import Effect
from seatwise.logs.rules import Rules
from seatwise.reviews import opening
from seatwise.reviews.models import Item, Review
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.choosing_world import ON, ago, between, record
from seatwise.reviews.tests.deciding_world import service_with

TODAY = days.day_of(ON)
BY_HAND = "Wiki: 1 change has to be carried out by hand."


def inbox(client: Client, person: User) -> dict[str, str]:
    """Text and address of each thing that waits for somebody, and that it is on the page."""
    client.force_login(person)
    page = client.get("/")
    found = {each.text: each.url for each in page.context["waiting"]}
    assert ("Nothing is waiting for you." in page.text) == (not found)
    return found


def test_nothing_waits_on_an_empty_site(client: Client, cast: dict[str, User]) -> None:
    for who in ("alice", "bob", "charlie", "audrey"):
        assert inbox(client, cast[who]) == {}


def test_a_review_waits_for_who_opens_decides_and_proposes_it(client: Client, cast: dict[str, User]) -> None:
    wiki = service_with(cast["charlie"])
    assert inbox(client, cast["alice"]) == {BY_HAND: "/administration/services/wiki/pending/"}
    Effect.objects.all().delete()
    terms: dict[str, Any] = {"service": wiki, "owner": cast["alice"], "rule": Rule(), "due": datetime.date(2026, 12, 1)}
    review = opening.draft(name="Q4", by=cast["alice"], on=ON, **terms)
    page = f"/administration/reviews/{review.pk}/"
    assert inbox(client, cast["alice"]) == {"“Q4” is your draft: check it and open it.": page}
    opening.open_review(review, by=cast["alice"], on=ON)
    text = "“Q4”: 1 license to decide, due on 1 December 2026."
    assert inbox(client, cast["bob"])[text] == f"/reviews/{review.pk}/?show=to_do"
    assert text not in inbox(client, cast["alice"])
    Item.objects.update(decision="keep")
    assert text not in inbox(client, cast["bob"])
    assert inbox(client, cast["alice"])["Everything in “Q4” is decided: submit the decisions."] == page
    Review.objects.update(state="cancelled")
    assert inbox(client, cast["alice"]) == {}


def test_failed_imports_silent_sources_and_unknown_logins_wait_for_administrators(
    client: Client, cast: dict[str, User]
) -> None:
    wiki = Service.objects.add(code="wiki", name="Wiki", by=None)
    source = Source.objects.add(code="log", name="Log", rules=ReadingRules(services={"wiki": Rules()}), by=None)
    failed = LogImport.objects.create(revision=source.revision, files=["a.log"], state="failed")
    seen: dict[str, Any] = {"service": wiki, "revision": source.revision}
    Coverage.objects.create(**seen, month=days.month_of(TODAY), days=1 << 15)
    Login.objects.create(folded="stranger", written="Stranger")
    assert inbox(client, cast["alice"]) == {
        "The last import of Log failed.": f"/administration/sources/imports/{failed.pk}/",
        "Log has recorded nothing since 16 November 2026.": f"/administration/sources/{source.pk}/",
        "1 login in the logs has no user.": "/administration/directory/logins/",
    }
    assert inbox(client, cast["audrey"]) == inbox(client, cast["bob"]) == {}
    LogImport.objects.create(revision=source.revision, files=["a.log"], state="done")
    Coverage.objects.update(days=1 << 16)  # a week ago
    Login.objects.unknown().delete()
    assert inbox(client, cast["alice"]) == {}


def test_a_deadline_alarms_where_seats_are_idle(client: Client, cast: dict[str, User]) -> None:
    wiki = service_with(cast["charlie"])
    Effect.objects.all().delete()
    renews = ON + datetime.timedelta(days=30)
    contract = contract_terms.add(service=wiki, seats=5, by=None, on=ON, renews=renews)
    [(text, url)] = inbox(client, cast["alice"]).items()
    assert text.startswith("Wiki: 1 seat is idle; fewer must be ordered by")
    assert client.get(url).status_code == 200
    contract_terms.change(contract, by=None, on=ON, renews=ON + datetime.timedelta(days=90))
    assert inbox(client, cast["alice"]) == {}


def test_administrators_and_auditors_see_a_card_for_each_service(client: Client, cast: dict[str, User]) -> None:
    wiki = service_with(cast["charlie"])
    contract_terms.add(service=wiki, seats=5, by=None, on=ON, price=120, currency="EUR", period="year")
    for who, sees in (("alice", True), ("audrey", True), ("bob", False), ("charlie", False)):
        client.force_login(cast[who])
        page = client.get("/").text
        assert ("5 seats contracted" in page, "EUR 10 a month" in page) == (sees, sees), who
        assert client.get("/administration/services/wiki/trend/").status_code == (200 if sees else 403)


def test_the_idle_seats_of_a_card_lead_to_their_holders(client: Client, cast: dict[str, User]) -> None:
    wiki = service_with(cast["charlie"], cast["bob"])
    record(wiki, {"bob": {ago(1)}}, between(ago(60), ON))
    client.force_login(cast["alice"])
    page = client.get("/").text
    found = re.search('href="([^"]+)">1 not used in the last 30 days', page)
    assert found is not None
    assert [line.row.login for line in client.get(found[1]).context["lines"]] == ["charlie"]
