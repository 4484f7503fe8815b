"""Faults of the machine and of the database that are to be expected, told from whatever exception they come as.

They come as many: OSError; sqlite3's own errors (https://www.sqlite.org/rescode.html); psycopg's (Appendix A of
PostgreSQL's documentation), both mostly wrapped by Django. Who meets one says it in plain words; what is not told here
is a mistake of ours.
"""

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    DISK_FULL = "disk full"
    READ_ONLY = "read only"
    AWAY = "database away"
    BUSY = "database busy"
    BROKEN = "database broken"
    EXHAUSTED = "machine exhausted"


@dataclass(frozen=True)
class Fault:
    """What is wrong, and what the machine or the database says about it."""

    kind: Kind
    detail: str


_BY_ERRNO = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), Kind.DISK_FULL),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), Kind.READ_ONLY),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE, errno.ENOMEM), Kind.EXHAUSTED),
}
_BY_SQLITE = (  # by the beginning of the name of the code, the longer ones first
    ("SQLITE_FULL", Kind.DISK_FULL),
    ("SQLITE_IOERR_WRITE", Kind.DISK_FULL),
    ("SQLITE_IOERR_SHMSIZE", Kind.DISK_FULL),
    ("SQLITE_IOERR", Kind.BROKEN),
    ("SQLITE_READONLY_DBMOVED", Kind.AWAY),
    ("SQLITE_READONLY", Kind.READ_ONLY),
    ("SQLITE_CANTOPEN", Kind.AWAY),
    ("SQLITE_BUSY", Kind.BUSY),
    ("SQLITE_LOCKED", Kind.BUSY),
    ("SQLITE_PROTOCOL", Kind.BUSY),
    ("SQLITE_NOTADB", Kind.BROKEN),
    ("SQLITE_CORRUPT", Kind.BROKEN),
    ("SQLITE_FORMAT", Kind.BROKEN),
    ("SQLITE_NOMEM", Kind.EXHAUSTED),
)
_BY_SQLSTATE = (  # by the beginning of the state, the longer ones first
    ("53100", Kind.DISK_FULL),
    ("25006", Kind.READ_ONLY),
    ("42P01", Kind.BROKEN),  # no such table
    ("42703", Kind.BROKEN),  # no such column
    ("40", Kind.BUSY),
    ("55P03", Kind.BUSY),
    ("57014", Kind.BUSY),
    ("53", Kind.AWAY),  # too many connections, out of memory
    ("08", Kind.AWAY),
    ("28", Kind.AWAY),
    ("3D", Kind.AWAY),
    ("57P", Kind.AWAY),
    ("58", Kind.BROKEN),
    ("XX", Kind.BROKEN),
)


def fault_of(error: BaseException | None) -> Fault | None:
    """The fault that an exception comes from; None where it is something else."""
    for each in _causes(error):
        kind = _kind_of(each)
        if kind is not None:
            return Fault(kind, _in_a_line(each))
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and what it was raised from."""
    for _ in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__


def _kind_of(error: BaseException) -> Kind | None:
    database = type(error).__module__.partition(".")[0]  # not imported here: most commands need none
    if database == "sqlite3":
        return _kind_of_sqlite(error)
    if isinstance(error, MemoryError):
        return Kind.EXHAUSTED
    if isinstance(error, OSError):
        return _BY_ERRNO.get(error.errno or 0)
    if database == "psycopg":
        return _kind_of_psycopg(error)
    alone = error.__cause__ is None and type(error).__module__ == "django.db.utils"
    return Kind.AWAY if alone and type(error).__name__ in ("InterfaceError", "OperationalError") else None


def _kind_of_sqlite(error: BaseException) -> Kind | None:
    name = getattr(error, "sqlite_errorname", "")
    for beginning, kind in _BY_SQLITE:
        if name.startswith(beginning):
            return kind
    text = str(error)
    foreign = text.startswith(("no such table", "no such column")) or "has no column named" in text
    return Kind.BROKEN if foreign or "could not decode to UTF-8" in text.lower() else None


def _kind_of_psycopg(error: BaseException) -> Kind | None:
    state = getattr(error, "sqlstate", None)
    if state is None:  # the connection was not made, or was lost
        return Kind.AWAY if type(error).__name__ in ("OperationalError", "InterfaceError") else None
    return next((kind for beginning, kind in _BY_SQLSTATE if state.startswith(beginning)), None)


def _in_a_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text[:300] or type(error).__name__
