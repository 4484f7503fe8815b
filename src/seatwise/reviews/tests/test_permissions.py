"""Every address of reviews, as everybody: who sees it, and who changes something by it."""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.models import Department, User
from seatwise.enquiries.links import token_for
from seatwise.enquiries.models import Enquiry
from seatwise.licenses import grants
from seatwise.licenses.models import Contract, Policy
from seatwise.reviews import approval, deputies, execution, opening, recurrence
from seatwise.reviews.forms import ReviewForm
from seatwise.reviews.item_decisions import seen
from seatwise.reviews.models import Delegation, Item, Review, Schedule
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.deciding_world import (
    DUE,
    ON,
    bounced,
    decide,
    head_of,
    item_of,
    member,
    opened,
    reached,
    service_with,
)

pytestmark = pytest.mark.django_db

ROLES = ("alice", "audrey", "olga", "bob", "dave", "della", "charlie", "nobody", "")
EVERYBODY = "alice audrey olga bob dave della charlie nobody"
SEERS = "alice audrey"
CARRIERS = "alice olga"
HEADS = "alice olga bob dave"
DECIDERS = "bob della"
READERS = "alice audrey olga bob dave della"  # of what is opened, each their own part


@dataclass(frozen=True)
class Rights:
    """Who sees an address, and who changes something by it when they send what its form sends: login names."""

    sees: str = ""
    changes: str = ""


RIGHTS = {
    "mine": Rights(EVERYBODY),
    "delegations": Rights(EVERYBODY, "alice bob"),  # what is sent is for Bob
    "end_delegation": Rights("", "alice bob"),
    "deciding": Rights(READERS, DECIDERS),
    "recommendations": Rights(READERS, DECIDERS),
    "request": Rights("", "alice olga bob dave della"),
    "not_named": Rights(READERS, DECIDERS),
    "naming": Rights("", DECIDERS),
    "answering": Rights(DECIDERS, DECIDERS),
    "checklist": Rights(DECIDERS, DECIDERS),
    "owner": Rights(CARRIERS, CARRIERS),
    "reviews": Rights("alice audrey olga bob dave"),
    "add": Rights("alice", "alice"),
    "from_list": Rights(""),  # leads to the page of a new review: changes nothing
    "people_of_rule": Rights("alice"),
    "schedules": Rights(SEERS),
    "schedule": Rights(SEERS),  # what is sent lacks what the page showed, so nothing is overwritten
    "schedule_add": Rights("alice", "alice"),
    "schedule_for": Rights("", "alice"),
    "schedule_end": Rights("", "alice"),
    "review": Rights("alice audrey olga"),
    "people": Rights("alice audrey olga"),
    "edit": Rights("alice", "alice"),
    "opening": Rights("alice olga", CARRIERS),
    "cancelling": Rights("", CARRIERS),
    "step": Rights("", CARRIERS),
    "returning": Rights("", CARRIERS),
    "closing": Rights(SEERS, "alice"),
    "approving": Rights("alice audrey olga"),
    "leaving_out": Rights("", "alice"),
    "again": Rights("", "alice"),
    "leave": Rights("", "alice"),
    "undoing": Rights(SEERS),
    "undo": Rights(SEERS, "alice"),
    "completeness": Rights(SEERS),
    "service_completeness": Rights(SEERS),
    "evidence": Rights(SEERS),
    "package": Rights(SEERS),
}


