"""What a file would do, to be looked at: for each service seats before and after, obstacles, and what to confirm."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from seatwise.directory.models import Service, User
from seatwise.licenses import change_warnings
from seatwise.licenses.change_warnings import Concern
from seatwise.licenses.file_plan import Plan
from seatwise.licenses.models import License, Policy
from seatwise.licenses.seats import Seats, seats_of
from seatwise.licenses.seats_after import after_adding, after_removing

NAMED = 10  # people that a warning names


@dataclass(frozen=True)
class ServicePart:
    """What the file does with one service; `warnings` and `questions` are to be ticked, by the names of their boxes."""

    service: Service
    added: int
    removed: int
    before: Seats
    after: Seats
    obstacle: str
    warnings: dict[str, str] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    who: Mapping[str, Sequence[User]] = field(default_factory=dict)  # whom a warning is about, by its box

    def boxes(self) -> "Iterator[tuple[str, str, Sequence[User], int]]":
        """The warnings: the name of the box, the text, the first of those it is about, and how many more."""
        for name, text in self.warnings.items():
            users = self.who[name]
            yield name, text, users[:NAMED], max(len(users) - NAMED, 0)


@dataclass(frozen=True)
class FilePreview:
    """A plan, and what is to be weighed before it is saved."""

    plan: Plan
    parts: Sequence[ServicePart]

    @property
    def is_refused(self) -> bool:
        """Whether something stands in the way."""
        return bool(self.plan.errors) or any(part.obstacle for part in self.parts)

    @property
    def removes(self) -> bool:
        """Whether licenses are removed."""
        return any(part.removed for part in self.parts)

    @cached_property
    def to_confirm(self) -> dict[str, str]:
        """All warnings by the names of their boxes."""
        found = {name: text for part in self.parts for name, text in part.warnings.items()}
        return found | ({"unmanaged": self.about_unmanaged} if self.carries_new else {})

    @cached_property
    def to_check(self) -> dict[str, str]:
        """The questions of the services' checklists by the names of their boxes."""
        return {name: text for part in self.parts for name, text in part.questions.items()}

    @property
    def carries_new(self) -> bool:
        """Whether codes that are no service's here are newly carried along."""
        return any(each.added and each.service is None for each in self.plan.differences)

    @property
    def about_unmanaged(self) -> str:
        """Which codes are no service's here, in a sentence; empty where there are none."""
        if not self.plan.unmanaged:
            return ""
        named = [_named(code, count) for code, count in self.plan.unmanaged.most_common(20)]
        return _("Not managed by Seatwise, carried along unchanged: %(codes)s.") % {"codes": _(", ").join(named)}

    @property
    def about_names(self) -> list[str]:
        """What the file calls services that have another code here."""
        text = _("“%(code)s” in the file means %(service)s.")
        return [text % {"code": code, "service": each} for code, each in sorted(self.plan.other_names.items())]

    def missing(self, ticked: Sequence[str]) -> bool:
        """Whether a box that has to be ticked is not among these."""
        return bool((self.to_confirm.keys() | self.to_check.keys()) - set(ticked))


def _named(code: str, count: int) -> str:
    text = ngettext("%(code)s (%(count)s user)", "%(code)s (%(count)s users)", count)
    return text % {"code": code, "count": count}


def look(plan: Plan) -> FilePreview:
    """Weigh what a plan would do. A fixed number of queries for each service and 2,000 people."""
    return FilePreview(plan, [_part(plan, service) for service in plan.touched()])


def _part(plan: Plan, service: Service) -> ServicePart:
    added = {user.pk: user for user in plan.added.get(service.pk, ())}
    removed = {each.user_id: each for each in plan.removed.get(service.pk, ())}
    before = seats_of(service, plan.on)
    after = after_removing(service, before, [each.pk for each in removed.values()]) if removed else before
    after = after_adding(service, after, added) if added else after
    found = {f"{service.code}:removing:{each.key}": each for each in _removing(service, removed, plan.on)}
    adding = change_warnings.addition_warnings(service, added, plan.on) if added else ()
    found |= {f"{service.code}:adding:{each.key}": each for each in adding}
    people = added | {pk: each.user for pk, each in removed.items()}
    questions = {f"{service.code}:{n}": text for n, text in enumerate(Policy.of(service).questions) if removed}
    obstacle = (_too_few(service, after) if added else "") or _later(removed, plan)
    warnings = {name: each.text for name, each in found.items()}
    who = {name: [people[pk] for pk in each.users] for name, each in found.items()}
    return ServicePart(service, len(added), len(removed), before, after, obstacle, warnings, questions, who)


def _removing(service: Service, removed: "dict[int, License]", on: datetime.date) -> Sequence[Concern]:
    return change_warnings.removal_warnings(service, removed, on) if removed else ()


def _too_few(service: Service, after: Seats) -> str:
    if not after.too_many:
        return ""
    text = ngettext(
        "%(missing)s seat of %(service)s is missing: %(held)s would be held, %(contracted)s are contracted.",
        "%(missing)s seats of %(service)s are missing: %(held)s would be held, %(contracted)s are contracted.",
        after.too_many,
    )
    names = {"missing": after.too_many, "held": after.held, "contracted": after.contracted}
    return text % {**names, "service": service}


def _later(removed: "dict[int, License]", plan: Plan) -> str:
    if any(each.added_on > plan.on for each in removed.values()):
        return _("A license cannot be removed before the day on which it was added.")
    return ""
