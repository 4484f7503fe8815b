"""What a block of code may connect to."""

import ipaddress
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from seatwise.lib.outbound import NotAllowed, Rule, held_to

HERE = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("127.1.2.3", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:10.1.2.3", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("localhost", False),
        ("example.com", False),
        ("", False),
    ],
)
def test_what_is_reached_through_the_internet_is_allowed_and_nothing_else(host: str, allowed: bool) -> None:
    assert Rule(()).allows(host) is allowed
    assert not Rule((), public=False).allows(host)


def test_networks_that_are_named_are_allowed() -> None:
    rule = Rule((ipaddress.ip_network("10.0.0.5"), ipaddress.ip_network("fd00::/8")), public=False)
    assert [rule.allows(each) for each in ("10.0.0.5", "::ffff:10.0.0.5", "10.0.0.6", "fd12::1", "93.184.216.34")] == [
        True,
        True,
        False,
        True,
        False,
    ]


@pytest.fixture
def server() -> Iterator[int]:
    """A server on this machine that redirects to itself by another name."""

    class Handler(BaseHTTPRequestHandler):
        server: HTTPServer

        def do_GET(self) -> None:
            self.send_response(302 if self.path == "/away" else 200)
            self.send_header("Location", f"http://127.0.0.2:{self.server.server_port}/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as found:
        thread = threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield found.server_port
        found.shutdown()
        thread.join()


def test_a_connection_that_is_not_allowed_is_refused_before_anything_is_sent(server: int) -> None:
    with held_to(Rule(())), pytest.raises(NotAllowed, match=r"127\.0\.0\.1 must not be reached"):
        socket.create_connection(("127.0.0.1", server))
    with held_to(Rule(())), pytest.raises(OSError, match="must not be reached"):
        socket.create_connection(("localhost", server))
    with held_to(Rule(HERE)):
        urllib.request.urlopen(f"http://127.0.0.1:{server}/").close()
    urllib.request.urlopen(f"http://127.0.0.1:{server}/").close()


def test_a_redirect_leads_no_further_than_an_address_would(server: int) -> None:
    only = Rule((ipaddress.ip_network("127.0.0.1"),), public=False)
    with held_to(only), pytest.raises(urllib.error.URLError, match=r"127\.0\.0\.2 must not be reached"):
        urllib.request.urlopen(f"http://127.0.0.1:{server}/away")


def test_datagrams_sockets_of_this_machine_and_programs_are_refused() -> None:
    with held_to(Rule(())):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found, pytest.raises(NotAllowed):
            found.sendto(b"x", ("127.0.0.1", 9))
        if hasattr(socket, "AF_UNIX"):
            with socket.socket(socket.AF_UNIX) as found, pytest.raises(NotAllowed):
                found.connect("/nowhere")
        with pytest.raises(NotAllowed):
            subprocess.Popen([sys.executable, "-c", ""])


def test_other_threads_are_not_held_to_it(server: int) -> None:
    reached: list[bool] = []

    def reach() -> None:
        urllib.request.urlopen(f"http://127.0.0.1:{server}/").close()
        reached.append(True)

    with held_to(Rule(())):
        thread = threading.Thread(target=reach)
        thread.start()
        thread.join()
    assert reached == [True]


def test_a_proxy_that_the_environment_names_may_be_reached(server: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server}")
    with held_to(Rule(())):
        socket.create_connection(("127.0.0.1", server)).close()
        with pytest.raises(NotAllowed):
            socket.create_connection(("127.0.0.2", server))
