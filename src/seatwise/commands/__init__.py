"""The commands of `seatwise`: a module each, with HELP, add_arguments(parser) and run(options) -> exit code."""

import importlib
from types import ModuleType

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
