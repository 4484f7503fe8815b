"""What list pages have in common: filters that fold, what they filter by as chips, long texts that unfold."""

import pytest
from django.test import Client

from seatwise import audit
from seatwise.directory.models import User
from seatwise.site.lists import LONG

pytestmark = pytest.mark.django_db
AUDIT = "/administration/audit/"
USERS = "/administration/directory/users/"


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_what_a_list_is_filtered_by_stands_above_it_and_can_be_taken_back(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = text_of(client, f"{USERS}?status=active&text=al")
    assert '<a class="tag chip" href="?text=al"><span class="sr-only">Remove: </span>Status: active' in page
    assert '<details class="filters"><summary>Filters</summary>' in page
    assert '<a class="tag chip"' not in text_of(client, USERS)
    assert '<details class="filters" open>' in text_of(client, f"{USERS}?status=asleep")


def test_a_long_text_is_folded_in_a_list(client: Client, alice: User) -> None:
    for reason in ("x " * LONG, "short"):
        audit.record(by=alice, verb="user.change", subject=alice, reason=reason)
    client.force_login(alice)
    page = text_of(client, AUDIT)
    assert page.count('<details class="long"><summary>x x x') == 1
    assert "<summary>short" not in page
