"""Seatwise at the other end: lines go to a source's address over a connection that is kept open."""

import http.client
import os
from collections.abc import Sequence
from urllib.parse import urlsplit

TIMEOUT = 10.0  # seconds to connect, and for each part of the answer
BAD = (400, 413, 415)  # answers after which the same lines would be refused again


class Refused(Exception):
    """These lines will never be taken."""


class Unreachable(Exception):
    """Lines are not taken now; after `seconds`, where Seatwise said so, they may be."""

    def __init__(self, why: str, seconds: float = 0.0) -> None:
        super().__init__(why)
        self.seconds = seconds


class Receiver:
    """The address of a source, and the token that may send there. Raises ValueError where it is no address."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or not token:
            raise ValueError(
                "a recorder needs the address of a source, such as https://seatwise.example.com/ingest/wiki/, "
                f"and a token: the address is {url!r}, the token is {'given' if token else 'empty'}"
            )
        self.kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.host, self.port = parts.hostname, parts.port
        self.path = parts.path.rstrip("/") + "/"
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/plain"}
        self.connection: http.client.HTTPConnection | None = None
        self.process = 0

    def deliver(self, lines: Sequence[bytes]) -> None:
        """Send lines; Seatwise has them on its disk when this returns. No lines: a heartbeat, which says that all were
        sent. Raises Unreachable, Refused.
        """
        if self.process != os.getpid():  # a connection belongs to the process that opened it
            self.connection, self.process = None, os.getpid()
        body = b"\n".join([*lines, b""]) if lines else b""
        if self.connection is not None:
            try:
                return self.post(self.connection, body)
            except (OSError, http.client.HTTPException):
                self.disconnect()  # it was closed while nothing was sent
        self.connection = self.kind(self.host, self.port, timeout=TIMEOUT)
        try:
            return self.post(self.connection, body)
        except (OSError, http.client.HTTPException) as error:
            self.disconnect()
            raise Unreachable(f"{self.host}: {error or type(error).__name__}") from None

    def post(self, connection: http.client.HTTPConnection, body: bytes) -> None:
        connection.request("POST", self.path if body else f"{self.path}heartbeat", body, self.headers)
        answer = connection.getresponse()
        said = answer.read(2000)
        if not answer.isclosed():
            self.disconnect()
        if 200 <= answer.status < 300:
            return
        why = f"{self.host} answered {answer.status} {answer.reason}: {said[:200].decode('utf-8', 'replace')}"
        if answer.status in BAD:
            raise Refused(why)
        wait = answer.getheader("Retry-After") or ""
        raise Unreachable(why, float(wait) if wait.isdecimal() else 0.0)

    def disconnect(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None
