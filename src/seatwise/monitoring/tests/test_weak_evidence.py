"""Weak evidence means the same on the list and on a person's page, whichever sources a service has."""

import datetime
from typing import Any

import pytest

from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.lib.usage import Narrowing, Sorting
from seatwise.licenses import grants
from seatwise.monitoring import listing
from seatwise.monitoring.listing import Basis
from seatwise.monitoring.person import records
from seatwise.monitoring.tests.test_person_page import TODAY, date, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def wiki(cast: dict[str, Any]) -> Service:
    service: Service = Service.objects.add(code="wiki", name="Wiki", by=None)
    users = [cast["alice"], cast["bob"], cast["charlie"], cast["audrey"]]
    grants.grant(service=service, users=users, by=None, reason="", on=date(300))
    return service


def weak_on_the_list(service: Service, as_of: int | None = None) -> set[str]:
    """Who is marked on the list: as it is counted, and counted from the months, which must be the same."""
    of = listing.basis(service, as_of)
    slow = Basis(service, of.as_of, of.window, of.covered, is_current=False)
    found = [
        {row.login for row in listing.rows_of(each, Narrowing(), Sorting()) if "weak_evidence" in row.marks}
        for each in (of, slow)
    ]
    assert found[0] == found[1]
    return found[0]


def weak_on_their_pages(service: Service, as_of: int | None = None) -> set[str]:
    """Whose page says so."""
    return {user.login for user in User.objects.all() if records(user, [service], as_of)[0].is_weak}


@pytest.mark.parametrize(
    ("checks", "weak"),
    [((True, True), set()), ((False, False), {"alice", "bob", "charlie"}), ((True, False), {"bob", "charlie"})],
    ids=["all-check", "none-checks", "one-checks"],
)
def test_the_list_and_the_persons_page_say_the_same(wiki: Service, checks: tuple[bool, bool], weak: set[str]) -> None:
    read(wiki, "one", {"alice": [1, 40], "charlie": [5, 70]}, (100, 0), verified=checks[0])
    read(wiki, "two", {"alice": [1], "bob": [3], "charlie": [5, 90]}, (100, 0), verified=checks[1])
    assert weak_on_the_list(wiki) == weak_on_their_pages(wiki) == weak


def test_only_access_until_the_day_counts(wiki: Service) -> None:
    read(wiki, "one", {"alice": [40]}, (100, 0))
    read(wiki, "two", {"alice": [10]}, (100, 0), verified=False)
    assert weak_on_the_list(wiki, TODAY - 11) == weak_on_their_pages(wiki, TODAY - 11) == set()
    assert weak_on_the_list(wiki, TODAY - 10) == weak_on_their_pages(wiki, TODAY - 10) == {"alice"}


def test_months_are_read_only_where_sources_differ(wiki: Service, django_assert_num_queries: Any) -> None:
    from seatwise.monitoring.basis import weakly_evidenced

    read(wiki, "one", {"alice": [40]}, (100, 0))
    users = list(User.objects.values_list("pk", flat=True))
    of = listing.basis(wiki)
    with django_assert_num_queries(1):
        assert weakly_evidenced(of, users) == set()
    for number in range(5):
        people.add({"login": f"user{number}", "name": "User"}, by=None, on=datetime.date(2026, 1, 1))
    read(wiki, "two", {f"user{number}": [number] for number in range(5)}, (100, 0), verified=False)
    of = listing.basis(wiki)
    with django_assert_num_queries(5):
        assert len(weakly_evidenced(of, list(User.objects.values_list("pk", flat=True)))) == 5
