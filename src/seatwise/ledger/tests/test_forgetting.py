"""Forgetting a revision takes its facts out, and nothing else; its logs can be read again."""

import pytest

from seatwise.audit.models import Entry
from seatwise.directory.changes import Refused
from seatwise.ledger.fact_merge import forget, merge
from seatwise.ledger.models import AccessMonth, Coverage
from seatwise.ledger.tests.world import ON, ZONE, World, day, expected_row, facts_of, ledger, usage_rows

pytestmark = pytest.mark.django_db
TODAY = day("2026-11-24")


@pytest.fixture
def world(db: None) -> World:
    """Facts of two revisions of one source and of another source."""
    world = World()
    world.merge("wiki", "both", facts_of({"ann": {TODAY, TODAY - 1}}), TODAY)
    world.merge("mail", "both", facts_of({"ann": {TODAY - 1}}), TODAY)
    world.change("both")
    world.merge("wiki", "both", facts_of({"ann": {TODAY - 1, TODAY - 2}}), TODAY)
    world.merge("wiki", "wiki2", facts_of({"ben": {TODAY - 3}}), TODAY)
    return world


def test_the_facts_of_one_revision_go_and_those_of_others_stay(world: World) -> None:
    first = world.sources["both"].revisions.get(number=1)
    forget(first, by=None, on=ON)
    assert not AccessMonth.objects.filter(revision=first).exists()
    assert not Coverage.objects.filter(revision=first).exists()
    assert usage_rows()["wiki", "ann"] == expected_row({TODAY - 1, TODAY - 2}, (), TODAY)
    assert usage_rows()["mail", "ann"] == (0, 0, 0, 0)
    assert usage_rows()["wiki", "ben"] == expected_row({TODAY - 3}, (), TODAY)
    assert world.sources["both"].revision.number == 2


def test_the_revision_in_force_is_followed_by_one_with_the_same_rules(world: World) -> None:
    source = world.sources["both"]
    second = source.revision
    forget(second, by=None, on=ON)
    assert source.revision.number == 3
    assert source.revision.rules() == second.rules()
    assert Entry.objects.get(verb="revision.forget").after == {"source": "both", "revision": 3}
    assert usage_rows()["wiki", "ann"] == expected_row({TODAY, TODAY - 1}, (), TODAY)


def test_what_was_forgotten_can_be_read_again(world: World) -> None:
    before = [row for row in ledger()["usage"] if row[0] == "wiki"]
    world.forget("both")
    world.merge("wiki", "both", facts_of({"ann": {TODAY - 1, TODAY - 2}}), TODAY)
    assert [row for row in ledger()["usage"] if row[0] == "wiki"] == before
    world.check()


def test_a_revision_is_forgotten_once(world: World) -> None:
    first = world.sources["both"].revisions.get(number=1)
    forget(first, by=None, on=ON)
    with pytest.raises(Refused, match="was already removed"):
        forget(first, by=None, on=ON)
    assert Entry.objects.filter(verb="revision.forget").count() == 1


def test_nothing_is_merged_into_a_revision_that_was_forgotten(world: World) -> None:
    first = world.sources["both"].revisions.get(number=1)
    forget(first, by=None, on=ON)
    before = ledger()
    with pytest.raises(Refused, match="both 1 was removed"):
        merge(first, world.services["wiki"], facts_of({"ann": {TODAY - 9}}), zone=ZONE, today=TODAY)
    assert ledger() == before
