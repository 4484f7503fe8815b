"""Ending a command with a message: what, where, what next."""

import sys

from seatwise.lib.faults import Kind, fault_of

NEXT = {
    Kind.DISK_FULL: "Make room on the disk, and run the command again",
    Kind.READ_ONLY: "Run it as a user who may write there, or choose another place",
    Kind.AWAY: "Start the database, or correct DATABASE_URL or SEATWISE_DATA_DIR, and run the command again",
    Kind.BUSY: "Others were writing for too long. Run the command again",
    Kind.BROKEN: "The database is damaged or not one of Seatwise. Bring a backup back (seatwise restore)",
    Kind.EXHAUSTED: "Memory or open files ran out. End other programs, and run the command again",
}


def fail(command: str, error: object, code: int = 1) -> int:
    """Print an error of a command; its exit code."""
    messages = getattr(error, "messages", None)
    print(f"seatwise {command}: {' '.join(messages) if messages else error}", file=sys.stderr)
    return code


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
        return "what was to be read is nested too deeply. Nothing more was done."
    if isinstance(error, UnicodeError):
        return f"there are bytes that are not text ({error}). Nothing more was done. Write them in UTF-8."
    if type(error).__name__ == "DataError" or isinstance(error, OverflowError) or "null byte" in str(error):
        return f"a value is more than the database can keep ({' '.join(str(error).split())}). Nothing more was done."
    return None
