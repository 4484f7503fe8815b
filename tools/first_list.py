"""How long it takes from nothing to one's own list: `python -m tools.first_list access.log [REPOSITORY]`.

Clones the repository, installs it as `make` does, begins a site as the README says, and goes through its setup in a
browser, with the log that is given, as somebody who has read nothing else. Needs git, make, Playwright and Chromium.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

PASSWORD = "otter-lantern-maple"  # noqa: S105 - of a site that lives for minutes
LIMIT = 300  # seconds
PATIENCE = 120_000  # milliseconds for a log to be read


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long something took, and of it the processor time of commands that have ended."""
    begun, before = time.monotonic(), os.times()
    yield
    after = os.times()
    worked = after.children_user + after.children_system - before.children_user - before.children_system
    print(
        f"{time.monotonic() - begun:6.1f} s  {what}{f' ({worked:.1f} s of the processor)' if worked else ''}",
        flush=True,
    )


def run(what: str, *command: str) -> None:
    with timed(what):
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own commands


def until_it_answers(served: "subprocess.Popen[bytes]", address: str) -> None:
    while served.poll() is None:
        with suppress(OSError):
            urllib.request.urlopen(address)  # noqa: S310 - our own address
            return
        time.sleep(0.1)
    raise SystemExit("seatwise serve has ended")


def set_up(page: Any, log: Path) -> None:
    """The four steps, and the list."""
    page.fill("#id_login", "you")
    page.fill("#id_password", PASSWORD)
    page.click("main form .is-primary")
    page.get_by_role("link", name="Continue: Your organization").click()
    page.get_by_label("Name of the organization").fill("Ours")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_label("Name of the service").fill("Our service")
    page.get_by_label("Log files").set_input_files([log])
    page.get_by_role("button", name="Read the log").click()
    page.get_by_role("link", name="Continue: who are they?").click(timeout=PATIENCE)
    page.get_by_role("button", name="Create users from them").click()
    page.get_by_role("button", name="Import").click()
    page.get_by_text("The file was imported.").wait_for()
    page.locator(".setting-up").get_by_role("link", name="Continue").click()
    page.locator("[name=seats]").fill("1000")
    page.get_by_role("button", name="Continue: see who gets a seat").click()
    page.get_by_role("button", name=re.compile("Add .* license")).click()
    page.locator(".setting-up").get_by_role("link", name="Continue").click()
    page.get_by_text("Your site is set up. Here is who uses it.").wait_for()


def main(log: str, repository: str = str(Path(__file__).parent.parent)) -> int:
    """1 where it takes longer than five minutes."""
    from playwright.sync_api import sync_playwright

    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place, address = f"{folder}/seatwise", f"127.0.0.1:{free.getsockname()[1]}"
        free.close()
        run("git clone", "git", "clone", "-q", repository, place)
        run("make install", "make", "-C", place, "install")
        seatwise = f"{place}/.venv/bin/seatwise"
        os.environ |= {"SEATWISE_DATA_DIR": f"{folder}/data", "SEATWISE_ORIGIN": f"http://{address}"}
        os.environ["SEATWISE_ADMIN_PASSWORD"] = PASSWORD
        run("seatwise init", seatwise, "init", "--login", "you")
        served = subprocess.Popen([seatwise, "serve", "--bind", address], stdout=subprocess.DEVNULL)  # noqa: S603
        try:
            with timed("seatwise serve"):
                until_it_answers(served, f"http://{address}/health/")
            with timed("the four steps in a browser"), sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
                page = browser.new_page()
                page.goto(f"http://{address}/")
                set_up(page, Path(log))
                print(f"          {page.locator('table.usage tbody tr').count()} people on the first page of the list")
                browser.close()
        finally:
            served.terminate()
            served.wait()
    took = time.monotonic() - begun
    print(f"{took:6.1f} s  from nothing to the list")
    return int(took > LIMIT)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
