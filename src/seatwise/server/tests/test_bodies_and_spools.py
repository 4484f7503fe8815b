"""Bodies within their size, and what is kept of them on disk."""

import asyncio
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from seatwise.server import bodies, limits
from seatwise.server.spools import DiskFull, Full, Spool, Store


def receiving(parts: Iterable[bytes], last: Mapping[str, Any] | None = None) -> bodies.Receive:
    """A client that sends parts."""
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append(dict(last or {"type": "http.request", "body": b"", "more_body": False}))
    left = iter(messages)

    async def receive() -> Mapping[str, Any]:
        return next(left)

    return receive


def take(receive: bodies.Receive, spool: Spool, most: int = 0) -> int:
    """How often it was asked how large the body may be."""
    asked = []

    async def limit() -> int:
        asked.append(1)
        return most

    asyncio.run(bodies.take(receive, spool, limit))
    return len(asked)


def test_a_small_body_stays_in_memory_and_asks_nobody(tmp_path: Path) -> None:
    spool = Spool(Store(tmp_path))
    assert take(receiving([b"ab", b"", b"c"]), spool) == 0
    assert (spool.begin().read(), spool.on_disk) == (b"abc", 0)


def test_a_larger_body_goes_to_a_file_without_a_name_and_nothing_of_it_stays(tmp_path: Path) -> None:
    store = Store(tmp_path)
    spool = Spool(store)
    part = os.urandom(limits.IN_MEMORY)
    assert take(receiving([part] * 3), spool, 3 * len(part)) > 0
    assert spool.begin().read() == part * 3
    assert (store.open, store.used, list(tmp_path.iterdir())) == (1, 3 * len(part), [])
    spool.close()
    assert (store.open, store.used) == (0, 0)


def test_a_body_that_is_larger_than_it_may_be_is_not_taken(tmp_path: Path) -> None:
    spool = Spool(Store(tmp_path))
    with pytest.raises(bodies.TooLarge):
        take(receiving([b"x" * limits.IN_MEMORY, b"x"]), spool)
    assert not spool.on_disk


def test_a_client_that_goes_away_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(bodies.Gone):
        take(receiving([b"a"], {"type": "http.disconnect"}), Spool(Store(tmp_path)))


def test_a_body_that_stops_coming_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SMALL_BODY_SECONDS", 0)

    async def receive() -> Mapping[str, Any]:
        await asyncio.Event().wait()
        return {}

    with pytest.raises(bodies.TooLate):
        take(receive, Spool(Store(tmp_path)))


def test_there_is_an_end_to_files_and_to_bytes(tmp_path: Path) -> None:
    part = b"x" * (limits.IN_MEMORY + 1)
    few = Store(tmp_path, files=1)
    first = Spool(few)
    first.write(part)
    with pytest.raises(Full):
        Spool(few).write(part)
    first.close()
    again = Spool(few)
    again.write(part)
    again.close()
    small = Spool(Store(tmp_path, size=2 * len(part)))
    small.write(part)
    small.write(b"x" * limits.IN_MEMORY)
    with pytest.raises(Full):
        small.write(b"xx")
    small.close()


def test_a_disk_without_room_is_full_before_the_database_finds_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ROOM", 2**80)
    spool = Spool(Store(tmp_path))
    spool.write(b"small")
    with pytest.raises(DiskFull):
        spool.write(b"x" * limits.IN_MEMORY)
    spool.close()
