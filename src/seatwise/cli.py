"""The command `seatwise`."""

import io
import os
import sys
from collections.abc import Sequence

from seatwise.commands import run_command
from seatwise.commands.errors import error_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit code. A closed pipe is not an error; a fault of the machine is a message."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 ends nothing
    try:
        try:
            return run_command(sys.argv[1:] if arguments is None else arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _throw_output_away()
        return 0
    except KeyboardInterrupt:
        print("seatwise: interrupted. Nothing more was done.", file=sys.stderr)
        return 130
    except Exception as error:
        said = error_text(error)
        if said is None:
            raise
        print(f"seatwise: {said}", file=sys.stderr)
        _throw_output_away()
        return 1


def _throw_output_away() -> None:
    """Let what cannot be written go nowhere: at the end it would fail once more."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
