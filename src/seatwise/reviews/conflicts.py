"""Who may not take a step of a review since they are not independent of it, why, and who can instead.

The rules of being independent are the directory's (`independence`); here is what a step rests on: the earlier steps,
what was decided, answered in somebody's place, added and confirmed, and whose licenses and seats these are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from seatwise.directory import independence
from seatwise.directory.changes import Refused
from seatwise.directory.independence import Ties, Why
from seatwise.directory.models import User
from seatwise.enquiries.models import Via
from seatwise.reviews.models import Attestation, Decision, Item, Review, Step
from seatwise.reviews.models.proof import mark_in_words

Kind = Step.Kind
TAKEN = {Kind.PROPOSED: "proposed", Kind.APPROVED: "approved", Kind.CARRIED_OUT: "carried_out"}
OWN = ("holder", "receiver")
SAID = 5  # people in a message


@dataclass(frozen=True)
class Conflict:
    """Why somebody is not independent: how they are tied to people who have a part in it."""

    part: str
    why: Why
    people: Sequence[int]

    def is_never_allowed(self, kind: str) -> bool:
        """Whether no setting allows it: one's own license or seat, and confirming what one carried out oneself."""
        if kind == Kind.APPROVED and self.part in OWN:
            return self.why == Why.SELF
        return self.part == "carried_out" and self.why in (Why.SELF, Why.SHARED)


@dataclass
class Rests:
    """What a step rests on: who has which part in it."""

    parts: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    ties: Ties = field(default_factory=Ties)

    def conflicts(self, actor: int) -> list[Conflict]:
        """Why somebody is not independent of it; empty where they are. The worst first."""
        found: dict[tuple[Why, str], list[int]] = defaultdict(list)
        own = self.ties.interest(actor)
        for part, people in self.parts.items():
            for person in sorted(people):
                why = own.get(person) if part in OWN else self.ties.between(actor, person)
                if why is not None:
                    found[why, part].append(person)
        order = list(Why)
        ordered = sorted(found.items(), key=lambda each: (order.index(each[0][0]), each[0][1]))
        return [Conflict(part, why, people) for (why, part), people in ordered]


def rests(review: Review, kind: str, actors: Iterable[int]) -> Rests:
    """What a step of a review rests on, for some people who might take it. A fixed number of queries."""
    found = Rests()
    for step in Step.objects.filter(review=review, returned_at=None, kind__in=TAKEN):
        found.parts[TAKEN[Kind(step.kind)]].add(step.by_id)
    if kind == Kind.APPROVED:
        _decided(review, found)
    people = set[int]().union(actors, *found.parts.values())
    found.ties = Ties.among(people, review.opened_at)
    if kind in (Kind.APPROVED, Kind.CARRIED_OUT, Kind.CONFIRMED):
        _own(review, kind, found, {pk for actor in actors for pk in found.ties.interest(actor)})
    return found


def _decided(review: Review, found: Rests) -> None:
    """Who decided, for whom, answered in whose place, added whom and confirmed the rest."""
    named = Item.objects.of(review).named().order_by()
    for part, column in (("decided", "decided_by"), ("decided", "decided_for"), ("added", "added_by")):
        found.parts[part] |= set(named.exclude(**{column: None}).values_list(column, flat=True).distinct())
    in_place = named.filter(enquiry__via=Via.ON_BEHALF).exclude(enquiry__answered_by=None)
    found.parts["answered"] |= set(in_place.values_list("enquiry__answered_by", flat=True).distinct())
    found.parts["attested"] |= set(Attestation.objects.filter(review=review).values_list("by", flat=True))


def _own(review: Review, kind: str, found: Rests, interest: set[int]) -> None:
    """Whose licenses and seats are among these, of those in whom somebody has an interest."""
    items = Item.objects.of(review).named().order_by()
    holders = items if kind == Kind.APPROVED else items.decided(Decision.REMOVE, Decision.SUSPEND, Decision.REASSIGN)
    found.parts["holder"] |= set(holders.filter(user__in=interest).values_list("user", flat=True))
    given = items.decided(Decision.REASSIGN).filter(reassign_to__in=interest)
    found.parts["receiver"] |= set(given.values_list("reassign_to", flat=True))


