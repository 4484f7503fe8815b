"""The whole circle: read there, decided here, carried out there with a kill in the middle, read back, evidence."""

import csv
import datetime
import io
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from seatwise.cli import main
from seatwise.commands.tests.processes.conftest import Run, data, seatwise
from seatwise.commands.tests.processes.sites import environment_for, made
from seatwise.connections import sendings, synchronizing
from seatwise.connections.models import Connection
from seatwise.connections.tests.cybozu import READ, WRITE, CutConnection, Cybozu
from seatwise.connections.tests.test_sending import Killed, kill_at
from seatwise.connections.tests.world import connect, pending, read, service
from seatwise.connections.turns import HELD
from seatwise.directory.models import Login, Service, User
from seatwise.ledger.snapshot_file import ReportReading, parse_report
from seatwise.ledger.snapshots import import_snapshot
from seatwise.lib.packages import verify
from seatwise.licenses.models import License
from seatwise.reviews import approval, evidence, item_decisions, opening
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Evidence, Item, Review
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.execution import DUE, EARLIER, ON, approved, carried_out, item_of, person

__all__ = ["data", "made", "seatwise"]  # fixtures
PEOPLE = int(os.environ.get("CIRCLE_PEOPLE", "0"))  # 1200 for the whole number; fewer where it is not said