class World:
    """Reviews of Olga in every state: Bob's department has Charlie and Sam in them, Dave's has Mei."""

    def __init__(self, cast: dict[str, User], sales: Department) -> None:
        design = Department.objects.add(code="design", name="Design", by=None)
        self.sales = sales
        self.people = {name: cast[name] for name in ("alice", "audrey", "bob", "charlie")}
        self.people["olga"] = head_of(Department.objects.add(code="hr", name="HR", by=None), "olga")
        self.people["dave"] = head_of(design, "dave")
        for login, departments in {"della": [], "nobody": [], "sam": ["sales"], "mei": ["design"]}.items():
            self.people[login] = member(login, *departments)
        self.delegation = deputies.delegate(
            self.bob, self.people["della"], days=(ON, DUE), by=self.bob, reason="away", on=ON
        )
        self.open = self.a_review("one", asks_members=True)
        for item in self.open.items.all():
            if item.enquiry is not None:
                bounced(item.enquiry)

    @property
    def alice(self) -> User:
        return self.people["alice"]

    @property
    def bob(self) -> User:
        return self.people["bob"]

    @cached_property
    def draft(self) -> Review:
        service = service_with(self.people["mei"], code="two")
        terms: Any = {"owner": self.people["olga"], "rule": Rule(), "due": DUE, "name": "Draft"}
        return opening.draft(service=service, by=self.alice, on=ON, **terms)

    @cached_property
    def decided(self) -> Review:
        return self.a_decided_one("three")

    @cached_property
    def proposed(self) -> Review:
        return self.a_decided_one("four", "proposed")

    @cached_property
    def approved(self) -> Review:
        return self.a_decided_one("five", "approved")

    @cached_property
    def closing(self) -> Review:
        found = self.a_decided_one("six", "carried out")
        Item.objects.of(found).update(state=Item.State.FAILED, problem="No seat is free.")
        return found

    @cached_property
    def closed(self) -> Review:
        found = self.a_decided_one("seven", "carried out")
        assert execution.carry_out(found, on=ON) == 0
        found.refresh_from_db()
        return found

    @cached_property
    def contract(self) -> Contract:
        terms: Any = {"seats": 9, "starts": ON - datetime.timedelta(days=30), "shrinks": Contract.Shrinks.MONTH}
        return Contract.objects.create(service=self.open.service, **terms)

    @cached_property
    def schedule(self) -> Schedule:
        terms: Any = {"every_months": 3, "first_on": DUE, "due_days": 30, "asks_members": True}
        terms |= {"rule": {}, "name": "Quarterly", "one_person_two_steps": False}
        return recurrence.add(by=self.alice, on=ON, service=self.open.service, owner=self.alice, **terms)

    def a_review(self, code: str, **terms: Any) -> Review:
        """Charlie and Mei are named; Sam, who has the license since lately, is not."""
        service = service_with(self.people["charlie"], self.people["mei"], code=code)
        grants.grant_one(service=service, user=self.people["sam"], by=None, reason="", on=ON)
        return opened(service, self.people["olga"], Rule(held_at_least=100), **terms)

    def a_decided_one(self, code: str, step: str = "") -> Review:
        review = self.a_review(code)
        decide(review, self.people["charlie"], "remove", self.bob, "not needed")
        decide(review, self.people["mei"], "keep", self.people["dave"], "needed")
        if step:
            approval.propose(review, by=self.people["dave"])
        if step in ("approved", "carried out"):
            approval.approve(review, by=member("ada" + code, role="administrator"))
        if step == "carried out":
            approval.carry_out(review, by=member("ken" + code, role="administrator"))
        review.refresh_from_db()
        return review

    def item(self, review: Review, login: str) -> int:
        return item_of(review, self.people[login]).pk

    def given(self) -> dict[str, tuple[list[Any], dict[str, Any]]]:
        """What each address is filled in with, and what is sent to it."""
        charlie = item_of(self.open, self.people["charlie"])
        Policy.of(self.open.service).change(by=None, checklist="owns apps?")
        key = {"item": f"{charlie.pk}:{seen(charlie)}", "decision": "remove", "reason": "not needed"}
        rule = {"name": "New", "owner": "olga", "due": str(DUE)}
        schedule = {"name": "New", "owner": "alice", "first_on": str(DUE), "every_months": 3, "due_days": 30}
        stands_in = {"of": "bob", "to": "sam", "begins": str(ON), "until": str(DUE)}
        return {
            "mine": ([], {}),
            "delegations": ([], stands_in),
            "end_delegation": ([self.delegation.pk], {}),
            "deciding": ([self.open.pk], key),
            "recommendations": ([self.open.pk], key),
            "request": ([self.decided.pk], {}),
            "not_named": ([self.open.pk], {"part": self.part()}),
            "naming": ([self.open.pk, self.item(self.open, "sam")], {"reason": "left the project"}),
            "answering": ([self.open.pk, charlie.pk], {"answer": "give_back", "reason": "said so"}),
            "checklist": ([self.open.pk, charlie.pk], {"point": "owns apps?"}),
            "owner": ([self.open.pk], {"owner": "bob", "reason": "moved on"}),
            "reviews": ([], {}),
            "add": ([], rule),
            "from_list": (["one"], {}),
            "people_of_rule": ([], {}),
            "schedules": ([], {}),
            "schedule": ([self.schedule.pk], {}),
            "schedule_add": ([], schedule),
            "schedule_for": (["one", self.contract.pk], {}),
            "schedule_end": ([self.schedule.pk], {}),
            "review": ([self.open.pk], {}),
            "people": ([self.open.pk], {}),
            "edit": ([self.draft.pk], rule | {"opened": ReviewForm(instance=self.draft, on=ON).version}),
            "opening": ([self.draft.pk], {}),
            "cancelling": ([self.open.pk], {"reason": "a mistake", "text": "a mistake"}),
            "step": ([self.proposed.pk, "approved"], {}),
            "returning": ([self.proposed.pk], {"text": "look again", "reason": "look again"}),
            "closing": ([self.approved.pk], {}),
            "approving": ([self.open.pk], {}),
            "leaving_out": ([self.draft.pk], {"login": "mei", "leave_out": "on"}),
            "again": ([self.closing.pk, self.item(self.closing, "charlie")], {}),
            "leave": ([self.closing.pk, self.item(self.closing, "charlie")], {"reason": "as it is"}),
            "undoing": ([self.closed.pk], {"reason": "a mistake"}),
            "undo": ([self.closed.pk, self.item(self.closed, "charlie")], {"reason": "a mistake"}),
            "completeness": ([self.closed.pk], {}),
            "service_completeness": (["one"], {}),
            "evidence": ([self.closed.pk], {}),
            "package": ([self.closed.pk], {}),
        }

    def part(self) -> str:
        """What Bob confirms of those who were not named."""
        from seatwise.reviews import holder_confirmation

        (part,) = holder_confirmation.parts_of(self.open, self.bob)
        return str(getattr(part, "key", "") or f"{self.sales.pk}:{part.checksum}")


