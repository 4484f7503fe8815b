"""Sites to attack: a data directory of their own, served on a free port of this machine."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.gate.conftest import PASSWORD, Browser, free_port, wait_for

ROOT = Path(__file__).resolve().parent.parent.parent
TODAY = "2026-11-24"
LONGEST = 120.0  # seconds that a command may take


@dataclass
class Site:
    """A site: what runs in it runs in an environment of its own."""

    directory: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    populated: dict[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SEATWISE_", "DATABASE_URL"))}
        return (
            kept
            | {
                "SEATWISE_DATA_DIR": str(self.data),
                "SEATWISE_ORIGIN": self.address,
                "SEATWISE_TIME_ZONE": "UTC",
                "SEATWISE_TODAY": TODAY,
                "SEATWISE_MAIL": f"folder:{self.directory / 'mail'}",
                "SEATWISE_ADMIN_PASSWORD": PASSWORD,
                "DJANGO_SETTINGS_MODULE": "seatwise.settings",
                "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            }
            | self.settings
        )

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A Python in its environment, whatever becomes of it."""
        return subprocess.run(
            [sys.executable, "-W", "ignore", *arguments],
            env=self.environment,
            cwd=self.directory,
            capture_output=True,
            text=True,
            errors="backslashreplace",
            timeout=LONGEST,
            check=False,
        )

    def seatwise(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """A command of Seatwise, whatever becomes of it."""
        return self.run("-m", "seatwise", *command)

    def must(self, *arguments: str) -> str:
        """What a Python prints that has to succeed."""
        done = self.run(*arguments)
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self, *options: str) -> None:
        """Serve it, with all that `seatwise serve` starts."""
        with (self.directory / "served").open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "seatwise", "serve", *options],
                env=self.environment,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        if not wait_for(self.is_up, LONGEST):
            raise RuntimeError(f"the site did not start: {(self.directory / 'served').read_text()[-2000:]}")

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            return Browser().get(f"{self.address}/health/").status == 200
        except OSError:
            return False

    def stop(self) -> None:
        """End it, whatever is left of it."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def signed_in(self, login: str) -> Browser:
        """Somebody's browser."""
        browser = Browser()
        browser.sign_in(browser.open(f"{self.address}/account/login/"), login)
        return browser


def copy_of(site: Site, directory: Path) -> Site:
    """Another site with the same data, which is not served."""
    directory.mkdir(exist_ok=True)
    shutil.copytree(site.data, directory / "data", copy_function=shutil.copy2)
    return Site(directory, settings=dict(site.settings), populated=site.populated)


def make(directory: Path, settings: dict[str, str] | None = None) -> Site:
    """A site with everything in it that there can be: see populate.py."""
    directory.mkdir(parents=True, exist_ok=True)
    site = Site(directory, settings=settings or {})
    site.must("-m", "seatwise", "init", "--login", "alice")
    site.populated = json.loads(site.must("-m", "tools.attack.populate").splitlines()[-1])
    return site


@contextmanager
def served(site: Site, *options: str) -> Iterator[Site]:
    """While this lasts; a site that is served already goes on."""
    if site.process is not None:
        yield site
        return
    site.start(*options)
    try:
        yield site
    finally:
        site.stop()


@contextmanager
def scratch() -> Iterator[Path]:
    """A directory that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="seatwise-attack-") as name:
        yield Path(name)


def cookies_of(browser: Browser, site: Site) -> str:
    """What a browser would send to a site."""
    return "; ".join(f"{name}={value}" for name, value in browser.jars.get("127.0.0.1", {}).items())


def form_at(browser: Browser, address: str) -> dict[str, str]:
    """The hidden fields of a page."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', browser.open(address).body))


def processes_of(directory: Path) -> Sequence[int]:
    """Those whose environment names a data directory: what a site has started, whoever their parent is by now."""
    wanted = f"SEATWISE_DATA_DIR={directory}".encode()
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            try:
                environment = (path / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if wanted in environment:
                found.append(int(path.name))
    return found


def end_all(site: Site) -> None:
    """End what a site has started and is still there: by its data directory, which is ours."""
    for number in processes_of(site.data):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    wait_for(lambda: not processes_of(site.data), 10)
