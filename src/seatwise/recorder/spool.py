"""Lines that could not be sent yet: a file for each process, in a folder that all processes of a site share.

What a process that ended has left is sent by another, or by the next one. A file is deleted when all of it was sent; if
that is interrupted, its lines are sent again, which counts nothing twice.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows: each process needs a folder of its own there
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".lines"
BATCH = 1 << 20  # bytes that are read at once


class Spool:
    """A folder for up to so many bytes of lines."""

    def __init__(self, folder: Path, most: int) -> None:
        self.folder, self.most = folder, most
        self.own: IO[bytes] | None = None

    def add(self, lines: list[bytes]) -> bool:
        """Keep lines: on the disk (fsync) when this returns. False where there is no room. Raises OSError."""
        data = b"\n".join([*lines, b""])
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.size() + len(data) > self.most:
            return False
        if self.own is None:
            self.own, self.own_path = self.new_file()
        write_whole(self.own.fileno(), data)
        return True

    def new_file(self) -> tuple[IO[bytes], Path]:
        """A file of this process. It is locked before it has a name by which another process finds it."""
        hidden = self.folder / f"{os.getpid()}-{secrets.token_hex(4)}.new"
        file = os.fdopen(os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600), "ab")
        take(file)
        return file, hidden.rename(hidden.with_suffix(SUFFIX))

    def size(self) -> int:
        found = 0
        for path in self.folder.glob(f"*{SUFFIX}"):
            with contextlib.suppress(FileNotFoundError):  # another process has sent it meanwhile
                found += path.stat().st_size
        return found

    def batches(self) -> Iterator[list[bytes]]:
        """What lies there, some lines at a time. A file is deleted once the batch behind its last one is asked for."""
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            is_own = self.own is not None and path == self.own_path
            with contextlib.suppress(FileNotFoundError):
                with path.open("rb") as file:
                    if not is_own and not take(file):
                        continue  # its process lives
                    while lines := file.readlines(BATCH):
                        yield [line[:-1] for line in lines if line.endswith(b"\n")]  # else a crash tore it
                if is_own:
                    self.forget()
                path.unlink()  # closed before, as Windows wants it

    def forget(self) -> None:
        """Begin a new file with the next lines: the last one was sent, or belongs to the process that forked."""
        if self.own is not None:
            self.own.close()
            self.own = None


def write_whole(descriptor: int, data: bytes) -> None:
    """Append to a file, all or nothing. Raises OSError."""
    before = os.fstat(descriptor).st_size
    try:
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, before)
        raise


def take(file: IO[bytes]) -> bool:
    """Lock an open file as long as this process has it; False where another has."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
