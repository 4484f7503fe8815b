"""Tables in files of every kind: headings, rows with their lines, encodings that are told apart, and what is broken."""

import datetime
import io
import json
from collections.abc import Sequence

import pytest
from openpyxl import Workbook

from seatwise.lib.decoding import UnreadableText, decode
from seatwise.lib.people_file import parse
from seatwise.lib.table_columns import Wanted, candidates, chosen_columns, folded
from seatwise.lib.table_file import BrokenTable, Table, read_table

WANTED = (Wanted("login", (("login",), ("user name",))), Wanted("seen", (("last seen",),)))


def score(cells: Sequence[str]) -> int:
    return len(candidates(cells, WANTED))


def table_of(data: bytes | str) -> Table:
    return read_table(data.encode() if isinstance(data, str) else data, score)


def rows_of(data: bytes | str) -> list[tuple[int, list[str]]]:
    return list(table_of(data))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "euc-jp", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("name", ["佐藤 太郎", "高橋", "ヤマダ ハナコ", "鈴木, 花子"])
def test_japanese_encodings_are_told_apart(encoding: str, name: str) -> None:
    text = f'login,名前\nann,"{name}"\nben,Ben Brown from Birmingham\n'
    assert decode(text.encode(encoding))[0] == text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("login,name\nx,André\n".encode("latin-1"), "neither UTF-8 nor Shift_JIS"),
        ("login,name\nx,RENÉE\n".encode("latin-1"), "neither UTF-8 nor Shift_JIS"),
        ("ﾔﾏﾀﾞ\n".encode("euc-jp"), "could be Shift_JIS or EUC-JP"),
        (b"login\nsa\0to\n", "NUL"),
        (b"\xff\xfe\0\0l\0\0\0", "UTF-32"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"PK\x03\x04no workbook", "ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "old Excel workbook"),
        (b"\n<HTML><table>", "web page"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_what_is_no_text_for_certain_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableText, match=said):
        table_of(data)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_and_titles_above_the_headings_are_found(separator: str) -> None:
    text = "Report, made; by\tsomebody\n\n" + f'login{separator}last seen\nann{separator}"a\nb"\n\nben{separator}\n'
    table = table_of(text)
    assert (table.headings, table.line, table.delimiter) == (["login", "last seen"], 3, separator)
    assert list(table) == [(4, ["ann", "a\nb"]), (7, ["ben", ""])]
    assert table.blank_rows == 1


def test_what_spreadsheets_write_around_texts_is_taken_off() -> None:
    assert rows_of('sep=;\nlogin;last seen\n"=""007""";  x  \n') == [(3, ["007", "x"])]


def book(*rows: Sequence[object]) -> bytes:
    workbook, out = Workbook(), io.BytesIO()
    workbook.active.append(["About this report"])
    sheet = workbook.create_sheet("Data")
    for row in rows:
        sheet.append(row)
    workbook.save(out)
    return out.getvalue()


def test_merged_cells_have_one_value_as_they_look() -> None:
    workbook, out = Workbook(), io.BytesIO()
    for row in ("login", "last seen"), ("ann", "x"), ("ben", None), ("cy", None), (None, None):
        workbook.active.append(row)
    for cells in ("B2:B3", "B4:B5"):
        workbook.active.merge_cells(cells)
    workbook.save(out)
    assert [cells for _line, cells in table_of(out.getvalue())] == [["ann", "x"], ["ben", "x"], ["cy", ""]]


def test_a_formula_that_no_spreadsheet_has_calculated_is_not_an_empty_cell() -> None:
    data = book(["login", "name"], ["ann", '=UPPER("a" & A2)'], ["ben", None], ["=A3", "Cy"])
    assert [cells for _line, cells in table_of(data)] == [
        ["ann", '#RESULT? =UPPER("a" & A2)'],
        ["ben", ""],
        ["#RESULT? =A3", "Cy"],
    ]
    assert [(each.line, each.field) for each in parse(data, name="people.xlsx").errors] == [(2, "name"), (4, "login")]


def test_a_workbook_is_read_on_the_sheet_that_has_the_headings() -> None:
    day = datetime.datetime(2026, 11, 3)
    data = book(
        ["Report"], ["login", "last seen", "n"], [7, day, 1.5], ["ann", day.replace(hour=9)], [], [None, None, True]
    )
    table = table_of(data)
    assert (table.headings, table.line) == (["login", "last seen", "n"], 2)
    assert list(table) == [
        (3, ["7", "2026-11-03", "1.5"]),
        (4, ["ann", "2026-11-03 09:00:00", ""]),
        (6, ["", "", "true"]),
    ]


def test_a_broken_workbook_is_refused() -> None:
    data = book(["login"], ["ann"])
    broken = data.replace(b"xl/workbook.xml", b"xl/workbook.xml", 1)[:-40]
    with pytest.raises((BrokenTable, UnreadableText)):
        rows_of(broken)


SEATS = [{"assignee": {"login": "ann", "id": 7}, "last": None}, {"assignee": {"login": "ben"}, "tags": ["x", "y"]}]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(SEATS),
        json.dumps({"total": 2, "seats": SEATS}, indent=1),
        "\n".join(map(json.dumps, SEATS)),
    ],
)
def test_json_is_rows_whose_headings_are_paths(text: str) -> None:
    table = table_of(text)
    assert table.headings == ["assignee.login", "assignee.id", "last", "tags"]
    assert [cells for _line, cells in table] == [["ann", "7", "", ""], ["ben", "", "", "x; y"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('login,last seen\nann,x\n"ben,\n', "r line 3: it is not CSV"),
        ('[{"login": "ann"},\n{"login": }]', "r line 2: it is not JSON"),
        ('{"login": "ann"}\n{"login": ', "r line 2: it is not JSON"),
        ("[1, 2]", "r: it is JSON, but not a list of objects"),
        ("[" * 100_000, "it is not JSON"),
    ],
)
def test_what_is_broken_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(BrokenTable) as raised:
        rows_of(text)
    assert said in str(raised.value.notice("r"))


def test_a_heading_is_known_however_it_is_written_and_the_surest_wins() -> None:
    assert folded("lastActivity_Date") == "last activity date"
    assert candidates(["User Name", "LOGIN [required]", "LastSeen"], WANTED) == {"login": [0], "seen": [2]}
    assert candidates(["Login", "login", "User name"], WANTED) == {"login": [0, 1]}
    assert chosen_columns(["a", "b"], {"login": "B", "seen": 0, "days": None}) == {"login": 1, "seen": 0}
