"""The forms of the pages of letters, and the columns of their list."""

import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from seatwise.letters import kinds
from seatwise.letters.models import State
from seatwise.site.lists import Column, List, by_pk
from seatwise.site.search import SearchForm, choice, words


def when(moment: datetime.datetime | None) -> str:
    """A moment in the organization's zone, for lists."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


LETTERS = List(
    heading=gettext_lazy("Letters"),
    about=gettext_lazy(
        "Mails to people: what became of each. A question counts as asked only when its letter was delivered."
    ),
    nothing=gettext_lazy("No letter fits this."),
    none_yet=gettext_lazy("No letters were written yet."),
    icon="mail",
    link=by_pk("letters:letter"),
    template="letters/letters.html",
    columns=[
        Column(gettext_lazy("Letter"), lambda letter: letter.kind_in_words),
        Column(gettext_lazy("Recipient"), lambda letter: str(letter.to)),
        Column(gettext_lazy("E-mail address"), lambda letter: letter.address),
        Column(gettext_lazy("Written"), lambda letter: when(letter.written_at), "when"),
        Column(gettext_lazy("State"), lambda letter: letter.get_state_display()),
        Column(gettext_lazy("Sent"), lambda letter: when(letter.sent_at), "when"),
        Column(gettext_lazy("Problem"), lambda letter: letter.problem_in_words),
    ],
)


class LetterSearch(SearchForm):
    text = words(gettext_lazy("Name, login name or e-mail"))
    state = choice(gettext_lazy("State"), State.choices, "with_state")
    kind = choice(gettext_lazy("Kind"), kinds.choices, "of_kind")


class NotArrivedForm(forms.Form):
    """Why a letter is known not to have arrived."""

    use_required_attribute = False

    reason = forms.CharField(label=gettext_lazy("How is it known?"), max_length=500)
