"""What is recorded of a request: a line for each login, page and quarter of an hour in which it was asked for.

Whether a page counts is decided by the rules of the source, in Seatwise. So nothing is left out here but what can never
be an access, and what would say the same again: a login's day in any time zone begins with a quarter of an hour of UTC.
"""

import json
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from seatwise.recorder.receiver import Receiver
from seatwise.recorder.sender import AT_EXIT, Sender
from seatwise.recorder.spool import Spool

METHODS = ("GET", "POST")
QUARTER = 900  # seconds: time zones differ from UTC by whole quarters of an hour
MOST_PAGES = 100_000  # logins and pages that are remembered; when there are more, all of them are forgotten
PATH_SAFE = "/:@!$&'()*+,;=~"  # beside letters, digits, `_`, `.` and `-`, what RFC 3986 lets stand in a path

logger = logging.getLogger("seatwise.recorder")


class Recorder:
    """Records requests and sends them to a source's address, such as https://seatwise.example.com/ingest/wiki/.

    `spool` is a folder of its own for what cannot be sent for a while, up to `spool_bytes`; without one it waits in
    memory, up to `most_waiting` lines. `deliver` takes the place of the address: it is given lines, none of them
    for a heartbeat, and raises Unreachable or Refused.
    """

    def __init__(
        self,
        url: str = "",
        token: str = "",
        *,
        spool: str | Path | None = None,
        spool_bytes: int = 100_000_000,
        most_waiting: int = 20_000,
        deliver: Callable[[Sequence[bytes]], None] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.clock = clock
        self.recent: tuple[int, set[tuple[str, str, str]]] = (0, set())  # a quarter of an hour, and what it saw
        self.has_failed = False
        self.receiver: Receiver | None = None
        if deliver is None:
            self.receiver = Receiver(url, token)
            deliver = self.receiver.deliver
        self.sender = Sender(
            deliver,
            spool=Spool(Path(spool), spool_bytes) if spool else None,
            most=most_waiting,
        )

    def record(self, login: str | None, method: str, host: str, path: str, status: int) -> None:
        """Keep a request that may be an access. Never raises, and waits for nothing."""
        try:
            if self.sender.thread is None:
                self.sender.start()
            if login and method in METHODS and (200 <= status < 300 or status == 304):
                self.keep(login, method, host, path, status)
        except Exception:
            self.failed()

    def keep(self, login: str, method: str, host: str, path: str, status: int) -> None:
        now = self.clock()
        quarter = int(now // QUARTER)
        recent = self.recent
        if recent[0] != quarter or len(recent[1]) >= MOST_PAGES:
            recent = self.recent = quarter, set()
        page = login, host, path
        if page not in recent[1] and self.sender.put(line(now, login, method, host, path, status)):
            recent[1].add(page)

    def failed(self) -> None:
        """Say once that something went wrong here, within an `except`; the request goes on."""
        if not self.has_failed:
            self.has_failed = True
            logger.exception("A request was not recorded. This is said once; later failures are not.")

    def close(self, seconds: float = AT_EXIT) -> None:
        """Send what waits, for so many seconds at most, and keep the rest in the spool."""
        self.sender.close(seconds)
        if self.receiver is not None:
            self.receiver.disconnect()


def line(now: float, login: str, method: str, host: str, path: str, status: int) -> bytes:
    """A request in the format `recorder`."""
    said = {
        "time": int(now * 1000) / 1000,  # never rounded up into the next day
        "login": login,
        "method": method,
        "host": host,
        "path": quote(path, PATH_SAFE, errors="surrogateescape"),
        "status": status,
    }
    return json.dumps(said, separators=(",", ":")).encode()
