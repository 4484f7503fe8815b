"""Answering by link: what tokens are good for, and that they are seen nowhere."""

import logging
import re
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.test import Client
from django.views.debug import SafeExceptionReporterFilter

from seatwise.directory import people
from seatwise.directory.models import User
from seatwise.enquiries import answers, endings, questions
from seatwise.enquiries.links import TAKE_BACK, address_for, token_for
from seatwise.enquiries.models import Enquiry
from seatwise.enquiries.tests.conftest import DUE, TODAY, ask, days
from seatwise.letters.composing import compose
from seatwise.letters.models import Letter
from seatwise.letters.sending import send_due
from seatwise.licenses.models import License

QUESTION, REPLY, BACK = "/answer/question/", "/answer/reply/", "/answer/taking-back/"
KEEP = {"answer": "keep", "reason": "for the audit"}


@pytest.fixture
def strict() -> Client:
    """A browser that is signed out, at a site that insists on CSRF."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let it be another day."""
    return lambda day: monkeypatch.setenv("SEATWISE_TODAY", day.isoformat())


def rows() -> dict[str, Any]:
    """Every row of every table but those of sessions."""
    models = [model for model in apps.get_models() if model._meta.app_label != "sessions"]
    return {model._meta.label: sorted(map(str, model._base_manager.values_list())) for model in models}


def the_link() -> str:
    """The link of the last mail."""
    found = re.search(r"http\S+/answer/#\S+", str(mail.outbox[-1].body))
    assert found
    return found[0]


def test_the_link_of_the_mail_answers_without_signing_in(enquiry: Enquiry, strict: Client) -> None:
    send_due()
    link = the_link()
    assert "<a href" not in str(mail.outbox[-1].body)
    assert strict.get("/answer/").status_code == 200
    page = strict.post(QUESTION, {"link": link})
    assert "Do you still need it?" in page.text
    done = strict.post(REPLY, {"link": link, **KEEP})
    assert "Your answer was recorded" in done.text
    enquiry.refresh_from_db()
    assert (enquiry.answer, enquiry.via, enquiry.answered_by) == ("keep", "link", enquiry.person)


def test_opening_it_changes_nothing_however_often(enquiry: Enquiry, client: Client) -> None:
    send_due()
    before = rows()
    for _ in range(3):
        client.get("/answer/")
        client.head("/answer/")
        client.get(QUESTION)
        client.head(QUESTION)
        client.get(REPLY, {"link": token_for(enquiry), **KEEP})
        client.head(REPLY, {"link": token_for(enquiry), **KEEP})
        client.post(QUESTION, {"link": token_for(enquiry)})
        client.get(BACK)
    assert rows() == before


def test_an_incomplete_answer_says_so_and_keeps_the_link(enquiry: Enquiry, client: Client) -> None:
    page = client.post(REPLY, {"link": token_for(enquiry), "answer": "keep"})
    assert "Say briefly what you need it for." in page.text
    assert token_for(enquiry) in page.text
    assert Enquiry.objects.open().exists()


def altered(token: str) -> list[str]:
    """Tokens that are nearly right."""
    signature, use, pk, day, nonce = token.split(".")
    return [
        "",
        "x",
        "#" * 500,
        "\0",
        f"{signature[:-1]}.{use}.{pk}.{day}.{nonce}",
        f"{signature}.b.{pk}.{day}.{nonce}",
        f"{signature}.{use}.{int(pk) + 1}.{day}.{nonce}",
        f"{signature}.{use}.{pk}.{int(day) + 9}.{nonce}",
        f"{signature}.{use}.{pk}.{day}.{'0' * 32}",
        token[:-1],
        token + "0",
        f".{use}.{pk}.{day}.{nonce}",
    ]


def test_an_altered_token_opens_nothing(enquiry: Enquiry, client: Client) -> None:
    for token in altered(token_for(enquiry)):
        for path in (QUESTION, REPLY, BACK):
            response = client.post(path, {"link": token, **KEEP})
            assert response.status_code == 400, token
            assert "\0" in token or "incomplete or not valid" in response.text
    assert Enquiry.objects.open().exists()


def test_a_token_of_another_key_opens_nothing(enquiry: Enquiry, client: Client, settings: Any) -> None:
    token = token_for(enquiry)
    settings.SECRET_KEY = "another" * 10
    response = client.post(QUESTION, {"link": token})
    assert response.status_code == 400
    assert "incomplete or not valid" in response.text
    assert "Wiki" not in response.text


def test_a_token_with_another_nonce_opens_nothing(enquiry: Enquiry, client: Client) -> None:
    token = token_for(enquiry)
    Enquiry.objects.update(nonce="0" * 32)
    assert client.post(REPLY, {"link": token, **KEEP}).status_code == 400
    assert Enquiry.objects.open().exists()


def test_a_token_ends_with_its_last_day(enquiry: Enquiry, client: Client, on: Any) -> None:
    token = token_for(enquiry)
    on(DUE)
    assert client.post(QUESTION, {"link": token}).status_code == 200
    on(days(8))
    response = client.post(REPLY, {"link": token, **KEEP})
    assert response.status_code == 410
    assert "expired on 1 December 2026" in response.text
    assert Enquiry.objects.open().exists()


def test_a_used_token_says_what_was_answered(enquiry: Enquiry, client: Client) -> None:
    token = token_for(enquiry)
    client.post(REPLY, {"link": token, "answer": "give_back"})
    response = client.post(REPLY, {"link": token, **KEEP})
    assert response.status_code == 410
    assert "was answered on 24 November 2026: give back" in response.text
    enquiry.refresh_from_db()
    assert enquiry.answer == "give_back"


