"""The query string of User Access Monitoring as a form: what is wanted, in which order, as of when.

One form for all surfaces: the page, its files and the API read it, and the API documents its fields.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from seatwise.directory.choices import department_choice
from seatwise.directory.models import Department, Employment, Service, User
from seatwise.lib import days
from seatwise.lib.usage import SORTS, Narrowing, Sorting
from seatwise.monitoring.basis import known_day
from seatwise.site.fields import FlagField, day_input
from seatwise.site.search import SearchForm, choice, words

EARLIEST, LATEST = 1971, 9998  # the years that can be counted with
USES = (
    ("used", gettext_lazy("Used in the last 30 days")),
    ("unused", gettext_lazy("Not used in the last 30 days")),
)


@dataclass(frozen=True)
class UsageQuery:
    """What a query string asks for. `as_of` is a day, or None for the day up to which usage is counted."""

    narrowing: Narrowing
    sorting: Sorting
    as_of: int | None


class MonthField(forms.Field):
    pattern = "^[0-9]{4}-[0-9]{2}$"  # as the API describes it
    widget = forms.TextInput(attrs={"type": "month", "placeholder": "YYYY-MM", "autocomplete": "off"})

    def to_python(self, value: str | None) -> int | None:
        if not value:
            return None
        try:
            month = days.parse_month(value.strip())
            if EARLIEST <= month // 12 <= LATEST:
                return month
            raise ValueError
        except ValueError:
            raise forms.ValidationError(
                gettext_lazy("“%(value)s” is not a month (expected YYYY-MM, such as 2026-03)."),
                params={"value": value},
            ) from None

    def prepare_value(self, value: Any) -> Any:
        return f"{value // 12:04d}-{value % 12 + 1:02d}" if isinstance(value, int) else value

    @staticmethod
    def as_text(month: int) -> str:
        """The month as a person reads it."""
        return date_format(days.date_of(days.first_day_of(month)), "YEAR_MONTH_FORMAT")


class NarrowingForm(SearchForm):
    """Narrows, sorts and dates the list."""

    department = department_choice()
    last_access_by = MonthField(
        label=gettext_lazy("Last access in or before"),
        required=False,
        help_text=gettext_lazy("Users without access are included."),
    )
    at_most = forms.IntegerField(label=gettext_lazy("Access days at most"), required=False, min_value=0, max_value=31)
    never = FlagField(label=gettext_lazy("No access since recording began"), required=False)
    held_at_least = forms.IntegerField(
        label=gettext_lazy("License held for at least (days)"), required=False, min_value=1, max_value=36500
    )
    employment = choice(gettext_lazy("Employment"), Employment.choices)
    text = words(gettext_lazy("Name or login"))
    as_of = forms.DateField(
        label=gettext_lazy("As of"),
        required=False,
        widget=day_input(),
        input_formats=["%Y-%m-%d"],
    )
    use = forms.ChoiceField(
        label=gettext_lazy("Seats"), choices=[("", ""), *USES], required=False, widget=forms.HiddenInput
    )
    sort = forms.ChoiceField(choices=[(sort, sort) for sort in SORTS], required=False, widget=forms.HiddenInput)
    descending = FlagField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, person: User | AnonymousUser, service: Service) -> None:
        self.service = service
        super().__init__(data, department=Department.objects.visible_to(person).in_tree_order())

    def clean_as_of(self) -> datetime.date | None:
        """A day that something is known of."""
        return known_day(self.service, self.cleaned_data["as_of"])

    @property
    def narrows(self) -> bool:
        """Whether the list is not all of it. Its order and its day leave nobody out."""
        return self.is_valid() and self.wanted().narrowing != Narrowing()

    def wanted(self) -> UsageQuery:
        """What is asked for; the whole list where the form is wrong, since it says so."""
        asked = self.cleaned_data if self.is_valid() else {}
        department = asked.get("department")
        as_of = asked.get("as_of")
        narrowing = Narrowing(
            department=department.code if department else None,
            last_access_by=asked.get("last_access_by"),
            at_most=asked.get("at_most"),
            never=bool(asked.get("never")),
            use=asked.get("use") or None,
            text=asked.get("text") or None,
            held_at_least=asked.get("held_at_least"),
            employment=asked.get("employment") or None,
        )
        sorting = Sorting(asked.get("sort") or SORTS[0], bool(asked.get("descending")))
        return UsageQuery(narrowing, sorting, days.day_of(as_of) if as_of else None)