@pytest.fixture
def world(cast: dict[str, User], sales: Department) -> World:
    return World(cast, sales)


def names() -> set[str]:
    """The names of all addresses of reviews."""
    from seatwise.reviews.urls import urlpatterns

    return {str(pattern.name) for pattern in urlpatterns}


def browser(world: World, login: str) -> Client:
    client = Client()
    if login:
        client.force_login(world.people[login])
    return client


def status_of(response: Any) -> int:
    for close in response._resource_closers:
        close()
    return int(response.status_code)


def taken_back(what: Callable[[], Any]) -> Any:
    """What something returns; what it did to the database is taken back."""
    before = transaction.savepoint()
    found = what()
    transaction.savepoint_rollback(before)
    return found


def seen_by(client: Client, path: str) -> int:
    """The status of what is asked for."""
    return status_of(client.get(path))


def entries_after(client: Client, path: str, data: dict[str, Any]) -> tuple[int, set[str]]:
    """The status of what is sent, and the verbs that the audit log then has."""
    last = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    status = status_of(client.post(path, data))
    return status, set(Entry.objects.filter(pk__gt=last).values_list("verb", flat=True))


def test_there_is_an_answer_for_every_address() -> None:
    assert names() == RIGHTS.keys()


def test_who_sees_what(world: World) -> None:
    given = world.given()
    for login in ROLES:
        client = browser(world, login)
        found = {}
        for name in RIGHTS:
            path = reverse(f"reviews:{name}", args=given[name][0])
            found[name] = taken_back(partial(seen_by, client, path))
        if not login:
            assert set(found.values()) == {302}
            continue
        seen_ones = {name for name, status in found.items() if status == 200}
        assert seen_ones == {name for name, rights in RIGHTS.items() if login in rights.sees.split()}, login
        assert {status for name, status in found.items() if name not in seen_ones} <= {403, 404, 405}, login