def of_step(review: Review, kind: str, by: User) -> list[Conflict]:
    """Why somebody is not independent of a step of a review that they are about to take."""
    return rests(review, kind, [by.pk]).conflicts(by.pk)


def forbidding(review: Review, kind: str, conflicts: Sequence[Conflict]) -> list[Conflict]:
    """Those that stand in the way: all, unless the review allows them, and then those that nothing allows.

    What was approved about all who could carry it out is carried out by one of them, and marked.
    """
    found = _refused(review, kind, conflicts)
    only_own = kind == Kind.CARRIED_OUT and all(each.part in OWN for each in found)
    return [] if found and only_own and not able(review, kind) else found


def _refused(review: Review, kind: str, conflicts: Sequence[Conflict]) -> list[Conflict]:
    allowed = review.one_person_two_steps
    return [each for each in conflicts if not allowed or each.is_never_allowed(kind)]


def message(review: Review, kind: str, conflicts: Sequence[Conflict]) -> str:
    """Why somebody cannot take a step, and who can."""
    return f"{_first_in_words(conflicts)} {instead(review, kind)}"


def _first_in_words(conflicts: Sequence[Conflict]) -> str:
    first = conflicts[0]
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=first.people)}
    shown = _(", ").join(names[pk] for pk in first.people[:SAID]) + ("…" if len(first.people) > SAID else "")
    return _sentence(first) % {"names": shown}


def _sentence(conflict: Conflict) -> str:
    return str(_own_sentence(conflict) if conflict.part in OWN else _act_sentence(conflict))


def _own_sentence(conflict: Conflict) -> str:
    if conflict.why == Why.SELF and conflict.part == "receiver":
        return _("You will receive one of these seats, so someone else has to take this step.")
    if conflict.why == Why.SELF:
        return _("One of your licenses is among these, so someone else has to take this step.")
    if conflict.why == Why.PRINCIPAL:
        return _("A license or seat of %(names)s, for whom you act, is among these.")
    if conflict.why == Why.SHARED:
        return _("A license or seat of %(names)s is among these, and the same person is responsible for both of you.")
    return _("A license or seat of %(names)s, who created or changed your account, is among these.")


def _act_sentence(conflict: Conflict) -> str:
    if conflict.why == Why.SELF and conflict.part == "carried_out":
        return _("You carried out this review, so someone else has to confirm it.")
    if conflict.why == Why.SELF and conflict.part in TAKEN.values():
        return _("You took another step of this review, so someone else has to take this one.")
    if conflict.why == Why.SELF:
        return _("You made some of these decisions yourself, so someone else has to take this step.")
    if conflict.why == Why.SHARED:
        return _("%(names)s took part in this, and the same person is responsible for that account and yours.")
    if conflict.why == Why.CHANGED:
        return _(
            "%(names)s took part in this. One of you created the other’s account or changed its password,"
            " role or address since the review was opened, or the same person did so for both."
        )
    if conflict.why == Why.DELEGATE:
        return _("%(names)s took part in this and acts for you, or did so since the review was opened.")
    return _("%(names)s took part in this, and you act for them, or did so since the review was opened.")


def own_in(review: Review, by: User) -> list[Conflict]:
    """How licenses and seats of a review are somebody's own who is about to return or cancel it.

    Raises Refused, unless the review allows it, or nobody is left who could do it instead.
    """
    people = {user.pk: user for user in [*independence.administrators(), review.owner, by]}
    known = Rests(ties=Ties.among(people, review.opened_at))
    _own(review, Kind.APPROVED, known, {pk for each in people for pk in known.ties.interest(each)})
    found = known.conflicts(by.pk)
    others = [each for pk, each in people.items() if review.is_carried_by(each) and not known.conflicts(pk)]
    if found and others and not review.one_person_two_steps:
        raise Refused(f"{_first_in_words(found)} {independence.instead(others, '')}")
    return found


