"""What holds for the product as a whole: documentation is complete, the lock is clean."""

import re
from pathlib import Path

import pytest

from seatwise.commands.documentation import render
from seatwise.logs.formats import parse_format
from seatwise.logs.named_formats import NAMED
from seatwise.logs.wrappers import WRAPPERS

ROOT = Path(__file__).parent.parent


def test_the_commands_are_documented_as_they_are() -> None:
    assert (ROOT / "docs/commands.md").read_text(encoding="utf-8") == render()


def test_the_formats_are_documented_and_what_is_written_there_can_be_read() -> None:
    text = (ROOT / "docs/formats.md").read_text(encoding="utf-8")
    for name in [*NAMED, *WRAPPERS]:
        assert f"`{name}`" in text, name
    examples = re.search(r"\| \| example \|\n\|---\|---\|\n((?:\|.*\n)+)", text)
    assert examples is not None
    written = re.findall(r"`(.*)` \|", examples[1])
    assert len(written) == 8
    for form in written:
        assert parse_format(form).name == form


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-docs.lock"])
def test_the_locks_have_hashes_and_no_addresses(name: str) -> None:
    lock = (ROOT / name).read_text(encoding="utf-8")
    assert "--hash=sha256:" in lock
    assert not re.search(r"index-url|find-links|file://|https?://", lock)


def test_the_version_has_an_entry_in_the_changelog() -> None:
    from seatwise import __version__

    assert f"\n## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_point_of_the_security_standard_has_a_status() -> None:
    rows = re.findall(
        r"^\| ([0-9.]+) \| ([^|]+) \| ([^|]+) \|$", (ROOT / "docs/asvs.md").read_text(encoding="utf-8"), re.M
    )
    assert len({number for number, _status, _words in rows}) == len(rows) > 250
    assert {status for _number, status, _words in rows} == {"met", "not applicable", "**open**"}
    said = re.search(r"(\d+) points: (\d+) met, (\d+) not applicable, (\d+) open", (ROOT / "docs/asvs.md").read_text())
    assert said
    counted = [len([row for row in rows if row[1] == each]) for each in ("met", "not applicable", "**open**")]
    assert [int(each) for each in said.groups()] == [len(rows), *counted]
