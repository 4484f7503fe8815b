"""Follow the how-tos of cybozu.com, GitHub and Microsoft on the pages, and take their pictures.

`python tools/how_to_pictures.py [cybozu|github|microsoft …]` makes a site for each language, connects it to the
stand-ins of the tests and presses what the how-to says, by its words: a button that is called otherwise there ends it.
Needs what screenshots.py needs.
"""

import gettext
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seatwise.connections.tests.cybozu import READ, WRITE, Cybozu
from seatwise.connections.tests.stand_in import StandIn, running
from seatwise.connections.tests.vendors import ACTIVE, APPS, CLIENT, SECRET, TOKEN, GitHub, Graph

sys.path.insert(0, str(Path(__file__).parent.parent))
from tools.screenshots import PASSWORD, Camera

ROOT = Path(__file__).parent.parent
ADDRESS = "http://127.0.0.1:8082"
SIZE = {"width": 1180, "height": 800}
COMMAND = [sys.executable, "-c", "from seatwise.cli import main; raise SystemExit(main())"]


class Walk:
    """A how-to in one language, followed on a site that is connected to a stand-in."""

    def __init__(self, vendor: str, language: str, page: Any, camera: Camera, run: Callable[..., None]) -> None:
        self.vendor, self.language, self.page, self.camera, self.run = vendor, language, page, camera, run
        folder = ROOT / "docs" / ("ja" if language == "ja" else "")
        self.text = re.sub(r"\s+", "", (folder / f"{vendor}.md").read_text(encoding="utf-8"))
        locale = ROOT / "src/seatwise/locale"
        self.words = gettext.translation("django", locale, [language], fallback=language == "en").gettext

    def press(self, words: str, *, said: bool = True, **values: str) -> None:
        """Press what is called so; the how-to has to call it so, too, unless it is not `said` there."""
        text = self.words(words) % values
        assert not said or re.sub(r"\s+", "", text) in self.text, f"{self.vendor}.md does not say “{text}”"
        self.page.locator("main :is(button, a)", has_text=re.compile(f"^\\s*{re.escape(text)}\\s*$")).first.click()

    def press_first(self) -> None:
        """Press the button that goes on."""
        self.page.locator("main button.is-primary").first.click()

    def wait(self) -> None:
        """Until what the worker does is done."""
        for _second in range(60):
            if not self.page.locator(".note.info[role=status]").count():
                return
            time.sleep(1)
            self.page.reload()
        raise TimeoutError(self.vendor)

    def take(self, name: str, theirs: str, ours: str) -> None:
        """A picture of the page, with the vendor's address where the stand-in's stands."""
        self.page.evaluate(
            """([from, to]) => {
              for (const input of document.querySelectorAll("main input")) input.value = input.value.replace(from, to);
              const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(from, to);
            }""",
            [theirs, ours],
        )
        self.camera.take(self.page, f"how-to-{self.vendor}-{name}{'-ja' if self.language == 'ja' else ''}")

    def connect(self, fields: dict[str, str], services: dict[str, str], stand_in: StandIn, address: str) -> None:
        """Connect, with a picture of the form, and read."""
        name = {"cybozu": "cybozu.com", "github": "GitHub Copilot", "microsoft": "Microsoft 365"}[self.vendor]
        self.page.goto(f"/administration/connections/{self.vendor}/")
        self.press("Connect %(name)s", said=self.vendor == "cybozu", name=name)
        for field, value in fields.items():
            self.page.fill(f"#id_{field}", value)
        for field, service in services.items():
            self.page.select_option(f"#id_{field}", label=service)
        self.take("connect", stand_in.address, address)
        self.page.fill("#id_address", stand_in.address)
        self.press_first()
        self.press("Test the connection", said=self.vendor == "cybozu")
        assert not self.page.locator("main [role=alert]").count(), self.page.inner_text("main [role=alert]")
        self.press("Read now")
        self.wait()


