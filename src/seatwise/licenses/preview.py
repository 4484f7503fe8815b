"""What a change of licenses would do, before it is done: seats before and after, obstacles, warnings, a fingerprint.

Saving looks again: what is saved is what was seen, or it is not saved.
"""

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _, ngettext

from seatwise.directory.models import Service, User
from seatwise.lib.batches import among, batches
from seatwise.licenses import change_warnings
from seatwise.licenses.change_warnings import Concern
from seatwise.licenses.models import ChangeDraft, License, Policy
from seatwise.licenses.seats import Seats, after_adding, after_removing, seats_of

ADD, REMOVE = ChangeDraft.What.ADD, ChangeDraft.What.REMOVE


@dataclass(frozen=True)
class StepPreview:
    """One step: a service, what is done, to whom. `licenses` are those that would be removed, by their holders' ids.

    `follows`: an earlier step is about the same service, and `before` is what that leaves.
    """

    place: int
    service: Service
    what: str
    people: dict[int, User]  # whom the person who asks may change
    licenses: dict[int, License]
    before: Seats
    after: Seats
    obstacles: Sequence[Concern]
    warnings: Sequence[Concern]
    policy: Policy
    follows: bool = False

    @property
    def adds(self) -> bool:
        """Whether licenses are added; otherwise they are removed."""
        return self.what == ADD

    @property
    def count(self) -> int:
        return len(self.people) if self.adds else len(self.licenses)

    @property
    def questions(self) -> list[str]:
        return [] if self.adds else self.policy.questions

    @property
    def ids(self) -> list[int]:
        """The ids of those it is about, by name."""
        return sorted(self.people, key=lambda pk: (str(self.people[pk]), pk))

    def described(self) -> list[Any]:
        """Everything that is done, and all that has to be confirmed before."""
        ids = sorted(self.people) if self.adds else sorted(each.pk for each in self.licenses.values())
        how = str(self.service.how_removal_takes_effect)
        warnings = [[each.key, list(each.users)] for each in self.warnings]
        return [self.service.pk, how, str(self.what), ids, warnings, self.questions]


