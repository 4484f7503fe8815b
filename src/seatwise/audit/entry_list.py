"""The list of entries."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise import configuration
from seatwise.audit.changes_in_words import changes_in_words
from seatwise.audit.models import Entry, EntryQuerySet
from seatwise.audit.verbs import in_words
from seatwise.site.lists import Column, List
from seatwise.site.search import By, SearchForm, choice, narrowing, words


def _when(entry: Entry) -> str:
    return entry.at.astimezone(configuration.zone()).strftime("%Y-%m-%d %H:%M:%S")


def _by(entry: Entry) -> str:
    return entry.by_login or _("(the site itself)")


ENTRIES: List[Entry] = List(
    heading=gettext_lazy("Audit log"),
    about=gettext_lazy(
        "Who did what to whom, and when. Entries are only ever added; nobody can change or delete one here."
    ),
    nothing=gettext_lazy("Nothing fits what you look for. Take away one of the conditions."),
    none_yet=gettext_lazy("No entries"),
    icon="scroll-text",
    actions="audit/actions.html",
    template="audit/entries.html",
    columns=[
        Column(gettext_lazy("Number"), lambda entry: entry.number, "n"),
        Column(gettext_lazy("When"), _when, "when"),
        Column(gettext_lazy("By whom"), _by, "who"),
        Column(gettext_lazy("What"), lambda entry: entry.verb_in_words),
        Column(gettext_lazy("To whom or what"), lambda entry: entry.subject_text),
        Column(gettext_lazy("Before and after"), lambda entry: "; ".join(changes_in_words(entry)), "changes"),
        Column(gettext_lazy("Reason"), lambda entry: entry.reason),
    ],
)


def _verbs() -> list[tuple[str, str]]:
    """The verbs that there are entries of."""
    used = Entry.objects.order_by("verb").values_list("verb", flat=True).distinct()
    return [(verb, in_words(verb)) for verb in used]


def _day(label: Any, by: By) -> forms.DateField:
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
    return narrowing(forms.DateField(label=label, required=False, widget=widget), by)


class EntrySearch(SearchForm):
    text = words(gettext_lazy("To whom or what, or why"), "mentioning")
    by = words(gettext_lazy("By whom (login name)"), "done_by", 512)
    verb = choice(gettext_lazy("What"), _verbs, "of", gettext_lazy("Everything"))
    since = _day(gettext_lazy("From"), lambda entries, day: entries.between(_midnight(day), None))
    until = _day(
        gettext_lazy("To"), lambda entries, day: entries.between(None, _midnight(day + datetime.timedelta(days=1)))
    )

    def narrow(self, entries: EntryQuerySet) -> EntryQuerySet:
        """The entries that fit, newest first; none where the form is wrong."""
        found: EntryQuerySet = super().narrow(entries).newest_first() if self.is_valid() else entries.none()
        return found


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), configuration.zone())
