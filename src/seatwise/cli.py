"""The command `seatwise`. Each command is a module of `seatwise.commands`, loaded when it is asked for."""

import argparse
import os
import sys
from collections.abc import Sequence

import seatwise
from seatwise.commands import COMMANDS, module_of


def build_parser(commands: Sequence[str]) -> argparse.ArgumentParser:
    """The parser for these commands."""
    parser = argparse.ArgumentParser(prog="seatwise", description=seatwise.__doc__, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"seatwise {seatwise.__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in commands:
        module = module_of(command)
        sub = subparsers.add_parser(command, help=module.HELP, description=module.HELP, allow_abbrev=False)
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit code. A closed pipe is not an error."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    wanted = [arguments[0]] if arguments and arguments[0] in COMMANDS else COMMANDS
    try:
        options = build_parser(wanted).parse_args(arguments)
        code = int(options.run(options))
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("seatwise: interrupted. Nothing more was done.", file=sys.stderr)
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
