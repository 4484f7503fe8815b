"""Choosing on the site which column of a file is what, and keeping that by name for the next file like it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.import_preview import field_label
from seatwise.directory.models import ColumnMapping, Service
from seatwise.lib.people_columns import COLUMNS
from seatwise.lib.table_columns import Problem, chosen_columns, chosen_of, heading_set, written_choice
from seatwise.site.search import SearchForm


class ColumnsForm(SearchForm):
    """Which of a table's columns is what, by its number; `taken` is which are without a choice."""

    file_parameters = ()
    labels: Mapping[str, str | Promise] = {}

    def __init__(self, data: Any, headings: Sequence[str], taken: Mapping[str, int], **initial: str) -> None:
        self.headings = headings
        super().__init__(data or None, initial={what: str(at) for what, at in taken.items()} | initial)
        choices = [
            (str(at), heading or _("column %(number)s") % {"number": at + 1}) for at, heading in enumerate(headings)
        ]
        for what, label in self.labels.items():
            self.fields[what] = forms.ChoiceField(label=str(label), choices=[("", "–"), *choices], required=False)

    def how(self) -> dict[str, Any]:
        """How the file is to be read, as options of an upload and mappings have it."""
        asked = self.cleaned_data
        columns = {what: int(asked[what]) if asked[what] else None for what in self.labels}
        return {"columns": {what: written_choice(self.headings, at) for what, at in columns.items()}}

    def mapping(self, name: str, service: Service | None) -> ColumnMapping:
        """What was chosen, to be kept by a name."""
        return ColumnMapping(name=name, service=service, headings=heading_set(self.headings), **self.how())


class PeopleColumnsForm(ColumnsForm):
    labels = {column.key: column.key for column in COLUMNS}  # for a request to say in its language

    def __init__(self, data: Any, headings: Sequence[str], taken: Mapping[str, int]) -> None:
        self.labels = {column.key: field_label(column.key) for column in COLUMNS}
        super().__init__(data, headings, taken)


class MappingFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"), help_text=gettext_lazy("A mapping that was exported here or on another site.")
    )


def usable(mappings: Iterable[ColumnMapping], headings: Sequence[str]) -> list[ColumnMapping]:
    """Those whose columns a table has."""
    return [each for each in mappings if not isinstance(chosen_columns(headings, chosen_of(each.columns)), Problem)]
