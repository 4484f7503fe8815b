"""The site in a browser: the procedure it is built around, with and without JavaScript, by keyboard, for all eyes."""

import csv
import gzip
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from .accessibility import too_wide, violations

LIST = "/administration/access/kintone/"
PAGES = (
    "/",
    "/administration/",
    LIST,
    f"{LIST}?at_most=3&last_access_by=2026-10&sort=days&descending=on",
    f"{LIST}?text=nobody",
    "/administration/access/wiki/?at_most=many",
    f"{LIST}m01/",
    "/administration/people/1/reviews/",
    "/administration/services/kintone/users/",
    "/administration/services/kintone/users/?who=all&sort=nothing",
    "/administration/people/1/licenses/",
    "/administration/licenses/changes/",
    "/administration/licenses/changes/1/",
    "/administration/directory/services/",
    "/administration/directory/users/?text=m1",
    "/administration/people/1/directory/",
    "/administration/directory/users/1/edit/",
    "/administration/directory/departments/",
    "/administration/directory/logins/",
    "/administration/sources/",
    "/administration/sources/1/",
    "/administration/audit/",
    "/account/password/",
    "/api/v1/docs",
    "/nowhere/",
)
LIMIT = 150_000  # bytes, compressed
PHONE = {"width": 360, "height": 780}


def rows(page: Any) -> list[list[str]]:
    """The login, last access date (empty for no access) and number of each user on a page of the list."""
    found = page.locator("table.usage tbody tr").evaluate_all(
        """rows => rows.map(row => [row.querySelector(".who small").textContent,
                                    row.querySelector(".when time")?.dateTime ?? "",
                                    row.querySelector(".n").textContent])"""
    )
    return [[login, last, number.strip("≥ ")] for login, last, number in found]


def all_rows(page: Any) -> list[list[str]]:
    """Those of all pages of the list, from the one that is open."""
    found = rows(page)
    while page.get_by_role("link", name="Next").count():
        first = found[-1]
        page.get_by_role("link", name="Next").click()
        page.wait_for_function("login => document.querySelector('.who small').textContent != login", arg=found[-50][0])
        found += rows(page)
        assert first != found[-1]
    return found


def downloaded(page: Any, name: str) -> Path:
    """The file behind a link."""
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    return Path(download.value.path())


def listed_in(path: Path) -> list[list[str]]:
    """The login, last access date and number of each user in a CSV file."""
    lines = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
    heading = lines[0]
    last, number = heading.index("Last Access Date"), heading.index("Number of Access Days (in the last 30 days)")
    return [[line[0], line[last], line[number]] for line in lines[1:]]


def listed_in_sheet(path: Path) -> list[list[str]]:
    """The same of an XLSX file, whose dates are dates and whose numbers are numbers."""
    lines = list(load_workbook(io.BytesIO(path.read_bytes())).active.iter_rows(values_only=True))
    last, number = lines[0].index("Last Access Date"), lines[0].index("Number of Access Days (in the last 30 days)")
    return [[line[0], f"{line[last]:%Y-%m-%d}" if line[last] else "", str(line[number])] for line in lines[1:]]


@pytest.mark.parametrize("scripts", [True, False], ids=["with-javascript", "without-javascript"])
@pytest.mark.parametrize(("heading", "column"), [("Last Access Date", 1), ("Number of Access Days", 2)])
def test_the_six_steps_of_the_procedure(open_page: Any, scripts: bool, heading: str, column: int) -> None:
    page = open_page("alice", java_script_enabled=scripts)
    page.get_by_role("link", name="Administration").click()
    page.get_by_role("navigation").get_by_role("link", name="User Access Monitoring").click()
    page.get_by_role("columnheader", name=heading).get_by_role("link").click()
    page.wait_for_url(re.compile("sort="))
    assert page.get_by_role("columnheader", name=heading).get_attribute("aria-sort") == "ascending"
    found = all_rows(page)
    assert len(found) == 70
    assert found == sorted(found, key=lambda row: (int(row[2]) if column == 2 else row[1], row[0]))

    page.goto(page.url.partition("&page")[0])
    page.get_by_label("Access days at most").fill("2")
    page.get_by_label("Last access in or before").fill("2026-10")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url(re.compile("at_most=2"))
    page.get_by_role("link", name="Remove: Access days at most: 2").wait_for()
    narrowed = rows(page)
    assert 0 < len(narrowed) < 50
    assert narrowed == [row for row in found if int(row[2]) <= 2 and row[1] < "2026-11"]

    assert listed_in(downloaded(page, "Download in CSV format")) == narrowed
    assert listed_in_sheet(downloaded(page, "Excel")) == narrowed
    page.get_by_role("navigation").get_by_role("link", name="Services").click()
    page.get_by_role("heading", name="Services", level=1).wait_for()


