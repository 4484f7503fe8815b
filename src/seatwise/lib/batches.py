"""Many things in lists of a bounded size: as many ids as one query is given, as many rows as are held at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
AT_ONCE = 2000


def batches(items: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """The items in their order, in lists of at most `size`; none where there are none."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def in_halves(
    items: Sequence[T], do: Callable[[Sequence[T]], object], is_in_the_way: Callable[[Exception], bool]
) -> list[tuple[T, Exception]]:
    """Do something with all at once, all or none; where something is in the way, with each half, and so on.

    Those with which it could not be done, and why: what is in the way of one hinders no other.
    """
    try:
        do(items)
    except Exception as error:
        if not is_in_the_way(error):
            raise
        if len(items) == 1:
            return [(items[0], error)]
    else:
        return []
    half = len(items) // 2
    return [each for some in (items[:half], items[half:]) for each in in_halves(some, do, is_in_the_way)]
