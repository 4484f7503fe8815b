"""The forms of the pages of letters, and the columns of their list."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from seatwise.directory.listing import Column, SearchForm
from seatwise.letters import kinds
from seatwise.letters.models import Letter, LetterQuerySet, State


def when(moment: datetime.datetime | None) -> str:
    """A moment in the organization's zone, for lists."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


WRITTEN = Column[Letter](gettext_lazy("Written"), lambda letter: when(letter.written_at))
SENT = Column[Letter](gettext_lazy("Sent"), lambda letter: when(letter.sent_at))
COLUMNS = [
    Column[Letter](gettext_lazy("Letter"), lambda letter: letter.kind_in_words),
    Column[Letter](gettext_lazy("Recipient"), lambda letter: str(letter.to)),
    Column[Letter](gettext_lazy("E-mail address"), lambda letter: letter.address),
    WRITTEN,
    Column[Letter](gettext_lazy("State"), lambda letter: letter.get_state_display()),
    SENT,
    Column[Letter](gettext_lazy("Problem"), lambda letter: letter.problem_in_words),
]


class LetterSearch(SearchForm):
    """Narrows the list of letters."""

    text = forms.CharField(label=gettext_lazy("Name, login name or e-mail"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=gettext_lazy("State"), choices=[("", gettext_lazy("all")), *State.choices], required=False
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", gettext_lazy("all")), *kinds.choices()]  # type: ignore[attr-defined]

    def narrow(self, letters: LetterQuerySet) -> LetterQuerySet:
        """The letters that are asked for; all where the form is wrong, since it says so."""
        if not self.is_valid():
            return letters
        asked = self.cleaned_data
        letters = letters.search(asked["text"])
        letters = letters.with_state(asked["state"]) if asked["state"] else letters
        return letters.of_kind(asked["kind"]) if asked["kind"] else letters


class NotArrivedForm(forms.Form):
    """Why a letter is known not to have arrived."""

    use_required_attribute = False

    reason = forms.CharField(label=gettext_lazy("How is it known?"), max_length=500)
