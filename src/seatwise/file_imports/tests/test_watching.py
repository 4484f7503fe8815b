"""A watched folder: files that are whole are brought in once, and moved with a text; what asks waits for somebody."""

import os
from pathlib import Path

import pytest
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.cast import EARLIER
from seatwise.cli import main
from seatwise.directory import people
from seatwise.directory.models import ColumnMapping, Service, Upload, User
from seatwise.file_imports.watching import Watch
from seatwise.ledger.models import Snapshot
from seatwise.licenses.models import License

pytestmark = pytest.mark.django_db
NOW = 1_795_500_000.0  # 2026-11-24 in Tokyo
LONG_AGO = 1_795_000_000  # 2026-11-18


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Service.objects.add(code="wiki", name="Wiki", by=None)
    (tmp_path / "reports" / "wiki").mkdir(parents=True)
    Watch(tmp_path)
    return tmp_path


def put(path: Path, text: str, at: float = LONG_AGO) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_each_kind_is_brought_in_and_moved_with_a_text(folder: Path, charlie: User) -> None:
    put(folder / "people" / "hr.csv", "login,name\nsato,Sato\n")
    put(folder / "reports" / "wiki" / "use 2026-11-20.csv", "login,last access\nsato,2026-11-19\nnobody,never\n")
    put(folder / "licenses" / "l.csv", "charlie,wiki\n")
    assert Watch(folder).look(NOW) == ["people/hr.csv: done", "licenses/l.csv: done",
                                       "reports/wiki/use 2026-11-20.csv: done"]  # fmt: skip
    assert User.objects.get(login="sato").name == "Sato"
    assert License.objects.get().user == charlie
    report = Snapshot.objects.get()
    assert (str(report.as_of), report.imported_by, report.rows.count()) == ("2026-11-20", None, 2)
    assert files(folder) == [
        f"done/{name}{ending}"
        for name in ("licenses/l.csv", "people/hr.csv", "reports/wiki/use 2026-11-20.csv")
        for ending in ("", ".result.txt")
    ]
    text = (folder / "done/reports/wiki/use 2026-11-20.csv.result.txt").read_text(encoding="utf-8")
    for said in ("2 rows, 1 recognized", "login: “login”", "As of 2026-11-20.", "“nobody”", "imported"):
        assert said in text
    assert Entry.objects.filter(verb="watch.import").count() == 3
    assert Entry.objects.filter(verb="snapshot.import").count() == 1
    assert Watch(folder).look(NOW) == []


def test_a_file_is_taken_once_it_does_not_grow_any_more(folder: Path) -> None:
    watch, file = Watch(folder), folder / "people" / "hr.csv"
    put(file, "login\nsa", NOW - 1)
    put(folder / "people" / "next.csv.part", "login\nnobody\n")
    assert watch.look(NOW) == []
    put(file, "login\nsato\n", NOW)
    assert watch.look(NOW + 5) == []
    assert watch.look(NOW + 10) == ["people/hr.csv: done"]
    assert set(User.objects.values_list("login", flat=True)) == {"sato"}
    (folder / "people" / "next.csv.part").rename(folder / "people" / "next.csv")
    assert watch.look(NOW + 15) == ["people/next.csv: done"]


def test_what_was_brought_in_when_the_power_went_is_only_moved(folder: Path) -> None:
    put(folder / "people" / "hr.csv", "login\nsato\n")
    Watch(folder).look(NOW)
    entries = Entry.objects.count()
    (folder / "done/people/hr.csv").rename(folder / "people" / "hr.csv")
    assert Watch(folder).look(NOW) == ["people/hr.csv: done"]
    assert (Entry.objects.count(), Upload.objects.count()) == (entries, 1)
    put(folder / "people" / "hr.csv", "login\nsato\n", LONG_AGO + 1)  # another file of that name and content
    Watch(folder).look(NOW)
    assert (folder / "done/people/hr (2).csv").is_file()


