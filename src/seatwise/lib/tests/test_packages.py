"""Sealed packages: the same bytes for the same files, and no byte of them can be another one."""

import dataclasses
import hashlib
import io
import json
import random
import struct
import tempfile
import tracemalloc
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings, strategies as st

from seatwise.lib import container, packages
from seatwise.lib.container import DEFLATED, PIECE, Member, Packing
from seatwise.lib.keys import as_line, public_bytes
from seatwise.lib.packages import BACKUP, EVIDENCE, Packer, seal, verify

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
FILES = {"a.csv": b"login\r\nbob\r\n" * 4, "佐藤.txt": "はい".encode(), "empty.csv": b""}
PACKAGE = seal(FILES, {"review": "Q4"}, KEY)


def problems_of(content: bytes) -> list[str]:
    return verify(io.BytesIO(content)).problems


def test_the_same_files_give_the_same_bytes() -> None:
    assert seal(dict(reversed(FILES.items())), {"review": "Q4"}, KEY) == PACKAGE


def test_a_package_as_it_was_sealed_verifies() -> None:
    found = verify(io.BytesIO(PACKAGE.content))
    assert found, found.problems
    assert (len(found.files), found.about) == (3, {"review": "Q4"})
    assert (found.manifest_sum, found.fingerprint) == (PACKAGE.manifest_sum, PACKAGE.fingerprint)


def test_everybody_can_open_it() -> None:
    with zipfile.ZipFile(io.BytesIO(PACKAGE.content)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in FILES} == FILES
        assert archive.namelist()[:3] == ["manifest.json", "manifest.sig", "manifest.pub"]


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, PIECE + 2, 3 * PIECE + 259, 5_000_000])
def test_files_of_every_size_come_out_as_they_went_in(size: int) -> None:
    content = b"0" * size
    kept = io.BytesIO()
    assert verify(io.BytesIO(seal({"a": content}, {}, KEY).content), {"a": kept})
    assert kept.getvalue() == content


def test_each_byte_and_each_bit_of_it_counts() -> None:
    for place in range(len(PACKAGE.content)):
        for bit in (1, 0x80) if place % 7 else (1, 2, 4, 8, 16, 32, 64, 128):
            other = bytearray(PACKAGE.content)
            other[place] ^= bit
            assert problems_of(bytes(other)), (place, bit)


def test_cut_off_at_any_place_it_does_not_verify() -> None:
    for end in range(len(PACKAGE.content)):
        assert problems_of(PACKAGE.content[:end]), end


def test_nothing_can_be_put_in_at_any_place() -> None:
    for place in range(len(PACKAGE.content) + 1):
        for added in (b"\0", b"PK\x03\x04"):
            assert problems_of(PACKAGE.content[:place] + added + PACKAGE.content[place:]), place


@settings(max_examples=150, derandomize=True)
@given(st.data())
def test_whatever_is_made_of_it_is_refused_with_words(data: st.DataObject) -> None:
    content = PACKAGE.content
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, len(content)))
    other = content[:start] + data.draw(st.binary(max_size=40)) + content[end:]
    assert bool(verify(io.BytesIO(other))) == (other == content)


@settings(max_examples=100, derandomize=True)
@given(st.binary(max_size=300))
def test_whatever_is_signed_by_somebody_is_refused_with_words(manifest: bytes) -> None:
    assert problems_of(sealed_by_hand(manifest))


def sealed_by_hand(manifest: bytes, members: Any = (), key: Ed25519PrivateKey = KEY) -> bytes:
    """A package with any manifest, signed; `members` come after it."""
    own = [manifest, as_line(key.sign(manifest)), as_line(public_bytes(key))]
    return written([*(stored(name, content) for name, content in zip(packages.SEAL, own, strict=True)), *members])


def stored(name: str, content: bytes) -> tuple[Member, bytes]:
    member, [only] = packages.stored(name, content)
    return member, only


def deflated(content: bytes) -> bytes:
    packing = Packing()
    return packing.take(content) + packing.rest()


def written(members: Any) -> bytes:
    out = io.BytesIO()
    container.write(out, [(member, [content]) for member, content in members])
    return out.getvalue()


