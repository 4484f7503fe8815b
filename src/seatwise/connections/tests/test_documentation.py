"""docs/cybozu.md in both languages, followed word by word: each command is run, and says what stands there."""

import re
from pathlib import Path
from typing import Any

import pytest

from seatwise.commands.tests.processes.conftest import Run, data, seatwise
from seatwise.commands.tests.processes.sites import made
from seatwise.connections.tests.cybozu import READ, WRITE, Cybozu

__all__ = ["data", "made", "seatwise"]  # fixtures
DOCUMENTS = Path(__file__).parents[4] / "docs"
Step = tuple[list[str], list[str]]  # a command, and the lines that it prints


def steps(text: str) -> list[Step]:
    found: list[Step] = []
    for block in re.findall(r"```console\n(.*?)```", text, re.S):
        for line in block.splitlines():
            if line.startswith("$ seatwise "):
                words = re.findall(r'"([^"]*)"|(\S+)', line.removeprefix("$ seatwise "))
                found.append(([quoted or plain for quoted, plain in words], []))
            else:
                found[-1][1].append(line)
    return found


def fits(printed: str, expected: list[str]) -> bool:
    """“…” stands for anything, on a line or for lines."""
    pattern = "\n".join(re.escape(line).replace("…", ".*") for line in expected)
    return re.fullmatch(pattern, printed.strip("\r\n").replace("\r", ""), re.S) is not None


def test_both_languages_have_the_same_steps() -> None:
    english, japanese = (
        steps((DOCUMENTS / name).read_text(encoding="utf-8")) for name in ("cybozu.md", "ja/cybozu.md")
    )
    assert japanese == english


def test_the_document_is_followed_word_by_word(
    domain: Cybozu, seatwise: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain.add_organization("S", "Sales")
    domain.add_organization("S1", "Tokyo", "S")
    domain.add("sato", "kintone", "garoon", org="S1")
    domain.add("kato", "kintone", org="S")
    domain.add("suzuki", valid=False)
    monkeypatch.chdir(tmp_path)
    Path("read.token").write_text(READ)
    Path("write.token").write_text(WRITE)
    found = steps((DOCUMENTS / "cybozu.md").read_text(encoding="utf-8"))
    assert len(found) == 13
    theirs = "https://example.cybozu.com"
    for command, expected in found:
        done: Any = seatwise(
            *[domain.address if word == theirs else word for word in command], SEATWISE_TODAY="2026-11-24"
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert fits(done.stdout.replace(domain.address, theirs), expected), (command, done.stdout)
    assert domain.services == {"sato": ["garoon"], "kato": ["kintone"], "suzuki": []}
    assert not fits("something else", ["kato"])
