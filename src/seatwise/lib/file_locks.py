"""Locks that the system releases however their holder ends: flock(2), so not across machines."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def take(descriptor: int) -> bool:
    """Lock an open file or directory as long as it is open; False where somebody else has it. Never waits."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def alone(directory: Path) -> Iterator[bool]:
    """Whether nobody else works in a directory; nobody else can while this lasts. One that is not there is nobody's."""
    try:
        descriptor = os.open(directory, os.O_RDONLY)
    except FileNotFoundError:
        yield True
        return
    try:
        yield take(descriptor)
    finally:
        os.close(descriptor)
