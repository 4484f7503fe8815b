"""Requested, carried out, confirmed: nothing is said to be so in a service before something shows it."""

from typing import Any

import pytest

from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.licenses import change_state, effects, grants
from seatwise.licenses.change_state import ChangeState, given_in_words, is_confirmed, state_of, states_of
from seatwise.licenses.models import Effect, License
from seatwise.licenses.seats import seats_of
from seatwise.licenses.suspension_rules import suspend
from seatwise.licenses.tests.world import DAY, TODAY, carry_out, grant, pending, person, service

pytestmark = pytest.mark.django_db
REQUESTED, CARRIED_OUT, CONFIRMED = ChangeState


def ordered(held: License) -> None:
    """Somebody carries out what waits, and nothing shows it yet."""
    waiting = Effect.objects.pending().for_licenses([held.pk]).values_list("pk", flat=True)
    effects.carry_out(held.service, waiting, evidence="order 17", by=None, on=TODAY, confirmed=False)


@pytest.mark.parametrize("how", ["by_hand", "vendor"])
def test_a_license_is_somebodys_only_once_it_is_confirmed(how: str, charlie: User) -> None:
    held = grant(service(how, 1), charlie)
    assert state_of(held) == REQUESTED
    assert given_in_words(held) == "A license for Wiki was requested for Charlie. They have it once that is confirmed."
    ordered(held)
    assert state_of(held) == CARRIED_OUT
    assert "was requested" in given_in_words(held)
    carry_out(held.service)
    assert state_of(held) == CONFIRMED
    assert given_in_words(held) == "Charlie now has a license for Wiki."


@pytest.mark.parametrize("how", ["by_hand", "vendor"])
def test_the_seat_of_a_removed_license_is_free_only_once_that_is_confirmed(
    how: str, charlie: User, alice: User
) -> None:
    wiki = service(how, 1)
    held = grant(wiki, charlie)
    carry_out(wiki)
    grants.revoke([held], by=None, reason="", on=TODAY)
    assert (seats_of(wiki, TODAY).free, state_of(held)) == (0, REQUESTED)
    ordered(held)
    assert (seats_of(wiki, TODAY).free, state_of(held)) == (0, CARRIED_OUT)
    with pytest.raises(Refused, match="1 too few"):
        grant(wiki, alice)
    carry_out(wiki)
    assert (seats_of(wiki, TODAY).free, state_of(held)) == (1, CONFIRMED)


def test_at_the_gate_a_change_is_confirmed_as_it_is_made(charlie: User) -> None:
    wiki = service("gate", 1)
    held = grant(wiki, charlie)
    assert state_of(held) == CONFIRMED
    grants.revoke([held], by=None, reason="", on=TODAY)
    assert (seats_of(wiki, TODAY).free, state_of(held)) == (1, CONFIRMED)


def test_what_was_carried_out_and_is_taken_back_is_to_be_done_the_other_way_round(charlie: User, alice: User) -> None:
    """A request that nobody has acted on is simply withdrawn; one that was ordered is not."""
    wiki = service("by_hand", 2)
    asked, ordered_one = grant(wiki, charlie), grant(wiki, alice)
    ordered(ordered_one)
    for each in (asked, ordered_one):
        grants.revoke([each], by=None, reason="", on=TODAY)
    assert pending(wiki) == [("remove", "alice")]
    ordered(ordered_one)
    again = grant(wiki, alice)
    assert pending(wiki) == [("add", "alice")]
    assert state_of(again) == REQUESTED


def test_of_many_licenses_one_question_tells_all(charlie: User, alice: User, django_assert_num_queries: Any) -> None:
    wiki = service()
    held = [grant(wiki, each) for each in (charlie, alice, person("dora"))]
    ordered(held[1])
    with django_assert_num_queries(1):
        found = states_of([each.pk for each in held])
    assert list(found.values()) == [REQUESTED, CARRIED_OUT, REQUESTED]
    assert change_state.of_effect(Effect.objects.get(license=held[1])) == CARRIED_OUT


def test_a_suspension_that_waits_says_nothing_of_whether_somebody_has_the_license(charlie: User) -> None:
    wiki = service("vendor", 1)
    held = grant(wiki, charlie)
    carry_out(wiki)
    suspend(charlie, wiki, until=TODAY + 30 * DAY, reason="leave", by=None, on=TODAY)
    assert pending(wiki) == [("sleep", "charlie")]
    assert given_in_words(held) == "Charlie now has a license for Wiki."
    assert (is_confirmed(held), is_confirmed(held, "sleep"), state_of(held)) == (True, False, REQUESTED)
