"""An answer of Django's, taken whole in its thread: what is left to do for it is to be sent."""

import io
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from seatwise.server import limits
from seatwise.server.requests import Environ
from seatwise.server.spools import Spool, Store

Application = Callable[[Environ, Any], Iterable[bytes]]
Header = tuple[bytes, bytes]
WITHOUT_BODY = (204, 304)


@dataclass
class Answer:
    """Status, headers, and the body as bytes or as a file that is read from where it stands."""

    status: int
    headers: list[Header]
    body: bytes = b""
    file: IO[bytes] | None = None
    close: Callable[[], None] = field(default=lambda: None)

    @classmethod
    def of(cls, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> "Answer":
        """One that is small."""
        return cls(
            status, [(name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers], body
        )


class File:
    """`wsgi.file_wrapper`: an open file as an answer."""

    def __init__(self, file: IO[bytes], block_size: int = 0) -> None:
        self.file = file

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.file.read(limits.IN_MEMORY), b"")

    def close(self) -> None:
        """Ends the answer; Django has put its own end in place of the file's."""
        self.file.close()

    def on_disk(self) -> IO[bytes] | None:
        """The same file, opened once more, so that it outlives the answer; None where it is none of the system's."""
        if not isinstance(self.file, io.FileIO | io.BufferedReader | io.BufferedRandom):
            return None
        try:
            number = os.dup(self.file.fileno())
        except OSError:
            return None
        os.lseek(number, self.file.tell(), os.SEEK_SET)
        return os.fdopen(number, "rb", buffering=0)


def taken(site: Application, environ: Environ, store: Store) -> Answer:
    """Ask the site, and take its whole answer. Raises Full of the spool."""
    said: list[Any] = []
    environ["wsgi.file_wrapper"] = File
    found = site(environ, lambda status, headers, _error=None: said.extend([status, headers]))
    try:
        parts = iter(found)
        if environ["REQUEST_METHOD"] == "HEAD":
            return Answer.of(int(said[0][:3]), said[1], b"")
        file = found.on_disk() if isinstance(found, File) else None
        if file is not None:
            answer = Answer.of(int(said[0][:3]), said[1], b"")
            answer.file, answer.close = file, file.close
            return answer
        return _spooled(parts, said, Spool(store))
    finally:
        getattr(found, "close", lambda: None)()


def _spooled(parts: Iterable[bytes], said: list[Any], spool: Spool) -> Answer:
    try:
        for part in parts:
            spool.write(part)
    except BaseException:
        spool.close()
        raise
    answer = Answer.of(int(said[0][:3]), said[1], b"")
    file = spool.begin()
    if spool.on_disk:
        answer.file, answer.close = file, spool.close
    else:
        answer.body = file.read()
    named = any(name == b"content-length" for name, _value in answer.headers)
    if not named and answer.status not in WITHOUT_BODY:
        answer.headers.append((b"content-length", str(spool.size).encode()))
    return answer
