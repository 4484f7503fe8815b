"""Python's garbage collector, where it is in the way."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """For work that makes very many objects, all of which stay: to look through them for garbage again and again takes
    as long as to make them. Cycles that are dropped meanwhile, by other threads too, are found afterwards.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
