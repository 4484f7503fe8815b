"""Logs at addresses: each object is one file, whatever opens it; what goes wrong is said, and no secret with it."""

import functools
import gzip
import http.server
import io
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seatwise.logs import engine, inputs
from seatwise.logs.inputs import Input, UnreadableInput
from seatwise.logs.part_reading import read_part
from seatwise.logs.parts import Part
from seatwise.logs.places import find_inputs
from seatwise.logs.reading import read_inputs
from seatwise.logs.reading_rules import rules_of
from seatwise.logs.remote import failed, is_address, shown
from seatwise.logs.tests.samples import combined, source

fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed (the extra `remote`)")

FILES = {
    "access.log": combined("ann", time="09/Oct/2026:12:00:00 +0000"),
    "access.log.1": combined("ben", time="07/Oct/2026:12:00:00 +0000") * 3_000,
    "access.log.2.gz": gzip.compress(combined("carol", time="05/Oct/2026:12:00:00 +0000") * 300),
}


def part_of(places: list[str]) -> Part:
    how = source()
    return read_part(find_inputs(places), how, rules_of("combined", None, how), by=engine.fastest())


def says_the_same(place: str, tmp_path: Path) -> Part:
    """Compare a part made at an address with one of the same files here."""
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    here, there = part_of([str(tmp_path / name) for name in FILES]), part_of([place])
    one, other = here.facts(), there.facts()
    assert (one.logins, one.covered, one.account.reasons) == (other.logins, other.covered, other.account.reasons)
    assert list(one.covered.values()) == [0b111110000]
    assert sorted(file.size for file in there.files.values()) == sorted(len(data) for data in FILES.values())
    return there


@pytest.fixture
def memory() -> Iterator[Any]:
    """A file system in memory with the files."""
    system = fsspec.filesystem("memory")
    for name, data in FILES.items():
        system.pipe_file(f"/logs/{name}", data)
    system.pipe_file("/logs/deeper/other.log", combined("dora"))
    yield system
    system.rm("/logs", recursive=True)


@pytest.mark.parametrize("place", ["memory://logs", "memory://logs/", "memory://logs/access*", "memory://**/access.*"])
def test_a_directory_or_pattern_of_objects_says_what_the_files_say(place: str, memory: Any, tmp_path: Path) -> None:
    part = says_the_same(place, tmp_path)
    assert sorted(file.name for file in part.files.values()) == [f"memory:///logs/{name}" for name in FILES]


def test_an_object_is_read_as_an_input_of_every_command_is(memory: Any) -> None:
    facts = read_inputs(find_inputs(["memory://logs/access.log"]), source(), by=engine.fastest())
    assert (list(facts.logins), facts.account.lines) == (["ann"], 1)


