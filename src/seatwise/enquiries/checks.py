"""Asking people who were ticked on a list whether they still need a license, without a review.

Nothing follows by itself: what was given back is listed among the holders, and waits for administrators at home.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise.directory.models import Service
from seatwise.enquiries import purposes
from seatwise.enquiries.facts import facts_of
from seatwise.enquiries.mails import preview_of_question
from seatwise.enquiries.models import Enquiry
from seatwise.enquiries.questions import Draft, ask_many, due_day, whom_to_ask
from seatwise.letters.composing import problem_of
from seatwise.lib.batches import among, batches
from seatwise.licenses import selection
from seatwise.licenses.bulk_actions import ACTIONS, Action, Ticked
from seatwise.licenses.change_warnings import Concern
from seatwise.licenses.hooks import Mail
from seatwise.site.access import ADMINISTRATOR, role_of
from seatwise.site.fields import day_input
from seatwise.site.home import Waiting

PURPOSE = GIVEN_BACK = "check"


def why(enquiry: Enquiry) -> str:
    return _("An administrator is checking who still needs a license for %(service)s.") % {
        "service": enquiry.license.service
    }


def silence(enquiry: Enquiry) -> str:
    return _("If you do not answer by %(due)s, an administrator decides without your answer.") % {
        "due": date_format(enquiry.due, "DATE_FORMAT")
    }


def after_giving_back(enquiry: Enquiry) -> str:
    return _("Your license stays until an administrator removes it; they are told that you gave it back.")


class AskForm(forms.Form):
    due: "forms.DateField" = forms.DateField(label=gettext_lazy("Answer by"), widget=day_input())


class Ask(Action):
    name, label, icon, form = "ask", gettext_lazy("Ask…"), "circle-question-mark", AskForm

    def initial(self, of: Ticked) -> dict[str, Any]:
        return {"due": due_day(of.service, of.on)}

    def heading(self, of: Ticked) -> str:
        text = ngettext(
            "Ask %(count)s person whether they need %(service)s",
            "Ask %(count)s people whether they need %(service)s",
            len(of.licenses),
        )
        return text % {"count": len(of.licenses), "service": of.service}

    def obstacles(self, of: Ticked) -> Iterable[Concern]:
        asked: list[int] = []
        for some in batches([each.pk for each in of.holders]):
            open_ones = Enquiry.objects.open().about_licenses(among(some))
            asked += open_ones.values_list("license__user", flat=True)
        if asked:
            text = ngettext(
                "%(count)s of these is being asked already.", "%(count)s of these are being asked already.", len(asked)
            )
            yield Concern("asked", text % {"count": len(asked)}, sorted(asked))

    def happens(self, of: Ticked) -> list[str]:
        said = [
            _("They are asked by email and on their home page, and can answer without signing in."),
            _("Nothing is removed automatically. Licenses that are given back wait for you on the home page."),
        ]
        without = sum(bool(problem_of(whom_to_ask(each))) for each in of.holders)
        if without:
            text = ngettext(
                "%(count)s person has no e-mail address and sees the question when they sign in.",
                "%(count)s people have no e-mail address and see the question when they sign in.",
                without,
            )
            said.append(text % {"count": without})
        return said

    def mails(self, of: Ticked, asked: Mapping[str, Any]) -> Sequence[Mail]:
        reached = [each for each in of.holders if not problem_of(whom_to_ask(each))]
        if not reached:
            return ()
        first, due = reached[0], asked.get("due") or due_day(of.service, of.on)
        person, facts = whom_to_ask(first), facts_of([first])[first.pk]
        text = preview_of_question(Enquiry(license=first, person=person, purpose=PURPOSE, due=due, facts=facts))
        return [Mail(str(person), len(reached), text.subject, text.text)]

    def carry_out(self, of: Ticked, asked: Mapping[str, Any]) -> str:
        due: datetime.date = asked["due"]
        made = ask_many([Draft(each, each, due) for each in of.holders], purpose=PURPOSE, by=of.by, on=of.on)
        text = ngettext(
            "%(count)s person is asked to answer by %(day)s.",
            "%(count)s people are asked to answer by %(day)s.",
            len(made),
        )
        return text % {"count": len(made), "day": date_format(due, "DATE_FORMAT")}


def given_back(service: Service) -> "QuerySet[Any, Any]":
    """Who gave back a license that they still hold."""
    found: QuerySet[Any, Any] = _given_back().of(service).values("license__user")
    return found


def _given_back() -> Any:
    return Enquiry.objects.for_purpose(PURPOSE).given_back().filter(license__removed_on=None)


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Licenses that were given back, and are still held. One query."""
    if role_of(request) != ADMINISTRATOR:
        return
    fields = ("license__service__code", "license__service__name")
    for code, name, count in _given_back().order_by(*fields).values_list(*fields).annotate(Count("pk")):
        text = ngettext(
            "%(service)s: %(count)s license was given back.", "%(service)s: %(count)s licenses were given back.", count
        )
        url = f"{reverse('licenses:users', args=[code])}?who={GIVEN_BACK}"
        yield Waiting(text % {"service": name, "count": count}, url, _("Remove them"), "undo-2")


def register() -> None:
    purposes.register(
        purposes.Purpose(
            name=PURPOSE,
            label=gettext_lazy("asked by an administrator"),
            why=why,
            silence=silence,
            after_giving_back=after_giving_back,
            remind_after=(7,),
        )
    )
    ACTIONS[Ask.name] = Ask()
    selection.HOLDERS[GIVEN_BACK] = (gettext_lazy("Holders who gave it back"), given_back)
