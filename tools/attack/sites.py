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
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.gate.conftest import Browser

from seatwise.commands.tests.processes.sites import PASSWORD, environment_for, free_port, wait_for
from tools.attack import databases
from tools.attack.forked import Forked

ROOT = Path(__file__).resolve().parent.parent.parent
TODAY = "2026-11-24"
LONGEST = 300.0  # seconds that a command may take


@dataclass
class Site:
    """A site: what runs in it runs in an environment of its own."""

    directory: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    database: str = ""  # the address of one of PostgreSQL; else SQLite, in `data`
    process: "subprocess.Popen[bytes] | None" = None
    populated: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, tuple[Path, str]] = field(default_factory=dict)  # data and database, by name

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return environment_for(
            self.data,
            SEATWISE_ORIGIN=self.address,
            SEATWISE_TIME_ZONE="UTC",
            SEATWISE_TODAY=TODAY,
            SEATWISE_MAIL=f"folder:{self.directory / 'mail'}",
            SEATWISE_ADMIN_PASSWORD=PASSWORD,
            DJANGO_SETTINGS_MODULE="seatwise.settings",
            PYTHONPATH=f"{ROOT / 'src'}:{ROOT}",
            **({"DATABASE_URL": self.database} if self.database else {}),
            **self.settings,
        )

    @cached_property
    def forked(self) -> Forked:
        """Runs commands in it quickly."""
        return Forked(self.environment, self.directory)

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

    def keep(self, name: str) -> None:
        """Keep it as it is; it must not be served."""
        self.kept[name] = self.directory / f"kept {name}", databases.copy(self.database) if self.database else ""
        shutil.copytree(self.data, self.kept[name][0], copy_function=shutil.copy2)

    def put_back(self, name: str) -> None:
        """Be as it was kept."""
        data, database = self.kept[name]
        shutil.rmtree(self.data)
        shutil.copytree(data, self.data, copy_function=shutil.copy2)
        if database:
            databases.put_back(self.database, database)

    def put_database_back(self, name: str) -> None:
        """The database is as it was kept, and nothing beside it."""
        data, database = self.kept[name]
        if database:
            databases.put_back(self.database, database)
            return
        for path in self.data.glob(f"{databases.SQLITE}*"):
            path.unlink()
        for path in data.glob(f"{databases.SQLITE}*"):
            shutil.copy2(path, self.data)

    def end(self) -> None:
        """Serve it no more, and run nothing in it."""
        self.stop()
        if "forked" in self.__dict__:
            self.forked.end()
            del self.forked

    def stop(self) -> None:
        """Serve it no more, whatever is left of it."""
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
    database = databases.copy(site.database) if site.database else ""
    return Site(directory, settings=dict(site.settings), database=database, populated=site.populated)


def make(directory: Path, database: str = "", begun: Path | None = None) -> Site:
    """A site with everything in it that there can be: see populate.py. `begun` is what `seatwise init` made, if any."""
    directory.mkdir(parents=True, exist_ok=True)
    site = Site(directory, database=database)
    if begun:
        shutil.copytree(begun, site.data, copy_function=shutil.copy2)
    else:
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
