"""Every list is to be had as a file in each format, complete or not at all, and narrows as its fields say."""

import datetime
import io
import tracemalloc
from collections.abc import Iterable, Iterator
from typing import Any, cast

import openpyxl
import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from seatwise.directory import people
from seatwise.directory.choices import UNAFFILIATED
from seatwise.directory.forms import LoginSearch, UserSearch
from seatwise.directory.models import Login, User
from seatwise.site import lists
from seatwise.site.lists import Column, List, Listing
from seatwise.site.search import ALL, SearchForm, choice

USERS = "/administration/directory/users/"
LOGINS = "/administration/directory/logins/"


def body(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response)


def test_an_ordinary_list_is_to_be_had_as_a_workbook(client: Any, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    page = client.get(USERS, {"text": "char"}).context["list"]
    data = body(client.get(USERS, {"text": "char", "format": "xlsx"}))
    headings, *rows = openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)
    titles = [str(column.title) for column in page.columns]
    assert list(headings)[: len(titles)] == titles  # followed by all that an import of people takes
    assert [row[1] for row in rows] == [row.thing.login for row in page.rows] == ["charlie"]


def test_what_shift_jis_cannot_hold_of_an_ordinary_list_is_said_first(client: Any, cast: dict[str, User]) -> None:
    User.objects.filter(pk=cast["charlie"].pk).update(name="김")
    client.force_login(cast["alice"])
    asked = {"format": "csv", "encoding": "cp932"}
    response = client.get(USERS, asked)
    assert response.status_code == 409
    assert [[text for _, text in row] for row in response.context["rows"]] == [["김", "charlie", "김"]]
    assert "?,charlie" in body(client.get(response.context["choices"]["replace"])).decode("cp932")
    assert "김,charlie" in body(client.get(response.context["choices"]["utf8"])).decode("utf-8-sig")
    held = client.get(USERS, asked | {"text": "alice"})
    assert (held["Content-Type"], b"alice" in body(held)) == ("text/csv; charset=shift_jis", True)


@pytest.mark.parametrize(
    "wrong",
    [
        "format=pdf",
        "format=csv&encoding=ebcdic",
        "encoding=cp932",
        "format=xlsx&unencodable=replace",
        "format=xlsx&nonsense=1",
        "page=1&x=1",
    ],
)
def test_a_file_that_there_is_not_is_an_error_on_the_page(client: Any, cast: dict[str, User], wrong: str) -> None:
    client.force_login(cast["alice"])
    response = client.get(f"{USERS}?{wrong}")
    assert (response.status_code, bool(response.context["list"].form.errors)) == (400, True)


