"""Everybody who can be tied to a step that takes four eyes, and every such step on every surface that has it."""

import datetime
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from seatwise import cli
from seatwise.audit.models import Entry
from seatwise.configuration import today
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, User
from seatwise.licenses import effects, exemption_rules, suspension_rules
from seatwise.licenses.forms_leave import DayForm
from seatwise.licenses.models import Effect, Exemption, License, Suspension
from seatwise.reviews import approval, execution, reversal, tasks
from seatwise.reviews.models import Delegation, Item, Review, Step
from seatwise.reviews.tests.deciding_world import ON, head_of, member, opened, service_with
from seatwise.seat_requests import request_steps, transfer_steps
from seatwise.seat_requests.models import SeatTransfer

State = Review.State
LATEST = datetime.timedelta(days=30)
LATER = today() + LATEST
ADMINISTRATOR = {"role": "administrator"}
# Each relation of whoever acts to somebody else: the login names of both. Ann is tied to nobody.
RELATIONS = {
    "nobody": ("alice", "nora"),
    "self": ("alice", "alice"),
    "account": ("alice", "till"),
    "responsible": ("till", "alice"),
    "principal": ("alice", "pat"),
    "delegate": ("alice", "dee"),
    "changed": ("alice", "carl"),
    "changer": ("carl", "alice"),
}


class World:
    """Everybody holds a license that is in an open review of Olga's, in which nothing is decided."""

    def __init__(self) -> None:
        self.pat = head_of(Department.objects.add(code="plant", name="Plant", by=None), "pat", **ADMINISTRATOR)
        for login in ("ann", "zoe", "yan", "dee", "carl", "nora", "zed", "mia"):
            member(login, **ADMINISTRATOR)
        member("till", kind="shared", responsible="alice", **ADMINISTRATOR)
        self.people = {user.login: user for user in User.objects.all()}
        holders = dict.fromkeys(["zed", *(other for _actor, other in RELATIONS.values())])
        self.service = service_with(*(self.people[login] for login in holders))
        self.olga = head_of(Department.objects.add(code="hr", name="HR", by=None), "olga")
        self.review = opened(self.service, self.olga)
        days = {"begins": today(), "until": LATER}
        Delegation.objects.create(of=self.pat, to=self.people["alice"], **days)
        Delegation.objects.create(of=self.people["alice"], to=self.people["dee"], **days)
        self.people["carl"].give_password("another horse 12", by=self.people["alice"])
        self.people["carl"].give_password("horse of my own", by=self.people["carl"])  # as he must before he goes on
        Item.objects.update(decision="keep", decided_by=self.olga)

    def item(self, person: User, **fields: Any) -> Item:
        """Somebody's item, changed; all others are not named."""
        Item.objects.exclude(user=person).delete()
        Item.objects.update(**fields)
        found: Item = Item.objects.select_related("review__service", "review__owner", "user").get()
        return found

    def at(self, state: str, *taken: tuple[str, User]) -> Review:
        """The review in a state, after steps by some."""
        for kind, by in taken:
            Step.objects.create(
                review=self.review, kind=kind, by=by, by_text=approval.actor_label(by), at=timezone.now()
            )
        Review.objects.update(state=state)
        return Review.objects.get(pk=self.review.pk)


def leave(by: User) -> dict[str, Any]:
    """The terms of a suspension or an exemption."""
    return {"until": LATER, "reason": "x", "by": by, "on": today()}


def form(actor: User, **fields: Any) -> dict[str, Any]:
    """The same as a form has it."""
    return {"until": str(LATER), "reason": "x", **fields}


def another_day(found: Exemption | Suspension, actor: User) -> dict[str, Any]:
    """The same as the form of what there is already has it."""
    return form(actor, opened=DayForm(label="", initial={"until": found.until}).version)


# What is about somebody's license: each gives what does it, and where its form is sent, for (world, actor, other).


def exempt(w: World, actor: User, other: User) -> Any:
    return (
        lambda: exemption_rules.exempt(user=other, service=w.service, **leave(actor)),
        ("licenses:exemption_add", [], form(actor, user=other.login, service=w.service.pk)),
    )


