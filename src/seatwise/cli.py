"""The command `seatwise`."""

import io
import os
import sys
from collections.abc import Sequence

from seatwise.commands.running import run_command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit code. A closed pipe is not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 ends nothing
    try:
        code = run_command(sys.argv[1:] if arguments is None else arguments)
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