def test_who_changes_what(world: World) -> None:
    given = world.given()
    for login in ROLES:
        client = browser(world, login)
        found = {}
        for name in RIGHTS:
            args, data = given[name]
            path = reverse(f"reviews:{name}", args=args)
            found[name] = taken_back(partial(entries_after, client, path, data))
        assert all(status < 500 for status, _ in found.values()), login
        changed = {name for name, (_, verbs) in found.items() if verbs}
        wanted = {name for name, rights in RIGHTS.items() if login and login in rights.changes.split()}
        assert changed == wanted, (login, {name: found[name] for name in changed ^ wanted})
        if not login:
            assert {status for status, _ in found.values()} == {302}


def test_no_page_leads_to_one_that_is_refused(world: World) -> None:
    given = world.given()
    for login in ROLES[:-1]:
        client, found = browser(world, login), dict[str, str]()
        for name, rights in RIGHTS.items():
            if login in rights.sees.split() and name != "package":
                page = client.get(reverse(f"reviews:{name}", args=given[name][0])).text
                found |= dict.fromkeys(re.findall(r'href="(/[^"?#]*reviews/[^"?#]*)', page), name)
        for link, name in found.items():
            status = taken_back(partial(seen_by, client, link))
            assert status == 200, f"{login} on {name}: {link} answers {status}"


def test_a_department_administrator_has_somebody_stand_in_for_them_alone(world: World) -> None:
    client, path = browser(world, "dave"), reverse("reviews:delegations")
    days = {"to": "sam", "begins": str(ON), "until": str(DUE)}
    dave, before = world.people["dave"], set(Delegation.objects.values_list("pk", flat=True))
    refused = client.post(path, {"of": "bob", **days})
    assert refused.status_code == 400
    assert "of" in refused.context["form"].errors
    assert client.post(path, {"of": "dave", **days}).status_code == 302
    assert Delegation.objects.exclude(pk__in=before).get().of == dave


def test_nobody_who_is_not_an_administrator_undoes_all_of_it(world: World) -> None:
    path = reverse("reviews:undoing", args=[world.closed.pk])
    for login in ROLES[1:]:
        browser(world, login).post(path, {"reason": "a mistake"})
    charlie = item_of(world.closed, world.people["charlie"])
    assert charlie.state != Item.State.UNDONE


def test_items_of_another_department_are_not_decided_by_guessing_their_ids(world: World) -> None:
    mei, charlie = item_of(world.open, world.people["mei"]), item_of(world.open, world.people["charlie"])
    both = [f"{each.pk}:{seen(each)}" for each in (charlie, mei)]
    for login, item in (("bob", mei), ("della", mei), ("dave", charlie), ("olga", mei), ("alice", charlie)):
        client, wanted = browser(world, login), {"decision": "remove", "reason": "x"}
        for name in ("deciding", "recommendations"):
            path = reverse(f"reviews:{name}", args=[world.open.pk])
            for items in (f"{item.pk}:{seen(item)}", both):
                for data in ({**wanted, "item": items}, {**wanted, "item": items, "in_bulk": "on"}):
                    assert status_of(client.post(path, data)) in {302, 400}
    assert not Item.objects.of(world.open).decided().exists()


def test_items_of_another_review_and_of_another_department_are_not_there(world: World) -> None:
    mei, other = world.item(world.open, "mei"), world.item(world.decided, "charlie")
    for name in ("answering", "naming"):
        for item in (mei, other, 10**6):
            for method in ("get", "post"):
                call = getattr(browser(world, "bob"), method)
                assert status_of(call(reverse(f"reviews:{name}", args=[world.open.pk, item]))) in {404, 405}
    for name in ("undo", "again", "leave"):
        path = reverse(f"reviews:{name}", args=[world.closed.pk, other])
        assert status_of(browser(world, "alice").post(path, {"reason": "x"})) == 404


def test_a_page_shows_a_department_nobody_of_another(world: World) -> None:
    for name in ("deciding", "recommendations", "not_named"):
        for query in ("", "?format=csv", "?text=mei", "?department=design"):
            response = browser(world, "bob").get(reverse(f"reviews:{name}", args=[world.open.pk]) + query)
            text = b"".join(response).decode() if response.streaming else response.text
            assert "Mei" not in text, (name, query)