def exempt_longer(w: World, actor: User, other: User) -> Any:
    found = exemption_rules.exempt(user=other, service=w.service, until=today(), reason="x", by=None, on=today())
    page = ("licenses:exemption", [found.pk], another_day(found, actor))
    return lambda: exemption_rules.change_day(found, **leave(actor)), page


def suspend(w: World, actor: User, other: User) -> Any:
    return (
        lambda: suspension_rules.suspend(other, w.service, **leave(actor)),
        ("licenses:suspension_add", [], form(actor, user=other.login, service=w.service.pk)),
    )


def _asleep(w: World, other: User) -> Any:
    return suspension_rules.suspend(other, w.service, until=LATER + LATEST, reason="x", by=None, on=today())


def suspend_longer(w: World, actor: User, other: User) -> Any:
    found = _asleep(w, other)
    page = ("licenses:suspension", [found.pk], another_day(found, actor))
    return lambda: suspension_rules.change_day(found, **leave(actor)), page


def wake(w: World, actor: User, other: User) -> Any:
    found = _asleep(w, other)
    return lambda: suspension_rules.end(found, by=actor, reason="x", on=today()), (
        "licenses:suspension_end",
        [found.pk],
        {"reason": "x"},
    )


def tick_off(w: World, actor: User, other: User) -> Any:
    found = Effect.objects.pending().get(license__user=other)
    done: dict[str, Any] = {"evidence": "seen", "by": actor, "on": today()}
    page = ("licenses:pending", [w.service.code], {"effect": [found.pk], "evidence": "seen"})
    return lambda: effects.carry_out(w.service, [found.pk], **done), page


def grant(w: World, actor: User, other: User) -> Any:
    License.objects.filter(user=other).update(removed_on=ON)
    found = request_steps.ask(service=w.service, person=other, reason="work", on=today())
    return lambda: request_steps.grant(found, by=actor, on=today()), ("seat_requests:grant", [found.pk], {})


# The same in a review.


def approve(w: World, actor: User, other: User) -> Any:
    w.item(other, decision="remove")
    review = w.at(State.OPEN, ("proposed", w.olga))
    return lambda: approval.approve(review, by=actor), ("reviews:step", [review.pk, "approved"], {})


def approve_a_seat(w: World, actor: User, other: User) -> Any:
    License.objects.filter(user=other).update(removed_on=ON)
    w.item(w.people["zed"], decision="reassign", reassign_to=other)
    review = w.at(State.OPEN, ("proposed", w.olga))
    return lambda: approval.approve(review, by=actor), ("reviews:step", [review.pk, "approved"], {})


def return_(w: World, actor: User, other: User) -> Any:
    w.item(other, decision="remove")
    review = w.at(State.OPEN, ("proposed", w.olga))
    return lambda: approval.return_(review, by=actor, reason="x"), ("reviews:returning", [review.pk], {"text": "x"})


def cancel(w: World, actor: User, other: User) -> Any:
    w.item(other, decision="remove")
    review = w.at(State.OPEN)
    return (
        lambda: approval.cancel(review, by=actor, reason="x", on=ON),
        ("reviews:cancelling", [review.pk], {"reason": "x"}),
    )


def carry_out(w: World, actor: User, other: User) -> Any:
    w.item(other, decision="remove")
    review = w.at(State.OPEN, ("proposed", w.olga), ("approved", w.people["zoe"]))
    command = ["review", "close", str(review.pk), "--by", actor.login]
    return lambda: tasks.begin(review, by=actor), ("reviews:closing", [review.pk], {}), command


def confirm(w: World, actor: User, other: User) -> Any:
    w.item(other, decision="remove")
    review = w.at(State.CLOSED, ("proposed", w.olga), ("approved", w.people["zoe"]), ("carried_out", w.people["yan"]))
    return lambda: approval.confirm(review, by=actor), ("reviews:step", [review.pk, "confirmed"], {})


def undo(w: World, actor: User, other: User) -> Any:
    item = w.item(other, decision="suspend", suspend_until=LATER)
    w.at(State.CLOSING, ("carried_out", w.people["yan"]))
    assert execution.apply(item.pk, on=today())
    w.at(State.CLOSED)
    page = ("reviews:undo", [w.review.pk, item.pk], {"reason": "x"})
    return lambda: reversal.undo(item, by=actor, reason="x", on=today()), page


