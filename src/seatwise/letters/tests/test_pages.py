"""The pages of letters: found, read by those who may, and marked as not arrived."""

from typing import Any

import pytest

from seatwise.audit.models import Entry
from seatwise.letters.composing import Personal
from seatwise.letters.models import Letter
from seatwise.letters.sending import send_due
from seatwise.letters.tests.conftest import KIND, Question, Writing

LIST = "/administration/letters/"


def test_letters_are_listed_narrowed_and_downloaded(client: Any, cast: dict[str, Any], asking: Writing) -> None:
    asking(cast["charlie"])
    send_due()
    asking(cast["bob"])
    client.force_login(cast["alice"])
    page = client.get(LIST)
    assert [str(row.thing.to) for row in page.context["list"].rows] == ["Bob", "Charlie"]
    for asked, found in [
        ({"text": "CHARLIE"}, ["Charlie"]),
        ({"text": "bob@example.com"}, ["Bob"]),
        ({"state": "waiting"}, ["Bob"]),
        ({"state": "sent"}, ["Charlie"]),
        ({"kind": KIND}, ["Bob", "Charlie"]),
        ({"kind": "letters.test"}, []),
    ]:
        assert [str(row.thing.to) for row in client.get(LIST, asked).context["list"].rows] == found, asked
    lines = b"".join(client.get(LIST, {"state": "sent", "format": "csv"})).decode().splitlines()
    assert lines[1].startswith("Question,Charlie,charlie@example.com,")
    assert client.get(LIST, {"unknown": "x"}).context["list"].form.errors


def test_the_list_takes_as_many_queries_for_many_as_for_few(
    client: Any, cast: dict[str, Any], asking: Writing, django_assert_max_num_queries: Any
) -> None:
    for number in range(120):
        asking(cast["charlie"], key=f"q{number}")
    client.force_login(cast["alice"])
    with django_assert_max_num_queries(6):
        client.get(LIST)


def test_that_mail_is_off_is_said(client: Any, alice: Any, settings: Any) -> None:
    client.force_login(alice)
    assert "SEATWISE_MAIL" not in client.get(LIST).content.decode()
    settings.EMAIL_BACKEND = "seatwise.letters.backends.Off"
    assert "No mail server is set up (SEATWISE_MAIL)" in client.get(LIST).content.decode()


def test_a_letters_page_says_what_it_says_and_hides_the_recipients_address(
    client: Any, cast: dict[str, Any], asking: Writing, question: Question
) -> None:
    question.given = {"name": Personal("https://seatwise.example.com/s3cret/")}
    letter = asking(cast["charlie"])
    client.force_login(cast["audrey"])
    page = client.get(f"{LIST}{letter.pk}/").content.decode()
    assert "Test email from Seatwise" in page
    assert "s3cret" not in page
    assert letter.message_id.strip("<>") in page


def test_a_letter_that_says_nothing_any_more_has_a_page_all_the_same(
    client: Any, cast: dict[str, Any], asking: Writing, question: Question, caplog: Any
) -> None:
    letter = asking(cast["charlie"])
    client.force_login(cast["alice"])
    question.due = False
    assert "It would not be sent now" in client.get(f"{LIST}{letter.pk}/").content.decode()
    Letter.objects.update(kind="gone.kind")
    page = client.get(f"{LIST}{letter.pk}/")
    assert page.status_code == 200
    assert "The email cannot be created" in page.content.decode()


def test_an_administrator_marks_a_letter_as_not_arrived(
    client: Any, cast: dict[str, Any], asking: Writing, told: list[Any]
) -> None:
    letter = asking(cast["charlie"])
    client.force_login(cast["alice"])
    page = f"{LIST}{letter.pk}/"
    assert "not-arrived" not in client.get(page).content.decode()
    send_due()
    assert "not-arrived" in client.get(page).content.decode()
    assert client.post(f"{page}not-arrived/", {"reason": " "}).context["form"].errors
    done = client.post(f"{page}not-arrived/", {"reason": "She told me"}, follow=True).content.decode()
    assert "The email is marked as not delivered." in done
    assert "She told me" in done
    letter.refresh_from_db()
    assert letter.is_undeliverable
    assert letter.problem == "She told me"
    assert told[-1] == ("undeliverable", letter.pk)
    [entry] = Entry.objects.about(letter)
    assert (entry.by, entry.reason) == (cast["alice"], "She told me")
    again = client.post(f"{page}not-arrived/", {"reason": "again"}, follow=True).content.decode()
    assert "Only an email that was sent" in again


@pytest.mark.parametrize(("who", "status"), [("audrey", 403), ("bob", 403), ("charlie", 403)])
def test_nobody_else_marks_one(client: Any, cast: dict[str, Any], asking: Writing, who: str, status: int) -> None:
    letter = asking(cast["charlie"])
    send_due()
    client.force_login(cast[who])
    assert client.post(f"{LIST}{letter.pk}/not-arrived/", {"reason": "x"}).status_code == status
    assert client.get(LIST).status_code == (200 if who == "audrey" else 403)
    letter.refresh_from_db()
    assert letter.is_delivered
