"""A table in a file: bytes in, headings and rows out, whatever program wrote it. No database and no Django.

CSV and its kin (commas, semicolons, tabs or bars; Excel's `sep=` line), XLSX, JSON (a list of objects, or an object
that holds one) and JSON lines, whose headings are paths such as `assignee.login`. All cells are texts, trimmed.
"""

import csv
import datetime
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from seatwise.lib.decoding import decode, is_keepable
from seatwise.lib.notices import Code, Notice
from seatwise.lib.sheet_cells import as_they_look, sheet_cells
from seatwise.lib.tables import is_made_safe

SEPARATORS = ",;\t|"
MOST_ABOVE = 10  # rows above the heading, and it
SAMPLE = 65_536  # characters in which the heading is looked for
MOST_UNPACKED = 1 << 30  # bytes of a workbook
_ZIP = b"PK\x03\x04"
_SEPARATOR_LINE = re.compile(r"[\"']?sep=([,;\t|])[\"']?\r?\n", re.IGNORECASE)
_AROUND = ("'", "=")  # what begins a cell that a spreadsheet has put something around
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)  # how spreadsheets are made to leave a text alone

TOTALS = ("total", "totals", "grand total", "合計", "計", "総計", "合计", "总计", "總計")
# What stands below a table, or between its parts, in place of somebody.
_FOOTER = re.compile(
    r"(?:sub|grand )?-?totals?\b.*|(?:合|小|総|累|總)計.*|(?:合|小|总)计.*|(?:出力|作成|取得)日時?.*|[\w ]+: ?\d+"
    r"|(?:generated|exported|created|downloaded|report date|report period)[\s:].*",
    re.IGNORECASE,
)

Record = tuple[int, list[str]]  # the line on which it begins (the row, of a workbook), and its cells
Headless = Callable[[list[str]], list[str] | None]  # the headings of a table without a row of them, by its first row
Score = Callable[[list[str]], int]  # how sure it is that some cells are the headings; 0 for not at all


class TableCode(Code):
    """Why rows of a file cannot be read."""

    NOT_CSV = "%(file)s line %(line)s: it is not CSV (%(why)s)"
    NOT_JSON = "%(file)s line %(line)s: it is not JSON (%(why)s)"
    NOT_ROWS = "%(file)s: it is JSON, but not a list of objects (expected [{…}, {…}] or one object a line)"
    NOT_XLSX = "%(file)s: it is not an Excel workbook (%(why)s); save it again, or as CSV"
    SHEETS = (
        "%(file)s: several sheets have the same headings (%(sheets)s): put their rows into one, or save each as CSV"
    )
    TOO_LARGE = "%(file)s: the unpacked workbook is larger than %(most)s MB: save it as CSV"


class BrokenTable(Exception):
    """It cannot be read from here on; `line` is that on which it stops."""

    def __init__(self, line: int, code: TableCode, **values: str | int) -> None:
        super().__init__(code.name)
        self.line, self.code, self.values = line, code, values

    def notice(self, file: str) -> Notice:
        return Notice(self.code, {"file": file, "line": self.line, **self.values})


@dataclass
class Table:
    """The rows of a file below its headings, each with its line; those that are empty are left out, and counted."""

    encoding: str
    delimiter: str = ","
    headings: list[str] = field(default_factory=list)
    line: int = 1  # of the headings
    blank_rows: int = 0
    records: Iterator[Record] = field(default_factory=lambda: iter(()))

    def __iter__(self) -> Iterator[Record]:
        """Raises BrokenTable."""
        for line, cells in self.records:
            if any(cells):
                yield line, cells
            else:
                self.blank_rows += 1


