"""Many things in lists of a bounded size."""

import pytest

from seatwise.lib.batches import batches


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(0, []), (1, [1]), (3, [3]), (4, [3, 1]), (6, [3, 3])],
    ids=["none", "one", "full", "rest", "two"],
)
def test_all_come_once_in_their_order_and_none_where_there_are_none(count: int, sizes: list[int]) -> None:
    found = list(batches(iter(range(count)), 3))
    assert [len(some) for some in found] == sizes
    assert [each for some in found for each in some] == list(range(count))
