"""Cells of a workbook that are merged with those below: only the first of them has a value in the file.

Source: ECMA-376 part 1, 18.3.1.55 (mergeCells stand behind the rows of their sheet).
"""

import functools
import io
import re
import zipfile
from collections.abc import Iterator, Mapping

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')


def merged_down(data: bytes, sheet: str, width: int) -> Mapping[int, list[tuple[int, int]]]:
    """By the row on which it begins: columns in which cells are merged with those below, and down to which row."""
    found: dict[int, list[tuple[int, int]]] = {}
    text = b""
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(sheet) as file:
        while more := file.read(1 << 20):
            text = text[-100:] + more
            for letters, first, last in _MERGED.findall(text):
                at = functools.reduce(lambda number, letter: 26 * number + letter - 64, letters, 0) - 1
                if at < width and int(first) < int(last) and (at, int(last)) not in found.setdefault(int(first), []):
                    found[int(first)].append((at, int(last)))
    return found


def filled_down(
    records: Iterator[tuple[int, list[str]]], merged: Mapping[int, list[tuple[int, int]]]
) -> Iterator[tuple[int, list[str]]]:
    """Rows in which cells that are merged with one above have its value, as they look."""
    above: dict[int, tuple[int, str]] = {}
    for line, cells in records:
        if any(cells):
            for at, (last, value) in above.items():
                cells[at] = cells[at] or (value if line <= last else "")
        above |= {at: (last, cells[at]) for at, last in merged.get(line, ())}
        yield line, cells