def test_only_objects_that_are_read_are_opened(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    begin = Input.begin

    def noted(self: Input, **how: Any) -> Any:
        opened.append(self.name)
        return begin(self, **how)

    monkeypatch.setattr(Input, "begin", noted)
    find_inputs(["memory://logs"], lambda every: every[:1])
    assert opened == ["memory:///logs/access.log"]


class WithETags(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass

    def send_head(self) -> Any:
        if "broken" in self.path:
            self.send_error(500)
            return None
        return super().send_head()

    def end_headers(self) -> None:
        if self.command == "GET" or self.command == "HEAD":
            self.send_header("ETag", '"abc"')
        super().end_headers()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """A server on this machine that knows no ranges."""
    pytest.importorskip("aiohttp", reason="aiohttp is not installed (the extra `remote`)")
    (tmp_path / "web").mkdir()
    for name, data in FILES.items():
        (tmp_path / "web" / name).write_bytes(data)
    handler = functools.partial(WithETags, directory=str(tmp_path / "web"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_addresses_of_a_web_server_are_read_as_they_come(web: str, tmp_path: Path) -> None:
    places = [f"{web}/{name}?token=secret" for name in FILES]
    part = part_of(places)
    assert part.facts().account.lines == 3_301
    assert sorted(file.name for file in part.files.values()) == [f"{web}/{name}" for name in FILES]
    with pytest.raises(UnreadableInput, match=r"/gone\.log: nothing was found there\. Nothing was read") as gone:
        find_inputs([f"{web}/gone.log?token=secret"])
    with pytest.raises(UnreadableInput, match=r"broken: ClientResponseError: 500, message=") as broken:
        find_inputs([f"{web}/broken?token=secret"])
    assert "secret" not in f"{gone.value}{broken.value}"


def test_what_is_not_there_or_not_known_is_said(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("memory://logs/gone", "memory://nowhere/*.log"):
        with pytest.raises(UnreadableInput, match=r"nothing was found there\. Nothing was read\. Check the address"):
            find_inputs([place])
    with pytest.raises(UnreadableInput, match=r"abc://x: ValueError: Protocol not known: abc"):
        find_inputs(["abc://x"])
    monkeypatch.setitem(sys.modules, "fsspec", None)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(UnreadableInput, match=r"s3://b/x: .* not installed .* `pip install 'seatwise\[remote\]'`"):
        find_inputs(["s3://b/x"])


def test_an_object_that_fails_while_it_is_read_counts_nothing(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = find_inputs(["memory://logs/access.log"])

    class Failing(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise RuntimeError("the line is dead at memory://logs/access.log?secret")

    monkeypatch.setattr(memory, "open", lambda *_, **__: Failing())
    with pytest.raises(UnreadableInput, match=r"access\.log: it could not be read to the end \(RuntimeError: the line"):
        read_inputs(inputs, source(), by=engine.fastest())
    monkeypatch.undo()
    memory.pipe_file("/logs/access.log", b"x\n")
    with pytest.raises(UnreadableInput, match=r"became shorter while being read"):
        read_inputs(inputs, source(), by=engine.fastest())


def test_an_object_that_is_no_log_is_passed_over_beside_others_and_refused_alone(memory: Any) -> None:
    memory.pipe_file("/logs/access.zip", b"PK\x03\x04zip")
    assert [found.problem is None for found in find_inputs(["memory://logs/access*"])] == [True, True, True, False]
    with pytest.raises(UnreadableInput, match="ZIP"):
        find_inputs(["memory://logs/access.zip"])


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("s3://bucket/logs/a.gz", True),
        ("simplecache::s3://bucket/a", True),
        ("/var/log/x", False),
        ("C:/x", False),
        ("a:b", False),
        ("access.log", False),
    ],
)
def test_an_address_is_told_from_a_path(place: str, expected: bool) -> None:
    assert is_address(place) is expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://ann:pw@h.example/a%20b.log?X-Amz-Signature=1#x", "https://h.example/a%20b.log"),
        ("s3://key:secret@bucket/a?/b#.gz", "s3://bucket/a?/b#.gz"),
        ("s3://key:sec/ret@bucket/a", "s3://bucket/a"),
        ("https://ann:p/w@h/x", "https://h/x"),
        ("https://ann:p@w@h/x", "https://h/x"),
        ("https://ann:p?w@h/x?sig", "https://h/x"),
        ("simplecache::https://h/log.gz?X-Amz-Signature=secret", "simplecache::https://h/log.gz"),
        ("zip://a.log::https://ann:p/w@h/x.zip?sig", "zip://a.log::https://h/x.zip"),
        ("simplecache::s3://key:sec/ret@bucket/x", "simplecache::s3://bucket/x"),
        ("https://h:8080/x@y.log", "https://h:8080/x@y.log"),
        ("s3://bucket/x@y:z.log", "s3://bucket/x@y:z.log"),
        ("https://[::1]:80/x?sig", "https://[::1]:80/x"),
    ],
)
def test_secrets_of_an_address_are_not_shown(address: str, expected: str) -> None:
    assert shown(address) == expected
    said = str(failed("", ValueError(f"403, url='{address}'"))).rstrip("'")
    assert said == f"ValueError: 403, url='{expected}".partition("?")[0]


def test_a_packed_object_of_unknown_size_is_held_against_what_was_taken_of_it(
    memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "UNPACKED_ANYWAY", 1000)
    (found,) = find_inputs(["memory://logs/access.log.2.gz"])
    found.size = 0
    assert read_inputs([found], source(), by=engine.fastest()).account.lines == 300
    monkeypatch.setattr(inputs, "MOST_TIMES", 10)
    with pytest.raises(UnreadableInput, match=r"decompresses to more than 10 times its size"):
        read_inputs([found], source(), by=engine.fastest())
