"""The state of a change: requested here, carried out in the service, confirmed.

Whatever says that somebody has a license, that a seat is free or that money is saved asks this. Where Seatwise is the
gate, a change is confirmed as it is made; else something shows that it is so: a vendor's report, or whoever looked.
"""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.licenses.effects import ADD, REMOVE
from seatwise.licenses.models import Effect, License


class ChangeState(models.TextChoices):
    REQUESTED = "requested", gettext_lazy("requested")
    CARRIED_OUT = "carried_out", gettext_lazy("carried out, not confirmed yet")
    CONFIRMED = "confirmed", gettext_lazy("confirmed")


def states_of(licenses: Iterable[int], *kinds: str) -> dict[int, ChangeState]:
    """Of some licenses, by their ids: how far their addition, removal or suspension is. One query.

    Where kinds are named, only these: a suspension that waits says nothing of an addition.
    """
    ids = list(licenses)
    waiting: dict[int, list[bool]] = {}
    pending = Effect.objects.pending().for_licenses(ids).of_kind(*(kinds or Effect.What.values))
    for pk, day in pending.values_list("license", "carried_out_on"):
        waiting.setdefault(pk, []).append(day is not None)
    return {pk: _state(waiting.get(pk, [])) for pk in ids}


def _state(carried_out: list[bool]) -> ChangeState:
    if not carried_out:
        return ChangeState.CONFIRMED
    return ChangeState.CARRIED_OUT if all(carried_out) else ChangeState.REQUESTED


def of_effect(effect: Effect) -> ChangeState:
    """Of one thing to be done in the service."""
    return ChangeState.CONFIRMED if effect.confirmed_on else _state([effect.carried_out_on is not None])


def state_of(license: License, *kinds: str) -> ChangeState:  # noqa: A002 - the field's term
    """The same of one."""
    return states_of([license.pk], *kinds)[license.pk]


def is_confirmed(license: License | None, *kinds: str) -> bool:  # noqa: A002 - the field's term
    """Whether a license was added in the service, or the kinds that are named are so there."""
    return license is not None and state_of(license, *(kinds or (ADD,))) == ChangeState.CONFIRMED


def state_of_reassignment(given: License) -> ChangeState:
    """How far both halves are: the seat is taken from its former holder there, and the new one has a license."""
    halves = Q(license=given, what=ADD) | Q(license=given.replaces_id, what=REMOVE)
    days = Effect.objects.pending().filter(halves).values_list("carried_out_on", flat=True)
    return _state([day is not None for day in days])


def given_in_words(given: License) -> str:
    """That somebody was given a license, as far as that is so."""
    named = {"name": given.user, "service": given.service}
    if is_confirmed(given):
        return _("%(name)s now has a license for %(service)s.") % named
    return _("A license for %(service)s was requested for %(name)s. They have it once that is confirmed.") % named


def reassigned_in_words(given: License, holder: object) -> str:
    """That a seat became somebody else's, as far as that is so."""
    named = {"holder": holder, "name": given.user}
    if state_of_reassignment(given) == ChangeState.CONFIRMED:
        return _("%(holder)s’s seat now belongs to %(name)s. Both are notified by email.") % named
    return (
        _("%(holder)s’s seat will belong to %(name)s once the change is confirmed. Both are notified by email.") % named
    )
