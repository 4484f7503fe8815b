"""A list for programs: searched by the form of its page, in parts in place of pages and files."""

from typing import Any, Protocol, TypeVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _, gettext_lazy, gettext_noop
from ninja import Field, Schema

from seatwise.site.fields import FlagField
from seatwise.site.problems import refuse_invalid
from seatwise.site.search import SearchForm

USUAL, MOST, LAST = 100, 1000, 10_000_000  # rows of an answer, and before it
F = TypeVar("F", bound="PartForm")


class Rows(Protocol):
    """What can be counted and sliced."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Any: ...


class PartForm(SearchForm):
    """To be mixed into the form of a list: the part of it that is wanted."""

    file_parameters = ()
    page_parameters = ()
    limit = forms.IntegerField(
        label=gettext_lazy("Rows per page (default 100)"), required=False, min_value=1, max_value=MOST
    )
    offset = forms.IntegerField(label=gettext_lazy("Rows to skip"), required=False, min_value=0, max_value=LAST)


class RowsOut(Schema):
    """What a part says of itself, before its rows."""

    count: int
    limit: int
    offset: int
    next: str | None = Field(description=gettext_noop("The address of the next page; null at the end."))


def documented(form: type[PartForm]) -> list[dict[str, Any]]:
    """All fields of a form as OpenAPI has them, in English."""
    with translation.override("en"):
        return parameters(form)


def parameters(form: type[PartForm]) -> list[dict[str, Any]]:
    """The same, described in the language that is spoken now."""
    return [_parameter(name, field) for name, field in form.base_fields.items()]


def _parameter(name: str, field: forms.Field) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if isinstance(field, FlagField):
        schema = {"type": "boolean", "default": False}
    elif pattern := getattr(field, "pattern", None):
        schema |= {"pattern": pattern}
    elif isinstance(field, forms.DateField):
        schema |= {"format": "date"}
    elif isinstance(field, forms.IntegerField):
        schema = {"type": "integer", "minimum": field.min_value, "maximum": field.max_value}
    elif isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        schema |= {"enum": [value for value, _label in field.choices if value]}  # type: ignore[union-attr,misc]
    elif isinstance(field, forms.CharField):
        schema |= {"maxLength": field.max_length}
    said = {
        "department": _("Code of a department; sub-departments are included."),
        "service": _("The code of the service."),
        "sort": _("Sort field, ascending; ties are sorted by login."),
        "descending": _("Descending order."),
    }.get(name) or " ".join(str(part) for part in (field.label, field.help_text) if part)
    schema = {key: value for key, value in schema.items() if value is not None}
    return {"in": "query", "name": name, "required": False, "description": said, "schema": schema}


def checked(form: F) -> F:
    """The form; Problem where the address asks for what there is not."""
    known = _("Allowed parameters: %(known)s.") % {"known": ", ".join(form.fields)}
    refuse_invalid(form, names={"__all__": "query"}, following={"__all__": known})
    return form


def part_of(request: HttpRequest, form: PartForm, rows: "QuerySet[Any] | Rows") -> tuple[dict[str, Any], list[Any]]:
    """What the part that is asked for says of itself, and its rows."""
    limit, offset = form.cleaned_data["limit"] or USUAL, form.cleaned_data["offset"] or 0
    count = rows.count() if isinstance(rows, QuerySet) else len(rows)
    following = _next_address(request, offset + limit) if offset + limit < count else None
    about = {"count": count, "limit": limit, "offset": offset, "next": following}
    return about, list(rows[offset : offset + limit])


def _next_address(request: HttpRequest, offset: int) -> str:
    query = request.GET.copy()
    query["offset"] = str(offset)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
