"""Confirming a review: what waits for the service is said, and counts neither as done nor as saved."""

from typing import Any

import pytest

from seatwise.audit.models import Entry
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.licenses import effects, grants
from seatwise.licenses.models import Effect, License
from seatwise.reviews import approval, completeness, evidence, execution
from seatwise.reviews.evidence_tables import ADDENDA
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Addendum, Item, Review, Step
from seatwise.reviews.numbers import numbers_of
from seatwise.reviews.tests.execution import ON, approved, begun, carried_out, item_of, person, service_of

pytestmark = pytest.mark.django_db
REMOVE, KEEP = NewDecision("remove", "not used"), NewDecision("keep", "needs it")


@pytest.fixture
def users(db: None) -> list[User]:
    return [person(login) for login in ("ann", "ben", "cid")]


@pytest.fixture
def wiki(users: list[User]) -> Service:
    """A vendor's service that is as it is here."""
    made = service_of(users, Service.Removal.VENDOR)
    confirm(made)
    return made


def decided(wiki: Service, removed: list[User], kept: list[User]) -> Review:
    """Approved: some are to be removed."""
    return approved(wiki, dict.fromkeys(removed, REMOVE) | dict.fromkeys(kept, KEEP))


def confirm(wiki: Service, count: int | None = None) -> None:
    """Some of what waits can be seen in the service."""
    waiting = Effect.objects.pending().order_by("pk").values_list("pk", flat=True)[:count]
    effects.carry_out(wiki, list(waiting), evidence="visible there", by=None, on=ON)


def test_while_changes_wait_a_review_is_confirmed_only_with_that_said_and_kept(
    users: list[User], wiki: Service
) -> None:
    review = carried_out(decided(wiki, users[:2], users[2:]))
    auditor = person("conny", role="administrator")
    numbers = numbers_of(review)
    assert (numbers.by_decision["remove"], numbers.done["remove"], numbers.pending, numbers.freed) == (2, 0, 2, 0)
    ways: list[dict[str, Any]] = [{}, {"text": "they are ordered"}, {"although_waiting": True}]
    for said in ways:
        with pytest.raises(Refused, match="The service has not confirmed 2 changes yet"):
            approval.confirm(review, by=auditor, **said)
    assert not Step.objects.filter(kind="confirmed").exists()
    approval.confirm(review, by=auditor, text="they are ordered", although_waiting=True)
    addendum = Addendum.objects.get(kind="confirmed")
    assert addendum.text == "they are ordered"
    assert addendum.data["not confirmed by the service"] == [user.login for user in users[:2]]
    assert Entry.objects.of("review.confirm").get().after["not confirmed by the service"] == ["ann", "ben"]
    assert "ann" in evidence.csv_of(ADDENDA, review).decode()


def test_what_is_confirmed_counts_as_realized_and_needs_nothing_to_be_said(users: list[User], wiki: Service) -> None:
    review = carried_out(decided(wiki, users[:2], users[2:]))
    confirm(wiki, 1)
    numbers = numbers_of(review)
    assert (numbers.by_decision["remove"], numbers.done["remove"], numbers.pending, numbers.freed) == (2, 1, 1, 1)
    confirm(wiki)
    approval.confirm(review, by=person("conny", role="administrator"))
    assert "not confirmed by the service" not in Addendum.objects.get(kind="confirmed").data


def test_a_review_whose_items_changed_while_its_evidence_was_made_is_sealed_as_they_are_then(
    users: list[User], wiki: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = begun(decided(wiki, users[:1], users[1:]))
    made, real = [], evidence.package_of

    def package_of(found: Review) -> Any:
        sealed = real(found)
        made.append(sealed.manifest_sum)
        confirm(wiki)
        return sealed

    monkeypatch.setattr(evidence, "package_of", package_of)
    execution.carry_out(review, on=ON)
    review.refresh_from_db()
    assert (review.state, len(made)) == (Review.State.CLOSED, 2)
    sealed = evidence.sealed_package(review)
    assert sealed is not None
    assert sealed.manifest_sum == made[1]
    assert item_of(review, users[0]).state == Item.State.APPLIED
    assert not Addendum.objects.exists(), "what was confirmed before it was sealed is no addendum"


def test_what_a_review_removed_and_passed_on_is_not_found_outside_of_it(users: list[User], wiki: Service) -> None:
    ann, ben, cid = users
    eve = person("eve")
    carried_out(approved(wiki, {ann: REMOVE, ben: NewDecision("reassign", "hardly uses it", to=eve), cid: KEEP}))
    grants.revoke([License.objects.held().get(user=cid)], by=None, reason="left", on=ON)
    found = completeness.now(wiki, ON, ON)
    assert [each.login for each in found.of_kind("removed_outside")] == ["cid"]
    assert [each.login for each in found.of_kind("added_outside")] == []
