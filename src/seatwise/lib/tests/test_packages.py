"""Sealed packages: the same bytes for the same files, and whatever was changed is found."""

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from seatwise.lib.packages import Sealed, seal, verify

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
FILES = {"a.csv": b"login\r\nbob\r\n", "佐藤.txt": "はい".encode()}


@pytest.fixture
def package() -> Sealed:
    return seal(FILES, {"review": "Q4"}, KEY)


def test_the_same_files_give_the_same_bytes(package: Sealed) -> None:
    assert seal(dict(reversed(FILES.items())), {"review": "Q4"}, KEY) == package


def test_a_package_as_it_was_sealed_verifies(package: Sealed) -> None:
    found = verify(io.BytesIO(package.content))
    assert found, found.problems
    assert (found.files, found.about) == (2, {"review": "Q4"})
    assert (found.manifest_sum, found.fingerprint) == (package.manifest_sum, package.fingerprint)


def changed(package: Sealed, change: Callable[[dict[str, bytes]], None]) -> io.BytesIO:
    with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out


def rewrite_manifest(files: dict[str, bytes]) -> None:
    read = json.loads(files["manifest.json"])
    read["about"]["review"] = "Q3"
    files["manifest.json"] = json.dumps(read).encode()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda files: files.update({"a.csv": b"login\r\neve\r\n"}), "a.csv is not as it was sealed"),
        (lambda files: files.pop("a.csv"), "a.csv is missing"),
        (lambda files: files.update({"more.csv": b""}), "more.csv is not in the manifest"),
        (lambda files: files.pop("manifest.sig"), "manifest.sig is missing: it is not a package of Seatwise"),
        (rewrite_manifest, "the signature of the manifest does not fit"),
        (lambda files: files.update({"manifest.pub": b"0" * 64}), "the signature of the manifest does not fit"),
        (lambda files: files.update({"manifest.pub": b"none"}), "the signature of the manifest does not fit"),
        (lambda files: files.update({"manifest.json": b"[]"}), "manifest.json cannot be read"),
    ],
)
def test_what_was_changed_is_found(package: Sealed, change: Callable[[dict[str, bytes]], None], problem: str) -> None:
    assert problem in verify(changed(package, change)).problems


def test_another_key_is_told_by_its_fingerprint(package: Sealed) -> None:
    other = seal(FILES, {"review": "Q4"}, Ed25519PrivateKey.from_private_bytes(b"x" * 32))
    found = verify(io.BytesIO(other.content))
    assert found
    assert found.fingerprint != package.fingerprint
    assert found.manifest_sum == package.manifest_sum


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip at all"])
def test_what_is_no_package_is_said_to_be_none(content: bytes) -> None:
    assert not verify(io.BytesIO(content))


def test_a_package_that_is_cut_off_does_not_verify(package: Sealed) -> None:
    for end in range(0, len(package.content) - 1, 97):
        assert not verify(io.BytesIO(package.content[:end]))


def test_a_file_cannot_take_the_name_of_the_seal() -> None:
    with pytest.raises(ValueError, match="own"):
        seal({"manifest.json": b""}, {}, KEY)
