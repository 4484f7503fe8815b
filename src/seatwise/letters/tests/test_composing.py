"""What letters say: in the recipient's language, whatever names look like, and nothing secret for others."""

import datetime
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import translation

from seatwise.directory.models import User
from seatwise.letters import kinds
from seatwise.letters.composing import Personal, absolute, compose
from seatwise.letters.models import Letter
from seatwise.letters.sending import send_due
from seatwise.letters.tests.conftest import KIND, Question, Sink, Writing
from seatwise.letters.trial_letter import send_test
from seatwise.letters.writing import Draft, write, write_many

DAY = datetime.date(2026, 11, 24)


@pytest.fixture
def templates(tmp_path: Path, settings: Any, question: Question) -> Path:
    """A folder for the templates of the kind `tests.question`."""
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path, *engine["DIRS"]]}]
    (tmp_path / "x.subject.txt").write_text("{{ title }}")
    (tmp_path / "x.txt").write_text('{% extends "mail/base.txt" %}{% block body %}{{ title }} {{ link }}{% endblock %}')
    kinds.register(kinds.Kind(KIND, "x", question.compose))
    return tmp_path


def rename(person: User, **fields: str) -> User:
    User.objects.filter(pk=person.pk).update(**fields)
    person.refresh_from_db()
    return person


def test_a_letter_greets_says_who_to_ask_and_who_sends_it_and_why(charlie: Any, alice: Any, asking: Writing) -> None:
    rename(alice, email="alice@example.com")
    composed = compose(asking(charlie))
    assert composed
    assert composed.text.startswith("Hello Charlie,\n")
    assert "ask:\n- Alice <alice@example.com>\n" in composed.text
    assert "\n-- \nYou receive this email because you have an account at http://127.0.0.1:8000/, " in composed.text
    assert '<html lang="en">' in composed.html
    assert "Alice &lt;alice@example.com&gt;" in composed.html


def test_a_letter_is_in_the_language_of_its_recipient(charlie: Any, asking: Writing, sink: Sink) -> None:
    rename(charlie, language="ja", name="佐藤 花子")
    letter = asking(charlie)
    rename(charlie, language="en")
    with translation.override("en"):
        send_due()
    [taken] = sink.taken
    assert letter.language == taken["Content-Language"] == "ja"
    assert "佐藤 花子様" in taken.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert taken["Subject"].startswith("Seatwise")
    assert not taken["Subject"].isascii()


@pytest.mark.parametrize(
    "title",
    [
        "Hi\nBcc: eve@example.org",
        "Hi\r\nBcc: eve@example.org\r\n\r\nText",
        "Hi\u2028Bcc: eve@example.org",
        "Hi\0\x1b[2J",
    ],
)
def test_a_subject_is_one_line_whatever_is_in_it(
    charlie: Any, asking: Writing, question: Question, templates: Path, sink: Sink, title: str
) -> None:
    question.given = {"title": title, "link": ""}
    asking(charlie)
    assert send_due().sent == 1
    [taken] = sink.taken
    assert taken["Bcc"] is None
    assert taken["Subject"].startswith("Hi")
    assert sink.to == ["charlie@example.com"]


def test_names_can_be_long_and_of_any_script_and_add_no_heads(charlie: Any, asking: Writing, sink: Sink) -> None:
    rename(charlie, name="Eve\r\nBcc: eve@example.org\r\n" + "長い名前" * 55)
    asking(charlie)
    assert send_due().sent == 1
    [taken] = sink.taken
    text = taken.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert taken["Bcc"] is None
    assert text.startswith("Hello Eve Bcc: eve@example.org 長い名前")
    assert "…,\r\n" in text


def test_an_address_in_another_script_is_written_to_in_the_form_that_servers_take(
    charlie: Any, asking: Writing, sink: Sink
) -> None:
    rename(charlie, email="charlie@例え.jp")
    asking(charlie)
    assert send_due().sent == 1
    assert sink.to == ["charlie@xn--r8jz45g.jp"]


def test_an_address_with_a_name_that_servers_do_not_take_is_undeliverable(charlie: Any, asking: Writing) -> None:
    rename(charlie, email="佐藤@example.com")
    assert asking(charlie).is_undeliverable


