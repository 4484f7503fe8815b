"""Packed logs: read by what they unpack to, and refused where they are made to fill what they are unpacked into."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from seatwise.logs import inputs
from seatwise.logs.inputs import UnreadableInput
from seatwise.logs.places import find_inputs
from seatwise.logs.reading import read_inputs
from seatwise.logs.tests.samples import combined, source

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
}


@pytest.mark.parametrize("compression", PACKED)
def test_what_unpacks_to_far_more_than_a_log_would_is_refused(
    compression: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "UNPACKED_ANYWAY", 1 << 20)
    monkeypatch.setattr(inputs, "MOST_TIMES", 100)
    bomb = tmp_path / "bomb.log"
    bomb.write_bytes(PACKED[compression](bytes(8 << 20)))
    with pytest.raises(
        UnreadableInput, match=r"decompresses to more than 100 times its size.*Nothing was counted.*decompress it"
    ):
        read_inputs(find_inputs([str(bomb)]), source())


@pytest.mark.parametrize("outer", PACKED)
def test_what_is_packed_twice_is_refused(outer: str, tmp_path: Path) -> None:
    for inner, pack in PACKED.items():
        path = tmp_path / inner
        path.write_bytes(PACKED[outer](pack(combined("alice"))))
        with pytest.raises(UnreadableInput, match=f"compressed twice .{inner} in {outer}.*Decompress it once"):
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
    with pytest.raises(UnreadableInput, match=r"could not be read to the end.*Nothing was counted"):
        read_inputs(find_inputs([str(path)]), source())
