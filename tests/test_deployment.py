"""Dockerfile, compose.yaml and the units of systemd: what they start exists, as whom, and with no secret in them."""

import configparser
import re
import shlex
from pathlib import Path

import pytest

from seatwise import configuration
from seatwise.commands import build_parser

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
UNITS = sorted((ROOT / "docs" / "systemd").iterdir())
DOCS = (ROOT / "docs" / "installing.md").read_text(encoding="utf-8")
EVERYTHING = "\n".join([DOCKERFILE, COMPOSE, DOCS, *(unit.read_text(encoding="utf-8") for unit in UNITS)])


def test_every_command_that_they_run_can_be_run() -> None:
    lines = re.findall(r"(?:bin/|exec |[\"'`]| )(seatwise (?:init|serve|backup|restore)[^\"'`\n&#;(]*)", EVERYTHING)
    assert {shlex.split(line)[1] for line in lines} == {"init", "serve", "backup"}
    for line in lines:
        command = shlex.split(line)[1:]
        build_parser([command[0]]).parse_args([*command, "file"] if command == ["backup"] else command)


def test_every_setting_that_they_name_exists() -> None:
    names = set(re.findall(r"\b(?:SEATWISE_[A-Z_]+|DATABASE_URL)\b", EVERYTHING))
    assert len(names) > 4
    assert names <= {setting.name for setting in configuration.SETTINGS}


def test_nothing_runs_as_root_and_nothing_has_a_password_in_it() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    user = re.search(r"^USER (\d+)$", last, re.M)
    assert user is not None
    assert int(user[1]) > 0
    assert last.index("\nUSER ") < last.index("\nCMD ")
    assert "HEALTHCHECK" in last
    assert "/health/" in last
    service = COMPOSE.partition("  seatwise:\n")[2].partition("\n\n")[0]
    for each in ("read_only: true", "- ALL", "no-new-privileges:true", "- data:/data", "- /tmp"):
        assert each in service, each
    assert "profiles:\n      - postgres" in COMPOSE.partition("  postgres:\n")[2]
    assert re.findall(r"PASSWORD[=:] *(\S+)", DOCKERFILE + COMPOSE) == ["${POSTGRES_PASSWORD:-}"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_units_are_whole(unit: Path) -> None:
    parsed = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string(unit.read_text(encoding="utf-8"))
    assert parsed["Unit"]["Description"]
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service") in UNITS
        return
    service = parsed["Service"]
    assert service["User"] == "seatwise"
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("yes", "strict")
    assert service["ExecStart"].startswith("/")


def test_japanese_is_compiled_where_it_is_installed_since_the_site_may_not_write_there() -> None:
    install = re.search(r"^install:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert install is not None
    assert "translations.compile_if_stale()" in install[1]
    assert 'python -c "import seatwise.settings"' in DOCKERFILE.rpartition("\nFROM ")[0]
