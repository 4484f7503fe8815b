"""Answers are taken whole; pages of the shell; health; threads."""

import asyncio
import io
import threading
from pathlib import Path
from typing import Any

import pytest

from seatwise.server import health, limits, pages
from seatwise.server.answers import Answer, File, taken
from seatwise.server.health import Health
from seatwise.server.spools import Store
from seatwise.server.threads import Busy, Threads


class Body:
    """What a site answers with; whether it was ended."""

    def __init__(self, *parts: bytes) -> None:
        self.parts, self.closed, self.read = parts, False, 0

    def __iter__(self) -> Any:
        for part in self.parts:
            self.read += 1
            yield part

    def close(self) -> None:
        self.closed = True


def answer(store: Store, body: Any, *headers: tuple[str, str], status: str = "200 OK", method: str = "GET") -> Answer:
    """What is taken of a site's answer."""

    def site(environ: Any, start_response: Any) -> Any:
        start_response(status, [("X-A", " 1"), *headers])
        return body

    return taken(site, {"REQUEST_METHOD": method}, store)


def test_a_small_answer_is_in_memory_with_its_length_and_ended(tmp_path: Path) -> None:
    body = Body(b"ab", b"c")
    found = answer(Store(tmp_path), body)
    assert (found.status, found.headers) == (200, [(b"x-a", b"1"), (b"content-length", b"3")])
    assert (found.body, found.file, body.closed) == (b"abc", None, True)


def test_a_large_one_is_on_disk_until_it_was_sent(tmp_path: Path) -> None:
    store = Store(tmp_path)
    found = answer(store, Body(*[b"x" * 50_000] * 4))
    assert found.file
    assert found.headers[-1] == (b"content-length", b"200000")
    assert found.file.read() == b"x" * 200_000
    assert store.open == 1
    found.close()
    assert store.open == 0


@pytest.mark.parametrize(("status", "method"), [("304 Not Modified", "GET"), ("200 OK", "HEAD")])
def test_no_length_is_made_up_for_what_has_no_body(tmp_path: Path, status: str, method: str) -> None:
    body = Body()
    found = answer(Store(tmp_path), body, ("ETag", "x"), status=status, method=method)
    assert found.headers == [(b"x-a", b"1"), (b"etag", b"x")]
    assert (found.body, body.closed) == (b"", True)


def test_nothing_is_made_for_somebody_who_wants_the_headers_only(tmp_path: Path) -> None:
    body = Body(b"x" * 100)
    assert answer(Store(tmp_path), body, ("Content-Length", "100"), method="HEAD").body == b""
    assert (body.read, body.closed) == (0, True)


def test_a_file_is_not_copied_and_outlives_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789" * 20_000)
    file = path.open("rb")
    file.read(5)
    store = Store(tmp_path)
    found = answer(store, File(file))
    assert file.closed
    assert found.file
    assert found.file.read(10) == b"5678901234"
    assert store.open == 0
    found.close()
    assert answer(store, File(io.BytesIO(b"abc"))).body == b"abc"


def test_an_answer_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def parts() -> Any:
        yield b"x" * 100_000
        raise RuntimeError("broken")

    store = Store(tmp_path)
    with pytest.raises(RuntimeError):
        answer(store, parts())
    assert (store.open, store.used) == (0, 0)


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("", "en"), ("ja", "ja"), ("en-US,ja;q=0.9", "en"), ("de,ja;q=0.5", "ja"), ("ja;q=x", "en"), ("fr", "en")],
)
def test_pages_of_the_shell_are_in_the_readers_language(wanted: str, language: str) -> None:
    found = pages.page(503, {"HTTP_ACCEPT_LANGUAGE": wanted})
    assert (b"content-language", language.encode()) in found.headers
    assert f'<html lang="{language}">' in found.body.decode()


def test_what_is_wrong_is_found_in_the_background(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.01)
    hangs, asked = threading.Event(), []

    def ask() -> None:
        asked.append(1)
        if len(asked) == 1:
            raise OSError("away")
        if len(asked) == 2:
            hangs.wait(10)

    async def look() -> list[Answer]:
        looking = Health(ask, tmp_path, Threads())
        found = []
        for _ in range(3):  # away, hangs, still hangs
            await looking.look()
            found.append(looking.answer())
        hangs.set()
        monkeypatch.setattr(health, "PATIENCE", 10)
        await looking.look()
        await looking.look()
        found.append(looking.answer())
        monkeypatch.setattr(limits, "ROOM", 2**80)
        await looking.look()
        return [*found, looking.answer()]

    found = asyncio.run(look())
    assert [each.status for each in found] == [503, 503, 503, 200, 503]
    assert [each.body for each in found][2:] == [
        b'{"status": "degraded", "wrong": ["database"]}',
        b'{"status": "ok"}',
        b'{"status": "degraded", "wrong": ["disk"]}',
    ]


def test_more_than_there_are_threads_wait_and_more_than_may_wait_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WAITING", 1)
    free = threading.Event()

    async def many() -> list[Any]:
        threads = Threads(1)
        first = asyncio.ensure_future(threads.run(lambda: free.wait(10)))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(threads.run(lambda: "second"))
        await asyncio.sleep(0)
        assert threads.kept_waiting() > 0
        with pytest.raises(Busy):
            await threads.run(lambda: "third")
        monkeypatch.setattr(limits, "WAITING_SECONDS", 0)
        monkeypatch.setattr(limits, "WAITING", 2)
        with pytest.raises(Busy):
            await threads.run(lambda: "fourth")
        free.set()
        return [await first, await second, await threads.run(lambda: "fifth"), threads.kept_waiting()]

    assert asyncio.run(many()) == [True, "second", "fifth", 0.0]
