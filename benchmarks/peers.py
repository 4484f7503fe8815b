"""The readers that are set side by side, Seatwise first. What is missing on this machine is said, not fatal."""

import json
import shutil
import sys
from pathlib import Path

from benchmarks.measuring import Reader
from benchmarks.scratch import HERE, built, python_with
from benchmarks.seatwise_reader import SAME

PACKAGES = {"polars": ">=1", "duckdb": ">=1", "chdb": ">=3"}
C_LOCALE = {"LC_ALL": "C"}
MISSING = "not on this machine"


def seatwise(name: str, format_name: str, rules: str, log: Path) -> Reader:
    """Seatwise's reader."""
    return Reader(name, [sys.executable, "-m", "benchmarks.seatwise_reader", format_name, rules, str(log)])


def unpacking(packed: Path) -> Reader:
    """What unpacking alone takes, as Seatwise does it."""
    return Reader("unpacking that alone", [sys.executable, "-m", "benchmarks.unpacking", str(packed)], "isal")


def report_command(kind: str, log: Path) -> Reader:
    """All of `seatwise report`, from the start of the process to the printed list."""
    options = f"--format {kind} --time-zone Asia/Tokyo --as-of 2024-06-30 --output json".split()
    for option, globs in (("--screen", SAME.screens), ("--api", SAME.apis), ("--asset", SAME.assets)):
        options += [word for glob in globs for word in (option, glob)]
    return Reader(
        "`seatwise report`, the whole command",
        [sys.executable, "-m", "seatwise", "report", str(log), *options],
        "start, reading, list",
        words=lambda printed: [str(json.loads(printed)["account"]["user_days"])],
    )


def limit(kind: str, log: Path, scratch: Path) -> Reader:
    """The C program."""
    program = built(HERE / "limit.c", scratch)
    remark = "`limit.c`, two threads, no account; its memory is the mapped log"
    return Reader("C, the limit", [str(program), kind, str(log)], remark, error="" if program else "no C compiler")


def awks(log: Path) -> list[Reader]:
    """gawk and mawk."""
    return [
        Reader(
            name,
            [name, "-f", str(HERE / "user_days.awk"), str(log)],
            "one process",
            C_LOCALE,
            error="" if shutil.which(name) else MISSING,
        )
        for name in ("gawk", "mawk")
    ]


def goaccess(log: Path) -> Reader:
    """GoAccess behind an awk that filters."""
    awk = next((name for name in ("mawk", "gawk") if shutil.which(name)), "")
    missing = "" if awk and shutil.which("goaccess") else MISSING
    remark = "nearest: visitors by day, the login as visitor, filtered by awk"
    return Reader("GoAccess", ["sh", str(HERE / "goaccess.sh"), awk, str(log)], remark, error=missing)


def packages(kind: str, log: Path, scratch: Path) -> list[Reader]:
    """Polars, DuckDB and chDB."""
    python = python_with(PACKAGES, scratch)
    error = "" if python else "its package could not be installed"
    layout = "cut at quotes" if kind == "combined" else "JSON lines"
    return [
        Reader(name, [str(python), str(HERE / f"{name.lower()}_reader.py"), kind, str(log)], layout, error=error)
        for name in ("Polars", "DuckDB", "chDB")
    ]


def plain_python(kind: str, log: Path) -> Reader:
    """Python with nothing but its standard library."""
    how = "re" if kind == "combined" else "json"
    command = [sys.executable, str(HERE / "python_reader.py"), kind, str(log)]
    return Reader("Python", command, f"{how}, two processes; memory of one of them")


def all_of(kind: str, log: Path, scratch: Path) -> list[Reader]:
    """Every reader for a log of this kind, combined or caddy."""
    readers = [seatwise("**Seatwise**", kind, "same", log), limit(kind, log, scratch)]
    readers += packages(kind, log, scratch)
    if kind == "combined":
        readers += [*awks(log), goaccess(log)]
    return [*readers, plain_python(kind, log)]
