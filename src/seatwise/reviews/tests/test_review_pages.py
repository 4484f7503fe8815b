"""The pages of choosing: the rule, the list, the story, and who sees which; opening, cancelling and the steps."""

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from seatwise.cast import post_changed
from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.enquiries.models import Enquiry
from seatwise.enquiries.tests.conftest import ask
from seatwise.licenses import contract_terms, exemption_rules, grants
from seatwise.licenses.models import License
from seatwise.reviews import approval, opening
from seatwise.reviews.models import Item, Review, Step
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.choosing_world import ON, ago, between, record
from seatwise.reviews.tests.deciding_world import decide, many, opened, service_with

NEW = "/administration/reviews/new/"
DUE = datetime.date(2026, 12, 20)


@pytest.fixture
def wiki(cast: dict[str, User]) -> Service:
    service = service_with(cast["alice"], cast["bob"], cast["charlie"])
    record(service, {"alice": {ago(0), ago(1)}, "bob": {ago(40)}, "charlie": {ago(100)}}, between(ago(150), ON))
    return service


@pytest.fixture
def draft(wiki: Service, cast: dict[str, User]) -> Review:
    terms: dict[str, Any] = {"name": "Q4", "due": DUE, "rule": Rule(idle_days=30)}
    return opening.draft(service=wiki, owner=cast["bob"], by=cast["alice"], on=ON, **terms)


def address(review: Review, rest: str = "") -> str:
    return f"/administration/reviews/{review.pk}/{rest}"


