"""Slow clients: nobody waits for them, and they are let go."""

import socket
import time
from pathlib import Path

import pytest
from tests.server.conftest import Served, read
from tools.attack.slow_clients import KINDS, SlowClients, get, waits

from seatwise.commands.tests.processes.sites import wait_for
from seatwise.server import limits

MANY = 200
STYLES = "/static/bulma/css/style.min.css"


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_else_waits_for_slow_clients(served: Served, kind: str) -> None:
    probes = {"gate": get("/gate/wiki/"), "sign-in": get("/account/login/"), "health": get("/health/")}
    with SlowClients(served.port, kind, MANY) as slow:
        found = waits(served.port, probes, 1.5)
        threads = sum(threads_of(served))
        assert slow.refused == 0
    assert {name: each.failed for name, each in found.items()} == dict.fromkeys(probes, 0)
    assert max(each.longest for each in found.values()) < 4000  # ms, on a busy machine; it was for ever
    assert threads <= limits.THREADS + 20  # of both processes, with those of the server itself


def threads_of(served: Served) -> list[int]:
    """The threads of each process that serves; none where the system does not tell."""
    own = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children")
    pids = [str(served.process.pid), *own.read_text().split()] if own.exists() else []
    return [len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in pids]


def test_headers_that_do_not_come_end_the_connection(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET /account/login/ HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        began = time.monotonic()
        assert read(connection).status == 0
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(("language", "said"), [("en", "too long to arrive"), ("ja,en;q=0.5", "時間内に届きません")])
def test_a_body_that_does_not_come_is_answered_in_the_readers_language(
    served: Served, language: str, said: str
) -> None:
    with served.connect() as connection:
        head = f"POST /account/login/ HTTP/1.1\r\nHost: x\r\nAccept-Language: {language}\r\nContent-Length: 100\r\n\r\n"
        connection.sendall(head.encode() + b"login=")
        answer = read(connection)
    assert (answer.status, answer.header("connection")) == (408, "close")
    assert said in answer.body.decode()


def test_who_reads_nothing_of_an_answer_is_cut_off(served: Served) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", served.port))
        connection.settimeout(20)
        connection.sendall(f"GET {STYLES} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 20)
        assert wait_for(lambda: was_cut(connection), 20)


def was_cut(connection: socket.socket) -> bool:
    return connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0


def test_who_reads_steadily_gets_all_of_it(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(f"GET {STYLES} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        got = b""
        while piece := connection.recv(40_000):
            got += piece
            time.sleep(0.1)
    head, _, body = got.partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head.lower()
    assert len(body) > 500_000
