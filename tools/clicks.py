"""Count what two tasks cost: `python -m tools.clicks http://127.0.0.1:8000`, on a demo that may be changed.

The two are those for which User Access Monitoring was made: taking back seats that are not used, and finding one for
somebody new. A click is one on a link, button, box or suggestion; choosing from a list of choices is one, too. Keys are
those of what must be typed; reasons are counted apart, since everyone words them as they like.
"""

import shutil
import sys
from typing import Any

from tools.screenshots import Camera

REASON = "Quarterly clean-up"
TASKS = ("Those of a department who have not used kintone for 30 days lose it", "Somebody new gets a seat of Wiki")


class Counted:
    """A page on which what is done is counted."""

    def __init__(self, page: Any) -> None:
        self.page, self.clicks, self.keys, self.reasons = page, 0, 0, 0

    def click(self, found: Any) -> None:
        found.click()
        self.clicks += 1

    def choose(self, found: Any, label: str) -> None:
        found.select_option(label=label)
        self.clicks += 1

    def type(self, found: Any, text: str, *, is_reason: bool = False) -> None:
        found.press_sequentially(text)
        self.reasons += is_reason
        self.keys += 0 if is_reason else len(text)

    def said(self) -> str:
        reasons = f", {self.reasons} reason" if self.reasons else ""
        return f"{self.clicks} clicks, {self.keys} keys{reasons}"


def clean_up(counted: Counted) -> None:
    """From home: who has not used it, those of one department, all of them ticked and removed."""
    page = counted.page
    counted.click(page.locator(".service-cards .card-flat", has_text="kintone").get_by_role("link", name="not used"))
    counted.choose(page.get_by_label("Department"), "Support")
    counted.click(page.get_by_role("button", name="Filter"))
    page.get_by_role("link", name="Remove: Department: Support").wait_for()
    counted.click(page.get_by_label("All on this page"))
    counted.click(page.get_by_role("button", name="Remove licenses…"))
    for box in page.locator("form#change input[type=checkbox]").all():
        counted.click(box)
    counted.type(page.get_by_label("Reason"), REASON, is_reason=True)
    counted.click(page.get_by_role("button", name="Remove", exact=False).last)
    page.get_by_role("heading", name="removed").wait_for()


def seat_for_somebody_new(counted: Counted) -> None:
    """From home, where none is free: who uses it least, and their seat for somebody who is typed."""
    page = counted.page
    counted.click(page.locator(".service-cards").get_by_role("link", name="Wiki", exact=True))
    counted.click(page.get_by_role("link", name="Find a seat", exact=True).first)
    counted.type(page.locator("input[name=for]"), "grac")
    counted.click(page.get_by_role("option").first)
    counted.click(page.get_by_role("button", name="Find a seat"))
    counted.click(page.get_by_role("link", name="Take now").first)
    counted.type(page.get_by_label("Reason"), REASON, is_reason=True)
    counted.click(page.get_by_role("button", name="Take the seat now"))
    page.get_by_text("will belong to").or_(page.get_by_text("second")).first.wait_for()


def main(address: str) -> None:
    """Do both, and print what they cost."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        camera = Camera(browser, address.rstrip("/"))
        for name, task in zip(TASKS, (clean_up, seat_for_somebody_new), strict=True):
            with camera.signed_in("alice") as page:
                counted = Counted(page)
                task(counted)
                print(f"{name}: {counted.said()}")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
