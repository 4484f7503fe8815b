"""What a list is narrowed by, each with the address of the list without it."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from seatwise.lib.conditions import says_something

ORDER = ("sort", "descending")


@dataclass(frozen=True)
class Chip:
    """One thing that the list is narrowed by."""

    text: str
    address: str
    hint: str  # what is to be known of it


def chips(form: forms.Form, asked: QueryDict) -> list[Chip]:
    """One chip for each field that says something. A form with errors has none: its list is not narrowed."""
    return list(_chips(form, asked)) if form.is_valid() else []


def _chips(form: forms.Form, asked: QueryDict) -> Iterator[Chip]:
    for bound in form:
        value = form.cleaned_data.get(bound.name)
        if bound.name not in ORDER and says_something(value):
            yield Chip(text(bound, value), without(asked, bound.name), str(bound.help_text))


def text(bound: BoundField, value: Any) -> str:
    """A field and its value, as a person would say it."""
    label = str(bound.label)
    if value is True:
        return label
    if isinstance(bound.field, forms.ChoiceField) and not isinstance(bound.field, forms.ModelChoiceField):
        value = dict(bound.field.choices).get(value, value)  # type: ignore[arg-type]
        if bound.is_hidden:
            return str(value)
    elif isinstance(value, datetime.date):
        value = date_format(value, "SHORT_DATE_FORMAT")
    elif as_text := getattr(bound.field, "as_text", None):
        value = as_text(value)
    elif isinstance(value, int):
        value = bound.value()
    return _("%(label)s: %(value)s") % {"label": label, "value": value}


def without(asked: QueryDict, *names: str) -> str:
    """The address of the same list without some parameters, and without those that are empty; from its first page."""
    return tidy(asked, *names, "page")


def tidy(asked: QueryDict, *left_out: str) -> str:
    """A query string without some parameters, and without those that are empty."""
    query = asked.copy()
    for name in [name for name in query if name in left_out or not query[name]]:
        del query[name]
    return f"?{query.urlencode()}" if query else "?"
