"""Ending a command with a message: what, where, what next."""

import sys

from seatwise.lib.faults import Kind, fault_of

NEXT = {
    Kind.DISK_FULL: "Free disk space, then run the command again",
    Kind.READ_ONLY: "Run it as a user with write access, or choose another place",
    Kind.AWAY: "Start the database, or correct DATABASE_URL or SEATWISE_DATA_DIR, then run the command again",
    Kind.BUSY: "The database was busy for too long. Run the command again",
    Kind.BROKEN: "The database is damaged or not a Seatwise database. Restore a backup (seatwise restore)",
    Kind.EXHAUSTED: "Memory or open files ran out. Close other programs, then run the command again",
}


class Failure(Exception):
    """Ends a command with a message and an exit code: 1 for what cannot be done, 2 for wrong usage."""

    def __init__(self, message: object, code: int = 1) -> None:
        super().__init__(str(message))
        self.code = code


def failure_of(error: Exception) -> Failure | None:
    """The failure that an error of a command is; None where it is none that a command foresees."""
    if isinstance(error, Failure):
        return error
    from django.core.exceptions import ValidationError

    from seatwise.directory.changes import Refused

    if isinstance(error, ValidationError):
        return Failure(" ".join(error.messages), 2)
    return Failure(error) if isinstance(error, Refused) else None


def fail(command: str, failure: Failure, nothing: str = "") -> int:
    """Print why a command ends, and that nothing was done, unless the message says so; its exit code."""
    said = "" if nothing in str(failure) else f" {nothing}"
    print(f"seatwise {command}: {failure}{said}", file=sys.stderr)
    return failure.code


def error_text(error: Exception) -> str | None:
    """What to say of an error that is no mistake of ours; None of any other."""
    fault = fault_of(error)
    if isinstance(error, OSError) and error.filename is not None:
        what = f"{error.filename}: {error.strerror}"
        return f"{what}. {NEXT[fault.kind]}." if fault else f"{what}. Check the name and its permissions."
    if fault is not None:
        return f"{fault.kind}: {fault.detail}. {NEXT[fault.kind]}."
    if isinstance(error, OSError):
        return f"{error.strerror or error}. Nothing more was done."
    if isinstance(error, RecursionError):
        return "the input is nested too deeply. Nothing more was done."
    if isinstance(error, UnicodeError):
        return f"the input is not text ({error}). Nothing more was done. Use UTF-8."
    if type(error).__name__ == "DataError" or isinstance(error, OverflowError) or "null byte" in str(error):
        return f"a value is too large for the database ({' '.join(str(error).split())}). Nothing more was done."
    return None
