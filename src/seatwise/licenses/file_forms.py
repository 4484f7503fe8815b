"""The forms of licenses by file: the upload, the list of differences, and the export."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.configuration import today
from seatwise.directory.models import Service, Upload
from seatwise.directory.uploads import DETECTED, UploadForm
from seatwise.lib.licenses_file import DELIMITERS
from seatwise.site.fields import FlagField, day_input
from seatwise.site.search import ALL, SearchForm, choice

SEPARATORS = [
    DETECTED,
    ("comma", gettext_lazy("comma")),
    ("semicolon", gettext_lazy("semicolon")),
    ("tab", gettext_lazy("tab")),
    ("space", gettext_lazy("space")),
]
HEADINGS = [DETECTED, ("yes", gettext_lazy("it is a heading row")), ("no", gettext_lazy("it is a user"))]


class LicensesFileForm(UploadForm):
    """A file of licenses, and how it is to be read. `confirms`: the services whose own export it is, as of a day; then
    it shows what has been carried out there, and changes no license."""

    kind = Upload.Kind.LICENSES
    command = "seatwise licenses import"
    about_file = gettext_lazy(
        "One row per user: the login name, then one service code per column. A row replaces all "
        "services of its user; a login name alone removes them all. Users without a row are not "
        "changed."
    )
    use_required_attribute = False

    delimiter = forms.ChoiceField(label=gettext_lazy("Separator"), choices=SEPARATORS, required=False)
    heading = forms.ChoiceField(label=gettext_lazy("The first row"), choices=HEADINGS, required=False)
    confirms: "forms.ModelMultipleChoiceField[Service]" = forms.ModelMultipleChoiceField(
        label=gettext_lazy("This is an export from the service"),
        queryset=Service.objects.waiting_for_effects(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "No license is changed: you see what was carried out there and what differs. The file must "
            "list everyone who has the service."
        ),
    )
    as_of = forms.DateField(
        label=gettext_lazy("Exported on"),
        required=False,
        widget=day_input(),
        help_text=gettext_lazy("Only for such an export; today if left empty."),
    )

    def clean_delimiter(self) -> str:
        return DELIMITERS.get(self.cleaned_data["delimiter"], "")

    def clean_heading(self) -> bool | None:
        """None where it is to be found out."""
        return {"yes": True, "no": False}.get(self.cleaned_data["heading"])

    def clean_as_of(self) -> Any:
        day = self.cleaned_data["as_of"] or today()
        if day > today():
            raise forms.ValidationError(_("This date is in the future."))
        return day

    def options(self) -> dict[str, Any]:
        """How it is to be read, as JSON."""
        asked = super().options()
        return asked | {"confirms": [each.pk for each in asked["confirms"]], "as_of": str(asked["as_of"])}


class DifferencesForm(SearchForm):
    service = choice(gettext_lazy("Service"), (), lambda found, code: [each for each in found if each.code == code])
    what = choice(
        gettext_lazy("Difference"),
        [("added", gettext_lazy("added")), ("removed", gettext_lazy("removed"))],
        lambda found, what: [each for each in found if each.added == (what == "added")],
    )

    def __init__(self, data: Any, codes: "dict[str, str]") -> None:
        super().__init__(data)
        field: Any = self.fields["service"]
        field.choices = [("", ALL), *codes.items()]


class ExportForm(SearchForm):
    """Which file is wanted: whose, and what services are called in it."""

    file_parameters = ()
    encoding = forms.ChoiceField(choices=[("utf-8", "UTF-8"), ("cp932", "CP932")], required=False)
    service: "forms.ModelChoiceField[Service]" = forms.ModelChoiceField(
        queryset=Service.objects.all(), to_field_name="code", required=False
    )
    everybody = FlagField(required=False)
    short_codes = FlagField(required=False)
    no_heading = FlagField(required=False)
