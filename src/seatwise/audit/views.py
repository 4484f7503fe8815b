"""The audit log: a list, the same as a file, and whether it is intact."""

import datetime
from collections.abc import Iterator
from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from seatwise import configuration
from seatwise.audit.models import Entry, EntryQuerySet
from seatwise.audit.verbs import verb_label
from seatwise.audit.verification import verify
from seatwise.site.access import administrators_and_auditors
from seatwise.site.fields import PersonInput, day_input
from seatwise.site.lists import Column, List
from seatwise.site.search import By, SearchForm, choice, narrowing, words

NOTHING = "―"  # files in Shift_JIS have this sign, unlike the usual dash


def changed_fields(entry: Entry) -> Iterator[str]:
    """`field: before → after` for each field that changed; only one side where the other says nothing."""
    model = _model(entry.subject_type)
    for key in [*entry.before, *(key for key in entry.after if key not in entry.before)]:
        field = _field(model, key)
        name = _(str(getattr(field, "verbose_name", "") or key.replace("_", " ")))
        before, after = (_in_words(field, side.get(key)) for side in (entry.before, entry.after))
        if key not in entry.before:
            if after != NOTHING:
                yield _("%(field)s: %(after)s") % {"field": name, "after": after}
        elif before != after:
            yield _("%(field)s: %(before)s → %(after)s") % {"field": name, "before": before, "after": after}


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _field(model: type[models.Model] | None, key: str) -> Any:
    try:
        return model._meta.get_field(key) if model else None
    except FieldDoesNotExist:
        return None


def _in_words(field: Any, value: Any) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return _(", ").join(_in_words(field, each) for each in value)
    if isinstance(value, dict):
        named = ((_(key.replace("_", " ")), _in_words(None, each)) for key, each in value.items())
        return _(", ").join(_("%(label)s: %(value)s") % {"label": label, "value": each} for label, each in named)
    choices = dict(getattr(field, "flatchoices", None) or ())
    return str(choices.get(value, value))


def _when(entry: Entry) -> str:
    return entry.at.astimezone(configuration.zone()).strftime("%Y-%m-%d %H:%M:%S")


def _by(entry: Entry) -> str:
    return entry.by_login or _("(Seatwise)")


ENTRIES: List[Entry] = List(
    heading=gettext_lazy("Audit log"),
    about=gettext_lazy(
        "Who did what, to whom, and when. Entries are only ever added; no one can change or delete them here."
    ),
    nothing=gettext_lazy("Nothing matches these filters. Remove one of them."),
    none_yet=gettext_lazy("No entries"),
    icon="scroll-text",
    actions="audit/actions.html",
    template="audit/entries.html",
    columns=[
        Column(gettext_lazy("Number"), lambda entry: entry.number, "n"),
        Column(gettext_lazy("When"), _when, "when"),
        Column(gettext_lazy("Performed by"), _by, "who"),
        Column(
            gettext_lazy("Action"),
            lambda entry: entry.verb_in_words,
            small=lambda entry: entry.subject_text,
            small_title=gettext_lazy("Target"),
        ),
        Column(gettext_lazy("Before and after"), lambda entry: _("; ").join(changed_fields(entry)), "changes"),
        Column(gettext_lazy("Reason"), lambda entry: entry.reason),
    ],
)


def _verbs() -> list[tuple[str, str]]:
    used = Entry.objects.order_by("verb").values_list("verb", flat=True).distinct()
    return [(verb, verb_label(verb)) for verb in used]


def _day(label: Any, by: By) -> forms.DateField:
    return narrowing(forms.DateField(label=label, required=False, widget=day_input()), by)


class EntrySearch(SearchForm):
    text = words(gettext_lazy("Target or reason"), "mentioning")
    by = words(gettext_lazy("Performed by"), "done_by", 512, widget=PersonInput(bare=True))
    verb = choice(gettext_lazy("Action"), _verbs, "of", gettext_lazy("Everything"))
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


@require_safe
@administrators_and_auditors
def entries(request: HttpRequest) -> HttpResponseBase:
    form = EntrySearch(request.GET)
    found = form.narrow(Entry.objects.visible_to(request.user))
    file = f"audit-log-{configuration.today().isoformat()}"
    return ENTRIES.answer(request, form, found, file=file)


@require_safe
@administrators_and_auditors
def verification(request: HttpRequest) -> HttpResponse:
    """Whether all entries still are what was written."""
    return render(request, "audit/verification.html", {"verdict": verify()})
