"""The first page, and the page of one enquiry: for whoever is asked, and for everybody else."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.enquiries import endings
from seatwise.enquiries.card import card
from seatwise.enquiries.models import Enquiry
from seatwise.enquiries.tests.conftest import ADDED, TODAY, ask
from seatwise.letters.sending import send_due
from seatwise.licenses import grants

KEEP = {"answer": "keep", "reason": "for the audit"}


def page(enquiry: Enquiry, what: str = "") -> str:
    return f"/enquiries/{enquiry.pk}/{what}"


def test_a_question_stands_on_the_first_page_and_is_answered_there(
    client: Client, enquiry: Enquiry, charlie: User
) -> None:
    client.force_login(charlie)
    assert "A question for you: Wiki" in client.get("/").text
    response = client.post(page(enquiry, "answer/"), KEEP, follow=True)
    assert "Your answer was recorded" in response.text
    assert "A question for you" not in client.get("/").text
    enquiry.refresh_from_db()
    assert (enquiry.answer, enquiry.via) == ("keep", "page")


def test_seeing_it_signed_in_is_noted_once_and_fetching_it_in_advance_is_not(
    client: Client, enquiry: Enquiry, charlie: User, alice: User
) -> None:
    client.force_login(alice)
    client.get(page(enquiry))
    client.force_login(charlie)
    client.head("/")
    client.get("/", headers={"Sec-Purpose": "prefetch;prerender"})
    enquiry.refresh_from_db()
    assert enquiry.seen_on is None
    client.get("/")
    enquiry.refresh_from_db()
    assert {enquiry.seen_on, enquiry.reached_on} == {TODAY}


@pytest.mark.parametrize(
    ("who", "status"), [("charlie", 200), ("alice", 200), ("audrey", 200), ("bob", 404), ("dora", 404)]
)
def test_who_sees_an_enquiry(client: Client, cast: dict[str, Any], enquiry: Enquiry, who: str, status: int) -> None:
    cast["dora"] = people.add({"login": "dora"}, by=None, on=ADDED)
    client.force_login(cast[who])
    answer = client.get(page(enquiry))
    assert answer.status_code == status
    assert ("Wiki" in answer.text) == (status == 200)
    assert ('name="answer"' in answer.text) == (who == "charlie")


@pytest.mark.parametrize("who", ["alice", "audrey", "bob", "dora"])
def test_nobody_else_answers(client: Client, cast: dict[str, Any], enquiry: Enquiry, who: str) -> None:
    send_due()
    cast["dora"] = people.add({"login": "dora"}, by=None, on=ADDED)
    client.force_login(cast[who])
    for what in ("answer/", "taking-back/"):
        assert client.post(page(enquiry, what), KEEP).status_code in {403, 404}
    assert client.post(page(enquiry, "reminder/")).status_code == (302 if who == "alice" else 403)
    assert Enquiry.objects.open().exists()


def test_signed_out_one_is_asked_to_sign_in(client: Client, enquiry: Enquiry) -> None:
    for what in ("", "answer/", "taking-back/", "reminder/"):
        assert client.get(page(enquiry, what)).url.startswith("/account/login/")  # type: ignore[attr-defined]
        assert client.post(page(enquiry, what)).url.startswith("/account/login/")  # type: ignore[attr-defined]


def test_a_department_administrator_sees_and_answers_what_reaches_nobody_in_their_department(
    client: Client, enquiry: Enquiry, bob: User
) -> None:
    enquiry.license.service.change(by=None, department_admins_see_usage=True)
    client.force_login(bob)
    assert "Send the answer" not in client.get(page(enquiry)).text
    Enquiry.objects.update(undeliverable=True)
    text = client.get(page(enquiry)).text
    assert "The question was not delivered: no reply does not count." in text
    assert "marked as given by you on behalf of Charlie" in text
    client.post(page(enquiry, "answer/"), {"answer": "give_back", "reason": "left the team"})
    enquiry.refresh_from_db()
    assert (enquiry.answer, enquiry.answered_by, enquiry.via) == ("give_back", bob, "on_behalf")


def test_an_administrator_does_not_answer_for_themselves_in_their_place(
    client: Client, wiki: Service, alice: User
) -> None:
    held = grants.grant_one(service=wiki, user=alice, by=None, reason="", on=ADDED)
    enquiry = ask(held)
    assert enquiry.reaches_nobody
    client.force_login(alice)
    client.post(page(enquiry, "answer/"), KEEP)
    enquiry.refresh_from_db()
    assert enquiry.via == "page"


def test_what_was_given_back_is_taken_back_from_the_first_page(client: Client, enquiry: Enquiry, charlie: User) -> None:
    client.force_login(charlie)
    client.post(page(enquiry, "answer/"), {"answer": "give_back"})
    assert page(enquiry) in client.get("/").text
    assert "Keep it after all" in client.get(page(enquiry)).text
    response = client.post(page(enquiry, "taking-back/"), {"reason": "a mistake"}, follow=True)
    assert "You keep the license." in response.text
    enquiry.refresh_from_db()
    assert enquiry.answer == "keep"


def test_a_second_answer_is_told_so(client: Client, enquiry: Enquiry, charlie: User) -> None:
    client.force_login(charlie)
    client.post(page(enquiry, "answer/"), {"answer": "give_back"})
    response = client.post(page(enquiry, "answer/"), KEEP, follow=True)
    assert "was answered on 24 November 2026: give back" in response.text


def test_what_is_wrong_with_an_answer_stands_beside_it(client: Client, enquiry: Enquiry, charlie: User) -> None:
    client.force_login(charlie)
    for given, words in (
        ({}, "Choose one of the answers."),
        ({"answer": "keep"}, "Say briefly what you need it for."),
        ({"answer": "not_now"}, "needs a date after today"),
        ({"answer": "not_now", "until": "2026-11-24"}, "needs a date after today"),
        ({"answer": "not_now", "until": "soon"}, "Enter a valid date."),
    ):
        response = client.post(page(enquiry, "answer/"), given)
        assert response.status_code == 400
        assert words in response.text


def test_not_now_until_a_day(client: Client, enquiry: Enquiry, charlie: User) -> None:
    client.force_login(charlie)
    client.post(page(enquiry, "answer/"), {"answer": "not_now", "until": "2027-04-01"})
    enquiry.refresh_from_db()
    assert (enquiry.answer, str(enquiry.not_now_until)) == ("not_now", "2027-04-01")


def test_nothing_that_somebody_wrote_becomes_markup(client: Client, wiki: Service, alice: User, charlie: User) -> None:
    bad = "<script>alert(1)</script>"
    wiki.change(by=None, name=bad)
    people.change(charlie, {"name": bad, "email": "charlie@example.com"}, by=None, on=TODAY)
    enquiry = ask(grants.grant_one(service=wiki, user=charlie, by=None, reason="", on=ADDED))
    client.force_login(charlie)
    texts = [client.get("/").text, client.get(page(enquiry)).text]
    client.post(page(enquiry, "answer/"), {"answer": "keep", "reason": bad})
    client.force_login(alice)
    texts.append(client.get(page(enquiry)).text)
    for text in texts:
        assert bad not in text
        assert "&lt;script&gt;" in text


def test_an_administrator_sends_it_once_more(client: Client, enquiry: Enquiry, alice: User) -> None:
    client.force_login(alice)
    response = client.post(page(enquiry, "reminder/"), follow=True)
    assert "The question will be sent again." in response.text
    endings.withdraw(Enquiry.objects.filter(pk=enquiry.pk), on=TODAY)
    response = client.post(page(enquiry, "reminder/"), follow=True)
    assert "The reason for this question has ended" in response.text


def test_questions_about_removed_licenses_are_not_shown(client: Client, enquiry: Enquiry, charlie: User) -> None:
    grants.revoke([enquiry.license], by=None, reason="", on=TODAY)
    client.force_login(charlie)
    assert "A question for you" not in client.get("/").text


def test_the_card_takes_as_many_queries_for_many_questions_as_for_one(
    rf: RequestFactory, charlie: User, django_assert_num_queries: Any
) -> None:
    request = rf.get("/")
    request.user = charlie
    for number in range(4):
        service = Service.objects.add(code=f"s{number}", name=f"S{number}", by=None)
        ask(grants.grant_one(service=service, user=charlie, by=None, reason="", on=ADDED))
        with django_assert_num_queries(3):
            found = card(request)
        assert found
        assert len(found[1]["questions"]) == number + 1


def test_taking_back_without_a_reason_what_was_never_given_back_says_that_there_is_nothing(
    client: Client, enquiry: Enquiry, charlie: User
) -> None:
    client.force_login(charlie)
    response = client.post(page(enquiry, "taking-back/"), {}, follow=True)
    assert "There is nothing to withdraw" in response.text
    assert 'name="answer"' in response.text  # the question still waits, and is asked
    enquiry.refresh_from_db()
    assert enquiry.is_open
