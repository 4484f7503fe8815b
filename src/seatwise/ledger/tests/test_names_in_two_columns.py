"""Reports whose people stand in two columns: found in both orders, told apart by department, else asked."""

import datetime

import pytest

from seatwise.directory import people
from seatwise.ledger.report_matching import Matches, match
from seatwise.ledger.snapshot_file import ReportReading, parse_report

pytestmark = pytest.mark.django_db
ON = datetime.date(2026, 1, 5)


def add(login: str, name: str, department: str = "") -> None:
    people.add({"login": login, "name": name, "departments": [department] if department else []}, by=None, on=ON)


def matched(text: str) -> Matches:
    report = parse_report(text.encode(), name="r.csv", reading=ReportReading(datetime.UTC))
    assert not report.errors, report.errors
    return match(report.rows, "r.csv")


@pytest.mark.parametrize("name", ["Taro Sato", "Sato Taro", "sato　taro"])
@pytest.mark.parametrize(
    ("headings", "row"),
    [
        ("First name,Last name", "Taro,Sato"),
        ("Family name,Given name", "Sato,Taro"),
        ("Apellidos,Nombre", "Sato,Taro"),
        ("姓,名", "Sato,Taro"),
        ("姓（漢字）,名（漢字）,姓（カナ）,名（カナ）", "Sato,Taro,ｻﾄｳ,ﾀﾛｳ"),
        ("Name", '"Sato, Taro"'),
    ],
)
def test_both_orders_are_found(name: str, headings: str, row: str) -> None:
    add("sato", name)
    found = matched(f"{headings},last access\n{row},2026-01-10\n")
    assert (found.logins, found.recognized) == ({2: "sato"}, 1)


def test_japanese_names_are_found_with_and_without_a_space() -> None:
    add("sato", "佐藤太郎")
    assert matched("名,姓,最終アクセス日\n太郎,佐藤,2026/1/10\n").logins == {2: "sato"}


def test_whoever_it_may_be_in_either_order_is_asked_and_told_apart_by_department(sales: object) -> None:
    add("li", "Li Wei", "sales")
    add("wei", "Wei Li")
    headings = "First name,Last name,Department,last access\n"
    found = matched(f"{headings}Li,Wei,,2026-01-10\n")
    assert (found.logins, [logins for _row, logins in found.asked.values()]) == ({}, [["li", "wei"]])
    assert matched(f"{headings}Li,Wei,Sales,2026-01-10\n").logins == {2: "li"}
    both = matched(f"{headings}Li,Wei,Sales,2026-01-10\nWei,Li,,2026-01-11\n")
    assert both.logins == {2: "li", 3: "wei"}


def test_a_column_of_whole_names_is_surer_and_half_a_name_is_nobody() -> None:
    add("sato", "Sato Taro")
    add("hanako", "Suzuki")
    text = "Display name,First name,Last name,last access\nSato Taro,T.,S.,2026-01-10\n"
    assert matched(text).logins == {2: "sato"}
    assert matched("First name,Last name,last access\n,Suzuki,2026-01-10\nTaro,,2026-01-10\n").logins == {2: "hanako"}
