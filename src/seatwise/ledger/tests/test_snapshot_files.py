"""Vendors' reports as files: which column is what, which rows there are, and what is wrong, line by line."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from seatwise.ledger.report_dates import read_date
from seatwise.ledger.report_headings import guess
from seatwise.ledger.snapshot_file import Report, first_look, parse_report

DATE = datetime.date(2026, 11, 3)
TOKYO = ZoneInfo("Asia/Tokyo")


def parse(text: str, **how: object) -> Report:
    return parse_report(text.encode(), name="r.csv", **{"zone": TOKYO, **how})  # type: ignore[arg-type]


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
        (["Name", "Username", "Last GitLab activity", "Last login"], {"name": 0, "login": 1, "last_access": 2}),
        (["email", "login", "last access date"], {"login": 1, "last_access": 2}),
        (["userPrincipalName", "lastSignInDateTime"], {"login": 0, "last_access": 1}),
        (["login", "last access date", "Last Access Date"], {"login": 0}),
        (["login", "Last Password Change", "Created at"], {"login": 0}),
        (["User", "Login count", "Last activity type", "Last active at (UTC)"], {"name": 0, "last_access": 3}),
        (["Email", "User ID", "Last login(UTC)"], {"login": 0, "last_access": 2}),
        (["Username", "Last failed login", "Last 30 days activity", "Last inactive date"], {"login": 0}),
        (
            ["ログイン名", "最終利用端末", "最終ログイン失敗日時", "最終ログイン日時（UTC）"],
            {"login": 0, "last_access": 3},
        ),
        (["Name", "Email verified", "Last login"], {"name": 0, "last_access": 2}),
        (["Color", "Size"], {}),
    ],
)  # fmt: skip
def test_columns_are_guessed_from_headings_in_both_languages(headings: list[str], columns: dict[str, int]) -> None:
    assert guess(headings) == columns


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03",
        "2026/11/3",
        "2026.11.03",
        "2026年11月3日",
        "2026-11-03T04:05:06Z",
        "２０２６/１１/３",
        "20261103",
        "2026/11/03(火)",
        "2026年11月3日 10時30分",
        "令和8年11月3日",
        "03 Nov 2026",
        "Nov 3, 2026",
        "2026-11-03 04:05 UTC",
    ],
)
def test_dates_are_read_in_all_common_forms(text: str) -> None:
    assert read_date(text) == DATE


@pytest.mark.parametrize(
    "text", ["", "-", "Never", "なし", " ", "Never accessed", "1970-01-01T00:00:00Z", "0001-01-01"]
)
def test_none_is_none(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize("text", ["03/11/2026", "2026-13-01", "2026-02-30", "yesterday", "46329", "3 Foo 2026"])
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
        "r.csv line 5: last access “soon” is not a date (expected YYYY-MM-DD)"
    ]
    assert [str(remark) for remark in report.remarks] == [
        "r.csv line 4: it names nobody",
        "r.csv line 6: line 2 is about “ANN”, too; the later day counts",
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


def test_times_with_an_offset_are_days_of_the_organization() -> None:
    assert read_date("2026-11-02T15:30:00Z", TOKYO) == DATE
    assert read_date("2026-11-03T23:30:00+14:00", TOKYO) == DATE
    assert read_date("2026/11/2 9:30:00 -0700", TOKYO) == DATE
    assert read_date("2026-11-03 00:10", TOKYO) == DATE  # it names none
    assert parse("login,Last active (UTC)\nann,2026-11-02 23:30:00\n").rows[0].last_access == DATE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('login,last access\n"ann,2026-11-03\nben,2026-11-01\n', "line 2: it is not CSV"),
        ('login,last access\nann,2026-11-03\n\n"ben,2026-11-01\n', "line 4: it is not CSV"),
        ("login,last access\nann\n", "line 2: it has 1 cells, and the heading has 2"),
        ("login,last access\nann,2026-11-03,more\n", "line 2: it has 3 cells, and the heading has 2"),
        ("login,name,last access\nann,Ann,\nann,Anna,\n", "line 3: “ann” is somebody else in line 2"),
        ("login,last access\nann,9999-12-31T23:59:59Z\n", "line 2: last access “9999-12-31T23:59:59Z” is not a date"),
        ("login,last access,last access\nann,2026-11-03,2026-11-04\n", "“last access” (#2), “last access” (#3) could"),
        ("login,last access\n" + "5535B4D580981B19AD1942C38063507F,\n" * 2, "are concealed"),
        ("login,last access\n" + "(Unknown),2026-11-03\n" * 20 + "ann,\n", "20 of 21 rows name nobody"),
    ],
)
def test_what_may_be_meant_otherwise_is_refused(text: str, said: str) -> None:
    (error,) = parse(text).errors
    assert said in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nlogin;last access\nann;2026-11-03\n",
        "Report\nof November\n\nlogin,last access\nann,2026-11-03\n",
        '"login","last access","note; one; two; three"\nann,2026-11-03,\n',
        "Username,Email,last access\n-,ann,2026-11-03\n",
        "\ufeff\ufefflogin,last access\nann,2026-11-03\nTotal,\n",
        "login,last access\n(Unknown),2026-11-01\nann,2026-11-01\nann,2026-11-03\nAnn,2026-11-02\n",
    ],
)
def test_what_programs_put_around_a_table_is_left_out(text: str) -> None:
    report = parse(text)
    assert [str(error) for error in report.errors] == []
    assert [(row.login, row.last_access) for row in report.rows] == [("ann", DATE)]


def test_a_column_can_be_chosen_of_two_that_are_called_alike() -> None:
    text = "login,last access,last access\nann,2026-11-01,2026-11-03\n"
    assert parse(text, columns={"last_access": 2}).rows[0].last_access == DATE
    assert "there is no column number 9 (there are 3)" in str(parse(text, columns={"last_access": 8}).errors[0])
    assert "(#2), “last access” (#3) (choose one" in str(parse(text, columns={"last_access": "last access"}).errors[0])


def test_a_heading_that_was_chosen_is_found_below_titles() -> None:
    text = "Bericht vom 3.11.2026\n\nBenutzer;Letzter Zugriff\nann;2026-11-03\n"
    report = parse(text, columns={"login": "Benutzer", "last_access": "letzter zugriff"})
    assert [(row.line, row.login, row.last_access) for row in report.rows] == [(4, "ann", DATE)]
    assert "line 3: no column for the last access date among Benutzer, Letzter Zugriff" in str(parse(text).errors[0])
