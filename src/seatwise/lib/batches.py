"""Many things in lists of a bounded size: as many ids as one query is given, as many rows as are held at once."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
AT_ONCE = 2000


def batches(items: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """The items in their order, in lists of at most `size`; none where there are none."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
