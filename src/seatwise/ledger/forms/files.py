"""What is uploaded or pasted: logs, a few lines of one, a vendor's report and which of its columns is what."""

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise.directory.column_forms import ColumnsForm
from seatwise.directory.models import Service, Upload
from seatwise.directory.uploads import UploadForm
from seatwise.ledger import line_check
from seatwise.ledger.snapshot_file import Report
from seatwise.lib.table_file import check_table
from seatwise.site.fields import day_input, zone_name


class TrialForm(forms.Form):
    lines = forms.CharField(
        label=gettext_lazy("Lines of the log"),
        strip=False,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false", "autocapitalize": "off", "wrap": "off"}),
        help_text=gettext_lazy("At most 200 lines and 64 KiB. Nothing of it is stored."),
    )

    def clean_lines(self) -> str:
        """Refuse more than is meant."""
        text: str = self.cleaned_data["lines"].replace("\r\n", "\n")
        count = len(line_check.split(text))
        if count > line_check.MOST_LINES:
            raise forms.ValidationError(
                ngettext(
                    "This is %(count)s line; the limit is 200.",
                    "These are %(count)s lines; the limit is 200.",
                    count,
                )
                % {"count": count}
            )
        if len(text.encode("utf-8", "backslashreplace")) > line_check.MOST_BYTES:
            raise forms.ValidationError(_("This is more than 64 KiB. Paste fewer lines."))
        if not count:
            raise forms.ValidationError(_("Paste one or more lines."))
        return text


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, list | tuple) else [data]
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        for file in files:
            if file is not None and file.size == 0:
                raise forms.ValidationError(_("“%(name)s” is empty. Nothing was stored.") % {"name": file.name})
        return [super(SeveralFiles, self).clean(file, initial) for file in files]


class LogsForm(forms.Form):
    logs = SeveralFiles(label=gettext_lazy("Log files"), max_length=255)


class SnapshotForm(UploadForm):
    """A vendor's report, the service it is about, and the day it is as of."""

    kind = Upload.Kind.REPORT
    check = staticmethod(check_table)
    command = "seatwise import-snapshot"
    about_file = gettext_lazy(
        "A heading row, then one row per user: a login name (or a name), the last access date and, if"
        " available, a number of days. You see how each column is used before anything is imported."
    )
    field_order = ("service", "as_of")

    service = forms.ModelChoiceField(
        Service.objects.all(), to_field_name="code", label=gettext_lazy("Service"), empty_label=None
    )
    as_of = forms.DateField(
        label=gettext_lazy("As of"),
        widget=day_input(),
        help_text=gettext_lazy("The last day the report covers: usually the day it was created."),
    )

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_as_of(self) -> datetime.date:
        """Refuse a day that has not come."""
        day: datetime.date = self.cleaned_data["as_of"]
        if day > self.today:
            raise forms.ValidationError(_("This date is in the future."))
        return day

    def options(self) -> dict[str, Any]:
        """Its service by id, and the day, as JSON."""
        return {"service": self.cleaned_data["service"].pk, "as_of": str(self.cleaned_data["as_of"])}


class ReportColumnsForm(ColumnsForm):
    """Which column of a report is what, and the form of its dates."""

    labels: Mapping[str, str | Promise] = {
        "login": gettext_lazy("Login name"),
        "last_access": gettext_lazy("Last access date"),
        "days": gettext_lazy("Number of days"),
        "name": gettext_lazy("Name"),
        "given": gettext_lazy("Given name"),
        "surname": gettext_lazy("Surname"),
        "department": gettext_lazy("Department"),
        "employee_number": gettext_lazy("Employee number"),
        "state": gettext_lazy("Status"),
    }
    DATES = [
        ("", gettext_lazy("detect from the whole column")),
        ("ymd", gettext_lazy("year, month, day: 26/1/2")),
        ("dmy", gettext_lazy("day, month, year: 2/1/2026")),
        ("mdy", gettext_lazy("month, day, year: 1/2/2026")),
        ("serial", gettext_lazy("spreadsheet day number: 46024")),
        ("epoch", gettext_lazy("seconds or milliseconds since 1970: 1767312000")),
    ]

    def __init__(self, data: Any, report: Report, **how: str) -> None:
        super().__init__(data, report.headings, report.columns, **how)
        self.fields["dates"] = forms.ChoiceField(label=gettext_lazy("Date format"), choices=self.DATES, required=False)
        self.fields["time_zone"] = forms.CharField(
            label=gettext_lazy("Time zone of dates and times"),
            max_length=64,
            required=False,
            help_text=gettext_lazy(
                "For values without an offset: such as UTC or America/Los_Angeles. Empty: the organization’s time zone."
            ),
        )

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        return zone_name(name)

    def how(self) -> dict[str, Any]:
        return super().how() | {"dates": self.cleaned_data["dates"], "time_zone": self.cleaned_data["time_zone"]}