def test_a_question_or_a_large_change_waits_for_somebody_on_the_site(
    folder: Path, client: Client, alice: User, charlie: User
) -> None:
    watch = Watch(folder)
    for number in range(8):
        people.add({"login": f"u{number}"}, by=None, on=EARLIER)
    inactive = "".join(f"u{number},inactive\n" for number in range(8))
    put(folder / "people" / "many.csv", "login,status\n" + inactive)
    put(folder / "people" / "boss.csv", "login,role\nu1,administrator\n")
    assert watch.look(NOW) == ["people/boss.csv: waiting", "people/many.csv: waiting"]
    assert User.objects.get(login="u1").role == "member"
    assert "8 users would be deactivated" in (folder / "waiting/people/many.csv.result.txt").read_text(encoding="utf-8")
    client.force_login(charlie)
    assert "many.csv" not in client.get("/").content.decode()
    client.force_login(alice)
    assert "many.csv" in client.get("/").content.decode()
    upload = Upload.objects.get(name="many.csv")
    page = f"/administration/directory/imports/{upload.pk}/"
    plan = client.get(page).context["plan"]
    client.post(f"{page}confirmation/", {"fingerprint": plan.fingerprint(), "deactivations": "8"})
    client.post(f"/administration/directory/imports/{Upload.objects.get(name='boss.csv').pk}/discarding/")
    assert User.objects.get(login="u7").status == "inactive"
    assert watch.look(NOW) == ["waiting/people/boss.csv: refused", "waiting/people/many.csv: done"]
    assert files(folder) == [
        f"{name}{ending}" for name in ("done/people/many.csv", "refused/people/boss.csv")
        for ending in ("", ".result.txt")
    ]  # fmt: skip
    assert "many.csv" not in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        ("people/x.csv", "name\nA\n", "cannot be used"),
        ("people/x.csv", "", "cannot be used"),
        ("reports/wiki/x.csv", "login,last access\n", "no rows below them"),
        ("reports/wiki/2026-11-01 x.csv", "login,last access\ncharlie,2026-11-19\n", "after 2026-11-01"),
        ("licenses/x.csv", "nobody,wiki\n", "cannot be used"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(
    folder: Path, charlie: User, place: str, text: str, said: str
) -> None:
    put(folder / place, text)
    assert Watch(folder).look(NOW) == [f"{place}: refused"]
    assert not Snapshot.objects.exists()
    assert said in (folder / "refused" / f"{place}.result.txt").read_text(encoding="utf-8")
    assert [each.state for each in Upload.objects.all()] == ["abandoned"]
    assert Entry.objects.newest_first()[0].verb == "watch.refuse"


def test_a_report_on_which_nobody_is_recognized_waits(folder: Path) -> None:
    put(folder / "reports" / "wiki" / "x.csv", "login,last access\nstranger,2026-11-10\n")
    assert Watch(folder).look(NOW) == ["reports/wiki/x.csv: waiting"]
    assert not Snapshot.objects.exists()


def test_the_mapping_that_was_kept_for_such_a_file_is_used(folder: Path) -> None:
    columns = {"login": "Kennung", "name": "Anzeige"}
    ColumnMapping.objects.keep(ColumnMapping(name="hr", headings="anzeige\nkennung", columns=columns), by=None)
    put(folder / "people" / "hr.csv", "Kennung,Anzeige\nsato,Sato\n")
    assert Watch(folder).look(NOW) == ["people/hr.csv: done"]
    assert "“hr”" in (folder / "done/people/hr.csv.result.txt").read_text(encoding="utf-8")
    assert User.objects.get(login="sato").name == "Sato"


def test_a_folder_of_no_service_is_named_once_and_links_are_left_alone(folder: Path, tmp_path: Path) -> None:
    (folder / "reports" / "shoes").mkdir()
    put(folder / "reports" / "shoes" / "x.csv", "login,last access\n")
    (folder / "people" / "link.csv").symlink_to(folder / "reports" / "shoes" / "x.csv")
    watch = Watch(folder)
    assert watch.look(NOW) == ["reports/shoes: there is no service with this code, so the file is left there."]
    assert watch.look(NOW) == []


def test_the_command_takes_what_is_there_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(folder / "people" / "hr.csv", "login\nsato\n", 0)
    assert main(["watch", str(folder), "--once"]) == 0
    assert capsys.readouterr().out == "people/hr.csv: done\n"
    assert main(["watch", str(folder / "nowhere"), "--once"]) == 2
