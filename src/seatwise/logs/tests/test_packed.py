"""Packed logs: read by what they unpack to, and refused where they are made to fill what they are unpacked into."""

import bz2
import gzip
import io
import lzma
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import zstandard

from seatwise.logs import compiled, engine, inputs, reading
from seatwise.logs.chunks import Buffer
from seatwise.logs.inputs import UnreadableInput
from seatwise.logs.places import find_inputs
from seatwise.logs.program import INTERPRETED
from seatwise.logs.reading import read_inputs
from seatwise.logs.tests.samples import combined, source

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
}


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often compiled code was asked for; interpreted code with other tables stands in for it."""
    asked: list[int] = []

    def stand_in(workers: int) -> engine.Engine:
        asked.append(workers)
        tables = replace(INTERPRETED, fill=lambda size, value: [value] * size)
        return replace(engine.interpreted(), tables=tables, workers=2)

    monkeypatch.setattr(engine, "machine_code", stand_in)
    monkeypatch.setattr(engine.Engine, "seen", lambda self, buffer: Buffer(buffer.data, buffer.data))
    monkeypatch.setattr(compiled, "is_warm", lambda: False)
    monkeypatch.setattr(reading, "INTERPRET_WARM", 1_000_000)
    monkeypatch.setattr(reading, "INTERPRET_COLD", 2_000_000)
    return asked


@pytest.mark.parametrize("compression", PACKED)
def test_a_packed_log_is_read_by_what_it_unpacks_to(
    compression: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = counted(monkeypatch)
    for lines, expected in ((9_000, 0), (30_000, 1)):
        path = tmp_path / f"{lines}.log"
        path.write_bytes(PACKED[compression](combined("alice") * lines))
        assert path.stat().st_size < 20_000
        found = find_inputs([str(path)])
        engine_chosen = reading.suitable(found)
        assert len(asked) == expected
        assert engine_chosen.workers == 1 + expected


@pytest.mark.parametrize("packed", [False, True])
def test_a_pipe_that_proves_to_be_long_is_read_on_by_compiled_code(
    packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = counted(monkeypatch)
    data = b"".join(combined(f"user{number % 40}") for number in range(60_000)) + b"rubbish\n"
    stream = io.BytesIO(gzip.compress(data) if packed else data)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stream))
    facts = read_inputs(find_inputs(["-"]), source())
    assert asked
    assert facts.account.lines == 60_001
    assert facts.account.reasons["access"] == 60_000
    assert len(facts.logins) == 40
    assert facts.account.samples["malformed"][0].line == 60_001


@pytest.mark.parametrize("compression", PACKED)
def test_what_unpacks_to_far_more_than_a_log_would_is_refused(
    compression: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "UNPACKED_ANYWAY", 1 << 20)
    monkeypatch.setattr(inputs, "MOST_TIMES", 100)
    bomb = tmp_path / "bomb.log"
    bomb.write_bytes(PACKED[compression](bytes(8 << 20)))
    with pytest.raises(
        UnreadableInput, match=r"unpacks to more than 100 times its size.*Nothing was counted.*unpack it"
    ):
        read_inputs(find_inputs([str(bomb)]), source())


@pytest.mark.parametrize("outer", PACKED)
def test_what_is_packed_twice_is_refused(outer: str, tmp_path: Path) -> None:
    for inner, pack in PACKED.items():
        path = tmp_path / inner
        path.write_bytes(PACKED[outer](pack(combined("alice"))))
        with pytest.raises(UnreadableInput, match=f"packed twice .{inner} in {outer}.*Unpack it once"):
            read_inputs(find_inputs([str(path)]), source())
    path.write_bytes(PACKED[outer](b"PK\x03\x04"))
    with pytest.raises(UnreadableInput, match="ZIP archive"):
        read_inputs(find_inputs([str(path)]), source())


@pytest.mark.parametrize("compression", ["xz", "zstd"])
def test_what_needs_more_memory_than_a_log_would_is_refused(
    compression: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "access.log"
    path.write_bytes(PACKED[compression](b"".join(combined(f"user{number}") for number in range(20_000))))
    assert len(read_inputs(find_inputs([str(path)]), source()).logins) == 20_000
    monkeypatch.setattr(inputs, "MOST_MEMORY", 1 << 16)
    with pytest.raises(UnreadableInput, match=r"could not be read to its end.*Nothing was counted"):
        read_inputs(find_inputs([str(path)]), source())
