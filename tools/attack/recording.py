"""Part `recording`: lines arrive over HTTP and in a log that is followed, while everything is killed again and again.

In the end the ledger has the days of exactly those lines, each once, however often they were sent and by however many
ways: like a shipper, a sender sends again what was not acknowledged. Meanwhile the log is rotated, the clock seems to
go back, PostgreSQL is stopped, and others send with a bad token, a bomb, slowly, and more than is taken.
"""

import contextlib
import datetime
import gzip
import http.client
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seatwise.commands.tests.processes.sites import wait_for
from seatwise.demo.logs import nginx_line
from tools.attack import databases, sites
from tools.attack.kills_checked import ACCESS_DAYS
from tools.attack.outcomes import Outcome
from tools.attack.sites import Site
from tools.attack.slow_clients import SlowClients

PART = "recording"
SHIPPED, FOLLOWED = "shipped", "followed"  # sources
FIRST_DAY, DAYS, LOGINS = datetime.datetime(2026, 9, 1, 8, tzinfo=datetime.UTC), 80, 500
BATCH, SENDERS = 20, 2
KILLS = (1, 100)  # short, whole
LATEST = 2.0  # seconds after the first acknowledgement until the next kill
SET_BACK = 3600 * 10**9  # nanoseconds
RESTARTED = 10  # PostgreSQL is restarted at every so many kills
BOMB, FLOOD = 1 << 28, 60  # bytes unpacked; requests of a megabyte each
READ_NOW = "import django; django.setup(); from seatwise.ingest import spool; print(spool.read_what_arrived())"
Said = tuple[str, str]  # a login and a day


@dataclass
class Lines:
    """Makes lines, and keeps what they say."""

    dice: random.Random
    said: set[Said] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def some(self, count: int) -> list[str]:
        found = []
        for _ in range(count):
            day = FIRST_DAY + datetime.timedelta(days=self.dice.randrange(DAYS))
            login = f"seen{self.dice.randrange(LOGINS)}"
            self.said.add((login, f"{day:%Y-%m-%d}"))
            found.append(nginx_line(self.dice, day, login, f"/{next(self.numbers)}"))
        return found


class Sender(threading.Thread):
    """A shipper: sends batches, each again until it is acknowledged."""

    def __init__(self, site: Site, token: str, lines: Lines) -> None:
        super().__init__(daemon=True)
        self.site, self.token, self.lines = site, token, lines
        self.ending = threading.Event()
        self.sent = 0
        self.answers: Counter[int] = Counter()

    def run(self) -> None:
        while not self.ending.is_set():
            batch = self.lines.some(BATCH)
            while not self.is_taken(batch):
                time.sleep(0.1)
            self.sent += BATCH

    def is_taken(self, batch: list[str]) -> bool:
        """Whether it was acknowledged; half of them as shippers of Elasticsearch send."""
        if self.sent // BATCH % 2:
            documents = [json.dumps({"message": line.rstrip("\n")}) for line in batch]
            address, body, fine = "_bulk", "".join(f'{{"create": {{}}}}\n{each}\n' for each in documents), 200
        else:
            address, body, fine = "", "".join(batch), 204
        status = post(self.site, address, body.encode(), self.token)
        self.answers[status] += 1
        return status == fine


class Server(threading.Thread):
    """A web server: writes a log, and rotates it in each of the ways there are."""

    def __init__(self, log: Path, lines: Lines) -> None:
        super().__init__(daemon=True)
        self.log, self.lines = log, lines
        self.ending = threading.Event()
        self.rotations = 0

    def run(self) -> None:
        while not self.ending.wait(0.02):
            with self.log.open("a") as file:
                file.writelines(self.lines.some(5))
            if not self.lines.dice.randrange(40):
                self.rotate()

    def rotate(self) -> None:
        self.rotations += 1
        rotated = self.log.with_name(f"{self.log.name}-{self.rotations}")
        if self.lines.dice.random() < 0.5:
            shutil.copy2(self.log, rotated)
            os.truncate(self.log, 0)
        else:
            self.log.rename(rotated)
        if self.lines.dice.random() < 0.3:  # the clock was put back by an hour while this was written
            earlier = time.time_ns() - SET_BACK
            os.utime(rotated, ns=(earlier, earlier))
        if self.lines.dice.random() < 0.5:
            packed = rotated.with_name(f"{rotated.name}.gz")
            packed.with_suffix(".tmp").write_bytes(gzip.compress(rotated.read_bytes()))
            packed.with_suffix(".tmp").rename(packed)
            rotated.unlink()


