"""The query string of User Access Monitoring as a form: what is wanted, in which order, as of when."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy

from seatwise.directory.listing import SearchForm
from seatwise.directory.models import Department, User
from seatwise.lib import days
from seatwise.lib.usage import SORTS, Narrowing, Sorting


@dataclass(frozen=True)
class Wanted:
    """What a query string asks for. `as_of` is a day, or None for the day up to which usage is counted."""

    narrowing: Narrowing
    sorting: Sorting
    as_of: int | None


class MonthField(forms.Field):
    """A month, YYYY-MM, as its number."""

    widget = forms.TextInput(attrs={"type": "month", "placeholder": "YYYY-MM", "autocomplete": "off"})

    def to_python(self, value: str | None) -> int | None:
        """The month; ValidationError for anything else."""
        if not value:
            return None
        try:
            return days.parse_month(value.strip())
        except ValueError:
            raise forms.ValidationError(
                gettext_lazy("“%(value)s” is not a month (expected YYYY-MM, such as 2026-03)."),
                params={"value": value},
            ) from None

    def prepare_value(self, value: Any) -> Any:
        """The month as it is written."""
        return f"{value // 12:04d}-{value % 12 + 1:02d}" if isinstance(value, int) else value


class NarrowingForm(SearchForm):
    """Narrows, sorts and dates the list."""

    department = forms.ModelChoiceField(
        Department.objects.none(),
        to_field_name="code",
        label=gettext_lazy("Department"),
        required=False,
        empty_label=gettext_lazy("All departments"),
    )
    last_access_by = MonthField(
        label=gettext_lazy("Last access in or before"),
        required=False,
        help_text=gettext_lazy("No access is included."),
    )
    at_most = forms.IntegerField(label=gettext_lazy("Access days at most"), required=False, min_value=0, max_value=31)
    never = forms.BooleanField(label=gettext_lazy("No access since recording began"), required=False)
    text = forms.CharField(label=gettext_lazy("Name or login"), required=False, max_length=200)
    as_of = forms.DateField(
        label=gettext_lazy("As of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )
    sort = forms.ChoiceField(choices=[(sort, sort) for sort in SORTS], required=False, widget=forms.HiddenInput)
    descending = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, person: User | AnonymousUser) -> None:
        super().__init__(data)
        departments = Department.objects.visible_to(person).in_tree_order()
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What is asked for; the whole list where the form is wrong, since it says so."""
        asked = self.cleaned_data if self.is_valid() else {}
        department = asked.get("department")
        as_of = asked.get("as_of")
        narrowing = Narrowing(
            department=department.code if department else None,
            last_access_by=asked.get("last_access_by"),
            at_most=asked.get("at_most"),
            never=bool(asked.get("never")),
            text=asked.get("text") or None,
        )
        sorting = Sorting(asked.get("sort") or SORTS[0], bool(asked.get("descending")))
        return Wanted(narrowing, sorting, days.day_of(as_of) if as_of else None)
