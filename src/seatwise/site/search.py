"""What lists are searched by: the query string as a form whose fields say what they make of the rows."""

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.site.list_files import FileForm

Text = str | Promise
Choices = Iterable[tuple[Any, Any]]
F = TypeVar("F", bound=forms.Field)
M = TypeVar("M", bound=Model)
By = str | Callable[[Any, Any], Any]  # a method of the rows that takes the value, or a function of both
ORDER = ("sort", "descending")


ALL = gettext_lazy("all")


def narrowing(field: F, by: By) -> F:
    """The field, with what it makes of the rows where it says something."""

    def narrows(rows: Any, value: Any) -> Any:
        if not says_something(value):
            return rows
        return getattr(rows, by)(value) if isinstance(by, str) else by(rows, value)

    field.narrows = narrows  # type: ignore[attr-defined]
    return field


def words(label: Any, by: By = "search", most: int = 200, widget: Any = None) -> forms.CharField:
    return narrowing(forms.CharField(label=label, required=False, max_length=most, widget=widget), by)


def choice(
    label: Any, choices: "Choices | Callable[[], Choices]" = (), by: By = "in_state", everything: Text = ALL
) -> forms.ChoiceField:
    """One of some values, or all. A function of them is asked once for each form."""
    field = forms.ChoiceField(label=label, choices=[("", everything)], required=False)
    if callable(choices):
        field.offered = lambda: [("", everything), *choices()]  # type: ignore[attr-defined]
    else:
        field.choices = [("", everything), *choices]
    return narrowing(field, by)


def one_of(label: Any, rows: "QuerySet[M]", by: By = "of", everything: Any = ALL) -> "forms.ModelChoiceField[M]":
    """One thing by its code, or all."""
    return narrowing(
        forms.ModelChoiceField(rows, to_field_name="code", label=label, required=False, empty_label=everything), by
    )


def shows(label: Any, *ways: tuple[str, Text, "str | Callable[[Any], Any]"]) -> forms.ChoiceField:
    """Which rows are shown: (value, in words, method of the rows or function of them), the first by default."""
    made = {value: way for value, _words, way in ways}

    def narrows(rows: Any, value: Any) -> Any:
        way = made[value or ""]
        return (getattr(rows, way)() if way else rows) if isinstance(way, str) else way(rows)

    field = forms.ChoiceField(label=label, choices=[(value, text) for value, text, _way in ways], required=False)
    field.narrows = narrows  # type: ignore[attr-defined]
    return field


def unknown_parameters(asked: Iterable[str], known: Collection[str]) -> str:
    """What to say of the parameters of an address that are not known; "" if all are."""
    unknown = sorted({*asked} - {*known})
    said = _("The address has unknown parameters: %(names)s.")
    return said % {"names": ", ".join(unknown)} if unknown else ""


class SearchForm(forms.Form):
    """The query string as a form: parameters it does not know are an error."""

    use_required_attribute = False
    file_parameters: Collection[str] = tuple(FileForm.base_fields)  # none where the page has no file
    page_parameters: Collection[str] = ("page",)

    def __init__(self, data: Mapping[str, Any] | None, initial: Any = None, **among: "QuerySet[Any]") -> None:
        """`among`: the rows of fields to choose from."""
        super().__init__(data, initial=initial)
        self.file = FileForm({name: (data or {}).get(name, "") for name in self.file_parameters})
        for field in self.fields.values():
            if offered := getattr(field, "offered", None):
                field.choices = offered()  # type: ignore[attr-defined]
        for name, found in among.items():
            self.fields[name].queryset = found  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse what is not a field, and a file that there is not."""
        known = {*self.fields, *self.file_parameters, *self.page_parameters}
        if unknown := unknown_parameters(self.data, known):
            raise forms.ValidationError(unknown)
        for errors in self.file.errors.values():
            self.add_error(None, list(errors))
        return super().clean() or {}

    @property
    def narrows(self) -> bool:
        return self.is_valid() and any(says_something(value) for value in self.cleaned_data.values())

    def narrow(self, rows: Any) -> Any:
        """The rows that are asked for; where the form is wrong, since it says so, those of a form that says nothing."""
        asked = self.cleaned_data if self.is_valid() else {}
        for name, field in self.fields.items():
            if narrows := getattr(field, "narrows", None):
                rows = narrows(rows, asked.get(name))
        return rows


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


def says_something(value: Any) -> bool:
    """Whether a field of a filter or rule asks for anything: not None, not no, not empty. 0 does."""
    return value is not None and value is not False and not (isinstance(value, str | list | tuple) and not value)
