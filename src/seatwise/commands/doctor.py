"""`seatwise doctor`: whether everything is in order, and what to do where it is not."""

import argparse
import json

HELP = "check the installation: settings, database, worker, emails, sources; exits with 1 if something is wrong"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", choices=("table", "json"), default="table", help="default: %(default)s")


def run(options: argparse.Namespace) -> int:
    """0: nothing is wrong, though there may be warnings; 1: something is."""
    from seatwise.diagnostics.findings import Level, look
    from seatwise.diagnostics.work import CHECKS

    found = list(look(CHECKS))
    if options.output == "json":
        print(json.dumps([{"check": name, **vars(each)} for name, each in found], ensure_ascii=False, indent=2))
    else:
        width = max(len(name) for name, _check in CHECKS)
        for name, each in found:
            print(f"{each.level:<7}  {name:<{width}}  {each.text}")
            if each.remedy:
                print(f"{'':<{width + 9}}  → {each.remedy}")
        errors, warnings = (sum(each.level == level for _, each in found) for level in (Level.ERROR, Level.WARNING))
        print(f"Errors: {errors}, warnings: {warnings}.")
    return int(any(each.level == Level.ERROR for _, each in found))
