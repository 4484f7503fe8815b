"""What was backed up is what is there after it was restored, on either database."""

import datetime
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client
from django_tasks_db.models import DBTaskResult

from seatwise import audit
from seatwise.accounts.factor_adapter import decrypt, encrypt
from seatwise.audit.models import Entry
from seatwise.audit.verification import verify
from seatwise.commands.database_backup import back_up
from seatwise.commands.database_restore import CannotRestore, restore
from seatwise.commands.tables_to_keep import (
    FILLED_BY_MIGRATIONS,
    UNDER_WAY,
    added_since,
    columns_of,
    kept_models,
    migrations_applied,
)
from seatwise.directory import people
from seatwise.ledger.models import LogImport, Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.ledger.tasks import read_upload
from seatwise.lib.packages import BACKUP, Packer
from seatwise.reviews.evidence import signing_key
from seatwise.reviews.tasks import carry_out


def silent(table: str, rows: int) -> None:
    pass


def everything() -> dict[str, list[Any]]:
    """All rows of all tables that are kept."""
    return {
        model._meta.label_lower: list(
            model._base_manager.order_by("pk").values_list(*[field.attname for field in columns_of(model)])
        )
        for model in kept_models()
    }


@pytest.fixture
def populated(cast: dict[str, Any]) -> dict[str, list[Any]]:
    with transaction.atomic():
        audit.record(
            by=cast["alice"], verb="user.change", subject=cast["bob"], before={"n": None}, after={"佐藤": [1, True]}
        )
    people.change(
        cast["charlie"],
        {"manager": cast["alice"], "expected_days": "2.5"},
        by=cast["alice"],
        on=datetime.date(2026, 11, 1),
    )
    Authenticator.objects.create(user=cast["charlie"], type="totp", data={"secret": encrypt("JBSWY3DPEHPK3PXP")})
    return everything()


@pytest.fixture
def file(populated: Any, tmp_path: Path) -> Path:
    assert back_up(tmp_path / "backup.zip", silent) == sum(len(rows) for rows in populated.values())
    return tmp_path / "backup.zip"


def resealed(file: Path, change: Callable[[dict[str, bytes], dict[str, Any]], object]) -> None:
    """The same backup with something else in it, sealed with the key of the site."""
    with zipfile.ZipFile(file) as archive:
        content = {each: archive.read(each) for each in archive.namelist() if each.endswith(".jsonl")}
        about = json.loads(archive.read("manifest.json"))["about"]
    change(content, about)
    with file.open("wb") as out:
        packer = Packer(io.BytesIO(), BACKUP)
        for name, data in content.items():
            packer.add(name, [data])
        packer.seal(about, signing_key(), out)


