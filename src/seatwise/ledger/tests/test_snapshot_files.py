"""Vendors' reports as files: which column is what, which rows there are, and what is wrong, line by line."""

import datetime

import pytest

from seatwise.ledger.snapshot_file import Report, first_look, guess, parse_report, read_date

DATE = datetime.date(2026, 11, 3)


def parse(text: str, **how: object) -> Report:
    return parse_report(text.encode(), name="r.csv", **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        (
            ["User", "Login name", "Last Access Date", "Number of Access Days (in the last 30 days)"],
            {"name": 0, "login": 1, "last_access": 2, "days": 3},
        ),
        (
            ["ユーザー", "ログイン名", "最終アクセス日", "過去30日間のアクセス日数"],
            {"name": 0, "login": 1, "last_access": 2, "days": 3},
        ),
        (["表示名", "メールアドレス", "最終ログイン日時"], {"name": 0, "login": 1, "last_access": 2}),
        (["User principal name", "Display Name", "LAST_ACTIVITY_DATE"], {"login": 0, "name": 1, "last_access": 2}),
        (["ユーザーＩＤ", "最終利用日"], {"login": 0, "last_access": 1}),
        (["Color", "Size"], {}),
    ],
)  # fmt: skip
def test_columns_are_guessed_from_headings_in_both_languages(headings: list[str], columns: dict[str, int]) -> None:
    assert guess(headings) == columns


@pytest.mark.parametrize(
    "text", ["2026-11-03", "2026/11/3", "2026.11.03", "2026年11月3日", "2026-11-03T04:05:06Z", "２０２６/１１/３"]
)
def test_dates_are_read_in_all_common_forms(text: str) -> None:
    assert read_date(text) == DATE


@pytest.mark.parametrize("text", ["", "-", "Never", "なし", " "])
def test_none_is_none(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize("text", ["03/11/2026", "2026-13-01", "2026-02-30", "yesterday", "46329"])
def test_what_is_no_date_for_certain_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        read_date(text)


def test_every_row_is_read_or_named_as_wrong() -> None:
    report = parse("login,last access,days\nann,2026-11-03,12\n\n,2026-11-03,1\nben,soon,1\nANN,2026-11-01,2\nzoe,,\n")
    assert [(row.line, row.login, row.last_access, row.days) for row in report.rows] == [
        (2, "ann", DATE, "12"),
        (7, "zoe", None, ""),
    ]
    assert [str(error) for error in report.errors] == [
        "r.csv line 4: it names nobody (expected a login or a name)",
        "r.csv line 5: last access “soon” is not a date (expected YYYY-MM-DD)",
        "r.csv line 6: line 2 says something of “ANN” already (expected each login once)",
    ]


def test_columns_can_be_chosen_by_heading_by_number_and_not_at_all() -> None:
    text = "a,b,days\nann,2026-11-03,5\n"
    assert parse(text, columns={"login": "A", "last_access": "b"}).rows[0].login == "ann"
    chosen = parse(text, columns={"login": 0, "last_access": 1, "days": None}).rows[0]
    assert (chosen.login, chosen.last_access, chosen.days) == ("ann", DATE, "")
    assert "there is no column “c”" in str(parse(text, columns={"login": "c"}).errors[0])


def test_a_report_without_the_columns_that_are_needed_says_what_it_has() -> None:
    report = parse("login,colour\nann,red\n")
    assert "no column for the last access date among login, colour" in str(report.errors[0])
    assert (report.columns, report.rows, report.first) == ({"login": 0}, [], [["ann", "red"]])
    assert "no column for the login among date" in str(parse("date\n", columns={"last_access": "date"}).errors[0])
    assert "among –" in str(parse("").errors[0])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_other_separators_and_encodings_are_read(separator: str) -> None:
    text = separator.join(("ログイン名", "最終アクセス日")) + "\r\n" + separator.join(("ann", "2026-11-03")) + "\r\n"
    for data in (text.encode("utf-8-sig"), text.encode("cp932")):
        assert parse_report(data, name="r.csv").rows[0].last_access == DATE
    assert parse_report(text.encode("euc-jp"), name="r.csv", encoding="euc-jp").rows[0].login == "ann"


def test_what_is_no_csv_is_an_error_of_its_line() -> None:
    huge = "x" * 140_000
    (error,) = parse(f"login,last access\nann,2026-11-03\n{huge},\n").errors
    assert str(error).startswith("r.csv line 3: it is not CSV")


def test_the_first_look_reads_headings_only() -> None:
    found = first_look("ログイン名,最終アクセス日\nann,soon\n".encode())
    assert (found.columns, found.rows, found.errors) == ({"login": 0, "last_access": 1}, [], [])
