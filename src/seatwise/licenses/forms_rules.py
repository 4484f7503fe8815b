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
        help_text=gettext_lazy("And all departments below it."),
    )
    service = forms.ModelChoiceField(Service.objects.none(), label=gettext_lazy("Service"))
    since: "forms.DateField" = forms.DateField(
        label=gettext_lazy("For those who come from"),
        widget=day_input(),
        help_text=gettext_lazy("Whoever was there before that day is left alone."),
    )
    automatic = forms.BooleanField(
        label=gettext_lazy("Give it by itself"),
        required=False,
        help_text=gettext_lazy(
            "Otherwise an administrator looks at it first, as also where seats are missing or there is a warning."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.order_by("position")  # type: ignore[attr-defined]
        self.fields["service"].queryset = Service.objects.all()  # type: ignore[attr-defined]


class LicenseRuleSearch(SearchForm):
    text = words(gettext_lazy("Department"), "mentioning")
    service = service_choice(everything=ALL)
