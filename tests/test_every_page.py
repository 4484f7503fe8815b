"""Every address of the site, in every role: nobody sees or changes what is not theirs, and nothing breaks."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.paginator import Page
from django.db import connection
from django.test.utils import CaptureQueriesContext, ContextList
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from tests.rights import OWN, allowed

from seatwise.channels.models import Channel
from seatwise.connections.models import Connection, Reading, Sending
from seatwise.directory import people
from seatwise.directory.models import ColumnMapping, Login, Service, Upload
from seatwise.enquiries.models import Enquiry
from seatwise.ledger.models import Closure, LogImport, Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.letters.writing import write
from seatwise.licenses import contract_terms, exemption_rules, grants, license_rules
from seatwise.licenses.models import Change, ChangeDraft, License
from seatwise.licenses.suspension_rules import suspend
from seatwise.logs.rules import Rules
from seatwise.reviews import opening
from seatwise.reviews.rules import Rule
from seatwise.seat_requests import request_steps, transfer_steps
from seatwise.site.lists import Listing
from seatwise.site.search import SearchForm
from seatwise.webhooks.models import Webhook


def patterns(resolver: Any, prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each address, as its pattern, with the converters of what it is given."""
    for found in resolver.url_patterns:
        if isinstance(found, URLResolver):
            yield from patterns(found, prefix + str(found.pattern))
        elif isinstance(found, URLPattern):
            yield prefix + str(found.pattern), found.pattern.converters


@pytest.fixture
def addresses(cast: dict[str, Any], sales: Any) -> list[str]:
    """Each address of the site, filled in with things that are there."""
    return populated(cast, sales)


def populated(cast: dict[str, Any], sales: Any) -> list[str]:
    """Make one thing of each kind; each address of the site with them. tools/attack asks real sites for these."""
    service = Service.objects.add(code="wiki", name="Wiki", by=None)
    grants.grant_one(service=service, user=cast["charlie"], by=None, reason="", on=datetime.date(2026, 1, 5))
    source = Source.objects.add(code="log", name="Log", rules=ReadingRules(services={"wiki": Rules()}), by=None)
    log_import = LogImport.objects.create(revision=source.revision, files=["access.log"])
    step = ChangeDraft.step(service.pk, "remove", [cast["charlie"].pk])
    letter = write(to=cast["charlie"], kind="letters.test", about=service, key="one")
    terms = {
        "user": cast["charlie"],
        "service": None,
        "until": datetime.date(2027, 1, 5),
        "reason": "leave",
        "by": None,
    }
    away = suspend(**terms, begins=datetime.date(2026, 12, 24), on=datetime.date(2026, 11, 24))
    exempt = exemption_rules.exempt(**terms, on=datetime.date(2026, 11, 24))
    contract = contract_terms.add(service=service, seats=5, by=None, on=datetime.date(2026, 11, 24))
    how: dict[str, Any] = {"delimiter": "", "heading": None, "confirms": []}
    upload = Upload.objects.create(
        kind="licenses", name="f.csv", data=b"charlie\n", uploaded_by=cast["alice"], options=how
    )
    day = {"service": service.pk, "as_of": "2026-11-22"}
    report = Upload.objects.create(
        kind="report", name="r.csv", data=b"login,last access\n", uploaded_by=cast["alice"], options=day
    )
    newcomer = people.add({"login": "newcomer"}, by=None, on=datetime.date(2026, 1, 5))
    seat_request = request_steps.ask(service=service, person=newcomer, reason="x", on=datetime.date(2026, 1, 5))
    held = License.objects.get()
    transfer = transfer_steps.ask(held, newcomer, by=None, on=datetime.date(2026, 1, 5))
    due = datetime.date(2026, 12, 20)
    terms_of_review = {"name": "Q4", "owner": cast["alice"], "rule": Rule(), "due": due, "by": None}
    review = opening.draft(service=service, on=datetime.date(2026, 11, 24), **terms_of_review)
    opening.open_review(review, by=cast["alice"], on=datetime.date(2026, 11, 24))
    connection = Connection()
    connection.change(by=None, services={"kintone": service}, tokens={}, address="https://sample.cybozu.com")
    reading = Reading.objects.create(
        connection=connection, state="done", ended_at=timezone.now(), content={}, counts={"users": 0, "active": 0}
    )
    channel, own_channel = Channel(), Channel(owner=cast["charlie"])
    channel.change(by=cast["alice"], name="Room", shown="JSON", address="jsons://example.com/room")
    own_channel.change(by=cast["charlie"], name="Mine", shown="JSON", address="jsons://example.com/mine")
    webhook = Webhook()
    webhook.change(by=cast["alice"], name="HR", address="https://hr.example.com/hook", events=["person.added"])
    webhook.send_test(by=cast["alice"])
    mapping = ColumnMapping(name="m", headings="login", columns={"login": "login"})
    closed = datetime.date(2026, 11, 3)
    things = {
        "administration/directory/mappings/": ColumnMapping.objects.keep(mapping, by=None).pk,
        "reviews/": review.pk,
        "administration/reviews/<int:pk>/": review.pk,
        OWN: Enquiry.objects.get().pk,
        "ask/withdraw/": seat_request.pk,
        "administration/seat-requests/transfers/": transfer.pk,
        "administration/seat-requests/": seat_request.pk,
        "administration/services/<slug:code>/find-a-seat/": held.pk,
        "administration/directory/users/": cast["charlie"].pk,
        "administration/directory/departments/": sales.pk,
        "administration/directory/logins/": Login.objects.create(folded="stranger", written="Stranger").pk,
        "administration/sources/coverage/": Closure.objects.create(service=service, first=closed, last=closed).pk,
        "administration/sources/imports/": log_import.pk,
        "administration/sources/snapshots/drafts/": report.pk,
        "administration/sources/": source.pk,
        "administration/connections/<vendor:kind>/readings/": reading.pk,
        "administration/connections/cybozu/sendings/": Sending.objects.create(connection=connection, rehearsal=True).pk,
        "administration/letters/": letter.pk,
        "administration/channels/": channel.pk,
        "administration/webhooks/": webhook.pk,
        "channels/": own_channel.pk,
        "administration/licenses/people/": cast["charlie"].pk,
        "administration/people/": cast["charlie"].pk,
        "administration/licenses/suspensions/": away.pk,
        "administration/licenses/rules/": license_rules.add(
            sales, service, by=None, since=datetime.date(2026, 11, 24)
        ).pk,
        "administration/licenses/exemptions/": exempt.pk,
        "administration/services/<slug:code>/contracts/": contract.pk,
        "administration/licenses/file/": upload.pk,
        "administration/licenses/changes/": Change.objects.get().pk,
        "administration/licenses/drafts/": ChangeDraft.objects.keep([step], by=cast["alice"], how="screen").pk,
    }
    return [filled(pattern, things) for pattern, _ in patterns(get_resolver())]


