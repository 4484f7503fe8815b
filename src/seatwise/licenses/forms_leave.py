"""The forms of suspensions and exemptions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from seatwise.configuration import today
from seatwise.directory.choices import service_choice
from seatwise.directory.models import Service
from seatwise.directory.person_field import PersonField
from seatwise.site.edit_conflicts import VersionedForm
from seatwise.site.fields import day_input
from seatwise.site.search import ALL, SearchForm, shows, words


def reason_field(*, required: bool = True) -> forms.CharField:
    """Why, which administrators and auditors alone see."""
    return forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        required=required,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Only administrators and auditors can see it."),
    )


class _WhoForm(forms.Form):
    """Somebody, and a service or all."""

    user = PersonField(label=gettext_lazy("User"))
    service = forms.ModelChoiceField(Service.objects.all(), required=False)

    def of_ticked(self) -> None:
        """Ask for the terms alone: who and where is known."""
        for name in ("user", "service", "begins"):
            self.fields.pop(name, None)


class SuspensionForm(_WhoForm):
    service = forms.ModelChoiceField(
        Service.objects.all(),
        label=gettext_lazy("What is suspended"),
        required=False,
        empty_label=gettext_lazy("the whole account"),
    )
    begins: "forms.DateField" = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=day_input(), help_text=gettext_lazy("Empty: from today.")
    )
    until: "forms.DateField" = forms.DateField(
        label=gettext_lazy("Returns on"),
        widget=day_input(),
        help_text=gettext_lazy("The first day it can be used again."),
    )
    keeps_seat = forms.BooleanField(
        label=gettext_lazy("Keep the seat"),
        required=False,
        help_text=gettext_lazy(
            "Otherwise someone else can get it in the meantime, and a free seat is needed on return."
        ),
    )
    reason = reason_field()

    def terms(self) -> dict[str, Any]:
        """As `suspend` wants it."""
        cleaned = dict(self.cleaned_data)
        return {key: cleaned[key] for key in ("begins", "until", "keeps_seat", "reason")}


class ExemptionForm(_WhoForm):
    service = forms.ModelChoiceField(
        Service.objects.all(),
        label=gettext_lazy("Service"),
        required=False,
        empty_label=gettext_lazy("all services"),
    )
    until: "forms.DateField" = forms.DateField(
        label=gettext_lazy("Until"), widget=day_input(), help_text=gettext_lazy("The last day it applies.")
    )
    reason = reason_field()


class DayForm(VersionedForm):
    """Another day for what there is already."""

    until: "forms.DateField" = forms.DateField(widget=day_input())

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].label = label
        self.fields["reason"] = reason_field(required=False)


class EndForm(forms.Form):
    reason = reason_field(required=False)


class _LeaveSearch(SearchForm):
    text = words(gettext_lazy("Name or login"))
    service = service_choice(everything=ALL)


class SuspensionSearch(_LeaveSearch):
    """Narrows the suspensions: those that hold or are planned, where nothing is said."""

    show = shows(
        gettext_lazy("Show"),
        ("", gettext_lazy("current and planned"), "unended"),
        ("asked", gettext_lazy("ending soon"), "asked"),
        ("stuck", gettext_lazy("no seat to return to"), "stuck"),
        ("ended", gettext_lazy("ended"), "ended"),
    )


class ExemptionSearch(_LeaveSearch):
    """Narrows the exemptions: those that hold, where nothing is said."""

    show = shows(
        gettext_lazy("Show"),
        ("", gettext_lazy("valid"), lambda rows: rows.lasting(today())),
        ("over", gettext_lazy("expired or ended"), lambda rows: rows.over(today())),
    )