def test_the_rule_page_says_who_would_be_named(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    contract_terms.add(service=wiki, seats=5, by=None, on=ON, price=1500, currency="JPY", period="month")
    exemption_rules.exempt(user=cast["charlie"], service=wiki, until=DUE, reason="secret", by=None, on=ON)
    client.force_login(cast["alice"])
    response = client.get(NEW, {"service": "wiki", "idle_days": "30"})
    trial = response.context["trial"]
    assert (trial.counts.named, trial.counts.left_out, trial.counts.not_named) == (1, {"exempt": 1}, 1)
    page = response.content.decode()
    assert "JPY 1,500 a month" in page
    assert "90 days ago, this rule would have selected 1 seat" not in page
    assert "secret" not in page
    own = next(line for line in trial.lines if line.is_own)
    assert (own.point.cutoff, own.point.named, own.cost) == (30, 1, "JPY 1,500")


def test_who_kept_the_seat_lately_is_counted_by_the_preview_where_they_are_asked_again(
    client: Any, wiki: Service, cast: dict[str, User]
) -> None:
    held = License.objects.get(user=cast["charlie"])
    Enquiry.objects.filter(pk=ask(held).pk).update(state="answered", answer="keep", answered_on=ON)
    client.force_login(cast["alice"])
    query = "service=wiki&idle_days=30"
    counts = client.get(f"{NEW}?{query}").context["trial"].counts
    assert (counts.named, counts.left_out) == (1, {"kept": 1})
    again = client.get(f"{NEW}?{query}&asks_again=on")
    counts = again.context["trial"].counts
    assert (counts.named, counts.left_out) == (2, {})
    listed = client.get(f"{again.context['people_url']}&group=named")
    assert "including people who recently kept the seat with a reason" in listed.content.decode()
    assert {"bob", "charlie"} <= set(re.findall(r"bob|charlie", listed.content.decode()))
    given = {"name": "Q4", "owner": "alice", "due": "2026-12-20"}
    client.post(f"{NEW}?{again.context['rule']}", given)
    review = Review.objects.get()
    assert (review.judges_by, review.asks_again) == (Rule(idle_days=30), True)
    assert client.get(address(review, "rule/")).context["rule_form"].cleaned_data["asks_again"] is True
    assert opening.open_review(review, by=cast["alice"], on=ON).asks_again
    assert Item.objects.of(review).named().count() == 2


def test_the_narrowed_list_carries_over(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    query = "at_most=3&department=sales&use=unused&sort=days&page=1"
    page = client.get(f"/administration/access/wiki/?{query}").content.decode()
    assert f'form="selection" formaction="{NEW}from-list/wiki/"' in page
    response = client.post(f"{NEW}from-list/wiki/", {"query": query, "user": []}, follow=True)
    assert response.status_code == 200
    assert response.context["rule_form"].rule() == Rule(at_most=0, accessed=True, department="sales")
    assert response.context["trial"].counts.named == 2
    used = client.post(f"{NEW}from-list/wiki/", {"query": "use=used"}, follow=True)
    assert used.context["rule_form"].rule() == Rule(at_least=1)
    assert [each.member.user for each in used.context["trial"].verdicts if each.group == "named"] == [cast["alice"].pk]


def test_those_who_are_ticked_are_reviewed_and_nobody_else(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    ticked = {"query": "use=unused", "user": [cast["charlie"].pk, cast["alice"].pk]}
    response = client.post(f"{NEW}from-list/wiki/", ticked, follow=True)
    assert response.context["rule_form"].rule() == Rule(logins=("alice", "charlie"))
    assert "Only 2 selected people: Alice, Charlie" in " ".join(response.content.decode().split())
    given = {"name": "Q4", "owner": "alice", "due": "2026-12-20"}
    client.post(response.redirect_chain[-1][0], given)
    review = Review.objects.get()
    opening.open_review(review, by=cast["alice"], on=ON)
    assert [item.user.login for item in Item.objects.of(review).named().order_by("user__login")] == ["alice", "charlie"]
    everything = client.post(f"{NEW}from-list/wiki/", {**ticked, "everything": "on"}, follow=True)
    assert everything.context["rule_form"].rule() == Rule(at_most=0, accessed=True)


@pytest.mark.parametrize("ticked", ["abc", "0", "99999999"])
def test_ticks_of_which_nobody_is_left_never_select_the_whole_list(
    client: Any, wiki: Service, cast: dict[str, User], ticked: str
) -> None:
    client.force_login(cast["alice"])
    response = client.post(f"{NEW}from-list/wiki/", {"query": "use=unused", "user": [ticked]}, follow=True)
    assert "so no one was selected" in response.content.decode()
    assert response.redirect_chain[-1][0] == "/administration/access/wiki/?use=unused"


def test_a_list_that_no_rule_of_today_selects_is_refused(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    for query, said in (
        ("as_of=2026-10-01", "another day"),
        ("at_most=x", "aren’t valid"),
        ("nonsense=1", "aren’t valid"),
    ):
        response = client.post(f"{NEW}from-list/wiki/", {"query": query}, follow=True)
        assert said in response.content.decode(), query
        assert response.redirect_chain[-1][0].startswith("/administration/access/wiki/"), query


def test_a_wrong_rule_is_said_and_saves_nothing(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    wrong = ("idle_days=0", "idle_days=x", "at_most=91", "share=101", "window=31", "service=none", "what=1")
    for query in (*wrong, "as_of=2026-10-01", "as_of=banana"):
        given = {"name": "Q4", "owner": "alice", "due": "2026-12-20"}
        assert client.get(f"{NEW}?{query}").status_code == 400, query
        assert client.post(f"{NEW}?{query}", given).status_code == 400, query
    past = {"name": "Q4", "owner": "alice", "due": "2026-11-23"}
    assert client.post(NEW, past).status_code == 400
    assert client.post(NEW, {**past, "due": "2026-12-20", "owner": "charlie"}).status_code == 400
    assert not Review.objects.exists()


def test_a_draft_is_saved_changed_and_opened(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    given = {"name": "Q4", "owner": "alice", "due": "2026-12-20", "asks_members": "on"}
    client.post(f"{NEW}?service=wiki&idle_days=30", given)
    review = Review.objects.get()
    assert (review.judges_by, review.state, review.created_by) == (Rule(idle_days=30), "draft", cast["alice"])
    kept = client.get(address(review, "rule/"))
    assert kept.context["rule_form"].rule() == Rule(idle_days=30)
    for query in ("page=1", "sort=days"):  # no rule in the address: that of the draft
        assert client.get(address(review, f"rule/?{query}")).context["rule_form"].rule() == Rule(idle_days=30)
    assert client.get(address(review, "rule/?nonsense=1")).status_code == 400
    post_changed(client, address(review, "rule/?service=wiki&idle_days=90"), {**given, "name": "Q4 again"})
    review.refresh_from_db()
    assert (review.judges_by, review.name) == (Rule(idle_days=90), "Q4 again")
    client.post(address(review, "opening/"))
    review.refresh_from_db()
    assert review.state == "open"
    assert [item.user.login for item in Item.objects.of(review).named()] == ["charlie"]
    assert Enquiry.objects.get().person == cast["charlie"]
    assert client.get(address(review, "rule/")).status_code == 404


def test_there_is_nothing_to_review_without_a_service(client: Any, alice: User) -> None:
    client.force_login(alice)
    response = client.get(NEW)
    assert "There is no service yet" in response.content.decode()
    assert client.get("/administration/reviews/").status_code == 200


def test_a_service_without_records_or_holders(client: Any, cast: dict[str, User]) -> None:
    service_with()
    client.force_login(cast["alice"])
    page = client.get(f"{NEW}?idle_days=30").content.decode()
    assert "Nothing has been recorded for this service yet" in page
    review = opening.draft(
        name="Q4", service=Service.objects.get(), owner=cast["alice"], rule=Rule(), due=DUE, by=None, on=ON
    )
    response = client.post(address(review, "opening/"), follow=True)
    assert "No license holder" in response.content.decode()
    review.refresh_from_db()
    assert review.state == "draft"


def test_who_would_be_named_is_listed_one_by_one(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    exemption_rules.exempt(user=cast["charlie"], service=wiki, until=DUE, reason="secret", by=None, on=ON)
    client.force_login(cast["alice"])

    def names(query: str) -> list[str]:
        return [person.login for person in client.get(f"{NEW}people/?{query}").context["list"].page]

    assert names("service=wiki&idle_days=30") == ["alice", "bob", "charlie"]
    assert names("service=wiki&idle_days=30&group=named") == ["bob"]
    assert names("service=wiki&idle_days=30&group=left_out") == ["charlie"]
    assert names("service=wiki&idle_days=30&group=not_named") == ["alice"]
    file = b"".join(client.get(f"{NEW}people/?service=wiki&idle_days=30&format=csv")).decode("utf-8-sig")
    assert "charlie" in file
    assert "exempt until" in file
    assert "secret" not in file


@pytest.mark.parametrize("wrong", ["idle_days=abc", "group=x", "service=none", "nonsense=1", "format=pdf"])
def test_a_rule_that_cannot_be_tried_gets_what_is_wrong_and_no_list(
    client: Any, wiki: Service, cast: dict[str, User], wrong: str
) -> None:
    client.force_login(cast["alice"])
    response = client.get(f"{NEW}people/?service=wiki&{wrong}")
    [errors] = re.findall(r'role="alert">(.*?)</div></div>', response.content.decode(), re.DOTALL)
    assert (response.status_code, "list" in response.context) == (400, False)
    assert "<p>" in errors
    assert "format=csv" not in response.content.decode()


def test_the_list_of_a_rule_is_shown_in_full_again_by_the_same_rule(
    client: Any, wiki: Service, cast: dict[str, User]
) -> None:
    client.force_login(cast["alice"])
    page = client.get(f"{NEW}people/?service=wiki&text=a%26b&group=named").content.decode()
    assert f'href="{NEW}people/?service=wiki&amp;text=a%26b">Clear</a>' in page


def test_the_list_of_a_rule_with_unknown_days_is_to_be_had_in_shift_jis(client: Any, cast: dict[str, User]) -> None:
    service = service_with(cast["charlie"])
    record(service, {"charlie": {ago(1)}}, between(ago(20), ON))
    client.force_login(cast["alice"])
    asked = {"service": service.code, "format": "csv", "encoding": "cp932"}
    assert "at least 1" in b"".join(client.get(f"{NEW}people/", asked)).decode("cp932")


def test_opening_shows_who_is_written_to_and_what_and_people_can_be_left_out(
    client: Any, wiki: Service, cast: dict[str, User], draft: Review
) -> None:
    opening.change(draft, by=cast["alice"], on=ON, asks_members=True)
    User.objects.filter(login="charlie").update(email="charlie@example.com")
    client.force_login(cast["alice"])
    page = client.get(address(draft, "opening/"))
    text = page.content.decode()
    assert (page.context["named"], page.context["asked"], page.context["unreachable"]) == (2, 1, 1)
    assert [user.login for user, _letter in page.context["letters"]][:1] == ["charlie"]
    assert "Do you still need it?" in text
    assert "answer by 7 December 2026" in text
    assert "/answer/" not in text
    assert not Item.objects.exists()
    searched = client.get(address(draft, "opening/"), {"text": "char"})
    assert [item.user for item in searched.context["list"].page] == [cast["charlie"]]
    assert searched.context["named"] == 2
    leaving = address(draft, "opening/leaving-out/?text=char")
    left = client.post(leaving, {"login": "Charlie", "leave_out": "on"})
    assert left.headers["Location"] == address(draft, "opening/?text=char")
    draft.refresh_from_db()
    assert draft.judges_by.without == ("charlie",)
    assert client.get(address(draft, "opening/")).context["named"] == 1
    assert "left out of this review" in client.get(address(draft, "people/?group=left_out")).content.decode()
    client.post(address(draft, "opening/leaving-out/"), {"login": "charlie"})
    assert client.get(address(draft, "opening/")).context["named"] == 2
    client.post(address(draft, "opening/leaving-out/"), {"login": "charlie", "leave_out": "on"})
    client.post(address(draft, "opening/"))
    assert [item.user.login for item in Item.objects.named()] == ["bob"]
    assert Item.objects.get(user=cast["charlie"]).left_out[0]["why"] == "left_out"
    assert client.get(address(draft, "opening/")).status_code == 302


def test_who_approves_sees_the_outcome_and_each_decision_first(
    client: Any, wiki: Service, cast: dict[str, User]
) -> None:
    review = opened(wiki, cast["bob"], one_person_two_steps=True)
    for login, what in {"charlie": "remove", "alice": "keep", "bob": "keep"}.items():
        decide(review, cast[login], what, cast["alice" if login == "bob" else "bob"], reason="seen")
    approval.propose(review, by=cast["bob"])
    client.force_login(cast["alice"])
    page = client.get(address(review, "approving/"))
    assert [(value, number) for _label, value, number in page.context["outcome"]] == [
        ("keep", 2), ("remove", 1), ("suspend", 0), ("reassign", 0),
    ]  # fmt: skip
    assert address(review, "approving/") in client.get(address(review)).content.decode()
    assert len(page.context["list"].page) == 3
    shown = client.get(address(review, "approving/?decision=remove")).context["list"].page
    assert [item.user.login for item in shown] == ["charlie"]
    client.force_login(cast["charlie"])
    assert client.get(address(review, "approving/")).status_code in (403, 404)


def test_after_opening_the_list_says_what_became_of_each(
    client: Any, wiki: Service, cast: dict[str, User], draft: Review
) -> None:
    client.force_login(cast["alice"])
    before = client.get(address(draft, "people/?group=named"))
    assert [person.login for person in before.context["list"].page] == ["bob", "charlie"]
    opening.open_review(draft, by=cast["alice"], on=ON)
    decide(draft, cast["charlie"], "remove", cast["bob"])
    found = client.get(address(draft, "people/?group=named&decision=remove"))
    assert [item.user.login for item in found.context["list"].page] == ["charlie"]
    assert [item.user.login for item in client.get(address(draft, "people/?group=not_named")).context["list"].page] == [
        "alice"
    ]
    file = b"".join(client.get(address(draft, "people/?format=csv"))).decode("utf-8-sig")
    assert "remove" in file
    assert len(file.splitlines()) == 4
    assert client.get(address(draft, "people/?text=bo")).context["list"].page.paginator.count == 1


@pytest.mark.parametrize(
    ("who", "sees", "opens", "changes"),
    [
        ("alice", 200, 302, 200),
        ("audrey", 200, 403, 403),
        ("bob", 200, 302, 403),
        ("dora", 404, 404, 403),
        ("charlie", 403, 403, 403),
    ],
)
def test_who_sees_and_opens_a_draft_that_bob_owns(
    client: Any, cast: dict[str, User], draft: Review, who: str, sees: int, opens: int, changes: int
) -> None:
    people.add({"login": "dora", "role": "department_administrator"}, by=None, on=ago(90))
    Review.objects.update(one_person_two_steps=True)  # bob's own license is in it: see test_four_eyes.py
    client.force_login(User.objects.get(login=who))
    assert client.get(address(draft)).status_code == sees
    assert client.get(address(draft, "people/")).status_code == sees
    assert client.get(address(draft, "rule/")).status_code == changes
    assert client.get(NEW).status_code == changes
    assert client.get(f"{NEW}people/").status_code == changes
    assert client.post(address(draft, "opening/")).status_code == opens
    draft.refresh_from_db()
    assert draft.state == ("open" if opens == 302 else "draft")
    assert client.post(address(draft, "cancelling/"), {"reason": "x"}).status_code == opens
    draft.refresh_from_db()
    assert draft.state == ("cancelled" if opens == 302 else "draft")


def test_the_list_shows_an_owner_their_reviews_alone(client: Any, cast: dict[str, User], draft: Review) -> None:
    other = opened(draft.service, cast["alice"], name="Another")
    client.force_login(cast["bob"])
    page = client.get("/administration/reviews/").content.decode()
    assert "Q4" in page
    assert "Another" not in page
    assert client.get(address(other)).status_code == 404
    assert 'href="/administration/reviews/"' in client.get("/administration/access/").content.decode()
    Review.objects.filter(pk=draft.pk).update(owner=cast["alice"])
    assert 'href="/administration/reviews/"' not in client.get("/administration/access/").content.decode()


def test_an_owner_proposes_and_does_not_approve_it_themselves(
    client: Any, wiki: Service, cast: dict[str, User]
) -> None:
    dora = people.add({"login": "dora", "role": "department_administrator"}, by=None, on=ago(90))
    review = opened(wiki, dora, Rule(idle_days=90))
    decide(review, cast["charlie"], "remove", cast["bob"])
    client.force_login(dora)
    page = client.get(address(review))
    assert [action.name for action in page.context["what_next"]] == ["proposed"]
    client.post(address(review, "steps/proposed/"), {"text": "all looked at"})
    assert Step.objects.get().by == dora
    page = client.get(address(review))
    assert [action.name for action in page.context["what_next"]] == ["return"]
    assert "You took another step" in page.context["obstacle"]
    client.post(address(review, "steps/approved/"))
    assert Step.objects.count() == 1
    client.force_login(cast["alice"])
    client.post(address(review, "returning/"), {"text": "look again"})
    assert Step.objects.exclude(returned_at=None).count() == 1
    client.post(address(review, "steps/proposed/"))
    client.force_login(dora)
    client.post(address(review, "steps/approved/"))
    page = client.get(address(review))
    assert "Carried out by administrators." in page.content.decode()
    client.force_login(people.add({"login": "ken", "role": "administrator"}, by=None, on=ago(90)))
    [carrying, _back] = client.get(address(review)).context["what_next"]
    assert (carrying.is_page, carrying.url) == (True, address(review, "closing/"))
    assert client.post(address(review, "steps/carried_out/")).status_code == 404


def test_who_is_an_owner_no_more_carries_nothing(client: Any, cast: dict[str, User], draft: Review) -> None:
    User.objects.filter(pk=cast["bob"].pk).update(role="member")
    client.force_login(User.objects.get(login="bob"))
    for refused in (client.get(address(draft)), client.post(address(draft, "opening/"))):
        assert refused.status_code == 403
        assert "Q4" not in strip_tags(refused.content.decode())  # tokens hold any two characters
    draft.refresh_from_db()
    assert draft.state == Review.State.DRAFT


def test_cancelling_withdraws_the_questions(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    review = opened(wiki, cast["alice"], Rule(idle_days=90), asks_members=True)
    assert Enquiry.objects.open().count() == 1
    client.force_login(cast["alice"])
    client.post(address(review, "cancelling/"), {"reason": " "})
    review.refresh_from_db()
    assert review.state == "open"
    client.post(address(review, "cancelling/"), {"reason": "too early"})
    review.refresh_from_db()
    assert review.state == "cancelled"
    assert not Enquiry.objects.open().exists()
    assert client.get(address(review)).status_code == 200
    License.objects.get(user=cast["charlie"], removed_on=None)


def test_the_story_says_what_is_late_and_with_whom(
    client: Any, wiki: Service, cast: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    review = opened(wiki, cast["alice"], Rule(idle_days=90))
    client.force_login(cast["audrey"])
    page = client.get(address(review)).content.decode()
    assert "Bob: 1 to decide" in page
    assert "Sales" in page
    assert "overdue" not in page
    monkeypatch.setattr("seatwise.reviews.pages.reviews.today", lambda: DUE)
    assert "Overdue, waiting for" not in client.get(address(review)).content.decode()
    monkeypatch.setattr("seatwise.reviews.pages.reviews.today", lambda: DUE + datetime.timedelta(days=1))
    assert "Overdue, waiting for" in client.get(address(review)).content.decode()
    assert "0 of 1, overdue" in client.get("/administration/reviews/").content.decode()


def test_everything_is_there_in_japanese(client: Any, wiki: Service, cast: dict[str, User], draft: Review) -> None:
    people.change(cast["alice"], {"language": "ja"}, by=None, on=ON)
    client.force_login(cast["alice"])
    for place in (NEW, f"{NEW}people/", address(draft), address(draft, "people/"), "/administration/reviews/"):
        assert "棚卸し" in client.get(place).content.decode(), place


def queries(client: Any, place: str) -> int:
    with CaptureQueriesContext(connection) as found:
        response = client.get(place)
        b"".join(response)
    assert response.status_code == 200
    return len(found)


def test_the_number_of_queries_does_not_grow_with_the_holders(client: Any, cast: dict[str, User], sales: Any) -> None:
    service = service_with(*many(100, "sales"))
    record(service, {"user0001": {ago(3)}}, between(ago(150), ON))
    client.force_login(cast["alice"])
    review = opened(service, cast["alice"], Rule(idle_days=30), name="First")
    places = {
        f"{NEW}?idle_days=30": 12,
        f"{NEW}people/?idle_days=30": 12,
        f"{NEW}people/?idle_days=30&format=csv": 12,
        address(review): 0,
        address(review, "people/"): 0,
        address(review, "people/?format=csv"): 3,
        "/administration/reviews/": 0,
    }
    few = {place: queries(client, place) for place in places}
    grants.grant(service=service, users=many(900, "sales", 100), by=None, reason="", on=datetime.date(2026, 1, 5))
    again = opened(service, cast["alice"], Rule(idle_days=30, held_at_least=1), name="Second")
    for place, more in places.items():
        changed = place.replace(address(review), address(again))
        assert queries(client, changed) <= few[place] + more, place
