"""A list as a file, CSV or XLSX: complete or not at all, and nothing replaced without being said."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any, cast

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.lib.tables import BYTE_ORDER_MARK, Cell, NoWorkbook, csv_writer, write_xlsx

IN_MEMORY = 1_000_000  # bytes, before a file goes to the disk
NAMED = 10  # rows of which a file cannot hold everything
TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CHARSETS = {"utf-8": "utf-8", "cp932": "shift_jis"}


class FileForm(forms.Form):
    """Which file is wanted; none where `format` is empty."""

    format = forms.ChoiceField(
        choices=[("", ""), ("csv", "CSV"), ("xlsx", "XLSX")],
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy("“%(value)s” is not a format of this list (expected csv or xlsx).")
        },
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding"),
        choices=[("", ""), ("utf-8", "UTF-8"), ("cp932", gettext_lazy("Shift_JIS (CP932)"))],
        required=False,
    )
    unencodable = forms.ChoiceField(choices=[("", ""), ("replace", "replace")], required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse what says something of CSV where no CSV is asked for."""
        given = self.cleaned_data
        beside = [name for name in ("encoding", "unencodable") if given.get(name)]
        if beside and given.get("format", "csv") != "csv":
            raise forms.ValidationError(
                _("The address has parameters that only work with format=csv: %(names)s.")
                % {"names": ", ".join(beside)}
            )
        return given

    def asked(self, name: str) -> str:
        """A value, or "" where there is none or a wrong one."""
        return str(self.cleaned_data.get(name, "")) if self.is_valid() else ""


@dataclass(frozen=True)
class Unencodable:
    """A row of which an encoding cannot hold everything, and which characters those are."""

    cells: Sequence[Cell]
    characters: str


class CannotHold(Exception):
    """There are rows that an encoding cannot hold; `count` of them, of which the first are named."""

    def __init__(self, count: int, first: list[Unencodable]) -> None:
        super().__init__(", ".join(str(one.cells[0]) for one in first))
        self.count, self.first = count, first


def file_answer(
    request: HttpRequest, form: FileForm, name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponseBase:
    """The file that is asked for, or a page that says why it is not to be had so."""
    kind, encoding = form.asked("format"), form.asked("encoding") or "utf-8"
    if kind == "xlsx":
        return answered(request, f"{name}.xlsx", headings, lambda out: write_xlsx(out, headings, rows))
    lines, replace = csv_lines(headings, rows), form.asked("unencodable") == "replace"
    return answered(request, f"{name}.csv", headings, lambda out: write_csv(out, lines, encoding, replace), encoding)


def answered(
    request: HttpRequest,
    name: str,
    headings: Sequence[str],
    write: Callable[[IO[bytes]], None],
    encoding: str = "",
    *,
    may_replace: bool = True,
    back: tuple[str, str] | None = None,
) -> HttpResponseBase:
    """A file, or a page that says why it is not to be had so; it leads `back` (address, label), or else to the list.

    It is written whole before it is sent: nobody gets half of one, and who writes does not wait for a slow reader.
    """
    spool = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the response closes it
    out = cast(IO[bytes], spool)
    back_url, back_label = back or (f"{request.path}?{_without_file(request).urlencode()}", _("The list"))
    context: dict[str, Any] = {"back_url": back_url, "back_label": back_label}
    try:
        write(out)
    except CannotHold as found:
        spool.close()
        context |= unencodable(request, headings, found, may_replace=may_replace)
        return render(request, "lists/unencodable.html", context, status=409)
    except NoWorkbook as why:
        spool.close()
        return render(request, "lists/no_workbook.html", {**context, "cell": why.cell}, status=409)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    kind = TYPES[name.rpartition(".")[2]] + (f"; charset={CHARSETS[encoding]}" if encoding else "")
    answer = FileResponse(out, as_attachment=True, filename=name, content_type=kind)
    answer["Cache-Control"] = "no-store"
    return cast(HttpResponseBase, answer)


Lines = Iterable[tuple[Sequence[Cell] | None, str]]


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Lines:
    """The lines of a CSV file, each with its row; the first has none."""
    line = csv_writer()
    yield None, line(headings)
    for row in rows:
        yield row, line(row)


def write_csv(out: IO[bytes], lines: Lines, encoding: str, replace: bool = False) -> None:
    """Lines as a file: UTF-8 with the byte order mark by which Excel knows it, or cp932 for older Japanese programs.

    Raises CannotHold, unless what the encoding lacks is to be replaced by question marks.
    """
    if encoding == "utf-8":
        out.write(BYTE_ORDER_MARK.encode())
    count, first = 0, list[Unencodable]()
    for row, line in lines:
        try:
            out.write(line.encode(encoding))
        except UnicodeEncodeError:
            out.write(line.encode(encoding, "replace"))
            count += row is not None
            if row is not None and len(first) < NAMED:
                first.append(Unencodable(row, lacking(line)))
    if count and not replace:
        raise CannotHold(count, first)


def lacking(text: str) -> str:
    """The characters of a text that cp932 does not have, each once."""
    return "".join(dict.fromkeys(c for c in text if c.encode("cp932", "ignore") == b""))


def unencodable(
    request: HttpRequest, headings: Sequence[str], found: CannotHold, *, may_replace: bool
) -> dict[str, Any]:
    """What the page shows that names the rows, each by its first two cells."""
    utf8, replaced = request.GET.copy(), request.GET.copy()
    utf8["encoding"], replaced["unencodable"] = "utf-8", "replace"
    choices = {"utf8": utf8} | ({"replace": replaced} if may_replace else {})
    shown = [*headings[:2], _("Not in Shift_JIS")]
    return {
        "headings": shown,
        "rows": [list(zip(shown, [*one.cells[:2], one.characters], strict=True)) for one in found.first],
        "count": found.count,
        "choices": {key: f"{request.path}?{query.urlencode()}" for key, query in choices.items()},
    }


def _without_file(request: HttpRequest) -> Any:
    query = request.GET.copy()
    for name in FileForm.base_fields:
        query.pop(name, None)
    return query
