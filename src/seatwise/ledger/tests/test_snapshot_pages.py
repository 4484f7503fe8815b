"""The pages of vendors' reports: uploading, choosing columns, confirming, looking."""

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from seatwise.audit.models import Entry
from seatwise.cli import main
from seatwise.directory.models import ColumnMapping, Login, Service, Upload, User
from seatwise.ledger.models import Snapshot
from seatwise.ledger.report_matching import match
from seatwise.ledger.snapshot_file import ReportedRow
from seatwise.ledger.snapshots import confirm, import_snapshot
from seatwise.ledger.tests.test_source_pages import body
from seatwise.ledger.tests.world import add_person, add_service

BASE = "/administration/sources/snapshots/"
CSV = "Display name,Mail,Last activity date,Active days\nAnn,ann,2026-11-20,12\nBen,ben,never,0\n"
pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def wiki(db: None) -> Service:
    add_person("ann")
    return add_service("wiki")


def post(client: Client, data: bytes, **fields: str) -> Any:
    file = SimpleUploadedFile("report.csv", data)
    return client.post(BASE + "add/", {"service": "wiki", "as_of": "2026-11-22", "file": file, **fields})


def upload(client: Client, text: str = CSV, **fields: str) -> str:
    response = post(client, text.encode(), **fields)
    assert response.status_code == 302, body(response)
    return str(response["Location"])


def hidden(response: Any) -> dict[str, str]:
    """What the button to import sends."""
    return dict(response.context["chosen"])


def test_a_report_is_uploaded_looked_at_and_imported(admin: Client, wiki: Service, alice: User) -> None:
    page = upload(admin)
    shown = admin.get(page)
    assert "A report on Wiki as of 22 November 2026. Nothing has been imported yet." in body(shown)
    chosen = {name: at for name, at in hidden(shown).items() if at}
    assert chosen == {"login": "1", "name": "0", "last_access": "2", "days": "3"}
    assert shown.context["recognized"] == 1
    assert not Snapshot.objects.exists()
    assert not Login.objects.filter(folded="ben").exists()
    done = admin.post(page, hidden(shown), follow=True)
    snapshot = Snapshot.objects.get()
    assert done.redirect_chain == [(f"{BASE}{snapshot.pk}/", 302)]
    assert (snapshot.file, snapshot.as_of, snapshot.imported_by) == ("report.csv", datetime.date(2026, 11, 22), alice)
    text = body(done)
    assert "As reported by Wiki (vendor) on 22 November 2026, in report.csv." in text
    assert "none reported" in text
    assert Entry.objects.newest_first()[0].verb == "snapshot.import"
    assert [(each.state, bytes(each.data)) for each in Upload.objects.all()] == [("done", b"")]


@pytest.mark.parametrize("faster", [True, False])
def test_a_second_press_goes_to_the_report_that_the_first_one_made(
    admin: Client, wiki: Service, alice: User, monkeypatch: pytest.MonkeyPatch, faster: bool
) -> None:
    page = upload(admin)
    chosen = hidden(admin.get(page))
    if faster:  # it imports the file while the second reads it
        monkeypatch.setattr("seatwise.ledger.views.snapshots.confirm", twice)
    else:
        admin.post(page, chosen)
    done = admin.post(page, chosen, follow=True)
    made = Snapshot.objects.get()
    assert done.redirect_chain == [(f"{BASE}{made.pk}/", 302)]
    assert "This file was already imported or discarded." in body(done)
    assert admin.get(page)["Location"] == f"{BASE}{made.pk}/"


def twice(upload: Upload, *arguments: Any, **named: Any) -> Snapshot:
    """What somebody else imported, imported once more."""
    confirm(Upload.objects.get(pk=upload.pk), *arguments, **named)
    return confirm(upload, *arguments, **named)


def test_a_file_whose_report_was_replaced_leads_to_the_list(admin: Client, wiki: Service) -> None:
    first, second = upload(admin), upload(admin)
    for page in (first, second):
        admin.post(page, hidden(admin.get(page)))
    assert admin.get(first)["Location"] == BASE
    assert admin.get(second)["Location"] == f"{BASE}{Snapshot.objects.get().pk}/"


