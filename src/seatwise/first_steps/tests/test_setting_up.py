"""Setting an empty site up on its pages: from a log to the list, left and taken up again, and what is refused."""

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from seatwise import configuration
from seatwise.audit.models import Entry
from seatwise.cast import post_changed
from seatwise.directory.models import Login, Service, Upload, User
from seatwise.first_steps import beginnings
from seatwise.first_steps.steps import all_steps
from seatwise.ledger import uploads
from seatwise.ledger.models import LogImport, Source
from seatwise.licenses.models import ChangeDraft, Contract, License
from seatwise.site import kept_settings

START = "/administration/first-steps/"
DAYS = [datetime.date(2026, 11, 3) + datetime.timedelta(days=each) for each in range(20)]
LOG = "".join(
    f'192.0.2.1 - {login} [{day:%d/%b/%Y}:10:00:00 +0900] "GET /k/ HTTP/1.1" 200 9 "-" "-"\n'
    for day in DAYS
    for login in ("dora", "emil", "report-bot")
    if login != "emil" or day.day < 6
)


@pytest.fixture
def admin(client: Client, alice: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, settings: Any) -> Client:
    """Alice, with nobody else there; uploads are read at once."""
    settings.MEDIA_ROOT = tmp_path
    client.force_login(alice)
    return client


def read_uploads() -> None:
    for waiting in LogImport.objects.unfinished().select_related("revision__source", "asked_by"):
        uploads.read(waiting)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def done() -> list[bool]:
    return [step.done for step in all_steps()]


def test_from_a_log_to_the_list(admin: Client) -> None:
    assert "Set up this site" in text_of(admin.get("/"))
    assert admin.get(START).headers["Location"] == f"{START}organization/"
    assert post_changed(admin, f"{START}organization/", {"organization": ""}).status_code == 400  # never done without
    named = {"organization": "Muster AG", "email": "alice@example.com"}
    assert post_changed(admin, f"{START}organization/", named).headers["Location"] == f"{START}usage/"
    kept_settings.look(now=True)
    assert configuration.ORGANIZATION.value() == "Muster AG"
    assert User.objects.get().email == "alice@example.com"

    dropped = {"service": "Our Wiki", "logs": SimpleUploadedFile("access.log", LOG.encode())}
    page = admin.post(f"{START}usage/", dropped).headers["Location"]
    assert "Waiting to be read" in text_of(admin.get(page))
    read_uploads()
    shown = text_of(admin.get(page))
    assert "3 logins used Our Wiki" in shown
    assert shown.index("dora") < shown.index("emil")
    assert "2026" in shown
    assert (Service.objects.get().code, Source.objects.get().code) == ("our-wiki", "our-wiki")

    assert "3 logins without a user found" in text_of(admin.get(f"{START}people/"))
    preview = admin.post(f"{START}people/", {"leave_out": "report-bot"}).headers["Location"]
    assert Upload.objects.get().data == b"login\r\ndora\r\nemil\r\n"
    there = admin.get(preview)
    assert "Setting up: step 3 of 4" in text_of(there)
    told = admin.post(f"{preview}confirmation/", {"fingerprint": there.context["plan"].fingerprint()}, follow=True)
    assert "The file was imported" in text_of(told)
    assert set(User.objects.values_list("login", flat=True)) == {"alice", "dora", "emil"}

    asked = {"service": "our-wiki", "seats": "5", "price": "9", "currency": "eur", "period": "month", "holders": "seen"}
    draft = admin.post(f"{START}seats/", asked).headers["Location"]
    contract = Contract.objects.get()
    assert (contract.seats, contract.currency) == (5, "EUR")
    assert not License.objects.exists()
    admin.post(draft, {"fingerprint": admin.get(draft).context["preview"].fingerprint})
    assert set(License.objects.values_list("user__login", flat=True)) == {"dora", "emil"}
    assert done() == [True] * 4

    listed = admin.get(START, follow=True)
    assert listed.redirect_chain[-1][0] == "/administration/access/our-wiki/"
    assert "dora" in text_of(listed)
    assert "Setting up" not in text_of(listed)
    assert "Set up this site" not in text_of(admin.get("/"))
    assert {"settings.change", "service.add", "source.add", "import.upload", "contract.add"} <= set(
        Entry.objects.values_list("verb", flat=True)
    )


