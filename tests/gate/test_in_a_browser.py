"""Signing in at a service with a real browser, which holds redirects after a form to the form's policy."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright
from tests.gate.conftest import Door, Site

from seatwise.commands.tests.processes.sites import PASSWORD, wait_for


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of Chromium, with nothing in it from before."""
    path = shutil.which("chromium")
    if not path:
        pytest.skip("chromium is not installed here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = browser.new_context(ignore_https_errors=True, extra_http_headers={"X-Forwarded-For": "192.0.2.251"})
        yield context.new_page()
        browser.close()


def test_somebody_signs_in_is_let_in_and_is_refused_after_a_removal(page: Page, door: Door, site: Site) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{door.address}/page?x=1")
    page.get_by_label("Login name").fill("dora")
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name=f"You have no license for {door.code}").wait_for()
    held = f"License.objects.held().filter(user__login='dora', service__code={door.code!r})"
    site.do(
        f"grants.grant_one(service=Service.objects.get(code={door.code!r}), by=None, reason='', on=today(),",
        "    user=User.objects.get(login='dora'))",
    )
    page.context.clear_cookies()
    page.goto(f"{door.address}/page?x=1")
    page.get_by_label("Login name").fill("dora")
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{door.address}/page?x=1")
    assert '"dora"' in page.content()
    site.do(f"grants.revoke(list({held}), by=None, reason='', on=today())")
    refused = page.get_by_role("heading", name=f"You have no license for {door.code}")
    assert wait_for(lambda: page.reload() and refused.count())
    styled = page.evaluate("getComputedStyle(document.querySelector('.card-flat')).borderRadius")
    assert styled == "9.6px"  # the style came from Seatwise
    assert not [text for text in said if "Content Security Policy" in text], said