def test_columns_can_be_chosen(admin: Client, wiki: Service) -> None:
    page = upload(admin, "x,y,z\nann,2026-11-01,2026-11-02\n")
    shown = body(admin.get(page))
    assert "report.csv line 1: no column for the last access date among x, y, z" in shown
    assert ">Import</button>" not in shown
    chosen = {"login": "0", "name": "", "last_access": "2", "days": ""}
    assert ">Import</button>" in body(admin.get(page, chosen))
    admin.post(page, chosen)
    assert Snapshot.objects.get().rows.get().last_access == datetime.date(2026, 11, 2)


def test_errors_are_named_by_line_and_nothing_can_be_imported(admin: Client, wiki: Service) -> None:
    rows = "".join(f"u{number},soon\n" for number in range(30))
    page = upload(admin, "login,last access\n" + rows)
    shown = admin.get(page)
    assert "report.csv line 2: last access “soon” is not a date" in body(shown)
    admin.post(page, hidden(shown))
    assert not Snapshot.objects.exists()


def test_a_refusal_is_said_and_the_draft_stays(admin: Client, wiki: Service) -> None:
    page = upload(admin, "login,last access\nann,2026-11-23\n")
    said = body(admin.post(page, hidden(admin.get(page))))
    assert "last access 2026-11-23 is after 2026-11-22" in said
    assert admin.get(page).status_code == 200
    assert not Snapshot.objects.exists()


def test_logins_that_are_nobodys_are_warned_of(admin: Client, wiki: Service) -> None:
    assert "No one in the report was recognized." in body(admin.get(upload(admin, "login,last access\nx,2026-11-20\n")))


@pytest.mark.parametrize(
    ("query", "said"), [("login=9", "Select a valid choice"), ("colour=1", "unknown parameters: colour")]
)
def test_wrong_parameters_are_said(admin: Client, wiki: Service, query: str, said: str) -> None:
    answer = admin.get(f"{upload(admin)}?{query}")
    assert (answer.status_code, said in body(answer)) == (400, True)


@pytest.mark.parametrize(
    ("data", "fields", "said"),
    [
        (CSV.encode(), {"as_of": "2026-11-25"}, "This date is in the future."),
        (CSV.encode(), {"service": "other"}, "Select a valid choice"),
        (b"PK\x03\x04", {}, "Excel workbook"),
        ("é,ü\n".encode("latin-1"), {}, "neither UTF-8 nor Shift_JIS"),
        (CSV.encode(), {"encoding": "klingon"}, "Select a valid choice"),
        (b"", {}, "The submitted file is empty"),
    ],
)
def test_what_cannot_be_a_report_is_refused_at_once(
    admin: Client, wiki: Service, data: bytes, fields: dict[str, str], said: str
) -> None:
    assert said in body(post(admin, data, **fields))
    assert not Upload.objects.exists()


def test_an_encoding_can_be_named(admin: Client, wiki: Service) -> None:
    response = post(admin, "ログイン名,最終アクセス日\nann,2026-11-20\n".encode("euc-jp"), encoding="euc-jp")
    assert hidden(admin.get(response["Location"]))["login"] == "0"


def test_a_draft_is_its_uploaders_alone(admin: Client, client: Client, wiki: Service) -> None:
    page = upload(admin)
    client.force_login(add_person("adam", role="administrator"))
    before = Upload.objects.get()
    for answer in (client.get(page), client.post(page), client.post(page + "discarding/")):
        assert answer.status_code == 404
        assert "Page not found" in body(answer)
    after = Upload.objects.get()
    assert (after.state, bytes(after.data)) == (before.state, CSV.encode()), "it was not thrown away"
    assert not Snapshot.objects.exists()
    assert client.get(f"{BASE}drafts/0/").status_code == 404


def test_a_draft_can_be_thrown_away(admin: Client, wiki: Service) -> None:
    page = upload(admin)
    assert "was discarded" in body(admin.post(page + "discarding/", follow=True))
    assert [(each.state, bytes(each.data)) for each in Upload.objects.all()] == [("abandoned", b"")]
    assert not Snapshot.objects.exists()
    for again in (admin.get(page), admin.post(page)):
        assert again["Location"] == BASE


def test_a_draft_of_a_service_that_is_gone_is_gone(admin: Client, wiki: Service) -> None:
    page = upload(admin)
    Service.objects.all().delete()
    for answer in (admin.get(page), admin.post(page)):
        assert answer.status_code == 404
        assert "Page not found" in body(answer)
    assert not Snapshot.objects.exists()


