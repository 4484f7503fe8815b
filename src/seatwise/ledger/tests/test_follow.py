"""Logs that are followed: through rotation, truncation, compression and restarts the ledger is that of all lines."""

import dataclasses
import gzip
import os
import random
from pathlib import Path
from typing import Any

import pytest

from seatwise.audit.models import Entry
from seatwise.ledger.follow import Follower
from seatwise.ledger.models import LogImport, ServiceAccount, Source
from seatwise.ledger.tests.test_ingesting import line
from seatwise.ledger.tests.world import add_person, add_service, add_source, ledger, license_for
from seatwise.lib import days
from seatwise.logs.inputs import UnreadableInput
from seatwise.logs.notices import InputCode

pytestmark = pytest.mark.django_db


def page_of(log_import: LogImport) -> str:
    return f"/administration/sources/imports/{log_import.pk}/"


class Site:
    """A source that is followed, its live log, and the time."""

    def __init__(self, directory: Path) -> None:
        wiki = add_service("wiki")
        license_for(wiki, *(add_person(login) for login in ("ann", "ben")))
        self.source: Source = add_source("log", wiki)
        self.log, self.now, self.stamp = directory / "access.log", 0.0, 1_700_000_000
        self.began = (self.stamp + 2) * 10**9
        self.restart()

    def restart(self) -> None:
        self.follower = Follower(self.source, [str(self.log)], self.began, clock=lambda: self.now)

    def touched(self, path: Path) -> None:
        """Each writing a second after the one before, whatever the file system's clock can tell apart."""
        self.stamp += 1
        os.utime(path, (self.stamp, self.stamp))

    def write(self, *some: bytes) -> None:
        with self.log.open("ab") as file:
            file.write(b"".join(some))
        self.touched(self.log)

    def rename(self, to: str = "access.log.1") -> Path:
        return self.log.rename(self.log.with_name(to))

    def look(self) -> list[str]:
        self.now += 60
        return list(self.follower.look())

    def lines(self) -> list[int]:
        """How many lines each import has, in the order in which they were begun."""
        found = ServiceAccount.objects.order_by("log_import").values_list("lines", flat=True)
        return list(found)


@pytest.fixture
def site(db: None, tmp_path: Path) -> Site:
    return Site(tmp_path)


def known() -> set[tuple[str, str]]:
    """Who was there when."""
    months: Any = ledger()["months"]
    return {
        (login, str(days.date_of(days.first_day_of(month) + day)))
        for _service, month, login, _revision, mask, _program in months
        for day in range(31)
        if mask >> day & 1
    }


def imports() -> int:
    return int(LogImport.objects.count())


def test_what_is_appended_is_known_at_the_next_look_and_half_a_line_is_not(site: Site) -> None:
    site.write(line("ann", "2026-11-20"), line("ben", "2026-11-20")[:40])
    assert len(site.look()) == 1
    assert site.lines() == [1]
    assert site.look() == []
    site.write(line("ben", "2026-11-20")[40:])
    site.look()
    assert (site.lines(), imports()) == ([2], 1)
    account = ServiceAccount.objects.get()
    assert (account.accesses, account.reasons.get("malformed", 0)) == (2, 0)


def test_nothing_is_read_before_the_first_line_is_whole_or_while_nothing_is_there(site: Site) -> None:
    assert [each.partition(":")[0] for each in site.look()] == [str(site.log)]
    assert site.look() == [], "said once"
    site.write(line("ann", "2026-11-20")[:-1])
    assert site.look() == []
    assert imports() == 0
    site.write(b"\n")
    assert len(site.look()) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_a_rotated_file_is_read_to_its_end_and_stays_one_import(site: Site, packed: bool) -> None:
    site.write(line("ann", "2026-11-20"))
    site.look()
    site.write(line("ben", "2026-11-20"))
    old = site.rename()
    if packed:
        old.with_name("access.log.1.gz").write_bytes(gzip.compress(old.read_bytes()))
        site.touched(old.with_name("access.log.1.gz"))
        old.unlink()
    site.write(line("ann", "2026-11-21"))
    site.look()
    assert site.lines() == [2, 1]
    assert len(known()) == 3
    assert site.look() == []


def test_a_file_that_is_copied_and_truncated(site: Site) -> None:
    site.write(line("ann", "2026-11-20"))
    site.look()
    site.write(line("ben", "2026-11-20"))
    copy = site.log.with_name("access.log.1")
    copy.write_bytes(site.log.read_bytes())
    site.touched(copy)
    site.log.write_bytes(b"")
    site.write(line("ben", "2026-11-21"))
    site.look()
    assert site.lines() == [2, 1]


def test_what_was_rotated_while_nobody_followed_is_read_and_what_was_there_before_is_not(site: Site) -> None:
    site.write(line("ann", "2026-11-01"))
    site.rename("access.log.7")
    site.write(line("ben", "2026-11-19"))
    site.rename("access.log.6")
    site.write(line("ann", "2026-11-20"))
    site.look()
    assert site.lines() == [1, 1], "a log that was rotated before it was followed is for seatwise ingest"
    site.write(line("ben", "2026-11-20"))
    site.rename("access.log.2")
    site.write(line("ann", "2026-11-21"))
    site.rename("access.log.1")
    site.write(line("ben", "2026-11-22"))
    site.restart()
    site.look()
    assert sorted(site.lines()) == [1, 1, 1, 2]
    assert len(known()) == 5


