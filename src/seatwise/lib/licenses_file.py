"""A CSV file of who may use which services, as administrators of cybozu.com write it. No database and no Django.

A row is a login name and then one service code a column: the row says all services of that person, a login name alone
that there are none. People without a row are not spoken of. Source: cybozu.com's help, "File Format for Services
Available for Users" (article 020153): spaces around items are trimmed, the first row may hold the names of the items.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from seatwise.lib import people_cells as cells
from seatwise.lib.decoding import decode
from seatwise.lib.logins import fold, visible
from seatwise.lib.notices import Notice
from seatwise.lib.people_cells import Expected, Unexpected
from seatwise.lib.people_columns import COLUMNS
from seatwise.lib.people_file import RowError
from seatwise.lib.table_file import BrokenTable, Table, csv_records
from seatwise.lib.tables import csv_line, is_made_safe

__all__ = ["CYBOZU_CODES", "DELIMITERS", "LicensesFile", "Reading", "RowError", "ServicesRow", "csv_rows", "parse"]

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " "}
# What cybozu.com's files call its services, and what its User API calls the same ones.
CYBOZU_CODES = {"ki": "kintone", "gr": "garoon", "of": "office", "mw": "mailwise", "sa": "secure_access"}
CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,49}")
_HEADINGS = frozenset(fold(heading).replace(" ", "") for heading in COLUMNS[0].headings)


@dataclass(frozen=True)
class Reading:
    """How a file is to be read: None is to be found out."""

    encoding: str | None = None
    delimiter: str | None = None
    heading: bool | None = None


@dataclass(frozen=True)
class ServicesRow:
    """One person's services: codes as they are compared (NFKC, lower case), each once, in the order of the file."""

    line: int
    login: str
    folded: str
    codes: tuple[str, ...]


@dataclass
class LicensesFile:
    """What was read, and what could not be."""

    name: str
    encoding: str
    delimiter: str = ","
    heading: bool = False
    rows: list[ServicesRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    blank_rows: int = 0


def parse(data: bytes, *, name: str, reading: Reading | None = None) -> LicensesFile:
    """Read such a file. Raises decoding.UnreadableText where it is no text; all else is in `errors`."""
    reading = reading or Reading()
    text, used = decode(data, reading.encoding)
    text, skipped = _without_separator_line(text, reading)
    file = LicensesFile(name, used, reading.delimiter or _delimiter_of(text))
    lines: dict[str, int] = {}
    table = Table(used, file.delimiter, records=csv_records(text, file.delimiter, skipped))
    try:
        for place, (line, cells_) in enumerate(table):
            if place == 0 and (_is_heading(cells_) if reading.heading is None else reading.heading):
                file.heading = True
            else:
                _read_row(line, cells_, lines, file)
    except BrokenTable as broken:
        why = str(broken.values["why"])
        file.errors.append(RowError(broken.line, "row", why, Notice(Expected.QUOTES)))
    file.blank_rows = table.blank_rows
    if not file.rows and not file.errors:
        file.errors.append(RowError(1, "row", "", Notice(Expected.ROWS)))
    return file


def _without_separator_line(text: str, reading: Reading) -> tuple[str, int]:
    """Excel's own first line `sep=;`, which no login name of a heading-less file is mistaken for where all is said."""
    found = re.match(r"(?i)sep=[,;\t]\r?\n", text) if reading.delimiter is None else None
    return (text[found.end() :], 1) if found else (text, 0)


def _delimiter_of(text: str) -> str:
    """The one of comma, semicolon and tab by which the most rows are a login name and codes, or nothing behind it."""
    start = text[:65536]

    def fitting(delimiter: str) -> tuple[int, int]:
        try:
            rows = list(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter))
        except csv.Error:
            return 0, 0
        named = [row for row in rows if len(row) > 1 and row[0].strip()]
        fit = [row for row in named if all(_is_code(cell) for cell in row[1:] if cell.strip())]
        heading = bool(named) and named[0] is rows[0] and _is_heading(rows[0])
        return heading + sum(any(cell.strip() for cell in row[1:]) for row in fit), len(fit)

    return max(",;\t", key=fitting)


def _is_code(cell: str) -> bool:
    return CODE.fullmatch(fold(cell.strip())) is not None


def _is_heading(row: Sequence[str]) -> bool:
    return re.sub(r"[\s_]+", "", fold(row[0])) in _HEADINGS


def _read_row(line: int, row: Sequence[str], lines: dict[str, int], file: LicensesFile) -> None:
    login = row[0][1:] if is_made_safe(row[0]) else row[0]
    try:
        folded = fold(cells.read_login(login))
    except Unexpected as problem:
        file.errors.append(RowError(line, "login", visible(login), problem.notice))
        return
    wrong = [cell for cell in row[1:] if cell and not _is_code(cell)]
    file.errors += [RowError(line, "services", visible(cell), Notice(Expected.SERVICE_CODE)) for cell in wrong]
    other = lines.setdefault(folded, line)
    if other != line:
        file.errors.append(RowError(line, "login", login, Notice(Expected.LOGIN_ONCE, {"other_line": other})))
    elif not wrong:
        codes = tuple(dict.fromkeys(fold(cell) for cell in row[1:] if cell))
        file.rows.append(ServicesRow(line, login, folded, codes))


def csv_rows(rows: Iterable[tuple[str, Sequence[str]]], heading: Sequence[str] = ()) -> Iterator[str]:
    """The same file from (login, codes), a line each; the heading, if there is one, first."""
    if heading:
        yield csv_line(heading)
    for login, codes in rows:
        yield csv_line([login, *codes])
