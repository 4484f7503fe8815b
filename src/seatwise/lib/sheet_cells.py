"""What the cells of a workbook's sheet say beside their values: which are merged, and which formulas have no result.

Of merged cells only the first has a value in the file. A formula has no result where a program wrote the file and no
spreadsheet has opened it since: its cell would be read as empty. Source: ECMA-376 part 1, 18.3.1.55 (mergeCell, behind
the rows of the sheet), 18.3.1.4 (c) and 18.3.1.40 (f).
"""

import functools
import html
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
_UNCALCULATED = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]{1,3})(\d{1,7})"(?![^>]* t="str")[^>]*>'  # a result that is a text may be empty
    rb"<(?:\w+:)?f\b[^>]*(?:/>|>([^<]*)</(?:\w+:)?f>)(?:<(?:\w+:)?v ?/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
NO_RESULT = "#RESULT? "  # what a formula without a result begins with here: as a spreadsheet writes errors
_LONGEST = 10_000  # bytes of a cell with a formula: it has up to 8,192 characters


@dataclass
class SheetCells:
    """By the number of a row, with columns that count from 0."""

    merged: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # columns, and down to which row
    formulas: dict[int, dict[int, str]] = field(default_factory=dict)  # without a result, after NO_RESULT

    def __bool__(self) -> bool:
        return bool(self.merged or self.formulas)


def sheet_cells(data: bytes, sheet: str, width: int) -> SheetCells:
    """Of the first columns of a sheet, by its path in the workbook."""
    found, text = SheetCells(), b""
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(sheet) as file:
        while more := file.read(1 << 20):
            text = text[-_LONGEST:] + more
            for letters, first, last in _MERGED.findall(text):
                at, row = _column(letters), int(first)
                if at < width and row < int(last) and (at, int(last)) not in found.merged.setdefault(row, []):
                    found.merged[row].append((at, int(last)))
            for letters, row, formula in _UNCALCULATED.findall(text):
                if (at := _column(letters)) < width:
                    found.formulas.setdefault(int(row), {})[at] = (
                        f"{NO_RESULT}={html.unescape(formula.decode()) or '…'}"
                    )
    return found


def _column(letters: bytes) -> int:
    return functools.reduce(lambda number, letter: 26 * number + letter - 64, letters, 0) - 1


def as_they_look(records: Iterable[tuple[int, list[str]]], cells: SheetCells) -> Iterator[tuple[int, list[str]]]:
    """Rows in which merged cells have the value of the first, and formulas without a result stand themselves."""
    above: dict[int, tuple[int, str]] = {}
    for line, row in records:
        for at, formula in cells.formulas.get(line, {}).items():
            row[at] = row[at] or formula
        if any(row):
            for at, (last, value) in above.items():
                row[at] = row[at] or (value if line <= last else "")
        above |= {at: (last, row[at]) for at, last in cells.merged.get(line, ())}
        yield line, row
