"""The commands of `seatwise`: a module each, with HELP, add_arguments(parser) and run(options) -> exit code."""

import argparse
import importlib
from collections.abc import Sequence
from types import ModuleType

import seatwise

COMMANDS = (
    "report",
    "explain",
    "formats",
    "init",
    "serve",
    "service",
    "source",
    "import-users",
    "ingest",
    "import-snapshot",
    "licenses",
    "usage",
    "find-seat",
    "review",
    "token",
    "reset-factors",
    "rebuild-usage",
    "mail",
    "worker",
    "tick",
    "verify-audit",
    "audit-head",
    "forget-audit",
    "verify-evidence",
    "backup",
    "restore",
    "demo",
    "demo-report",
)


def module_of(command: str) -> ModuleType:
    return importlib.import_module(f"seatwise.commands.{command.replace('-', '_')}")


def build_parser(commands: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="seatwise", description=seatwise.__doc__, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"seatwise {seatwise.__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in commands:
        module = module_of(command)
        sub = subparsers.add_parser(command, help=module.HELP, description=module.HELP, allow_abbrev=False)
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)
    return parser


def run_command(arguments: Sequence[str]) -> int:
    """Run the command that the first argument names; its exit code."""
    wanted = [arguments[0]] if arguments and arguments[0] in COMMANDS else COMMANDS
    options = build_parser(wanted).parse_args(list(arguments))
    return int(options.run(options))
