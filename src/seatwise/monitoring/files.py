"""The list as a file: CSV or XLSX, complete or not at all."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise.lib import days
from seatwise.lib.tables import BYTE_ORDER_MARK, TooManyRows, csv_line, write_xlsx
from seatwise.lib.usage import Table, UsageRow
from seatwise.monitoring.labels import translated
from seatwise.monitoring.listing import Basis

NAMED = 10  # people of whom a file cannot hold everything
TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class FileForm(forms.Form):
    """Which file is wanted; none where `format` is empty."""

    format = forms.ChoiceField(choices=[("", ""), ("csv", "CSV"), ("xlsx", "XLSX")], required=False)
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding"),
        choices=[("", ""), ("utf-8", "UTF-8"), ("cp932", gettext_lazy("Shift_JIS (CP932)"))],
        required=False,
    )
    unencodable = forms.ChoiceField(choices=[("", ""), ("replace", "replace")], required=False)

    def asked(self, name: str) -> str:
        """A value, or "" where there is none or a wrong one."""
        return str(self.cleaned_data.get(name, "")) if self.is_valid() else ""


@dataclass(frozen=True)
class Unencodable:
    """Somebody of whom an encoding cannot hold everything, and which characters those are."""

    row: UsageRow
    characters: str


class CannotHold(Exception):
    """There are people whose cells an encoding cannot hold; `count` of them, of whom the first are named."""

    def __init__(self, count: int, first: list[Unencodable]) -> None:
        super().__init__(count)
        self.count, self.first = count, first


def table_of(of: Basis) -> Table:
    """The columns of a list in the language of whoever asks."""
    return Table(of.window, of.unknown_count, say=translated)


def answer(request: HttpRequest, form: FileForm, of: Basis, rows: Iterable[UsageRow]) -> HttpResponseBase:
    """The file that is asked for, or a page that says why it is not to be had so."""
    kind = form.asked("format")
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        if kind == "xlsx":
            table = table_of(of)
            write_xlsx(spool, table.headings(), (table.cells(row) for row in rows))
        elif form.asked("encoding") == "cp932":
            write_cp932(spool, table_of(of), rows, replace=form.asked("unencodable") == "replace")
        else:
            write_utf8(spool, table_of(of), rows)
    except CannotHold as found:
        spool.close()
        return render(request, "monitoring/unencodable.html", unencodable(request, of, found), status=409)
    except TooManyRows:
        spool.close()
        text = _("An XLSX file holds at most 1,048,575 users, and there are more. Narrow the list down, or take CSV.")
        return render(request, "monitoring/no_file.html", {"text": text, "service": of.service}, status=409)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    day = days.date_of(of.as_of).isoformat() if of.as_of is not None else "nothing"
    name = f"{of.service.code}-{day}.{kind}"
    charset = {"csv": "; charset=shift_jis" if form.asked("encoding") == "cp932" else "; charset=utf-8"}.get(kind, "")
    answer = FileResponse(spool, as_attachment=True, filename=name, content_type=TYPES[kind] + charset)
    answer["Cache-Control"] = "no-store"
    return cast(HttpResponseBase, answer)


def lines(table: Table, rows: Iterable[UsageRow]) -> Iterator[tuple[UsageRow | None, str]]:
    """The lines of a CSV file, each with its row; the first has none."""
    yield None, csv_line(table.headings())
    for row in rows:
        yield row, csv_line(table.cells(row))


def write_utf8(out: IO[bytes], table: Table, rows: Iterable[UsageRow]) -> None:
    """CSV for any spreadsheet, with the byte order mark by which Excel knows UTF-8."""
    out.write(BYTE_ORDER_MARK.encode())
    for _row, line in lines(table, rows):
        out.write(line.encode())


def write_cp932(out: IO[bytes], table: Table, rows: Iterable[UsageRow], *, replace: bool) -> None:
    """CSV for older Japanese programs. Raises CannotHold, unless what it lacks is to be replaced by question marks."""
    count, first = 0, list[Unencodable]()
    for row, line in lines(table, rows):
        try:
            out.write(line.encode("cp932"))
        except UnicodeEncodeError:
            out.write(line.encode("cp932", "replace"))
            count += row is not None
            if row is not None and len(first) < NAMED:
                first.append(Unencodable(row, lacking(line)))
    if count and not replace:
        raise CannotHold(count, first)


def lacking(text: str) -> str:
    """The characters of a text that cp932 does not have, each once."""
    return "".join(dict.fromkeys(c for c in text if c.encode("cp932", "ignore") == b""))


def unencodable(request: HttpRequest, of: Basis, found: CannotHold) -> dict[str, Any]:
    """What the page shows that names the people."""
    choices = {}
    for name, changed in (("replace", {"unencodable": "replace"}), ("utf8", {"encoding": "utf-8"}), ("back", {})):
        query = request.GET.copy()
        for key in FileForm.base_fields if name == "back" else ():
            query.pop(key, None)
        for key, value in changed.items():
            query[key] = value
        choices[name] = f"{request.path}?{query.urlencode()}"
    return {"service": of.service, "count": found.count, "first": found.first, "choices": choices}
