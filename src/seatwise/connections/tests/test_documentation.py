"""The how-tos in both languages, followed word by word: each command is run, and says what stands there."""

import datetime
import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seatwise.cli import main
from seatwise.commands.tests.processes.conftest import Run, data, seatwise
from seatwise.commands.tests.processes.sites import made
from seatwise.connections.tests.cybozu import READ, WRITE, Cybozu
from seatwise.connections.tests.stand_in import StandIn, running
from seatwise.connections.tests.vendors import ACTIVE, APPS, CLIENT, SECRET, TOKEN, GitHub, Graph
from seatwise.directory import people

__all__ = ["data", "made", "seatwise"]  # fixtures
DOCUMENTS = Path(__file__).parents[4] / "docs"
Step = tuple[list[str], list[str]]  # a command, and the lines that it prints


def steps(text: str) -> list[Step]:
    found: list[Step] = []
    for block in re.findall(r"```console\n(.*?)```", text, re.S):
        for line in textwrap.dedent(block).rstrip().splitlines():
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


@pytest.mark.parametrize("vendor", ["cybozu", "github", "microsoft"])
def test_both_languages_have_the_same_steps_and_pictures_that_are_there(vendor: str) -> None:
    english, japanese = ((DOCUMENTS / name).read_text(encoding="utf-8") for name in (f"{vendor}.md", f"ja/{vendor}.md"))
    assert steps(japanese) == steps(english)
    pictures = re.findall(r"!\[[^]]+\]\((screenshots/[^)]+)\.png\)", english)
    assert re.findall(r"!\[[^]]+\]\(\.\./(screenshots/[^)]+)-ja\.png\)", japanese) == pictures
    assert pictures
    for name in pictures:
        assert (DOCUMENTS / f"{name}.png").is_file()
        assert (DOCUMENTS / f"{name}-ja.png").is_file()


def github() -> GitHub:
    vendor = GitHub()
    for login, last in (("sato", "2026-11-20T23:30:00Z"), ("kato", None), ("stranger", "2026-11-01T00:00:00Z")):
        vendor.add(login, last)
    return vendor


def microsoft() -> Graph:
    used = "2026-11-22,sato@example.com,Sato,False,True,True,2026-11-20,2026-11-21,30"
    unused = "2026-11-22,kato@example.com,Kato,False,True,True,,2026-11-21,30"
    apps = "2026-11-22,sato@example.com,2026-01-05,2026-11-20,30,Yes\n2026-11-22,kato@example.com,,,30,No"
    reports = {"getOffice365ActiveUserDetail": f"{ACTIVE}\n{used}\n{unused}", "getM365AppUserDetail": f"{APPS}\n{apps}"}
    return Graph(reports=reports)


@pytest.mark.django_db
@pytest.mark.parametrize("made_vendor", [github, microsoft])
def test_the_documents_of_reports_are_followed_word_by_word(
    made_vendor: Callable[[], StandIn], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("SEATWISE_TODAY", "2026-11-24")
    monkeypatch.chdir(tmp_path)
    Path("token.file").write_text(TOKEN)
    Path("secret.file").write_text(SECRET)
    for login in ("sato", "kato"):
        fields = {"login": login, "name": login.capitalize(), "email": f"{login}@example.com"}
        people.add(fields, by=None, on=datetime.date(2026, 1, 5))
    found = steps((DOCUMENTS / f"{made_vendor.__name__}.md").read_text(encoding="utf-8"))
    assert len(found) >= 5
    ours = {"example.onmicrosoft.com": "acme.example", "APPLICATION-ID": CLIENT}
    with running(made_vendor()) as vendor:
        for command, expected in found:
            here = ["--address", vendor.address] if command[2] == "set" else []
            assert main([*(ours.get(word, word) for word in command), *here]) == 0
            printed = capsys.readouterr().out.replace("acme.example", "example.onmicrosoft.com")
            assert fits(printed, expected), (command, printed)


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
