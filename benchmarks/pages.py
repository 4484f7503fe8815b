"""The pages of User Access Monitoring at 10,000 and 100,000 license holders, on both databases."""

from pathlib import Path

from benchmarks import store
from benchmarks.databases import KINDS, figures_of
from benchmarks.report import Section, table

PART = "pages"
COMMAND = "python -m benchmarks pages"
SIZES = (10_000, 100_000)
Figures = dict[str, dict[str, float]]  # {page: {queries, slowest, number, whole}}; times in milliseconds


def measured(kind: str, scratch: Path, users: int) -> Figures | str:
    """The figures of all pages in a process and a database of its own, or why there are none."""
    found: Figures | str = figures_of(kind, scratch, "list_pages", str(users))
    return found


def plain(kind: str, scratch: Path, users: int) -> list[str]:
    """The first page of the plain layouts, in milliseconds, in words."""
    found = []
    for layout in ("months", "days"):
        figures = store.measured(kind, layout, scratch, users)
        took = figures if isinstance(figures, str) else f"{1000 * figures['page']:.0f} ms"
        found.append(f"{store.NAMES[layout]}: {took}")
    return found


def section(scratch: Path, lines: int) -> Section:
    """The tables of this part. `lines` scales it down from its usual size, as it does the logs."""
    sizes = [max(1000, size * min(lines, 5_000_000) // 5_000_000) for size in SIZES]
    found = Section(PART, COMMAND)
    found.paragraphs.append(
        "Everybody holds a license; 13 months of access days; 120 departments. *queries*: the milliseconds of all "
        "queries of the page, each until its last row is there, and in brackets their number; *whole*: the "
        "milliseconds in which the server answers with the whole page (which for 50 users is mostly the template). "
        "The best of five. Every page counts the seats of the service and the users that are found."
    )
    for kind in KINDS:
        found.paragraphs.append(table_of(kind, sizes, [measured(kind, scratch, users) for users in sizes]))
    for kind in KINDS:
        words = "; ".join(plain(kind, scratch, sizes[0]))
        found.paragraphs.append(
            f"{kind}, the query of the first page alone in the plain layouts, {sizes[0]:,} users: {words}."
        )
    return found


def table_of(kind: str, sizes: list[int], results: list[Figures | str]) -> str:
    """The pages of one database."""
    figures = [result for result in results if not isinstance(result, str)]
    if len(figures) < len(results):
        return f"{kind}: {next(result for result in results if isinstance(result, str))}"
    headings = [kind, *(f"{name}, {size:,}" for size in sizes for name in ("queries", "whole")), "slowest query"]
    rows = []
    for page in figures[0]:
        cells = [page]
        for one in (each[page] for each in figures):
            cells += [f"{one['queries']:.1f} ({one['number']})", f"{one['whole']:.0f}"]
        rows.append([*cells, f"{figures[-1][page]['slowest']:.1f}"])
    return table(headings, rows)