def test_rows_of_known_people_are_counted_whichever_way_they_are_known(wiki: Service) -> None:
    found = [ReportedRow(line, *row, None, "") for line, row in enumerate([("ANN", ""), ("", "Ben"), ("who", "Who")])]
    add_person("ben")
    assert match(found, "r.csv").recognized == 2


def test_reports_and_rows_are_paged_narrowed_and_saved(
    admin: Client, wiki: Service, django_assert_max_num_queries: Any
) -> None:
    rows = [ReportedRow(n + 2, f"u{n:03}", "", datetime.date(2026, 11, 1), str(n)) for n in range(120)]
    snapshot = import_snapshot(wiki, rows, file="=r.csv", as_of=datetime.date(2026, 11, 22), by=None)
    with django_assert_max_num_queries(10):
        page = admin.get(f"{BASE}{snapshot.pk}/?page=2").context["list"]
    assert [row.thing.login.written for row in page.rows][:2] == ["u050", "u051"]
    assert body(admin.get(f"{BASE}{snapshot.pk}/?text=u11&format=csv")).splitlines()[1] == "u110,,2026-11-01,110"
    Login.objects.filter(folded="u000").update(user=User.objects.get(login="alice"))
    assert f'href="{reverse("person_directory", args=[User.objects.get(login="alice").pk])}"' in body(
        admin.get(f"{BASE}{snapshot.pk}/")
    )
    lines = body(admin.get(f"{BASE}?service=wiki&format=csv")).splitlines()
    assert lines[0] == "\ufeffAs of,Service,File,Rows,Imported,Performed by"
    assert lines[1].startswith("2026-11-22,Wiki,'=r.csv,120,")
    add_service("mail")
    assert "No report matches these filters." in body(admin.get(f"{BASE}?service=mail"))


def test_a_choice_of_columns_is_kept_with_its_service_and_read_by_again(admin: Client, wiki: Service) -> None:
    page = upload(admin, "x,y,z\nann,01/02/2026,2\n")
    choice = {"login": "0", "last_access": "1", "days": "2", "dates": "dmy", "time_zone": "UTC"}
    kept = admin.post(page + "columns/", {**choice, "keep_as": "weekly"}, follow=True)
    assert "The mapping “weekly” was saved." in body(kept)
    mapping = ColumnMapping.objects.get()
    assert (mapping.service, mapping.dates, mapping.time_zone) == (wiki, "dmy", "UTC")
    add_service("other")
    assert admin.get(upload(admin, "x,y,z\n", service="other")).context["fitting"] == []
    again = upload(admin, "z,x,y\n3,ann,03/02/2026\n")
    assert admin.get(again).context["fitting"] == [mapping]
    looked = admin.post(again + "columns/", {"mapping": str(mapping.pk)}, follow=True)
    assert {name: at for name, at in hidden(looked).items() if at} == {
        "login": "1", "last_access": "2", "days": "0", "dates": "dmy", "time_zone": "UTC",
    }  # fmt: skip
    admin.post(again, hidden(looked))
    assert Snapshot.objects.get().rows.get().last_access == datetime.date(2026, 2, 4)  # the last that its day touches


def test_a_command_keeps_a_reports_mapping_and_reads_by_it(wiki: Service, tmp_path: Any) -> None:
    file = tmp_path / "r.csv"
    file.write_text("x,y\nann,01/02/2026\n")
    command = ["import-snapshot", "wiki", str(file), "--as-of", "2026-11-22"]
    assert main([*command, "--column=login=x", "--column=last_access=y", "--save-mapping=w"]) == 1  # dmy or mdy?
    assert not ColumnMapping.objects.exists()
    assert main([*command, "--column=login=x", "--column=last_access=y", "--dates=dmy", "--save-mapping=w"]) == 0
    file.write_text("y,x\n03/02/2026,ann\n")
    assert main([*command, "--mapping", "w"]) == 0
    assert Snapshot.objects.get().rows.get().last_access == datetime.date(2026, 2, 3)
    assert main([*command, "--mapping", "w", "--dates=mdy"]) == 0
    assert Snapshot.objects.get().rows.get().last_access == datetime.date(2026, 3, 2)
    assert main([*command, "--mapping", "no such"]) == 1
