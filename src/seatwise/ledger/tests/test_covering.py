"""Covered days: of one source, of several that stand in for each other, and of several that are all needed."""

import datetime

import pytest

from seatwise.directory.models import Service
from seatwise.ledger import covered_days
from seatwise.ledger.fact_merge import forget, merge
from seatwise.ledger.models import Source
from seatwise.ledger.tests.world import EPOCH, ON, ZONE, add_service, add_source, day, days_of, facts_of
from seatwise.lib import days
from seatwise.monitoring import listing

pytestmark = pytest.mark.django_db
FIRST = day("2026-10-20")
TODAY = FIRST + 60
BOTH = (Source.Part.REDUNDANT, Source.Part.COMPLEMENTARY)


@pytest.fixture
def wiki(db: None) -> Service:
    return add_service("wiki")


def listens(source: Source, wiki: Service, *days: int) -> None:
    """The source was listening on the days FIRST + n, and heard nobody."""
    facts = facts_of({}, {FIRST + n for n in days})
    merge(source.revision, wiki, facts, zone=ZONE, today=TODAY)


def covered(wiki: Service) -> list[int]:
    """The covered days as FIRST + n."""
    return sorted(one - FIRST for one in days_of(covered_days.covered(wiki)))


def date(n: int) -> datetime.date:
    return EPOCH + datetime.timedelta(FIRST + n)


def test_nothing_is_covered_where_nothing_was_read(wiki: Service) -> None:
    for part in BOTH:
        add_source(part, wiki, part=part)
    assert covered_days.covered(wiki) == {}
    assert days.first_in({}) is None
    assert days.gaps({}) == []
    assert covered_days.countable_day(wiki, TODAY) is None
    assert listing.basis(wiki).unknown_days == []


@pytest.mark.parametrize("part", BOTH)
def test_one_source_covers_what_it_listened_to(wiki: Service, part: str) -> None:
    source = add_source("one", wiki, part=part)
    listens(source, wiki, 3, 4, 5, 14, 15)
    assert covered(wiki) == [3, 4, 5, 14, 15]
    assert days.gaps(covered_days.covered(wiki)) == [(FIRST + 6, FIRST + 13)]
    assert days.first_in(covered_days.covered(wiki)) == FIRST + 3


def test_of_redundant_sources_one_is_enough(wiki: Service) -> None:
    listens(add_source("one", wiki), wiki, 1, 2, 3)
    listens(add_source("two", wiki), wiki, 3, 4, 7)
    assert covered(wiki) == [1, 2, 3, 4, 7]


def test_complementary_sources_are_all_needed_from_their_first_day_on(wiki: Service) -> None:
    one = add_source("one", wiki, part=Source.Part.COMPLEMENTARY)
    two = add_source("two", wiki, part=Source.Part.COMPLEMENTARY)
    listens(one, wiki, 1, 2, 3, 4, 5, 6)
    assert covered(wiki) == [1, 2, 3, 4, 5, 6]
    listens(two, wiki, 4, 6, 7)
    assert covered(wiki) == [1, 2, 3, 4, 6]
    listens(two, wiki, 5)
    listens(one, wiki, 7)
    assert covered(wiki) == [1, 2, 3, 4, 5, 6, 7]


def test_a_redundant_source_does_not_stand_in_for_a_complementary_one(wiki: Service) -> None:
    listens(add_source("one", wiki), wiki, 1, 2, 3, 4)
    listens(add_source("two", wiki, part=Source.Part.COMPLEMENTARY), wiki, 2, 4)
    assert covered(wiki) == [1, 2, 4]


def test_a_retired_source_is_not_needed_from_that_day_on(wiki: Service) -> None:
    one = add_source("one", wiki, part=Source.Part.COMPLEMENTARY)
    two = add_source("two", wiki, part=Source.Part.COMPLEMENTARY)
    listens(one, wiki, *range(1, 9))
    listens(two, wiki, 3, 4)
    assert covered(wiki) == [1, 2, 3, 4]
    two.change(by=None, retired_on=date(6))
    assert covered(wiki) == [1, 2, 3, 4, 6, 7, 8]
    two.change(by=None, retired_on=date(5))
    assert covered(wiki) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_days_across_the_ends_of_months_and_years(wiki: Service) -> None:
    one = add_source("one", wiki, part=Source.Part.COMPLEMENTARY)
    two = add_source("two", wiki, part=Source.Part.COMPLEMENTARY)
    listens(one, wiki, *range(100))
    listens(two, wiki, *range(40, 60), *range(70, 90))
    two.change(by=None, retired_on=date(95))
    assert covered(wiki) == [*range(60), *range(70, 90), *range(95, 100)]
    assert days.gaps(covered_days.covered(wiki)) == [(FIRST + 60, FIRST + 69), (FIRST + 90, FIRST + 94)]


def test_coverage_is_of_all_revisions_and_a_forgotten_one_takes_its_own_out(wiki: Service) -> None:
    source = add_source("one", wiki)
    first = source.revision
    listens(source, wiki, 1, 2, 3)
    source.change(by=None, rules=type(first.rules())(log_zone="UTC", services=first.rules().services))
    listens(source, wiki, 3, 4)
    assert covered(wiki) == [1, 2, 3, 4]
    forget(first, by=None, on=ON)
    assert covered(wiki) == [3, 4]


def test_services_do_not_cover_each_other(wiki: Service) -> None:
    mail = add_service("mail")
    source = add_source("one", wiki, mail)
    listens(source, wiki, 1)
    listens(source, mail, 2)
    assert (covered(wiki), covered(mail)) == ([1], [2])


def test_usage_can_be_counted_up_to_the_last_covered_day_or_today(wiki: Service) -> None:
    source = add_source("one", wiki)
    listens(source, wiki, 1, 30)
    assert covered_days.countable_day(wiki, TODAY) == FIRST + 30
    assert covered_days.countable_day(wiki, FIRST + 10) == FIRST + 10


def test_days_of_the_window_that_nobody_listened_to_make_numbers_lower_bounds(wiki: Service) -> None:
    source = add_source("one", wiki)
    listens(source, wiki, *range(35, 50), *range(55, 61))
    of = listing.basis(wiki)
    assert of.as_of == FIRST + 60
    assert of.unknown_days == [(FIRST + 31, FIRST + 34), (FIRST + 50, FIRST + 54)]
    listens(source, wiki, *range(31, 56))
    assert listing.basis(wiki).unknown_days == []


def test_before_recording_began_days_are_unknown_too(wiki: Service) -> None:
    listens(add_source("one", wiki), wiki, *range(50, 61))
    of = listing.basis(wiki, FIRST + 40)
    assert of.unknown_days == [(FIRST + 11, FIRST + 40)]
    assert of.first_day == FIRST + 50
