"""A site whose threads are all busy, and one that is stopped."""

import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.server.conftest import Reply, Served, read, started

from seatwise.commands.tests.processes.sites import wait_for
from seatwise.server import limits

FORM = "login=nobody&password=x"


@contextmanager
def all_threads_busy(served: Served) -> Iterator[list[Reply]]:
    """Nobody can write, and more requests that would write came than there are threads; their answers afterwards."""
    answers: list[Reply] = []
    page = served.get("/account/login/")
    token = page.body.split(b'csrfmiddlewaretoken" value="')[1].split(b'"')[0].decode()
    body = f"{FORM}&csrfmiddlewaretoken={token}".encode()
    cookie = page.header("set-cookie").split(";")[0]
    head = (
        f"POST /account/login/ HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nCookie: {cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}"
    )
    threads = [
        threading.Thread(target=lambda: answers.append(served.raw(head, body))) for _ in range(limits.THREADS * 2)
    ]
    writer = sqlite3.connect(served.data / "seatwise.sqlite3", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        for thread in threads:
            thread.start()
        yield answers
    finally:
        writer.execute("ROLLBACK")
        writer.close()
        for thread in threads:
            thread.join(60)


def test_a_full_site_answers_the_gate_and_says_that_it_is_full(served: Served) -> None:
    with all_threads_busy(served) as answers:
        assert wait_for(lambda: b'"threads"' in served.get("/health/").body, 20)
        said = served.get("/health/")
        assert (said.status, said.body) == (503, b'{"status": "degraded", "wrong": ["threads"]}')
        began = time.monotonic()
        assert served.get("/gate/wiki/").status == 401
        assert served.get("/static/seatwise/seatwise.css").status == 200
        assert time.monotonic() - began < 2
        assert not answers
    assert {answer.status for answer in answers} <= {200, 429}
    assert len(answers) == limits.THREADS * 2
    assert wait_for(lambda: served.get("/health/").body == b'{"status": "ok"}', 20)


def test_what_is_under_way_is_finished_when_the_site_is_stopped(data: Path) -> None:
    with started(data) as site, site.connect() as connection:
        connection.sendall(b"POST /account/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab")
        assert site.answers()
        site.process.terminate()
        assert wait_for(lambda: not listens(site.port))
        connection.sendall(b"cd")
        assert read(connection).status in {400, 403}
        assert site.process.wait(20) == 0


def listens(port: int) -> bool:
    with socket.socket() as there:
        return there.connect_ex(("127.0.0.1", port)) == 0
