"""Both ends of a proxy, byte by byte: a client that sends anything, a service that says what arrived, a gate that lies.

The service passes what it gets on to a real WSGI server, so that each request is seen three times: as it came through
the wire, as CGI would name it, and as WSGI does.
"""

import contextlib
import http.client
import io
import json
import re
import socket
import socketserver
import threading
import wsgiref.simple_server
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Lines = list[tuple[str, str]]


@dataclass
class Arrived:
    """One request, as the service got it."""

    line: str
    headers: Lines
    wsgi: dict[str, str] = field(default_factory=dict)

    def named(self, name: str) -> list[str]:
        """The values of a header."""
        return [value for each, value in self.headers if each.lower() == name.lower()]

    @property
    def cgi(self) -> Lines:
        """As RFC 3875 names them; other characters than letters and digits become `_`, as in old Apaches and PHP."""
        return [(f"HTTP_{re.sub('[^A-Z0-9]', '_', name.upper())}", value) for name, value in self.headers]


def read_head(stream: Any) -> bytes:
    """A request up to its empty line."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline(100_000)
        if not line:
            return b""
        head += line
    return head


def lines_of(head: bytes) -> tuple[str, Lines]:
    """The first line, and the headers one by one."""
    first, *rest = head.decode("latin-1").split("\r\n")
    return first, [(name, value.strip()) for name, _colon, value in (line.partition(":") for line in rest if line)]


class Service:
    """Keeps what arrives, and has it answered by wsgiref's server."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        service = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                while head := read_head(self.rfile):
                    service.take(head, self.rfile)
                    body = b"the service"
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

        self.server = serve(Handler)
        self.port = int(self.server.server_address[1])

    def take(self, head: bytes, stream: Any) -> None:
        """One request and its body."""
        line, headers = lines_of(head)
        came = Arrived(line, headers)
        length = int(next(iter(came.named("Content-Length")), "0") or 0)
        stream.read(length)
        if came.named("Transfer-Encoding"):
            while size := int(stream.readline().split(b";")[0] or b"0", 16):
                stream.read(size + 2)
            while (trailer := stream.readline()).strip():
                came.headers += lines_of(b"\r\n" + trailer)[1]
        came.wsgi = wsgi_environ(head)
        self.arrived.append(came)


def wsgi_environ(head: bytes) -> dict[str, str]:
    """What wsgiref's server makes of a request."""
    seen: dict[str, str] = {}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update({name: environ[name] for name in environ if name.startswith(("HTTP_", "SCRIPT_", "PATH_"))})
        start_response("200 OK", [])
        return []

    class Handler(wsgiref.simple_server.WSGIRequestHandler):
        def log_message(self, *args: Any) -> None:
            """Nothing."""

    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(head)
        ours.shutdown(socket.SHUT_WR)
        server: Any = type("Server", (), {"get_app": lambda self: application, "base_environ": {"SCRIPT_NAME": ""}})()
        with contextlib.redirect_stderr(io.StringIO()):
            Handler(theirs, ("127.0.0.1", 1), server)
    return seen


class Gate:
    """Stands where Seatwise should: answers as it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Arrived] = []
        self.answer: Callable[[Arrived], bytes] = lambda asked: b""
        self.hangs_up = False  # after an answer
        gate = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                while head := read_head(self.rfile):
                    asked = Arrived(*lines_of(head))
                    gate.asked.append(asked)
                    self.wfile.write(gate.answer(asked))
                    if gate.hangs_up:
                        return

        self.server = serve(Handler)
        self.port = int(self.server.server_address[1])


def serve(handler: Any) -> Any:
    """A server in threads of its own on a port of its own."""

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, *args: Any) -> None:
            """Of connections that break: nothing."""

    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def answer_of(status: int, headers: Any = (), body: bytes = b"") -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, 'X')}"]
    lines += [f"{name}: {value}" for name, value in headers if name.lower() != "content-length"]
    length = [] if status in (204, 304) or status < 200 else [f"Content-Length: {len(body)}"]
    return ("\r\n".join([*lines, *length]) + "\r\n\r\n").encode("latin-1") + body


def send(port: int, sent: bytes) -> tuple[int, bytes]:
    """What a server answers to some bytes: the status (0 where it hung up) and everything that came."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as there:
        there.sendall(sent)
        came = b""
        with contextlib.suppress(ConnectionError):
            while piece := there.recv(65536):
                came += piece
    found = re.match(rb"HTTP/1\.[01] (\d{3})", came)
    return (int(found[1]) if found else 0), came


@contextmanager
def ends() -> Iterator[tuple[Service, Gate]]:
    """A service and a gate, until the end of the block."""
    service, gate = Service(), Gate()
    yield service, gate
    for server in (service.server, gate.server):
        server.shutdown()
        server.server_close()


def shown(arrived: list[Arrived]) -> str:
    """For messages."""
    return json.dumps([[each.line, each.headers] for each in arrived], indent=1)
