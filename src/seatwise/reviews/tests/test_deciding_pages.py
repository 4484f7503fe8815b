"""The pages of those who decide: what each sees, saving, filters, files, letters, both languages, many items."""

import csv
import datetime
import io
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from seatwise.directory.models import Department, Service, User
from seatwise.enquiries import answers
from seatwise.letters.composing import compose
from seatwise.letters.models import Letter
from seatwise.licenses import exemption_rules
from seatwise.licenses.models import ChecklistTick, Policy
from seatwise.reviews import deputies, notifications
from seatwise.reviews.models import Attestation, Delegation, Item, Review
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.deciding_world import (
    DUE,
    ON,
    bounced,
    decide,
    head_of,
    item_of,
    many,
    member,
    opened,
    reached,
    recorded,
    service_with,
)
from seatwise.seat_requests import request_steps

PRIVATE = "a private reason"


@pytest.fixture
def wiki(cast: dict[str, User]) -> Service:
    other = Department.objects.add(code="other", name="Other", by=None)
    head_of(other, "olga")
    return service_with(cast["charlie"], cast["bob"], member("ann", "sales"), member("zoe", "other"))


@pytest.fixture
def review(wiki: Service, alice: User) -> Review:
    return opened(wiki, alice, asks_members=True)


def url(name: str, review: Review, *more: Any) -> str:
    return reverse(f"reviews:{name}", args=[review.pk, *more])


