"""The pages of licenses by file: upload, look, save with a reason, and the file itself."""

import datetime
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from seatwise.directory import people
from seatwise.directory.models import Service, Upload, User
from seatwise.directory.uploads import forget_abandoned_uploads
from seatwise.licenses import contract_terms, exemption_rules, grants
from seatwise.licenses.models import Change, Effect, License, Policy

TODAY = datetime.date(2026, 11, 24)
EARLIER = datetime.date(2026, 1, 5)
ADDRESS = "/administration/licenses/file/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def wiki(cast: dict[str, User]) -> Service:
    return Service.objects.add(code="wiki", name="Wiki", by=None)


def upload(client: Any, text: "str | bytes", **fields: Any) -> Any:
    data = text.encode() if isinstance(text, str) else text
    return client.post(ADDRESS, {"file": SimpleUploadedFile("f.csv", data), **fields})


def looked(client: Any, text: str, **fields: Any) -> tuple[str, Any]:
    """The address of the upload's page, and the page."""
    answer = upload(client, text, **fields)
    assert answer.status_code == 302
    return answer.url, client.get(answer.url)


def save(client: Any, address: str, page: Any, **fields: Any) -> Any:
    fingerprint = page.context["preview"].fingerprint
    return client.post(f"{address}saving/", {"fingerprint": fingerprint, "reason": "yearly", **fields})


def boxes(page: Any) -> dict[str, list[str]]:
    """All boxes of a page, ticked."""
    preview = page.context["preview"]
    return {"confirmed": list(preview.to_confirm()), "checked": list(preview.to_check())}


def held() -> list[str]:
    return sorted(License.objects.held().values_list("user__login", flat=True))


def grant(service: Service, *users: User, on: datetime.date = EARLIER) -> None:
    grants.grant(service=service, users=users, by=None, reason="", on=on)


