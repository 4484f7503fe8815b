"""Files of who may use which services: cybozu.com's, and what people make of them in a spreadsheet."""

import pytest
from hypothesis import example, given, strategies as st

from seatwise.lib.decoding import UnreadableText
from seatwise.lib.licenses_file import LicensesFile, Reading, csv_rows, parse
from seatwise.lib.logins import fold, visible
from seatwise.lib.people_cells import Unexpected, read_login
from seatwise.lib.tables import BYTE_ORDER_MARK

# The example of cybozu.com's help, with its spaces.
EXAMPLE = "Login Name, Service Code 1, Service Code 2, Service Code 3\ntakahashi, ki\nkato, gr, ki, sa\nsuzuki\n"
MEANING = [("takahashi", ("ki",)), ("kato", ("gr", "ki", "sa")), ("suzuki", ())]


def read(text: str | bytes, **reading: object) -> LicensesFile:
    data = text.encode() if isinstance(text, str) else text
    return parse(data, name="f.csv", reading=Reading(**reading))  # type: ignore[arg-type]


def meaning(file: LicensesFile) -> list[tuple[str, tuple[str, ...]]]:
    assert not file.errors, [str(error) for error in file.errors]
    return [(row.login, row.codes) for row in file.rows]


def errors(text: str | bytes, **reading: object) -> list[str]:
    return [str(error) for error in read(text, **reading).errors]


@pytest.mark.parametrize(
    ("text", "delimiter", "heading"),
    [
        (EXAMPLE, ",", True),
        (EXAMPLE.partition("\n")[2], ",", False),
        (EXAMPLE.replace(",", ";"), ";", True),
        (EXAMPLE.replace(", ", "\t"), "\t", True),
        ("sep=;\r\n" + EXAMPLE.replace(", ", ";"), ";", True),
        (BYTE_ORDER_MARK + EXAMPLE, ",", True),
        ("ログイン名,サービスコード1\ntakahashi,ki\nkato,gr,ki,sa,,\nsuzuki,,,\n", ",", True),
        ("ログイン名,サービスコード1\r\ntakahashi,ＫＩ\r\nkato,gr,ki,KI,sa\r\nsuzuki", ",", True),
        ('"takahashi","ki"\n\n"kato","gr","ki","sa"\n"suzuki"\n', ",", False),
    ],
)
def test_the_same_file_in_many_forms(text: str, delimiter: str, heading: bool) -> None:
    file = read(text)
    assert (file.delimiter, file.heading, file.encoding) == (delimiter, heading, "utf-8")
    assert meaning(file) == MEANING


def test_the_encoding_is_found_or_chosen() -> None:
    text = "佐藤,ki\n鈴木\n"
    assert meaning(read(text.encode("cp932"))) == [("佐藤", ("ki",)), ("鈴木", ())]
    assert read(text.encode("cp932")).encoding == "cp932"
    assert meaning(read(text.encode("euc-jp"), encoding="euc-jp"))[0][0] == "佐藤"
    with pytest.raises(UnreadableText, match="neither UTF-8 nor Shift_JIS"):
        read("Zoë,ki\n".encode("latin-1"))


@pytest.mark.parametrize("data", [b"PK\x03\x04xx", b"\x1f\x8bxx", b"a\0b"])
def test_what_is_no_text_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(UnreadableText):
        read(data)


def test_separator_and_heading_can_be_chosen() -> None:
    assert meaning(read("kato gr  ki\n", delimiter=" ")) == [("kato", ("gr", "ki"))]
    assert meaning(read("login,ki\n", heading=False)) == [("login", ("ki",))]
    assert meaning(read("Konto,Dienst\nkato,ki\n", heading=True)) == [("kato", ("ki",))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "kato,ki\nKATO,gr\n",
            "line 2: login “KATO” cannot be used (expected a login name that is in no other row; line 1",
        ),
        ("kato,ki\n,gr\n", "line 2: login “” cannot be used (expected a login name)"),
        ("kato,Kato Misaki,ki\n", "line 1: services “Kato Misaki” cannot be used (expected the code of a service"),
        ("kato,*\n", "line 1: services “*” cannot be used"),
        ("kato,ki\n\nka\u202eto,ki\n", "line 3: login “ka\\u202eto” cannot be used"),
        ('kato,"ki\nsuzuki,ki\n', "line 1: row “unexpected end of data” cannot be used"),
        ("", "line 1: row “” cannot be used (expected a row for each user"),
        ("login,service\n", "line 1: row “” cannot be used"),
        ("x" * 300, "at most 255 characters"),
        ("kato," + "k" * 51, "at most 50 characters"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_line(text: str, said: str) -> None:
    [error] = errors(text)
    assert said in error


def test_every_wrong_code_of_a_row_is_said() -> None:
    assert len(errors("kato,a b,ki,c d\n")) == 2


def is_login(text: str) -> bool:
    try:
        return bool(read_login(text))
    except Unexpected:
        return False


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
LOGINS = st.one_of(TEXT, TEXT.map(lambda text: "=" + text), TEXT.map(lambda text: "'" + text), st.just("login"))
CODES = st.lists(st.from_regex(r"\A[a-z0-9][a-z0-9_-]{0,10}\Z"), unique=True, max_size=4)
ROWS = st.lists(
    st.tuples(LOGINS.map(str.strip).filter(is_login), CODES.map(tuple)), min_size=1, max_size=8,
    unique_by=lambda row: fold(row[0]),
)  # fmt: skip


@given(ROWS)
@example([(";", ())])
@example([("0;", ())])
def test_what_is_written_is_read_back(rows: list[tuple[str, tuple[str, ...]]]) -> None:
    with_heading = "".join(csv_rows(rows, ["Login Name", "Service Code 1"]))
    assert meaning(read(BYTE_ORDER_MARK + with_heading)) == rows
    bare = "".join(csv_rows(rows))
    assert meaning(read(bare, delimiter=",", heading=False)) == rows


@given(st.binary(max_size=200), st.sampled_from([None, "utf-8", "cp932", "latin-1"]))
def test_any_bytes_are_read_or_refused_and_no_row_is_lost(data: bytes, encoding: str | None) -> None:
    try:
        file = read(data, encoding=encoding)
    except UnreadableText:
        return
    assert file.rows or file.errors
    assert len({row.folded for row in file.rows}) == len(file.rows)
    assert all(visible(row.login) == row.login for row in file.rows)