def read_table(data: bytes, score: Score, encoding: str | None = None, headless: Headless = lambda row: None) -> Table:
    """The table in a file. Its headings are the first row that `score` is sure of, most of all; else those that
    `headless` knows it to be without; else the longest.

    Raises decoding.UnreadableText and BrokenTable.
    """
    if data.startswith(_ZIP) and _is_workbook(data):
        return _workbook(data, score)
    text, used = decode(data, encoding)
    if text[:SAMPLE].lstrip()[:1] in ("[", "{"):
        return _json_table(text, used)
    before = 0
    separators: str = SEPARATORS
    if match := _SEPARATOR_LINE.match(text):
        separators, text, before = match[1], text[match.end() :], 1
    sample = text[:SAMPLE]
    tried = sorted(separators, key=lambda each: (-sample.count(each), SEPARATORS.index(each)))
    heads = [(separator, *_headings(_text_records(sample, separator, before), score)) for separator in tried]
    separator, above, found, sure = max(heads, key=lambda head: head[3])
    for each in tried if not sure[0] else ():
        if headings := headless(_first(_text_records(sample, each, before))):
            return Table(used, each, headings, before, records=_text_records(text, each, before))
    records = _text_records(text, separator, before)
    return _below(Table(used, separator), records, above, found)


def is_footer(cells: Sequence[str]) -> bool:
    """Whether a row is a total or a note, in place of somebody."""
    return cells[0].casefold() in TOTALS or (not any(cells[1:]) and _FOOTER.fullmatch(cells[0]) is not None)


def is_heading(cells: Sequence[str], headings: Sequence[str]) -> bool:
    """Whether a row says what the headings say, as on each page of what was made to be printed."""
    return len(cells) > 1 and cells[0] == headings[0] and [*filter(None, cells)] == [*filter(None, headings)]


def check_table(data: bytes, encoding: str | None = None) -> None:
    """Raises decoding.UnreadableText where the bytes are neither text nor a workbook."""
    if not (data.startswith(_ZIP) and _is_workbook(data)):
        decode(data, encoding)


