"""Where lines are kept that arrive over HTTP: a file for each source and day, which is followed like a server's log.

A request is answered once its lines are on the disk. What a crash left of one that was not answered is cut off.
"""

import contextlib
import datetime
import fcntl
import os
import time
from collections.abc import Sequence
from pathlib import Path

from django.utils import timezone

from seatwise import configuration
from seatwise.ledger import heartbeats
from seatwise.ledger.follow import Follower, end_of_lines
from seatwise.ledger.models import LogImport, Source
from seatwise.lib import file_locks
from seatwise.server.spools import has_no_room

FOLDER = "ingest"
KEPT = 2  # days for which lines are kept after they were read: the first lines of a file tell which it is
KEPT_UNREAD = 30  # days for which lines are kept that could not be read
MOST_DAY = 50 * 10**9  # bytes of a source in a day
followers: dict[str, Follower] = {}  # of this process, by the code of the source
looked_at: dict[str, tuple[int, int]] = {}  # by the same: how its lines lay there, unless it is to be looked at again


class Full(Exception):
    """There is no room for more now."""


def folder_of(source: Source) -> Path:
    return Path(configuration.DATA_DIR.value()) / FOLDER / source.code


def day_of_arrival() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def folder_with_room(source: Source) -> Path:
    """The folder of a source, there now. Raises Full."""
    folder = folder_of(source)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if has_no_room(folder):
        raise Full
    return folder


def note_heartbeat(source: Source) -> None:
    """Keep that the sender is there, where its lines would be kept, too. Raises Full."""
    folder_with_room(source)
    heartbeats.note(source.revision, timezone.now())


def append(source: Source, lines: Sequence[bytes]) -> None:
    """Keep lines, without their ends; on the disk when this returns. Raises Full."""
    if not lines:
        return
    folder = folder_with_room(source)
    descriptor = os.open(folder / f"{day_of_arrival()}.log", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = end_of_lines(file.fileno(), os.fstat(file.fileno()).st_size)
        if end > MOST_DAY:
            raise Full
        data = memoryview(b"\n".join([*lines, b""]))
        try:
            file.truncate(end)
            file.seek(end)
            while data:
                data = data[file.write(data) :]
            os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                file.truncate(end)
            raise Full from None


def arrived() -> list[str]:
    """The codes of sources of which something has arrived in the last days."""
    root = Path(configuration.DATA_DIR.value()) / FOLDER
    return [each.name for each in root.iterdir() if each.is_dir()] if root.is_dir() else []


def as_they_lie(code: str) -> tuple[int, int]:
    """When lines of a source were last written (ns), and how many bytes there are."""
    found = [each.stat() for each in (Path(configuration.DATA_DIR.value()) / FOLDER / code).glob("*.log")]
    return max((each.st_mtime_ns for each in found), default=0), sum(each.st_size for each in found)


def is_due(code: str) -> bool:
    """Whether something has arrived that this process did not look at, and it is time to."""
    if code in followers and followers[code].is_pausing():
        return False
    return looked_at.get(code) != as_they_lie(code)


def read_what_arrived() -> str | None:
    """Each minute: read what has arrived of each source, unless somebody else does, and delete what was read."""
    return read(arrived())


def read_soon() -> None:
    """Every two seconds: read what has arrived since. Where nothing has, the database is not asked. What came of it
    stands on the page of the import; to say it each time would be a line every two seconds.
    """
    read([code for code in arrived() if is_due(code)])


def read(codes: list[str]) -> str | None:
    said: list[str] = []
    looked_at.update((code, as_they_lie(code)) for code in codes)
    for source in Source.objects.of_logs().filter(code__in=codes) if codes else ():
        with file_locks.alone(folder_of(source)) as is_alone:
            if not is_alone:
                del looked_at[source.code]
                continue
            follower = followers.setdefault(source.code, Follower(source, [str(folder_of(source))], 0))
            began = timezone.now()
            said += follower.look()
            if not follower.left_unread:
                heartbeats.cover_idle_days(source.revision, began)
            elif follower.is_pausing():
                del looked_at[source.code]
            delete_old(source)
    return "; ".join(said) or None


def delete_old(source: Source) -> None:
    """Delete the lines of past days that were read whole, and those that nobody could read for long."""
    read = LogImport.objects.followed(source.revision).in_state(LogImport.State.DONE)
    for path in folder_of(source).glob("*.log"):
        found = path.stat()
        age = (time.time() - found.st_mtime) / 86400
        if age <= KEPT:
            continue
        as_it_lies = {"followed_at": found.st_mtime_ns, "followed_size": found.st_size}
        if age > KEPT_UNREAD or read.filter(**as_it_lies).exists():
            path.unlink(missing_ok=True)
