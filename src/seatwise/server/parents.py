"""Processes that end when the one that started them does, however that ended: nobody else would end them.

A process that is started by `held` has the end of a pipe as its standard input. Nothing is ever written to it; when
the other end is closed, its holder is gone. That works on every system, needs no looking again and again, and leaves
nothing behind.
"""

import multiprocessing
import multiprocessing.connection
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

SECONDS = 10.0  # to finish what is under way


def held(*arguments: str) -> "subprocess.Popen[bytes]":
    """Start a module of Python, which ends with this process. It has a group of its own, with all that it starts."""
    command = [sys.executable, "-m", "seatwise.server.parents", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - our own commands


def end_group(process: "subprocess.Popen[bytes]") -> None:
    """End what is left of all that a held process started, once it has ended or is to end at once."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def end_with_parent() -> None:
    """Have this process of granian's end when granian's first one does, and when it is told to before it serves."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # in place of what was inherited, until granian sets its own
        sentinel = parent.sentinel
        _in_background(lambda: multiprocessing.connection.wait([sentinel]), lambda number: os.kill(os.getpid(), number))


def _in_background(wait: Callable[[], object], send: Callable[[int], None]) -> None:
    def end() -> None:
        wait()
        send(signal.SIGTERM)
        time.sleep(SECONDS)
        send(signal.SIGKILL)

    threading.Thread(target=end, name="seatwise-parent", daemon=True).start()


def _until_input_ends() -> None:
    while os.read(0, 1024):
        pass


def main(module: str, *arguments: str) -> None:
    """Run a module, and end with whoever holds the other end of the standard input."""
    group = os.getpid()
    _in_background(_until_input_ends, lambda number: os.killpg(group, number))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