def test_what_was_rotated_while_nobody_followed_is_read_although_the_clock_was_set_back(site: Site) -> None:
    site.stamp += 7200
    site.write(line("ann", "2026-11-20"))
    site.look()
    site.rename("access.log.2")
    site.stamp -= 3600
    site.write(line("ben", "2026-11-21"))
    site.rename("access.log.1")
    site.write(line("ann", "2026-11-22"))
    site.restart()
    site.look()
    assert site.lines() == [1, 1, 1]


def test_after_a_restart_what_has_not_changed_is_not_read_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.write(line("ann", "2026-11-20"))
    site.look()
    site.restart()
    monkeypatch.setattr("seatwise.ledger.follow.ingest", lambda *_: pytest.fail("read again"))
    assert site.look() == []


def test_an_entry_of_the_audit_log_only_where_something_is_new(site: Site) -> None:
    done = Entry.objects.of("import.done")
    site.write(line("ann", "2026-11-20"))
    site.look()
    site.write(line("ann", "2026-11-20", hour=4))
    assert site.look() == []
    assert (done.count(), site.lines()) == (1, [2])
    site.write(line("ben", "2026-11-20"))
    assert len(site.look()) == 1
    assert done.count() == 2


def test_what_cannot_be_used_is_said_once_and_tried_again_ever_more_rarely(site: Site) -> None:
    site.write(b"what is this\n" * 3)
    assert len(site.look()) == 1
    looks = [site.look() for _ in range(20)]
    assert looks == [[]] * 20
    assert Entry.objects.of("import.failed").count() == 1
    assert LogImport.objects.get().state == LogImport.State.FAILED


def test_a_file_that_fails_later_does_not_say_that_nothing_of_it_was_counted(
    site: Site, client: Any, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write(line("ann", "2026-11-20"))
    site.look()

    def spoiled(*_: Any) -> Any:
        raise UnreadableInput(InputCode.NO_FILE, file="access.log")

    monkeypatch.setattr("seatwise.ledger.follow.ingest", spoiled)
    site.write(line("ann", "2026-11-21"))
    assert len(site.look()) == 1
    client.force_login(alice)
    page = client.get(page_of(LogImport.objects.get())).content.decode()
    assert "What was counted before stays" in page
    assert "nothing of it was counted" not in page
    assert "Upload again" not in page
    ServiceAccount.objects.all().delete()
    assert "nothing of it was counted" in client.get(page_of(LogImport.objects.get())).content.decode()


def test_a_large_file_is_not_read_all_the_time(site: Site) -> None:
    site.write(line("ann", "2026-11-20"))

    class Slow:
        def __call__(self) -> float:
            site.now += 5
            return site.now

    site.follower.clock = Slow()
    site.look()
    site.write(line("ben", "2026-11-20"))
    site.follower.clock = lambda: site.now
    site.look()
    assert site.lines() == [1], "reading took 5 s, so it is not read again for 100 s"
    site.look()
    assert site.lines() == [2]


def test_under_new_rules_it_is_read_anew(site: Site) -> None:
    site.write(line("ann", "2026-11-20"))
    site.look()
    site.source.change(by=None, rules=dataclasses.replace(site.source.revision.rules(), format="combined"))
    site.look()
    assert [each.revision.number for each in LogImport.objects.order_by("pk")] == [1, 2]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_the_ledger_is_that_of_all_lines(site: Site, seed: int) -> None:
    chance = random.Random(seed)
    half, number, written = b"", 0, {("ann", "2026-11-20")}
    site.write(line("ann", "2026-11-20"))
    site.look()
    for step in range(60):
        what = chance.choice(["write", "write", "half", "look", "look", "rename", "truncate", "pack", "restart"])
        if what in ("write", "half"):
            number += 1
            login, day = chance.choice(["ann", "ben", "eve"]), f"2026-11-{chance.randrange(1, 24):02}"
            new = half + line(login, day, f"GET /{number} HTTP/1.1")
            written.add((login, day))
            whole = len(new) if what == "write" else len(new) - 30
            half = new[whole:]
            site.write(new[:whole])
        elif what == "look":
            site.look()
        elif what == "restart":
            site.restart()
        elif what == "pack":
            for old in sorted(site.log.parent.glob("access.log.*[0-9]")):
                packed = old.with_name(f"{old.name}.gz")
                packed.write_bytes(gzip.compress(old.read_bytes()))
                os.utime(packed, ns=(old.stat().st_mtime_ns, old.stat().st_mtime_ns))
                old.unlink()
        elif half or not site.log.exists() or not site.log.stat().st_size:
            continue  # who writes a line ends it in the same file
        elif what == "rename":
            site.rename(f"access.log.{step}")
        else:
            copy = site.log.with_name(f"access.log.{step}")
            copy.write_bytes(site.log.read_bytes())
            os.utime(copy, ns=(site.log.stat().st_mtime_ns, site.log.stat().st_mtime_ns))
            site.log.write_bytes(b"")
    site.write(half)
    site.look()
    assert known() == written
    assert not LogImport.objects.exclude(state=LogImport.State.DONE).exists()
    before = ledger()
    site.restart()
    assert site.look() == []
    assert ledger() == before
