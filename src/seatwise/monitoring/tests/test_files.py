"""The list as a file: complete or not at all, and nothing replaced without being said."""

import csv
import datetime
import io
import zipfile
from typing import Any

import openpyxl
import pytest

from seatwise.directory import people
from seatwise.directory.models import Service
from seatwise.lib.usage import Table
from seatwise.licenses import grants

ADDRESS = "/administration/access/wiki/"
ON = datetime.date(2026, 1, 5)


@pytest.fixture
def wiki(alice: Any) -> Service:
    service: Service = Service.objects.add(code="wiki", name="Wiki", by=None)
    names = {
        "yamada": "山田",
        "sato": "佐藤",
        "takahashi": "髙橋",
        "kim": "김",
        "evil": "=HYPERLINK(1)",
        "smile": "☺ ~",
    }
    users = [people.add({"login": login, "name": name}, by=None, on=ON) for login, name in names.items()]
    grants.grant(service=service, users=users, by=None, reason="", on=ON)
    return service


def rows(data: bytes, encoding: str) -> dict[str, list[str]]:
    return {row[0]: row for row in csv.reader(io.StringIO(data.decode(encoding)))}


def body(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def test_utf_8_holds_everybody_and_excel_knows_it(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    response = client.get(ADDRESS, {"format": "csv"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="wiki-nothing.csv"' in response["Content-Disposition"]
    data = body(response)
    assert data.startswith(b"\xef\xbb\xbf")
    assert rows(data, "utf-8-sig")["kim"][1] == "김"
    assert rows(data, "utf-8-sig")["evil"][1] == "'=HYPERLINK(1)"


def test_what_shift_jis_cannot_hold_is_said_before_there_is_a_file(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    response = client.get(ADDRESS, {"format": "csv", "encoding": "cp932", "sort": "login"})
    assert response.status_code == 409
    assert "attachment" not in response.get("Content-Disposition", "")
    page = response.content.decode()
    assert [[text for _, text in row] for row in response.context["rows"]] == [
        ["kim", "김", "김"],
        ["smile", "☺ ~", "☺"],
    ]
    assert "髙橋" not in page
    choices = response.context["choices"]
    assert rows(body(client.get(choices["utf8"])), "utf-8-sig")["kim"][1] == "김"
    assert list(rows(body(client.get(choices["utf8"])), "utf-8-sig"))[1:3] == ["evil", "kim"]  # the order is kept
    replaced = client.get(choices["replace"])
    assert replaced["Content-Type"] == "text/csv; charset=shift_jis"
    found = rows(body(replaced), "cp932")
    assert (found["kim"][1], found["smile"][1], found["takahashi"][1]) == ("?", "? ~", "髙橋")
    assert client.get(response.context["back_url"]).status_code == 200


def test_shift_jis_that_holds_everybody_is_just_made(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    response = client.get(ADDRESS, {"format": "csv", "encoding": "cp932", "text": "a"})
    assert rows(body(response), "cp932")["yamada"][1] == "山田"


def test_only_the_first_of_many_are_named(client: Any, wiki: Service, alice: Any) -> None:
    users = [people.add({"login": f"k{i}", "name": "김"}, by=None, on=ON) for i in range(15)]
    grants.grant(service=wiki, users=users, by=None, reason="", on=ON)
    client.force_login(alice)
    response = client.get(ADDRESS, {"format": "csv", "encoding": "cp932"})
    assert (len(response.context["rows"]), response.context["count"]) == (10, 17)


def test_a_workbook_has_a_frozen_heading_filters_and_no_formulas(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    data = body(client.get(ADDRESS, {"format": "xlsx"}))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:H7"
    cells = {row[0].value: row for row in sheet.iter_rows()}
    assert cells["evil"][1].value == "=HYPERLINK(1)"
    assert cells["evil"][1].data_type in ("s", "inlineStr")
    assert cells["kim"][1].value == "김"
    assert cells["kim"][6].value == datetime.datetime(2026, 1, 5)
    assert cells["kim"][6].number_format == "yyyy-mm-dd"
    assert cells["kim"][4].value == 0
    xml = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "hyperlink" not in xml.replace("=HYPERLINK(1)", "")


@pytest.mark.parametrize("query", [{"format": "csv"}, {"format": "xlsx"}, {"format": "csv", "encoding": "cp932"}])
def test_a_file_that_breaks_off_is_an_error_and_no_file(
    client: Any, wiki: Service, alice: Any, query: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cells, seen = Table.cells, []

    def breaking(self: Any, row: Any) -> Any:
        seen.append(row)
        if len(seen) == 5:
            raise OSError("no space left")
        return cells(self, row)

    monkeypatch.setattr(Table, "cells", breaking)
    client.force_login(alice)
    client.raise_request_exception = False
    answer = client.get(ADDRESS, query)
    assert answer.status_code == 500
    assert "attachment" not in answer.get("Content-Disposition", "")
    assert "Something went wrong" in answer.content.decode()
    assert "yamada" not in answer.content.decode()


def test_more_than_a_sheet_holds_is_said(
    client: Any, wiki: Service, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seatwise.lib.tables.XLSX_ROWS", 5)
    client.force_login(alice)
    response = client.get(ADDRESS, {"format": "xlsx"})
    assert response.status_code == 409
    assert "use CSV" in response.content.decode()


def test_the_headings_are_in_the_language_of_whoever_asks(client: Any, wiki: Service, alice: Any) -> None:
    people.change(alice, {"language": "ja"}, by=alice, on=ON)
    client.force_login(alice)
    assert "最終アクセス日" in body(client.get(ADDRESS, {"format": "csv"})).decode("utf-8-sig")
