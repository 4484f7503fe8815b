"""The forms of licenses by file: the upload, the list of differences, and the export."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise.configuration import today
from seatwise.directory.listing import SearchForm
from seatwise.directory.models import Service
from seatwise.directory.uploads import MOST_BYTES
from seatwise.lib.licenses_file import DELIMITERS

DETECTED = ("", gettext_lazy("detect it"))
ENCODINGS = [
    DETECTED,
    ("utf-8", "UTF-8"),
    ("cp932", gettext_lazy("Shift_JIS (CP932)")),
    ("euc-jp", "EUC-JP"),
    ("utf-16", "UTF-16"),
    ("latin-1", "Latin-1"),
]
SEPARATORS = [
    DETECTED,
    ("comma", gettext_lazy("comma")),
    ("semicolon", gettext_lazy("semicolon")),
    ("tab", gettext_lazy("tab")),
    ("space", gettext_lazy("space")),
]
HEADINGS = [DETECTED, ("yes", gettext_lazy("it holds headings")), ("no", gettext_lazy("it holds a user"))]
WHAT = [
    ("", gettext_lazy("all")),
    ("added", gettext_lazy("added")),
    ("removed", gettext_lazy("removed")),
]


class UploadForm(forms.Form):
    """A file, and how it is to be read."""

    use_required_attribute = False

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy(
            "A row for each user: the login name, and then one service code a column. A row replaces all services of "
            "its user; a login name alone removes them all. Users without a row are not touched."
        ),
    )
    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), choices=ENCODINGS, required=False)
    delimiter = forms.ChoiceField(label=gettext_lazy("Separator"), choices=SEPARATORS, required=False)
    heading = forms.ChoiceField(label=gettext_lazy("The first row"), choices=HEADINGS, required=False)
    confirms: "forms.ModelMultipleChoiceField[Service]" = forms.ModelMultipleChoiceField(
        label=gettext_lazy("This is an export of the service’s own state"),
        queryset=Service.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Then no license is changed: it is shown what was carried out there, and what differs. It has to name "
            "everybody who has the service."
        ),
    )
    as_of = forms.DateField(
        label=gettext_lazy("Exported on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Only for such an export; today where nothing is said."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        confirms: Any = self.fields["confirms"]
        confirms.queryset = Service.objects.waiting_for_effects()

    def clean_file(self) -> Any:
        """Refuse what is too large to be such a list."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(most)s MB. Bring it in with the command seatwise licenses import.")
                % {"most": MOST_BYTES // 1024 // 1024}
            )
        return file

    def clean_delimiter(self) -> str:
        """The character itself."""
        return DELIMITERS.get(self.cleaned_data["delimiter"], "")

    def clean_heading(self) -> bool | None:
        """None where it is to be found out."""
        return {"yes": True, "no": False}.get(self.cleaned_data["heading"])

    def clean_as_of(self) -> Any:
        """No day to come."""
        day = self.cleaned_data["as_of"]
        if day is not None and day > today():
            raise forms.ValidationError(_("This day is still to come."))
        return day


class DifferencesForm(SearchForm):
    """Narrows the list of differences."""

    service = forms.ChoiceField(label=gettext_lazy("Service"), required=False)
    what = forms.ChoiceField(label=gettext_lazy("Difference"), choices=WHAT, required=False)

    def __init__(self, data: Any, codes: "dict[str, str]") -> None:
        super().__init__(data)
        field: Any = self.fields["service"]
        field.choices = [("", _("all")), *codes.items()]


class ExportForm(SearchForm):
    """Which file is wanted: its encoding, whose, and what services are called in it."""

    encoding = forms.ChoiceField(
        choices=[("", ""), ("utf-8", "UTF-8"), ("cp932", gettext_lazy("Shift_JIS (CP932)"))], required=False
    )
    service: "forms.ModelChoiceField[Service]" = forms.ModelChoiceField(
        queryset=Service.objects.all(), to_field_name="code", required=False
    )
    everybody = forms.BooleanField(required=False)
    short_codes = forms.BooleanField(required=False)
    no_heading = forms.BooleanField(required=False)
