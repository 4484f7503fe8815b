"""A served site with short deadlines, and a raw connection to its port."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from seatwise.commands.tests.processes.sites import Made, environment_for, free_port, wait_for

# One process whose deadlines are seconds, so that tests see them pass.
SERVE = """
import sys
from seatwise.server import __main__, health, limits, shell
limits.HEADER_SECONDS = limits.SMALL_BODY_SECONDS = limits.STALLED_SECONDS = limits.BUSY_SECONDS = 2
health.PAUSE = shell.PAUSE = 0.5
__main__.main(sys.argv[1], 1)
"""


@dataclass(frozen=True)
class Reply:
    """What came back: nothing at all has the status 0."""

    status: int
    head: str
    body: bytes

    def header(self, name: str) -> str:
        """A header's value; empty where there is none."""
        found = re.search(rf"^{name}: *(.*)$", self.head, re.IGNORECASE | re.MULTILINE)
        return found[1].strip() if found else ""


@dataclass(frozen=True)
class Served:
    """A site that is being served."""

    port: int
    data: Path
    process: "subprocess.Popen[bytes]"

    def connect(self) -> socket.socket:
        """A connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def get(self, target: str, *lines: str, method: str = "GET") -> Reply:
        """One request without a body, with lines that no client would send."""
        return self.raw("\r\n".join([f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *lines]))

    def raw(self, head: str, body: bytes = b"") -> Reply:
        """What is answered to bytes as they are."""
        with self.connect() as connection:
            connection.sendall(f"{head}\r\nConnection: close\r\n\r\n".encode("latin-1") + body)
            return read(connection)

    def answers(self) -> bool:
        """Whether it is up."""
        try:
            return self.get("/health/").status == 200
        except OSError:
            return False


def read(connection: socket.socket) -> Reply:
    """All that comes until the server ends the connection."""
    got = b""
    try:
        while piece := connection.recv(65_536):
            got += piece
    except ConnectionError:
        pass
    head, _, body = got.partition(b"\r\n\r\n")
    status = int(head.split()[1]) if head.startswith(b"HTTP/") else 0
    return Reply(status, head.decode("latin-1"), body)


def environment(data: Path, port: int) -> dict[str, str]:
    """The environment of a site's processes."""
    return environment_for(
        data, SEATWISE_ORIGIN=f"http://127.0.0.1:{port}", SEATWISE_TIME_ZONE="UTC", SEATWISE_PROXIES="1"
    )


@contextmanager
def started(data: Path) -> Iterator[Served]:
    """A site that is served from a data directory, meanwhile."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-c", SERVE, f"127.0.0.1:{port}"]
    site = Served(port, data, subprocess.Popen(command, env=environment(data, port)))
    try:
        assert wait_for(site.answers)
        assert site.get("/account/login/").status == 200  # what Django loads with the first page
        yield site
    finally:
        site.process.terminate()
        site.process.wait(30)


@pytest.fixture(scope="session")
def data(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with alice as its administrator."""
    return made.copy_to(tmp_path_factory.mktemp("served") / "data")


@pytest.fixture(scope="session")
def served(data: Path) -> Iterator[Served]:
    """A site for all tests."""
    with started(data) as site:
        yield site
