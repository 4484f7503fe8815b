"""Which column of a table is what: by its heading, the surest name first, or as somebody chose."""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seatwise.lib.notices import Code, Notice

BRACKETS = r"(?: ?[(\[][^)\]]*[)\]])?"


class ColumnCode(Code):
    """Why it is not known which column is what."""

    NO_HEADING = "%(file)s line %(line)s: there is no column “%(heading)s” (expected one of its headings)"
    NO_COLUMN = "%(file)s line %(line)s: there is no column number %(number)s (there are %(columns)s)"
    WHICH_COLUMN = (
        "%(file)s line %(line)s: these columns have one heading: %(headings)s (choose one; in a command by its number, "
        "such as #2)"
    )


Way = tuple[str, ...] | re.Pattern[str]  # names of one rank, as they are folded; or what all of a heading matches


@dataclass(frozen=True)
class Wanted:
    """A column that is looked for: what it is, and how it may be called, the surest first."""

    key: str
    ways: tuple[Way, ...]
    never: re.Pattern[str] | None = None  # what is in no heading of it

    @functools.cached_property
    def ranks(self) -> Sequence[Callable[[str], object]]:
        """Whether a folded heading is its, a test for each rank: as it stands, with brackets, together."""
        found = [way.__contains__ if isinstance(way, tuple) else way.fullmatch for way in self.ways]
        names = [name for way in self.ways if isinstance(way, tuple) for name in way]
        if not names:
            return found
        bracketed = re.compile("(?:" + "|".join(map(re.escape, names)) + ")" + BRACKETS)
        together = {_together(name) for name in names}
        return [*found, bracketed.fullmatch, lambda heading: _together(heading) in together]


def folded(heading: str) -> str:
    """What different ways of writing a heading have in common; of a path, its last part: `seat.lastActivityDate`."""
    last = unicodedata.normalize("NFKC", heading).rpartition(".")[2] if re.fullmatch(r"[\w.]+", heading) else heading
    plain = re.sub(r"[\"'*“”‘’「」『』【】\u200b-\u200f\u2060\ufeff]", "", unicodedata.normalize("NFKC", last))
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", plain)
    return re.sub(r"\s+", " ", apart.casefold().strip())


def _together(heading: str) -> str:
    return re.sub(r"[\s‐-―-]+", "", heading)


def candidates(headings: Sequence[str], wanted: Iterable[Wanted]) -> dict[str, list[int]]:
    """The columns that may be what, the surest alone; none stands for two things, the first that is wanted wins."""
    names = [folded(heading) for heading in headings]
    found: dict[str, list[int]] = {}
    taken: set[int] = set()
    for each in wanted:
        open_ = [
            at for at, name in enumerate(names) if at not in taken and not (each.never and each.never.search(name))
        ]
        for fits in each.ranks:
            if at := [i for i in open_ if fits(names[i])]:
                found[each.key] = at
                taken.update(at)
                break
    return found


class Problem(NamedTuple):
    """What is wrong with a choice of columns."""

    code: Code
    values: Mapping[str, str | int]

    def notice(self, file: str, line: int) -> Notice:
        return Notice(self.code, {"file": file, "line": line, **self.values})


Chosen = Mapping[str, str | int | None]  # by what it is: a heading, the number of a column from 0, or none


def chosen_columns(headings: Sequence[str], chosen: Chosen) -> dict[str, int] | Problem:
    """The columns that somebody chose."""
    columns: dict[str, int] = {}
    for what, heading in chosen.items():
        if heading is None:
            continue
        if isinstance(heading, int):
            if not 0 <= heading < len(headings):
                return Problem(ColumnCode.NO_COLUMN, {"number": heading + 1, "columns": len(headings)})
            columns[what] = heading
            continue
        at = [i for i, known in enumerate(headings) if known == heading] or [
            i for i, known in enumerate(headings) if folded(known) == folded(heading)
        ]
        if not at:
            return Problem(ColumnCode.NO_HEADING, {"heading": heading})
        if len(at) > 1:
            return Problem(ColumnCode.WHICH_COLUMN, {"headings": numbered(headings, at)})
        columns[what] = at[0]
    return columns


def numbered(headings: Sequence[str], at: Iterable[int]) -> str:
    """Some headings with the numbers of their columns."""
    return ", ".join(f"“{headings[i]}” (#{i + 1})" for i in at)


def column_of(text: str) -> str | int:
    """A choice as it is written in a command: a heading, or # and the number of a column from 1."""
    return int(text[1:]) - 1 if text.startswith("#") and text[1:].isdecimal() else text


def written_choice(headings: Sequence[str], at: int | None) -> str:
    """A column as `column_of` reads it: by its heading, by its number where others have that too; "" for none."""
    if at is None:
        return ""
    alone = [folded(heading) for heading in headings].count(folded(headings[at])) == 1
    return headings[at] if headings[at] and alone else f"#{at + 1}"


def chosen_of(written: Mapping[str, str]) -> Chosen:
    """What was chosen, of what `written_choice` wrote."""
    return {what: column_of(text) if text else None for what, text in written.items()}


def heading_set(headings: Iterable[str]) -> str:
    """What tables have in common whose headings are the same, in whatever order: these, one a line."""
    return "\n".join(sorted({folded(heading) for heading in headings if heading}))


def holds_chosen(cells: Iterable[str], chosen: Chosen) -> bool:
    """Whether a row has all headings that somebody chose, so that it is that of the headings."""
    wanted = {folded(heading) for heading in chosen.values() if isinstance(heading, str)}
    return bool(wanted) and wanted <= {folded(cell) for cell in cells}
