"""Suspending and exempting people who were ticked on a list."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise.directory.models import takes_seats
from seatwise.lib.batches import among, batches
from seatwise.licenses import exemption_rules, suspension_rules
from seatwise.licenses.bulk_actions import ACTIONS, Action, Ticked, own
from seatwise.licenses.change_warnings import Concern
from seatwise.licenses.forms_leave import ExemptionForm, SuspensionForm
from seatwise.licenses.models import Exemption, Suspension
from seatwise.licenses.suspension_rules import Leave


class SuspendForm(SuspensionForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_ticked()


class ExemptForm(ExemptionForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_ticked()


class Suspend(Action):
    name, label, icon, form = "suspend", gettext_lazy("Suspend…"), "moon", SuspendForm

    def heading(self, of: Ticked) -> str:
        text = ngettext(
            "Suspend %(count)s license for %(service)s", "Suspend %(count)s licenses for %(service)s", len(of.licenses)
        )
        return text % {"count": len(of.licenses), "service": of.service}

    def obstacles(self, of: Ticked) -> Iterable[Concern]:
        already: list[int] = []
        for some in batches(of.ids):
            theirs = Suspension.objects.unended().by(among(some)).filter(service=of.service)
            already += theirs.values_list("user", flat=True)
        if already:
            text = ngettext(
                "%(count)s of these is already suspended, or a suspension is planned.",
                "%(count)s of these are already suspended, or a suspension is planned.",
                len(already),
            )
            yield Concern("suspended", text % {"count": len(already)}, sorted(already))
        yield from own(of)

    def happens(self, of: Ticked) -> list[str]:
        seats = sum(takes_seats(each.user.status, each.user.kind) for each in of.holders)
        return [
            _("Meanwhile they cannot use %(service)s. They keep their licenses.") % {"service": of.service},
            ngettext(
                "%(count)s seat is free in the meantime, unless it is kept.",
                "%(count)s seats are free in the meantime, unless they are kept.",
                seats,
            )
            % {"count": seats},
            _("On the return date the licenses are reactivated automatically, if seats are free or were kept."),
            _("No email is sent now. Before the return date their department’s administrators are asked by email."),
        ]

    def carry_out(self, of: Ticked, asked: Mapping[str, Any]) -> str:
        until: datetime.date = asked["until"]
        leaves = [Leave(each.user, until, asked["reason"], of.by) for each in of.holders]
        suspension_rules.suspend_each(of.service, leaves, on=of.on, keeps_seat=asked["keeps_seat"])
        text = ngettext(
            "%(count)s license is suspended until %(day)s.",
            "%(count)s licenses are suspended until %(day)s.",
            len(leaves),
        )
        return text % {"count": len(leaves), "day": date_format(until, "DATE_FORMAT")}


class Exempt(Action):
    name, label, icon, form = "exempt", gettext_lazy("Exempt…"), "shield", ExemptForm

    def heading(self, of: Ticked) -> str:
        text = ngettext(
            "Exempt %(count)s person from reviews of %(service)s",
            "Exempt %(count)s people from reviews of %(service)s",
            len(of.licenses),
        )
        return text % {"count": len(of.licenses), "service": of.service}

    def obstacles(self, of: Ticked) -> Iterable[Concern]:
        already: list[int] = []
        for some in batches(of.ids):
            theirs = Exemption.objects.lasting(of.on).of(of.service).by(among(some))
            already += theirs.values_list("user", flat=True)
        if already:
            text = ngettext(
                "%(count)s of these is already exempt.", "%(count)s of these are already exempt.", len(already)
            )
            yield Concern("exempt", text % {"count": len(already)}, sorted(set(already)))
        yield from own(of)

    def happens(self, of: Ticked) -> list[str]:
        return [
            _("Until then they are not judged by low use of %(service)s, and not asked.") % {"service": of.service},
            _("They keep their licenses, and their seats."),
            _("No email is sent."),
        ]

    def carry_out(self, of: Ticked, asked: Mapping[str, Any]) -> str:
        people = [each.user for each in of.holders]
        terms = {"until": asked["until"], "reason": asked["reason"], "by": of.by, "on": of.on}
        exemption_rules.exempt_each(people, of.service, **terms)
        text = ngettext(
            "%(count)s person is exempt until %(day)s.", "%(count)s people are exempt until %(day)s.", len(people)
        )
        return text % {"count": len(people), "day": date_format(asked["until"], "DATE_FORMAT")}


def register() -> None:
    ACTIONS.update({each.name: each for each in (Suspend(), Exempt())})
