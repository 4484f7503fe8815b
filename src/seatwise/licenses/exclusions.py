"""Who is not to be judged by how little a license is used, and why.

A judgement is a rule's or a ranking's: who is exempt, sleeps, came back lately or holds a license only since lately is
left out of it, and shown as left out with the reason.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Kind, Service, User
from seatwise.lib.batches import among, batches
from seatwise.licenses import hooks
from seatwise.licenses.models import Exemption, License, Policy, Suspension


class Why(models.TextChoices):
    EXEMPT = "exempt", gettext_lazy("exempt")
    SUSPENDED = "suspended", gettext_lazy("suspended")
    RETURNED = "returned", gettext_lazy("returned recently")
    YOUNG = "young", gettext_lazy("license added recently")
    SYSTEM = "system", gettext_lazy("system account")
    KEPT = "kept", gettext_lazy("kept with a reason recently")
    ASKED = "asked", gettext_lazy("being asked")
    IN_REVIEW = "in_review", gettext_lazy("in an open review")
    LEFT_OUT = "left_out", gettext_lazy("left out of this review")
    UNKNOWN = "unknown", gettext_lazy("days without records")


@dataclass(frozen=True)
class Reason:
    """Why somebody is not judged, and the last day on which that holds, if it is known. Says no private reason."""

    why: Why
    until: datetime.date | None = None


def not_judged(service: Service, users: Collection[int], on: datetime.date) -> dict[int, list[Reason]]:
    """Of some users of a service, those who are not to be judged on a day, each with all reasons.

    A fixed number of queries for each 2,000 users.
    """
    found: dict[int, list[Reason]] = defaultdict(list)
    for user, reason in _reasons(service, users, on):
        found[user].append(reason)
    return dict(found)


def _reasons(service: Service, users: Collection[int], on: datetime.date) -> Iterator[tuple[int, Reason]]:
    policy = Policy.of(service)
    for some in batches(sorted(users)):
        yield from _system(some)
        exempt = Exemption.objects.in_force(on).of(service).by(among(some))
        yield from ((user, Reason(Why.EXEMPT, until)) for user, until in exempt.values_list("user", "until"))
        asleep = Suspension.objects.asleep().of(service).by(among(some))
        one = datetime.timedelta(days=1)
        for user, day in asleep.values_list("user", "until"):  # one whose day has passed waits for a seat
            yield user, Reason(Why.SUSPENDED, day - one if day > on else None)
        yield from _returned(service, some, on, policy)
        yield from _young(service, some, on, policy)
        for function in hooks.not_judged:
            yield from function(service, some, on)


def _system(some: Collection[int]) -> Iterator[tuple[int, Reason]]:
    for user in User.objects.filter(pk__in=among(some)).of_kind(Kind.SYSTEM).values_list("pk", flat=True):
        yield user, Reason(Why.SYSTEM)


def _returned(
    service: Service, some: Collection[int], on: datetime.date, policy: Policy
) -> Iterator[tuple[int, Reason]]:
    """Who was suspended, or inactive, until lately: by then they could not show that they need it.

    Whose suspension was undone is as if it had never been, and is judged as before.
    """
    days = datetime.timedelta(days=policy.return_days)
    ended = Suspension.objects.ended_since(on - days + datetime.timedelta(days=1)).of(service).by(among(some))
    for undone in hooks.undone_suspensions:
        ended = ended.exclude(pk__in=undone())
    suspended = ended.filter(begins__lte=models.F("ended_on")).values_list("user", "ended_on")
    inactive = User.objects.filter(pk__in=among(some), activated_on__gt=on - days, activated_on__lte=on)
    back: dict[int, datetime.date] = {}
    for user, day in (*suspended, *inactive.values_list("pk", "activated_on")):
        back[user] = max(day, back.get(user, day))
    for user, day in back.items():
        yield user, Reason(Why.RETURNED, day + days - datetime.timedelta(days=1))


def _young(service: Service, some: Collection[int], on: datetime.date, policy: Policy) -> Iterator[tuple[int, Reason]]:
    days = datetime.timedelta(days=policy.young_days)
    held = License.objects.of(service).held().by(among(some)).filter(first_day__gt=on - days)
    for user, first in held.values_list("user", "first_day"):
        yield user, Reason(Why.YOUNG, first + days - datetime.timedelta(days=1))
