"""Work in bulk: each command of `seatwise` that reads or writes as much as there is, each task of a worker, and what is
done each day and each minute; with what it may cost for each person more.

A further command stands in COMMANDS, or with a reason in EXCUSED; tasks and what is done regularly are found.
"""

import argparse
import datetime
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.db.models import F
from django.utils import timezone
from django_tasks.base import Task

import seatwise
from seatwise import commands
from seatwise.cli import main
from seatwise.directory.models import User
from seatwise.enquiries.models import Enquiry
from seatwise.ledger import uploads
from seatwise.ledger.models import AsOf, LogImport, Revision, Usage
from seatwise.ledger.usage_rows import RING
from seatwise.letters.models import Letter
from seatwise.licenses.models import Change
from seatwise.logs.tests.samples import combined
from seatwise.reviews.models import Item, Review
from seatwise.site import background_files, daily_work
from seatwise.site.models import BackgroundFile

LATER = datetime.date(2027, 3, 1)  # when all that waits is due
Do = Callable[[], object]


@dataclass(frozen=True)
class Site:
    """A site on which so many people hold licenses, and a directory for files."""

    people: int
    folder: Path

    @property
    def logins(self) -> list[str]:
        return [f"p{number:05}" for number in range(self.people)]

    def file(self, name: str, lines: Iterable[str]) -> str:
        """A file of lines."""
        path = self.folder / f"{self.people}-{name}"
        path.write_text("".join(f"{line}\n" for line in lines))
        return str(path)


@dataclass(frozen=True)
class Walk:
    """A function that prepares some work and gives what does it; and the most that a person more may take of it:
    steps of SQLite's virtual machine, queries, rows that are fetched.
    """

    prepare: Callable[[Site], Do]
    steps: float
    queries: float = 0.6  # a batch of forty is given 24
    rows: float = 10
    growth: float = 1.4  # of a statement's steps for a person more, at four times as many people


def command(*line: str, ends: int = 0) -> Do:
    """Run a command, which ends with a code."""

    def run() -> None:
        assert main(line) == ends, line

    return run


def again(prepare: Callable[[Site], Do], site: Site) -> Do:
    """What was done once already."""
    do = prepare(site)
    do()
    return do


def log_of(site: Site) -> str:
    """Two days of accesses by everybody, and by as many whom nobody knows."""
    every = [*site.logins, *(f"unknown{login}" for login in site.logins)]
    times = [f"{day:02}/Oct/2026:13:55:36 +0000" for day in (3, 20)]
    return site.file("access.log", (combined(who, time=at).decode().strip() for at in times for who in every))


def ingest(site: Site) -> Do:
    return command("ingest", "log", log_of(site))


def import_people(site: Site) -> Do:
    rows = (f"new-{login},Person {login},{login}@example.com,sales,wiki" for login in site.logins)
    return command("import-users", site.file("people.csv", ["login,name,email,departments,services", *rows]), "--yes")


def deactivate_people(site: Site) -> Do:
    others = User.objects.filter(status="active").exclude(login="alice").count()
    missing = ("--deactivate-missing", "--deactivate", str(others))
    return command("import-users", site.file("people.csv", ["login", "alice"]), "--yes", *missing)


def import_report(site: Site) -> Do:
    rows = (f"{login},2026-11-{number % 20 + 1:02},{number % 9}" for number, login in enumerate(site.logins))
    file = site.file("report.csv", ["login,last access,days", *rows])
    return command("import-snapshot", "wiki", file, "--as-of", "2026-11-22", "--complete")


def import_licenses(held: int, *options: str) -> Callable[[Site], Do]:
    """A file by which everybody holds a license, or nobody."""

    def prepare(site: Site) -> Do:
        file = site.file("licenses.csv", ["login,wiki", *(f"{login},{held}" for login in site.logins)])
        removals = () if held else ("--removals", str(site.people))
        return command("licenses", "import", file, "--yes", *removals, *options)

    return prepare


def revoke(site: Site) -> Do:
    return command("licenses", "revoke", "wiki", *site.logins, "--reason", "x")


def grant(site: Site) -> Do:
    revoke(site)()
    return command("licenses", "grant", "wiki", *site.logins, "--reason", "x")


def undo(site: Site) -> Do:
    grant(site)()
    return command("licenses", "undo", str(Change.objects.latest("pk").pk), "--reason", "x")


TERMS = ("--name", "x", "--owner", "alice", "--due", "2026-12-31", "--idle-days", "5")


def open_review(_site: Site) -> Do:
    command("review", "draft", "wiki", *TERMS)()
    return command("review", "open", str(Review.objects.latest("pk").pk), "--by", "alice")


