"""Tables of shapes that people really have, beside the checkout: what is right stands in their README."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from seatwise.cli import main
from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.ledger.models import Snapshot
from seatwise.licenses import grants
from seatwise.licenses.models import Effect, License

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases" / "people"
pytestmark = [
    pytest.mark.skipif(not CASES.is_dir(), reason="shared/cases is not beside this checkout"),
    pytest.mark.django_db,
]

TODAY = datetime.date(2026, 11, 29)
NAMES = {"sato": "佐藤 太郎", "suzuki": "鈴木 花子", "takahashi": "高橋 一郎", "tanaka": "田中 実", "ito": "伊藤 真"}


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, db: None) -> dict[str, Service]:
    monkeypatch.setenv("SEATWISE_TIME_ZONE", "Asia/Tokyo")
    monkeypatch.setenv("SEATWISE_TODAY", str(TODAY))
    on = datetime.date(2026, 1, 5)
    people.add({"login": "admin", "role": "administrator"}, by=None, on=on)
    users = [
        people.add({"login": login, "name": name, "email": f"{login}@example.com"}, by=None, on=on)
        for login, name in NAMES.items()
    ]
    services = {}
    for code in ("wiki", "kintone"):
        how = Service.Removal.VENDOR
        services[code] = Service.objects.add(code=code, name=code, by=None, how_removal_takes_effect=how)
        grants.grant(service=services[code], users=users, by=None, reason="", on=on)
    Effect.objects.update(confirmed_on=on)
    return services


def report(file: str, *options: str, service: str = "wiki") -> int:
    return main(["import-snapshot", service, str(CASES / file), "--as-of", "2026-11-28", *options])


def read(service: str = "wiki") -> dict[str, str]:
    """The last access day of each row of the report."""
    rows = Snapshot.objects.get(service__code=service).rows.values_list("login__written", "last_access")
    return {login: str(day or "never") for login, day in rows}


JAN = "2026-01-02"
READ: list[tuple[str, dict[str, str]]] = [
    ("01.gitlab-seat-usage.csv", {"sato": "2026-11-27", "suzuki": "never", "takahashi": "2026-11-27"}),
    ("03.report-by-email.csv", {"sato": "2026-11-27", "suzuki": "never"}),
    ("04.utc-times.csv", {"sato": "2026-11-27", "suzuki": "never"}),
    ("04.utc-flips-a-rule.csv", {"sato": "2026-10-31"}),
    ("05.copilot-two-orgs.csv", {"sato": "2026-11-27", "suzuki": "never"}),
    ("06.m365-unknown-twice.csv", {"sato": "2026-11-22"}),
    ("25.null-assignee.csv", {"sato": "2026-11-20"}),
    ("27.deleted-at-vendor.csv", {"sato": "2026-09-22", "suzuki": "2026-11-20"}),
    ("28.email-column-first.csv", {"sato": JAN}),
    *((f"snap/{name}", {"sato": JAN}) for name in (
        "02-slash-ymd.csv", "03-kanji.csv", "04-serial.csv", "05-wareki.csv", "06-fullwidth.csv", "09-semicolon.csv",
        "10-tab.csv", "11-sep.csv", "12-bomtwice.csv", "13-title-rows.csv", "14-utf16.txt", "17-trailing-total.csv",
        "18-leading-blank-line.csv", "20-comma-in-quoted-heading.csv", "21-semicolons-in-first-line.csv",
        "28-compact.csv", "30-ymd-weekday.csv", "31-ymd-time-kanji.csv", "32-name-only-nospace.csv",
        "33-name-guest.csv", "34-eucjp.csv", "36-heading-newline.csv", "37-email-then-login.csv",
        "38-userid-numeric-then-login.csv", "41-formula.csv", "42-apostrophe.csv",
    )),
    ("snap/08-leap.csv", {"sato": "2024-02-29"}),
    ("snap/16-dup-login-case.csv", {"sato": "2026-11-27"}),
    ("snap/22-time-utc.csv", {"sato": "2026-11-27"}),
    ("snap/23-time-offset.csv", {"sato": "2026-11-27"}),
    ("snap/25-never-words.csv", {"sato": "never", "suzuki": "never", "ito": "never"}),
    ("snap/26-zero-date.csv", {"sato": "never", "suzuki": "never"}),
    ("snap/39-two-date-columns.csv", {"sato": "2026-11-27"}),
    ("snap/43-space-login.csv", {"sato": JAN, "suzuki": JAN}),
]  # fmt: skip


@pytest.mark.parametrize(("file", "right"), READ, ids=[file for file, _right in READ])
def test_a_report_is_read(site: dict[str, Service], file: str, right: dict[str, str], capsys: Any) -> None:
    assert report(file) == 0, capsys.readouterr()
    assert read() == right
    assert "Columns: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "options", "said"),
    [
        ("02.m365-concealed.csv", ["--complete"], "the names are concealed"),
        ("07.atlassian-never-accessed.csv", [], "“Last seen in Jira - example” (#8)"),
        ("24.missing-quote.csv", [], "line 2: it is not CSV"),
        ("24.short-row.csv", [], "line 2: it has 1 cells"),
        ("28.heading-twice.csv", [], "(#3) could each be the last access date"),
        ("29.complete-heading-only.csv", ["--complete"], "no rows below"),
        ("snap/01-us-date.csv", [], "line 2: last access “1/2/2026” can be read in several ways (dmy, mdy)"),
        ("snap/07-nonexistent.csv", [], "line 2: last access “2026-02-29” is not a date"),
        ("snap/15-dup-heading.csv", [], "(#3) could each be the last access date"),
        ("snap/19-missing-quote.csv", [], "line 2: it is not CSV"),
        ("snap/24-future.csv", [], "2026-12-25 is after 2026-11-28"),
        ("snap/27-year-2digits.csv", [], "can be read in several ways (ymd, dmy)"),
        ("snap/29-dmy-dots.csv", [], "can be read in several ways (dmy, mdy)"),
        ("snap/35-nul.csv", [], "NUL"),
        ("snap/40-ragged.csv", [], "line 2: it has 1 cells"),
    ],
)
def test_a_report_is_refused(
    site: dict[str, Service], file: str, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(file, *options) == 1
    assert said in capsys.readouterr().err
    assert not Snapshot.objects.exists()


@pytest.mark.parametrize(
    ("file", "options", "right"),
    [
        ("snap/01-us-date.csv", ["--dates", "mdy"], {"sato": JAN}),
        ("snap/27-year-2digits.csv", ["--dates", "ymd"], {"sato": JAN}),
        ("snap/29-dmy-dots.csv", ["--dates", "dmy"], {"sato": JAN}),
        ("28.heading-twice.csv", ["--column", "last_access=#3"], {"sato": "2026-11-27"}),
        (
            "07.atlassian-never-accessed.csv", ["--column", "last_access=Last seen in Jira - example"],
            {"sato": "2026-11-26", "suzuki": "never"},
        ),
    ],
)  # fmt: skip
def test_what_was_asked_can_be_answered(
    site: dict[str, Service], file: str, options: list[str], right: dict[str, str]
) -> None:
    assert report(file, *options) == 0
    assert read() == right


def test_people_of_one_name_are_told_apart_by_department_or_asked_about(
    site: dict[str, Service], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "r.csv"
    rows = (CASES / "22.kintone-two-same-name.csv").read_text("utf-8-sig") + "鈴木 花子,営業部,2026-11-26,3\n"
    file.write_text(rows, "utf-8")

    def bring(*options: str) -> dict[str, str]:
        Snapshot.objects.all().delete()
        assert main(["import-snapshot", "kintone", str(file), "--as-of", "2026-11-28", *options]) == 0
        return read("kintone")

    assert bring() == {"suzuki": "2026-11-26"}  # one person is known, and two rows would be theirs
    assert "line 2: “佐藤 太郎” could be any of sato" in capsys.readouterr().out
    assert bring("--person", "3=sato") == {"sato": "2026-08-01", "suzuki": "2026-11-26"}
    people = tmp_path / "people.csv"
    people.write_text("login,name,departments\nsato,佐藤 太郎,営業部\nsato2,佐藤　太郎,開発部\n", "utf-8")
    assert main(["import-users", str(people), "--yes"]) == 0
    assert bring() == {"sato": "2026-11-27", "sato2": "2026-08-01", "suzuki": "2026-11-26"}


def pending_removals(site: dict[str, Service], *logins: str) -> set[str]:
    """Ask for the removal of some people's licenses; whose removals wait."""
    held = License.objects.filter(user__login__in=logins, service=site["wiki"])
    if held:
        grants.revoke(list(held), by=None, reason="", on=datetime.date(2026, 11, 20))
    return set(Effect.objects.pending().values_list("license__user__login", flat=True))


