"""A receiver on this machine that verifies what it gets as docs/webhooks.md has it."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from seatwise.webhooks.models import Webhook

DOCUMENT = Path(__file__).parents[4] / "docs" / "webhooks.md"


def verifier(now: Callable[[], float] = time.time) -> Any:
    """The example in the documentation, by a clock."""
    code = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S)
    assert code
    names: dict[str, Any] = {}
    exec(code[1], names)
    names["time"] = SimpleNamespace(time=now)
    return names["is_from_seatwise"]


@dataclass
class Receiver:
    """What it was sent, and what it answers; the next in turn where there are `answers`."""

    address: str = ""
    secret: str = ""
    status: int = 200
    ahead: float = 0.0  # seconds by which its clock is put on
    answers: list[int] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def numbers(self) -> list[int]:
        return [each["data"]["number"] for each in self.taken]


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver at an address that is allowed."""
    found = Receiver()
    is_from_seatwise = verifier(lambda: time.time() + found.ahead)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.requests.append((headers, body))
            status = found.answers.pop(0) if found.answers else found.status
            if status == 200 and not is_from_seatwise(headers, body, found.secret):
                status = 401
            if status == 200:
                found.taken.append(json.loads(body))
                found.ids.append(headers["webhook-id"])
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        found.address = f"http://127.0.0.1:{server.server_address[1]}/hook/t0ken"
        monkeypatch.setenv("SEATWISE_PRIVATE_ADDRESSES", "127.0.0.1")
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def webhook(receiver: Receiver, cast: dict[str, Any]) -> Webhook:
    """A webhook that tells the receiver of people and licenses."""
    made = Webhook()
    chosen = ["person.added", "person.deactivated", "license.added", "license.removed"]
    receiver.secret = made.change(by=cast["alice"], name="HR", address=receiver.address, events=chosen) or ""
    return made
