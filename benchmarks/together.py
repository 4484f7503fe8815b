"""Many people at once: readers of the list and people who write little things, before and while a log is ingested."""

import contextlib
import http.client
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.databases import KINDS, database
from benchmarks.gate import _wait_for, free_port
from benchmarks.making import made
from benchmarks.report import Section, table

PART = "together"
PEOPLE, READERS, WRITERS = 100_000, 50, 20
SECONDS = 20  # before the log is ingested
PAUSE = 3.0  # seconds in which somebody looks at what they got
LIST, FORM = "/administration/access/bench/", "/administration/directory/departments/add/"
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/125.0 Safari/537.36"
Took = list[tuple[float, float]]  # when each request ended, and its seconds


def section(scratch: Path, lines: int) -> Section:
    """The tables of this part; its log has a third as many lines as the others."""
    found = Section(PART, f"python -m benchmarks {PART}")
    path = made(scratch / f"november-{lines // 3}.log", lambda path: write_log(path, lines // 3))
    found.paragraphs.append(
        f"{PEOPLE:,} license holders. {READERS} people open the first page of the list and {WRITERS} add a "
        f"department (a small change with its entry in the audit log), each every {PAUSE:.0f} seconds; after {SECONDS} "
        f"seconds a log of {path.stat().st_size // 10**6} MB is ingested, on one core where that can be said. "
        "Milliseconds until the whole answer is there. *merge* is the end of it, in which the facts are written."
    )
    for kind in KINDS:
        with database(kind, scratch) as environment:
            found.paragraphs.append(Site(environment | {"SEATWISE_TODAY": "2026-11-30"}).measured(kind, path))
    return found


def write_log(path: Path, lines: int) -> None:
    """A combined log of November, of which half of the people have a line on each day."""
    chance, each = random.Random(1), lines // 29
    with path.open("w", encoding="ascii") as out:
        for day in range(1, 30):
            for number in range(each):
                clock = time.strftime("%H:%M:%S", time.gmtime(number * 86_399 // each))
                who = f"user{chance.randrange(1, PEOPLE):07d}"
                asked = f'"GET /k/{number % 9} HTTP/1.1" 200 512 "https://portal.example.com/" "{AGENT}"'
                out.write(f"10.0.0.1 - {who} [{day:02d}/Nov/2026:{clock} +0000] {asked}\n")


class Site:
    """Seatwise being served, and those who use it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment, self.port = environment, free_port()
        self.reads: Took = []
        self.writes: Took = []
        self.wrong: list[str] = []
        self.ended = threading.Event()

    def run(self, *arguments: str, before: tuple[str, ...] = ()) -> str:
        """A Python of the site; what it prints."""
        command = [*before, sys.executable, "-W", "ignore", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout

    @contextlib.contextmanager
    def served(self) -> Iterator[None]:
        """While this lasts."""
        serve = [sys.executable, "-W", "ignore", "-m", "seatwise", "serve", "--bind", f"127.0.0.1:{self.port}"]
        process = subprocess.Popen(serve, env=self.environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            _wait_for(self.port, LIST)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)

    def measured(self, kind: str, log: Path) -> str:
        """The table of one database."""
        said = self.run("-m", "benchmarks.together_site", str(PEOPLE), str(READERS + WRITERS))
        keys = said.split()[-READERS - WRITERS :]
        ways = [self.read] * READERS + [self.write] * WRITERS
        with self.served():
            threads = [
                threading.Thread(target=self.keep_on, args=(way, key)) for way, key in zip(ways, keys, strict=True)
            ]
            for thread in threads:
                thread.start()
            time.sleep(SECONDS)
            began = time.time()
            alone = ("taskset", "-c", "1") if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else ()
            self.run("-m", "seatwise", "ingest", "log", str(log), before=alone)
            done = time.time()
            self.ended.set()
            for thread in threads:
                thread.join()
        spans = [("before", 0.0, began), ("while it is ingested", began, done), ("merge", done - 6, done)]
        rows = [
            [f"{what}, {name}", *figures(took, first, last), ""]
            for what, took in (("the list", self.reads), ("a small change", self.writes))
            for name, first, last in spans
        ]
        answer = f"{kind}: ingesting took {done - began:.0f} s; {len(self.wrong)} answers were wrong"
        headings = [kind, "requests", "half", "95 %", "longest", ""]
        return f"{table(headings, rows)}\n\n{answer}{''.join(f', such as {one}' for one in self.wrong[:1])}."

    def keep_on(self, way: Callable[[str], None], key: str) -> None:
        """Do it again and again."""
        while not self.ended.is_set():
            try:
                way(key)
            except (OSError, http.client.HTTPException, AssertionError) as error:
                self.wrong.append(repr(error))
            self.ended.wait(PAUSE)

    def asked(self, path: str, cookie: str, took: Took | None, form: dict[str, str] | None = None) -> tuple[str, str]:
        """Ask for a page, or send a form; the page and the cookie it sets. What is no answer is an AssertionError."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        began = time.time()
        headers = {"Cookie": cookie}
        if form:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"}
        connection.request("POST" if form else "GET", path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        if took is not None:
            took.append((time.time(), time.time() - began))
        assert answer.status == (302 if form else 200), f"{answer.status} for {path}"
        return page, answer.getheader("Set-Cookie") or ""

    def read(self, key: str) -> None:
        """Open the list."""
        self.asked(LIST, f"session={key}", self.reads)

    def write(self, key: str) -> None:
        """Add a department; what is timed is the change, not its form."""
        page, cookie = self.asked(FORM, f"session={key}", None)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        secret = re.search(r"csrf=([^;]+)", cookie)
        assert token
        assert secret
        form = {"csrfmiddlewaretoken": token[1], "code": f"{key[:8]}-{time.time_ns()}", "name": "New"}
        self.asked(FORM, f"session={key}; csrf={secret[1]}", self.writes, form)


def figures(took: Took, first: float, last: float) -> list[str]:
    """How many there were between two moments, and milliseconds: half, 95 %, the longest."""
    found = sorted(1000 * seconds for at, seconds in took if first <= at < last)
    if not found:
        return ["0", "–", "–", "–"]
    return [
        str(len(found)),
        *(f"{one:.0f}" for one in (found[len(found) // 2], found[len(found) * 95 // 100], found[-1])),
    ]