def test_a_status_confirms_a_removal(site: dict[str, Service]) -> None:
    pending_removals(site, "sato", "takahashi")
    assert report("27.deleted-at-vendor.csv") == 0
    assert pending_removals(site) == {"takahashi"}


@pytest.mark.parametrize("file", ["02.m365-concealed.csv", "03.report-by-email.csv", "29.complete-heading-only.csv"])
def test_nobody_who_is_on_a_report_or_not_recognized_is_confirmed_as_removed(
    site: dict[str, Service], file: str
) -> None:
    pending_removals(site, "sato", "suzuki")
    report(file, "--complete")
    assert {"sato", "suzuki"} == pending_removals(site)


def bring(file: str, *options: str) -> int:
    return main(["import-users", str(CASES / file), "--yes", *options])


def user(login: str) -> User:
    found: User = User.objects.get(login=login)
    return found


def test_13_a_new_login_of_the_same_person(site: dict[str, Service], capsys: pytest.CaptureFixture[str]) -> None:
    User.objects.filter(login="suzuki").update(employee_number="0042")
    assert bring("13.rename-as-new.csv") == 1
    assert "saito is new and has the employee number 0042 of 鈴木 花子 (suzuki)" in capsys.readouterr().out
    assert bring("13.rename-as-new.csv", "--same-person", "saito") == 0
    assert bring("13.rename-next-month.csv") == 0
    assert (user("suzuki").name, user("suzuki").email) == ("齋藤 花子", "saito@example.co.jp")
    assert License.objects.held().filter(user=user("suzuki")).count() == 2


