"""The forms by which questions are answered."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from seatwise.directory.requests import refusals_on
from seatwise.enquiries.answers import LONGEST_NOT_NOW, LONGEST_REASON, Reply, refuse_incomplete
from seatwise.enquiries.models import Answer, Enquiry
from seatwise.site.fields import day_input

WORDS = [
    (Answer.KEEP, gettext_lazy("Keep it: it is needed")),
    (Answer.GIVE_BACK, gettext_lazy("Give it back: it is no longer needed")),
    (Answer.NOT_NOW, gettext_lazy("Not now: it will be needed again later")),
]
FIELD_OF = {Answer.KEEP: "reason", Answer.NOT_NOW: "until"}


class TextForAnAnswer(forms.CharField):
    """Needed for some answers, which the form says."""

    def validate(self, value: Any) -> None:
        """May be empty."""


class DayForAnAnswer(forms.DateField):
    """Needed for some answers, which the form says."""

    def validate(self, value: Any) -> None:
        """May be empty."""


class AnswerForm(forms.Form):
    """An answer. Several may stand on one page, so each names its fields after its enquiry."""

    use_required_attribute = False

    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=WORDS,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the answers.")},
    )
    until = DayForAnAnswer(
        label=gettext_lazy("Needed again from"),
        widget=day_input(),
        help_text=gettext_lazy(
            "For “not now”: you are not asked again before this date, such as the end of your leave."
        ),
    )
    reason = TextForAnAnswer(
        label=gettext_lazy("What it is needed for"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Required to keep it. The people who decide about licenses can read it."),
    )

    def __init__(self, data: Any = None, *, enquiry: Enquiry, on: datetime.date, via: str) -> None:
        super().__init__(data, auto_id=f"enquiry-{enquiry.pk}-%s")
        self.on, self.via = on, via
        days = self.fields["until"].widget.attrs
        days["min"] = (on + datetime.timedelta(days=1)).isoformat()
        days["max"] = (on + datetime.timedelta(days=LONGEST_NOT_NOW)).isoformat()

    def clean(self) -> dict[str, Any]:
        """Say beside the field what an answer lacks."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            with refusals_on(self, FIELD_OF.get(self.given.answer, "reason")):  # type: ignore[call-overload]
                refuse_incomplete(self.given, self.via, self.on)
        return cleaned

    @property
    def given(self) -> Reply:
        return Reply(self.cleaned_data["answer"], self.cleaned_data["reason"], self.cleaned_data["until"])


class TakingBackForm(forms.Form):
    """Why something that was given back is needed after all."""

    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("What it is needed for"), max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 2})
    )
