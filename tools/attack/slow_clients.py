"""Clients that take their time, and what everybody else waits for meanwhile.

    with SlowClients(port, "bodies", 200) as slow:
        found = waits(port, {"gate": get("/gate/wiki/"), "sign-in": get("/account/login/")}, seconds=5)
    assert slow.connected == 200 and found["gate"].failed == 0

One thread holds all the connections of a kind. What the server closes is opened again, as an attacker would.
"""

import contextlib
import http.client
import resource
import selectors
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

KINDS = ("headers", "bodies", "readers")
PAUSE = 1.0  # seconds between the bytes of a slow client
PATIENCE = 5.0  # seconds that everybody else waits for an answer before it counts as failed
SMALL = 4096  # bytes of the window of a slow reader
PIPELINED = 40  # requests that a slow reader sends at once, so that the kernel's buffers do not hold all answers
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Waits:
    """What others waited, in milliseconds; who got no answer in PATIENCE, or an error of the server, failed."""

    asked: int
    failed: int
    half: float
    most: float  # 99 of 100 waited no longer
    longest: float


@dataclass(frozen=True)
class Probe:
    """A request that everybody else makes, and the statuses that are an answer to it."""

    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    statuses: tuple[int, ...] = (200, 204, 302, 401, 403)


@dataclass
class _Client:
    """One slow connection: what it has yet to send, and when."""

    sock: socket.socket
    rest: bytes
    due: float
    reading: bool = False


class SlowClients:
    """So many connections of a kind, from `with` to its end. `connected` and `closed` say how they fare."""

    def __init__(
        self,
        port: int,
        kind: str,
        count: int,
        *,
        target: str = "",
        headers: Mapping[str, str] | None = None,
        pause: float = PAUSE,
    ) -> None:
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no kind of slow client (there are: {', '.join(KINDS)})")
        self.port, self.kind, self.count, self.pause = port, kind, count, pause
        self.opening, self.slowly = _request(kind, target, {"Host": f"{HOST}:{port}", **(headers or {})})
        self.closed = 0  # connections that the server ended
        self.refused = 0  # connections that could not be opened
        self._clients: list[_Client] = []
        self._selector = selectors.DefaultSelector()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"slow {kind}", daemon=True)

    @property
    def connected(self) -> int:
        """How many are open now."""
        return len(self._clients)

    def __enter__(self) -> Self:
        _allow_files(self.count + 200)
        while self.connected < self.count and self.refused < self.count:
            self._open()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(30)
        for client in self._clients:
            client.sock.close()
        self._selector.close()

    def _open(self) -> None:
        sock = socket.socket()
        if self.kind == "readers":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        sock.settimeout(2)
        try:
            sock.connect((HOST, self.port))
            sock.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                sock.send(self.opening)
        except OSError:
            self.refused += 1
            sock.close()
            return
        first = time.monotonic() + self.pause * (len(self._clients) % 100) / 100  # not all in one moment
        client = _Client(sock, self.slowly, first, reading=self.kind == "readers")
        self._clients.append(client)
        if not client.reading:
            self._selector.register(sock, selectors.EVENT_READ, client)

    def _run(self) -> None:
        while not self._stop.is_set():
            for key, _ in self._selector.select(0.05) if self._selector.get_map() else ():
                if not _is_open(key.data.sock):
                    self._forget(key.data)
            now = time.monotonic()
            for client in [each for each in self._clients if each.due <= now]:
                client.due = now + self.pause
                if not _take_step(client):
                    self._forget(client)
            for _ in range(min(20, self.count - self.connected)):
                self._open()
            if not self._selector.get_map():
                self._stop.wait(0.05)

    def _forget(self, client: _Client) -> None:
        if client not in self._clients:
            return
        if not client.reading:
            self._selector.unregister(client.sock)
        self._clients.remove(client)
        client.sock.close()
        self.closed += 1


def get(target: str, **headers: str) -> Probe:
    """A request of everybody else: `_` in names of headers is `-`."""
    return Probe(target, {name.replace("_", "-"): value for name, value in headers.items()})


def waits(port: int, probes: Mapping[str, Probe], seconds: float) -> dict[str, Waits]:
    """What each of the probes waits, asked one after the other in turns, each over a new connection."""
    taken: dict[str, list[float]] = {name: [] for name in probes}
    failed = dict.fromkeys(probes, 0)
    end = time.monotonic() + seconds
    while time.monotonic() < end or not all(taken.values()):
        for name, probe in probes.items():
            began = time.perf_counter()
            failed[name] += not _is_answered(port, probe)
            taken[name].append((time.perf_counter() - began) * 1000)
    return {name: _waits(times, failed[name]) for name, times in taken.items()}


def _waits(times: list[float], failed: int) -> Waits:
    times = sorted(times)
    return Waits(
        len(times), failed, times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)], times[-1]
    )


def _is_answered(port: int, probe: Probe) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    try:
        connection.request("GET", probe.target, headers=dict(probe.headers))
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return answer.status in probe.statuses


def _request(kind: str, target: str, headers: Mapping[str, str]) -> tuple[bytes, bytes]:
    """What a client sends at once, and what it sends byte by byte."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    if kind == "headers":
        return f"GET {target or '/account/login/'} HTTP/1.1\r\n{lines}".encode(), b"X-Slow: " + b"x" * 4000
    if kind == "bodies":
        form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n"
        return f"POST {target or '/account/login/'} HTTP/1.1\r\n{lines}{form}\r\n".encode(), b"login=" + b"x" * 3994
    return f"GET {target or '/static/bulma/css/style.min.css'} HTTP/1.1\r\n{lines}\r\n".encode() * PIPELINED, b""


def _take_step(client: _Client) -> bool:
    """Send or read one more byte; whether the connection is still open."""
    try:
        if client.reading:
            return client.sock.recv(1) != b""
        client.sock.send(client.rest[:1] or b"x")
        client.rest = client.rest[1:]
    except BlockingIOError:
        return True
    except OSError:
        return False
    return True


def _is_open(sock: socket.socket) -> bool:
    try:
        return sock.recv(65536) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def _allow_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard) if hard > 0 else count, hard))