def members_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed_anew(**options: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as archive:
        for name, content in members_of(PACKAGE.content).items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def with_comment(content: bytes) -> bytes:
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = b"approved by the auditor"
    return out.getvalue()


def with_more(content: bytes, name: str) -> bytes:
    out = io.BytesIO(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that the name is there already
        with zipfile.ZipFile(out, "a") as archive:
            archive.writestr(name, b"more")
    return out.getvalue()


def in_another_order(content: bytes) -> bytes:
    read = members_of(content)
    names = ["manifest.json", "manifest.sig", "manifest.pub", *sorted(FILES, reverse=True)]
    sealed = {name: stored(name, read[name]) for name in packages.SEAL}
    packed = {
        name: (Member(name, DEFLATED, zlib.crc32(FILES[name]), len(deflated(FILES[name])), len(FILES[name])),
               deflated(FILES[name])) for name in FILES
    }  # fmt: skip
    return written((sealed | packed)[name] for name in names)


def with_a_gap(content: bytes) -> bytes:
    """A second file before the directory that the directory does not list; what lists it points behind it."""
    place = content.index(b"PK\x01\x02")
    hidden = b"".join((stored("hidden.csv", b"x")[0].local(), b"x"))
    start = struct.unpack_from("<L", content, len(content) - 6)[0] + len(hidden)
    return content[:place] + hidden + content[place:-6] + struct.pack("<LH", start, 0)


def with_another_packing(content: bytes) -> bytes:
    """The same contents, packed less tightly: the same for everybody who unpacks it."""
    read = members_of(content)
    parts = [stored(name, read[name]) for name in packages.SEAL]
    for name in sorted(FILES):
        packing = zlib.compressobj(0, zlib.DEFLATED, -15)
        packed = packing.compress(FILES[name]) + packing.flush()
        parts.append((Member(name, DEFLATED, zlib.crc32(FILES[name]), len(packed), len(FILES[name])), packed))
    return written(parts)


def with_flag(content: bytes) -> bytes:
    """Says that it is encrypted."""
    return content.replace(b"PK\x03\x04\x14\0\0\0\x08", b"PK\x03\x04\x14\0\x01\0\x08")


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"\0" + content,
        lambda content: b"#!/bin/sh\n" + content,
        lambda content: content + b"\0",
        lambda content: content + content,
        with_comment,
        lambda content: with_more(content, "more.csv"),
        lambda content: with_more(content, "a.csv"),
        in_another_order,
        with_a_gap,
        with_another_packing,
        with_flag,
        lambda content: packed_anew(),
        lambda content: packed_anew(compression=zipfile.ZIP_DEFLATED),
        lambda content: packed_anew(compression=zipfile.ZIP_BZIP2),
        lambda content: packed_anew(compression=zipfile.ZIP_LZMA),
    ],
)
def test_what_holds_the_same_files_in_other_bytes_is_refused(change: Callable[[bytes], bytes]) -> None:
    other = change(PACKAGE.content)
    with zipfile.ZipFile(io.BytesIO(other)) as archive:  # which others open as if it were the same
        assert set(FILES) <= set(archive.namelist())
    assert problems_of(other)


def manifest_of(**changes: Any) -> bytes:
    """A manifest in the form of Seatwise with something else in it."""
    read = json.loads(members_of(PACKAGE.content)["manifest.json"]) | changes
    return json.dumps(read, sort_keys=True, indent=1, ensure_ascii=False).encode()


FINE = {"sha256": "0" * 64, "bytes": 1, "packed_sha256": "0" * 64, "packed_bytes": 1}