def test_who_is_not_a_party_does_not_learn_that_there_is_such_a_review(world: World) -> None:
    for login in ("charlie", "nobody"):
        for pk in (world.open.pk, world.draft.pk, 10**6):
            assert status_of(browser(world, login).get(reverse("reviews:deciding", args=[pk]))) == 404
    for login in ("alice", "olga", "bob"):  # nothing is to be decided in a draft
        assert status_of(browser(world, login).get(reverse("reviews:deciding", args=[world.draft.pk]))) == 404


def test_a_delegate_decides_only_while_they_stand_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = reverse("reviews:deciding", args=[world.open.pk])
    assert "Charlie" in browser(world, "della").get(path).text
    monkeypatch.setenv("SEATWISE_TODAY", str(DUE + datetime.timedelta(days=1)))
    assert status_of(browser(world, "della").get(path)) == 404


ANSWER = {"answer": "give_back", "reason": ""}


def reply(link: str, **data: str) -> Any:
    return Client().post("/answer/reply/", {"link": link, **ANSWER, **data})


def enquiry_of(world: World, login: str) -> Enquiry:
    found = item_of(world.open, world.people[login]).enquiry
    assert found is not None
    reached(found)
    found.refresh_from_db()
    return found


def answer_of(enquiry: Enquiry) -> tuple[str, str]:
    enquiry.refresh_from_db()
    return enquiry.state, enquiry.answer


def test_a_link_answers_once_and_only_the_question_it_is_for(world: World) -> None:
    charlie, mei = enquiry_of(world, "charlie"), enquiry_of(world, "mei")
    link = token_for(charlie)
    assert reply(link).status_code == 200
    assert answer_of(charlie) == ("answered", "give_back")
    assert answer_of(mei) == ("open", "")
    assert reply(link, answer="keep", reason="after all").status_code >= 400  # replayed
    assert answer_of(charlie) == ("answered", "give_back")


def test_an_altered_link_answers_nothing(world: World) -> None:
    charlie, mei = enquiry_of(world, "charlie"), enquiry_of(world, "mei")
    mine, foreign = token_for(charlie).split("."), token_for(mei).split(".")
    for place in range(5):  # signature, use, number, day, nonce
        altered = [*mine]
        altered[place] = foreign[place] if foreign[place] != mine[place] else ("b" if place == 1 else mine[place] + "1")
        assert reply(".".join(altered)).status_code >= 400
    assert (answer_of(charlie), answer_of(mei)) == (("open", ""), ("open", ""))


def test_a_link_ends_with_its_day_its_review_and_its_person(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    charlie, mei = enquiry_of(world, "charlie"), enquiry_of(world, "mei")
    link = token_for(charlie)
    with monkeypatch.context() as later:
        later.setenv("SEATWISE_TODAY", str(charlie.due + datetime.timedelta(days=1)))
        assert reply(link).status_code >= 400
    people.deactivate(world.people["charlie"], by=None, on=ON)
    assert reply(link).status_code >= 400
    approval.cancel(world.open, by=world.alice, reason="a mistake", on=ON)
    assert reply(token_for(mei)).status_code >= 400
    assert {answer_of(charlie)[1], answer_of(mei)[1]} == {""}


def test_a_link_of_another_site_is_not_one_of_ours(world: World, settings: Any) -> None:
    charlie = enquiry_of(world, "charlie")
    ours = settings.SECRET_KEY
    settings.SECRET_KEY = "another site's key, of a good length, for this test alone"
    link = token_for(charlie)
    settings.SECRET_KEY = ours
    assert reply(link).status_code >= 400
    assert answer_of(charlie) == ("open", "")


def test_a_question_of_a_review_is_on_nobody_elses_page(world: World) -> None:
    charlie = enquiry_of(world, "charlie")
    for login in ("nobody", "dave", "della", "olga"):
        for path in (f"/enquiries/{charlie.pk}/", f"/enquiries/{charlie.pk}/answer/"):
            client = browser(world, login)
            assert status_of(client.get(path)) in {403, 404, 405}
            assert status_of(client.post(path, ANSWER)) in {403, 404, 405}
    assert answer_of(charlie) == ("open", "")