def give_up(w: World, actor: User, other: User) -> Any:
    w.at(State.CLOSING, ("carried_out", w.people["yan"]))
    item = w.item(other, decision="remove", state="failed")
    return (
        lambda: execution.give_up(item, by=actor, reason="x"),
        ("reviews:leave", [w.review.pk, item.pk], {"reason": "x"}),
    )


# What acts on what another did.


def approve_theirs(w: World, actor: User, other: User) -> Any:
    w.item(w.people["zed"], decision="remove", decided_by=other)
    review = w.at(State.OPEN, ("proposed", other))
    return lambda: approval.approve(review, by=actor), ("reviews:step", [review.pk, "approved"], {})


def carry_out_theirs(w: World, actor: User, other: User) -> Any:
    w.item(w.people["zed"], decision="remove")
    review = w.at(State.OPEN, ("proposed", w.olga), ("approved", other))
    command = ["review", "close", str(review.pk), "--by", actor.login]
    return lambda: tasks.begin(review, by=actor), ("reviews:closing", [review.pk], {}), command


def confirm_theirs(w: World, actor: User, other: User) -> Any:
    w.item(w.people["zed"], decision="remove")
    review = w.at(State.CLOSED, ("proposed", w.olga), ("approved", w.people["zoe"]), ("carried_out", other))
    return lambda: approval.confirm(review, by=actor), ("reviews:step", [review.pk, "confirmed"], {})


def second_person(w: World, actor: User, other: User) -> Any:
    held = License.objects.get(user__login="zed")
    found = SeatTransfer.objects.create(
        license=held,
        for_user=w.people["mia"],
        asked_by=other,
        asked_on=today(),
        state=SeatTransfer.State.AWAITING_SECOND,
    )
    return lambda: transfer_steps.confirm(found, by=actor, on=today()), ("seat_requests:confirm", [found.pk], {})


TODAYS = (exempt, exempt_longer, suspend, suspend_longer, wake, tick_off, grant)
OF_REVIEWS = (approve, approve_a_seat, return_, cancel, carry_out, confirm, undo, give_up)
OF_ANOTHER = (approve_theirs, carry_out_theirs, confirm_theirs, second_person)


@dataclass
class Answer:
    """What came of a step: whether it was taken, what was said, and what the audit log has."""

    said: str
    entries: list[Entry]

    def __str__(self) -> str:
        if self.entries:
            return "done"
        return "refused" if "can" in self.said else f"neither: {self.said[-300:]}"


@contextmanager
def undone() -> Iterator[None]:
    """What is done meanwhile is undone in the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def answers(w: World, step: Any, relation: str, capsys: Any, surfaces: Collection[str]) -> dict[str, Answer]:
    """What comes of a step on those of some surfaces that have it."""
    actor, other = (w.people[login] for login in RELATIONS[relation])
    found: dict[str, Answer] = {}
    for index, surface in enumerate(surfaces):
        with undone():
            ways = step(w, actor, other)
            if index < len(ways):
                last = Entry.objects.newest_first()[0].number
                said = SURFACES[surface](ways[index], actor) + capsys.readouterr().err
                entries = list(Entry.objects.filter(number__gt=last, by=actor).order_by("number"))
                found[surface] = Answer(said, entries)
    return found


def _domain(do: Callable[[], object], actor: User) -> str:
    try:
        do()
    except Refused as refusal:
        return str(refusal)
    return ""


def _page(page: tuple[str, list[Any], dict[str, Any]], actor: User) -> str:
    name, arguments, sent = page
    client = Client()
    client.force_login(actor)
    answer: Any = client.post(reverse(name, args=arguments), sent)
    return f"{' '.join(str(each) for each in get_messages(answer.wsgi_request))} {answer.content.decode()}"


def _command(arguments: list[str], actor: User) -> str:
    return f"exit code {cli.main(arguments)}; "


SURFACES: dict[str, Callable[[Any, User], str]] = {"domain": _domain, "page": _page, "command": _command}
