"""Part `kills`: commands killed at random moments, and begun again. The end must be as if nobody had killed anything.

After each: the same facts, people, licenses and letters, nothing done twice, the database whole, the audit log as it
was written, no half-written file left.
"""

import datetime
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.gate.conftest import Browser

from seatwise.commands.tests.processes.sites import wait_for
from tools.attack import databases, sites
from tools.attack.forked import HANGS, KILLED
from tools.attack.outcomes import Outcome
from tools.attack.sites import Site

PART = "kills"
LINES, LICENSES = 4000, 120
CLOSING = "seatwise.commands.tests.processes.a_closing"
REPORT = "tools.attack.kills_checked:report"
TRIES = (1, 6)  # of each command: short, whole
SERVED = 3
SHORT = ("import-users", "ingest")  # the commands of a short run
HALF_WRITTEN = ("*.part", ".*.part", "*.tmp")


@dataclass(frozen=True)
class Job:
    """A command to be killed, and what tells its result."""

    name: str
    command: tuple[str, ...]
    report: str = REPORT
    ignored: frozenset[str] = frozenset()


def run(site: Site, seed: int, *, short: bool) -> list[Outcome]:
    """Each command so many times, then `seatwise serve`."""
    dice, tries = random.Random(seed), TRIES[0 if short else 1]
    outcomes = [killed(site, job, dice, tries) for job in _jobs(site, dice) if not short or job.name in SHORT]
    if short:
        return outcomes
    review, job = _closing(site)
    outcomes.append(killed(review, job, dice, tries))
    review.end()
    site.end()  # what runs commands in it is of the attack and outlives serve
    return [*outcomes, served_and_killed(site, dice, SERVED)]


def _jobs(site: Site, dice: random.Random) -> Iterator[Job]:
    """Prepares the site for each; the next begins with what the one before has done."""
    log, people, licenses, whole = (site.directory / name for name in ("a.log", "people.csv", "licenses.csv", "w.zip"))
    _write_log(log, dice)
    people.write_text("login,name\n" + "".join(f"new{at},New {at}\n" for at in range(LICENSES)))
    licenses.write_text("".join(f"new{at},crm\n" for at in range(LICENSES)))
    added = site.forked.run("source", "add", "killed", "--service", "crm", "--format", "combined")
    if added.code:
        raise RuntimeError(f"no source: {added}")
    yield Job("import-users", ("import-users", str(people), "--yes"))
    yield Job("ingest", ("ingest", "killed", str(log)))
    yield Job("licenses import", ("licenses", "import", str(licenses), "--yes", "--reason", "x", "--no-heading"))
    yield Job("backup", ("backup", str(whole), "--quiet"))
    yield Job("restore", ("restore", str(whole), "--replace", "--quiet"))


def _write_log(path: Path, dice: random.Random) -> None:
    from seatwise.demo.logs import nginx_line

    begun = datetime.datetime(2026, 10, 1, 8, tzinfo=datetime.UTC)
    step = datetime.timedelta(days=50) / LINES
    who = [f"new{at}" for at in range(LICENSES)] + ["holder1", "holder2", "stranger"]
    lines = (nginx_line(dice, begun + step * at, dice.choice(who), "/x") for at in range(LINES))
    path.write_text("".join(lines))


def _closing(site: Site) -> tuple[Site, Job]:
    """A site with a review that is about to be carried out."""
    directory = site.directory / "closing"
    directory.mkdir()
    made = Site(directory, database=databases.new(site.database) if site.database else "")
    made.must("-m", "seatwise", "init", "--login", "admin")
    made.must("-m", CLOSING, "prepare")
    job = Job("a review carried out", (f"{CLOSING}:carry_out",), f"{CLOSING}:report", frozenset({"entries"}))
    return made, job


def killed(site: Site, job: Job, dice: random.Random, tries: int) -> Outcome:
    """Kill it some times in a row, let it run to its end, and compare; the site is then as after a run."""
    outcome = Outcome(PART, f"{job.name} killed and begun again")
    site.keep(job.name)
    done = site.forked.run(*job.command)
    outcome.expect(done.code == 0, f"{job.name}, not killed: {done}")
    wanted, fell, moments = reported(site, job), 0, done.took
    for number in range(tries):
        site.put_back(job.name)
        for _ in range(1 + number % 3):
            ended = site.forked.run(*job.command, kill_after=dice.uniform(0, moments))
            fell += ended.code == KILLED
            outcome.tries += ended.code == KILLED
        again = site.forked.run(*job.command)
        for wrong in _wrong(site, job, again.code, wanted):
            outcome.wrong.append(f"{job.name}: {wrong} ({again.output.strip()[-300:]})")
        outcome.wrong += [f"{job.name}: {path.name} is left" for path in half_written(site)]
    outcome.figures = f"{fell} fell upon the work, which takes {moments * 1000:.0f} ms"
    return outcome


def _wrong(site: Site, job: Job, code: int, wanted: dict[str, Any]) -> Iterator[str]:
    if code in (HANGS, KILLED) or (code != 0):
        yield f"the next run ended with {code}"
    found = reported(site, job)
    for name in wanted:
        if found.get(name) != wanted[name]:
            yield f"{name} is not as without kills"
    verified = site.forked.run("verify-audit")
    if verified.code != 0:
        yield f"verify-audit: {verified.code} {verified.output.strip()[-300:]}"


def reported(site: Site, job: Job) -> dict[str, Any]:
    """What the site holds; `added twice` is empty and `integrity` is ok wherever all is well."""
    said = site.forked.run(job.report)
    lines = said.output.strip().splitlines()
    try:
        found = dict(json.loads(lines[-1]))
    except (ValueError, IndexError) as error:
        raise RuntimeError(f"{job.report} told nothing: {said.code} {said.output[-300:]}") from error
    return {name: value for name, value in found.items() if name not in job.ignored}


def half_written(site: Site) -> Sequence[Path]:
    """Files that should not be there."""
    places = (site.data, site.directory)
    return sorted({path for pattern in HALF_WRITTEN for place in places for path in place.glob(pattern)})


def served_and_killed(site: Site, dice: random.Random, tries: int) -> Outcome:
    """`seatwise serve` killed while people sign in: nothing of it goes on, and it starts again."""
    outcome = Outcome(PART, "serve killed and begun again")
    slowest = 0.0
    for _ in range(tries):
        began = time.monotonic()
        site.start()
        slowest = max(slowest, time.monotonic() - began)
        sites.form_at(Browser(), f"{site.address}/account/login/")
        time.sleep(dice.uniform(0, 1.5))
        assert site.process is not None
        site.process.kill()
        site.process.wait()
        site.process = None
        _ends(site, outcome, lambda: not sites.processes_of(site.data))
    site.start()
    outcome.expect(site.is_up(), "serve did not start after a kill")
    site.stop()
    outcome.expect(not sites.processes_of(site.data), "processes are left after serve was stopped")
    verified = site.seatwise("verify-audit")
    outcome.expect(verified.returncode == 0, f"verify-audit after serve was killed: {verified.stdout}{verified.stderr}")
    outcome.wrong += [f"serve: {path.name} is left" for path in half_written(site)]
    outcome.figures = f"answers after at most {slowest:.1f} s"
    return outcome


def _ends(site: Site, outcome: Outcome, ended: Callable[[], bool]) -> None:
    """Whatever a killed `serve` started ends by itself; the attack ends what does not."""
    if not outcome.expect(bool(wait_for(ended, 20)), f"{len(sites.processes_of(site.data))} processes outlive serve"):
        sites.end_all(site)