def test_narrowing_refreshes_the_list_alone_and_a_chip_takes_it_back(open_page: Any) -> None:
    page = open_page("alice", LIST)
    page.evaluate("window.same = true")
    page.get_by_label("Department").focus()
    page.get_by_label("Department").select_option(label="Design")
    chip = page.get_by_role("link", name="Remove: Department: Design")
    chip.wait_for()
    assert page.evaluate("document.activeElement.id") == "id_department"
    assert page.url.endswith("?department=design") or "department=" in page.url
    assert "sort=" not in page.url
    assert page.get_by_role("status").first.inner_text() == page.locator("#results .quiet").first.inner_text()
    page.get_by_role("columnheader", name="Number").get_by_role("link").click()
    page.wait_for_url(re.compile("sort=days"))
    assert page.evaluate("document.activeElement.id") == "sort-days"
    page.get_by_label("Name or login").fill("m1")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("text=m1"))
    assert "sort=days" in page.url
    page.get_by_role("link", name="Remove: Department: Design").click()
    page.wait_for_function("() => document.querySelector('#id_department').value === ''")
    assert page.get_by_label("Name or login").input_value() == "m1"
    assert page.evaluate("window.same")
    page.go_back()
    page.get_by_role("link", name="Remove: Department: Design").wait_for()


def test_each_part_of_the_seats_leads_to_as_many_users_as_it_says(open_page: Any) -> None:
    page = open_page("alice", LIST, java_script_enabled=False)
    parts = page.locator(".seats li a")
    together = 0
    for number in range(parts.count()):
        said = int(re.sub(r"\D", "", parts.nth(number).locator("strong").inner_text()))
        together += said
        parts.nth(number).click()
        assert page.locator(".chips .quiet").first.inner_text() == f"{said} of 70 users"
        assert parts.nth(number).get_attribute("aria-current") == "true"
        parts.nth(number).click()
        assert page.locator(".chips .quiet").first.inner_text() == "70 of 70 users"
    later = page.locator(
        ".seats li", has_text="License added later"
    )  # of whom nobody knows yet, and who have no filter
    assert together + int(re.sub(r"\D", "", later.locator("strong").inner_text())) == 70


def test_who_was_signed_out_meanwhile_is_asked_to_sign_in(open_page: Any) -> None:
    page = open_page("alice", LIST)
    page.context.clear_cookies()
    page.get_by_label("Access days at most").fill("2")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/account/login/"))


def test_a_wrong_value_is_said_at_once(open_page: Any) -> None:
    page = open_page("alice", LIST)
    page.evaluate("document.querySelector('#id_at_most').type = 'text'")
    page.get_by_label("Access days at most").fill("few")
    page.get_by_role("button", name="Filter").click()
    assert "Access days at most" in page.get_by_role("alert").inner_text()


@pytest.mark.parametrize("look", [("alice", "light"), ("aiko", "dark")], ids=["english-light", "japanese-dark"])
def test_axe_finds_nothing_and_nothing_overflows(open_page: Any, look: tuple[str, str]) -> None:
    who, scheme = look
    page = open_page(who, color_scheme=scheme)
    found: dict[str, list[str]] = {}
    for path in PAGES:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(path)
        found[path] = violations(page)
        page.set_viewport_size(PHONE)
        found[path] += too_wide(page)
    assert {path: them for path, them in found.items() if them} == {}


