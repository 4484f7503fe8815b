"""Giving the seats of people who were ticked on a list to those who wait for one, the oldest request first."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from seatwise.directory.models import Service
from seatwise.letters.composing import problem_of
from seatwise.licenses import hooks
from seatwise.licenses.bulk_actions import ACTIONS, Action, Ticked
from seatwise.licenses.change_warnings import Concern
from seatwise.licenses.hooks import Mail
from seatwise.licenses.models import License, Policy
from seatwise.seat_requests import notifications, request_steps, second_person, transfer_steps
from seatwise.seat_requests.models import SeatRequest, SeatTransfer
from seatwise.seat_requests.request_steps import LONGEST_REASON

PAIRS_SHOWN = 20
MOST_TOLD = 100  # requests of which administrators are told


class ReassignForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("The previous holder can read it."),
    )


class Reassign(Action):
    name, label, icon, form = "reassign", gettext_lazy("Reassign…"), "arrow-right-left", ReassignForm

    def heading(self, of: Ticked) -> str:
        text = ngettext(
            "Reassign %(count)s seat for %(service)s", "Reassign %(count)s seats for %(service)s", len(of.licenses)
        )
        return text % {"count": len(of.licenses), "service": of.service}

    def obstacles(self, of: Ticked) -> Iterable[Concern]:
        wait = len(_pairs(of))
        if wait < len(of.holders):
            text = ngettext(
                "%(count)s person waits for a seat. To give one to someone else, use Find a seat.",
                "%(count)s people wait for a seat. To give one to someone else, use Find a seat.",
                wait,
            )
            yield Concern("waiting", text % {"count": wait}, of.ids[wait:])
        moving = SeatTransfer.objects.open().of(of.service).filter(license__in=[each.pk for each in of.holders[:wait]])
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
            _("%(holder)s’s seat goes to %(name)s.") % {"holder": held.user, "name": request.person}
            for held, request in pairs[:PAIRS_SHOWN]
        ]
        if len(pairs) > PAIRS_SHOWN:
            said.append(_("… and %(more)s more") % {"more": len(pairs) - PAIRS_SHOWN})
        if any(second_person.is_needed(held, request.person, of.by) for held, request in pairs):
            said.append(_("A second administrator has to confirm it. They are notified by email."))
        return said

    def mails(self, of: Ticked, asked: Mapping[str, Any]) -> Sequence[Mail]:
        pairs = _pairs(of)
        left = [(held, request) for held, request in pairs if not problem_of(held.user)]
        given = [request for _held, request in pairs if not problem_of(request.person)]
        found = []
        if left:
            held, request = left[0]
            undo = of.on + datetime.timedelta(days=Policy.of(of.service).undo_days)
            reason = asked.get("reason") or "…"
            transfer = SeatTransfer(
                license=held, for_user=request.person, asked_by=of.by, asked_on=of.on, reason=reason
            )
            text = notifications.preview_of_loss(transfer, undo)
            found.append(Mail(str(held.user), len(left), text.subject, text.text))
        if given:
            text = notifications.preview_of_answer(given[0])
            found.append(Mail(str(given[0].person), len(given), text.subject, text.text))
        return found

    def carry_out(self, of: Ticked, asked: Mapping[str, Any]) -> str:
        pairs = _pairs(of)
        people = [user for held, request in pairs for user in (held.user, request.person)]
        request_steps.lock(of.service, *people)  # all of them before the service: the order of locks
        made = [
            transfer_steps.take(held, request.person, reason=asked["reason"], by=of.by, on=of.on)
            for held, request in pairs
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


def _pairs(of: Ticked) -> list[tuple[License, SeatRequest]]:
    """Who gives a seat to whom: the holders by name, the requests as they were made."""
    waiting = (
        SeatRequest.objects.of(of.service).waiting().exclude(person__in=of.ids).select_related("person", "service")
    )
    return list(zip(of.holders, waiting.oldest_first()[: len(of.holders)], strict=False))


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
