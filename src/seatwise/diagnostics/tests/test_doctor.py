"""`seatwise doctor`: each thing that can be wrong is found and said with what to do, and one failure hides no other."""

import datetime
import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from seatwise import configuration
from seatwise.audit import append_only
from seatwise.channels.models import Channel
from seatwise.diagnostics import installation, work
from seatwise.diagnostics.findings import Finding, Level, error, look, ok
from seatwise.diagnostics.work import CHECKS
from seatwise.directory.models import Service, User
from seatwise.ledger.models import LogImport, Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.logs.rules import Rules
from seatwise.site import workers
from seatwise.site.models import Clock
from seatwise.webhooks.models import Webhook

pytestmark = pytest.mark.django_db


def worst(check: Callable[[], Any]) -> tuple[str, str]:
    found = sorted(check(), key=lambda each: list(Level).index(each.level))
    return found[-1].level, found[-1].text


def test_every_check_finds_something_and_each_that_is_not_ok_says_what_to_do() -> None:
    found = list(look(CHECKS))
    assert {name for name, _ in found} == {name for name, _ in CHECKS}
    assert not [each for _, each in found if each.text.startswith("This could not be checked")]
    assert all(bool(each.remedy) == (each.level != Level.OK) for _, each in found)


def test_a_check_that_fails_is_an_error_and_the_others_go_on() -> None:
    def broken() -> Iterator[Finding]:
        yield ok("half")
        raise OSError("the disk is gone\nand more")

    found = list(look([("one", broken), ("two", lambda: [error("bad", "mend it")])]))
    assert [(name, each.level, each.text) for name, each in found] == [
        ("one", "ok", "half"),
        ("one", "error", "This could not be checked: the disk is gone"),
        ("two", "error", "bad"),
    ]


def test_channels_and_webhooks_that_fail_are_said_but_nobody_s_own_by_name(alice: User) -> None:
    since = timezone.now()
    Channel.objects.create(name="Group", fails_since=since)
    Channel.objects.create(name="Mine", owner=alice, fails_since=since)
    Webhook.objects.create(name="Failing", fails_since=since)
    Webhook.objects.create(name="Stopped", is_on=False, stopped_at=since)
    said = [(each.level, each.text) for each in (*work.channels(), *work.webhooks())]
    assert [level for level, _text in said] == ["error", "warning", "ok", "error", "warning", "ok"]
    assert "Group" in said[0][1]
    assert "Stopped" in said[3][1]
    assert "Failing" in said[4][1]
    assert "Mine" not in str(said)


def test_a_missing_trigger_of_the_audit_log_is_an_error() -> None:
    assert worst(installation.audit_triggers)[0] == "ok"
    with append_only.lifted(connection):
        level, text = worst(installation.audit_triggers)
    assert (level, "audit log can be changed" in text) == ("error", True)


def test_a_database_of_a_later_version_is_an_error() -> None:
    assert worst(installation.schema)[0] == "ok"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('ledger', '9999_later', %s)", [timezone.now()]
        )
    assert worst(installation.schema) == (
        "error",
        "The database was changed by a later version of Seatwise (ledger.9999_later).",
    )


def test_a_full_disk_and_a_directory_open_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    directory = configuration.DATA_DIR.value()
    directory.chmod(0o755)
    found = [(each.level, each.remedy.partition(" ")[0]) for each in installation.data_directory()]
    assert ("warning", "chmod") in found
    directory.chmod(0o700)
    for free, level in ((10**6, "error"), (10**9, "warning"), (10**11, "ok")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: type("Usage", (), {"free": free}))
        assert worst(installation.data_directory)[0] == level


def test_work_without_a_worker() -> None:
    assert worst(work.worker)[0] == "warning"
    late = timezone.now() - datetime.timedelta(hours=1)
    task = DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}}, task_path="a.b", backend_name="default", run_after=late
    )
    DBTaskResult.objects.filter(pk=task.pk).update(enqueued_at=late)
    assert worst(work.worker) == ("error", "No worker runs on this machine, and 1 tasks wait for one.")
    with workers.alive(configuration.DATA_DIR.value()):
        assert worst(work.worker)[0] == "warning"
        DBTaskResult.objects.all().delete()
        assert worst(work.worker) == ("ok", "Workers on this machine: 1. No work is late.")


@pytest.mark.parametrize(("ago", "level"), [(0, "ok"), (1, "ok"), (2, "error")])
def test_daily_work_that_is_not_done(ago: int, level: str) -> None:
    Clock.objects.all().delete()
    assert worst(work.daily_work)[0] == "warning"
    Clock.objects.create(pk=1, day=configuration.today() - datetime.timedelta(ago))
    assert worst(work.daily_work)[0] == level


def test_sources_that_fail_or_record_nothing() -> None:
    assert worst(work.sources) == ("warning", "There is no source of logs.")
    Service.objects.add(code="wiki", name="Wiki", by=None)
    rules = ReadingRules(services={"wiki": Rules()})
    source = Source.objects.add(code="log", name="Log", rules=rules, by=None)
    assert worst(work.sources) == ("warning", "Log has recorded nothing yet.")
    LogImport.objects.create(revision=source.revision, state=LogImport.State.FAILED)
    assert worst(work.sources)[0] == "error"


def test_json_is_what_the_table_says(capsys: pytest.CaptureFixture[str]) -> None:
    from seatwise.commands import run_command

    Clock.objects.update_or_create(pk=1, defaults={"day": configuration.today()})
    code = run_command(["doctor", "--output", "json"])
    found = json.loads(capsys.readouterr().out)
    assert [each["check"] for each in found if each["level"] == "error"] == []
    assert code == 0
    assert run_command(["doctor"]) == 0
    printed = capsys.readouterr().out
    assert all(each["text"] in printed for each in found if each["check"] != "data directory")
    assert "Errors: 0, warnings: " in printed
