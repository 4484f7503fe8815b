"""Sealed packages: a zip whose manifest names the sums of each file, signed with Ed25519 (RFC 8032).

Every byte of a package follows from what is signed: the manifest has the sum of each file and of how it is packed, and
the zip around them can be written in one way only (container.py). So a package is accepted as it was sealed, or not at
all. The same files and key give the same bytes. Checked without a database: see verify().
"""

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from seatwise.lib.container import DEFLATED, STORED, Member, NotTheSame, Reader, deflated, written
from seatwise.lib.keys import as_line, fingerprint_of, of_line, public_bytes, signature_fits

FORMAT = 2
MANIFEST, SIGNATURE, PUBLIC_KEY = "manifest.json", "manifest.sig", "manifest.pub"
SEAL = (MANIFEST, SIGNATURE, PUBLIC_KEY)  # first in the package, in this order, and not packed
MOST_MANIFEST = 1 << 20  # bytes
MOST_FILES = 100
MOST_PACKED = 1 << 30  # bytes of a package
MOST_UNPACKED = (1 << 32) - 1  # bytes of all its files
KEYS = {"sha256", "bytes", "packed_sha256", "packed_bytes"}  # of a file in the manifest


@dataclass(frozen=True)
class Sealed:
    """A package: its bytes, and the SHA-256 of its manifest."""

    content: bytes
    manifest_sum: str
    fingerprint: str  # of the public key


def seal(files: Mapping[str, bytes], about: Mapping[str, Any], key: Ed25519PrivateKey) -> Sealed:
    """Put files into a package. `about` is what the manifest says beside their sums: plain JSON values.

    Raises ValueError for files that verify() would not take: too many, too large, or with a name that is none.
    """
    if set(files) & set(SEAL):
        raise ValueError(f"{', '.join(SEAL)} are the package's own")
    packed = {name: deflated(content) for name, content in sorted(files.items())}
    sums = {name: _sums(files[name], packed[name]) for name in packed}
    manifest = _manifest(about, sums)
    _read_manifest(manifest)
    public = public_bytes(key)
    own = {MANIFEST: manifest, SIGNATURE: as_line(key.sign(manifest)), PUBLIC_KEY: as_line(public)}
    content = written(
        [
            *((Member(n, STORED, zlib.crc32(own[n]), len(own[n]), len(own[n])), own[n]) for n in SEAL),
            *((Member(n, DEFLATED, zlib.crc32(files[n]), len(packed[n]), len(files[n])), packed[n]) for n in packed),
        ]
    )
    if len(content) > MOST_PACKED:
        raise ValueError(f"a package has at most {MOST_PACKED:,} bytes")
    return Sealed(content, hashlib.sha256(manifest).hexdigest(), fingerprint_of(public))


def _sums(content: bytes, packed: bytes) -> dict[str, Any]:
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "packed_sha256": hashlib.sha256(packed).hexdigest(),
        "packed_bytes": len(packed),
    }


def _manifest(about: Any, files: Any) -> bytes:
    read = {"about": about, "files": files, "format": FORMAT}
    return json.dumps(read, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False).encode()


@dataclass
class Verdict:
    """What a check found. Without problems, every byte is as it was sealed by whoever has the key of `fingerprint`;
    whose key that is, a package cannot say.
    """

    problems: list[str] = field(default_factory=list)
    files: int = 0
    manifest_sum: str = ""
    fingerprint: str = ""
    about: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return not self.problems


def verify(source: Path | IO[bytes], keep: Mapping[str, IO[bytes]] | None = None) -> Verdict:
    """Whether a package is, byte by byte, as it was sealed. Raises OSError where it cannot be read.

    The contents of the files that `keep` names are written to where it says; nothing else is unpacked to anywhere.
    """
    if isinstance(source, Path):
        with source.open("rb") as file:
            return verify(file, keep)
    found = Verdict()
    size = source.seek(0, 2)
    source.seek(0)
    if size > MOST_PACKED:
        found.problems.append(f"it has {size:,} bytes, and a package has at most {MOST_PACKED:,}")
        return found
    try:
        _verify(Reader(source), found, keep or {})
    except NotTheSame as wrong:
        found.problems.append(str(wrong))
    return found


def _verify(reader: Reader, found: Verdict, keep: Mapping[str, IO[bytes]]) -> None:
    try:
        manifest = reader.stored(MANIFEST, MOST_MANIFEST)
    except NotTheSame:
        raise NotTheSame("it does not begin as packages of Seatwise do: it is none, or was packed anew") from None
    signature, public = reader.stored(SIGNATURE, 200), reader.stored(PUBLIC_KEY, 200)
    found.manifest_sum = hashlib.sha256(manifest).hexdigest()
    if not signature_fits(manifest, signature, public):
        raise NotTheSame("the signature of the manifest does not fit, or its key is none that can be trusted")
    found.fingerprint = fingerprint_of(of_line(public, 32))
    try:
        found.about, sums = _read_manifest(manifest)
    except (ValueError, RecursionError) as error:
        raise NotTheSame(f"{MANIFEST} is not one that Seatwise writes ({str(error)[:200]})") from None
    found.files = len(sums)
    for name in sorted(sums):
        _verify_file(reader, name, sums[name], found, keep.get(name))
    if found:
        reader.end()


def _verify_file(reader: Reader, name: str, said: Mapping[str, Any], found: Verdict, kept: IO[bytes] | None) -> None:
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


def _read_manifest(manifest: bytes) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What a manifest says beside the sums, and the sums. Raises ValueError and RecursionError."""
    if len(manifest) > MOST_MANIFEST:
        raise ValueError(f"it has more than {MOST_MANIFEST:,} bytes")
    read = json.loads(manifest)
    if not isinstance(read, dict) or set(read) != {"about", "files", "format"}:
        raise ValueError("it has not the parts of one")
    about, files = read["about"], read["files"]
    if read["format"] != FORMAT:
        raise ValueError(f"it has the format {read['format']!r}, and this version reads {FORMAT}")
    if not isinstance(about, dict) or not isinstance(files, dict) or len(files) > MOST_FILES:
        raise ValueError("it has not the parts of one, or too many files")
    if _manifest(about, files) != manifest:
        raise ValueError("it is written in another way")
    for name, said in files.items():
        _check_file(name, said)
    if sum(said["bytes"] for said in files.values()) > MOST_UNPACKED:
        raise ValueError(f"its files have more than {MOST_UNPACKED:,} bytes")
    return about, files


def _check_file(name: str, said: Any) -> None:
    """Raises ValueError."""
    is_name = name not in SEAL and len(name.encode()) <= 200 and re.fullmatch(r"\w[\w.-]*", name) is not None
    if not is_name or not isinstance(said, dict) or set(said) != KEYS:
        raise ValueError(f"{name[:50]!r} is no file of a package")
    tests: dict[str, Callable[[Any], bool]] = {
        "sha256": lambda value: isinstance(value, str),
        "packed_sha256": lambda value: isinstance(value, str),
        "bytes": lambda value: type(value) is int and 0 <= value <= MOST_UNPACKED,
        "packed_bytes": lambda value: type(value) is int and 0 <= value <= MOST_PACKED,
    }
    for key, fits in tests.items():
        if not fits(said[key]):
            raise ValueError(f"{key} of {name} cannot be")
