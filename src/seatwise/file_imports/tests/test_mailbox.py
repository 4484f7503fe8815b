"""The mailbox: files of accepted senders are taken once and wait; nothing in it is changed; what goes wrong is told."""

from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote

import pytest
from django.core import mail
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.directory.models import Service, Upload, User
from seatwise.file_imports import imap, mailbox, tasks
from seatwise.file_imports.models import Mailbox, ReceivedMessage
from seatwise.file_imports.tests import imap_stand_in
from seatwise.file_imports.tests.imap_stand_in import PASSWORD, StandIn
from seatwise.file_imports.watched_files import bring_in
from seatwise.ledger.models import Snapshot
from seatwise.letters.models import Letter
from seatwise.setting_values import mailbox as read_setting, senders

pytestmark = pytest.mark.django_db
PAGE = "/administration/mailbox/"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    Service.objects.add(code="wiki", name="Wiki", by=None)
    with imap_stand_in.running() as running:
        address = f"imap://seat:{quote(PASSWORD)}@127.0.0.1:{running.port}"
        monkeypatch.setenv("SEATWISE_MAILBOX", address)
        monkeypatch.setenv("SEATWISE_MAILBOX_SENDERS", "hr@example.com=people, it@example.com=reports/wiki")
        yield running


def message(sender: str, *files: tuple[str, bytes], subject: str = "files") -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "seatwise@example.com", subject
    made.set_content("Attached.\n")
    for name, data in files:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return bytes(made)


def take() -> list[tuple[str, str]]:
    """Take what there is; what came of each message."""
    row = mailbox.current()
    assert row is not None
    before = ReceivedMessage.objects.count()
    mailbox.take(row)
    return [(each.outcome, each.said) for each in ReceivedMessage.objects.order_by("pk")[before:]]


def automatic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATWISE_MAILBOX_AUTOMATIC", "yes")


def test_a_file_waits_for_somebody_with_its_sender_and_is_imported_by_them(
    site: StandIn, client: Client, alice: User
) -> None:
    site.messages[3] = message("HR <HR@example.com>", ("名簿.csv", b"login,name\nsato,Sato\n"))
    [(outcome, said)] = take()
    assert (outcome, "name: “name”" in said) == ("waiting", True)
    assert not User.objects.filter(login="sato").exists()
    upload = Upload.objects.get()
    assert (upload.name, upload.options["sender"]) == ("名簿.csv", "hr@example.com")
    client.force_login(alice)
    home = client.get("/").content.decode()
    assert "名簿.csv" in home
    assert "hr@example.com" in home
    assert "waiting for confirmation" in client.get(PAGE).content.decode()
    page = f"/administration/directory/imports/{upload.pk}/"
    plan = client.get(page).context["plan"]
    client.post(f"{page}confirmation/", {"fingerprint": plan.fingerprint()})
    assert User.objects.get(login="sato").name == "Sato"
    assert Entry.objects.filter(verb="watch.wait").get().after["sender"] == "hr@example.com"


def test_files_are_imported_at_once_where_that_is_set_and_a_message_is_done_once(
    site: StandIn, monkeypatch: pytest.MonkeyPatch, charlie: User
) -> None:
    automatic(monkeypatch)
    site.messages[3] = message("it@example.com", ("use.csv", b"login,last access\ncharlie,2026-11-19\n"))
    assert [outcome for outcome, _said in take()] == ["done"]
    assert str(Snapshot.objects.get().as_of) == "2026-11-24"  # the day on which it came
    assert take() == []
    site.validity, site.messages = 8, {1: site.messages[3]}  # the server numbers its messages anew
    [(outcome, said)] = take()
    assert (outcome, "already checked" in said) == ("done", True)
    assert Snapshot.objects.count() == 1
    assert {each.split()[0] for each in site.told} <= {"CAPABILITY", "AUTHENTICATE", "EXAMINE", "UID", "LOGOUT"}
    assert all(each.split()[1] in ("SEARCH", "FETCH") for each in site.told if each.startswith("UID"))
    assert not [each for each in site.told if "BODY[" in each]  # which would mark it as read


