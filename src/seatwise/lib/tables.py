"""Writing a list: as aligned text for a person, or as CSV for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

from wcwidth import wcswidth

BYTE_ORDER_MARK = "\ufeff"
_FORMULA = tuple("=+-@\t\r\n＝＋－＠'")


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before what could begin one.

    A cell that begins with an apostrophe gets one more, so that taking one off gives every cell back. Source: OWASP,
    "CSV Injection".
    """
    return "'" + cell if cell.startswith(_FORMULA) else cell


def csv_line(cells: Iterable[str | int | None]) -> str:
    """One line of CSV (RFC 4180, CRLF): texts made safe, numbers as they are, None as an empty cell."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([safe(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()


def width(text: str) -> int:
    """The columns of a terminal that a text takes."""
    found = wcswidth(text)
    return found if found >= 0 else len(text)


def shortened(text: str, limit: int = 60) -> str:
    """A text that takes at most `limit` columns, its end left out where it takes more."""
    if width(text) <= limit:
        return text
    while width(text) > limit - 1:
        text = text[:-1]
    return text + "…"


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
