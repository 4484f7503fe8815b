"""What a request may carry: files are refused before they are written, except where they are taken."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from seatwise import configuration
from seatwise.directory.models import User
from seatwise.site import bodies

LOGS = "/administration/sources/{}/upload/"
UPLOADS = (
    "/administration/directory/imports/",
    "/administration/licenses/file/",
    "/administration/sources/snapshots/add/",
)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _watched(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of requests lie in a directory of their own; how many were opened there is counted."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    monkeypatch.setattr(
        "django.core.files.uploadhandler.TemporaryUploadedFile",
        lambda *args, **kwargs: pytest.fail("a file was opened"),
    )


def large() -> SimpleUploadedFile:
    return SimpleUploadedFile("x.log", b"x" * 40_000)


def test_a_file_sent_to_the_sign_in_page_is_refused_in_words_and_never_written(client: Client) -> None:
    response = client.post("/account/login/", {"login": "alice", "password": "x", "file": large()})
    assert response.status_code == 400
    assert "Files cannot be uploaded here" in response.content.decode()
    assert "Nothing was stored." in response.content.decode()


@pytest.mark.parametrize("address", ["/", "/language/", "/administration/directory/users/add/", "/nowhere/"])
def test_a_file_sent_anywhere_else_is_refused(client: Client, alice: User, address: str) -> None:
    client.force_login(alice)
    response = client.post(address, {"file": large()})
    assert response.status_code in {400, 404}
    assert "x.log" not in response.content.decode()


def test_who_is_signed_out_or_has_no_right_uploads_nothing_where_files_are_taken(client: Client, charlie: User) -> None:
    for address in UPLOADS:
        assert client.post(address, {"file": large()})["Location"] == f"/account/login/?next={address}"
    client.force_login(charlie)
    for address in UPLOADS:
        assert client.post(address, {"file": large()}).status_code == 403


def test_a_body_is_refused_by_what_it_says_of_its_length_before_any_of_it_is_read(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(configuration.UPLOAD_LIMIT.name, "3 MB")
    client.force_login(alice)
    said = client.post(LOGS.format(1), {"logs": SimpleUploadedFile("x.log", b"x" * 4_100_000)})
    assert said.status_code == 413
    assert "This is larger than 3 MB" in said.content.decode()
    assert "seatwise ingest" in said.content.decode()


def test_strangers_send_less_than_people_and_get_the_shape_that_they_speak(client: Client, alice: User) -> None:
    text = "x" * 70_000
    refused = client.post("/account/login/", {"login": text, "password": "x"})
    assert refused.status_code == 413
    assert "This is larger than 65.5 kB" in refused.content.decode()
    program = client.post("/api/v1/services/wiki/licenses/changes", text, content_type="application/json")
    assert program.status_code in {401, 404, 413}
    assert program.json()["errors"][0]["what"]
    client.force_login(alice)
    assert client.post("/language/", {"language": text}).status_code == 302


def test_a_server_that_takes_bodies_whole_knows_how_large_they_may_be() -> None:
    assert bodies.body_limit("/account/login/", known=False) == 64 * 1024
    assert bodies.body_limit("/account/login/") == bodies.body_limit("/no/such/page/") == 2_621_440
    assert bodies.body_limit(LOGS.format(7)) == configuration.UPLOAD_LIMIT.value() + bodies.AROUND_FILES
    assert bodies.body_limit(LOGS.format(7), known=False) == 64 * 1024


@pytest.mark.parametrize("where", ["/?q=a%00b", "/?%00=1"])
def test_a_nul_in_an_address_is_refused_in_words(client: Client, alice: User, where: str) -> None:
    client.force_login(alice)
    refused = client.get(where)
    assert refused.status_code == 400
    assert "The text has a character that cannot be stored" in refused.content.decode()


@pytest.mark.parametrize("kind", ["multipart", "urlencoded"])
def test_a_nul_in_a_form_is_refused_in_words(client: Client, alice: User, kind: str) -> None:
    client.force_login(alice)
    if kind == "multipart":
        refused = client.post("/language/", {"language": "a\0b"})
    else:
        refused = client.post("/language/", "language=a%00b", content_type="application/x-www-form-urlencoded")
    assert refused.status_code == 400
    assert "Nothing was changed" in refused.content.decode()


def test_a_cookie_with_a_nul_is_no_session(client: Client) -> None:
    client.cookies.load({"session": "a" * 20})
    answer = client.get("/", headers={"cookie": 'session="aaaaaaaaaa\\000aaaaaaa"'})
    assert answer.headers["Location"] == "/account/login/?next=/"
