"""Which page of a list an address asks for."""

import pytest
from django.test import RequestFactory

from seatwise.site.lists import asked_page
from seatwise.site.refused_request import RefusedRequest


@pytest.mark.parametrize("page", ["abc", "0", "000", "-1", "1.5", "", " 2", "1e1", "\N{ARABIC-INDIC DIGIT TWO}", "²"])
def test_what_is_no_page_is_refused(page: str) -> None:
    with pytest.raises(RefusedRequest, match="is not a page"):
        asked_page(RequestFactory().get("/", {"page": page}), range(120))


@pytest.mark.parametrize(("asked", "number"), [("1", 1), ("02", 2), ("3", 3), ("4", 3), ("9" * 5000, 3)])
def test_beyond_the_end_the_last_page_is_shown(asked: str, number: int) -> None:
    page = asked_page(RequestFactory().get("/", {"page": asked}), range(120))
    assert (page.number, page.object_list[-1]) == (number, min(number * 50, 120) - 1)


def test_a_list_without_rows_has_a_first_page() -> None:
    assert asked_page(RequestFactory().get("/"), []).number == 1