def decided(site: Site) -> Review:
    """A review that decided to remove all licenses, and is being carried out."""
    Item.objects.all().delete()
    open_review(site)()
    review = Review.objects.latest("pk")
    by = {"decided_by": User.objects.get(login="alice"), "decided_at": timezone.now(), "decision_reason": "x"}
    Item.objects.of(review).update(named=True, decision="remove", **by)
    Review.objects.filter(pk=review.pk).update(state=Review.State.CLOSING)
    return review


def close_review(site: Site) -> Do:
    return command("review", "close", str(decided(site).pk), "--by", "alice")


def remove_import(site: Site) -> Do:
    ingest(site)()
    return command("source", "remove-import", str(LogImport.objects.latest("pk").pk), "--reason", "x", "--yes")


def close_days(site: Site) -> Do:
    ingest(site)()
    return command("service", "close-days", "wiki", "2026-10-05", "2026-10-06", "--reason", "x")


def reading(*line: str, ends: int = 0) -> Callable[[Site], Do]:
    """A command that needs nothing to be prepared."""
    return lambda _site: command(*line, ends=ends)


COMMANDS: dict[str, Walk] = {
    "ingest": Walk(ingest, 900),
    "ingest, again": Walk(partial(again, ingest), 400),
    "import-users": Walk(import_people, 1600),
    "import-users, again": Walk(partial(again, import_people), 160),
    "import-users, of nobody else": Walk(deactivate_people, 800),
    "import-snapshot": Walk(import_report, 1100, rows=15),
    "licenses import": Walk(import_licenses(0, "--reason", "x"), 3000, queries=2, rows=25),
    "licenses import, confirming": Walk(import_licenses(1, "--confirms", "wiki"), 150),
    "licenses revoke": Walk(revoke, 1500),
    "licenses grant": Walk(grant, 1200),
    "licenses undo": Walk(undo, 800),
    "licenses list": Walk(reading("licenses", "list", "wiki"), 120),
    "licenses export": Walk(reading("licenses", "export", "wiki"), 120),
    "licenses export, of everybody": Walk(reading("licenses", "export", "--everybody"), 120),
    "usage": Walk(reading("usage", "wiki", "--output", "csv"), 120),
    "usage, by words": Walk(reading("usage", "wiki", "--text", "person 1"), 150),
    "find-seat": Walk(reading("find-seat", "wiki"), 900),
    "review try": Walk(reading("review", "try", "wiki", "--idle-days", "20"), 400),
    "review draft": Walk(reading("review", "draft", "wiki", *TERMS), 10),
    "review open": Walk(open_review, 1000),
    "review status": Walk(reading("review", "status", "1"), 300),
    "review remind": Walk(reading("review", "remind", "1"), 200, queries=8),  # one after another
    "review close": Walk(close_review, 8500, queries=1.5, rows=50),
    "rebuild-usage": Walk(reading("rebuild-usage"), 400),
    "service list": Walk(reading("service", "list"), 60),
    "source list": Walk(reading("source", "list"), 10),
    "source options": Walk(reading("source", "options", "log"), 10),
    "source forget": Walk(reading("source", "forget", "log", "--revision", "1"), 300),
    "source imports": Walk(reading("source", "imports", "log"), 60),
    "source remove-import": Walk(remove_import, 900),
    "service close-days": Walk(close_days, 10),
    "service list-closed": Walk(reading("service", "list-closed", "wiki"), 10),
    "mail status": Walk(reading("mail", "status"), 20),
    "verify-audit": Walk(reading("verify-audit", ends=3), 100),
    "audit-head": Walk(reading("audit-head"), 10),
    "backup": Walk(lambda site: command("backup", str(site.folder / f"{site.people}.zip"), "--quiet"), 400, rows=40),
}
READS_NO_DATABASE = "reads files alone"
ABOUT_ONE = "is about one person, or one thing"
EXCUSED = {  # a command stands for all that it does
    **dict.fromkeys(("report", "facts", "explain", "formats", "verify-evidence"), READS_NO_DATABASE),
    **dict.fromkeys(
        ("service add", "service reopen-days", "source add", "source change", "mail test", "mail bounce"), ABOUT_ONE
    ),
    **dict.fromkeys(("licenses reassign", "licenses suspend", "licenses wake", "review export"), ABOUT_ONE),
    **dict.fromkeys(("token", "reset-factors", "mapping"), ABOUT_ONE),
    **dict.fromkeys(("init", "demo", "demo-report"), "makes a new site"),
    **dict.fromkeys(
        ("connect", "task: read", "task: send", "task: send_messages", "task: take_messages"),
        "speaks to another system; what comes is brought in as files are",
    ),
    "serve": "answers requests: test_growth.py",
    "licenses rules": "gives by rule as the daily work below does",
    "follow": "brings in, a piece at a time, as ingest does",
    "syslog": "writes what comes into files, which are followed",
    "doctor": "looks at settings, and counts what waits",
    "watch": "brings in files as import-users, licenses import and import-snapshot do",
    **dict.fromkeys(("worker", "tick"), "does what stands below"),
    "restore": "fills an empty database, which a transaction cannot take back",
    "forget-audit": "lifts triggers, which a transaction cannot take back",
}


