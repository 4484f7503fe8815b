"""Sealed packages: a zip whose manifest names the sums of each file, signed with Ed25519 (RFC 8032).

Every byte of a package follows from what is signed: the manifest has the sum of each file and of how it is packed, and
the zip around them can be written in one way only (container.py). So a package is accepted as it was sealed, or not at
all. The same files and key give the same bytes. Checked without a database: see verify().

Evidence and backups are packages. No file is ever held in memory whole, neither by Packer nor by verify().
"""

import hashlib
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from seatwise.lib.container import PIECE, STORED, Member, NotTheSame, Packing, Reader, size_of, write
from seatwise.lib.keys import as_line, fingerprint_of, of_line, public_bytes, signature_fits

FORMAT = 2
MANIFEST, SIGNATURE, PUBLIC_KEY = "manifest.json", "manifest.sig", "manifest.pub"
SEAL = (MANIFEST, SIGNATURE, PUBLIC_KEY)  # first in the package, in this order, and not packed
KEYS = {"sha256", "bytes", "packed_sha256", "packed_bytes"}  # of a file in the manifest


@dataclass(frozen=True)
class Limits:
    """What a package may have at most."""

    manifest: int  # bytes
    files: int
    packed: int  # bytes of a package
    unpacked: int  # bytes of all its files


EVIDENCE = Limits(manifest=1 << 20, files=100, packed=1 << 30, unpacked=(1 << 32) - 1)
BACKUP = Limits(manifest=10 << 20, files=1000, packed=1 << 40, unpacked=1 << 43)


@dataclass(frozen=True)
class Sealed:
    """A package: its bytes, and the SHA-256 of its manifest."""

    content: bytes
    manifest_sum: str
    fingerprint: str  # of the public key


def seal(files: Mapping[str, bytes], about: Mapping[str, Any], key: Ed25519PrivateKey) -> Sealed:
    """Put files into a package of evidence; `about` as Packer.seal has it. Raises ValueError as that does."""
    packer, out = Packer(io.BytesIO(), EVIDENCE), io.BytesIO()
    for name, content in files.items():
        packer.add(name, [content])
    manifest_sum = packer.seal(about, key, out)
    return Sealed(out.getvalue(), manifest_sum, fingerprint_of(public_bytes(key)))


class Packer:
    """Packs files one by one into a spool, and seals them in a package."""

    def __init__(self, spool: IO[bytes], limits: Limits) -> None:
        self._spool, self._limits = spool, limits
        self._members: dict[str, tuple[Member, int]] = {}  # and where it begins in the spool
        self._sums: dict[str, dict[str, Any]] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Pack a file. Raises ValueError for names of the package's own."""
        if name in SEAL:
            raise ValueError(f"{', '.join(SEAL)} are the package's own")
        start, packing = self._spool.tell(), Packing()
        whole, packed = hashlib.sha256(), hashlib.sha256()

        def put(piece: bytes) -> None:
            packed.update(piece)
            self._spool.write(piece)

        for piece in pieces:
            whole.update(piece)
            put(packing.take(piece))
        put(packing.rest())
        member = packing.member(name)
        self._members[name] = member, start
        self._sums[name] = {
            "sha256": whole.hexdigest(),
            "bytes": member.size,
            "packed_sha256": packed.hexdigest(),
            "packed_bytes": member.packed,
        }

    def seal(self, about: Mapping[str, Any], key: Ed25519PrivateKey, out: IO[bytes]) -> str:
        """Write the package; the SHA-256 of its manifest. `about` is what that says beside the sums: plain JSON values.

        Raises ValueError for files that verify() would not take: too many, too large, or with a name that is none.
        """
        manifest = _manifest(about, self._sums)
        _read_manifest(manifest, self._limits)
        own = zip(SEAL, (manifest, as_line(key.sign(manifest)), as_line(public_bytes(key))), strict=True)
        sealing = [stored(name, content) for name, content in own]
        listed = [*(member for member, _ in sealing), *(self._members[name][0] for name in sorted(self._members))]
        if size_of(listed) > self._limits.packed:
            raise ValueError(f"a package has at most {self._limits.packed:,} bytes")
        write(out, [*sealing, *((self._members[name][0], self._packed(name)) for name in sorted(self._members))])
        return hashlib.sha256(manifest).hexdigest()

    def _packed(self, name: str) -> Iterator[bytes]:
        member, start = self._members[name]
        self._spool.seek(start)
        left = member.packed
        while left and (piece := self._spool.read(min(left, PIECE))):
            left -= len(piece)
            yield piece


def stored(name: str, content: bytes) -> tuple[Member, list[bytes]]:
    """A member that is not packed."""
    return Member(name, STORED, zlib.crc32(content), len(content), len(content)), [content]


def _manifest(about: Any, files: Any) -> bytes:
    read = {"about": about, "files": files, "format": FORMAT}
    return json.dumps(read, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False).encode()