def test_a_text_is_not_escaped_and_a_page_is(
    charlie: Any, asking: Writing, question: Question, templates: Path
) -> None:
    (templates / "x.html").write_text('{% extends "mail/base.html" %}{% block body %}{{ title }}{% endblock %}')
    question.given = {"title": "R&D <b>"}
    composed = compose(asking(charlie))
    assert composed
    assert composed.subject == "R&D <b>"
    assert "R&D <b>" in composed.text
    assert "R&amp;D &lt;b&gt;" in composed.html


def test_both_forms_are_sent_where_there_are_both(charlie: Any, sink: Sink) -> None:
    rename(charlie, email="charlie@example.com")
    letter = send_test(charlie)
    assert letter.is_delivered
    [taken] = sink.taken
    assert [part.get_content_type() for part in taken.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_what_is_the_recipients_alone_is_hidden_from_others(
    charlie: Any, asking: Writing, question: Question, templates: Path
) -> None:
    question.given = {"title": ["x"], "link": Personal("https://seatwise.example.com/answer/s3cret/")}
    letter = asking(charlie)
    to_them, to_others = compose(letter), compose(letter, for_others=True)
    assert to_them
    assert to_others
    assert "s3cret" in to_them.text
    assert "s3cret" not in to_others.text
    assert "only the recipient sees" in to_others.text
    question.given = {"title": "x", "link": {"deep": [question.given["link"]]}}
    assert "s3cret" not in compose(letter, for_others=True).text  # type: ignore[union-attr]


def test_addresses_are_whole() -> None:
    assert absolute("/reviews/") == "http://127.0.0.1:8000/reviews/"


def test_writing_the_same_letter_twice_is_one_letter(charlie: Any, asking: Writing) -> None:
    assert asking(charlie) == asking(charlie)
    assert Letter.objects.count() == 1


def test_a_kind_that_nobody_registered_cannot_be_written(charlie: Any) -> None:
    with pytest.raises(kinds.UnknownKind):
        write(to=charlie, kind="tests.nothing", about=charlie, key="x")


def test_many_letters_are_written_with_few_queries(
    charlie: Any, question: Question, django_assert_max_num_queries: Any
) -> None:
    rename(charlie, email="charlie@example.com")
    drafts = [Draft(charlie, KIND, charlie, f"q{number % 900}") for number in range(1000)]
    with django_assert_max_num_queries(30):
        letters = write_many(drafts)
    assert len(letters) == 1000
    assert letters[0] == letters[900]
    assert Letter.objects.about(charlie).waiting().count() == 900


def test_a_letter_knows_what_it_is_about(charlie: Any, alice: Any, asking: Writing) -> None:
    letter = asking(charlie)
    assert letter.subject == charlie
    assert list(Letter.objects.about(charlie)) == [letter]
    assert not Letter.objects.about(alice)


def test_people_see_letters_to_themselves_and_those_who_see_all_see_all(cast: dict[str, Any], asking: Writing) -> None:
    letters = {name: asking(person) for name, person in cast.items()}
    seen = {name: set(Letter.objects.visible_to(person)) for name, person in cast.items()}
    everything = set(letters.values())
    assert seen["alice"] == seen["audrey"] == everything
    assert seen["bob"] == {letters["bob"]}
    assert seen["charlie"] == {letters["charlie"]}
    assert seen["gail"] == seen["ivan"] == set()


def test_letters_can_be_printed_and_kept_in_a_folder(
    charlie: Any, asking: Writing, settings: Any, tmp_path: Path, capsys: Any
) -> None:
    settings.EMAIL_BACKEND = "seatwise.letters.backends.Print"
    asking(charlie)
    assert send_due().sent == 1
    printed = capsys.readouterr().out
    assert "To: charlie@example.com\n" in printed
    assert "Hello Charlie,\n" in printed
    settings.EMAIL_BACKEND = "seatwise.letters.backends.Folder"
    settings.EMAIL_FILE_PATH = str(tmp_path / "letters")
    letter = asking(charlie, key="another")
    assert send_due().sent == 1
    [file] = (tmp_path / "letters").iterdir()
    kept = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
    assert (file.suffix, kept["Message-ID"]) == (".eml", letter.message_id)


def test_the_mail_back_end_of_tests_is_djangos(charlie: Any, asking: Writing) -> None:
    asking(charlie)
    send_due()
    assert [each.to for each in mail.outbox] == [["charlie@example.com"]]
