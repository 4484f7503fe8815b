"""The garbage collector stands still for some work, and goes on after it."""

import gc

import pytest

from seatwise.lib.people_file import without_collecting


@without_collecting()
def fails() -> None:
    with without_collecting():
        assert not gc.isenabled()
    assert not gc.isenabled()
    raise ZeroDivisionError


def test_it_goes_on_however_the_work_ends_and_not_before_that() -> None:
    with pytest.raises(ZeroDivisionError):
        fails()
    assert gc.isenabled()
