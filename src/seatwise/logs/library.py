"""The C library that reads lines, made by `compiling.py`: which one it is, and how its tables are laid out."""

import ctypes
import functools
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent / "kernel"
REASONS = 11
SAMPLES = 5
KINDS = 11

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
        *(
            (name, Integer)
            for name in ("json", "w3c", "escapes", "assumed", "quotes", "unquoted", "silent", "day", "since", "fields")
        ),
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
        ("spans", Integer * (2 * KINDS)),
    )


def fingerprint() -> str:
    """What changes with the sources."""
    sources = sorted([*SOURCES.glob("*.c"), *SOURCES.glob("*.h")])
    text = b"\0".join(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") for path in sources)
    return f"{zlib.crc32(text):08x}{len(text):x}"


def file_name(system: str = sys.platform) -> str:
    """The name of the library that these sources make, so that one of others is never loaded."""
    ending = {"win32": "dll", "darwin": "dylib"}.get(system, "so")
    return f"kernel-{fingerprint()}.{ending}"


@functools.cache
def load() -> Any:
    """The library, or None where it was not made for this machine."""
    try:
        library = ctypes.CDLL(str(SOURCES / file_name()))
    except OSError:
        return None
    state = ctypes.POINTER(State)
    program, judgement = ctypes.POINTER(Program), ctypes.POINTER(Judgement)
    library.seatwise_new.restype = state
    library.seatwise_new.argtypes = ()
    library.seatwise_free.restype = None
    library.seatwise_free.argtypes = (state,)
    library.seatwise_read.restype = Integer
    library.seatwise_read.argtypes = (state, program, judgement, ctypes.c_void_p, Integer, Integer)
    library.seatwise_judge.restype = Integer
    library.seatwise_judge.argtypes = (program, judgement, Text, Integer, ctypes.POINTER(Judged))
    return library
