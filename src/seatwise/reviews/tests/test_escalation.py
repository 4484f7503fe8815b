"""What is not decided days after it was due goes to the delegate or the manager, once, and the person is told."""

import datetime
from typing import Any

import pytest

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.models import User
from seatwise.letters.composing import compose
from seatwise.letters.models import Letter
from seatwise.reviews import deputies
from seatwise.reviews.escalation import KIND, escalate_late
from seatwise.reviews.models import Delegation, Item, Review
from seatwise.reviews.tests.deciding_world import DUE, EARLIER, decide, member, opened, service_with

LATE = DUE + datetime.timedelta(days=3)


@pytest.fixture(autouse=True)
def _setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATWISE_ESCALATE_AFTER", "3")
    monkeypatch.setenv("SEATWISE_TODAY", str(LATE))


@pytest.fixture
def manager(cast: dict[str, User]) -> User:
    """The manager of bob, who decides about charlie."""
    found = member("mona")
    people.change(cast["bob"], {"manager": "mona"}, by=None, on=EARLIER)
    return found


@pytest.fixture
def review(cast: dict[str, User]) -> Review:
    return opened(service_with(cast["charlie"]), cast["alice"])


def told(kind: str) -> list[str]:
    return [letter.to.login for letter in Letter.objects.of_kind(kind).order_by("pk")]


def test_the_manager_decides_for_a_while_and_both_are_told_once(
    cast: dict[str, User], manager: User, review: Review
) -> None:
    assert escalate_late(LATE - datetime.timedelta(days=1)) is None
    assert escalate_late(LATE) == "late decisions that went to someone else: 1"
    assert escalate_late(LATE + datetime.timedelta(days=1)) is None
    made = Delegation.objects.get()
    assert (made.of, made.to, made.begins, made.until) == (cast["bob"], manager, LATE, LATE + datetime.timedelta(14))
    assert "mona" in told("review.to_decide")
    assert told(KIND) == ["bob"]
    letter = compose(Letter.objects.of_kind(KIND).get())
    assert letter
    assert "Mona can now decide on your behalf, too" in letter.text
    entry = Entry.objects.get(verb="delegation.add")
    assert (entry.by_login, entry.reason) == ("", "“Q4” was overdue.")
    decided = decide(review, cast["charlie"], "keep", manager, "needs it")
    assert (decided.decided_by, decided.decided_for) == (manager, cast["bob"])


def test_a_delegate_is_told_and_the_manager_is_not(cast: dict[str, User], manager: User, review: Review) -> None:
    dora = member("dora")
    days = (LATE, LATE)
    deputies.delegate(cast["bob"], dora, days=days, by=cast["bob"], reason="away", on=DUE)
    assert escalate_late(LATE)
    assert Delegation.objects.get().to == dora
    assert "dora" in told("review.to_decide")
    assert "mona" not in told("review.to_decide")
    assert told(KIND) == ["bob"]


def test_nothing_happens_without_the_setting(
    cast: dict[str, User], manager: User, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SEATWISE_ESCALATE_AFTER")
    assert escalate_late(LATE) is None
    assert not Delegation.objects.exists()


def test_what_is_decided_goes_to_nobody(cast: dict[str, User], manager: User, review: Review) -> None:
    decide(review, cast["charlie"], "keep", cast["bob"], "needs it")
    assert escalate_late(LATE) is None


@pytest.mark.parametrize("who", ["nobody", "the owner", "an auditor", "somebody who left", "another decider"])
def test_a_manager_who_cannot_or_knows_already_gets_no_delegation(
    cast: dict[str, User], manager: User, review: Review, who: str
) -> None:
    if who == "nobody":
        people.change(cast["bob"], {"manager": ""}, by=None, on=EARLIER)
    elif who == "the owner":
        people.change(cast["bob"], {"manager": "alice"}, by=None, on=EARLIER)
    elif who == "an auditor":
        people.change(cast["bob"], {"manager": "audrey"}, by=None, on=EARLIER)
    elif who == "somebody who left":
        people.deactivate(manager, by=None, on=LATE)
    else:
        item: Any = Item.objects.of(review).get()
        Item.objects.filter(pk=item.pk).update(deciders=[*item.deciders, manager.pk])
    before = told("review.to_decide")
    assert escalate_late(LATE) is None
    assert not Delegation.objects.exists()
    assert (told("review.to_decide"), told(KIND)) == (before, [])
