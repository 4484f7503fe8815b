"""Where there is no C library, logs are read all the same, and it is said; one of other sources is never taken."""

import shutil
from pathlib import Path

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
    assert engine.fastest() is engine.PLAIN
    assert list(facts.logins) == ["alice"]
    assert [facts.account.reasons[name] for name in ("access", "failed", "malformed")] == [1, 1, 1]
    assert [notice.code for notice in facts.account.said] == [InputCode.NO_LIBRARY]


def test_the_name_of_the_library_changes_with_any_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = library.file_name()
    shutil.copytree(library.SOURCES, tmp_path / "kernel")
    monkeypatch.setattr(library, "SOURCES", tmp_path / "kernel")
    assert library.file_name() == before
    with (tmp_path / "kernel" / "times.h").open("a") as file:
        file.write("\n")
    assert library.file_name() != before


def test_a_compiler_that_is_not_there_or_fails_makes_nothing_and_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "kernel-of-before.so").write_bytes(b"x")
    for compiler in ("no-compiler-has-this-name", "false"):
        assert compiling.compiled([compiler], tmp_path) is None
    assert [path.name for path in tmp_path.iterdir()] == ["kernel-of-before.so"]


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_a_new_library_takes_the_place_of_older_ones(tmp_path: Path) -> None:
    (tmp_path / "kernel-of-before.so").write_bytes(b"x")
    assert compiling.compiled(["cc"], tmp_path, flags=["-O0"]) is not None
    assert [path.name for path in tmp_path.iterdir()] == [library.file_name()]
