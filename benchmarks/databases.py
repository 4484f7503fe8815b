"""Fresh databases of both kinds, and figures that a process of its own measures in one."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

KINDS = ("SQLite", "PostgreSQL")


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


def figures_of(kind: str, scratch: Path, module: str, *arguments: str) -> Any:
    """What `python -m benchmarks.MODULE …` prints as JSON at its end, with a fresh database; or why there is none."""
    try:
        with database(kind, scratch) as environment:
            command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except SystemExit as error:
        return str(error)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["no answer"])[-1]
    figures = json.loads(done.stdout.splitlines()[-1])
    print(f"  {kind}, {', '.join(arguments)}: {figures}", flush=True)
    return figures
