"""Lists for people: aligned text, and CSV that no spreadsheet runs."""

import csv
import io

import pytest
from hypothesis import given, strategies as st

from seatwise.lib.tables import aligned, csv_line, safe, shortened, width


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", "'x", "=cmd|' /C calc'!A0"]
)
def test_what_a_spreadsheet_might_run_gets_an_apostrophe(cell: str) -> None:
    assert safe(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "alice", "a=b", "a-b", "2026-10-10", " =1", "山田"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert safe(cell) == cell


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=10), min_size=2, max_size=4))
def test_every_text_can_be_had_back_from_csv(cells: list[str]) -> None:
    [row] = csv.reader(io.StringIO(csv_line(cells), newline=""))
    assert [cell[1:] if cell.startswith("'") else cell for cell in row] == cells
    assert not any(cell.startswith(tuple("=+-@\t\r\n")) for cell in row)


def test_csv_has_numbers_as_they_are_and_nothing_for_none() -> None:
    assert csv_line(["a", None, -5, 3, 'x"y', "a,b"]) == 'a,,-5,3,"x""y","a,b"\r\n'


def test_columns_are_aligned_by_the_width_of_a_terminal() -> None:
    lines = aligned(["Login", "Days"], [["山田", "3"], ["al", "12"]], right=[1])
    assert lines == ["Login  Days", "─────  ────", "山田      3", "al       12"]
    assert len({width(line) for line in lines}) == 1


def test_a_long_cell_is_shortened_visibly() -> None:
    assert shortened("x" * 100) == "x" * 59 + "…"
    assert width(shortened("山" * 100)) <= 60
    assert shortened("山" * 30) == "山" * 30
    assert shortened("a" + "\u0301" * 10) == "a" + "\u0301" * 10
    assert width(shortened("x" + "\u0301" * 1000 + "y" * 100)) <= 60
    assert shortened("x" * 5_000_000) == "x" * 59 + "…"  # in no time: it looks at the beginning only
    assert "…" in aligned(["Login"], [["y" * 300]])[2]