def test_only_accepted_senders_and_files_are_taken(site: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    automatic(monkeypatch)
    monkeypatch.setattr(mailbox, "MOST_MESSAGE", 4000)
    people = ("p.csv", b"login\nsato\n")
    site.messages = {
        1: message("mallory@example.net", people),
        2: message("hr@example.com, mallory@example.net", people),
        3: b"From: hr@example.com\r\nFrom: mallory@example.net\r\n\r\n",
        4: message("hr@example.com", ("logo.png", b"x")),
        5: message("hr@example.com", *[people] * 11),
        6: message("hr@example.com", ("p.csv", b"login\n" + b"x" * 4000)),
        7: b"\xff\xfe\x00 no message",
        8: message("hr@example.com", ("../../p.csv", b"name\nnobody\n"), people),
    }
    said = take()
    assert [outcome for outcome, _said in said] == [*["ignored"] * 3, *["refused"] * 3, "ignored", "refused"]
    assert [words in text for words, (_o, text) in zip(("logo.png", "More than 10", "larger"), said[3:6], strict=True)]
    assert "p.csv: refused" in said[7][1]
    assert "p.csv: imported" in said[7][1]  # the other one
    assert set(User.objects.values_list("login", flat=True)) == {"sato"}
    assert "UID FETCH 1 (BODY" not in " ".join(site.told)  # what others send is not even fetched


def test_a_message_on_which_programs_break_is_refused_and_those_behind_it_are_taken(
    site: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = ("p.csv", b"login\nsato\n")
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (each, each) for each in range(1200))
    parts = b"--b\nContent-Disposition: attachment; filename=a.csv\n\nx\n" * 300
    site.messages = {
        1: b"From: " + b"(" * 3000 + b"\n\n",
        2: b"From: hr@example.com\n" + deep,
        3: b"From: hr@example.com\nContent-Type: multipart/mixed; boundary=b\n\n" + parts,
        4: message("hr@example.com", ("boom.csv", b"login\nsato\n")),
        5: message("hr@example.com", file),
    }

    def breaks(watched: Any) -> Any:
        if watched.name == "boom.csv":
            raise ZeroDivisionError
        return bring_in(watched)

    monkeypatch.setattr(mailbox, "bring_in", breaks)
    assert [outcome for outcome, _said in take()] == ["ignored", "refused", "refused", "refused", "waiting"]


def test_of_several_places_of_a_sender_the_subject_names_one(site: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "SEATWISE_MAILBOX_SENDERS", "hr@example.com=people,hr@example.com=reports/wiki,hr@example.com=reports/wiki-2"
    )
    report = ("r.csv", b"login,last access\nsato,2026-11-19\n")
    site.messages = {
        1: message("hr@example.com", report),
        2: message("hr@example.com", report, subject="[Reports/Wiki] of today"),
        3: message("hr@example.com", report, subject="reports/wiki-2"),
    }
    assert [outcome for outcome, _said in take()] == ["refused", "waiting", "refused"]
    assert Upload.objects.get().kind == "report"


def test_a_mailbox_that_cannot_be_read_is_told_once_and_when_it_works_again(
    site: StandIn, client: Client, alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@example.com")
    site.down = True
    for _attempt in range(2):
        Mailbox.objects.update(looked_at=None)
        assert "cannot be read" in str(tasks.look())
    assert tasks.look() is None  # not again so soon
    client.force_login(alice)
    for page in ("/", PAGE):
        assert "has been unreadable since" in client.get(page).content.decode()
    site.down = False
    client.post(f"{PAGE}check/")
    assert "has been unreadable since" not in client.get("/").content.decode()
    assert [each.kind for each in Letter.objects.order_by("pk")] == ["mailbox.fails", "mailbox.works"]
    assert [each.verb for each in Entry.objects.newest_first()[:2]] == ["mailbox.works", "mailbox.fails"]
    assert mail.outbox == []


def test_a_wrong_password_and_a_missing_folder_are_told_without_the_password(
    site: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address, told in ((f"seat:secret@127.0.0.1:{site.port}", "Invalid credentials"),
                          (f"seat:{quote(PASSWORD)}@127.0.0.1:{site.port}/Other", "no such folder")):  # fmt: skip
        monkeypatch.setenv("SEATWISE_MAILBOX", f"imap://{address}")
        row = mailbox.current()
        assert row is not None
        with pytest.raises(imap.MailboxError, match=told) as error:
            mailbox.new_messages(row)
        assert "secret" not in f"{error.value}{row}"


def test_a_folder_is_named_as_imap_has_it() -> None:
    assert imap.in_utf7("取り込み & ~peter/日本語") == "&U9Ywio+8MH8- &- ~peter/&ZeVnLIqe-"


@pytest.mark.parametrize("text", ["imap://a:b@example.com", "imaps://example.com", "imaps://a%0d:b@example.com", "x"])
def test_a_mailbox_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|readable"):
        read_setting(text)


def test_senders_are_read_with_what_they_send() -> None:
    assert senders("A@example.com=people, a@example.com=reports/kintone") == {
        "a@example.com": ["people", "reports/kintone"]
    }
    for wrong in ("a@example.com", "a@example.com=reports", "@=people"):
        with pytest.raises(ValueError, match="expected"):
            senders(wrong)
