"""Sealed packages: a zip whose manifest names the SHA-256 of each file, signed with Ed25519 (RFC 8032).

The same files and key give the same bytes. Checked without a database: see verify().
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MANIFEST, SIGNATURE, PUBLIC_KEY = "manifest.json", "manifest.sig", "manifest.pub"
SEAL = (MANIFEST, SIGNATURE, PUBLIC_KEY)
ALWAYS = (1980, 1, 1, 0, 0, 0)  # the time of each file in the zip, so that the bytes do not depend on a clock
MOST_BYTES = 4 * 1024**3  # of a file in a package


@dataclass(frozen=True)
class Sealed:
    """A package: its bytes, and the SHA-256 of its manifest."""

    content: bytes
    manifest_sum: str
    fingerprint: str  # of the public key


def fingerprint_of(public: bytes) -> str:
    """By which a public key is told from others: the SHA-256 of its 32 bytes."""
    return hashlib.sha256(public).hexdigest()


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of its public key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def seal(files: Mapping[str, bytes], about: Mapping[str, Any], key: Ed25519PrivateKey) -> Sealed:
    """Put files into a package. `about` is what the manifest says beside their sums: plain JSON values."""
    if set(files) & set(SEAL):
        raise ValueError(f"{', '.join(SEAL)} are the package's own")
    sums = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)} for name, content in files.items()
    }
    manifest = json.dumps({"about": about, "files": sums}, sort_keys=True, indent=1, ensure_ascii=False).encode()
    public = public_bytes(key)
    own = {
        MANIFEST: manifest,
        SIGNATURE: key.sign(manifest).hex().encode() + b"\n",
        PUBLIC_KEY: public.hex().encode() + b"\n",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in sorted({**files, **own}.items()):
            entry = zipfile.ZipInfo(name, ALWAYS)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content, compresslevel=6)
    return Sealed(out.getvalue(), hashlib.sha256(manifest).hexdigest(), fingerprint_of(public))


@dataclass
class Verdict:
    """What a check found. Without problems, every file is as it was sealed by whoever has the key of `fingerprint`."""

    problems: list[str] = field(default_factory=list)
    files: int = 0
    manifest_sum: str = ""
    fingerprint: str = ""
    about: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return not self.problems


def verify(source: Path | IO[bytes]) -> Verdict:
    """Whether a package is whole and as it was sealed. Raises OSError where it cannot be read."""
    found = Verdict()
    try:
        with zipfile.ZipFile(source) as archive:
            _verify(archive, found)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        found.problems.append(f"it is not a whole zip file ({error})")
    return found


def _verify(archive: zipfile.ZipFile, found: Verdict) -> None:
    names = archive.namelist()
    if len(names) != len(set(names)):
        found.problems.append("a name stands in it twice")
    missing = [name for name in SEAL if name not in names]
    if missing:
        found.problems.append(f"{', '.join(missing)} is missing: it is not a package of Seatwise")
        return
    manifest = archive.read(MANIFEST)
    found.manifest_sum = hashlib.sha256(manifest).hexdigest()
    _verify_signature(manifest, archive.read(SIGNATURE), archive.read(PUBLIC_KEY), found)
    try:
        read = json.loads(manifest)
        found.about, sums = dict(read["about"]), dict(read["files"])
    except (ValueError, KeyError, TypeError):
        found.problems.append(f"{MANIFEST} cannot be read")
        return
    found.files = len(sums)
    found.problems += [f"{name} is not in the manifest" for name in sorted(set(names) - set(sums) - set(SEAL))]
    found.problems += [f"{name} is missing" for name in sorted(set(sums) - set(names))]
    for name in sorted(set(sums) & set(names)):
        if _sum_of(archive, name) != sums[name].get("sha256"):
            found.problems.append(f"{name} is not as it was sealed")


def _verify_signature(manifest: bytes, signature: bytes, public: bytes, found: Verdict) -> None:
    try:
        raw = bytes.fromhex(public.decode().strip())
        found.fingerprint = fingerprint_of(raw)
        Ed25519PublicKey.from_public_bytes(raw).verify(bytes.fromhex(signature.decode().strip()), manifest)
    except (ValueError, InvalidSignature):
        found.problems.append("the signature of the manifest does not fit")


def _sum_of(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as file:
        while part := file.read(1 << 20):
            digest.update(part)
            if file.tell() > MOST_BYTES:
                return ""
    return digest.hexdigest()