def test_16_what_the_users_page_exports_changes_nothing(
    site: dict[str, Service], tmp_path: Path, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    client.force_login(user("admin"))
    for name, form in (("users", "csv"), ("users/file", "csv"), ("users/file", "xlsx")):
        file = tmp_path / f"users.{form}"
        file.write_bytes(client.get(f"/administration/directory/{name}/", {"format": form}).getvalue())
        assert main(["import-users", str(file), "--yes"]) == 0
        assert "Everything already matches the file." in capsys.readouterr().out


def test_21_a_mass_deactivation_needs_its_number(site: dict[str, Service]) -> None:
    assert bring("21.mass-deactivation.csv", "--deactivate-missing") == 1
    assert User.objects.filter(status="active").count() == 6
    assert bring("21.mass-deactivation.csv", "--deactivate-missing", "--deactivate", "5") == 0
    assert User.objects.filter(status="active").count() == 1


def test_23_lost_zeros_are_asked_about(site: dict[str, Service]) -> None:
    assert bring("23.zeros-before.csv") == 0
    assert bring("23.zeros-lost.csv") == 1
    assert not User.objects.filter(login="123").exists()
    assert bring("23.zeros-lost.csv", "--same-person", "123") == 0
    assert user("00123").name == "山田"


def test_31_a_login_that_is_used_again_is_asked_about(site: dict[str, Service]) -> None:
    User.objects.filter(login="sato").update(employee_number="7")
    assert bring("31.login-reused.csv") == 1
    assert bring("31.login-reused.csv", "--new-person", "sato") == 1
    assert user("sato").name == "佐藤 太郎"


def test_34_departments_of_cybozu_users(site: dict[str, Service]) -> None:
    assert bring("34.cybozu-userOrganizations.csv") == 0
    assert [each.code for each in user("sato").departments_on()] == ["S1", "S11"]


def test_32_a_matrix_is_no_list_of_services(site: dict[str, Service], capsys: pytest.CaptureFixture[str]) -> None:
    main(["licenses", "import", str(CASES / "32.matrix-true-false.csv"), "--yes"])
    assert License.objects.held().count() == 10


def test_17_who_comes_back_is_not_named_days_later(
    site: dict[str, Service], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEATWISE_TODAY", "2026-02-01")
    assert bring("17.return-1-inactive.csv") == 0
    monkeypatch.setenv("SEATWISE_TODAY", "2026-11-25")
    assert bring("17.return-2-active.csv") == 0
    monkeypatch.setenv("SEATWISE_TODAY", str(TODAY))
    assert main(["source", "add", "proxy", "--service", "wiki"]) == 0
    assert main(["ingest", "proxy", str(CASES / "17.return.log")]) == 0
    capsys.readouterr()
    assert main(["review", "try", "wiki", "--idle-days", "30"]) == 0
    assert "left out: returned recently\t1" in capsys.readouterr().out
    assert main(["review", "try", "wiki", "--idle-days", "30", "--login", "sato"]) == 0
    assert "selected\t0" in capsys.readouterr().out


def test_26_use_without_a_license_is_shown_where_the_license_is(
    site: dict[str, Service], client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    pending_removals(site, "sato")
    assert main(["source", "add", "proxy", "--service", "wiki"]) == 0
    assert main(["ingest", "proxy", str(CASES / "26.use-without-license.log")]) == 0
    client.force_login(user("admin"))
    for address in (
        f"/administration/people/{user('sato').pk}/licenses/",
        "/administration/services/wiki/pending/",
        "/administration/access/wiki/sato/",
    ):
        assert "29 Nov 2026" in client.get(address, follow=True).content.decode(), address
