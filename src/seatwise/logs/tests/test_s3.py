"""Logs in an S3 store on this machine. What it needs is large: `make test-remote` installs it and runs this."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seatwise.cli import main
from seatwise.logs.inputs import UnreadableInput
from seatwise.logs.places import find_inputs
from seatwise.logs.tests.samples import combined

server = pytest.importorskip("moto.server", reason="moto is not installed (make test-remote)")
s3fs = pytest.importorskip("s3fs", reason="s3fs is not installed (make test-remote)")

FILES = {
    "2026/access.log": combined("ann", time="09/Oct/2026:12:00:00 +0000"),
    "2026/access.log.1.gz": gzip.compress(combined("ben", time="07/Oct/2026:12:00:00 +0000") * 5_000),
    "2026/access.log.2": combined("carol", time="05/Oct/2026:12:00:00 +0000") * 3_000,
    "other.log": b"2026/11/20 12:00:00 [error] 7#7: it broke\n",
}
pytestmark = pytest.mark.filterwarnings("default")  # of libraries that only this uses


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket with the files, where fsspec finds it."""
    running = server.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    running.start()
    address, port = running.get_host_and_port()
    for name, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "y"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{address}:{port}")
    s3fs.S3FileSystem.clear_instance_cache()
    system = s3fs.S3FileSystem()
    system.makedirs("logs", exist_ok=True)
    for name, data in FILES.items():
        system.pipe_file(f"logs/{name}", data)
    yield system
    system.rm("logs", recursive=True)
    s3fs.S3FileSystem.clear_instance_cache()
    running.stop()


def test_shards_of_a_bucket_say_what_the_files_say_at_once(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEATWISE_TODAY", "2026-11-24")
    monkeypatch.setenv("SEATWISE_TIME_ZONE", "UTC")
    monkeypatch.chdir(tmp_path)
    for name, data in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    for number in (1, 2):
        assert main(["facts", "s3://logs/**/*.log*", "--shard", f"{number}/2", "-o", f"{number}.facts"]) == 0
    capfd.readouterr()
    for output in ("csv", "json"):
        assert main(["report", "2.facts", "1.facts", "--output", output]) == 0
        in_parts = capfd.readouterr()
        assert main(["report", "2026", "other.log", "--output", output]) == 0
        at_once = capfd.readouterr()
        assert in_parts.out.replace("s3://logs/", "") == at_once.out.replace(f"{tmp_path}/", "")
    assert "s3://logs/other.log: no named format fits" in in_parts.err
    assert main(["report", "s3://logs/2026/", "--output", "csv"]) == 0
    assert capfd.readouterr().out.count("\n") == 4
    assert main(["report", "1.facts"]) == 1
    assert "These shards are missing: 2/2." in capfd.readouterr().err


def test_an_object_is_told_from_another_of_its_name_by_its_etag(bucket: Any) -> None:
    (before,) = find_inputs(["s3://logs/2026/access.log"])
    (again,) = find_inputs(["s3://logs/2026/access.log"])
    bucket.pipe_file("logs/2026/access.log", combined("eve", time="09/Oct/2026:12:00:00 +0000"))
    (after,) = find_inputs(["s3://logs/2026/access.log"])
    assert before.mark.startswith("ETag:")
    assert (before.mark == again.mark, before.mark == after.mark, before.size == after.size) == (True, False, True)


def test_an_object_that_is_gone_or_forbidden_is_said(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = find_inputs(["s3://logs/2026/access.log"])
    bucket.rm("logs/2026/access.log")
    with pytest.raises(FileNotFoundError):
        inputs[0].look()
    with pytest.raises(UnreadableInput, match=r"s3://logs/2026/access\.log: there is nothing"):
        find_inputs(["s3://logs/2026/access.log"])
    with pytest.raises(UnreadableInput, match=r"s3://nowhere/x\*: there is nothing"):
        find_inputs(["s3://nowhere/x*"])
