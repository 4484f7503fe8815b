"""A seat for a new colleague with no free seat, from a fresh demo: asked for, found, taken, given back, refused."""

from typing import Any

import pytest

from .accessibility import too_wide, violations

FIND = "/administration/services/wiki/find-a-seat/?for=nora"
FOR_ANOTHER = FIND.replace("nora", "grace")  # Nora has her seat once another test has run
QUEUE = "/administration/seat-requests/"
PHONE = {"width": 390, "height": 844}


def main(page: Any) -> str:
    """What the page says."""
    return str(page.locator("main").inner_text())


def narrow(page: Any) -> list[str]:
    """What axe finds on a page, and whether it is wider than a telephone."""
    wrong = violations(page)
    page.set_viewport_size(PHONE)
    wrong += too_wide(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    return wrong


@pytest.mark.parametrize(("who", "scheme"), [("alice", "light"), ("aiko", "dark")])
def test_axe_finds_nothing_and_nothing_overflows(open_demo: Any, who: str, scheme: str) -> None:
    page = open_demo(who, color_scheme=scheme)
    found = {"/": narrow(page)}
    page.goto(FOR_ANOTHER)
    seat = page.locator("table td a.is-primary").first.get_attribute("href")
    others = ["/ask/kintone/", QUEUE, f"{QUEUE}1/", f"{QUEUE}transfers/", f"{QUEUE}transfers/1/"]
    for path in [FOR_ANOTHER, seat, str(seat).replace("how=ask", "how=now"), *others]:
        page.goto(path)
        found[str(path)] = narrow(page)
    assert {path: them for path, them in found.items() if them} == {}


def test_a_seat_for_a_new_colleague_with_no_free_seat(open_demo: Any) -> None:
    page = open_demo("alice")
    waiting = page.locator(".inbox li", has_text="Nora Lindqvist requests a seat for Wiki")
    assert waiting.get_by_role("button", name="Grant").count() == 0
    waiting.get_by_role("link", name="Find a seat").click()
    assert "No seat is free" in main(page)
    first = page.locator("table.list").first.locator("tbody tr").first
    holder = first.locator(".who").inner_text().split("\n")[0]
    assert "no access since recording began" in first.inner_text()
    assert "0 recorded access days in 12 months" in first.inner_text()
    first.get_by_role("link", name="Take now").click()  # the first click
    page.get_by_label("Reason").fill("She begins today, and the handbook is there.")
    page.get_by_role("button", name="Take the seat now").click()  # the second
    assert f"{holder}’s seat will belong to Nora Lindqvist" in main(page)
    page.goto(f"{QUEUE}?state=granted")
    assert "Nora Lindqvist" in main(page)
    page.goto("/administration/letters/?text=" + "nora")
    assert "Answer to a seat request" in main(page)


def test_a_holder_who_is_asked_gives_the_seat_back_and_asks_again(open_demo: Any) -> None:
    charlie = open_demo("charlie")
    assert "A colleague needs a seat for Wiki, and none is free." in main(charlie)
    charlie.get_by_label("Give it back").check()
    charlie.get_by_role("button", name="Send the answer").click()
    alice = open_demo("alice", f"{QUEUE}?state=granted")
    assert "Audrey Kovacs" in main(alice)
    charlie.goto("/")
    charlie.locator("tr", has_text="Wiki").get_by_role("link", name="Request a seat").click()
    charlie.get_by_label("What do you need it for?").fill("A new project")
    charlie.get_by_role("button", name="Request a seat").click()
    assert "not answered yet" in main(charlie)
    alice.goto(f"{QUEUE}?state=waiting")
    alice.locator("tr", has_text="Charlie Ito").get_by_role("link").click()
    alice.get_by_label("Reason").fill("The project ended.")
    alice.get_by_role("button", name="Refuse with this reason").click()
    assert "The request was refused." in main(alice)
    charlie.goto("/")
    assert "The project ended." in main(charlie)
