"""A department or a service to choose, for the searches of all lists."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Department, Service
from seatwise.site.fields import LongSelect
from seatwise.site.search import By, Text, narrowing, one_of

ALL_SERVICES = gettext_lazy("All services")
UNAFFILIATED = "~unaffiliated~"  # in place of the code of a department


def in_department(people: Any, chosen: Any) -> Any:
    """The people of a department and those below it, or those of none."""
    return people.unaffiliated() if chosen == UNAFFILIATED else people.in_department(chosen)


class _WithUnaffiliated(ModelChoiceIterator[Department]):
    """All departments, then those who are in none, then each."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        departments = super().__iter__()
        yield next(departments)  # no query yet: a widget looks at the first choice alone, too
        yield UNAFFILIATED, gettext_lazy("Unaffiliated users")
        yield from departments


class _DepartmentOrNone(forms.ModelChoiceField[Department]):
    """A department by its code, or those who are in none, which is UNAFFILIATED."""

    iterator = _WithUnaffiliated

    def to_python(self, value: Any) -> Any:
        return UNAFFILIATED if value == UNAFFILIATED else super().to_python(value)


def department_choice(by: By = in_department, *, unaffiliated: bool = False) -> "forms.ModelChoiceField[Department]":
    """A department, of all where the form does not say among which; or, with `unaffiliated`, those who are in none."""
    field = (_DepartmentOrNone if unaffiliated else forms.ModelChoiceField)(
        Department.objects.in_tree_order(),
        to_field_name="code",
        label=gettext_lazy("Department"),
        required=False,
        empty_label=gettext_lazy("All departments"),
        widget=LongSelect,
    )
    return narrowing(field, by)


def service_choice(by: By = "of", everything: Text = ALL_SERVICES) -> "forms.ModelChoiceField[Service]":
    """A service, of all where the form does not say among which."""
    return one_of(gettext_lazy("Service"), Service.objects.all(), by, everything)
