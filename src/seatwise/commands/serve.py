"""`seatwise serve`: the site, a worker and the daily tick in one command."""

import argparse
import contextlib
import signal
import subprocess
import sys
import time
from types import FrameType

from seatwise.commands.errors import Failure
from seatwise.server import listening, parents

HELP = "run the site, with a worker for long-running and daily work"
GRACE = 20.0  # seconds for what is under way when the site is stopped
PAUSE = 2.0  # seconds before a worker that ended is started again


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen, and how much of the machine to take."""
    parser.add_argument(
        "--bind",
        metavar="HOST:PORT",
        help="address to listen on (default: 127.0.0.1 and the port of SEATWISE_ORIGIN, or 8000)",
    )
    parser.add_argument(
        "--workers", type=int, default=2, metavar="N", help="processes that answer requests (default: 2)"
    )


def run(options: argparse.Namespace) -> int:
    from seatwise import configuration

    bind = options.bind or default_bind()
    refuse_if_taken(bind)
    print(
        f"Seatwise is served at {configuration.ORIGIN.value().geturl()} (listening on {bind}). Ctrl-C stops it.",
        flush=True,
    )
    return Serving(bind, max(1, options.workers)).run()


def refuse_if_taken(bind: str) -> None:
    """Raises Failure where nothing can listen there."""
    try:
        listening.refuse_if_taken(bind)
    except listening.CannotListen as error:
        raise Failure(error) from None


def default_bind() -> str:
    """This machine only, on the port of a plain http origin, so that the address that is printed is right."""
    from seatwise import configuration

    origin = configuration.ORIGIN.value()
    return f"127.0.0.1:{(origin.port or 80) if origin.scheme == 'http' and origin.port else 8000}"


class Serving:
    """Three children: the site, the worker, and for a while each day the tick."""

    def __init__(self, bind: str, processes: int) -> None:
        self.site_command = ["seatwise.server", bind, str(processes)]
        self.stopping = False
        self.site: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.tick: subprocess.Popen[bytes] | None = None
        self.ticked_on: object = None
        self.worker_due = 0.0

    def run(self) -> int:
        """Start, watch, and stop when told to or when the site ends; its exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self.site = parents.held(*self.site_command)
        while not self.stopping and self.site.poll() is None:
            self._see_to_worker()
            self._see_to_tick()
            time.sleep(0.5)
        code = 0 if self.stopping else (self.site.returncode or 1)
        self._end_children()
        return code

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _see_to_worker(self) -> None:
        if self.worker and self.worker.poll() is not None:
            print(f"seatwise: the worker ended ({self.worker.returncode}); a new one is started.", file=sys.stderr)
            self.worker, self.worker_due = None, time.monotonic() + PAUSE
        if not self.worker and time.monotonic() >= self.worker_due:
            self.worker = parents.held("seatwise", "worker")

    def _see_to_tick(self) -> None:
        """At the start, and when a new day has begun."""
        from seatwise import configuration

        if self.tick:
            if self.tick.poll() is None:
                return
            self.tick = None
        today = configuration.today()
        if today != self.ticked_on:
            self.ticked_on = today
            self.tick = parents.held("seatwise", "tick")

    def _end_children(self) -> None:
        """Ask all to end; kill those that do not. A task that is killed is taken up again after the next start."""
        children = [child for child in (self.site, self.worker, self.tick) if child]
        for child in children:
            child.terminate()
        deadline = time.monotonic() + GRACE
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, deadline - time.monotonic()))
            parents.end_group(child)
            child.wait()
