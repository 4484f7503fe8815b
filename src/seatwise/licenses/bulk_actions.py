"""What can be done with people who were ticked on a list, beside adding and removing licenses.

It is a draft first, as those are: what would happen, what stands in the way and which emails would be sent is shown,
and done as it was shown. Later apps add theirs to ACTIONS in AppConfig.ready; all of them are for administrators.
"""

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _, ngettext

from seatwise.directory.models import Service, User
from seatwise.licenses import own_licenses
from seatwise.licenses.change_warnings import Concern
from seatwise.licenses.hooks import Mail
from seatwise.licenses.models import License
from seatwise.licenses.preview import changeable_people, held_licenses


@dataclass(frozen=True)
class Ticked:
    """The people of a service that somebody ticked. `licenses` are theirs, by the ids of their holders.

    `picked`: who is to get something of whom, by their ids, where an action asks for that.
    """

    service: Service
    asked: Sequence[int]
    people: Mapping[int, User]
    licenses: Mapping[int, License]
    by: User
    on: datetime.date
    picked: Mapping[int, int]
    place: int = 0

    @classmethod
    def of(cls, step: Mapping[str, Any], by: User, on: datetime.date) -> "Ticked":
        """Those of a step of a draft whose licenses somebody may change."""
        service = Service.objects.get(pk=step["service"])
        people = changeable_people(step["users"], by, {})
        picked = {int(user): given for user, given in step.get("picked", {}).items()}
        return cls(service, step["users"], people, held_licenses(service, people), by, on, picked)

    @cached_property
    def ids(self) -> list[int]:
        """The holders, by name."""
        return sorted(self.licenses, key=lambda pk: (str(self.people[pk]), pk))

    @property
    def holders(self) -> list[License]:
        return [self.licenses[pk] for pk in self.ids]


class PickingForm(forms.Form):
    """Asks who is to get something of whom."""

    def picked(self) -> dict[int, int]:
        """Of a valid form: the ids of those who get something, by those of whom."""
        raise NotImplementedError


class Action:
    """One of them. Texts are whole sentences in the language that is active."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    icon: ClassVar[str]
    form: ClassVar[type[forms.Form]]

    def picking(self, of: Ticked, data: Any = None) -> "PickingForm | None":
        """The form that asks who is to get something of whom; None where nobody gets anything."""
        return None

    def initial(self, of: Ticked) -> dict[str, Any]:
        """What its form says at first."""
        return {}

    def heading(self, of: Ticked) -> str:
        raise NotImplementedError

    def obstacles(self, of: Ticked) -> Iterable[Concern]:
        """What stands in the way, beside what does for all actions."""
        return ()

    def happens(self, of: Ticked) -> Sequence[str]:
        """What follows from it."""
        raise NotImplementedError

    def mails(self, of: Ticked, asked: Mapping[str, Any]) -> Sequence[Mail]:
        """Which emails would be sent now; `asked` is what the form says, as far as it is right."""
        return ()

    def carry_out(self, of: Ticked, asked: Mapping[str, Any]) -> str:
        """Do it, and say so. In a transaction; raises Refused."""
        raise NotImplementedError


ACTIONS: dict[str, Action] = {}


def concerns(action: Action, of: Ticked) -> list[Concern]:
    """All that stands in the way."""
    found = []
    without = [pk for pk in of.asked if pk not in of.licenses]
    if without:
        text = ngettext(
            "%(count)s of the selected people holds no license for %(service)s.",
            "%(count)s of the selected people hold no license for %(service)s.",
            len(without),
        )
        found.append(Concern("without", text % {"count": len(without), "service": of.service}, without))
    if not of.licenses:
        found.append(Concern("nobody", _("No one is left.")))
    return [*found, *action.obstacles(of)]


def own(of: Ticked) -> Iterable[Concern]:
    """That some of it is about the own of whoever does it, where the policy does not allow that."""
    theirs = own_licenses.refused_for_oneself(of.service, [each.user for each in of.holders], of.by)
    if theirs:
        text = _("You cannot do this for yourself or for accounts of yours.")
        yield Concern("own", f"{text} {own_licenses.instead(theirs)}", sorted(theirs))


def fingerprint(action: Action, of: Ticked, found: Sequence[Concern]) -> str:
    """The same for what would do the same, as far as it is said, and be hindered by the same."""
    licenses = sorted(each.pk for each in of.licenses.values())
    hindered = [[each.key, list(each.users)] for each in found]
    content = json.dumps([action.name, licenses, list(action.happens(of)), hindered])
    return hashlib.sha256(content.encode()).hexdigest()
