"""Cuts the connections of those who do not read their answers: granian waits for them without an end.

The sockets are granian's. They are found among the open files of this process, and asked how much the reader has not
taken yet. Every look is at a copy of the file's number, so that it is the same connection
from the question to the cut, whatever is closed and opened meanwhile.
"""

import contextlib
import fcntl
import os
import socket
import stat
import struct
import sys
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass

from seatwise.server import limits

_ACKNOWLEDGED = slice(120, 128)  # tcpi_bytes_acked in Linux's struct tcp_info (include/uapi/linux/tcp.h)
_SO_NWRITE = 0x1024  # macOS: bytes that were not sent yet


@dataclass
class Reader:
    """Somebody who has not taken all that was sent: since when, and how many bytes they took until then."""

    since: float
    taken: int


class Readers:
    """All connections to the port on which this process listens. `look` is to be called every few seconds."""

    def __init__(self) -> None:
        self.port = 0  # none yet
        self.behind: dict[int, Reader] = {}  # by the inode of the connection
        self.cut = 0

    def look(self, now: float | None = None) -> None:
        """Cut who was too slow all the time; remember who is behind."""
        now = time.monotonic() if now is None else now
        behind: dict[int, Reader] = {}
        for copy in _sockets():
            with copy:
                if copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    self._listen(copy)
                elif copy.getsockname()[1] == self.port and _not_taken(copy):
                    inode = os.fstat(copy.fileno()).st_ino
                    behind[inode] = self._judge(copy, self.behind.get(inode), now)
        self.behind = behind

    def _listen(self, copy: socket.socket) -> None:
        """Have connections to come keep little of an answer in the system's memory, where it would be out of sight."""
        if not self.port:
            copy.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, limits.SEND_BUFFER)
            self.port = copy.getsockname()[1]

    def _judge(self, copy: socket.socket, before: Reader | None, now: float) -> Reader:
        taken = _taken(copy)
        if before is None:
            return Reader(now, taken)
        seconds = now - before.since
        if seconds < limits.STALLED_SECONDS:
            return before
        if taken - before.taken < limits.ANSWER_RATE * seconds:
            self.cut += 1
            with contextlib.suppress(OSError):
                copy.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # drop what is not sent
                copy.shutdown(socket.SHUT_RDWR)
        return Reader(now, taken)


def _sockets() -> Iterator[socket.socket]:
    """A copy of each TCP socket of this process.

    Nothing but sockets is copied: closing any copy of a file's number ends all locks that this process has on the file
    (fcntl(2)), and SQLite's locks are such. Another process would take the database for its own, and damage it.
    """
    for name in os.listdir("/dev/fd"):
        try:
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            number = os.dup(int(name))
        except (OSError, ValueError):
            continue
        if not stat.S_ISSOCK(os.fstat(number).st_mode):
            continue  # it became a file in between: the copy stays open, as closing it would do the harm
        try:
            copy = socket.socket(fileno=number)
        except OSError:  # it was cut in between
            os.close(number)
            continue
        if copy.type == socket.SOCK_STREAM and copy.family in (socket.AF_INET, socket.AF_INET6):
            yield copy
        else:
            copy.close()


def _not_taken(copy: socket.socket) -> int:
    """Bytes that were sent and that the reader has not acknowledged."""
    try:
        if sys.platform == "darwin":
            return copy.getsockopt(socket.SOL_SOCKET, _SO_NWRITE)
        return int(struct.unpack("i", fcntl.ioctl(copy.fileno(), termios.TIOCOUTQ, b"\0\0\0\0"))[0])
    except OSError:
        return 0


def _taken(copy: socket.socket) -> int:
    """Bytes that the reader acknowledged; where the system does not say so, fewer than before where it is behind."""
    try:
        return int(struct.unpack("Q", copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192)[_ACKNOWLEDGED])[0])
    except (AttributeError, OSError, struct.error):
        return -_not_taken(copy)
