"""docs/tutorial.md in both languages, followed word by word on the log that stands there."""

import re
from pathlib import Path

import pytest

from seatwise.commands.tests.processes.conftest import Run
from seatwise.connections.tests.test_documentation import DOCUMENTS, fits, steps


def test_the_tutorial_is_followed_word_by_word(
    seatwise: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (DOCUMENTS / "tutorial.md").read_text(encoding="utf-8")
    japanese = (DOCUMENTS / "ja" / "tutorial.md").read_text(encoding="utf-8")
    found = steps(text)
    assert len(found) == 5
    assert steps(japanese) == found
    log = re.search(r"```\n(192.*?)```", text, re.S)
    assert log is not None
    assert log[0] in japanese
    monkeypatch.chdir(tmp_path)
    Path("access.log").write_text(log[1])
    for command, expected in found:
        done = seatwise(*command, SEATWISE_TODAY="2026-10-21", SEATWISE_TIME_ZONE="Asia/Tokyo")
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert fits(done.stdout, expected), (command, done.stdout)
