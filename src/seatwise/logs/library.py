"""The C library that reads lines, made by `compiling.py`: which one it is, and how its tables are laid out."""

import ctypes
import struct
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from seatwise.logs.layout import DAYS, KINDS, LONGEST_LINE, SAMPLES

SOURCES = Path(__file__).parent / "kernel"
LOG = "kernel.log"  # beside the library, where none could be made: what compilers said
REASONS = 11
LOGIN = struct.Struct("=qqqqIIII")  # at, first_seen, hits, fact, length, hash, escapes, unused
FACT = struct.Struct("=qII")  # key, days, program_days
LAYOUT = 1  # see kernel/layout.h

PROGRAM_NUMBERS = ("json", "w3c", "escapes", "assumed", "quotes", "unquoted", "silent", "day", "since", "fields")

Integer = ctypes.c_int64
Integers = ctypes.POINTER(ctypes.c_int64)
Text = ctypes.c_char_p


def integers(numbers: Sequence[int]) -> Any:
    """Numbers as C has them."""
    return (Integer * len(numbers))(*numbers)


class Program(ctypes.Structure):
    """A format. See kernel/layout.h, as for all that follow."""

    _fields_ = (
        *((name, Integer) for name in PROGRAM_NUMBERS),
        ("kinds", Integers),
        ("least", Integers),
        ("literals", Text),
        ("literal_at", Integers),
        ("children", Integers),
        ("names", Text),
        ("name_at", Integers),
        ("targets", Integers),
        ("below", Integers),
    )


class Judgement(ctypes.Structure):
    """Rules and zones."""

    _fields_ = (
        ("turn_count", Integer),
        ("turns", Integers),
        ("offsets", Integers),
        ("local_count", Integer),
        ("local_turns", Integers),
        ("local_offsets", Integers),
        ("last_day", Integer),
        ("globs", Text),
        ("glob_at", Integers),
        ("word_count", Integer),
        ("words", Integers),
        ("classes", Integers),
        ("leads", Integers),
        ("tails", Integers),
        ("host_count", Integer),
        ("hosts", Text),
        ("host_at", Integers),
    )


class State(ctypes.Structure):
    """What one reader has found so far: what is seen of it from here. See kernel/tables.h."""

    _fields_ = (
        ("lines", Integer),
        ("counts", Integer * REASONS),
        ("samples", Integer * 3 * SAMPLES * REASONS),
        ("login_count", Integer),
        ("fact_count", Integer),
        ("arena_length", Integer),
        ("logins", ctypes.c_void_p),
        ("facts", ctypes.c_void_p),
        ("arena", ctypes.c_void_p),
        ("seen", ctypes.c_void_p),
    )


class Judged(ctypes.Structure):
    """What became of one line. See kernel/kernel.c."""

    _fields_ = (
        *((name, Integer) for name in ("reason", "at", "instant", "day", "status", "path_class")),
        ("spans", Integer * (2 * len(KINDS))),
    )


def fingerprint(sources: Path = SOURCES) -> str:
    """What changes with the sources, and with how they are compiled."""
    files = [*sorted([*sources.glob("*.[ch]"), *sources.glob("*.lock")]), Path(__file__).with_name("compiling.py")]
    text = b"\0".join(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") for path in files)
    return f"{zlib.crc32(text):08x}{len(text):x}"


FINGERPRINT = fingerprint()  # of what this process began with: sources may be replaced under it


def file_name(system: str = sys.platform) -> str:
    """The name of the library that these sources make, so that one of others is never loaded."""
    ending = {"win32": "dll", "darwin": "dylib"}.get(system, "so")
    return f"kernel-{FINGERPRINT}.{ending}"


def layout() -> list[int]:
    """What kernel.c says of the same name if it means the same tables."""
    sizes = [ctypes.sizeof(table) for table in (Program, Judgement, Judged)]
    places = [State.login_count.offset, State.seen.offset, LOGIN.size, FACT.size]
    return [LAYOUT, *sizes, *places, len(KINDS), REASONS, SAMPLES, DAYS, LONGEST_LINE]


def at_path(path: Path) -> Any:
    """The library at this path, or None if it cannot be used here."""
    state, program, judgement = ctypes.POINTER(State), ctypes.POINTER(Program), ctypes.POINTER(Judgement)
    expected = layout()
    try:
        library = ctypes.CDLL(str(path))
        library.seatwise_layout.restype = Integers
        if library.seatwise_layout()[: len(expected)] != expected:
            return None
        library.seatwise_new.restype = state
        library.seatwise_new.argtypes = (ctypes.c_uint64, ctypes.c_uint64)
        library.seatwise_free.restype = None
        library.seatwise_free.argtypes = (state,)
        library.seatwise_join.restype = Integer
        library.seatwise_join.argtypes = (state, state)
        library.seatwise_read.restype = Integer
        library.seatwise_read.argtypes = (state, program, judgement, ctypes.c_void_p, Integer, Integer)
        library.seatwise_judge.restype = Integer
        library.seatwise_judge.argtypes = (program, judgement, Text, Integer, ctypes.POINTER(Judged))
    except (OSError, AttributeError):  # there is none, or it is of another version
        return None
    return library


_loaded: dict[str, Any] = {}


def load() -> Any:
    """The library, or None where it was not made for this machine. One that is not there yet is looked for again."""
    name = file_name()
    if name not in _loaded and (found := at_path(SOURCES / name)) is not None:
        _loaded[name] = found
    return _loaded.get(name)
