"""What recording costs an application: the recorder, django-user-visit, and an UPDATE for each request."""

import os
import subprocess
from pathlib import Path

from benchmarks.report import Section, table
from benchmarks.scratch import HERE, python_with

PART = "recorder"
PACKAGES = {"django": ">=5.2,<5.3", "django-user-visit": ">=2"}
PEOPLE, BLOCKS = 50, 60
WAYS = {
    "recorder": ("**recorder**, 20 pages", "WSGI's and ASGI's middleware do less: they ask for no user"),
    "recorder, each page new": ("**recorder**, every request another page", "a line for each request"),
    "django-user-visit": ("django-user-visit", "a visit for each session, address, browser and day"),
    "UPDATE": ("an UPDATE for each request", "`last_login` of the user"),
}


def section(scratch: Path, lines: int) -> Section:
    """Each way in a process of its own, in which requests with and without it take turns."""
    found = Section(PART, "python -m benchmarks recorder")
    python = python_with(PACKAGES, scratch)
    if python is None:
        found.paragraphs.append("Not measured: django-user-visit could not be installed.")
        return found
    results = {way: measured(python, way) for way in WAYS}
    rows = [
        [name, f"{without:.0f}", f"{more:+.0f}", f"{100 * more / without:+.0f} %", remark]
        for (name, remark), (without, more, _known, _new) in zip(WAYS.values(), results.values(), strict=True)
    ]
    known, new = (min(numbers[which] for numbers in results.values()) for which in (2, 3))
    found.paragraphs += [
        f"Microseconds of processor time for a request to a small page of Django for one of {PEOPLE} people who are "
        "signed in, with all threads of the process; SQLite in WAL mode. Requests with and without take turns in one "
        f"process, 100 each; medians of {BLOCKS} turns.",
        table(["way", "without", "it adds", "", "remark"], rows),
        f"By itself, the recorder takes {known:.1f} µs for a page that it has sent already, and {new:.1f} µs for "
        "another one, sending in its thread included.",
    ]
    return found


def measured(python: Path, way: str) -> list[float]:
    """Microseconds: of a request, what the way adds, and the recorder's own for a page it has sent and for another."""
    command = [str(python), str(HERE / "recorder_site.py"), way, str(PEOPLE), str(BLOCKS)]
    environment = os.environ | {"PYTHONPATH": str(HERE.parent / "src")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    numbers = [float(word) for word in done.stdout.split()]
    print(f"  {way}: {numbers}", flush=True)
    return numbers
