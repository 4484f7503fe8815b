"""Runs the command given, its output passed on, and writes to the file named first: seconds, bytes at the peak, status.

A process inherits the peak of the one that starts it, so this one is small: Python without its site packages.
"""

import os
import sys
import time

UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss


def main() -> None:
    """Run the command and wait for it."""
    report, *command = sys.argv[1:]
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    with open(report, "w") as out:
        out.write(f"{seconds} {usage.ru_maxrss * UNIT} {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    main()