def test_a_text_that_a_cell_of_a_workbook_would_cut_is_said_and_no_file_is_made(
    client: Any, cast: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(User, "__str__", lambda self: "x" * 32_768)
    client.force_login(cast["alice"])
    response = client.get(USERS, {"text": "char", "format": "xlsx"})
    assert (response.status_code, "cell A2" in response.content.decode()) == (409, True)
    assert response.context["back_url"] == f"{USERS}?text=char"


def test_a_cell_of_a_page_leads_and_looks_as_its_column_says() -> None:
    long, links = "word " * 40, Column[str]("Second", str, link=lambda thing: f"/{thing}/")
    badged = Column[str]("Third", lambda _thing: long, badge=lambda _thing: "new", badge_look="", most=20)
    of = List[str](columns=[Column("First", str), links, badged])
    page = Paginator(["a"], 10).page(1)
    shown = render_to_string("lists/rows.html", {"list": Listing(of, SearchForm(QueryDict()), page, of.columns)})
    assert '<td class="who">a</td>' in shown
    assert '<td data-label="Second"><a href="/a/">a</a></td>' in shown
    assert '<td data-label="Third">word word word word… <span class="badge ">new</span></td>' in shown


def test_a_wrong_search_narrows_nothing_and_still_shows_what_the_list_is_about(
    cast: dict[str, User], sales: Any
) -> None:
    Login.objects.create(folded="stranger", written="Stranger")
    wrong = LoginSearch(QueryDict("text=nobody&show=given&nonsense=1"))
    assert [each.folded for each in wrong.narrow(Login.objects.all())] == ["stranger"]
    assert UserSearch(QueryDict("status=inactive&x=1")).narrow(User.objects.all()).count() == User.objects.count()


def test_a_department_or_none_is_chosen_by_its_code(cast: dict[str, User], sales: Any) -> None:
    people.add({"login": "seller", "departments": [sales]}, by=None, on=datetime.date(2026, 1, 5))
    form = UserSearch(QueryDict("department=sales"))
    assert sorted(each.login for each in form.narrow(User.objects.all())) == ["bob", "charlie", "seller"]
    alone = UserSearch(QueryDict(f"department={UNAFFILIATED}"))
    assert {"bob", "seller"}.isdisjoint(each.login for each in alone.narrow(User.objects.all()))
    assert [str(value) for value, _words in form.fields["department"].choices][:3] == ["", UNAFFILIATED, "sales"]  # type: ignore[attr-defined]
    assert not UserSearch(QueryDict("department=nowhere")).is_valid()


def test_choices_that_are_worked_out_are_asked_for_once_a_form() -> None:
    asked = []

    def offered() -> list[tuple[str, str]]:
        asked.append(1)
        return [("a", "A")]

    class Search(SearchForm):
        letter = choice("Letter", offered, everything=ALL)

    form = Search(QueryDict("letter=a"))
    assert (form.is_valid(), "A" in str(form), len(asked)) == (True, True, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_of_any_length_takes_constant_memory(rf: Any, kind: str) -> None:
    """Rows are written as they come, and what is written goes to the disk."""
    size, count = 400, 20_000

    class Rows:
        """So many, made as they are gone through."""

        def __len__(self) -> int:
            return count

        def __iter__(self) -> Iterator[str]:
            return (f"{number:0{size}}" for number in range(count))

    one: List[str] = List(columns=[Column("Number", lambda row: row)])
    tracemalloc.start()
    try:
        response = one.answer(rf.get("/numbers/", {"format": kind}), SearchForm(QueryDict(f"format={kind}")), Rows())
        length = sum(len(part) for part in cast(Iterable[bytes], response))
        response.close()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert response.status_code == 200
    assert length > (size * count if kind == "csv" else 50_000)
    assert peak < size * count / 2


def test_of_a_long_list_no_more_is_counted_than_is_said_and_every_page_is_to_be_had(
    client: Any, cast: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_COUNTED", 100)
    User.objects.bulk_create(User(login=f"u{n:03}", folded=f"u{n:03}", name=f"U{n:03}") for n in range(170))
    client.force_login(cast["alice"])
    there = User.objects.count()  # 176

    def shown(page: int) -> tuple[str, list[str]]:
        response = client.get(USERS, {"page": page})
        foot = response.content.decode().partition('<nav class="foot"')[2].partition("</nav>")[0]
        said = " ".join(foot.partition('<span class="quiet">')[2].partition("</span>")[0].split())
        return said, [row.thing.login for row in response.context["list"].rows]

    with CaptureQueriesContext(connection) as captured:
        assert shown(1)[0] == "1–50 of more than 100"
    assert any("LIMIT 101) subquery" in each["sql"] for each in captured)
    assert shown(2)[0] == "51–100 of more than 100"
    assert shown(3)[0] == "101–150 of more than 150"
    assert shown(4)[0] == shown(999)[0] == f"151–{there} of {there}"
    assert len({login for page in (1, 2, 3, 4) for login in shown(page)[1]}) == there
    User.objects.filter(pk=cast["alice"].pk).update(language="ja")
    assert shown(1)[0] == "100件超のうち1～50件"