def own_conflicts(items: Sequence[Item], by: User) -> list[list[Conflict]]:
    """How items of a review are somebody's own who is about to undo them, or to leave them undone, in their order.

    Raises Refused unless allowed.
    """
    own = Ties.among([by.pk], items[0].review.opened_at).interest(by.pk)
    return [_own_conflicts(item, by, own) for item in items]


def _own_conflicts(item: Item, by: User, own: Mapping[int, Why]) -> list[Conflict]:
    parts = {"holder": item.user_id, "receiver": item.reassign_to_id}
    found = [Conflict(part, own[pk], [pk]) for part, pk in parts.items() if pk is not None and pk in own]
    if found and not item.review.one_person_two_steps:
        others = [each for each in independence.administrators() if each.pk != by.pk and not _owns(each, item)]
        nobody = _("No one else can at the moment: it takes another administrator.")
        raise Refused(f"{_about(found[0])} {independence.instead(others, nobody)}")
    return found


def _owns(person: User, item: Item) -> bool:
    own = Ties.among([person.pk], item.review.opened_at).interest(person.pk)
    return item.user_id in own or item.reassign_to_id in own


def _about(conflict: Conflict) -> str:
    if conflict.why == Why.SELF:
        return _("This concerns your own license or seat, so someone else has to do it.")
    return _("This concerns a license or seat of one of your accounts, or of someone you act for.")


def as_data(conflicts: Sequence[Conflict]) -> dict[str, str]:
    """Conflicts as an addendum and the audit log keep them, in English; nothing where there are none."""
    with translation.override("en"):
        texts = [mark_in_words(mark) for mark in marks(conflicts)]
    return {"not independent": "; ".join(texts)} if texts else {}


def able(review: Review, kind: str) -> list[User]:
    """Who can take a step: administrators and the owner, as far as they are independent or the review allows it."""
    people = {user.pk: user for user in [*independence.administrators(), review.owner]}
    if kind == Kind.CARRIED_OUT:
        people = {pk: user for pk, user in people.items() if user.changes_things}
    known = rests(review, kind, people)
    can = [user for user in people.values() if review.is_carried_by(user)]
    return [user for user in can if not _refused(review, kind, known.conflicts(user.pk))]


def instead(review: Review, kind: str) -> str:
    """Who can take a step, in a sentence."""
    nobody = _(
        "No one else can at the moment: it takes an administrator whose account has not been changed "
        "since the review was opened."
    )
    return independence.instead(able(review, kind), nobody)


def marks(conflicts: Sequence[Conflict]) -> list[dict[str, Any]]:
    """Conflicts as steps keep them: which part, why, and of whom, by id and login name."""
    ids = {pk for each in conflicts for pk in each.people}
    logins = dict(User.objects.filter(pk__in=ids).values_list("pk", "login"))
    return [
        {
            "part": each.part,
            "why": str(each.why),
            "ids": list(each.people),
            "people": [logins[pk] for pk in each.people],
        }
        for each in conflicts
    ]


def of_item(item: Item, steps: Iterable[Step]) -> list[str]:
    """By which steps of these somebody acted who was not independent as to one item, and why, in words."""
    own = {"decided": {item.decided_by_id, item.decided_for_id}, "added": {item.added_by_id}}
    own |= {"holder": {item.user_id}, "receiver": {item.reassign_to_id}}
    enquiry = item.enquiry
    own["answered"] = {enquiry.answered_by_id} if enquiry is not None and enquiry.via == Via.ON_BEHALF else set()
    return [
        f"{step.get_kind_display()}: {mark_in_words(mark)}"
        for step in steps
        for mark in step.conflicts
        if mark["part"] in own and own[mark["part"]] & {*mark["ids"]}
    ]
