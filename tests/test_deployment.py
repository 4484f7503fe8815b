"""Dockerfile, compose.yaml and the units of systemd: what they start exists, as whom, and with no secret in them."""

import configparser
import os
import re
import shlex
import subprocess
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


def commands_in(heading: str) -> list[str]:
    """The commands below a heading of installing.md."""
    part = DOCS.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^    ((?:useradd|userdel|git|cd|cp|install|rm|systemctl) .*)$", part, re.M)


def test_uninstalling_takes_away_what_installing_put_there(tmp_path: Path) -> None:
    installing, uninstalling = commands_in("With systemd"), commands_in("Uninstall")
    settings = re.search(r"Put what only the environment can say into `(/[^`]+)`", DOCS)
    assert settings is not None
    checkout, units = tmp_path / "opt/seatwise", tmp_path / "etc/systemd/system"
    units.mkdir(parents=True)
    (tmp_path / "var/backups").mkdir(parents=True)
    (tmp_path / settings[1][1:]).write_text("SEATWISE_PROXIES=1\n")

    def run(command: str) -> None:
        """As it stands there, below a directory of ours; what is of the system is left out."""
        files = " && ".join(each for each in command.split(" && ") if each.split()[0] in ("cp", "install", "rm"))
        files = re.sub(r"(?<= )/(?=\w)", f"{tmp_path}/", files).replace("-o seatwise ", "")
        if files:
            subprocess.run(["sh", "-ec", files], cwd=checkout if checkout.exists() else tmp_path, check=True)

    (checkout / "docs/systemd").mkdir(parents=True)  # what `git clone` makes
    for unit in UNITS:
        (checkout / "docs/systemd" / unit.name).write_text(unit.read_text(encoding="utf-8"))
    for command in installing:
        run(command)
    assert {path.name for path in units.iterdir()} == {unit.name for unit in UNITS}
    for command in uninstalling:
        run(command)
    left = {os.path.relpath(path, tmp_path) for path in tmp_path.rglob("*") if not any(path.glob("*"))}
    assert left == {"etc/systemd/system", "opt", "var/lib", "var/backups/seatwise"}, (
        "backups stay, and what is of the system"
    )
    assert [each for each in uninstalling if each.startswith("userdel")] == ["userdel seatwise"]
    assert "useradd" in installing[0]
    enabled = re.search(r"systemctl enable --now (.*)", DOCS)
    assert enabled is not None
    assert f"systemctl disable --now {enabled[1]}" in uninstalling
