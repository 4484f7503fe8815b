"""`seatwise verify-evidence`: offline, and saying what its answer rests on."""

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from seatwise.commands.tests.conftest import Run
from seatwise.lib.packages import Sealed, seal

SITE, OTHER = (Ed25519PrivateKey.from_private_bytes(each * 32) for each in (b"s", b"o"))
ABOUT = {"kind": "evidence", "review": "Q4", "service": "wiki", "closed_at": "2026-11-24", "audit_log": f"7:{'a' * 64}"}
NOBODY = "0" * 64


def closing(key: Ed25519PrivateKey = SITE, **about: Any) -> Sealed:
    return seal({"population.csv": b"bob\r\n"}, ABOUT | about, key)


def since(base: Sealed, key: Ed25519PrivateKey = SITE, **about: Any) -> Sealed:
    told = ABOUT | {"kind": "addenda", "evidence_manifest": base.manifest_sum} | about
    return seal({"evidence.zip": base.content, "addenda.csv": b"undone\r\n"}, told, key)


def written(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


@pytest.fixture
def file(tmp_path: Path) -> str:
    return written(tmp_path / "evidence.zip", closing().content)


def test_without_key_or_sum_it_says_that_anybody_could_have_sealed_it(run: Run, tmp_path: Path) -> None:
    done = run("verify-evidence", written(tmp_path / "forged.zip", closing(OTHER).content))
    assert done.code == 3
    assert "Whose key this is was NOT checked" in done.out


def test_with_the_key_of_the_letter_it_is_the_evidence_of_that_site(run: Run, file: str) -> None:
    assert run("verify-evidence", file, "--key", closing().fingerprint).code == 0
    assert run("verify-evidence", file, "--key", closing().fingerprint.upper()).code == 0
    done = run("verify-evidence", file, "--key", closing(OTHER).fingerprint)
    assert (done.code, "was not sealed with the key you gave" in done.out) == (1, True)


@pytest.mark.parametrize("layer", ["file", "manifest", "manifest of the closing"])
def test_a_sum_says_which_part_it_is_of_and_what_it_leaves_open(run: Run, tmp_path: Path, layer: str) -> None:
    base = closing()
    around = since(base)
    path = written(tmp_path / "later.zip", around.content)
    wanted, code, words = {
        "file": (hashlib.sha256(around.content).hexdigest(), 0, "that of the whole file"),
        "manifest": (around.manifest_sum, 0, "the manifest of what happened since"),
        "manifest of the closing": (base.manifest_sum, 3, "nothing about what happened since"),
    }[layer]
    done = run("verify-evidence", path, "--sum", wanted)
    assert (done.code, words in done.out) == (code, True)
    assert run("verify-evidence", path, "--sum", NOBODY).code == 1


def test_addenda_of_another_key_are_not_those_of_the_site(run: Run, tmp_path: Path) -> None:
    """The evidence of the closing is genuine; somebody else wrote what happened since."""
    base = closing()
    path = written(tmp_path / "later.zip", since(base, OTHER).content)
    done = run("verify-evidence", path, "--sum", base.manifest_sum, "--key", base.fingerprint)
    assert (done.code, "what happened since was not sealed with the key" in done.out) == (1, True)


@pytest.mark.parametrize(
    ("package", "problem"),
    [
        (lambda: since(closing(), evidence_manifest=NOBODY), "it is not the one that the addenda belong to"),
        (lambda: since(since(closing())), "it is not the evidence of a review"),
        (lambda: since(closing(kind="backup")), "it is not the evidence of a review"),
        (lambda: closing(kind="backup"), "it is sealed, but not the evidence of a review"),
        (lambda: seal({"addenda.csv": b""}, ABOUT | {"kind": "addenda"}, SITE), "it is none"),
        (lambda: seal({"evidence.zip": b"PK"}, ABOUT | {"kind": "addenda"}, SITE), "it is none"),
    ],
)
def test_what_is_not_the_evidence_of_a_review_is_refused(run: Run, tmp_path: Path, package: Any, problem: str) -> None:
    sealed = package()
    done = run("verify-evidence", written(tmp_path / "other.zip", sealed.content), "--key", sealed.fingerprint)
    assert (done.code, problem in done.out) == (1, True)


def test_what_a_package_says_of_itself_does_not_move_the_cursor(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path / "evidence.zip", closing(review="Q4\x1b[2J\r\nall is well").content)
    done = run("verify-evidence", path)
    assert "\x1b" not in done.out
    assert r"Q4\x1b[2J\r\nall is well" in done.out


@pytest.mark.parametrize("options", [("--sum", "nothing"), ("--key", "0" * 63), ("--sum", "٣" * 64)])
def test_a_sum_or_key_that_cannot_be_one_is_refused(run: Run, file: str, options: tuple[str, str]) -> None:
    done = run("verify-evidence", file, *options)
    assert (done.code, "64 hexadecimal digits" in done.err) == (2, True)


def test_a_file_that_is_not_there_or_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    assert "No such file" in run("verify-evidence", str(tmp_path / "none.zip")).err
    done = run("verify-evidence", str(tmp_path))
    assert (done.code, "is not a file" in done.err) == (2, True)


def test_it_needs_neither_django_nor_a_database(file: str) -> None:
    program = (
        "import sys; from seatwise.cli import main; code = main(sys.argv[1:]); "
        "sys.exit(9 if {'django', 'sqlite3', 'psycopg'} & set(sys.modules) else code)"
    )
    found = subprocess.run([sys.executable, "-c", program, "verify-evidence", file], capture_output=True, text=True)
    assert found.returncode == 3, found.stderr
