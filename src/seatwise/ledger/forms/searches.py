"""What lists are narrowed by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from seatwise.directory.listing import SearchForm
from seatwise.directory.models import Service
from seatwise.ledger.models import LogImport, Source


class SourceSearch(SearchForm):
    """Narrows the list of sources."""

    text = forms.CharField(label=gettext_lazy("Name or code"), required=False, max_length=200)
    service = forms.ModelChoiceField(
        Service.objects.none(),
        to_field_name="code",
        label=gettext_lazy("Service"),
        required=False,
        empty_label=gettext_lazy("All services"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = Service.objects.all()  # type: ignore[attr-defined]

    def narrow(self, sources: Any) -> Any:
        """The sources that are asked for; all where the form is wrong, since it says so."""
        if not self.is_valid():
            return sources
        found = sources.search(self.cleaned_data["text"])
        return found.serving(self.cleaned_data["service"]) if self.cleaned_data["service"] else found


class ImportSearch(SearchForm):
    """Narrows the list of imports."""

    source = forms.ModelChoiceField(
        Source.objects.none(),
        to_field_name="code",
        label=gettext_lazy("Source"),
        required=False,
        empty_label=gettext_lazy("All sources"),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"), choices=[("", gettext_lazy("all")), *LogImport.State.choices], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = Source.objects.of_logs()  # type: ignore[attr-defined]

    def narrow(self, imports: Any) -> Any:
        """The imports that are asked for; all where the form is wrong, since it says so."""
        if not self.is_valid():
            return imports
        if self.cleaned_data["source"]:
            imports = imports.of(self.cleaned_data["source"])
        return imports.in_state(self.cleaned_data["state"]) if self.cleaned_data["state"] else imports


class SnapshotSearch(SearchForm):
    """Narrows the list of vendors' reports."""

    service = forms.ModelChoiceField(
        Service.objects.none(),
        to_field_name="code",
        label=gettext_lazy("Service"),
        required=False,
        empty_label=gettext_lazy("All services"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = Service.objects.all()  # type: ignore[attr-defined]

    def narrow(self, snapshots: Any) -> Any:
        """The reports that are asked for; all where the form is wrong, since it says so."""
        asked = self.cleaned_data["service"] if self.is_valid() else None
        return snapshots.of(asked) if asked else snapshots


class RowSearch(SearchForm):
    """Narrows the rows of a report."""

    text = forms.CharField(label=gettext_lazy("Login name"), required=False, max_length=200)

    def narrow(self, rows: Any) -> Any:
        """The rows that are asked for."""
        return rows.search(self.cleaned_data["text"]) if self.is_valid() else rows
