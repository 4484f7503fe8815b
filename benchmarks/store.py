"""How facts are stored: a row for each day, months alone, and Seatwise's months with a usage row, on both databases."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.report import Section, ratio, table

PART = "store"
COMMAND = "make bench"
USERS = 100_000
LAYOUTS = ("ours", "months", "days")
NAMES = {"ours": "Seatwise: months and a usage row", "months": "months alone", "days": "a row for each day"}


@contextmanager
def database(kind: str, scratch: Path) -> Iterator[dict[str, str]]:
    """The environment of a fresh database of one kind."""
    directory = scratch / f"store-{kind}"
    shutil.rmtree(directory, ignore_errors=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SEATWISE_")}
    environment |= {"SEATWISE_DATA_DIR": str(directory), "SEATWISE_TIME_ZONE": "UTC", "SEATWISE_TODAY": "2026-11-24"}
    if kind == "SQLite":
        yield environment
    else:
        from tools.test_postgres import server

        with server() as address:
            yield environment | {"DATABASE_URL": address}
    shutil.rmtree(directory, ignore_errors=True)


def measured(kind: str, layout: str, scratch: Path, users: int) -> dict[str, float] | str:
    """The figures of one layout in a process and a database of its own, or why there are none."""
    try:
        with database(kind, scratch) as environment:
            command = [sys.executable, "-m", "benchmarks.store_layouts", layout, str(users)]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except SystemExit as error:
        return str(error)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["no answer"])[-1]
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(f"  {kind}, {layout}: {figures}", flush=True)
    return figures


def section(scratch: Path, lines: int) -> Section:
    """The tables of this part. `lines` scales it down from its usual size, as it does the logs."""
    users = max(1000, min(USERS, USERS * lines // 5_000_000))
    found = Section(PART, COMMAND)
    found.paragraphs.append(
        f"{users:,} users, 13 months, some 8 access days a month each, merged month by month; then the last month once "
        "more. Figures are ratios to Seatwise's (its own in megabytes and milliseconds, for orientation). "
        "The first page is the 50 users with the earliest last access and their access days in the last 30; to roll is "
        "to move on by one day. The layouts without a usage row need not roll, and pay for it on each page."
    )
    for kind in ("SQLite", "PostgreSQL"):
        results = {layout: measured(kind, layout, scratch, users) for layout in LAYOUTS}
        ours = results["ours"]
        rows = [cells_of(NAMES[layout], result, ours) for layout, result in results.items()]
        headings = [kind, "size", "merge time", "merge again", "first page", "roll", "remark"]
        found.paragraphs.append(table(headings, rows))
    return found


def cells_of(name: str, result: dict[str, float] | str, ours: dict[str, float] | str) -> list[str]:
    """A row of the table."""
    if isinstance(result, str) or isinstance(ours, str):
        return [name, "–", "–", "–", "–", "–", str(result if isinstance(result, str) else ours)]
    names = ("size", "merge", "again", "page", "roll")
    if result is ours:
        units = (
            f"{ours['size'] / 1e6:.0f} MB", f"{ours['merge']:.1f} s", f"{ours['again']:.1f} s",
            f"{1000 * ours['page']:.1f} ms", f"{1000 * ours['roll']:.0f} ms",
        )  # fmt: skip
        return [name, *(f"1 ({unit})" for unit in units), ""]
    return [name, *(ratio(result[n] / ours[n]) if result[n] else "–" for n in names), ""]
