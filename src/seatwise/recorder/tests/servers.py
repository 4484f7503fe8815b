"""A server for tests that keeps what it is sent, as Seatwise does at /ingest/SOURCE/."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Kept(ThreadingHTTPServer):
    """Answers with the statuses that it is told, 204 at their end; what it was sent, and over how many connections."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Keeping)
        self.statuses: list[int] = []
        self.lines: list[bytes] = []
        self.tokens: set[str] = set()
        self.connections = self.heartbeats = 0
        self.hangs_up = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ingest/wiki/"


class Keeping(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Kept

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        hangs_up = self.server.hangs_up  # asked before the answer, after which a test may change it
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        if status == 204:
            assert self.path == "/ingest/wiki/" + ("" if body else "heartbeat")
            self.server.lines += body.splitlines()
            self.server.heartbeats += not body
            self.server.tokens.add(self.headers["Authorization"])
        self.send_response(status)
        self.send_header("Retry-After", "7")
        if status != 204:
            self.send_header("Content-Length", "3")
        self.end_headers()
        if status != 204:
            self.wfile.write(b"why")
        self.close_connection = hangs_up

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def keeping() -> Iterator[Kept]:
    with Kept() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