def test_a_file_is_looked_at_saved_and_undone(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    grant(wiki, cast["charlie"], cast["bob"])
    address, page = looked(client, "login,service\nalice,wiki\ncharlie\n")
    text = page.content.decode()
    assert re.findall("(?:Add|Remove) 1 license for Wiki", text) == [
        "Remove 1 license for Wiki",
        "Add 1 license for Wiki",
    ]
    assert "2 differences for 2 users" in text
    assert held() == ["bob", "charlie"]
    answer = save(client, address, page)
    change = Change.objects.latest("pk")
    assert answer.url == f"/administration/licenses/changes/{change.pk}/"
    assert (change.how, change.by, change.reason, held()) == ("file", cast["alice"], "yearly", ["alice", "bob"])
    assert client.get(answer.url).status_code == 200
    done = client.get(address).content.decode()
    assert f"/administration/licenses/changes/{change.pk}/" in done
    client.post(f"{answer.url}undo/", {"reason": "wrong file"})
    assert held() == ["bob", "charlie"]
    assert bytes(Upload.objects.get().data) == b""


def test_a_reason_and_every_box_are_needed(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    Policy.of(wiki).change(by=None, checklist="sole administrator?")
    grant(wiki, cast["charlie"], on=TODAY)
    address, page = looked(client, "alice,sa\ncharlie\n")
    ticked = {"confirmed": ["0:young", "0:last", "codes"], "checked": ["0:0"]}
    assert boxes(page) == ticked
    for fields, said in (
        ({"reason": "", **ticked}, "Give a reason for removing the licenses."),
        ({**ticked, "confirmed": ["0:young", "0:last"]}, "Select every checkbox"),
        ({**ticked, "checked": []}, "Select every checkbox"),
    ):
        answer = save(client, address, page, **fields)
        assert answer.status_code == 409
        assert said in answer.content.decode()
    assert held() == ["charlie"]
    save(client, address, page, **ticked)
    assert held() == []
    assert "sole administrator?" in Change.objects.latest("pk").ticked


def test_what_changed_meanwhile_is_not_saved_and_shown_anew(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    address, page = looked(client, "alice,wiki\nbob,wiki\n")
    grant(wiki, cast["bob"])
    answer = save(client, address, page)
    assert (answer.status_code, "Something changed in the meantime" in answer.content.decode()) == (409, True)
    assert held() == ["bob"]
    assert Upload.objects.waiting().count() == 1
    assert save(client, address, answer).status_code == 302
    assert save(client, address, page).url == address
    assert held() == ["alice", "bob"]


def test_a_warning_about_somebody_more_is_shown_before_a_file_is_saved(
    client: Any, wiki: Service, cast: dict[str, User]
) -> None:
    client.force_login(cast["alice"])
    grant(wiki, cast["charlie"], cast["bob"])
    terms: dict[str, Any] = {
        "service": wiki,
        "until": datetime.date(2026, 12, 24),
        "reason": "leave",
        "by": None,
        "on": TODAY,
    }
    exemption_rules.exempt(user=cast["bob"], **terms)
    address, page = looked(client, "charlie\nbob\n")
    exemption_rules.exempt(user=cast["charlie"], **terms)
    answer = save(client, address, page, **boxes(page))
    assert (answer.status_code, "Something changed in the meantime" in answer.content.decode()) == (409, True)
    assert held() == ["bob", "charlie"]
    assert save(client, address, answer, **boxes(answer)).status_code == 302
    assert held() == []


def test_errors_are_listed_and_nothing_can_be_saved(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    address, page = looked(client, "nobody,wiki\nalice,wiki\n")
    text = page.content.decode()
    assert "The file has 1 error, so nothing can be saved." in text
    assert "line 1: login name “nobody” cannot be used" in text
    assert "Save" not in text.partition("<main")[2]
    save(client, address, page)
    assert not License.objects.exists()


def test_too_few_seats_stand_in_the_way(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    contract_terms.add(service=wiki, seats=1, by=None, on=EARLIER)
    address, page = looked(client, "alice,wiki\nbob,wiki\n")
    assert "2 seats for Wiki are needed; free: 1." in page.content.decode()
    assert save(client, address, page).status_code == 409
    assert not License.objects.exists()


def test_a_file_that_is_no_text_is_refused_at_once(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    for data, said in ((b"PK\x03\x04", "Excel workbook"), (b"\xff\x00\xff", "NUL"), (b"", "is empty")):
        answer = upload(client, data)
        assert (answer.status_code, said in answer.content.decode()) == (200, True)
    assert not Upload.objects.exists()


def test_encoding_separator_and_heading_can_be_chosen(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    text = "Kürzel\tDienst\nalice\twiki\n".encode("latin-1")
    answer = upload(client, text, encoding="latin-1", delimiter="tab", heading="yes")
    page = client.get(answer.url)
    assert [each.user.login for each in page.context["plan"].differences] == ["alice"]


def test_differences_come_in_pages_can_be_narrowed_and_had_as_csv(
    client: Any, wiki: Service, cast: dict[str, User], django_assert_max_num_queries: Any
) -> None:
    client.force_login(cast["alice"])
    logins = [people.add({"login": f"u{n:03}"}, by=None, on=EARLIER).login for n in range(60)]
    grant(wiki, cast["charlie"])
    text = "".join(f"{login},wiki\n" for login in logins) + "charlie,sa\n"
    with django_assert_max_num_queries(60):
        address, page = looked(client, text)
    assert len(page.context["list"].rows) == 50
    assert len(client.get(f"{address}?page=2").context["list"].rows) == 12
    assert len(client.get(f"{address}?what=removed").context["list"].rows) == 1
    assert len(client.get(f"{address}?service=sa").context["list"].rows) == 1
    file = b"".join(client.get(f"{address}?format=csv").streaming_content).decode()
    assert len(file.splitlines()) == 63
    assert "61,Charlie,charlie,Wiki,removed" in file
    assert "61,Charlie,charlie,sa (not managed here),added" in file


def test_an_export_is_held_against_what_was_held_on_its_day(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    grant(wiki, cast["charlie"], cast["bob"])
    grants.revoke([License.objects.get(user=cast["charlie"])], by=None, reason="", on=TODAY)
    grant(wiki, cast["alice"], on=TODAY)
    Effect.objects.all().update(confirmed_on=TODAY)
    _address, page = looked(client, "charlie,wiki\nbob,wiki\n", confirms=[wiki.code], as_of="2026-11-20")
    assert list(page.context["list"].page) == []
    _address, page = looked(client, "charlie,wiki\nbob,wiki\n", confirms=[wiki.code], as_of=str(TODAY))
    assert [(each.login, each.text) for each in page.context["list"].page] == [
        ("charlie", "has it there, and no license here"),
        ("alice", "holds a license here, and does not have it there"),
    ]


def test_a_services_own_export_confirms_and_changes_no_license(
    client: Any, wiki: Service, cast: dict[str, User]
) -> None:
    wiki.change(by=None, how_removal_takes_effect="vendor")
    client.force_login(cast["alice"])
    grant(wiki, cast["charlie"], cast["bob"])
    grants.revoke([License.objects.get(user=cast["bob"])], by=None, reason="", on=EARLIER)
    address, page = looked(client, "charlie,wiki\nstranger,wiki\n", confirms=[wiki.code], as_of="2026-11-20")
    text = page.content.decode()
    assert "No license is changed." in text
    assert "Confirm 1 pending change" in text
    assert [(each.login, each.text) for each in page.context["list"].page] == [
        ("stranger", "has it there, and no license here"),
        ("charlie", "added there: can be confirmed"),
    ]
    client.post(f"{address}saving/")
    assert not Effect.objects.pending().exists()
    assert (held(), Upload.objects.get().result["confirmed"]) == (["charlie"], 1)
    assert Effect.objects.get(what="add", withdrawn_on=None).evidence == "f.csv, an export as of 2026-11-20"
    future = upload(client, "charlie,wiki\n", confirms=[wiki.code], as_of="2026-11-25")
    assert "in the future" in future.content.decode()


def test_a_file_can_be_thrown_away_and_is_after_a_day(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    address, page = looked(client, "alice,wiki\n")
    client.post(f"{address}discarding/")
    assert save(client, address, page).url == address
    assert not License.objects.exists()
    looked(client, "alice,wiki\n")
    Upload.objects.update(uploaded_at=timezone.now() - datetime.timedelta(hours=25))
    assert forget_abandoned_uploads(TODAY) == "unconfirmed uploads discarded: 1"
    assert not Upload.objects.waiting().exists()


def test_the_file_as_it_is_now(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["audrey"])
    people.add({"login": "佐藤"}, by=None, on=EARLIER)
    grant(wiki, cast["charlie"], User.objects.get(login="佐藤"))

    def file(query: str = "") -> bytes:
        return b"".join(client.get(f"{ADDRESS}export/{query}").streaming_content)

    assert (
        file()
        == "\ufeffLogin name,Service code 1,Service code 2,Service code 3\r\ncharlie,wiki\r\n佐藤,wiki\r\n".encode()
    )
    assert file("?encoding=cp932&no_heading=on") == "charlie,wiki\r\n佐藤,wiki\r\n".encode("cp932")
    assert b"audrey\r\n" in file("?everybody=on")
    assert file("?everybody=0") == file()
    for query, said in (
        ("unheard=1", "unknown parameters: unheard"),
        ("format=xlsx", "unknown parameters: format"),
        ("everybody=banana", "neither yes nor no"),
    ):
        refused = client.get(f"{ADDRESS}export/?{query}")
        assert (refused.status_code, said in refused.content.decode()) == (400, True), query
    zoe = people.add({"login": "zoë"}, by=None, on=EARLIER)
    grant(wiki, zoe)
    answer = client.get(f"{ADDRESS}export/?encoding=cp932")
    assert (answer.status_code, "zoë" in answer.content.decode()) == (409, True)
    assert answer.context["back_url"] == ADDRESS


def test_who_may_bring_in_a_file(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    address, page = looked(client, "alice,wiki\n")
    for login in ("bob", "charlie", "audrey"):
        client.force_login(cast[login])
        assert client.get(address).status_code == (200 if login == "audrey" else 403)
        assert upload(client, "alice,wiki\n").status_code == 403
        assert save(client, address, page).status_code == 403
        assert client.post(f"{address}discarding/").status_code == 403
    assert not License.objects.exists()


def test_the_pages_speak_japanese(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    grant(wiki, cast["charlie"])
    address, _page = looked(client, "alice,wiki,sa\ncharlie\n")
    people.change(cast["alice"], {"language": "ja"}, by=None, on=TODAY)
    client.force_login(cast["alice"])
    for page in (ADDRESS, address):
        text = client.get(page, headers={"accept-language": "ja"}).content.decode()
        assert "ライセンス" in text
