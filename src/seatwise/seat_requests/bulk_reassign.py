"""Giving the seats of people who were ticked on a list to people who are picked, and to those who wait for one."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise.directory.models import Service, User
from seatwise.directory.person_field import PersonField
from seatwise.letters.composing import problem_of
from seatwise.licenses import hooks
from seatwise.licenses.bulk_actions import ACTIONS, Action, PickingForm, Ticked
from seatwise.licenses.change_warnings import Concern
from seatwise.licenses.hooks import Mail
from seatwise.licenses.models import License, Policy
from seatwise.seat_requests import notifications, request_steps, second_person, transfer_steps
from seatwise.seat_requests.models import SeatRequest, SeatTransfer
from seatwise.seat_requests.request_steps import LONGEST_REASON

PAIRS_SHOWN = 20
MOST_PICKED = 20  # people whose seat goes to someone who is picked; the seats of others, to those who wait
MOST_TOLD = 100  # requests of which administrators are told


class ReassignForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("The previous holder can read it."),
    )


class RecipientsForm(PickingForm):
    """Who gets which of some seats, by typing; whoever is left empty gets none but that of who waits the longest."""

    def __init__(self, data: Any, of: Ticked) -> None:
        super().__init__(data)
        self.ids = of.ids[:MOST_PICKED]
        holders = License.objects.of(of.service).held().values("user")
        people = User.objects.changeable_by(of.by).take_seats().exclude(pk__in=holders)
        pairs = {held.user_id: person for held, person, _request in _pairs(of)}
        for pk in self.ids:
            label = _("%(holder)s’s seat goes to") % {"holder": of.people[pk]}
            field = PersonField(label=label, required=False, initial=pairs.get(pk))
            field.admit(people)
            self.fields[f"to-{pk}"] = field

    def clean(self) -> dict[str, Any]:
        """Nobody gets two seats."""
        cleaned = super().clean() or {}
        seen = set()
        for name, person in list(cleaned.items()):
            if person and person in seen:
                self.add_error(name, _("%(name)s can only get one seat.") % {"name": person})
            seen.add(person)
        return cleaned

    def picked(self) -> dict[int, int]:
        given = {pk: self.cleaned_data[f"to-{pk}"] for pk in self.ids}
        return {pk: person.pk for pk, person in given.items() if person}


class Reassign(Action):
    name, label, icon, form = "reassign", gettext_lazy("Reassign…"), "arrow-right-left", ReassignForm

    def picking(self, of: Ticked, data: Any = None) -> RecipientsForm | None:
        return RecipientsForm(data, of) if of.licenses else None

    def heading(self, of: Ticked) -> str:
        text = ngettext(
            "Reassign %(count)s seat for %(service)s", "Reassign %(count)s seats for %(service)s", len(of.licenses)
        )
        return text % {"count": len(of.licenses), "service": of.service}

    def obstacles(self, of: Ticked) -> Iterable[Concern]:
        given = {held.user_id for held, _person, _request in _pairs(of)}
        nobody = [pk for pk in of.ids if pk not in given]
        if nobody:
            text = ngettext(
                "%(count)s of these seats goes to no one yet, and no one else waits for one. Choose who gets it.",
                "%(count)s of these seats go to no one yet, and no one else waits for one. Choose who gets them.",
                len(nobody),
            )
            yield Concern("waiting", text % {"count": len(nobody)}, nobody)
        moving = SeatTransfer.objects.open().of(of.service).filter(license__user__in=given)
        users = sorted(moving.values_list("license__user", flat=True))
        if users:
            text = ngettext(
                "%(count)s of these seats is being transferred already.",
                "%(count)s of these seats are being transferred already.",
                len(users),
            )
            yield Concern("moving", text % {"count": len(users)}, users)

    def happens(self, of: Ticked) -> list[str]:
        pairs = _pairs(of)
        said = [
            _("%(holder)s’s seat goes to %(name)s.") % {"holder": held.user, "name": person}
            for held, person, _request in pairs[:PAIRS_SHOWN]
        ]
        if len(pairs) > PAIRS_SHOWN:
            said.append(_("… and %(more)s more") % {"more": len(pairs) - PAIRS_SHOWN})
        if any(second_person.is_needed(held, person, of.by) for held, person, _request in pairs):
            said.append(_("A second administrator has to confirm it. They are notified by email."))
        return said

    def mails(self, of: Ticked, asked: Mapping[str, Any]) -> Sequence[Mail]:
        pairs = _pairs(of)
        left = [(held, person) for held, person, _request in pairs if not problem_of(held.user)]
        given = [request for _held, person, request in pairs if request and not problem_of(person)]
        found = []
        if left:
            held, person = left[0]
            undo = of.on + datetime.timedelta(days=Policy.of(of.service).undo_days)
            reason = asked.get("reason") or "…"
            transfer = SeatTransfer(license=held, for_user=person, asked_by=of.by, asked_on=of.on, reason=reason)
            text = notifications.preview_of_loss(transfer, undo)
            found.append(Mail(str(held.user), len(left), text.subject, text.text))
        if given:
            text = notifications.preview_of_answer(given[0])
            found.append(Mail(str(given[0].person), len(given), text.subject, text.text))
        return found

    def carry_out(self, of: Ticked, asked: Mapping[str, Any]) -> str:
        pairs = _pairs(of)
        people = [user for held, person, _request in pairs for user in (held.user, person)]
        request_steps.lock(of.service, *people)  # all of them before the service: the order of locks
        made = [
            transfer_steps.take(held, person, reason=asked["reason"], by=of.by, on=of.on)
            for held, person, _request in pairs
        ]
        waits = sum(each.awaits_second for each in made)
        if waits:
            return ngettext(
                "%(count)s transfer waits for a second administrator.",
                "%(count)s transfers wait for a second administrator.",
                waits,
            ) % {"count": waits}
        return ngettext("%(count)s seat was reassigned.", "%(count)s seats were reassigned.", len(made)) % {
            "count": len(made)
        }


def _pairs(of: Ticked) -> list[tuple[License, User, SeatRequest | None]]:
    """Who gives a seat to whom, by the holders' names: to whom was picked, else to whom waits the longest."""
    waiting = SeatRequest.objects.of(of.service).waiting().select_related("person", "service").oldest_first()
    picked = User.objects.in_bulk([of.picked[pk] for pk in of.ids if pk in of.picked])
    theirs = {request.person_id: request for request in waiting.filter(person__in=list(picked))}
    longest = iter(waiting.exclude(person__in=[*of.ids, *picked])[: len(of.ids)])
    pairs: list[tuple[License, User, SeatRequest | None]] = []
    for held in of.holders:
        if (person := picked.get(of.picked.get(held.user_id, 0))) is not None:
            pairs.append((held, person, theirs.get(person.pk)))
        elif (request := next(longest, None)) is not None:
            pairs.append((held, request.person, request))
    return pairs


def mails_of_a_removal(service: Service, free: int) -> Iterator[Mail]:
    """Administrators are told of the seats that are free then for those who wait."""
    first = SeatRequest.objects.of(service).waiting().for_reading().oldest_first()[: min(free, MOST_TOLD)]
    requests = [each for each in first if each.offered_on is None]
    told = [each for request in requests for each in notifications.those_who_handle(service, request.person)]
    reached = [each for each in told if not problem_of(each)]
    text = notifications.preview_of_a_free_seat(requests[0], reached[0]) if reached else None
    if text:
        yield Mail(str(reached[0]), len(reached), text.subject, text.text)


def register() -> None:
    ACTIONS[Reassign.name] = Reassign()
    hooks.removal_mails.append(mails_of_a_removal)
