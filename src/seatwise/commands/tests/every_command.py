"""Runs every command once, with a value for all that it needs, and prints what became of each, as JSON.

A program of its own, since settings are read once: `python -m seatwise.commands.tests.every_command VALUE`.
"""

import argparse
import contextlib
import io
import json
import sys
import traceback
from collections.abc import Iterator

from seatwise import cli
from seatwise.commands import COMMANDS, build_parser

LEFT_OUT = ("serve", "worker", "watch", "demo", "demo-report")  # that go on, or need nothing


def lines_of(parser: argparse.ArgumentParser, value: str) -> Iterator[list[str]]:
    """A command line for each thing that a command does."""
    needed: list[str] = []
    below: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            below = dict(action.choices)
        elif action.required:
            needed += [*action.option_strings[:1], fitting(action, value)]
    if not below:
        yield needed
    for name, sub in below.items():
        for line in lines_of(sub, value):
            yield [*needed, name, *line]


def fitting(action: argparse.Action, value: str) -> str:
    """The value, or one that the command takes in its place."""
    if action.choices:
        return str(next(iter(action.choices)))
    for each in (value, "1", "2026-01-05"):
        with contextlib.suppress(ValueError, argparse.ArgumentTypeError):
            if callable(action.type):
                action.type(each)
            return each
    return value


def main(value: str) -> None:
    """Run them all."""
    found = []
    for command in COMMANDS:
        if command in LEFT_OUT:
            continue
        for line in lines_of(build_parser([command]), value):
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    code: object = cli.main(line)
                except SystemExit as ended:
                    code = ended.code
                except BaseException:
                    code = traceback.format_exc()[-1500:]
            found.append((line, code, err.getvalue()))
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