def text_of(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return str(content.decode())


def key_of(text: str, item: Item) -> str:
    found = re.search(rf'value="({item.pk}:[0-9a-f]+)"', text)
    assert found
    return found[1]


def save(client: Any, review: Review, item: Item, query: str = "", **data: str) -> Any:
    page = text_of(client.get(url("deciding", review)))
    return client.post(url("deciding", review) + query, {"item": key_of(page, item), **data})


def test_each_sees_the_items_of_their_departments_alone(client: Any, review: Review, cast: dict[str, User]) -> None:
    client.force_login(cast["bob"])
    text = text_of(client.get(url("deciding", review)))
    assert "Ann" in text
    assert "Zoe" not in text
    assert "Alice decides about you" in text
    assert 'class="who"><strong>Bob' not in text
    client.force_login(User.objects.get(login="olga"))
    text = text_of(client.get(url("deciding", review)))
    assert "Zoe" in text
    assert "Ann" not in text


def test_whoever_decides_goes_through_the_checklist_of_an_item(
    client: Any, review: Review, wiki: Service, cast: dict[str, User]
) -> None:
    ann = item_of(review, User.objects.get(login="ann"))
    page = url("checklist", review, ann.pk)
    client.force_login(cast["bob"])
    assert page not in text_of(client.get(url("deciding", review)))  # there is none yet
    Policy.of(wiki).change(by=None, checklist="owns apps?")
    assert page in text_of(client.get(url("deciding", review)))
    client.post(page, {"point": "owns apps?", "successor": "zoe"})
    [tick] = ChecklistTick.objects.all()
    assert (tick.license_id, tick.by, tick.successor) == (ann.license_id, cast["bob"], User.objects.get(login="zoe"))
    assert "Zoe" in text_of(client.get(page))
    for login in ("olga", "charlie"):
        client.force_login(User.objects.get(login=login))
        assert client.post(page, {"untick": "owns apps?"}).status_code == 404
    assert ChecklistTick.objects.exists()


@pytest.mark.parametrize("page", ["deciding", "recommendations", "not_named"])
def test_whoever_decides_nothing_finds_nothing(client: Any, review: Review, cast: dict[str, User], page: str) -> None:
    for login in ("charlie", "gail"):
        client.force_login(cast[login])
        assert client.get(url(page, review)).status_code in {302, 404}
    client.force_login(cast["audrey"])
    assert "Ann" not in text_of(client.get(url(page, review)))
    assert client.post(url(page, review), {"decision": "keep"}).status_code == 403
    draft = Review.objects.get(pk=review.pk)
    Review.objects.filter(pk=review.pk).update(state="draft")
    client.force_login(cast["bob"])
    assert client.get(url(page, draft)).status_code == 404


def test_an_item_of_another_department_is_neither_decided_nor_answered_nor_named(
    client: Any, review: Review, cast: dict[str, User]
) -> None:
    client.force_login(cast["bob"])
    zoe, own = Item.objects.get(user__login="zoe"), item_of(review, cast["bob"])
    for item in (zoe, own):
        for bulk in ({}, {"in_bulk": "on"}):
            data = {"item": f"{item.pk}:x", "decision": "keep", "reason": "x", **bulk}
            assert client.post(url("deciding", review), data).status_code == 400
        client.post(url("recommendations", review), {"item": f"{item.pk}:x", "decision": "keep", "reason": "x"})
        assert client.get(url("answering", review, item.pk)).status_code == 404
        assert client.post(url("naming", review, item.pk), {"reason": "x"}).status_code == 404
    assert not Item.objects.decided().exists()


def test_one_decision_is_saved_and_a_refused_one_keeps_what_was_typed(
    client: Any, review: Review, cast: dict[str, User]
) -> None:
    client.force_login(cast["bob"])
    item = item_of(review, cast["charlie"])
    refused = save(client, review, item, decision="suspend", until="2026-11-01", reason="on a trip")
    assert refused.status_code == 400
    assert 'value="on a trip"' in text_of(refused)
    assert "in the future" in text_of(refused)
    saved = save(client, review, item, "?show=to_do", decision="suspend", until="2027-04-01", reason="on a trip")
    assert saved.status_code == 302
    assert saved.url.startswith(url("deciding", review) + "?show=to_do#")
    item.refresh_from_db()
    assert (item.decision, item.suspend_until, item.in_bulk) == ("suspend", datetime.date(2027, 4, 1), False)
    assert "suspend until 1 April 2027" in text_of(client.get(url("deciding", review)))


def test_a_choice_is_saved_as_it_is_made_and_the_page_stays(client: Any, review: Review, cast: dict[str, User]) -> None:
    client.force_login(cast["bob"])
    item = item_of(review, cast["charlie"])
    key = key_of(text_of(client.get(url("deciding", review))), item)
    asked = {"headers": {"HX-Request": "true"}}
    refused = client.post(url("deciding", review), {"item": key, "decision": "remove"}, **asked)
    assert (refused.status_code, item_of(review, cast["charlie"]).decision) == (400, "")
    assert "Not saved: A reason is required for Charlie" in text_of(refused)
    assert f'value="{key}"' in text_of(refused)
    saved = client.post(url("deciding", review), {"item": key, "decision": "remove", "reason": "left"}, **asked)
    text = text_of(saved)
    assert "Saved" in text
    assert '<span id="counts" hx-swap-oob="true">2 of 4 are yours · 1 decided · 1 to do</span>' in text
    assert item_of(review, cast["charlie"]).decision == "remove"
    again = {"item": key_of(text, item), "decision": "keep"}
    assert client.post(url("deciding", review), again, **asked).status_code == 200
    assert item_of(review, cast["charlie"]).decision == "keep"
    stale = client.post(url("deciding", review), {"item": key, "decision": "keep"}, **asked)
    assert (stale.status_code, "has arrived" in text_of(stale)) == (400, True)


def test_who_is_meant_is_chosen_in_place_where_a_choice_is_saved_as_it_is_made(
    client: Any, review: Review, cast: dict[str, User]
) -> None:
    client.force_login(cast["bob"])
    for login in ("sato", "sato2"):
        member(login, "sales", name="Sato Hanako")
    item = item_of(review, cast["charlie"])
    key = key_of(text_of(client.get(url("deciding", review))), item)
    asked = {"item": key, "decision": "reassign", "login": "Sato Hanako", "reason": "changes team"}
    refused = text_of(client.post(url("deciding", review), asked, headers={"HX-Request": "true"}))
    assert "Choose who “Sato Hanako” is." in refused
    assert re.findall('name="login-who" value="([^"]+)"', refused) == ["sato", "sato2"]
    chosen = {**asked, "login-of": "Sato Hanako", "login-who": "sato2"}
    saved = text_of(client.post(url("deciding", review), chosen, headers={"HX-Request": "true"}))
    assert "login-who" not in saved
    assert Item.objects.get(pk=item.pk).reassign_to == User.objects.get(login="sato2")


def test_the_recommended_end_of_a_suspension_is_filled_in(client: Any, review: Review, cast: dict[str, User]) -> None:
    ann = User.objects.get(login="ann")
    answers.reply(item_of(review, ann).enquiry, "not_now", by=ann, via="page", on=ON, until=datetime.date(2027, 4, 1))  # type: ignore[arg-type]
    client.force_login(cast["bob"])
    assert text_of(client.get(url("deciding", review))).count('name="until" value="2027-04-01"') == 1


def test_what_another_decided_meanwhile_is_not_overwritten(client: Any, review: Review, cast: dict[str, User]) -> None:
    client.force_login(cast["bob"])
    item = item_of(review, cast["charlie"])
    key = key_of(text_of(client.get(url("deciding", review))), item)
    decide(review, cast["charlie"], "keep", cast["bob"])
    response = client.post(url("deciding", review), {"item": key, "decision": "remove", "reason": "x"})
    assert response.status_code == 400
    assert "has arrived" in text_of(response)


def test_many_are_decided_at_once_and_marked_so(client: Any, review: Review, cast: dict[str, User]) -> None:
    client.force_login(cast["bob"])
    page = text_of(client.get(url("deciding", review)))
    keys = [key_of(page, item) for item in Item.objects.filter(user__login__in=["ann", "charlie"])]
    data = {"item": keys, "decision": "keep", "in_bulk": "on", "reason": "all needed"}
    assert client.post(url("deciding", review), {**data, "item": []}).status_code == 400
    assert client.post(url("deciding", review), data).status_code == 302
    assert Item.objects.decided("keep").filter(in_bulk=True).count() == 2


def test_all_that_fit_are_listed_before_they_are_decided(client: Any, review: Review, cast: dict[str, User]) -> None:
    client.force_login(cast["bob"])
    data = {"decision": "keep", "in_bulk": "on", "everything": "on", "reason": "needed"}
    page = client.post(url("deciding", review) + "?text=ann", data)
    assert page.status_code == 200
    assert not Item.objects.decided().exists()
    text = text_of(page)
    assert "Ann" in text
    assert "Charlie" not in text
    keys = re.search(r'name="item" value="([^"]+)"', text)
    assert keys
    client.post(url("recommendations", review), {"item": keys[1], "decision": "keep", "reason": "needed"})
    assert list(Item.objects.decided("keep").values_list("user__login", "in_bulk")) == [("ann", True)]


def test_all_recommendations_are_followed_after_they_were_listed(
    client: Any, review: Review, cast: dict[str, User]
) -> None:
    ann = User.objects.get(login="ann")
    answers.reply(item_of(review, ann).enquiry, "not_now", by=ann, via="page", on=ON, until=datetime.date(2027, 4, 1))  # type: ignore[arg-type]
    client.force_login(cast["bob"])
    text = text_of(client.get(url("recommendations", review)))
    assert "suspend until 1 April 2027" in text
    assert "1 is left out" in text
    keys = re.search(r'name="item" value="([^"]+)"', text)
    assert keys
    client.post(url("recommendations", review), {"item": keys[1]})
    item = item_of(review, ann)
    assert (item.decision, item.in_bulk, item.suspend_until) == ("suspend", True, datetime.date(2027, 4, 1))
    assert "no recommendations left" in text_of(client.get(url("recommendations", review)))


def test_filters_and_the_file_show_the_same(client: Any, review: Review, cast: dict[str, User]) -> None:
    bounced(item_of(review, cast["charlie"]).enquiry)  # type: ignore[arg-type]
    reached(item_of(review, User.objects.get(login="ann")).enquiry)  # type: ignore[arg-type]
    client.force_login(cast["bob"])
    decide(review, User.objects.get(login="ann"), "keep", cast["bob"])
    expected = {
        "": {"ann", "charlie"}, "show=to_do": {"charlie"}, "show=decided": {"ann"}, "show=unreached": {"charlie"},
        "show=answered": set(), "show=silent": set(), "show=afterwards": set(), "text=ann": {"ann"},
        "department=sales": {"ann", "charlie"},
    }  # fmt: skip
    for query, logins in expected.items():
        response = client.get(f"{url('deciding', review)}?{query}&format=csv")
        rows = list(csv.DictReader(io.StringIO(text_of(response).lstrip("\ufeff"))))
        assert {row["Login"] for row in rows} == logins, query
        page = text_of(client.get(f"{url('deciding', review)}?{query}"))
        assert {login for login in ("ann", "charlie") if f"<strong>{login.capitalize()}</strong>" in page} == logins
    for wrong in ("show=nothing", "unknown=1", "department=other"):
        assert client.get(f"{url('deciding', review)}?{wrong}").status_code == 400


def test_a_seat_goes_to_who_waits_first(client: Any, review: Review, cast: dict[str, User]) -> None:
    new = member("new", "sales")
    request_steps.ask(service=review.service, person=new, reason=PRIVATE, on=ON)
    request_steps.ask(service=review.service, person=member("far", "other"), reason="x", on=ON)
    client.force_login(cast["bob"])
    text = text_of(client.get(url("deciding", review)))
    assert "New (waiting since" in text
    assert "Far (waiting since" not in text
    assert PRIVATE not in text
    item = item_of(review, cast["charlie"])
    assert save(client, review, item, decision="reassign", login="far", reason="x").status_code == 400
    assert save(client, review, item, decision="reassign", to="bob", reason="x").status_code == 400
    assert save(client, review, item, decision="reassign", to="new", reason="x").status_code == 302
    item.refresh_from_db()
    assert item.reassign_to == new


def test_answering_for_somebody_who_was_not_reached(client: Any, review: Review, cast: dict[str, User]) -> None:
    item = item_of(review, cast["charlie"])
    assert item.enquiry is not None
    bounced(item.enquiry)
    client.force_login(cast["bob"])
    assert "Answer on their behalf" in text_of(client.get(url("deciding", review)))
    address = url("answering", review, item.pk)
    assert client.get(address).status_code == 200
    assert client.post(address, {"answer": "keep", "reason": ""}).status_code == 400
    assert client.post(address, {"answer": "keep", "reason": "year-end closing"}).status_code == 302
    item.enquiry.refresh_from_db()
    assert (item.enquiry.via, item.enquiry.answered_by) == ("on_behalf", cast["bob"])
    assert "Bob, on their behalf: keep (“year-end closing”)" in text_of(client.get(url("deciding", review)))
    assert client.get(address).status_code == 302


def test_the_not_named_are_shown_named_and_confirmed(client: Any, cast: dict[str, User]) -> None:
    ann = member("ann", "sales")
    service = service_with(cast["charlie"], cast["bob"], ann)
    recorded(service)
    exemption_rules.exempt(user=ann, service=service, until=DUE, reason=PRIVATE, by=None, on=ON)
    review = opened(service, cast["alice"], Rule(held_at_least=30))
    client.force_login(cast["bob"])
    text = text_of(client.get(url("not_named", review)))
    assert "exempt until 20 December 2026" in text
    assert PRIVATE not in text + text_of(client.get(url("not_named", review) + "?format=csv"))
    part = re.search(r'name="part" value="([^"]+)"', text)
    assert part
    client.post(url("not_named", review), {"part": part[1], "remark": "all needed"})
    assert Attestation.objects.get().remark == "all needed"
    assert "confirmed by Bob (bob)" in text_of(client.get(url("not_named", review)))
    client.post(url("naming", review, item_of(review, ann).pk), {"reason": ""})
    assert not Item.objects.added().exists()
    client.post(url("naming", review, item_of(review, ann).pk), {"reason": "left the project"})
    assert "Added by Bob: “left the project”" in text_of(client.get(url("deciding", review)))


def test_my_reviews_and_the_bar_say_what_waits(client: Any, review: Review, cast: dict[str, User]) -> None:
    mine = reverse("reviews:mine")
    client.force_login(cast["charlie"])
    assert "No open reviews are waiting for you" in text_of(client.get(mine))
    assert f'href="{mine}"' not in text_of(client.get("/"))
    client.force_login(cast["bob"])
    assert f'href="{mine}"' in text_of(client.get("/"))
    assert "?show=to_do" in text_of(client.get(mine))
    for login in ("ann", "charlie"):
        decide(review, User.objects.get(login=login), "keep", cast["bob"])
    assert "?show=to_do" not in text_of(client.get(mine))
    client.force_login(cast["charlie"])
    deputies.delegate(cast["bob"], cast["charlie"], days=(ON, ON), by=cast["bob"], reason="", on=ON)
    assert "You act for Bob" in text_of(client.get(mine))


def test_standing_in_is_arranged_and_ended_on_its_page(client: Any, review: Review, cast: dict[str, User]) -> None:
    page = reverse("reviews:delegations")
    data = {"of": "bob", "to": "charlie", "begins": str(ON), "until": str(DUE), "reason": "leave"}
    client.force_login(cast["charlie"])
    assert client.get(page).status_code == 200
    assert client.post(page, data).status_code == 403
    client.force_login(cast["bob"])
    assert client.post(page, {**data, "of": "alice"}).status_code == 400
    for wrong in ({"to": "nobody"}, {"to": "bob"}, {"until": "2020-01-01"}):
        assert client.post(page, {**data, **wrong}).status_code == 400
    assert client.post(page, data).status_code == 302
    made = Delegation.objects.get()
    end = reverse("reviews:end_delegation", args=[made.pk])
    client.force_login(User.objects.get(login="olga"))
    assert client.post(end).status_code == 404
    client.force_login(cast["charlie"])
    assert client.post(end).status_code == 403
    assert "Ann" in text_of(client.get(url("deciding", review)))
    client.force_login(cast["bob"])
    assert client.post(end).status_code == 302
    client.force_login(cast["charlie"])
    assert client.get(url("deciding", review)).status_code == 404


def test_the_owner_is_changed_by_administrators_and_by_the_owner(
    client: Any, review: Review, cast: dict[str, User]
) -> None:
    data = {"owner": "bob", "reason": "a new job"}
    client.force_login(cast["bob"])
    assert client.post(url("owner", review), data).status_code == 404
    client.force_login(cast["alice"])
    assert 'data-people="/people/"' in text_of(client.get(url("owner", review)))
    assert client.post(url("owner", review), {**data, "owner": "charlie"}).status_code == 400
    assert client.post(url("owner", review), data).status_code == 302
    review.refresh_from_db()
    assert review.owner == cast["bob"]


def test_proposing_from_the_list(client: Any, review: Review, cast: dict[str, User]) -> None:
    client.force_login(cast["bob"])
    client.post(url("request", review))
    assert not review.steps.exists()
    for login, by in (("ann", "bob"), ("charlie", "bob"), ("zoe", "olga"), ("bob", "alice")):
        decide(review, User.objects.get(login=login), "remove", User.objects.get(login=by), "unused")
    charlie = cast["charlie"]
    answers.reply(item_of(review, charlie).enquiry, "keep", by=charlie, via="page", on=ON, reason="needed")  # type: ignore[arg-type]
    assert "Check these again" in text_of(client.get(url("deciding", review)))
    client.post(url("request", review))
    assert not review.steps.exists()
    client.post(url("request", review), {"looked_again": "on"})
    assert review.steps.get().by == cast["bob"]
    assert 'name="decision"' not in text_of(client.get(url("deciding", review)))


def test_those_who_have_not_decided_are_reminded_and_the_owner_is_told_what_is_late(
    review: Review, cast: dict[str, User]
) -> None:
    User.objects.filter(login__in=["bob", "alice"]).update(email="x@example.com")
    letters = Letter.objects.of_kind("review.to_decide")
    before = letters.count()
    day = datetime.timedelta(days=1)
    assert notifications.remind_deciders(DUE - 8 * day) is None
    assert notifications.remind_deciders(DUE - 6 * day)  # also after a day without
    assert notifications.remind_deciders(DUE - 5 * day) is None
    assert letters.count() == before + 3
    for login, by in (("ann", "bob"), ("charlie", "bob"), ("bob", "alice")):
        decide(review, User.objects.get(login=login), "keep", User.objects.get(login=by))
    notifications.remind_deciders(DUE - day)
    assert letters.count() == before + 4
    assert notifications.tell_owners(DUE) is None
    assert notifications.tell_owners(DUE + day)
    assert notifications.tell_owners(DUE + 2 * day) is None
    late = Letter.objects.of_kind("review.late").get()
    assert late.to == cast["alice"]
    assert "- Olga: 1" in compose(late).text  # type: ignore[union-attr]
    assert notifications.tell_owners(DUE + 8 * day)


def test_a_review_that_is_due_at_once_reminds_nobody_twice(wiki: Service, cast: dict[str, User]) -> None:
    opened(wiki, cast["alice"], due=ON + datetime.timedelta(days=1))
    assert notifications.remind_deciders(ON) is None


def test_everything_is_said_in_japanese(client: Any, review: Review, cast: dict[str, User]) -> None:
    bounced(item_of(review, cast["charlie"]).enquiry)  # type: ignore[arg-type]
    User.objects.filter(pk=cast["bob"].pk).update(language="ja")
    client.force_login(cast["bob"])
    for page in ("deciding", "recommendations", "not_named"):
        text = text_of(client.get(url(page, review), headers={"accept-language": "ja"}))
        assert "棚卸し" in text
    text = text_of(client.get(url("deciding", review), headers={"accept-language": "ja"}))
    for words in ("連絡できませんでした", "代わりに回答", "継続", "解除", "使用停止", "付け替え"):
        assert words in text, words


def test_a_thousand_items_take_no_more_queries_than_ten(
    client: Any, cast: dict[str, User], sales: Department, django_assert_max_num_queries: Any
) -> None:
    counted: dict[str, list[int]] = {}
    for number, count in enumerate((60, 1000)):
        service = service_with(*many(count, "sales", start=number * 2000), code=f"wiki{number}")
        review = opened(service, cast["alice"], asks_members=number == 0)
        client.force_login(cast["bob"])
        for name in ("deciding", "recommendations", "not_named"):
            client.get(url(name, review))
            with django_assert_max_num_queries(43) as captured:
                text_of(client.get(url(name, review)))
            counted.setdefault(name, []).append(len(captured))
        with django_assert_max_num_queries(43) as captured:
            text_of(client.get(url("deciding", review) + "?format=csv"))
        with django_assert_max_num_queries(16) as captured:
            text_of(client.get(reverse("reviews:mine")))
        Review.objects.filter(pk=review.pk).update(state="cancelled")
    assert all(large <= small for small, large in counted.values()), counted


@pytest.mark.django_db
def test_there_is_nothing_that_migrations_lack() -> None:
    call_command("makemigrations", "reviews", check=True, dry_run=True, verbosity=0)
