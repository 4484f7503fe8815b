"""How work in bulk grows with the number of people: without a clock, on a database that was never analysed.

Each is done on a site of 80 people, of 160 and of 320, and each time taken back. A person more may take so many steps
of SQLite's virtual machine, queries and rows (bulk_work.py), and the last ones no more than the first, of each
statement. What is done in batches is done in batches of 40 here, so that what a batch takes of everybody is seen, too.
"""

import importlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.db import connection, transaction
from tests import bulk_work
from tests.bulk_work import Site, Walk
from tests.growing import Work, grow, measured
from tests.test_every_page import populated

import seatwise
from seatwise.lib.batches import batches
from seatwise.licenses.models import Contract
from seatwise.seat_requests.models import SeatTransfer

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="counts steps of SQLite's virtual machine")
SIZES = (80, 160, 320)
A_BATCH = 40
ALMOST = 8.0  # steps a person that a statement may grow by whatever it is


def sizes_of_batches() -> Iterator[tuple[ModuleType, str]]:
    """The modules and names in which stands how many are read or written together."""
    source = Path(seatwise.__file__).parent
    for path in source.rglob("*.py"):
        parts = path.relative_to(source).with_suffix("").parts
        if parts[0] not in ("logs", "gate") and "tests" not in parts:
            names = set(re.findall(r"\b(?:[A-Z]+_)*(?:AT_ONCE|BATCH)\b", path.read_text()))
            module = importlib.import_module(".".join(["seatwise", *parts])) if names else None
            yield from ((module, name) for name in names & vars(module).keys()) if module else ()


@pytest.fixture
def site(cast: dict[str, Any], sales: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """One thing of each kind, seats enough, and small batches."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr("seatwise.commands.django_setup.setup", lambda **_: None)
    for module, name in sizes_of_batches():
        monkeypatch.setattr(module, name, A_BATCH)
    monkeypatch.setattr(batches, "__defaults__", (A_BATCH,))
    populated(cast, sales)
    Contract.objects.update(seats=10**6)


def done(walks: Mapping[str, Walk], folder: Path) -> dict[str, list[Work]]:
    """The work of each at each size."""
    found: dict[str, list[Work]] = {name: [] for name in walks}
    for first, last in zip((0, *SIZES), SIZES, strict=False):
        grow(first, last)
        passed_on = SeatTransfer.objects.order_by("pk")
        passed_on.exclude(pk=passed_on[0].pk).delete()  # seats are passed on one by one
        for name, walk in walks.items():
            with transaction.atomic():
                do = walk.prepare(Site(last, folder))
                with measured() as work:
                    do()
                transaction.set_rollback(True)
            found[name].append(work)
    return found


def of_one_form(sql: str) -> str:
    """A statement, whatever the number of its parameters and of its temporary table."""
    short = re.sub(r"(%s, )+%s", "%s…", re.sub(r"staged_\d+", "staged", sql))
    return re.sub(r"(\(%s…\), )+", "", short)


def by_form(work: Work) -> Counter[str]:
    found: Counter[str] = Counter()
    for sql, steps in work.statements.items():
        found[of_one_form(sql)] += steps
    return found


def a_person(numbers: Sequence[int]) -> tuple[float, float]:
    """What one of the first people more took, and one of the last."""
    few, more, many = numbers
    return (more - few) / (SIZES[1] - SIZES[0]), (many - more) / (SIZES[2] - SIZES[1])


def too_much(name: str, walk: Walk, works: Sequence[Work]) -> Iterator[str]:
    """What is more than it may be."""
    forms = [by_form(work) for work in works]
    for what, most, numbers in (
        ("steps", walk.steps, [work.steps for work in works]),
        ("queries", walk.queries, [work.queries for work in works]),
        ("rows", walk.rows, [work.rows for work in works]),
    ):
        if max(a_person(numbers)) > most:
            yield f"{name}: {a_person(numbers)} {what} a person, at most {most}"
    for form in forms[-1]:
        first, last = a_person([each[form] for each in forms])
        if last > first * walk.growth + ALMOST:
            yield f"{name}: a person more takes {first:.0f} steps, then {last:.0f}: {form[:400]} … {form[-300:]}"


@pytest.mark.usefixtures("site")
def test_work_in_bulk_takes_as_much_for_the_last_people_as_for_the_first(tmp_path: Path) -> None:
    walks = bulk_work.walks()
    works = done(walks, tmp_path)
    wrong = [each for name, walk in walks.items() for each in too_much(name, walk, works[name])]
    assert not wrong, "\n".join(wrong)


@pytest.mark.usefixtures("site")
def test_it_is_seen_when_all_licenses_are_looked_through_for_each_login(tmp_path: Path) -> None:
    """Of what SQLite did once: it took a service to have ten licenses, and began with them for each login of a log."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE 'licenses_license_user_id_%'")
        [(index,)] = cursor.fetchall()
        cursor.execute(f"DROP INDEX {index}")
    walk = bulk_work.COMMANDS["ingest"]
    [works] = done({"ingest": walk}, tmp_path).values()
    assert "licenses_license" in "\n".join(too_much("ingest", walk, works))


def test_each_command_is_walked_or_has_a_reason_why_not() -> None:
    walked = {name.partition(",")[0] for name in bulk_work.COMMANDS} | {f"task: {name}" for name in bulk_work.OF_TASKS}
    there = bulk_work.all_commands() | {f"task: {name}" for name in bulk_work.TASKS}
    excused = {name for name in there for each in bulk_work.EXCUSED if f"{name} ".startswith(f"{each} ")}
    assert walked | excused == there
    assert not walked & excused
