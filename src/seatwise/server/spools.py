"""Bodies and answers: in memory while they are small, then in a file without a name, which ends with its process."""

import errno
import io
import os
import tempfile
import threading
from pathlib import Path
from typing import IO

from seatwise.server import limits


class Full(Exception):
    """There is no place for more now."""


class DiskFull(Full):
    """There is none on the disk."""


def has_no_room(directory: Path) -> bool:
    """Whether the disk counts as full: the database needs what is left."""
    found = os.statvfs(directory)
    return found.f_bavail * found.f_frsize < limits.ROOM


class Store:
    """How many spools there may be on disk at once, and how many bytes in all of them."""

    def __init__(self, directory: Path, *, files: int | None = None, size: int | None = None) -> None:
        self.directory, self.files, self.size = directory, files, size
        self.open = self.used = 0
        self.lock = threading.Lock()

    def take(self, files: int, size: int) -> None:
        """Count what is about to be kept. Raises Full."""
        with self.lock:
            if self.files is not None and self.open + files > self.files:
                raise Full
            if self.size is not None and self.used + size > self.size:
                raise Full
            self.open += files
            self.used += size

    def give_back(self, files: int, size: int) -> None:
        """Count what is not kept any more."""
        with self.lock:
            self.open -= files
            self.used -= size


class Spool:
    """Bytes that are written once, then read from their beginning."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.file: IO[bytes] = io.BytesIO()
        self.size = self.on_disk = 0

    def write(self, data: bytes) -> None:
        """Add bytes. Raises Full or DiskFull; what was written until then goes with `close`."""
        if not self.on_disk and self.size + len(data) <= limits.IN_MEMORY:
            self.file.write(data)
        else:
            self._write_to_disk(data)
        self.size += len(data)

    def _write_to_disk(self, data: bytes) -> None:
        if has_no_room(self.store.directory):
            raise DiskFull
        first = not self.on_disk
        moved = self.file.getvalue() + data if first and isinstance(self.file, io.BytesIO) else data
        self.store.take(int(first), len(moved))
        self.on_disk += len(moved)
        try:
            if first:
                self.file = tempfile.TemporaryFile(dir=self.store.directory, buffering=0)  # noqa: SIM115 - see close
            view = memoryview(moved)
            while view:
                view = view[self.file.write(view) :]
        except OSError as error:
            raise DiskFull if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else error from None

    def begin(self) -> IO[bytes]:
        """The file, to be read from its beginning."""
        self.file.seek(0)
        return self.file

    def close(self) -> None:
        """Nothing of it stays."""
        self.file.close()
        if self.on_disk:
            self.store.give_back(1, self.on_disk)
            self.on_disk = 0