def cybozu(walk: Walk) -> None:
    with running(Cybozu()) as domain:
        domain.add_organization("S", "Sales")
        domain.add_organization("S1", "Tokyo", "S")
        domain.add("sato", "kintone", "garoon", org="S1")
        domain.add("kato", "kintone", org="S")
        domain.add("suzuki", valid=False)
        theirs = "https://example.cybozu.com"
        fields = {"address": domain.address, "read_token": READ, "write_token": WRITE}
        walk.run("service", "add", "kintone", "--name", "kintone")
        walk.run("service", "add", "garoon", "--name", "Garoon")
        walk.connect(fields, {"kintone": "kintone", "garoon": "Garoon"}, domain, theirs)
        reading = walk.page.url
        walk.press("Users and departments")
        walk.take("users", domain.address, theirs)
        walk.press_first()
        walk.page.goto(reading)
        walk.press("Licenses")
        walk.take("licenses", domain.address, theirs)
        walk.press_first()
        walk.run("licenses", "revoke", "kintone", "sato", "--reason", "not used since June")
        walk.page.goto("/administration/connections/cybozu/")
        walk.press("See what would be sent")
        walk.wait()
        walk.take("send", domain.address, theirs)
        walk.press_first()
        walk.wait()
        assert domain.services["sato"] == ["garoon"]


def github(walk: Walk) -> None:
    with running(GitHub()) as vendor:
        for login, last in (("sato", "2026-11-20T23:30:00Z"), ("kato", None), ("stranger", "2026-11-01T00:00:00Z")):
            vendor.add(login, last)
        walk.run("service", "add", "copilot", "--name", "GitHub Copilot")
        fields = {"address": vendor.address, "account": "acme", "read_token": TOKEN}
        walk.connect(fields, {"copilot": "GitHub Copilot"}, vendor, "https://api.github.com")
        _report(walk, vendor, "https://api.github.com")


def microsoft(walk: Walk) -> None:
    with running(Graph()) as vendor:
        rows = ["2026-11-22,sato@example.com,2026-01-05,2026-11-20,180,Yes", "2026-11-22,kato@example.com,,,180,No"]
        vendor.reports["getOffice365ActiveUserDetail"] = ACTIVE
        vendor.reports["getM365AppUserDetail"] = "\n".join([APPS, *rows])
        walk.run("service", "add", "office", "--name", "Microsoft 365 Apps")
        fields = {"address": vendor.address, "account": "acme.example", "client": CLIENT, "read_token": SECRET}
        walk.connect(fields, {"apps": "Microsoft 365 Apps"}, vendor, "https://graph.microsoft.com")
        _report(walk, vendor, "https://graph.microsoft.com")


def _report(walk: Walk, vendor: StandIn, theirs: str) -> None:
    walk.press("See what would change here")
    walk.take("report", vendor.address, theirs)
    walk.press("Import", said=walk.vendor == "github")
    assert "/drafts/" not in walk.page.url


@contextmanager
def site(language: str, vendor: str) -> Iterator[Callable[..., None]]:
    """A new site; what is given runs a command of it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "SEATWISE_DATA_DIR": f"{folder}/data", "SEATWISE_ORIGIN": ADDRESS, "SEATWISE_ADMIN_PASSWORD": PASSWORD,
            "SEATWISE_LANGUAGE": language, "SEATWISE_TIME_ZONE": "Asia/Tokyo", "SEATWISE_SECOND_FACTOR": "no",
        }  # fmt: skip

        def run(*words: str) -> None:
            subprocess.run([*COMMAND, *words], check=True, env=os.environ | settings, stdout=subprocess.DEVNULL)  # noqa: S603

        run("init", "--login", "alice")
        if vendor != "cybozu":  # which brings them
            people = Path(folder, "people.csv")
            people.write_text("login,name,email\nsato,Sato,sato@example.com\nkato,Kato,kato@example.com\n", "utf-8")
            run("import-users", str(people), "--yes")
        serving = [*COMMAND, "serve", "--bind", ADDRESS.removeprefix("http://")]
        served = subprocess.Popen(serving, env=os.environ | settings, stdout=subprocess.DEVNULL)  # noqa: S603
        try:
            _wait_for(f"{ADDRESS}/health/")
            yield run
        finally:
            served.terminate()
            served.wait()


def _wait_for(address: str) -> None:
    for _attempt in range(600):
        try:
            with urllib.request.urlopen(address):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(address)


def main(vendors: list[str]) -> None:
    """Follow them all, each in both languages."""
    from playwright.sync_api import sync_playwright

    walks = {"cybozu": cybozu, "github": github, "microsoft": microsoft}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for language in ("en", "ja"):
            for vendor in vendors or walks:
                with site(language, vendor) as run:
                    camera = Camera(browser, ADDRESS)
                    with camera.signed_in("alice", size=SIZE) as page:
                        walks[vendor](Walk(vendor, language, page, camera, run))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
