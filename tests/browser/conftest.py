"""A browser on a small site that runs beside the tests. Without Playwright or Chromium these tests are skipped."""

import functools
import json
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from seatwise.commands.tests.processes.sites import PASSWORD, Made, environment_for, free_port

TODAY = "2026-11-24"
DEMO_PASSWORD = "otter-lantern-maple"
PLACES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
POPULATING = Path(__file__).with_name("populating.py")
RENDERING = Path(__file__).with_name("rendering.py")


@dataclass
class Opener:
    """Opens pages of the site as somebody, each in a fresh context; what the browser complains of is kept."""

    browser: Any
    address: str
    password: str = PASSWORD
    complaints: list[str] = field(default_factory=list)
    _signed_in: dict[str, Any] = field(default_factory=dict)

    def page(self, who: str = "", path: str = "/", **options: Any) -> Any:
        """A page, opened at a path."""
        state = self._state(who) if who else None
        usual = {
            "base_url": self.address,
            "viewport": {"width": 1280, "height": 900},
            "locale": "en",
            "reduced_motion": "reduce",  # a colour half way through a transition would be judged by axe
        }
        context = self.browser.new_context(storage_state=state, **(usual | options))
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(path)
        return page

    def _listen(self, message: Any) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def _state(self, who: str) -> Any:
        if who not in self._signed_in:
            page = self.page(path="/account/login/")
            page.get_by_label("Login name").fill(who)
            page.get_by_label("Password").fill(self.password)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url("**/")
            self._signed_in[who] = page.context.storage_state()
            page.context.close()
        return self._signed_in[who]


def environment(directory: Path, address: str) -> dict[str, str]:
    """The environment of the site's processes."""
    return environment_for(
        directory,
        SEATWISE_ORIGIN=address,
        SEATWISE_TIME_ZONE="Asia/Tokyo",
        SEATWISE_TODAY=TODAY,
    )


def until_it_answers(process: "subprocess.Popen[bytes]", address: str) -> None:
    """Wait for the site."""
    for _ in range(1500):  # a busy machine takes its time
        assert process.poll() is None, "the site ended"
        try:
            urllib.request.urlopen(f"{address}/health/", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the site does not answer")


@pytest.fixture(scope="session")
def address(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a populated site that is being served."""
    folder = tmp_path_factory.mktemp("browser")
    with served(made.copy_to(folder / "data"), [str(POPULATING), str(folder), TODAY, PASSWORD]) as here:
        yield here


@pytest.fixture(scope="session")
def demo_address(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a fresh demo that is being served."""
    directory = made.copy_to(tmp_path_factory.mktemp("demo") / "data")
    with served(directory, ["-m", "seatwise", "demo", "--directory", str(directory), "--no-serve"]) as here:
        yield here


@contextmanager
def served(directory: Path, making: list[str]) -> Iterator[str]:
    """Make a site by running Python with some arguments, and serve it meanwhile; its address."""
    port = free_port()
    settings = environment(directory, f"http://127.0.0.1:{port}")
    python = [sys.executable, "-W", "ignore"]
    done = subprocess.run([*python, *making], env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    process = subprocess.Popen([*python, "-m", "seatwise.server", f"127.0.0.1:{port}", "1"], env=settings)
    try:
        until_it_answers(process, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="session")
def rendered(address: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[tuple[str, str], str]]:
    """Renders templates in both languages: {(template, language): page}."""
    settings = environment(tmp_path_factory.mktemp("rendered"), address)

    @functools.cache
    def render(*templates: str) -> dict[tuple[str, str], str]:
        command = [sys.executable, "-W", "ignore", str(RENDERING), *templates]
        done = subprocess.run(command, env=settings, capture_output=True, text=True, check=True)
        return {(name, language): page for name, language, page in json.loads(done.stdout)}

    return render


def chromium() -> str | None:
    """Where Chromium is on this machine."""
    return next((path for name in PLACES if (path := shutil.which(name))), None)


@contextmanager
def running_browser() -> Iterator[Any]:
    """A Chromium, or the test is skipped."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with playwright.sync_playwright() as running:
        path = chromium()
        if path is None and not Path(running.chromium.executable_path).exists():
            pytest.skip(f"no Chromium was found on this machine (looked for: {', '.join(PLACES)})")
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def opener(address: str) -> Iterator[Opener]:
    """Opens pages. Of a module only: while Playwright runs in a thread, Django refuses to use its database there."""
    with running_browser() as browser:
        yield Opener(browser, address)


@pytest.fixture(scope="module")
def demo_opener(demo_address: str) -> Iterator[Opener]:
    """Opens pages of the demo."""
    with running_browser() as browser:
        yield Opener(browser, demo_address, DEMO_PASSWORD)


def opening(opener: Opener) -> Iterator[Callable[..., Any]]:
    """Opens pages, and fails a test during which the browser complained: of the security policy, of a script."""
    opener.complaints.clear()
    yield opener.page
    for context in opener.browser.contexts:
        context.close()
    assert not opener.complaints


@pytest.fixture
def open_page(opener: Opener) -> Iterator[Callable[..., Any]]:
    """Opens a page of the small site."""
    yield from opening(opener)


@pytest.fixture
def open_demo(demo_opener: Opener) -> Iterator[Callable[..., Any]]:
    """Opens a page of the demo."""
    yield from opening(demo_opener)
