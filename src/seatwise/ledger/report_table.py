"""The table in a vendor's report: what separates its cells, where its heading stands, and its records."""

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Set

from seatwise.ledger.report_headings import candidates, folded

MOST_ABOVE = 10  # records above the heading, and it
SAMPLE = 20_000  # characters in which the heading is looked for
_SEPARATOR = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)


class Table:
    """The records of a file: below its heading, and whatever they are separated by.

    The heading is the first record that has the columns that are `wanted`, or needed; titles may stand above it. Where
    there is none, it is the one with the most cells.
    """

    def __init__(self, text: str, wanted: Iterable[str] = ()) -> None:
        names = {folded(heading) for heading in wanted}
        text = text.lstrip("\ufeff")
        self.before = 0  # lines above what is read
        if match := _SEPARATOR.match(text):  # Excel's own line
            separators, text, self.before = match[1], text[match.end() :], 1
        else:
            top = text[:SAMPLE]
            separators = "".join(sorted(",;\t|", key=top.count, reverse=True))
        heads = [(separator, *_heading(text, separator, names)) for separator in separators]
        separator, above, self.headings, _found = max(heads, key=lambda head: head[3])
        self.records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for _record in itertools.islice(self.records, above):
            pass
        self.line = self.before + self.records.line_num + 1
        if self.headings:
            next(self.records)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """The line on which a record begins, and the record, those left out that are empty. Raises BrokenTable."""
        while True:
            line = self.before + self.records.line_num + 1
            try:
                record = next(self.records, None)
            except csv.Error as error:
                raise BrokenTable(line, str(error)) from None
            if record is None:
                return
            if any(cell.strip() for cell in record):
                yield line, record


class BrokenTable(Exception):
    """It is not CSV from this line on, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line, self.why = line, why


def _heading(text: str, separator: str, wanted: Set[str]) -> tuple[int, list[str], tuple[int, int]]:
    """How many records stand above the heading, the heading, and how sure that is."""
    best: tuple[int, list[str], tuple[int, int]] = (0, [], (0, 0))
    records = csv.reader(io.StringIO(text[:SAMPLE], newline=""), delimiter=separator, strict=True)
    try:
        for above, record in enumerate(itertools.islice(records, MOST_ABOVE)):
            cells = [cell.strip() for cell in record]
            found = candidates(cells)
            if wanted and wanted <= {folded(cell) for cell in cells}:
                sure = (2, len(found))
            elif "last_access" in found and found.keys() & {"login", "name"}:
                sure = (1, len(found))
            else:
                sure = (0, sum(map(bool, cells)))
            if sure > best[2]:
                best = (above, cells, sure)
    except csv.Error:
        pass
    return best
