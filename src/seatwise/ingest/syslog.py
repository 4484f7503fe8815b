"""Listens for syslog over UDP, TCP, TLS and Unix sockets, and keeps the lines where those that come over HTTP are kept.

Nothing here asks the database. While nothing can be kept nothing is read either, so that senders by TCP wait; what the
system drops of UDP then, or because messages come too fast, is counted.
"""

import asyncio
import errno
import os
import socket
import ssl
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from seatwise.ingest import spool
from seatwise.ingest.syslog_messages import MOST, Frames, line_of
from seatwise.ledger import lost_lines
from seatwise.ledger.models import Source

MOST_HELD = 16 * 10**6  # bytes of lines that are not on the disk yet
MOST_CONNECTIONS = 1000
RECEIVE_BUFFER = 16 * 10**6  # bytes of datagrams that the system is asked to hold; it may allow less
BURST = 1000  # datagrams that are taken before others have their turn
TOGETHER = 0.05  # seconds in which lines are gathered to be written at once
PAUSE = 1.0  # seconds until it is tried again to keep lines for which there was no room
LOOK = 10.0  # seconds after which what was lost is looked at and written down
ENDING = 5.0  # seconds for what has arrived when it is told to stop
SILENCE = 0.1  # seconds without anything after which a stream counts as read then


@dataclass(frozen=True)
class Places:
    """Where to listen: hosts and ports, and the paths of Unix sockets for datagrams."""

    udp: Sequence[tuple[str, int]] = ()
    tcp: Sequence[tuple[str, int]] = ()
    tls: Sequence[tuple[str, int]] = ()
    unix: Sequence[Path] = ()
    context: ssl.SSLContext | None = None