def filled(pattern: str, things: dict[str, int]) -> str:
    pk = next((thing for start, thing in things.items() if pattern.startswith(start)), 1)
    pattern = pattern.replace("<vendor:kind>", "cybozu").replace("<slug:what>", "people").replace("<str:index>", "logs")
    for name, value in {
        "pk": pk,
        "number": 1,
        "kind": "propose",
        "item": 1,
        "code": "wiki",
        "token": "none",
        "login": "charlie",
        "rest": "x",
        "about": "x",
    }.items():
        for converter in ("int", "slug", "str", "login", "path"):
            pattern = pattern.replace(f"<{converter}:{name}>", str(value))
    assert "<" not in pattern, f"the test does not know what to put into {pattern}"
    return pattern


def status_of(response: Any) -> int:
    """The status; the file that an answer may have is closed, and nothing else, such as the database."""
    for close in response._resource_closers:
        close()
    return int(response.status_code)


def test_who_is_signed_out_is_asked_to_sign_in(client: Any, addresses: list[str]) -> None:
    for address in addresses:
        response = client.get(f"/{address}")
        assert response.status_code < 500, address
        wanted = allowed("", "GET", address)
        assert wanted is None or response.status_code in wanted, address
        if wanted and response.status_code == 302:
            assert response.url.startswith("/account/login/"), address


@pytest.mark.parametrize("who", ["bob", "charlie", "audrey"])
def test_who_does_not_administer_sees_and_changes_what_the_table_of_rights_allows(
    client: Any, cast: dict[str, Any], addresses: list[str], who: str
) -> None:
    client.force_login(cast[who])
    asked = 0
    for address in addresses:
        for method in ("GET", "POST"):
            wanted = allowed(who, method, address)
            if wanted is not None:
                assert status_of(client.generic(method, f"/{address}")) in wanted, (method, address)
                asked += 1
    assert asked > len(addresses)


