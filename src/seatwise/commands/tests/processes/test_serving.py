"""`seatwise serve` starts all that is needed, sees to it, and ends all of it."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seatwise.commands.tests.processes.sites import environment_for, free_port, wait_for
from seatwise.site.workers import is_dead


@pytest.fixture
def site(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A site that is served on a free port: its process and its address."""
    address = f"http://127.0.0.1:{free_port()}"
    serving = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "seatwise", "serve", "--workers", "1"],
        env=environment_for(data, SEATWISE_ORIGIN=address),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    yield serving, address
    if serving.poll() is None:
        serving.terminate()
    serving.communicate()


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health/", timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def test_a_site_is_served_its_worker_replaced_and_all_of_it_ended(site: Any, data: Path) -> None:
    serving, address = site
    workers = data / "workers"
    assert wait_for(lambda: workers.exists() and any(path.read_text() for path in workers.iterdir()))
    first = next(workers.iterdir())
    assert wait_for(lambda: answers(address))
    os.kill(int(first.read_text()), signal.SIGKILL)
    assert wait_for(lambda: any(path != first for path in workers.iterdir()))
    serving.send_signal(signal.SIGINT)
    output, _ = serving.communicate(timeout=60)
    assert serving.returncode == 0, output
    assert f"Seatwise is served at {address}" in output
    assert not answers(address)
    assert all(is_dead(data, path.name) for path in workers.iterdir())  # one that was just starting leaves its file


def test_all_that_was_started_ends_with_it_however_it_ends(site: Any, data: Path) -> None:
    serving, address = site
    workers = data / "workers"
    assert wait_for(lambda: answers(address) and workers.exists() and any(workers.iterdir()))
    children = descendants(serving.pid)
    assert len(children) >= 3  # granian's first process, the one that answers, the worker
    serving.kill()
    serving.wait()
    assert wait_for(lambda: not any(is_running(pid) for pid in children), 30)
    assert not answers(address)


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and those that they did."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in listed.splitlines())}
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found[1:]


def is_running(pid: int) -> bool:
    state = subprocess.run(["ps", "-p", str(pid), "-o", "stat="], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and "Z" not in state