@dataclass
class Receiver:
    """Takes messages for a source, or for others by their tags, and keeps their lines."""

    source: Source
    by_tag: Mapping[str, Source] = field(default_factory=dict)
    say: Callable[[str], None] = print

    def __post_init__(self) -> None:
        self.waiting: dict[Source, list[bytes]] = defaultdict(list)
        self.held = 0  # bytes of what waits
        self.lost: dict[Source, Counter[str]] = defaultdict(Counter)
        self.arrived, self.room = asyncio.Event(), asyncio.Event()
        self.room.set()
        self.sockets: list[socket.socket] = []
        self.servers: list[asyncio.Server] = []
        self.streams: set[asyncio.Task[None]] = set()
        self.dropped = 0  # datagrams that the system is known to have dropped

    async def listen(self, places: Places) -> list[str]:
        """Begin to listen; where, in words. Raises OSError."""
        for host, port in places.udp:
            family, *_others, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
            self._listen_for_datagrams(family, address)
        for path in places.unix:
            remove_stale(path)
            self._listen_for_datagrams(socket.AF_UNIX, str(path))
            path.chmod(0o660)
        for addresses, context in ((places.tcp, None), (places.tls, places.context)):
            for host, port in addresses:
                self.servers.append(await asyncio.start_server(self._accept, host, port, ssl=context, limit=MOST))
        kinds = ["udp"] * len(places.udp) + ["unix"] * len(places.unix)
        kinds += ["tcp"] * len(places.tcp) + ["tls"] * len(places.tls)
        sockets = [*self.sockets, *(server.sockets[0] for server in self.servers)]
        return [f"{kind} {in_words(each)}" for kind, each in zip(kinds, sockets, strict=True)]

    def _listen_for_datagrams(self, family: int, address: object) -> None:
        listening = socket.socket(family, socket.SOCK_DGRAM)
        self.sockets.append(listening)
        with suppress(OSError):
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        listening.setblocking(False)
        listening.bind(address)  # type: ignore[arg-type]
        asyncio.get_running_loop().add_reader(listening, self._read, listening, BURST)

    def _read(self, listening: socket.socket, most: int) -> None:
        """Take datagrams that have arrived, as long as there is room."""
        for _ in range(most):
            if not self.room.is_set():
                return
            try:
                message, _ancillary, flags, _sender = listening.recvmsg(MOST)
            except (BlockingIOError, InterruptedError):
                return
            if flags & socket.MSG_TRUNC:
                self.lost[self.source]["long"] += 1
            else:
                self._take(message)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self.streams) >= MOST_CONNECTIONS:
            writer.close()
            return
        self.streams.add(task)
        frames = Frames()
        try:
            try:
                while data := await reader.read(MOST):
                    await self._feed(frames, data)
            except asyncio.CancelledError:  # told to stop: what has arrived is still taken
                while data := await asyncio.wait_for(reader.read(MOST), SILENCE):
                    await self._feed(frames, data)
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass
        finally:
            self.lost[self.source]["torn"] += frames.is_torn
            self.streams.discard(task)
            writer.close()

    async def _feed(self, frames: Frames, data: bytes) -> None:
        for message in frames.feed(data):
            self._take(message)
        self.lost[self.source]["long"] += frames.long
        frames.long = 0
        await self.room.wait()

    def _take(self, message: bytes) -> None:
        tag, line = line_of(message)
        if not line:
            return
        self.waiting[self.by_tag.get(tag, self.source)].append(line)
        self.held += len(line)
        self.arrived.set()
        if self.held > MOST_HELD and self.room.is_set():
            self.room.clear()
            for each in self.sockets:
                asyncio.get_running_loop().remove_reader(each)

    async def keep(self) -> None:
        """Keep what arrives, until this is cancelled."""
        while True:
            await self.arrived.wait()
            await asyncio.sleep(TOGETHER)
            self.arrived.clear()
            if why := await self._flush():
                self.say(
                    f"Lines cannot be kept: {why}. Senders by TCP wait; of UDP the system drops what it cannot hold."
                )
                while await self._flush():
                    await asyncio.sleep(PAUSE)
                self.say("Lines are kept again.")

    async def _flush(self) -> str:
        """Keep what waits; why not, where something could not be kept and goes on waiting."""
        why = ""
        for source, lines in list(self.waiting.items()):
            self.waiting[source] = []
            try:
                await asyncio.to_thread(spool.append, source, lines)
            except (spool.Full, OSError) as error:
                why = str(error) or "there is no room"
                self.waiting[source] = lines + self.waiting[source]
            else:
                self.held -= sum(map(len, lines))
        if self.held <= MOST_HELD // 2 and not self.room.is_set():
            self.room.set()
            for each in self.sockets:
                asyncio.get_running_loop().add_reader(each, self._read, each, BURST)
        return why

    async def watch(self) -> None:
        """Write down what was lost, again and again, until this is cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            await self._count_lost()

    async def _count_lost(self) -> None:
        dropped = sum(map(dropped_by_system, self.sockets))
        self.lost[self.source]["dropped"] += dropped - self.dropped
        self.dropped = dropped
        lost, self.lost = self.lost, defaultdict(Counter)
        for source, counts in lost.items():
            await asyncio.to_thread(lost_lines.count, source, counts)

    async def stop(self) -> None:
        """Take and keep what has arrived, and listen no more."""
        for server in self.servers:
            server.close()
        for each in self.sockets:
            asyncio.get_running_loop().remove_reader(each)
            self._read(each, RECEIVE_BUFFER)
        for task in self.streams:
            task.cancel()
        if self.streams:
            await asyncio.wait(self.streams, timeout=ENDING)
        if why := await self._flush():
            self.say(f"Lines could not be kept: {why}.")
            for source, lines in self.waiting.items():
                self.lost[source]["room"] += len(lines)
        await self._count_lost()
        self.close()

    def close(self) -> None:
        """Listen no more."""
        for server in self.servers:
            server.close()
        for each in self.sockets:
            asyncio.get_running_loop().remove_reader(each)
            if each.family == socket.AF_UNIX and each.getsockname():
                Path(each.getsockname()).unlink(missing_ok=True)
            each.close()


def in_words(listening: socket.socket) -> str:
    where = listening.getsockname()
    return (
        where if isinstance(where, str) else f"[{where[0]}]:{where[1]}" if ":" in where[0] else f"{where[0]}:{where[1]}"
    )


def remove_stale(path: Path) -> None:
    """Remove a socket to which nobody listens any more. Raises OSError where somebody does."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as trying:
        try:
            trying.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
        else:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE), str(path))


def dropped_by_system(listening: socket.socket) -> int:
    """How many datagrams Linux has dropped of a UDP socket: proc_net_udp(5). 0 where it does not say."""
    if listening.family == socket.AF_UNIX:
        return 0
    number = str(os.fstat(listening.fileno()).st_ino)
    return sum(int(columns[-1]) for columns in rows_of_udp() if columns[9] == number)


def rows_of_udp() -> Iterator[list[str]]:
    for name in ("udp", "udp6"):
        with suppress(OSError):
            yield from map(str.split, Path("/proc/net", name).read_text().splitlines()[1:])