@pytest.mark.parametrize(("who", "scheme"), [("alice", "dark"), ("aiko", "light")])
def test_axe_finds_nothing_on_the_list_in_the_other_looks(open_page: Any, who: str, scheme: str) -> None:
    page = open_page(who, LIST, color_scheme=scheme)
    assert violations(page) == []
    page.set_viewport_size(PHONE)
    assert violations(page) == []


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en"), ("dark", "ja")])
def test_axe_finds_nothing_on_the_way_in(open_page: Any, scheme: str, locale: str) -> None:
    page = open_page("", "/account/login/", color_scheme=scheme, locale=locale)
    assert page.locator("html").get_attribute("lang") == locale
    assert violations(page) == []


WRONG_TURNS = ("400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_for_what_goes_wrong(
    open_page: Any, rendered: Callable[..., dict[tuple[str, str], str]], language: str, scheme: str
) -> None:
    wrong_turns = rendered(*WRONG_TURNS)
    page = open_page("", "/health/", color_scheme=scheme)
    found = {}
    for name in WRONG_TURNS:
        body = wrong_turns[name, language]
        page.route("**/wrong/*", lambda route, request, body=body: route.fulfill(body=body, content_type="text/html"))
        page.goto(f"/wrong/{name}")
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("h1").count() == 1
        found[name] = violations(page)
        page.set_viewport_size(PHONE)
        found[name] += too_wide(page)
        page.unroute("**/wrong/*")
    assert {name: them for name, them in found.items() if them} == {}


FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary"
WHERE = """() => { const at = document.activeElement, box = at.getBoundingClientRect();
                   return at === document.body ? null : [[...document.querySelectorAll(window.focusable)].indexOf(at),
                                                         box.width * box.height, at.textContent.trim() || at.name] }"""


@pytest.mark.parametrize("path", ["/administration/", f"{LIST}?text=m1&at_most=9", "/administration/sources/1/"])
def test_the_keyboard_reaches_everything_in_the_order_of_the_page(open_page: Any, path: str) -> None:
    page = open_page("alice", path)
    page.evaluate("selector => { window.focusable = selector }", FOCUSABLE)
    wanted = page.evaluate(
        """() => [...document.querySelectorAll(window.focusable)].map((one, at) => [one, at]).filter(([one]) =>
                   one.tabIndex >= 0 && !one.disabled && one.checkVisibility({visibilityProperty: true})
                   && !one.closest("details:not([open], .filters) > :not(summary)")).map(([one, at]) => at)"""
    )
    assert len(wanted) > 15
    reached: list[int] = []
    for _ in range(3 * len(wanted) + 20):  # a field for a month has several stops
        page.keyboard.press("Tab")
        where = page.evaluate(WHERE)
        if where is None:
            break
        place, area, text = where
        assert area > 0, text
        if place >= 0 and place not in reached[-1:]:  # below 0: something that is scrolled
            reached.append(place)
    assert reached == wanted


def test_a_person_is_picked_by_typing_a_part_of_the_name(open_page: Any) -> None:
    page = open_page("alice", "/administration/licenses/suspensions/add/")
    field, option = page.get_by_role("combobox", name="User"), page.get_by_role("option", name="Charlie Ito")
    field.fill("charl")
    option.wait_for()
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    assert violations(page) == []
    field.press("Enter")
    assert field.input_value() == "Charlie Ito (charlie)"
    assert not page.get_by_role("listbox").is_visible()


def test_what_opens_from_the_bar_closes_with_escape(open_page: Any) -> None:
    page = open_page("alice", LIST)
    summary = page.locator(".topbar details.drop > summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").wait_for()
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="Sign out").is_visible()


def test_the_menu_opens_on_a_telephone(open_page: Any) -> None:
    page = open_page("alice", LIST, viewport=PHONE)
    assert not page.get_by_role("link", name="Audit log").is_visible()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Audit log").click()
    page.get_by_role("heading", name="Audit log", level=1).wait_for()


@pytest.mark.parametrize("path", ["/account/login/", "/", LIST])
def test_a_first_visit_is_light(open_page: Any, path: str) -> None:
    page = open_page("" if path == "/account/login/" else "alice", "/health/")
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(path, wait_until="networkidle")
    sizes = {answer.url: len(gzip.compress(answer.body(), 6)) for answer in answers}
    assert len(sizes) >= 5
    assert sum(sizes.values()) < LIMIT, sizes
