"""Writing a list: as aligned text for a person, or as CSV or XLSX for a spreadsheet."""

import csv
import datetime
import re
from collections.abc import Callable, Iterable, Sequence
from typing import IO, Any

Cell = str | int | datetime.date | None
BYTE_ORDER_MARK = "\ufeff"
XLSX_ROWS = 1_048_575  # below the heading; source: ECMA-376, and Excel's own limits
XLSX_CHARACTERS = 32_767  # in a cell; source: the same
CUT = -2  # what xlsxwriter answers where it cut a text
_NARROW = re.compile("[ -~─≥]*")  # takes a column each; most texts are such, and what knows of others is slow to import
_FORMULA = tuple("=+-@\t\r\n＝＋－＠'")


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before what could begin one.

    A cell that begins with an apostrophe gets one more, so that taking one off gives every cell back. Source: OWASP,
    "CSV Injection".
    """
    return "'" + cell if cell.startswith(_FORMULA) else cell


def is_made_safe(cell: str) -> bool:
    """Whether a cell is as safe() leaves it, so that its first character, an apostrophe, is not its own."""
    return cell.startswith("'") and cell[1:].startswith(_FORMULA)


class NoWorkbook(ValueError):
    """More rows than a sheet can hold; or more characters than a cell can hold, in `cell`."""

    def __init__(self, text: str, cell: str = "") -> None:
        super().__init__(text)
        self.cell = cell


def csv_line(cells: Iterable[Cell]) -> str:
    """One line of CSV (RFC 4180, CRLF): texts made safe, numbers and dates as they are, None as an empty cell."""
    return csv_writer()(cells)


class _Line:
    """A file whose `write` gives back what is written, and csv.writer with it."""

    write = staticmethod(str)


def csv_writer() -> Callable[[Iterable[Cell]], str]:
    """csv_line for many lines, by one thread."""
    write: Any = csv.writer(_Line, lineterminator="\r\n").writerow
    begins = frozenset(_FORMULA)

    def line(cells: Iterable[Cell]) -> str:
        made: str = write([safe(cell) if isinstance(cell, str) and cell[:1] in begins else cell for cell in cells])
        return made

    return line


def write_xlsx(out: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """A workbook with one sheet: dates and numbers as such, texts as texts, whatever they look like.

    In constant memory. Raises NoWorkbook.
    """
    write_book(out, [("", headings, rows)])


def write_book(
    out: IO[bytes],
    sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]],
    made_at: datetime.datetime | None = None,
) -> None:
    """A workbook with a sheet for each (name, headings, rows). With `made_at`, the same cells give the same bytes.

    In constant memory. Raises NoWorkbook.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - slow to import, and text is written without it

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(out, {**options, "strings_to_numbers": False}) as book:
        if made_at is not None:
            book.set_properties({"created": made_at})
        dates, bold = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"bold": True, "text_wrap": True})
        for name, headings, rows in sheets:
            sheet = book.add_worksheet(name or None)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(headings) - 1, 20)
            for column, heading in enumerate(headings):
                _write_text(sheet, 0, column, heading, bold)
            number = 0
            for number, cells in enumerate(rows, 1):
                if number > XLSX_ROWS:
                    raise NoWorkbook(f"a sheet holds {XLSX_ROWS} rows, and there are more")
                for column, cell in enumerate(cells):
                    _write_cell(sheet, number, column, cell, dates)
            sheet.autofilter(0, 0, number, len(headings) - 1)


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, dates: Any) -> None:
    if isinstance(cell, str):
        _write_text(sheet, row, column, cell)
    elif isinstance(cell, datetime.date):
        sheet.write_datetime(row, column, cell, dates)
    elif cell is not None:
        sheet.write_number(row, column, cell)


def _write_text(sheet: Any, row: int, column: int, text: str, look: Any = None) -> None:
    if sheet.write_string(row, column, text, look) == CUT:
        from xlsxwriter.utility import xl_rowcol_to_cell  # noqa: PLC0415 - see write_book

        cell = xl_rowcol_to_cell(row, column)
        raise NoWorkbook(f"a cell holds {XLSX_CHARACTERS} characters, and there are more in {cell}", cell)


def width(text: str) -> int:
    """The columns of a terminal that a text takes."""
    if _NARROW.fullmatch(text):
        return len(text)
    from wcwidth import wcswidth  # noqa: PLC0415 - see _NARROW

    found = wcswidth(text)
    return found if found >= 0 else len(text)


def shortened(text: str, limit: int = 60) -> str:
    """A text that takes at most `limit` columns, its end left out where it takes more."""
    beginning = text[: 4 * limit]  # longer ones of marks without a width are cut, too
    if len(beginning) == len(text) and width(text) <= limit:
        return text
    while width(beginning) > limit - 1:
        beginning = beginning[:-1]
    return beginning + "…"


def aligned(headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Lines of text with their columns aligned, those numbered in `right` to the right."""
    lines = [list(headings), *([shortened(cell) for cell in row] for row in rows)]
    widths = [max(width(line[i]) for line in lines) for i in range(len(headings))]
    lines.insert(1, ["─" * size for size in widths])
    return [
        "  ".join(
            " " * (size - width(cell)) + cell if i in right else cell + " " * (size - width(cell))
            for i, (cell, size) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
