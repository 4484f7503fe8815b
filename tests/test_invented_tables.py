"""Vendors' reports in more of the shapes that people have: each is read as it is meant, or refused with the line."""

import datetime
import io
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from seatwise.ledger.snapshot_file import Report, ReportReading, parse_report

TOKYO = ZoneInfo("Asia/Tokyo")
DAY = datetime.date(2026, 11, 27)


def read(data: str | bytes, encoding: str | None = None) -> Report:
    raw = data if isinstance(data, bytes) else data.encode()
    reading = ReportReading(TOKYO, as_of=datetime.date(2026, 11, 29))
    return parse_report(raw, name="r", reading=reading, encoding=encoding)


def found(report: Report) -> dict[str, str]:
    """The last access of each row, by its login or else its name."""
    return {row.login or row.name: str(row.last_access or "never") for row in report.rows}


BOTH = {"sato": "2026-11-27", "suzuki": "never"}
ENCODINGS = ("gb18030", "big5")  # which are chosen, not guessed
READ: dict[str, tuple[str | bytes, dict[str, str]]] = {
    "zh-cn of gb18030, with a time": (
        "用户名,姓名,最后登录时间\nsato,佐藤,2026年11月27日 星期五 下午11:05\nsuzuki,铃木,从未登录\n"
        .encode("gb18030"), BOTH,
    ),
    "zh-tw of big5, with 上午": (
        "使用者帳號,顯示名稱,最近一次登入時間\nsato,佐藤,2026/11/27 上午 08:05:00\nsuzuki,鈴木,尚未登入\n"
        .encode("big5"), BOTH,
    ),
    "spanish": (
        "Nombre de usuario;Correo electrónico;Último acceso\nsato;sato@example.com;27 nov. 2026 3:05 p. m.\n"
        "suzuki;suzuki@example.com;Nunca ha accedido\n", BOTH,
    ),
    "spanish with de": (
        "Usuario;Fecha de la última conexión\nsato;27 de noviembre de 2026\nsuzuki;Sin actividad\n", BOTH,
    ),
    "half-width kana": (
        "ﾛｸﾞｲﾝ名\t最終ｱｸｾｽ日時\nｓａｔｏ　\t２０２６／１１／２７　２３：５９\nsuzuki\tｱｸｾｽなし\n".encode("utf-16"),
        {"ｓａｔｏ": "2026-11-27", "suzuki": "never"},
    ),
    "japanese eras": (
        "ログイン名,最終利用日\nsato,令和8年11月27日(金)\nsuzuki,-----\nito,R8.11.26\ntanaka,平成31年4月30日\n".encode("cp932"),
        {**BOTH, "ito": "2026-11-26", "tanaka": "2019-04-30"},
    ),
    "us clock": (
        "User Email,Last Login Time\nsato@example.com,11/27/2026 11:59 PM\nsuzuki@example.com,--\n",
        {"sato@example.com": "2026-11-27", "suzuki@example.com": "never"},
    ),
    "epoch milliseconds in json lines": (
        '{"username": "sato", "lastAccess": 1795759500000}\n{"username": "suzuki", "lastAccess": 0}\n', BOTH,
    ),
    "epoch microseconds": ("login,last active\nsato,1795759500000000\nsuzuki,\n", BOTH),
    "active directory's count": (
        "sAMAccountName,lastLogonTimestamp\nsato,134402331000000000\nsuzuki,9223372036854775807\n", BOTH,
    ),
    "ldap's times": ("login,last login\nsato,20261127060500.0Z\nsuzuki,\n", BOTH),
    "iso's basic form": ("login,last login\nsato,20261126T160500Z\nsuzuki,(never)\n", BOTH),
    "oracle's days": ("USERNAME,LAST_LOGIN\nsato,27-NOV-26\nsuzuki,\n", BOTH),
    "korean": ("login,last access\nsato,2026. 11. 27. 오후 3:05\nsuzuki,\n", BOTH),
    "german months": (
        "login;last login\nsato;27. Nov 2026\nito;3. Dez 2025\n", {"sato": "2026-11-27", "ito": "2025-12-03"},
    ),
    "quotes and stars in headings": (
        '"Login*","“Last” ""access"" date","【備考】"\nsato,2026-11-27,\nsuzuki,,x\n', BOTH,
    ),
    "a mark, a separator and blank columns": (
        "\ufeffsep=;\r\n;login;;last access;\r\n;sato;;2026-11-27;\r\n;suzuki;;;\r\n;;;;\r\n", BOTH,
    ),
    "totals and notes below": (
        "login,last access,days\nsato,2026-11-27,12\nsuzuki,,0\n合計,,12\n総ユーザー数: 2,,\nTotal users: 2\n",
        BOTH,
    ),
    "invited and not yet there": (
        "login,last seen\nsato,2026-11-27\nsuzuki,Never (invited 2026-10-01)\n", BOTH,
    ),
    "two columns of names": (
        "First Name,Last Name,Last active\nTaro,Sato,2026-11-27\nHanako,Suzuki,Never\n",
        {"Taro Sato": "2026-11-27", "Hanako Suzuki": "never"},
    ),
    "姓 and 名, with readings": (
        "姓,名,姓（カナ）,名（カナ）,最終アクセス日\n佐藤,太郎,サトウ,タロウ,2026/11/27\n", {"佐藤 太郎": "2026-11-27"},
    ),
    "required columns": (
        "First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY],"
        "Last Sign In [READ ONLY]\n"
        "Taro,Sato,sato@example.com,Active,2026/11/27 8:31:00\n", {"sato@example.com": "2026-11-27"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", READ)
def test_a_shape_is_read_as_it_is_meant(shape: str) -> None:
    data, right = READ[shape]
    report = read(data, next((each for each in ENCODINGS if each in shape), None))
    assert not report.errors, report.errors
    assert found(report) == right


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("login,last access\nsato,3 days ago\n", 2),
        ("login,last access\nsato,2026-11-27\nsuzuki,yesterday\n", 3),
        ("login,last access\nsato,2:15:00\n", 2),
        ("login,last access\nsato,2026-11-27\nsuzuki,11/12/2026\n", 3),
        ("login,last access\nsato,32 Nov 2026\n", 2),
        ("login,days since last access\nsato,3\n", 1),
    ],
)
def test_what_is_no_day_is_refused_with_its_line(data: str, line: int) -> None:
    report = read(data)
    assert [error.values["line"] for error in report.errors] == [line]


def workbook(fill: Callable[[Any], None]) -> bytes:
    from openpyxl import Workbook

    book, file = Workbook(), io.BytesIO()
    fill(book)
    book.save(file)
    return file.getvalue()


def test_a_workbook_with_a_merged_title_hidden_sheets_dates_and_a_total() -> None:
    def fill(book: Any) -> None:
        old = book.active
        old.title, old.sheet_state = "old", "hidden"
        for row in (["login", "last access", "days"], ["sato", datetime.date(2020, 1, 1), 1]):
            old.append(row)
        sheet = book.create_sheet("Users")
        sheet["B1"] = "Usage of November"
        sheet.merge_cells("B1:D1")
        sheet.append([])
        sheet.append([None, "Login", "Last access", "Duration"])
        sheet.append([None, "sato", datetime.datetime(2026, 11, 27, 23, 59), datetime.timedelta(hours=30)])
        sheet.append([None, "suzuki", None, None])
        sheet.append([None, "Total", None, 2])
        book.create_sheet("Notes").append(["Made by nobody"])

    report = read(workbook(fill))
    assert not report.errors
    assert found(report) == BOTH
    assert report.encoding == "XLSX: Users"


def test_dates_of_a_workbook_as_numbers() -> None:
    def fill(book: Any) -> None:
        for row in (["login", "last access"], ["sato", 46353.63], ["suzuki", None]):
            book.active.append(row)

    assert found(read(workbook(fill))) == BOTH


def test_two_sheets_of_one_kind_are_refused_by_their_names() -> None:
    def fill(book: Any) -> None:
        for sheet, login in ((book.active, "sato"), (book.create_sheet("Osaka"), "suzuki")):
            sheet.append(["login", "last access"])
            sheet.append([login, DAY])

    [error] = read(workbook(fill)).errors
    assert error.values["sheets"] == "Sheet, Osaka"