def test_the_token_of_a_withdrawn_question_says_so(enquiry: Enquiry, client: Client) -> None:
    endings.withdraw(Enquiry.objects.filter(pk=enquiry.pk), on=TODAY)
    response = client.post(REPLY, {"link": token_for(enquiry), **KEEP})
    assert response.status_code == 410
    assert "The reason for this question has ended" in response.text


def test_a_new_question_makes_the_token_of_the_one_before_useless(
    enquiry: Enquiry, held: License, client: Client
) -> None:
    old = token_for(enquiry)
    endings.withdraw(Enquiry.objects.filter(pk=enquiry.pk), on=TODAY)
    new = ask(held)
    assert client.post(REPLY, {"link": old, **KEEP}).status_code == 410
    new.refresh_from_db()
    assert new.is_open


def test_a_reminder_asks_the_same_so_either_link_answers(enquiry: Enquiry, client: Client) -> None:
    send_due()
    first = the_link()
    questions.remind(enquiry, on=TODAY)
    send_due()
    assert the_link() == first


def test_the_link_to_take_back_is_another_and_is_used_once(enquiry: Enquiry, client: Client, on: Any) -> None:
    client.post(REPLY, {"link": token_for(enquiry), "answer": "give_back"})
    send_due()
    link = the_link()
    assert link != address_for(enquiry)
    enquiry.refresh_from_db()
    for wrong in (token_for(enquiry), ""):
        client.post(BACK, {"link": wrong, "reason": "a mistake"})
    assert Enquiry.objects.given_back().exists()
    on(days(31))
    assert client.post(BACK, {"link": link, "reason": "a mistake"}).status_code == 410
    on(days(30))
    client.post(REPLY, {"link": link, **KEEP})
    assert Enquiry.objects.given_back().exists(), "it is good for one thing only"
    assert "Keep it after all" in client.post(QUESTION, {"link": link}).text
    assert "You keep the license." in client.post(BACK, {"link": link, "reason": "a mistake"}).text
    assert client.post(BACK, {"link": link, "reason": "again"}).status_code == 410


def test_a_link_to_take_back_says_nothing_before_it_was_given_back(enquiry: Enquiry, client: Client) -> None:
    response = client.post(BACK, {"link": token_for(enquiry, TAKE_BACK), "reason": "x"})
    assert response.status_code == 410
    assert "given back" not in response.text
    assert Enquiry.objects.open().get() == enquiry


def test_the_link_of_somebody_who_left_opens_nothing(enquiry: Enquiry, charlie: User, client: Client) -> None:
    people.deactivate(charlie, by=None, on=TODAY)
    response = client.post(REPLY, {"link": token_for(enquiry), **KEEP})
    assert response.status_code == 410
    assert Enquiry.objects.open().exists()


def test_whoever_else_is_signed_in_the_link_answers_for_whom_it_is(
    enquiry: Enquiry, alice: User, client: Client
) -> None:
    client.force_login(alice)
    client.post(REPLY, {"link": token_for(enquiry), **KEEP})
    enquiry.refresh_from_db()
    assert enquiry.answered_by == enquiry.person


def test_the_page_is_in_the_language_of_whoever_is_asked(enquiry: Enquiry, charlie: User, client: Client) -> None:
    people.change(charlie, {"language": "ja"}, by=None, on=TODAY)
    page = client.post(QUESTION, {"link": token_for(enquiry)})
    assert '<html lang="ja">' in page.text
    assert "引き続き利用しますか。" in page.text


def test_answers_are_kept_by_nobody_and_tell_no_referrer(enquiry: Enquiry, client: Client) -> None:
    responses = [client.get("/answer/"), client.get(QUESTION)]
    responses += [client.post(path, {"link": token_for(enquiry), **KEEP}) for path in (QUESTION, REPLY, BACK)]
    responses.append(client.post(QUESTION, {"link": "x"}))
    for response in responses:
        assert response["Referrer-Policy"] == "no-referrer"
        assert "no-store" in response["Cache-Control"]


def test_no_token_is_in_any_address_redirect_or_log(enquiry: Enquiry, client: Client, caplog: Any) -> None:
    token = token_for(enquiry)
    caplog.set_level(logging.DEBUG)
    for path in (QUESTION, REPLY, REPLY, BACK):
        response = client.post(path, {"link": token, **KEEP})
        assert token not in str(response.headers)
        for address in re.findall(r'(?:href|action|src)="([^"]*)"', response.text):
            assert token not in address
            assert enquiry.nonce not in address
    client.post(QUESTION, {"link": token[:-1]})
    for record in caplog.records:
        assert enquiry.nonce not in record.getMessage()
    assert token not in str(client.get("/answer/").text)


def test_an_error_while_answering_shows_no_token(
    enquiry: Enquiry, client: Client, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(answers, "reply", break_down)
    client.raise_request_exception = False
    response = client.post(REPLY, {"link": token_for(enquiry), **KEEP})
    assert response.status_code == 500
    assert enquiry.nonce not in response.text
    reported = SafeExceptionReporterFilter().get_post_parameters(response.wsgi_request)
    assert enquiry.nonce not in str(reported)
    assert enquiry.nonce not in caplog.text


def test_nobody_else_reads_the_link_in_the_letter_on_the_site(enquiry: Enquiry) -> None:
    composed = compose(Letter.objects.get(), for_others=True)
    assert composed
    assert enquiry.nonce not in composed.text + composed.html
    assert "only the recipient sees" in composed.text


def test_a_link_for_answering_sent_to_where_one_takes_back_asks_the_question_again(
    enquiry: Enquiry, strict: Client
) -> None:
    page = strict.post(BACK, {"link": token_for(enquiry)})
    assert "Do you still need it?" in page.text
    assert 'name="answer"' in page.text
    enquiry.refresh_from_db()
    assert enquiry.is_open