def csv_records(text: str, delimiter: str, before: int) -> Iterator[Record]:
    """The records of CSV (RFC 4180), trimmed, each with its line (those `before` counted). Raises BrokenTable."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = before + reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BrokenTable(line, TableCode.NOT_CSV, why=str(error)) from None
        yield line, [cell.strip() for cell in record]


def _text_records(text: str, delimiter: str, before: int) -> Iterator[Record]:
    """The same without what spreadsheets put around texts."""
    records = csv_records(text, delimiter, before)
    if not any(sign in text for sign in _AROUND):  # as in most files
        yield from records
        return
    for line, cells in records:
        yield line, [_unwrapped(cell) if cell[:1] in _AROUND else cell for cell in cells]


def _first(records: Iterator[Record]) -> list[str]:
    try:
        return next((cells for _line, cells in records if any(cells)), [])
    except BrokenTable:  # it is found again
        return []


def _unwrapped(text: str) -> str:
    if text.startswith("'") and (text[1:].isdecimal() or is_made_safe(text)):  # as spreadsheets mark a text
        return text[1:].strip()
    found = _AS_TEXT.fullmatch(text) if text.startswith('="') else None
    return found[1].replace('""', '"').strip() if found else text


def _headings(records: Iterator[Record], score: Score) -> tuple[int, list[str], tuple[int, int]]:
    """How many records stand above the headings, these, and how sure that is: what `score` says, then their number."""
    best: tuple[int, list[str], tuple[int, int]] = (0, [], (0, 0))
    try:
        for above, (_line, cells) in enumerate(islice(records, MOST_ABOVE)):
            sure = (score(cells), sum(map(bool, cells)))
            if sure > best[2] and (best[2][0] == 0 or sure[0] > best[2][0]):
                best = (above, cells, sure)
    except BrokenTable:  # the sample ends somewhere; or else it is found again
        pass
    return best


def _below(table: Table, records: Iterator[Record], above: int, headings: list[str]) -> Table:
    """The table whose headings are those of a record, with what stands below them."""
    for _record in islice(records, above):
        pass
    table.headings = headings
    if headings:
        table.line, _cells = next(records)
    table.records = records
    return table


def _is_workbook(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def _workbook(data: bytes, score: Score) -> Table:
    """The sheet of a workbook whose headings are surest, of those that are not hidden."""
    from openpyxl import load_workbook  # noqa: PLC0415 - slow to import, and most files are text

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(info.file_size for info in archive.infolist()) > MOST_UNPACKED:
            raise BrokenTable(1, TableCode.TOO_LARGE, most=MOST_UNPACKED >> 20)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        shown = [each for each in book.worksheets if each.sheet_state == "visible"] or book.worksheets
        heads = [(sheet, *_headings(_sheet_records(sheet), score)) for sheet in shown]
    except BrokenTable:
        raise
    except Exception as error:  # whatever a broken archive or its XML makes the library raise
        raise BrokenTable(1, TableCode.NOT_XLSX, why=str(error) or type(error).__name__) from None
    if not heads:
        raise BrokenTable(1, TableCode.NOT_XLSX, why="0 sheets")
    sheet, above, headings, sure = max(heads, key=lambda head: head[3])
    same = [head[0].title for head in heads if sure[0] and head[2] == headings]
    if len(same) > 1:
        raise BrokenTable(1, TableCode.SHEETS, sheets=", ".join(same))
    full = ((line, cells + [""] * (len(headings) - len(cells))) for line, cells in _sheet_records(sheet))
    read = "XLSX" if len(heads) == 1 else f"XLSX: {sheet.title}"
    table = _below(Table(read, ""), full, above, headings)
    if found := sheet_cells(data, sheet._worksheet_path, len(headings)):
        table.records = as_they_look(table.records, found)
    return table


def _sheet_records(sheet: Any) -> Iterator[Record]:
    try:
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            found = [_plain(cell) for cell in cells]
            while found and not found[-1]:
                found.pop()
            yield number, found
    except Exception as error:  # see _workbook
        raise BrokenTable(1, TableCode.NOT_XLSX, why=str(error) or type(error).__name__) from None


def _plain(value: object) -> str:
    """A value of a workbook or of JSON as a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ") if value.time() != datetime.time() else value.date().isoformat()
    if isinstance(value, list):
        return "; ".join(_plain(each) for each in value if not isinstance(each, dict | list))
    text = str(value).strip()
    return text if is_keepable(text) else text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _json_table(text: str, encoding: str) -> Table:
    """Objects as rows. A heading is the path of a value; one of objects within a list has none."""
    found = list(_json_objects(text))
    rows = [(line, dict(_values(item))) for line, item in found]
    headings = list(dict.fromkeys(chain.from_iterable(row for _line, row in rows)))
    records = ((line, [row.get(heading, "") for heading in headings]) for line, row in rows)
    return Table(encoding, "", headings, 1, records=records)


def _json_objects(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a list with their numbers, or of lines with theirs."""
    decoder, blanks = json.JSONDecoder(), re.compile(r"\s*")
    at, line, found = 0, 1, list[tuple[int, Any]]()
    while (start := blanks.match(text, at).end()) < len(text):  # type: ignore[union-attr]
        line += text.count("\n", at, start)
        try:
            item, at = decoder.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            why = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
            raise BrokenTable(getattr(error, "lineno", line), TableCode.NOT_JSON, why=why) from None
        found.append((line, item))
        line += text.count("\n", start, at)
    rows = list(enumerate(_rows_of(found[0][1]), 1)) if len(found) == 1 else found
    if not all(isinstance(item, dict) for _line, item in rows):
        raise BrokenTable(1, TableCode.NOT_ROWS)
    yield from rows


def _rows_of(whole: Any) -> Sequence[Any]:
    """The list that JSON is, or the one of objects that an object holds; one object alone is a row."""
    if not isinstance(whole, dict):
        return whole if isinstance(whole, list) else [whole]
    lists = [value for value in whole.values() if isinstance(value, list) and any(isinstance(i, dict) for i in value)]
    return lists[0] if len(lists) == 1 else [whole]


def _values(item: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in item.items():
        if isinstance(value, dict):
            yield from _values(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", _plain(value)