LOOK = "/access/wiki/"  # the first look of a day at somebody is written down
MAY_WAIT = (
    "administration/reviews/1/evidence/file/",  # tables of one moment
    "account/",  # sessions and second factors
)
LOCKING = ("INSERT", "UPDATE", "DELETE", "SAVEPOINT")  # a transaction within that of a test begins with the last


def given_to_templates(response: Any) -> Iterator[tuple[str, Any]]:
    """What the templates of a page were given, by name."""
    if response.context is None:
        return
    contexts: list[Any] = [*response.context] if isinstance(response.context, ContextList) else [response.context]
    for context in contexts:
        for layer in context:
            yield from layer.items()


def searches(response: Any) -> bool:
    """Whether a page reads its address by a search form."""
    return any(isinstance(value, SearchForm | Listing) for _, value in given_to_templates(response))


def has_pages(response: Any) -> bool:
    """Whether a page shows a part of a list."""
    return any(name == "list" or isinstance(value, Page) for name, value in given_to_templates(response))


def test_nothing_breaks_for_an_administrator_and_reading_never_waits_for_who_writes(
    client: Any, cast: dict[str, Any], addresses: list[str]
) -> None:
    """On SQLite whoever begins a transaction waits for the end of that of whoever writes: of an import, perhaps.

    Of the lists among the pages, each is then asked what it cannot answer.
    """
    client.force_login(cast["alice"])
    opened, waiting = 0, {}
    searched, paged = [], []
    for address in addresses:
        with CaptureQueriesContext(connection) as captured:
            response = client.get(f"/{address}")
            status = status_of(response)
        wanted = allowed("alice", "GET", address)
        assert wanted is None or status in wanted, address
        opened += status == 200
        locking = [one["sql"][:100] for one in captured if one["sql"].startswith(LOCKING)]
        if locking and not address.startswith(MAY_WAIT) and not address.endswith(LOOK):
            waiting[address] = locking
        if searches(response):
            searched.append(address)
        if has_pages(response):
            paged.append(address)
    assert opened > len(addresses) // 3
    assert waiting == {}
    lists = [each for each in dict.fromkeys([*searched, *paged]) if not each.startswith("api/")]
    assert len(lists) >= 30, lists
    assert "reviews/delegations/" in lists
    assert len(paged) >= 25
    wrong = [
        *(each for address in lists for each in wrong_about_parameters(client, address)),
        *(each for address in paged for each in wrong_about_pages(client, address)),
    ]
    files = [address for address in searched if not address.startswith("api/") and has_file(client, address, wrong)]
    assert wrong == [], "\n".join(wrong)
    assert len(files) >= 20


def wrong_about_parameters(client: Any, address: str) -> Iterator[str]:
    """A wrong parameter is an error on every list and in every format."""
    for query in ("nonsense=1", "nonsense=1&format=csv", "format=pdf"):
        response = client.get(f"/{address}?{query}")
        if status_of(response) != 400 or not response["Content-Type"].startswith("text/html"):
            yield f"/{address}?{query}: {response.status_code}"
        elif query != "format=pdf" and "nonsense" not in response.content.decode():
            yield f"/{address}?{query}: does not say what is wrong"


def wrong_about_pages(client: Any, address: str) -> Iterator[str]:
    """Beyond the end: a list becomes shorter while somebody works on it, and the address stays."""
    for page in ("abc", "0"):
        response = client.get(f"/{address}", {"page": page})
        if status_of(response) != 400 or f"“{page}” is not a page" not in response.content.decode():
            yield f"/{address}?page={page}: {response.status_code}"
    if status_of(client.get(f"/{address}?page={'9' * 30}")) != 200:
        yield f"/{address} does not show its last page"


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def has_file(client: Any, address: str, wrong: list[str]) -> bool:
    """Whether a search is to be had as files; then it is so in Shift_JIS, and else it refuses.

    What Shift_JIS lacks are characters of people's texts, of which there are none here; Seatwise's own it has.
    """
    workbook = client.get(f"/{address}?format=xlsx")
    found = bool(workbook["Content-Type"] == XLSX)
    if status_of(workbook) != (200 if found else 400):
        wrong.append(f"/{address}?format=xlsx: {workbook.status_code}")
    if status_of(client.get(f"/{address}?encoding=cp932")) != 400:
        wrong.append(f"/{address}?encoding=cp932 is accepted in silence")
    if found and status_of(client.get(f"/{address}?format=csv&encoding=cp932")) != 200:
        wrong.append(f"/{address} is not to be had in Shift_JIS")
    return found
