"""The forms of suspensions and exemptions."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from seatwise.directory.forms import PersonField
from seatwise.directory.listing import SearchForm
from seatwise.directory.models import Service
from seatwise.licenses.forms_services import day_input


def reason_field(*, required: bool = True) -> forms.CharField:
    """Why, which administrators and auditors alone see."""
    return forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        required=required,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Only administrators and auditors see it."),
    )


class _WhoForm(forms.Form):
    """Somebody, and a service or all."""

    user = PersonField(label=gettext_lazy("Login name"))
    service = forms.ModelChoiceField(Service.objects.none(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = Service.objects.all()  # type: ignore[attr-defined]


class SuspensionForm(_WhoForm):
    """A new suspension."""

    service = forms.ModelChoiceField(
        Service.objects.none(),
        label=gettext_lazy("What sleeps"),
        required=False,
        empty_label=gettext_lazy("the whole account"),
    )
    begins: "forms.DateField" = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=day_input(), help_text=gettext_lazy("Empty: from today on.")
    )
    until: "forms.DateField" = forms.DateField(
        label=gettext_lazy("Back on"),
        widget=day_input(),
        help_text=gettext_lazy("The first day on which it can be used again."),
    )
    keeps_seat = forms.BooleanField(
        label=gettext_lazy("Keep the seat"),
        required=False,
        help_text=gettext_lazy("Otherwise others may get it meanwhile, and the return needs a free one."),
    )
    reason = reason_field()

    def terms(self) -> dict[str, Any]:
        """As `suspend` wants it."""
        cleaned = dict(self.cleaned_data)
        return {key: cleaned[key] for key in ("begins", "until", "keeps_seat", "reason")}


class ExemptionForm(_WhoForm):
    """A new exemption."""

    service = forms.ModelChoiceField(
        Service.objects.none(),
        label=gettext_lazy("Service"),
        required=False,
        empty_label=gettext_lazy("all services"),
    )
    until: "forms.DateField" = forms.DateField(
        label=gettext_lazy("Until"), widget=day_input(), help_text=gettext_lazy("The last day on which it holds.")
    )
    reason = reason_field()


class DayForm(forms.Form):
    """Another day."""

    until: "forms.DateField" = forms.DateField(widget=day_input())

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].label = label
        self.fields["reason"] = reason_field(required=False)


class EndForm(forms.Form):
    """Why it ends."""

    reason = reason_field(required=False)


class _LeaveSearch(SearchForm):
    text = forms.CharField(label=gettext_lazy("Name or login"), required=False, max_length=200)
    service = forms.ModelChoiceField(
        Service.objects.none(),
        label=gettext_lazy("Service"),
        required=False,
        to_field_name="code",
        empty_label=gettext_lazy("all"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = Service.objects.all()  # type: ignore[attr-defined]

    def _narrowed(self, rows: Any) -> Any:
        asked = self.cleaned_data
        found = rows.search(asked["text"])
        return found.of(asked["service"]) if asked["service"] else found


class SuspensionSearch(_LeaveSearch):
    """Narrows the suspensions: those that hold or are planned, where nothing is said."""

    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            ("", gettext_lazy("now and planned")),
            ("asked", gettext_lazy("ending soon")),
            ("stuck", gettext_lazy("without a seat to come back to")),
            ("ended", gettext_lazy("ended")),
        ],
    )

    def narrow(self, suspensions: Any) -> Any:
        """Those that are asked for."""
        if not self.is_valid():
            return suspensions.unended()
        found = self._narrowed(suspensions)
        shown = {"asked": found.asked, "stuck": found.stuck, "ended": found.ended}
        return shown.get(self.cleaned_data["show"], found.unended)()


class ExemptionSearch(_LeaveSearch):
    """Narrows the exemptions: those that hold, where nothing is said."""

    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[("", gettext_lazy("in force")), ("over", gettext_lazy("over"))],
    )

    def narrow(self, exemptions: Any, on: datetime.date) -> Any:
        """Those that are asked for."""
        if not self.is_valid():
            return exemptions.lasting(on)
        found = self._narrowed(exemptions)
        return found.over(on) if self.cleaned_data["show"] == "over" else found.lasting(on)
