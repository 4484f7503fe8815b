"""A room that takes what is posted to it, on this machine."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from seatwise.channels.models import Channel
from seatwise.letters.tests.conftest import asking, clock, question

__all__ = ["asking", "clock", "question"]


@dataclass
class Room:
    """What was posted, and what it answers."""

    address: str = ""
    status: int = 200
    location: str = ""
    posted: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """A room whose address is allowed, as far as the site is told."""
    found = Room()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            found.paths.append(self.path)
            if found.status == 200:
                found.posted.append(json.loads(body))
            self.send_response(found.status)
            if found.location:
                self.send_header("Location", found.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        found.address = f"json://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setenv("SEATWISE_PRIVATE_ADDRESSES", "127.0.0.1")
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def channel(room: Room, cast: dict[str, Any]) -> Channel:
    """A channel of a group that is told of the kind of letter that tests write."""
    made = Channel()
    made.change(by=cast["alice"], name="Room", shown="JSON", address=f"{room.address}/s3cret", kinds=["tests.question"])
    return made