@pytest.mark.django_db(transaction=True)
def test_everything_is_equal_afterwards(populated: Any, file: Path, cast: dict[str, Any]) -> None:
    people.change(cast["bob"], {"name": "Somebody else"}, by=None, on=datetime.date(2026, 11, 2))
    Authenticator.objects.all().delete()
    restore(file, replace=True, progress=silent)
    assert decrypt(Authenticator.objects.get(user=cast["charlie"]).data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert without_restore(everything(), entries=len(populated["audit.entry"])) == without_chain(populated)
    assert verify()
    entry = Entry.objects.newest_first()[0]
    assert (entry.verb, entry.after["former_end"]) == ("audit.restore", len(populated["audit.entry"]) + 1)


def without_chain(tables: Any) -> Any:
    return {label: rows for label, rows in tables.items() if label != "audit.chain"}


def without_restore(tables: Any, entries: int) -> Any:
    """Everything but the entry that says that a backup was restored."""
    assert len(tables["audit.entry"]) == entries + 1
    return without_chain(tables) | {"audit.entry": tables["audit.entry"][:entries]}


@pytest.mark.django_db(transaction=True)
def test_life_goes_on_after_a_restore(populated: Any, file: Path) -> None:
    from seatwise.directory import people

    restore(file, replace=True, progress=silent)
    user = people.add({"login": "new"}, by=None, on=datetime.date(2026, 11, 24))
    assert user.pk > max(row[0] for row in populated["directory.user"])
    assert verify()


@pytest.mark.django_db(transaction=True)
def test_entries_of_the_audit_log_are_protected_again_after_a_restore(populated: Any, file: Path) -> None:
    restore(file, replace=True, progress=silent)
    with pytest.raises(Exception, match="never changed or deleted"), transaction.atomic():
        Entry.objects.all().delete()


def test_data_is_not_replaced_unless_that_was_said(populated: Any, file: Path) -> None:
    with pytest.raises(CannotRestore, match="add --replace"):
        restore(file, replace=False, progress=silent)
    assert everything() == populated


USERS = "directory.user.jsonl"
LATER = {
    "ledger.0002_files_of_imports": ("ledger.logimport", "passed_over", "remarks"),
    "reviews.0002_schedules_ask_again": ("reviews.schedule", "asks_again"),
}


def older(content: dict[str, bytes], about: dict[str, Any], *also: str) -> None:
    """Make a backup one from before later migrations; `also` are columns of imports that were there already."""
    for name, (table, *added) in LATER.items():
        about["migrations"].remove(name)
        columns = about["tables"][table]["columns"]
        kept = [i for i, column in enumerate(columns) if column not in (*added, *also)]
        about["tables"][table]["columns"] = [columns[i] for i in kept]
        rows = [json.loads(line) for line in content[f"{table}.jsonl"].splitlines()]
        content[f"{table}.jsonl"] = b"".join(json.dumps([row[i] for i in kept]).encode() + b"\n" for row in rows)


def older_without_users(content: dict[str, bytes], about: dict[str, Any]) -> None:
    older(content, about)
    del about["tables"]["directory.user"]


def replace_column(about: dict[str, Any], column: str, by: str) -> None:
    columns = about["tables"]["directory.user"]["columns"]
    columns[columns.index(column)] = by


@pytest.mark.django_db(transaction=True)
def test_a_backup_from_before_columns_were_added_is_restored_with_their_defaults(
    populated: Any, file: Path, cast: dict[str, Any]
) -> None:
    resealed(file, older)
    restore(file, replace=True, progress=silent)
    assert without_restore(everything(), entries=len(populated["audit.entry"])) == without_chain(populated)


def test_what_an_older_database_lacks_is_worked_out_from_the_migrations_it_has_not(db: None) -> None:
    applied = set(migrations_applied())
    assert added_since(applied) == {}
    assert added_since(applied - LATER.keys()) == {table: set(added) for table, *added in LATER.values()}
    without_ledger = added_since({name for name in applied if not name.startswith("ledger.")})
    every = {model._meta.label_lower for model in kept_models() if model._meta.app_label == "ledger"}
    assert without_ledger.keys() == every
    assert "passed_over" in without_ledger["ledger.logimport"]


def without_an_app(about: Any, start: str) -> None:
    about["migrations"] = [name for name in about["migrations"] if not name.startswith(start)]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda content, about: content.update({USERS: content[USERS].rsplit(b"\n", 2)[0] + b"\n"}), "instead of"),
        (lambda content, about: content.update({USERS: content[USERS][:-9]}), "not a backup that this version can"),
        (lambda content, about: content.pop(USERS), "not a backup that this version can read"),
        (lambda content, about: about["tables"].pop("directory.user"), "are not those of this version"),
        (lambda content, about: about.pop("audit"), "not a backup that this version can read"),
        (lambda content, about: about.update(kind="evidence"), "but not a backup"),
        (lambda content, about: about.update(format=9), "has the format 9"),
        (lambda content, about: without_an_app(about, "site."), "are not those of this version"),
        (lambda content, about: about["migrations"].append("ledger.0999_later"), "restore it with that version"),
        (lambda content, about: about["tables"]["directory.user"]["columns"].pop(), "are not those of this version"),
        (lambda content, about: replace_column(about, "name", "login"), "are not those of this version"),
        (lambda content, about: older(content, about, "files"), "columns of ledger.logimport in the backup are not"),
        (older_without_users, "columns of directory.user in the backup are"),
        (lambda content, about: about.update(time_zone="Europe/Rome"), "SEATWISE_TIME_ZONE=Europe/Rome"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_backup_that_does_not_fit_changes_nothing_whoever_sealed_it(
    populated: Any, file: Path, change: Any, problem: str
) -> None:
    resealed(file, change)
    with pytest.raises(CannotRestore, match=problem):
        restore(file, replace=True, progress=silent)
    assert everything() == populated
    assert verify()


def test_a_file_that_is_no_backup_is_refused(populated: Any, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"nothing")
    with pytest.raises(CannotRestore, match="it is none, or was packed anew"):
        restore(tmp_path / "other", replace=True, progress=silent)


def test_a_backup_that_fails_leaves_nothing_behind(
    populated: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "backup.zip").write_text("the one of yesterday")

    def full(*arguments: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("seatwise.commands.database_backup._pack_table", full)
    with pytest.raises(OSError, match="no space"):
        back_up(tmp_path / "backup.zip", silent)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["the one of yesterday"]


def test_no_password_key_or_session_of_the_machine_is_in_it_but_the_people_are(
    file: Path, client: Client, cast: dict[str, Any]
) -> None:
    client.force_login(cast["alice"])
    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        people = [json.loads(line) for line in io.BytesIO(archive.read("directory.user.jsonl"))]
    assert "sessions.session.jsonl" not in names
    assert "secret.key" not in names
    assert len(people) == 6


def test_each_table_comes_after_those_that_it_refers_to() -> None:
    seen: list[type[models.Model]] = []
    for model in kept_models():
        wanted = {field.remote_field.model for field in model._meta.concrete_fields if field.remote_field} & set(
            kept_models()
        )
        assert wanted - {model} <= set(seen)
        seen.append(model)


def test_every_app_and_table_that_is_left_out_is_there() -> None:
    """A name that is misspelled would leave nothing out."""
    assert set(apps.app_configs) >= FILLED_BY_MIGRATIONS
    assert {model._meta.label_lower for model in apps.get_models()} >= UNDER_WAY
    assert not {model._meta.label_lower for model in kept_models()} & UNDER_WAY
    kept = {model._meta.app_label for model in kept_models()}
    assert {name for name, config in apps.app_configs.items() if any(config.get_models())} - kept == {
        *FILLED_BY_MIGRATIONS,
        *("sessions", "django_tasks_database", "usersessions"),
    }


@pytest.mark.django_db(transaction=True)
def test_nothing_that_was_under_way_before_or_at_the_backup_is_so_after_a_restore(
    populated: Any, tmp_path: Path, cast: dict[str, Any], client: Client
) -> None:
    source = Source.objects.add(code="log", name="Log", rules=ReadingRules(), by=None)
    with transaction.atomic():
        waiting, running, done = (
            LogImport.objects.create(revision=source.revision, files=["a.log"], uploaded=True, state=state)
            for state in ("waiting", "running", "done")
        )
    read_upload.enqueue(waiting.pk)
    back_up(tmp_path / "backup.zip", silent)
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        assert not [name for name in archive.namelist() if "task" in name]
    carry_out.enqueue(1)  # of the old site, about another review
    client.force_login(cast["charlie"])
    restore(tmp_path / "backup.zip", replace=True, progress=silent)
    assert not DBTaskResult.objects.exists()
    assert client.get("/").status_code == 302
    ended = LogImport.objects.order_by("pk").values_list("state", "problem")
    restored = {"code": "ImportCode.RESTORED", "values": {}}
    assert list(ended) == [("failed", restored), ("failed", restored), ("done", {})]
    assert list(Entry.objects.newest_first().values_list("verb", "subject_id")[:3]) == [
        ("import.failed", str(running.pk)),
        ("import.failed", str(waiting.pk)),
        ("audit.restore", ""),
    ]
    assert done.pk
    assert verify()


def test_the_tests_run_on_the_database_that_was_asked_for() -> None:
    import os

    assert connection.vendor == ("postgresql" if os.environ.get("SEATWISE_TEST_DATABASE_URL") else "sqlite")