def test_mail_is_set_up_in_the_first_step(admin: Client) -> None:
    mail = {"encryption": "smtps", "host": "mail.example.com", "user": "seat", "password": "hunter2"}
    asked = {"organization": "Muster AG", **mail}
    assert post_changed(admin, f"{START}organization/", asked).status_code == 302
    kept_settings.look(now=True)
    assert str(configuration.MAIL.value()) == "smtps://seat@mail.example.com:465"
    assert post_changed(admin, f"{START}organization/", asked | {"host": "", "test": "yes"}).status_code == 400
    assert "This mail server cannot be used" in text_of(
        post_changed(admin, f"{START}organization/", asked | {"password": "", "user": "another"})
    )


def test_it_is_left_and_taken_up_where_it_was(admin: Client) -> None:
    admin.get(f"{START}usage/")
    admin.post(f"{START}usage/", {"service": "Wiki", "lines": LOG})
    read_uploads()
    assert done() == [False, True, False, False]
    assert "Setting up: step 2 of 4" in text_of(admin.get("/administration/sources/"))
    admin.get(f"{START}leaving/")
    assert "Setting up" not in text_of(admin.get("/administration/sources/"))
    assert admin.get(START).headers["Location"] == f"{START}organization/"
    again = admin.post(f"{START}usage/", {"service": "wiki", "lines": LOG}).status_code
    assert (again, Service.objects.count(), Source.objects.count()) == (302, 1, 1)


def test_what_cannot_be_used_is_said(admin: Client) -> None:
    assert "Choose a file, or paste" in text_of(admin.post(f"{START}usage/", {"service": "Wiki"}))
    assert not Service.objects.exists()
    assert admin.get(f"{START}seats/").status_code == 200
    page = admin.post(f"{START}usage/", {"service": "Wiki", "lines": "this is no log\n" * 5}).headers["Location"]
    read_uploads()
    assert "nothing of it was counted" in text_of(admin.get(page))
    nobody = admin.post(f"{START}seats/", {"service": "wiki", "seats": "3", "holders": "seen"})
    assert "No one can get a seat this way" in text_of(nobody)
    assert not Contract.objects.exists()
    assert "Choose a department" in text_of(admin.post(f"{START}seats/", {"service": "wiki", "holders": "department"}))
    assert admin.post(f"{START}usage/report/", {"service": ""}).headers["Location"] == f"{START}usage/"
    report = admin.post(f"{START}usage/report/", {"service": "Microsoft 365"}).headers["Location"]
    assert report.endswith("?service=microsoft-365")
    assert admin.get(report).status_code == 200


def test_seats_go_to_everybody_or_as_a_file_says(admin: Client) -> None:
    service = beginnings.service_named("Wiki", by=None)
    asked = {"service": service.code, "seats": "", "holders": "all"}
    assert "drafts" in admin.post(f"{START}seats/", asked).headers["Location"]
    assert ChangeDraft.objects.get().steps[0]["users"] == [User.objects.get().pk]
    assert "file" in admin.post(f"{START}seats/", asked | {"holders": "file"}).headers["Location"]
    assert not Contract.objects.exists()


def test_codes_are_made_of_names(db: None) -> None:
    names = ["Größe & Co", "Größe  Co", "日本語", "x" * 200]
    assert [beginnings.service_named(name, by=None).code for name in names] == [
        "groe-co",
        "groe-co-2",
        "service",
        "x" * 40,
    ]


@pytest.mark.parametrize("who", ["audrey", "bob", "charlie"])
def test_nobody_else_sets_a_site_up(client: Client, cast: dict[str, User], who: str) -> None:
    client.force_login(cast[who])
    assert "Set up this site" not in text_of(client.get("/"))
    for page in ("", "organization/", "usage/", "people/", "seats/", "leaving/"):
        assert client.get(f"{START}{page}").status_code == 403
    assert not Login.objects.unknown().exists()
