"""The quarterly clean-up, from a fresh demo: the twelve who use it least in one department, removed and given back."""

import re
from typing import Any

import pytest

from .accessibility import too_wide

LIST = "/administration/access/kintone/"
DEPARTMENT = "Support"
PENDING = r"(\d+) of those held"
PHONE = {"width": 390, "height": 844}


def held(page: Any) -> int:
    """How many active people hold a license, as the list of the users says it."""
    page.goto("/administration/services/kintone/users/")
    return number(page.locator("#users .chips").inner_text(), r"(\d+) match")


def number(text: str, pattern: str) -> int:
    """The number in a text, by a pattern; 0 where it says none."""
    found = re.search(pattern, text)
    return int(found[1]) if found else 0


def narrowed(page: Any) -> Any:
    """The list of one department, those who used it least recently first."""
    page.goto(LIST)
    page.get_by_label("Department").select_option(label=DEPARTMENT)
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("link", name=f"Remove: Department: {DEPARTMENT}").wait_for()
    return page.locator("table.usage tbody tr")


@pytest.mark.parametrize("scripts", [True, False], ids=["with-javascript", "without-javascript"])
def test_the_twelve_who_use_it_least_in_a_department(open_demo: Any, scripts: bool) -> None:
    page = open_demo("alice", java_script_enabled=scripts)
    before = held(page)
    rows = narrowed(page)
    logins = [rows.nth(place).locator(".who small").inner_text() for place in range(12)]
    for place in range(12):
        rows.nth(place).get_by_role("checkbox").check()
    if scripts:
        assert "Selected: 12" in page.locator(".selection").inner_text()
    page.get_by_role("button", name="Remove licenses…").click()
    page.get_by_role("heading", name="Remove 12 licenses for kintone").wait_for()
    listed = page.locator("table.people .who small").all_inner_texts()
    assert sorted(listed) == sorted(logins)
    now, after = (number(text, PENDING) for text in page.locator(".before-after p").all_inner_texts())
    assert after == now + 12  # of a vendor's service: the seats are free once the vendor confirms it
    assert "the seats become free only when that confirms it" in page.locator("form#change").inner_text()

    for box in page.locator("form#change input[type=checkbox]").all():
        box.check()
    page.get_by_label("Reason").fill("Quarterly clean-up")
    page.get_by_role("button", name="Remove 12 licenses").click()
    page.get_by_role("heading", name="12 licenses were removed").wait_for()
    result = page.url
    assert "12 of these are pending" in page.locator("main").inner_text()
    assert held(page) == before - 12
    rows = narrowed(page)
    assert not set(logins) & set(rows.locator(".who small").all_inner_texts())

    page.goto(result)
    page.get_by_label("Reason").fill("The wrong department")
    page.get_by_role("button", name="Undo this change").click()
    page.get_by_role("heading", name="12 licenses were added").wait_for()
    assert held(page) == before


def test_the_pages_fit_on_a_telephone(open_demo: Any) -> None:
    page = open_demo("aiko", LIST, viewport=PHONE, color_scheme="dark")
    page.locator("td.pick input").nth(1).check()
    page.locator("#selection button[value=remove]").click()
    for path in (page.url, "/administration/services/kintone/users/", "/administration/licenses/changes/"):
        page.goto(path)
        assert not too_wide(page), path
