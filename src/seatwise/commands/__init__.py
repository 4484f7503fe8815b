"""The commands of `seatwise`: a module each, with HELP, add_arguments(parser) and run(options) -> exit code or None.

Where there are several actions, the parser of each names what is run. NOTHING ends its refusals ("Nothing was
changed."); NEEDS_SITE is False where neither Django nor the database is needed before it runs.
"""

import argparse
import importlib
from collections.abc import Sequence
from types import ModuleType

import seatwise
from seatwise.commands import django_setup
from seatwise.commands.errors import fail, failure_of
from seatwise.commands.named import add_action

COMMANDS = (
    "report",
    "facts",
    "explain",
    "formats",
    "init",
    "serve",
    "service",
    "source",
    "import-users",
    "ingest",
    "follow",
    "syslog",
    "import-snapshot",
    "mapping",
    "watch",
    "licenses",
    "connect",
    "usage",
    "find-seat",
    "review",
    "token",
    "reset-factors",
    "rebuild-usage",
    "mail",
    "worker",
    "tick",
    "doctor",
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
        sub = add_action(subparsers, command, getattr(module, "run", None), module.HELP, module.HELP)
        module.add_arguments(sub)  # what has several actions says there which is run
    return parser


def run_command(arguments: Sequence[str]) -> int:
    """Run the command that the first argument names; its exit code."""
    wanted = [arguments[0]] if arguments and arguments[0] in COMMANDS else COMMANDS
    return _run(build_parser(wanted).parse_args(list(arguments)))


def _run(options: argparse.Namespace) -> int:
    """Make Django ready where it is needed, run what was taken apart, and say what refuses it."""
    module = module_of(options.command)
    try:
        if getattr(module, "NEEDS_SITE", True):
            django_setup.setup()
        return int(options.run(options) or 0)
    except Exception as error:
        failure = failure_of(error)
        if failure is None:
            raise
        return fail(options.command, failure, getattr(module, "NOTHING", ""))
