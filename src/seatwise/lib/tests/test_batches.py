"""Many things in lists of a bounded size."""

from collections.abc import Sequence

import pytest

from seatwise.lib.batches import batches, in_halves


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(0, []), (1, [1]), (3, [3]), (4, [3, 1]), (6, [3, 3])],
    ids=["none", "one", "full", "rest", "two"],
)
def test_all_come_once_in_their_order_and_none_where_there_are_none(count: int, sizes: list[int]) -> None:
    found = list(batches(iter(range(count)), 3))
    assert [len(some) for some in found] == sizes
    assert [each for some in found for each in some] == list(range(count))


def test_what_is_in_the_way_of_one_hinders_no_other() -> None:
    done: list[int] = []

    def do(some: Sequence[int]) -> None:
        if {3, 8} & {*some}:
            raise KeyError(some[0])
        done.extend(some)

    failed = in_halves(range(10), do, lambda error: isinstance(error, KeyError))
    assert (sorted(done), [(item, str(error)) for item, error in failed]) == (
        [0, 1, 2, 4, 5, 6, 7, 9],
        [(3, "3"), (8, "8")],
    )


def test_what_is_nobodys_fault_is_not_tried_with_half() -> None:
    tried: list[Sequence[int]] = []

    def do(some: Sequence[int]) -> None:
        tried.append(some)
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        in_halves([1, 2], do, lambda error: isinstance(error, KeyError))
    assert tried == [[1, 2]]