@dataclass
class PackageCheck:
    """What a check found. Without problems, every byte is as it was sealed by whoever has the key of `fingerprint`;
    whose key that is, a package cannot say.
    """

    problems: list[str] = field(default_factory=list)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)  # name: the sums of it
    manifest_sum: str = ""
    fingerprint: str = ""
    about: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return not self.problems


def verify(
    source: Path | IO[bytes],
    keep: Mapping[str, IO[bytes]] | None = None,
    *,
    limits: Limits = EVIDENCE,
    signed: Callable[[PackageCheck], None] = lambda found: None,
) -> PackageCheck:
    """Whether a package is, byte by byte, as it was sealed. Raises OSError where it cannot be read.

    The contents of the files that `keep` names are written to where it says; nothing else is unpacked to anywhere.
    `signed` is told of the manifest, once its signature fits and before any file is read; it may raise what it likes.
    """
    if isinstance(source, Path):
        with source.open("rb") as file:
            return verify(file, keep, limits=limits, signed=signed)
    found = PackageCheck()
    size = source.seek(0, 2)
    source.seek(0)
    if size > limits.packed:
        found.problems.append(f"it has {size:,} bytes, and a package has at most {limits.packed:,}")
        return found
    reader = Reader(source)
    try:
        _verify_manifest(reader, found, limits)
        signed(found)
        for name in sorted(found.files):
            _verify_file(reader, name, found.files[name], found, (keep or {}).get(name))
        if found:
            reader.end()
    except NotTheSame as wrong:
        found.problems.append(str(wrong))
    return found


def _verify_manifest(reader: Reader, found: PackageCheck, limits: Limits) -> None:
    try:
        manifest = reader.stored(MANIFEST, limits.manifest)
    except NotTheSame:
        raise NotTheSame("it does not begin as packages of Seatwise do: it is none, or was packed anew") from None
    signature, public = reader.stored(SIGNATURE, 200), reader.stored(PUBLIC_KEY, 200)
    found.manifest_sum = hashlib.sha256(manifest).hexdigest()
    if not signature_fits(manifest, signature, public):
        raise NotTheSame("the signature of the manifest does not fit, or its key is none that can be trusted")
    found.fingerprint = fingerprint_of(of_line(public, 32))
    try:
        found.about, found.files = _read_manifest(manifest, limits)
    except (ValueError, RecursionError) as error:
        raise NotTheSame(f"{MANIFEST} is not one that Seatwise writes ({str(error)[:200]})") from None


def _verify_file(
    reader: Reader, name: str, said: Mapping[str, Any], found: PackageCheck, kept: IO[bytes] | None
) -> None:
    whole, packed = hashlib.sha256(), hashlib.sha256()

    def out(piece: bytes) -> None:
        whole.update(piece)
        if kept:
            kept.write(piece)

    try:
        reader.packed(name, said["packed_bytes"], said["bytes"], packed.update, out)
    except NotTheSame as wrong:
        found.problems.append(str(wrong))
        return
    if (whole.hexdigest(), packed.hexdigest()) != (said["sha256"], said["packed_sha256"]):
        found.problems.append(f"{name} is not as it was sealed")


def _read_manifest(manifest: bytes, limits: Limits) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What a manifest says beside the sums, and the sums. Raises ValueError and RecursionError."""
    if len(manifest) > limits.manifest:
        raise ValueError(f"it has more than {limits.manifest:,} bytes")
    read = json.loads(manifest)
    if not isinstance(read, dict) or set(read) != {"about", "files", "format"}:
        raise ValueError("it has not the parts of one")
    about, files = read["about"], read["files"]
    if read["format"] != FORMAT:
        raise ValueError(f"it has the format {read['format']!r}, and this version reads {FORMAT}")
    if not isinstance(about, dict) or not isinstance(files, dict) or len(files) > limits.files:
        raise ValueError("it has not the parts of one, or too many files")
    if _manifest(about, files) != manifest:
        raise ValueError("it is written in another way")
    for name, said in files.items():
        _check_file(name, said, limits)
    if sum(said["bytes"] for said in files.values()) > limits.unpacked:
        raise ValueError(f"its files have more than {limits.unpacked:,} bytes")
    return about, files


def _check_file(name: str, said: Any, limits: Limits) -> None:
    """Raises ValueError."""
    is_name = name not in SEAL and len(name.encode()) <= 200 and re.fullmatch(r"\w[\w.-]*", name) is not None
    if not is_name or not isinstance(said, dict) or set(said) != KEYS:
        raise ValueError(f"{name[:50]!r} is no file of a package")
    tests: dict[str, Callable[[Any], bool]] = {
        "sha256": lambda value: isinstance(value, str),
        "packed_sha256": lambda value: isinstance(value, str),
        "bytes": lambda value: type(value) is int and 0 <= value <= limits.unpacked,
        "packed_bytes": lambda value: type(value) is int and 0 <= value <= limits.packed,
    }
    for key, fits in tests.items():
        if not fits(said[key]):
            raise ValueError(f"{key} of {name} cannot be")
