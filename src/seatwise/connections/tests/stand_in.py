"""A stand-in for a vendor's API: real HTTP on this machine, for tests alone.

`trouble` is asked before each request, and may answer in its place, wait, or cut the connection.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

Answer = tuple[Any, ...]  # a status, what is answered, and headers where there are some
Vendor = TypeVar("Vendor", bound="StandIn")


class CutConnection(Exception):
    """The connection ends without an answer."""


@dataclass
class StandIn:
    """What was asked, how many asked at once, and what goes wrong."""

    asked: list[tuple[str, str]] = field(default_factory=list)  # method, path with its query
    changes: list[dict[str, list[str]]] = field(default_factory=list)  # what was sent to be changed
    at_once_allowed: int = 1
    at_once: int = 0
    most_at_once: int = 0
    trouble: Callable[[Any, str, str], Answer | None] = lambda _self, _method, _path: None
    after: Callable[[Any, str, str], None] = lambda _self, _method, _path: None  # done, and not yet answered
    lock: Any = field(default_factory=threading.Lock)
    address: str = ""

    def answer(self, method: str, target: str, token: str, body: bytes) -> Answer:
        raise NotImplementedError


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def domain(self) -> StandIn:
        return self.server.domain  # type: ignore[attr-defined,no-any-return]

    def do_GET(self) -> None:
        domain, method = self.domain, self.command
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with domain.lock:
            domain.asked.append((method, self.path))
            domain.at_once += 1
            domain.most_at_once = max(domain.most_at_once, domain.at_once)
        try:
            answer = domain.trouble(domain, method, self.path)
            if domain.at_once > domain.at_once_allowed:
                answer = 429, {"code": "CB_TM01", "id": "x11", "message": "Too many requests at a time."}
            if answer is None:
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                answer = domain.answer(method, self.path, token, body)
                domain.after(domain, method, self.path)
            self.send(*answer)
        except CutConnection:
            self.close_connection = True
            self.connection.close()
        finally:
            with domain.lock:
                domain.at_once -= 1

    do_PUT = do_POST = do_GET

    def send(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        if 300 <= status < 400 and headers is None:
            headers = {"Location": "https://elsewhere.example/"}
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: Any) -> None:
        """Nothing is written."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked went away."""


@contextmanager
def running(domain: Vendor) -> Iterator[Vendor]:
    """While this lasts, the domain answers at its `address`."""
    server = _Server(("127.0.0.1", 0), Handler)
    server.domain = domain  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    domain.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield domain
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
