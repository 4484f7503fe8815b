"""The list of entries: one search form and one list of columns, for the page and for CSV."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise import configuration
from seatwise.audit.changes_in_words import changes_in_words
from seatwise.audit.models import Entry, EntryQuerySet
from seatwise.audit.verbs import in_words


@dataclass(frozen=True)
class Column:
    """One column: what it is called, how it looks, and the text of an entry."""

    label: str | Promise
    look: str
    text: Callable[[Entry], str]


def _when(entry: Entry) -> str:
    return entry.at.astimezone(configuration.zone()).strftime("%Y-%m-%d %H:%M:%S")


def _by(entry: Entry) -> str:
    return entry.by_login or _("(the site itself)")


COLUMNS = [
    Column(gettext_lazy("Number"), "n", lambda entry: str(entry.number)),
    Column(gettext_lazy("When"), "when", _when),
    Column(gettext_lazy("By whom"), "who", _by),
    Column(gettext_lazy("What"), "", lambda entry: entry.verb_in_words),
    Column(gettext_lazy("To whom or what"), "", lambda entry: entry.subject_text),
    Column(gettext_lazy("Before and after"), "changes", lambda entry: " · ".join(changes_in_words(entry))),
    Column(gettext_lazy("Reason"), "", lambda entry: entry.reason),
]


def cells(entry: Entry) -> list[tuple[Column, str]]:
    """An entry as it is shown."""
    return [(column, column.text(entry)) for column in COLUMNS]


def _verbs() -> list[tuple[str, str]]:
    """The verbs that there are entries of."""
    used = Entry.objects.order_by("verb").values_list("verb", flat=True).distinct()
    return [("", _("Everything")), *((verb, in_words(verb)) for verb in used)]


class SearchForm(forms.Form):
    """What to look for. Parameters that it does not know are an error, not silence."""

    text = forms.CharField(label=gettext_lazy("To whom or what, or why"), required=False, max_length=200)
    by = forms.CharField(label=gettext_lazy("By whom (login name)"), required=False, max_length=512)
    verb = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verb"].choices = _verbs()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse what is not in the form."""
        cleaned = super().clean() or {}
        unknown = [name for name in self.data if name not in self.fields and name != "page"]
        if unknown:
            raise forms.ValidationError(
                _("The address says “%(name)s”, which this page does not know. Nothing is shown."),
                params={"name": unknown[0]},
            )
        return cleaned

    def found(self, entries: EntryQuerySet) -> EntryQuerySet:
        """The entries that fit, newest first; none where the form is wrong."""
        if not self.is_valid():
            return entries.none()
        asked = self.cleaned_data
        if asked["text"]:
            entries = entries.mentioning(asked["text"])
        if asked["by"]:
            entries = entries.done_by(asked["by"])
        if asked["verb"]:
            entries = entries.of(asked["verb"])
        zone = configuration.zone()
        end = asked["until"] and asked["until"] + datetime.timedelta(days=1)
        return entries.between(_midnight(asked["since"], zone), _midnight(end, zone)).newest_first()

    def chips(self) -> Iterator[tuple[str, str]]:
        """What was asked for, in words, with the name of its field."""
        if self.is_valid():
            for name, value in self.cleaned_data.items():
                if value:
                    shown = in_words(value) if name == "verb" else value
                    yield name, f"{self.fields[name].label}: {shown}"


def _midnight(day: datetime.date | None, zone: ZoneInfo) -> datetime.datetime | None:
    return datetime.datetime.combine(day, datetime.time(), zone) if day else None