def read_upload(site: Site) -> Do:
    log_import = LogImport.objects.create(revision=Revision.objects.get(), files=["access.log"], uploaded=True)
    directory = uploads.directory_of(log_import)
    directory.mkdir(parents=True)
    Path(log_of(site)).rename(directory / "0000")
    return partial(TASKS["read_upload"].func, log_import.pk)


def make_file(_site: Site) -> Do:
    alice = User.objects.get(login="alice")
    address = "/administration/directory/users/file/?format=xlsx"
    rights = background_files.rights_of(alice)
    made = BackgroundFile.objects.create(asked_by=alice, name="users.xlsx", address=address, rights=rights)
    return partial(TASKS["make_file"].func, made.pk)


def undo_all(site: Site) -> Do:
    review = decided(site)
    command("review", "close", str(review.pk), "--by", "alice")()
    return partial(TASKS["undo_all"].func, review.pk, User.objects.get(login="alice").pk, "x")


def found_tasks() -> Iterator[tuple[str, Task[..., Any]]]:
    """All tasks of the worker, by name."""
    for module in pkgutil.walk_packages(seatwise.__path__, "seatwise."):
        if module.name.endswith(".tasks"):
            found = vars(importlib.import_module(module.name)).values()
            yield from ((each.func.__name__, each) for each in found if isinstance(each, Task))


TASKS: dict[str, Task[..., Any]] = dict(found_tasks())
OF_TASKS: dict[str, Walk] = {
    "read_upload": Walk(read_upload, 900),
    "make_file": Walk(make_file, 250),  # with manager, other logins, administered departments, services of each
    "carry_out": Walk(lambda site: partial(TASKS["carry_out"].func, decided(site).pk), 8500, queries=1.5, rows=50),
    "undo_all": Walk(undo_all, 4000, queries=2.5, rows=20, growth=2),  # seats are counted for each batch
    "send_letters": Walk(lambda _: TASKS["send_letters"].func, 100),
}
# Of what is done each day and each minute: what may take more than USUAL of a person more.
USUAL: dict[str, float] = {"steps": 100}
REGULAR: dict[str, dict[str, float]] = {
    "ledger.as_of.roll_services": {"steps": 200},
    "licenses.suspension_rules.begin_and_end": {"steps": 200, "queries": 2},  # of one in ten
    # What follows is done with one after another, in a transaction each.
    "enquiries.endings.lapse_due": {"steps": 800, "queries": 13},
    "letters.tasks.every_minute": {"steps": 400, "queries": 9},
    "seat_requests.housekeeping.every_minute": {"steps": 1000, "queries": 17},
}


def something_to_do() -> None:
    """A day that has passed, on which everybody had an access; questions and letters whose time has come."""
    AsOf.objects.update(day=F("day") - 1)
    Usage.objects.update(bits=RING, days_30=31)
    Enquiry.objects.update(reached_on=F("asked_on"))
    Letter.objects.update(state="waiting", next_attempt_at=timezone.now())


def regular() -> Iterator[tuple[str, Walk]]:
    """What is done each day and each minute."""
    every: list[tuple[str, Do]] = [
        *((f"{each.__module__}.{each.__name__}", partial(each, LATER)) for each in daily_work.DAILY),
        *((f"{each.__module__}.{each.__name__}", each) for each in daily_work.EVERY_MINUTE),
    ]
    for path, do in every:
        name = path.removeprefix("seatwise.")

        def prepare(_site: Site, do: Do = do) -> Do:
            something_to_do()
            return do

        yield name, Walk(prepare, **REGULAR.get(name, USUAL))


def walks() -> dict[str, Walk]:
    """All of it, by name."""
    return {**COMMANDS, **{f"task: {name}": walk for name, walk in OF_TASKS.items()}, **dict(regular())}


def command_names(parser: argparse.ArgumentParser, before: str = "") -> Iterator[str]:
    """The names of all that commands do."""
    below = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    if not below:
        yield before.strip()
    for each in below:
        for name, sub in each.choices.items():
            yield from command_names(sub, f"{before} {name}")


def all_commands() -> set[str]:
    return set(command_names(commands.build_parser(commands.COMMANDS)))
