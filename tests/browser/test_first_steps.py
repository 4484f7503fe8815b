"""From an empty site and a log of one's own to the list of who uses it, by the pages of setting up."""

import datetime
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seatwise.commands.tests.processes.sites import Made

from .accessibility import too_wide, violations
from .conftest import TODAY, Opener, environment, running_browser, served

DAYS = [datetime.date.fromisoformat(TODAY) - datetime.timedelta(days=ago) for ago in range(35, 0, -1)]
LOG = "".join(
    f'192.0.2.1 - {login} [{day:%d/%b/%Y}:10:00:00 +0900] "GET /wiki/ HTTP/1.1" 200 9 "-" "-"\n'
    for number, day in enumerate(DAYS)
    for login, each in (("dora", 1), ("emil", 10), ("report-bot", 1))
    if number % each == 0
)


@pytest.fixture
def directory(made: Made, tmp_path: Path) -> Path:
    """An empty site with alice as its administrator."""
    return made.copy_to(tmp_path / "data")


@pytest.fixture
def page(directory: Path) -> Iterator[Any]:
    """The home page of the site."""
    with served(directory, ["-c", "pass"]) as address, running_browser() as browser:
        opener = Opener(browser, address)
        yield opener.page("alice")
        assert not opener.complaints


def step(page: Any, heading: str) -> None:
    """The page of a step is there, and in order."""
    page.get_by_role("heading", name=heading, level=1).wait_for()
    assert not violations(page)
    assert not too_wide(page)


def test_from_an_empty_site_to_the_list(page: Any, directory: Path) -> None:
    page.get_by_role("link", name="Continue: Your organization").click()
    step(page, "Your organization")
    page.get_by_label("Name of the organization").fill("Muster AG")
    page.get_by_role("button", name="Save and continue").click()

    step(page, "Access data")
    page.get_by_label("Name of the service").fill("Our Wiki")
    log = {"name": "access.log", "mimeType": "text/plain", "buffer": LOG.encode()}
    page.get_by_label("Log files").set_input_files([log])
    page.get_by_role("button", name="Read the log").click()
    page.wait_for_url(re.compile(r"/usage/\d+/$"))
    worker = [sys.executable, "-W", "ignore", "-m", "seatwise", "worker", "--once"]
    subprocess.run(worker, env=environment(directory, "http://127.0.0.1"), check=True, capture_output=True)
    page.reload()
    page.get_by_role("heading", name="3 logins used Our Wiki").wait_for()

    page.get_by_role("link", name="Continue: who are they?").click()
    step(page, "People")
    page.get_by_label("Leave these out").fill("report-bot")
    page.get_by_role("button", name="Create users from them").click()
    page.get_by_role("button", name="Import").click()
    page.get_by_text("The file was imported.").wait_for()

    page.locator(".setting-up").get_by_role("link", name="Continue").click()
    step(page, "Seats")
    page.locator("[name=seats]").fill("5")
    page.get_by_role("button", name="Continue: see who gets a seat").click()
    page.get_by_role("button", name="Add 2 licenses").click()

    page.locator(".setting-up").get_by_role("link", name="Continue").click()
    page.get_by_text("Your site is set up. Here is who uses it.").wait_for()
    assert page.locator("table.usage tbody .who small").all_inner_texts() == ["emil", "dora"]
    assert page.locator(".setting-up").count() == 0