@dataclass(frozen=True)
class Preview:
    """All steps of a change. `codes` of services that are not managed here change, too: whose, and to which.
    `codes_changed` is what that adds (True) and takes away; where any is new, `about_codes` is to be confirmed."""

    steps: Sequence[StepPreview]
    codes: Mapping[User, Sequence[str]] = field(default_factory=dict)
    codes_changed: Sequence[tuple[User, str, bool]] = ()
    about_codes: str = ""

    @property
    def is_refused(self) -> bool:
        return not (self.count or self.codes) or any(step.obstacles for step in self.steps)

    @property
    def count(self) -> int:
        return sum(step.count for step in self.steps)

    @property
    def removes(self) -> bool:
        """Whether anything is removed, which needs a reason."""
        return any(not step.adds for step in self.steps)

    @cached_property
    def fingerprint(self) -> str:
        """The same for a preview that would do the same, and asks to confirm the same."""
        codes = sorted([user.pk, code, added] for user, code, added in self.codes_changed)
        described = [[step.described() for step in self.steps], codes, bool(self.about_codes)]
        content = json.dumps(described, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

    def to_confirm(self) -> dict[str, str]:
        """The warnings by the names of their boxes."""
        found = {f"{step.place}:{each.key}": each.text for step in self.steps for each in step.warnings}
        return found | ({"codes": self.about_codes} if self.about_codes else {})

    def to_check(self) -> dict[str, str]:
        """The questions of the services' checklists by the names of their boxes."""
        return {f"{s.place}:{number}": text for s in self.steps for number, text in enumerate(s.questions)}

    def concern(self, name: str) -> tuple[int, Concern] | None:
        """A warning or obstacle by its name, and the place of its step."""
        for step in self.steps:
            for each in (*step.obstacles, *step.warnings):
                if f"{step.place}:{each.key}" == name:
                    return step.place, each
        return None


def preview(
    steps: Sequence[dict[str, Any]],
    person: User | None,
    on: datetime.date,
    *,
    known: Mapping[int, User] | None = None,
    codes: Mapping[User, Sequence[str]] | None = None,
    codes_changed: Sequence[tuple[User, str, bool]] = (),
    about_codes: str = "",
) -> Preview:
    """What steps, as ChangeDraft.step makes them, would do one after the other if somebody saved them now.

    None is whoever may change everything; then those who are `known` are not read again, by their ids. For what is
    said of `codes` see Preview.
    """
    looked: list[StepPreview] = []
    for place, step in enumerate(steps):
        earlier = {each.service.pk: each.after for each in looked}
        looked.append(_look(place, step, person, on, earlier.get(step["service"]), known or {}))
    return Preview(looked, codes or {}, codes_changed, about_codes)


def _look(
    place: int, step: dict[str, Any], person: User | None, on: datetime.date, earlier: Seats | None,
    known: Mapping[int, User],
) -> StepPreview:  # fmt: skip
    """`earlier`: the seats after an earlier step on the same service."""
    service = Service.objects.get(pk=step["service"])
    what, asked = step["what"], step["users"]
    people = changeable_people(asked, person, known)
    licenses = {} if what == ADD else held_licenses(service, people)
    before = earlier or seats_of(service, on)
    if what == ADD:
        after = after_adding(service, before, people)
        warnings = list(change_warnings.addition_warnings(service, people, on))
        obstacles = [*change_warnings.refused_additions(service, people, person), *_too_few(service, before, after)]
    else:
        after = after_removing(service, before, [each.pk for each in licenses.values()])
        warnings = change_warnings.removal_warnings(service, licenses, on)
        obstacles = list(change_warnings.refused_removals(people, licenses, on))
    obstacles = [*_not_theirs(service, asked, people, person), *obstacles]
    policy = Policy.of(service)
    follows = earlier is not None
    return StepPreview(place, service, what, people, licenses, before, after, obstacles, warnings, policy, follows)


def changeable_people(ids: Sequence[int], person: User | None, known: Mapping[int, User]) -> dict[int, User]:
    if person is None and known.keys() >= {*ids}:
        return {pk: known[pk] for pk in ids}
    found: dict[int, User] = {}
    changeable = User.objects.changeable_by(person) if person else User.objects.all()
    changeable = changeable.defer("password", "search_text")
    for some in batches(ids):
        found.update({user.pk: user for user in changeable.filter(pk__in=among(some))})
    return found


def held_licenses(service: Service, people: Mapping[int, User]) -> dict[int, License]:
    found: dict[int, License] = {}
    for some in batches(list(people)):
        for each in License.objects.held().of(service).by(among(some)):
            each.user, each.service = people[each.user_id], service
            found[each.user_id] = each
    return found


def _not_theirs(service: Service, asked: Sequence[int], people: dict[int, User], person: User | None) -> list[Concern]:
    found: list[Concern] = []
    if person and not Service.objects.changeable_by(person).filter(pk=service.pk).exists():
        found.append(Concern("service", _("You cannot change licenses for %(service)s.") % {"service": service}))
    others = [pk for pk in asked if pk not in people]
    if others:
        text = ngettext(
            "%(count)s of the selected people is not in your departments, so you cannot change their licenses.",
            "%(count)s of the selected people are not in your departments, so you cannot change their licenses.",
            len(others),
        )
        found.append(Concern("others", text % {"count": len(others)}, others))
    return found


def _too_few(service: Service, before: Seats, after: Seats) -> list[Concern]:
    if not after.too_many:
        return []
    needed, free = after.held - before.held, before.free or 0
    if needed <= 0 or before.too_many:  # there are too few already: see seats.refuse_without_seats
        text = _(
            "More licenses for %(service)s are held than contracted (%(held)s of %(contracted)s), so none"
            " can be added. Remove licenses or enter a larger contract first."
        )
        values = {"service": service, "held": before.held, "contracted": before.contracted}
        return [Concern("seats", text % values)]
    text = ngettext(
        (
            "%(needed)s seat for %(service)s is needed; free: %(free)s. Remove licenses or enter a larger"
            " contract first."
        ),
        (
            "%(needed)s seats for %(service)s are needed; free: %(free)s. Remove licenses or enter a "
            "larger contract first."
        ),
        needed,
    )
    return [Concern("seats", text % {"needed": needed, "service": service, "free": free})]
