"""`seatwise facts --on spark` on a cluster of two executors on this machine. `make test-spark` installs it."""

import gzip
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from seatwise.cli import main
from seatwise.logs.tests.samples import combined

pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed (make test-spark)")
pytestmark = pytest.mark.filterwarnings("default")  # of what only this uses

LONG = 15_000  # lines: some seconds of the plain reader


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Logs of two rotated sets, one that is none, and the environment of a cluster."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEATWISE_TODAY", "2026-11-24")
    monkeypatch.setenv("SEATWISE_TIME_ZONE", "Asia/Tokyo")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setenv("SPARK_HOME", str(Path(pyspark.__file__).parent))
    arguments = (
        "--master local-cluster[2,1,512]",
        "--conf spark.executor.memory=512m",
        "--conf spark.ui.enabled=false",
        "--conf spark.speculation=true --conf spark.speculation.interval=100ms --conf spark.speculation.multiplier=1.1",
        "pyspark-shell",
    )
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", " ".join(arguments))
    place = tmp_path / "logs"
    place.mkdir()
    for number in range(8):
        day = combined(f"user{number}", time=f"{20 - 2 * number:02}/Oct/2026:20:00:00 +0000")
        (place / f"access.log.{number}").write_bytes(day * LONG)
        (place / f"other.log.{number}.gz").write_bytes(gzip.compress(combined("USER1") + day))
    (place / "error.log").write_bytes(b"2026/11/20 12:00:00 [error] 7#7: it broke\n" * 3)
    yield place
    from pyspark.sql import SparkSession

    if session := SparkSession.getActiveSession():
        session.stop()


def executors() -> set[int]:
    """The processes below this one that are executors."""
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if b"CoarseGrainedExecutorBackend" in (path / "cmdline").read_bytes() and is_below(int(path.name)):
                found.add(int(path.name))
        except OSError:
            continue
    return found


def is_below(pid: int) -> bool:
    """Whether a process is one that this one started, or that such a one did."""
    while pid > 1:
        if pid == os.getpid():
            return True
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return False


def kill_one_that_works(killed: list[int], done: threading.Event) -> None:
    """Kill an executor as soon as tasks run."""
    while not done.is_set():
        context = pyspark.SparkContext._active_spark_context
        tracker = context.statusTracker() if getattr(context, "_jsc", None) is not None else None
        stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()] if tracker else []
        if any(stage and stage.numActiveTasks >= 2 for stage in stages) and (found := executors()):
            os.kill(min(found), signal.SIGKILL)
            killed.append(min(found))
            return
        time.sleep(0.05)


def test_a_cluster_that_loses_an_executor_says_what_is_said_here(
    logs: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    killed: list[int] = []
    done = threading.Event()
    killer = threading.Thread(target=kill_one_that_works, args=(killed, done))
    killer.start()
    try:
        assert main(["facts", "logs", "--on", "spark", "-o", "there.facts"]) == 0
    finally:
        done.set()
        killer.join()
    assert len(killed) == 1
    assert main(["facts", str(logs), "-o", "here.facts"]) == 0
    assert (tmp_path / "there.facts").read_bytes() == (tmp_path / "here.facts").read_bytes()
    capfd.readouterr()
    assert main(["report", "there.facts", "--output", "json"]) == 0
    account = json.loads(capfd.readouterr().out)["account"]
    assert account["lines"] == 8 * LONG + 16
    assert account["logins"] == 8

    assert main(["facts", "logs/error.log", "--on", "spark", "-o", "none.facts"]) == 1
    assert "no named format fits" in capfd.readouterr().err
    os.truncate(logs / "other.log.1.gz", 40)
    assert main(["facts", "logs", "--on", "spark", "-o", "none.facts"]) == 1
    assert "other.log.1.gz: it" in capfd.readouterr().err
    assert not (tmp_path / "none.facts").exists()