@pytest.mark.django_db
def test_a_review_is_pending_until_cybozu_com_shows_what_was_decided(
    domain: Cybozu, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain.add_organization("S", "Sales")
    for login in ("ann", "ben", "cid", "dan"):
        domain.add(login, "kintone", "office", org="S")
    kintone = service()
    connection = connect(domain, kintone)
    assert synchronizing.apply_small(read(connection), EARLIER) == ""
    ann, ben, cid, dan = (User.objects.get(login=login) for login in ("ann", "ben", "cid", "dan"))
    removed, kept = NewDecision("remove", "not used"), NewDecision("keep", "needs it")
    review = carried_out(approved(kintone, {ann: removed, ben: removed, cid: kept, dan: kept}))
    assert [item_of(review, user).state for user in (ann, ben, cid)] == ["pending", "pending", "applied"]
    assert pending(kintone) == [("remove", "ann"), ("remove", "ben")]

    sending = sendings.ask(connection, by=None)
    with monkeypatch.context() as patched:
        kill_at(patched, "after", 1)
        with pytest.raises(Killed):
            sendings.carry_out(sending)
    assert domain.services["ann"] == ["office"]
    assert item_of(review, ann).state == Item.State.PENDING  # nobody has seen it there yet
    Connection.objects.update(busy_until=timezone.now() - HELD)
    sendings.carry_out(sending)
    for user in (ann, ben):
        item = item_of(review, user)
        assert item.state == Item.State.APPLIED
        [shown_by] = item.read_back["evidence"]
        assert shown_by.startswith("read at cybozu.com at ")
        assert item.read_back["as_decided"]
    assert domain.services == {
        "ann": ["office"],
        "ben": ["office"],
        "cid": ["kintone", "office"],
        "dan": ["kintone", "office"],
    }
    assert Login.objects.filter(folded="ann").exists()
    sealed = Evidence.objects.filter(review=review).order_by("number").last()
    assert sealed is not None
    assert verify(io.BytesIO(bytes(sealed.content)))


def weekly_report(kintone: Service, as_of: datetime.date, people: int) -> None:
    """The vendor's report of one week: every fourth has not come since summer, the others came on the day before."""
    lines = ["Login name,Last access date,Number of access days (in the last 30 days)"]
    for number in range(people):
        last, days = ("2026-07-31", 0) if number % 4 == 0 else (as_of - datetime.timedelta(days=1), 12)
        lines.append(f"u{number:04},{last},{days}")
    reading = ReportReading(ZoneInfo("Asia/Tokyo"), as_of=as_of)
    name = f"access-{as_of}.csv"
    report = parse_report("\n".join(lines).encode(), name=name, reading=reading)
    assert report.errors == []
    import_snapshot(kintone, report.rows, file=name, as_of=as_of, by=None, period=report.period)


def removal_of_the_idle(kintone: Service, people: int) -> tuple[Review, list[str]]:
    """A review of twelve weekly reports that is carried out, and who waits to lose the license by it: every fourth."""
    for week in range(12):
        weekly_report(kintone, ON - datetime.timedelta(weeks=11 - week), people)

    owner, approver = (person(login, role="administrator") for login in ("owner", "approver"))
    review = opening.draft(name="Q4", service=kintone, owner=owner, rule=Rule(idle_days=90), due=DUE, by=owner, on=ON)
    opening.open_review(review, by=owner, on=ON)
    named = list(Item.objects.of(review).named().order_by("user__login"))
    idle = [f"u{number:04}" for number in range(0, people, 4)]
    assert [item.user.login for item in named] == idle
    item_decisions.decide(review, [item.pk for item in named], NewDecision("remove", "not used"), by=owner, on=ON)
    approval.propose(review, by=owner)
    approval.approve(review, by=approver)
    review.refresh_from_db()
    carried_out(review)
    assert pending(kintone) == [("remove", login) for login in idle]
    return review, idle


@pytest.mark.django_db
def test_the_whole_circle_with_twelve_weekly_reports(domain: Cybozu, monkeypatch: pytest.MonkeyPatch) -> None:
    people = PEOPLE or 120
    monkeypatch.setenv("SEATWISE_TODAY", ON.isoformat())
    domain.add_organization("S", "Sales")
    for number in range(people):
        domain.add(f"u{number:04}", "kintone", *(["garoon"] if number % 3 else []), org="S")
    kintone = service()
    connection = connect(domain, kintone)
    assert synchronizing.apply_small(read(connection), EARLIER) == ""
    review, idle = removal_of_the_idle(kintone, people)

    sending = sendings.ask(connection, by=None)
    with monkeypatch.context() as patched:
        kill_at(patched, "after", max(1, len(idle) // 200))
        with pytest.raises(Killed):
            sendings.carry_out(sending)
    Connection.objects.update(busy_until=timezone.now() - HELD)
    sendings.carry_out(sending)
    assert sum(len(each) for each in domain.changes) == len(idle)  # nobody was sent twice
    assert [login for login, has in domain.services.items() if "kintone" not in has] == idle
    assert sum("garoon" in has for has in domain.services.values()) == people - len(range(0, people, 3))
    assert pending(kintone) == []
    assert set(Item.objects.of(review).named().values_list("state", flat=True)) == {Item.State.APPLIED}
    assert read(connection).counts["differs"] == 0
    found = evidence.latest(review)
    assert found is not None
    verdict = verify(io.BytesIO(bytes(found.content)))
    assert verdict, verdict.problems


def services_file(holders: dict[str, list[str]]) -> str:
    """`userServices.csv` as cybozu.com writes it."""
    rows = [",".join([login, *codes]) for login, codes in holders.items()]
    return "\n".join(["Login name,Service code 1,Service code 2", *rows, ""])


@pytest.mark.django_db
def test_the_whole_circle_by_files_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    people, logins = PEOPLE or 40, [f"u{number:04}" for number in range(PEOPLE or 40)]
    monkeypatch.setenv("SEATWISE_TODAY", EARLIER.isoformat())
    there = {login: ["ki", "gr"] if number % 3 else ["ki"] for number, login in enumerate(logins)}

    def given(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8-sig")
        return str(tmp_path / name)

    kintone = service()
    users = "\n".join(["Login name,Display name,E-mail address", *(f"{each},{each.title()}," for each in logins), ""])
    assert main(["import-users", given("user.csv", users), "--yes"]) == 0
    assert (
        main(["licenses", "import", given("userServices.csv", services_file(there)), "--yes", "--reason", "start"]) == 0
    )
    assert License.objects.of(kintone).held().count() == people
    monkeypatch.setenv("SEATWISE_TODAY", ON.isoformat())
    review, idle = removal_of_the_idle(kintone, people)

    Connection().change(by=None, services={kintone.code: kintone}, tokens={}, address="https://example.cybozu.com")
    capfdbinary.readouterr()
    now = timezone.localtime(timezone.now()).isoformat()
    told = ["connect", "cybozu", "file", "--export", given("export.csv", services_file(there)), "--exported-at", now]
    assert main(told) == 0
    for row in csv.reader(io.StringIO(capfdbinary.readouterr().out.decode())):  # what cybozu.com makes of its upload
        there[row[0]] = row[1:]
    assert [login for login, codes in there.items() if "ki" not in codes] == idle
    assert sum("gr" in codes for codes in there.values()) == people - len(logins[::3])
    assert pending(kintone) == [("remove", login) for login in idle], "uploaded is not confirmed"

    back = given("back.csv", services_file(there))
    assert main(["licenses", "import", back, "--confirms", kintone.code, "--yes"]) == 0
    assert pending(kintone) == []
    assert set(Item.objects.of(review).named().values_list("state", flat=True)) == {Item.State.APPLIED}
    assert License.objects.of(kintone).held().count() == people - len(idle)
    found = evidence.latest(review)
    assert found is not None
    assert verify(io.BytesIO(bytes(found.content)))


def test_a_process_that_is_killed_in_the_middle_is_gone_on_with(
    domain: Cybozu, seatwise: Run, data: Path, tmp_path: Path
) -> None:
    if os.environ.get("SEATWISE_TEST_DATABASE_URL"):
        pytest.skip("the site of this test is on SQLite")
    people = max(PEOPLE, 360)
    for number in range(people):
        domain.add(f"u{number:04}", "kintone", *(["garoon"] if number % 3 else []))
    (tmp_path / "read").write_text(READ)
    (tmp_path / "write").write_text(WRITE)
    day = {"SEATWISE_TODAY": "2026-11-24"}

    def do(*command: str, code: int = 0) -> str:
        done = seatwise(*command, **day)
        assert done.returncode == code, done.stdout[-2000:] + done.stderr
        return done.stdout + done.stderr

    do("service", "add", "kintone", "--name", "kintone")
    tokens = ["--read-token", str(tmp_path / "read"), "--write-token", str(tmp_path / "write")]
    do("connect", "cybozu", "set", "--address", domain.address, "--service", "kintone=kintone", *tokens)
    do("connect", "cybozu", "synchronize", "--yes")
    assert f"kintone\tkintone\t{people}" in do("service", "list")
    logins = [f"u{number:04}" for number in range(300)]
    do("licenses", "revoke", "kintone", *logins, "--reason", "not used")

    process = subprocess.Popen(
        [sys.executable, "-m", "seatwise", "connect", "cybozu", "send", "--yes"],
        env=environment_for(data, **day),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def kill(found: Cybozu, method: str, _path: str) -> None:
        if method == "PUT" and len(found.changes) == 2:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            raise CutConnection

    domain.after = kill
    assert process.wait(120) == -signal.SIGKILL
    domain.after = lambda _found, _method, _path: None
    assert [len(each) for each in domain.changes] == [100, 100]
    assert "another request to cybozu.com is running" in do(
        "connect", "cybozu", "send", "--yes", code=1
    )  # its turn has not ended yet
    with sqlite3.connect(data / "seatwise.sqlite3") as database:
        database.execute("UPDATE connections_connection SET busy_until = '2026-01-01 00:00:00'")
    assert "An interrupted sending continues:" in do("connect", "cybozu", "send", "--yes")
    assert [len(each) for each in domain.changes] == [100, 100, 100]
    assert [code for code in logins if "kintone" in domain.services[code]] == []
    assert sum("kintone" in services for services in domain.services.values()) == people - 300
    assert sum("garoon" in services for services in domain.services.values()) == people - len(range(0, people, 3))
    assert "pending" not in do("licenses", "list", "kintone")
    assert "There is nothing to send." in do("connect", "cybozu", "send", "--yes")
