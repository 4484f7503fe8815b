"""What work in bulk costs beside the plainest SQL that does the same, and how it grows with the number of people."""

import math
from pathlib import Path

from benchmarks.databases import KINDS, figures_of
from benchmarks.report import Section, ratio, table

PART = "growth"
COMMAND = "make bench"
SIZES = (1_000, 10_000, 100_000)
Figures = dict[str, list[float]]  # {job: [our seconds, those of plain SQL]}


def section(scratch: Path, lines: int) -> Section:
    """The tables of this part. `lines` scales it: from 50 millions on there are a million people, too."""
    sizes = [size for size in (*SIZES, 1_000_000) if size <= max(10_000, lines // 50)]
    found = Section(PART, COMMAND)
    found.paragraphs.append(
        "Seconds, and in brackets the ratio to SQL written by hand that does the same with the same rows in the same "
        "run and is then rolled back. *growth* is the exponent between the last two sizes: 1 where twice the people "
        "take twice the time. The database was never analysed."
    )
    for kind in KINDS:
        found.paragraphs.append(
            table_of(kind, sizes, [figures_of(kind, scratch, "growth_jobs", str(size)) for size in sizes])
        )
    return found


def table_of(kind: str, sizes: list[int], results: list[Figures | str]) -> str:
    """The jobs in one database."""
    figures = [result for result in results if not isinstance(result, str)]
    if len(figures) < len(results):
        return f"{kind}: {next(result for result in results if isinstance(result, str))}"
    headings = [kind, *(f"{size:,} people" for size in sizes), "growth"]
    return table(headings, [[job, *cells_of(sizes, [one[job] for one in figures])] for job in figures[0]])


def cells_of(sizes: list[int], pairs: list[list[float]]) -> list[str]:
    """The cells of one job."""
    cells = [f"{ours:.2f} ({ratio(ours / plain)})" for ours, plain in pairs]
    (before, _plain), (last, _plain) = pairs[-2:]
    return [*cells, f"{math.log(last / before) / math.log(sizes[-1] / sizes[-2]):.2f}"]
