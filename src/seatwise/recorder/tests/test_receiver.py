"""What is sent over HTTP, and what each answer means."""

import socket

import pytest

from seatwise.recorder import Receiver, Refused, Unreachable
from seatwise.recorder.tests.servers import keeping


def test_lines_are_sent_over_one_connection_and_over_another_where_that_was_closed() -> None:
    with keeping() as server:
        receiver = Receiver(server.url, "secret")
        receiver.deliver([b"one", b"two"])
        receiver.deliver([b"three"])
        receiver.deliver([])
        assert (server.connections, server.heartbeats) == (1, 1)
        server.hangs_up = True
        for line in (b"four", b"five"):
            receiver.deliver([line])
        receiver.disconnect()
    assert server.lines == [b"one", b"two", b"three", b"four", b"five"]
    assert server.tokens == {"Bearer secret"}
    assert server.connections == 2


@pytest.mark.parametrize("status", [301, 401, 403, 404, 429, 500, 503])
def test_an_answer_after_which_the_lines_are_kept(status: int) -> None:
    with keeping() as server:
        receiver = Receiver(server.url, "secret")
        server.statuses = [status]
        with pytest.raises(Unreachable, match=f"answered {status} .*: why") as raised:
            receiver.deliver([b"one"])
        assert raised.value.seconds == 7
        receiver.deliver([b"one"])
        receiver.disconnect()
    assert server.lines == [b"one"]


@pytest.mark.parametrize("status", [400, 413, 415])
def test_an_answer_after_which_they_are_not(status: int) -> None:
    with keeping() as server:
        receiver = Receiver(server.url, "secret")
        server.statuses = [status]
        with pytest.raises(Refused, match=f"answered {status} "):
            receiver.deliver([b"one"])
        receiver.disconnect()


def test_nobody_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1: "):
        Receiver(f"http://127.0.0.1:{port}/ingest/wiki/", "secret").deliver([b"one"])


@pytest.mark.parametrize(("url", "token"), [("", "t"), ("ftp://a/", "t"), ("https:///x", "t"), ("https://a/", "")])
def test_what_is_no_address_is_refused_at_once(url: str, token: str) -> None:
    with pytest.raises(ValueError, match="a recorder needs the address of a source"):
        Receiver(url, token)