def post(site: Site, address: str, body: bytes, token: str, **headers: str) -> int:
    """The status of the answer; 0 where there was none."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    with contextlib.closing(connection):
        given = {"Authorization": f"Bearer {token}", **{name.replace("_", "-"): text for name, text in headers.items()}}
        try:
            connection.request("POST", f"/ingest/{SHIPPED}/{address}", body, given)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return 0
        return answer.status


def run(site: Site, seed: int, *, short: bool) -> list[Outcome]:
    """The kills, then what others do."""
    site.stop()
    for source in (SHIPPED, FOLLOWED):
        site.must("-m", "seatwise", "source", "add", source, "--service", "crm", "--format", "combined")
    told = site.must("-m", "seatwise", "token", "add", "ship", "--for", "alice", "--scope", "logs:write")
    token = next(word for word in told.split() if word.startswith("seatwise_"))
    before = access_days(site)
    lines = Lines(random.Random(seed))
    log = site.directory / "logs" / "access.log"
    log.parent.mkdir()
    killed = kill_all(site, token, lines, log, KILLS[0 if short else 1])
    others = hostile_senders(site, token, lines, short=short)
    compare(site, killed, lines.said | before)
    return [killed, others]


def kill_all(site: Site, token: str, lines: Lines, log: Path, kills: int) -> Outcome:
    """Kill all that runs in the site so many times while lines arrive, and let the rest arrive."""
    outcome = Outcome(PART, "everything killed while lines arrive")
    dice = lines.dice
    (site.data / f"follow-{FOLLOWED}.lock").write_text(str(time.time_ns() - SET_BACK))  # it is followed since then
    start(site, log)
    writers: list[Sender | Server] = [Server(log, lines), *(Sender(site, token, lines) for _ in range(SENDERS))]
    for each in writers:
        each.start()
    senders = [each for each in writers if isinstance(each, Sender)]
    for number in range(1, kills + 1):
        outcome.expect(is_answered(senders), "no batch was acknowledged within a minute")
        time.sleep(dice.uniform(0, LATEST))
        for process in sites.processes_of(site.data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        assert site.process is not None
        site.process.wait()
        site.process = None
        outcome.expect(bool(wait_for(lambda: not sites.processes_of(site.data), 20)), "processes outlive a kill")
        if site.database and number % RESTARTED == 0:
            databases.restart(site.database)
        start(site, log)
    for each in writers:
        each.ending.set()
    for each in writers:
        each.join(60)
        outcome.expect(not each.is_alive(), f"{each.name} did not end")
    answers = sum((each.answers for each in senders), Counter[int]())
    outcome.expect(set(answers) <= {200, 204, 503, 0}, f"answers: {dict(answers)}")
    [server] = [each for each in writers if isinstance(each, Server)]
    outcome.figures = (
        f"{sum(each.sent for each in senders):,} lines acknowledged, "
        f"answers {dict(answers)}, "
        f"{next(lines.numbers):,} lines in all, {server.rotations} rotations"
    )
    return outcome


def is_answered(senders: Sequence[Sender]) -> bool:
    """Whether a batch is acknowledged from now on."""
    before = sum(each.sent for each in senders)
    return wait_for(lambda: sum(each.sent for each in senders) > before, 60)


def start(site: Site, log: Path) -> None:
    """Serve, and follow the log."""
    site.start()
    with (site.directory / "follow.out").open("ab") as output:
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "seatwise", "follow", FOLLOWED, str(log), "--every", "0.3"],
            env=site.environment,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
        )


def hostile_senders(site: Site, token: str, lines: Lines, *, short: bool) -> Outcome:
    """What must be refused, and what must not keep others from being heard."""
    outcome = Outcome(PART, "a bad token, a bomb, slow senders, a flood")

    def is_heard() -> bool:
        return post(site, "", "".join(lines.some(BATCH)).encode(), token) == 204

    outcome.expect(post(site, "", b"x\n", "seatwise_nonsense") == 401, "a bad token was not refused")
    bomb = gzip.compress(bytes(BOMB), 9)
    outcome.expect(post(site, "", bomb, token, Content_Encoding="gzip") == 413, "a bomb was not refused")
    headers = {"Authorization": f"Bearer {token}"}
    with SlowClients(site.port, "bodies", 50, target=f"/ingest/{SHIPPED}/", headers=headers):
        outcome.expect(is_heard(), "nobody was heard beside slow senders")
    statuses: Counter[int] = Counter()

    def flood() -> None:
        body = "".join(lines.some(1) * (10**6 // 150)).encode()
        statuses[post(site, "", body, token)] += 1

    run_at_once([flood] * (FLOOD // 10 if short else FLOOD))
    outcome.expect(set(statuses) <= {204, 429, 503}, f"a flood was answered with {dict(statuses)}")
    outcome.expect(is_heard(), "nobody was heard after a flood")
    outcome.figures = f"flood: {dict(statuses)}"
    return outcome


def run_at_once(jobs: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def compare(site: Site, outcome: Outcome, wanted: set[Said]) -> None:
    """End everything, read what is left, and see that the ledger has what was said."""
    site.stop()
    sites.end_all(site)
    site.must("-c", READ_NOW)
    site.must("-m", "seatwise", "follow", FOLLOWED, str(site.directory / "logs" / "access.log"), "--once")
    found = access_days(site)
    outcome.expect(
        not wanted - found, f"{len(wanted - found)} of {len(wanted)} days are lost: {some_of(wanted - found)}"
    )
    outcome.expect(not found - wanted, f"{len(found - wanted)} days were invented: {some_of(found - wanted)}")
    verified = site.seatwise("verify-audit")
    outcome.expect(verified.returncode == 0, f"verify-audit: {verified.stdout}{verified.stderr}")


def some_of(days: set[Said]) -> list[Said]:
    return sorted(days)[:5]


def access_days(site: Site) -> set[Said]:
    """(login, day) of each day in the ledger for the service."""
    return {(login, day) for login, day in json.loads(site.must("-c", ACCESS_DAYS).splitlines()[-1])}
