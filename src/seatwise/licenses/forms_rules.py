"""The form of a license rule, and what their list is searched by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from seatwise.directory.choices import service_choice
from seatwise.directory.models import Department, Service
from seatwise.site.fields import day_input
from seatwise.site.search import ALL, SearchForm, words


class LicenseRuleForm(forms.Form):
    """Of a department and all below it; from a day on."""

    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=gettext_lazy("Department"),
        help_text=gettext_lazy("Includes sub-departments."),
    )
    service = forms.ModelChoiceField(Service.objects.none(), label=gettext_lazy("Service"))
    since: "forms.DateField" = forms.DateField(
        label=gettext_lazy("Joined on or after"),
        widget=day_input(),
        help_text=gettext_lazy("People who joined before that day are not affected."),
    )
    automatic = forms.BooleanField(
        label=gettext_lazy("Add licenses automatically"),
        required=False,
        help_text=gettext_lazy(
            "Otherwise, or if seats are missing or there is a warning, an administrator checks it first."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.order_by("position")  # type: ignore[attr-defined]
        self.fields["service"].queryset = Service.objects.all()  # type: ignore[attr-defined]


class LicenseRuleSearch(SearchForm):
    text = words(gettext_lazy("Department"), "mentioning")
    service = service_choice(everything=ALL)
