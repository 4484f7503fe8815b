"""Which column of a file of people is what: chosen on the page, kept by name, offered again, exported, taken in."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.cli import main
from seatwise.directory.changes import Refused
from seatwise.directory.models import ColumnMapping, User
from seatwise.directory.models.mappings import mapping_of_file
from seatwise.lib.table_columns import chosen_columns, chosen_of, written_choice

pytestmark = pytest.mark.django_db
BASE = "/administration/directory/"
CSV = "Kennung,Anzeige,Post\nsato,Sato Taro,sato@example.com\n"


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def uploaded(client: Client, text: str = CSV) -> str:
    file = SimpleUploadedFile("people.csv", text.encode())
    return str(client.post(BASE + "imports/", {"file": file})["Location"])


def chosen(client: Client, page: str, **fields: str) -> Any:
    return client.post(page + "columns/", {"login": "0", "name": "1", "email": "2", **fields}, follow=True)


def test_columns_are_chosen_on_the_page_kept_by_name_and_offered_for_the_same_headings(admin: Client) -> None:
    page = uploaded(admin)
    assert "heading" in admin.get(page).content.decode()
    assert not admin.get(page).context["plan"].added
    looked = chosen(admin, page, keep_as="  the   other  directory ").context["plan"]
    assert [change.after["email"] for change in looked.added] == ["sato@example.com"]
    kept = ColumnMapping.objects.get()
    assert (kept.name, kept.service) == ("the other directory", None)
    assert {what: text for what, text in kept.columns.items() if text} == {
        "login": "Kennung", "name": "Anzeige", "email": "Post",
    }  # fmt: skip
    assert Entry.objects.newest_first()[0].verb == "mapping.save"
    other = uploaded(admin, "Post,Kennung,Anzeige\nito@example.com,ito,Ito\n")  # in another order
    assert admin.get(other).context["fitting"] == [kept]
    by_it = admin.post(other + "columns/", {"mapping": str(kept.pk)}, follow=True).context["plan"]
    assert [change.after["login"] for change in by_it.added] == ["ito"]
    admin.post(other + "confirmation/", {"fingerprint": by_it.fingerprint()})
    assert User.objects.get(login="ito").email == "ito@example.com"
    assert admin.get(uploaded(admin, "Kennung,Anzeige\nito,Ito\n")).context["fitting"] == []


def test_a_mapping_is_exported_as_a_file_that_is_taken_in_again(admin: Client, alice: User) -> None:
    chosen(admin, uploaded(admin), keep_as="hr")
    kept = ColumnMapping.objects.get()
    file = admin.get(f"{BASE}mappings/{kept.pk}/").content
    admin.post(f"{BASE}mappings/{kept.pk}/removal/")
    assert not ColumnMapping.objects.exists()
    assert Entry.objects.newest_first()[0].verb == "mapping.remove"
    admin.post(BASE + "mappings/", {"file": SimpleUploadedFile("m.json", file)})
    again = ColumnMapping.objects.get()
    assert (again.described(), again.saved_by) == (kept.described(), alice)
    entries = Entry.objects.count()
    admin.post(BASE + "mappings/", {"file": SimpleUploadedFile("m.json", file)})  # nothing new
    assert (ColumnMapping.objects.count(), Entry.objects.count()) == (1, entries)
    assert "Kennung" in admin.get(BASE + "mappings/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": "other"}, {"name": ""}, {"name": 3}, {"headings": "x"}, {"headings": [3]}, {"columns": {}},
        {"columns": {"login": None}}, {"columns": {"shoe_size": "x"}}, {"service": "nothing"}, {"service": []},
        {"dates": "dmy"}, {"time_zone": "Mars/Base"},
    ],
)  # fmt: skip
def test_a_file_that_is_no_mapping_is_refused(wrong: dict[str, Any]) -> None:
    fine = {
        "format": "seatwise column mapping 1", "name": "hr", "service": None, "headings": ["a"],
        "columns": {"login": "a"}, "dates": "", "time_zone": "",
    }  # fmt: skip
    ColumnMapping.objects.keep(mapping_of_file(json.dumps(fine).encode()), by=None)
    with pytest.raises(Refused):
        ColumnMapping.objects.keep(mapping_of_file(json.dumps(fine | wrong).encode()), by=None)
    assert ColumnMapping.objects.count() == 1
    for data in (b"", b"[]", b"\xff", b"{" * 100):
        with pytest.raises(Refused):
            mapping_of_file(data)


def test_auditors_see_mappings_and_change_none(admin: Client, audrey: User, charlie: User) -> None:
    page = uploaded(admin)
    chosen(admin, page, keep_as="hr")
    kept = ColumnMapping.objects.get()
    admin.force_login(audrey)
    assert admin.get(f"{BASE}mappings/{kept.pk}/").status_code == 200
    for address in (f"mappings/{kept.pk}/removal/", "mappings/"):
        assert admin.post(BASE + address).status_code == 403
    assert chosen(admin, page, keep_as="mine").status_code == 403
    admin.force_login(charlie)
    assert admin.get(f"{BASE}mappings/{kept.pk}/").status_code == 403
    assert ColumnMapping.objects.count() == 1


def test_commands_keep_a_mapping_and_read_by_it(tmp_path: Any, db: None, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "people.csv"
    file.write_text(CSV)
    assert main(["import-users", str(file), "--yes"]) == 1
    columns = [f"--column={what}" for what in ("login=Kennung", "name=#2", "email=Post")]
    assert main(["import-users", str(file), "--yes", *columns, "--save-mapping", "hr"]) == 0
    file.write_text("Post,Kennung,Anzeige\nito@example.com,ito,Ito\n")
    capsys.readouterr()
    assert main(["import-users", str(file), "--dry-run"]) == 1
    assert main(["import-users", str(file), "--yes"]) == 1
    assert "use --mapping 'hr'" in capsys.readouterr().out
    assert main(["import-users", str(file), "--yes", "--mapping", "hr"]) == 0
    assert User.objects.get(login="ito").name == "Ito"
    capsys.readouterr()
    assert main(["mapping", "export", "hr"]) == 0
    (tmp_path / "hr.json").write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["mapping", "remove", "hr"]) == 0
    assert main(["import-users", str(file), "--mapping", "hr"]) == 1
    assert main(["mapping", "import", str(tmp_path / "hr.json")]) == 0
    assert main(["mapping", "list"]) == 0
    assert "hr\tpeople\tlogin: Kennung" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("headings", "at", "text"), [(["a", "b"], 1, "b"), (["a", "A "], 1, "#2"), (["a", ""], 1, "#2"), (["a"], None, "")]
)
def test_a_choice_is_written_so_that_it_is_found_again(headings: list[str], at: int | None, text: str) -> None:
    assert written_choice(headings, at) == text
    assert chosen_columns(headings, chosen_of({"login": text})) == ({} if at is None else {"login": at})
