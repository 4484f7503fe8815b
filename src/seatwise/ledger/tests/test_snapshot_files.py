"""Vendors' reports as files: which column is what, which rows there are, and what is wrong, line by line."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from seatwise.ledger.snapshot_file import Report, ReportReading, first_look, parse_report
from seatwise.lib.table_dates import NotDate, WhichForm, read_column, read_date

DATE = datetime.date(2026, 11, 3)
TOKYO = ZoneInfo("Asia/Tokyo")


def parse(text: str, **how: object) -> Report:
    return parse_report(text.encode(), name="r.csv", reading=ReportReading(TOKYO, **how))  # type: ignore[arg-type]


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
    assert first_look(",".join(f'"{heading}"' for heading in headings).encode()).columns == columns


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
    assert read_date(text, TOKYO) == DATE


@pytest.mark.parametrize(
    "text", ["", "-", "Never", "なし", " ", "Never accessed", "1970-01-01T00:00:00Z", "0001-01-01"]
)
def test_none_is_none(text: str) -> None:
    assert read_date(text, TOKYO) is None


@pytest.mark.parametrize("text", ["03/11/2026", "2026-13-01", "2026-02-30", "yesterday", "3 Foo 2026"])
def test_what_is_no_date_for_certain_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        read_date(text, TOKYO)


def test_every_row_is_read_or_named_as_wrong() -> None:
    report = parse(
        "login,last access,days\nann,2026-11-03,12\n\n,2026-11-03,1\nben,2026-11-04,1\nANN,2026-11-01,2\nzoe,,\n"
    )
    assert [(row.line, row.login, row.last_access, row.days) for row in report.rows] == [
        (2, "ann", DATE, "12"),
        (5, "ben", datetime.date(2026, 11, 4), "1"),
        (7, "zoe", None, ""),
    ]
    assert not report.errors
    assert [str(remark) for remark in report.remarks] == [
        "r.csv line 4: no login or name",
        "r.csv line 6: “ANN” is also in line 2; the later date counts",
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
        assert parse_report(data, name="r.csv", reading=ReportReading(TOKYO)).rows[0].last_access == DATE
    assert parse_report(text.encode("euc-jp"), name="r.csv", reading=ReportReading(TOKYO)).rows[0].login == "ann"


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
        ("login,name,last access\nann,Ann,\nann,Anna,\n", "line 3: “ann” is someone else in line 2"),
        ("login,last access\nann,9999-12-31T23:59:59Z\n", "line 2: last access “9999-12-31T23:59:59Z” is not a date"),
        ("login,last access,last access\nann,2026-11-03,2026-11-04\n", "“last access” (#2), “last access” (#3) could"),
        ("login,last access\n" + "5535B4D580981B19AD1942C38063507F,\n" * 2, "are concealed"),
        ("login,last access\n" + "(Unknown),2026-11-03\n" * 20 + "ann,\n", "20 of 21 rows have no login or name"),
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
    assert "line 3: no column for the login among Benutzer, Letzter Zugriff" in str(parse(text).errors[0])


def column(*texts: str, **how: Any) -> list[str]:
    return [str(day) for day in read_column(list(enumerate(texts, 2)), TOKYO, **how)]


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (["13/2/2026", "1/2/2026"], ["2026-02-13", "2026-02-01"]),
        (["2/13/2026", "1/2/2026 10:30 PM"], ["2026-02-13", "2026-01-02"]),
        (["1/1/2026", "never"], ["2026-01-01", "None"]),  # the same day whichever way
        (["46024", "46024.99"], ["2026-01-02", "2026-01-02"]),
        (["1767279600", "1767279599"], ["2026-01-02", "2026-01-01"]),  # midnight in Tokyo
        (["1767279600000", "0"], ["2026-01-02", "None"]),
        (["Thu, 26 Nov 2026 22:10:00 GMT", "Nov 26, 2026, 9:00 AM"], ["2026-11-27", "2026-11-26"]),
        (["Thu Nov 26 22:10:00 UTC 2026"], ["2026-11-27"]),
        (["2026年11月26日 午後10時30分", "R8.11.26"], ["2026-11-26", "2026-11-26"]),
        (["20261126221000", "20261126"], ["2026-11-26", "2026-11-26"]),
        (["2026-11-26T22:10:00.123Z", "2026-11-26 22:10:00 +0900"], ["2026-11-27", "2026-11-26"]),
    ],
)
def test_the_form_of_dates_is_found_by_the_whole_column(texts: list[str], days: list[str]) -> None:
    assert column(*texts) == days


@pytest.mark.parametrize(("texts", "forms"), [(["2/1/2026"], ["dmy", "mdy"]), (["26/1/2", "26/1/3"], ["ymd", "dmy"])])
def test_what_can_be_read_in_two_ways_is_asked(texts: list[str], forms: list[str]) -> None:
    with pytest.raises(WhichForm) as raised:
        column(*texts)
    assert (raised.value.line, raised.value.forms) == (2, forms)
    assert column(*texts, form=forms[0])[0] != column(*texts, form=forms[1])[0]


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        (["13/2/2026", "2/13/2026"], 3),
        (["2026-11-26", "1/2/2026"], 3),
        (["2026-11-26", "soon"], 3),
        (["2026-11-26 22:10 XYZ"], 2),
        (["2026-11-26 25:10"], 2),
        (["3 days ago"], 2),
    ],
)
def test_a_cell_that_is_not_of_the_form_of_the_others_is_named(texts: list[str], line: int) -> None:
    with pytest.raises(NotDate) as raised:
        column(*texts)
    assert raised.value.line == line


def test_times_without_an_offset_are_of_the_zone_that_is_named() -> None:
    assert column("2026-11-26 22:10", written_in=datetime.UTC) == ["2026-11-27"]
    assert column("2026-11-26", written_in=datetime.UTC) == ["2026-11-26"]
    assert column("2026-11-26", dates_in=datetime.UTC) == ["2026-11-27"]  # until nine in the morning
    assert column("2026-11-26", dates_in=TOKYO) == ["2026-11-26"]
    assert column("2026-11-26", dates_in=ZoneInfo("Pacific/Auckland")) == ["2026-11-26"]
    assert column("2026-11-26", "2026-11-24", dates_in=datetime.UTC, latest=datetime.date(2026, 11, 26)) == [
        "2026-11-26", "2026-11-25",
    ]  # fmt: skip
    assert column("2026-11-26 22:10", dates_in=datetime.UTC) == ["2026-11-26"]  # a time is as it says


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        (
            ["用户", "组织", "上次访问日期", "近30天的访问天数"],
            {"name": 0, "department": 1, "last_access": 2, "days": 3},
        ),
        (
            ["使用者", "組織", "最後存取日期", "最近30天的存取天數"],
            {"name": 0, "department": 1, "last_access": 2, "days": 3},
        ),
        (
            ["Usuario", "Departamento", "Fecha del último acceso", "Número de días de acceso (en los últimos 30 días)"],
            {"name": 0, "department": 1, "last_access": 2, "days": 3},
        ),
        (
            ["ユーザー", "組織", "最終アクセス日", "アクセス日数"],
            {"name": 0, "department": 1, "last_access": 2, "days": 3},
        ),
        (
            ["Benutzerprinzipalname", "Anzeigename", "Letzte Anmeldung", "Datum der letzten Aktivität (UTC)"],
            {"login": 0, "name": 1, "last_access": 3},
        ),
        (["assignee.login", "last_activity_at", "created_at"], {"login": 0, "last_access": 1}),
        (
            ["Email Address [Required]", "Status [READ ONLY]", "Last Sign In [READ ONLY]"],
            {"login": 0, "state": 1, "last_access": 2},
        ),
        (["社員番号", "氏名", "最終ログイン日時"], {"employee_number": 0, "name": 1, "last_access": 2}),
    ],
)
def test_columns_of_vendors_are_known_in_their_languages(headings: list[str], columns: dict[str, int]) -> None:
    assert first_look(",".join(headings).encode()).columns == columns


def test_of_last_accesses_in_several_products_the_one_of_the_service_counts() -> None:
    text = "login,Exchange Last Activity Date,Teams Last Activity Date\nann,2026-11-01,2026-11-03\n"
    assert "could each be the last access date" in str(parse(text).errors[0])
    assert parse(text, service=("Teams", "teams")).rows[0].last_access == DATE


def test_bare_dates_of_a_zone_that_is_named_are_the_last_day_they_touch_but_not_later_than_the_report() -> None:
    text = "login,last access\nann,2026-11-02\nben,2026-11-03\nzoe,2026-11-04\n"
    rows = parse(text, written_in=datetime.UTC, as_of=DATE).rows
    assert [str(row.last_access) for row in rows] == ["2026-11-03", "2026-11-03", "2026-11-05"]  # refused on importing


@pytest.mark.parametrize(("percent", "errors"), [("50", 0), ("49", 1)])
def test_how_many_rows_may_name_nobody_is_a_setting(percent: str, errors: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATWISE_SKIPPED_ROWS", percent)
    report = parse("login,last access date\nsato,2026-11-03\n(Unknown),2026-11-03\n")
    assert [len(report.errors), len(report.remarks)] == [errors, 1]


@pytest.mark.parametrize(
    "footer",
    ["Subtotal,", "Grand total,", "小計,", "Total users: 3,", "Generated on 2026-11-28,", "出力日時 2026/11/28,"],
)
def test_a_footer_is_nobody_and_a_login_without_a_date_is_somebody(footer: str) -> None:
    report = parse(f"login,last access date\nsato,2026-11-03\n{footer}\nsuzuki,\ntotally,\n")
    assert [row.login for row in report.rows] == ["sato", "suzuki", "totally"]
    assert [remark.values["line"] for remark in report.remarks] == [3]
