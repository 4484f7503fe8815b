"""How facts are stored: a row for each day, months alone, and Seatwise's months with a usage row, on both databases."""

from pathlib import Path

from benchmarks.databases import KINDS, figures_of
from benchmarks.report import Section, ratio, table

PART = "store"
COMMAND = "make bench"
USERS = 100_000
LAYOUTS = ("ours", "months", "days")
NAMES = {"ours": "Seatwise: months and a usage row", "months": "months alone", "days": "a row for each day"}


def measured(kind: str, layout: str, scratch: Path, users: int) -> dict[str, float] | str:
    """The figures of one layout in a process and a database of its own, or why there are none."""
    found: dict[str, float] | str = figures_of(kind, scratch, "store_layouts", layout, str(users))
    return found


def section(scratch: Path, lines: int) -> Section:
    """The tables of this part. `lines` scales it down from its usual size, as it does the logs."""
    users = max(1000, min(USERS, USERS * lines // 5_000_000))
    found = Section(PART, COMMAND)
    found.paragraphs.append(
        f"{users:,} users, 13 months, some 8 access days a month each, merged month by month; then the last month once "
        "more. Figures are ratios to Seatwise's (its own in megabytes and milliseconds, for orientation). "
        "The first page is the 50 users with the earliest last access and their access days in the last 30; to roll is "
        "to move on by one day. The layouts without a usage row need not roll, and pay for it on each page."
    )
    for kind in KINDS:
        results = {layout: measured(kind, layout, scratch, users) for layout in LAYOUTS}
        ours = results["ours"]
        rows = [cells_of(NAMES[layout], result, ours) for layout, result in results.items()]
        headings = [kind, "size", "merge time", "merge again", "first page", "roll", "remark"]
        found.paragraphs.append(table(headings, rows))
    return found


def cells_of(name: str, result: dict[str, float] | str, ours: dict[str, float] | str) -> list[str]:
    """A row of the table."""
    if isinstance(result, str) or isinstance(ours, str):
        return [name, "–", "–", "–", "–", "–", str(result if isinstance(result, str) else ours)]
    names = ("size", "merge", "again", "page", "roll")
    if result is ours:
        units = (
            f"{ours['size'] / 1e6:.0f} MB", f"{ours['merge']:.1f} s", f"{ours['again']:.1f} s",
            f"{1000 * ours['page']:.1f} ms", f"{1000 * ours['roll']:.0f} ms",
        )  # fmt: skip
        return [name, *(f"1 ({unit})" for unit in units), ""]
    return [name, *(ratio(result[n] / ours[n]) if result[n] else "–" for n in names), ""]
