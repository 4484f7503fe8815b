"""The numbers that stand at an axis: round ones, as a person would draw them."""

import itertools

MOST = 5  # steps of an axis


def steps(most: int) -> list[int]:
    """From 0 to the first step that nothing is above: at most MOST steps of 1, 2 or 5 times a power of ten."""
    sizes = (digit * 10**power for power in itertools.count() for digit in (1, 2, 5))
    size = next(size for size in sizes if size * MOST >= most)
    return list(range(0, -(-max(most, 1) // size) * size + 1, size))