@pytest.mark.parametrize(
    ("manifest", "problem"),
    [
        (b"[" * 500_000, "not one that Seatwise writes"),
        (b'{"a":' * 100_000, "not one that Seatwise writes"),
        (b"[]", "has not the parts"),
        (b"\xff", "not one that Seatwise writes"),
        (b'"\\ud800"', "not one that Seatwise writes"),
        (b"9" * 10_000, "not one that Seatwise writes"),
        (manifest_of(format=1), "has the format 1"),
        (manifest_of(about=[]), "has not the parts"),
        (manifest_of(files={str(number): FINE for number in range(101)}), "too many files"),
        (manifest_of(files={"../../etc/passwd": FINE}), "is no file of a package"),
        (manifest_of(files={"/etc/passwd": FINE}), "is no file of a package"),
        (manifest_of(files={"manifest.pub": FINE}), "is no file of a package"),
        (manifest_of(files={"a\x1b[2J": FINE}), "is no file of a package"),
        (manifest_of(files={"a": FINE | {"bytes": -1}}), "bytes of a cannot be"),
        (manifest_of(files={"a": FINE | {"bytes": 1.0}}), "bytes of a cannot be"),
        (manifest_of(files={"a": FINE | {"bytes": 1 << 32}}), "bytes of a cannot be"),
        (manifest_of(files={"a": FINE | {"packed_bytes": True}}), "packed_bytes of a cannot be"),
        (manifest_of(files={str(n): FINE | {"bytes": 1 << 31} for n in range(2)}), "its files have more than"),
        (manifest_of() + b" ", "written in another way"),
        (manifest_of().replace(b'"format": 2', b'"format": 2,\n "format": 2'), "written in another way"),
        (b" " * (EVIDENCE.manifest + 1), "does not begin as packages of Seatwise do"),
    ],
)
def test_a_manifest_that_seatwise_would_not_write_is_refused(manifest: bytes, problem: str) -> None:
    assert problem in " ".join(problems_of(sealed_by_hand(manifest)))


def test_no_more_is_unpacked_than_was_signed() -> None:
    bomb = deflated(b"0" * 50_000_000)
    said = FINE | {"packed_bytes": len(bomb), "packed_sha256": hashlib.sha256(bomb).hexdigest(), "bytes": 1000}
    member = Member("a", DEFLATED, 0, len(bomb), 1000), bomb
    kept = io.BytesIO()
    content = sealed_by_hand(manifest_of(files={"a": said}), [member])
    assert "a is not as it was sealed" in verify(io.BytesIO(content), {"a": kept}).problems
    assert len(kept.getvalue()) <= 1000


def test_a_package_that_is_too_large_is_not_read() -> None:
    limits = dataclasses.replace(EVIDENCE, packed=100)
    assert "at most 100" in verify(io.BytesIO(PACKAGE.content), limits=limits).problems[0]
    with pytest.raises(ValueError, match="at most 100"):
        Packer(io.BytesIO(), limits).seal({}, KEY, io.BytesIO())


def test_what_does_not_fit_into_four_bytes_is_written_as_zip64_and_no_byte_of_it_can_be_another_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(container, "LARGE", 3000)  # in place of 4 GiB
    files = {"a": random.Random(1).randbytes(3500), "b": b"0" * 4000, "c": b"small"}
    content = seal(files, {}, KEY).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in files} == files
    assert verify(io.BytesIO(content))
    for place in range(len(content)):
        other = bytearray(content)
        other[place] ^= 1
        assert problems_of(bytes(other)), place


def test_a_large_file_is_packed_and_checked_without_being_held_in_memory() -> None:
    piece, size = random.Random(2).randbytes(1 << 20), 48

    def pieces() -> Iterator[bytes]:
        for _ in range(size):
            yield piece

    with tempfile.TemporaryFile() as spool, tempfile.TemporaryFile() as out:
        tracemalloc.start()
        try:
            packer = Packer(spool, BACKUP)
            packer.add("a", pieces())
            packer.seal({}, KEY, out)
            assert verify(out, limits=BACKUP)
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert out.tell() > size << 20
    assert most < 8 << 20


def test_another_key_is_told_by_its_fingerprint() -> None:
    other = seal(FILES, {"review": "Q4"}, Ed25519PrivateKey.from_private_bytes(b"x" * 32))
    found = verify(io.BytesIO(other.content))
    assert found
    assert found.fingerprint != PACKAGE.fingerprint
    assert found.manifest_sum == PACKAGE.manifest_sum


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip at all", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_package_is_said_to_be_none(content: bytes) -> None:
    assert "it is none" in problems_of(content)[0]


def test_random_bytes_are_no_package() -> None:
    chance = random.Random(11)
    for length in range(0, 4000, 13):
        assert problems_of(chance.randbytes(length))


def test_a_file_cannot_take_the_name_of_the_seal() -> None:
    with pytest.raises(ValueError, match="own"):
        seal({"manifest.json": b""}, {}, KEY)
