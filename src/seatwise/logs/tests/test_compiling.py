"""Where there is no C library, logs are read all the same, and it is said; one of other sources is never taken."""

import ctypes
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from seatwise.logs import compiling, engine, library
from seatwise.logs.notices import InputCode
from seatwise.logs.places import find_inputs
from seatwise.logs.reading import read_inputs
from seatwise.logs.tests.samples import combined, source


def test_without_the_library_plain_python_reads_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "load", lambda: None)
    log = tmp_path / "access.log"
    log.write_bytes(combined("alice") + combined("bob", status=404) + b"x\n")
    facts = read_inputs(find_inputs([str(log)]), source())
    assert engine.fastest() == engine.plain()
    assert list(facts.logins) == ["alice"]
    assert [facts.account.reasons[name] for name in ("access", "failed", "malformed")] == [1, 1, 1]
    assert [notice.code for notice in facts.account.said] == [InputCode.NO_LIBRARY]


def test_the_name_of_the_library_changes_with_any_source(tmp_path: Path) -> None:
    shutil.copytree(library.SOURCES, tmp_path / "kernel")
    assert library.fingerprint(tmp_path / "kernel") == library.FINGERPRINT
    for name in ("times.h", "compiler.lock"):
        before = library.fingerprint(tmp_path / "kernel")
        with (tmp_path / "kernel" / name).open("a") as file:
            file.write("\n")
        assert library.fingerprint(tmp_path / "kernel") != before


def test_the_name_of_the_library_changes_with_how_it_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read_bytes(path).replace(b"-O3", b"-O2"))
    assert library.fingerprint() != library.FINGERPRINT


def test_a_compiler_that_is_not_there_or_fails_makes_nothing_and_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "kernel-of-before.so").write_bytes(b"x")
    for command in (["no-compiler-has-this-name"], ["false"], []):
        assert compiling.compiled(command, tmp_path) is None
    assert [path.name for path in tmp_path.iterdir()] == ["kernel-of-before.so"]


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_a_new_library_takes_the_place_of_older_ones(tmp_path: Path) -> None:
    (tmp_path / "kernel-of-before.so").write_bytes(b"x")
    assert compiling.compiled(["cc"], tmp_path, flags=["-O0"]) is not None
    assert [path.name for path in tmp_path.iterdir()] == [library.file_name()]


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that are run; every compiler writes an empty file, and every installer nothing."""
    found: list[list[str]] = []

    def run(words: Sequence[str], **options: Any) -> None:
        found.append(list(words))
        if "-o" in words:
            Path(words[words.index("-o") + 1]).touch()

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(ctypes, "CDLL", lambda path: None)
    return found


def says(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Make every command fail, and say something."""

    def run(words: Sequence[str], **options: Any) -> None:
        raise subprocess.CalledProcessError(1, list(words), stderr=what.encode())

    monkeypatch.setattr(subprocess, "run", run)


def test_a_fetched_compiler_makes_a_library_for_every_machine_of_its_kind(commands: list[list[str]]) -> None:
    with compiling.fetched() as command:
        assert command[1:] == ["cc", "-mcpu=baseline"]


def test_what_fails_while_a_compiler_is_there_is_what_is_said(commands: list[list[str]]) -> None:
    with pytest.raises(OSError, match="disk full"), compiling.fetched():
        raise OSError("disk full")
    assert len(commands) == 1


def test_a_library_takes_its_place_before_others_leave_it(
    tmp_path: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (library.file_name(), "kernel-of-before.so"):
        (tmp_path / name).write_bytes(b"x")
    unlinked: list[str] = []

    def unlink(path: Path, missing_ok: bool = False) -> None:
        unlinked.append(path.name)
        assert (tmp_path / library.file_name()).read_bytes() == b""

    monkeypatch.setattr(Path, "unlink", unlink)
    assert compiling.compiled(["cc"], tmp_path) == tmp_path / library.file_name()
    assert unlinked == ["kernel-of-before.so"]


def test_a_folder_that_cannot_be_written_ends_no_installation(
    tmp_path: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace(path: Path, target: Path) -> None:
        raise PermissionError("in use")

    monkeypatch.setattr(Path, "replace", replace)
    said: list[str] = []
    assert compiling.compiled(["cc"], tmp_path, said=said) is None
    assert "in use" in said[0]


@pytest.mark.parametrize(
    ("problem", "kept"),
    [("failed to map segment from shared object", True), ("Operation not permitted", True), ("wrong ELF class", False)],
)
def test_a_library_made_where_no_program_may_run_is_kept(
    tmp_path: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch, problem: str, kept: bool
) -> None:
    def refuse(path: str) -> None:
        raise OSError(problem)

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    assert (compiling.compiled(["cc"], tmp_path) is not None) == kept


def test_what_a_failing_compiler_says_stands_beside_where_the_library_would_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "kernel.c:3: no such header")
    assert compiling.build(tmp_path) is None
    assert "kernel.c:3: no such header" in (tmp_path / library.LOG).read_text()
    monkeypatch.setenv("CC", "gcc 'and no end")
    assert compiling.build(tmp_path, fetch=False) is None
    assert "gcc 'and no end" in (tmp_path / library.LOG).read_text()
    assert str(library.SOURCES / library.LOG) in str(engine.plain().notice)


def test_a_wheel_for_another_machine_never_has_the_library_of_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "unknown target")
    (tmp_path / library.file_name("linux")).write_bytes(b"of this machine")
    with pytest.raises(compiling.NoLibrary, match="unknown target"):
        compiling.build(tmp_path, "manylinux_2_17_aarch64", anew=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("said", "installers"), [("0", 0), ("1", 2)])
def test_no_compiler_is_fetched_where_that_is_forbidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, installers: int
) -> None:
    ran: list[Sequence[str]] = []
    monkeypatch.setattr(compiling, "ran", lambda words, *rest: ran.append(words))
    monkeypatch.setenv("SEATWISE_FETCH", said)
    assert compiling.build(tmp_path) is None
    assert len([words for words in ran if "install" in words]) == installers


def test_a_library_of_other_tables_is_never_called(monkeypatch: pytest.MonkeyPatch) -> None:
    path = library.SOURCES / library.file_name()
    if not path.exists():
        pytest.skip("no C library")
    assert library.at_path(path) is not None
    expected = library.layout()
    for i in range(len(expected)):
        other = [*expected[:i], expected[i] + 8, *expected[i + 1 :]]
        monkeypatch.setattr(library, "layout", lambda other=other: other)
        assert library.at_path(path) is None


def test_a_library_without_what_is_called_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda path: object())
    assert library.at_path(tmp_path / library.file_name()) is None


def test_a_library_that_comes_while_seatwise_runs_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Any] = [None, library]
    monkeypatch.setattr(library, "_loaded", {})
    monkeypatch.setattr(library, "at_path", lambda path: found.pop(0))
    assert [library.load(), library.load(), library.load()] == [None, library, library]
