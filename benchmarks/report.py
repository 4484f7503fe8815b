"""What was measured, written into README.md between its marks: tables of ratios, with date, machine and command."""

import datetime
import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.measuring import Reader
from benchmarks.scratch import HERE

README = HERE / "README.md"
LOAD = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0  # before we add to it
QUIET = 0.5


@dataclass
class Section:
    """What one part found, as paragraphs of Markdown."""

    part: str
    command: str
    paragraphs: list[str] = field(default_factory=list)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; the first and the last column are text, the others numbers."""
    rule = ["---:"] * len(headings)
    rule[0] = rule[-1] = "---"
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [headings, rule, *rows])


def ratio(value: float) -> str:
    """A ratio with two or three figures that count."""
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def compared(readers: Sequence[Reader], command: Reader) -> str:
    """Readers beside the first of them: rates as ratios to its rate, answers as differences from its answer.

    As whole commands, from the start of the process to its end, they stand beside `command`.
    """
    first = readers[0]
    rows = []
    for reader in readers:
        if not reader.runs or not first.runs:
            rows.append([reader.name, "–", "–", "–", "–", "–", reader.error or "not measured"])
            continue
        answer = "same" if reader.answer == first.answer else f"{reader.answer - first.answer:+d}"
        remark = reader.remark + ("; " if reader.remark and reader.error else "") + reader.error
        whole = "1.00" if reader is first else ratio(command.whole / reader.whole) if command.runs else "–"
        numbers = [ratio(first.seconds / reader.seconds), whole, f"{reader.spread:.2f}", f"{reader.megabytes:.0f}"]
        rows.append([reader.name, *numbers, answer, remark])
    return table(["reader", "rate", "whole", "spread", "MB", "user-days", "remark"], rows)


def machine() -> str:
    """The machine in so many words as are of use elsewhere."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.system()}, Python {platform.python_version()}"


def show(section: Section) -> str:
    """Print a section, and return it with its date, command and machine."""
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    head = f"Measured on {day} with `{section.command}` on {machine()}."
    if LOAD > QUIET:
        head += f" The machine was busy with other work (load {LOAD:.1f}): measure again when it is quiet."
    text = "\n\n".join([head, *section.paragraphs])
    print(f"\n{text}")
    return text


def write(section: Section) -> None:
    """Put a section in place of the last one of its part."""
    text = show(section)
    begin, end = f"<!-- {section.part}: begin -->", f"<!-- {section.part}: end -->"
    old = README.read_text(encoding="utf-8")
    new, count = re.subn(f"{begin}.*?{end}", lambda _: f"{begin}\n{text}\n{end}", old, flags=re.DOTALL)
    if count != 1:
        raise SystemExit(f"README.md has no place for this part: put {begin} and {end} where its table belongs.")
    README.write_text(new, encoding="utf-8")
