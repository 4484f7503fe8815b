"""`seatwise formats`: what can be read, with an example each."""

import shlex
from pathlib import Path

from seatwise.commands.tests.conftest import Run
from seatwise.logs.named_formats import NAMED


def test_every_format_is_listed_with_its_definition_and_an_example(run: Run) -> None:
    done = run("formats")
    assert done.code == 0
    for named in NAMED.values():
        assert f"\n  {named.name} " in done.out
        assert named.definition in done.out
        assert named.example in done.out
    for option in ("--format", "--login-field X-User", "log_format", "json:time=", "seatwise explain"):
        assert option in done.out


def test_the_formats_that_are_shown_as_written_down_can_be_used(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"")
    shown = [line.split("--format", 1)[1] for line in run("formats").out.splitlines() if " --format " in line]
    tried = 0
    for text in shown:
        words = shlex.split(text.replace('\\"', '"') if "%r" in text else text)
        if words[0].startswith(("$", "%", "json:")):
            done = run("report", "log", "--format", *words)
            assert done.code == 0, done.err
            tried += 1
    assert tried == 4
