"""Part `alterations`: evidence packages, audit logs and backups that somebody altered. Accepted is wrong.

Wrong is a traceback, too, and a command that hangs; and that what was not altered is refused.
"""

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from tools.attack import altering, audit_altering
from tools.attack.forked import HANGS, Ended, Forked
from tools.attack.outcomes import Outcome
from tools.attack.sites import Site

PART = "alterations"
ROUNDS = {"evidence": (4, 60), "audit": (1, 20), "backup": (1, 12)}  # of each way: short, whole


def run(site: Site, seed: int, *, short: bool) -> list[Outcome]:
    """Each way of each kind, so many times."""
    dice = random.Random(seed)
    with Forked(site) as forked:
        return [
            kind(site, forked, dice, ROUNDS[kind.__name__][0 if short else 1]) for kind in (evidence, audit, backup)
        ]


def evidence(site: Site, forked: Forked, dice: random.Random, rounds: int) -> Outcome:
    """Packages, checked with the sum and the key that the letter named."""
    original = Path(site.populated["evidence"]).read_bytes()
    file = site.directory / "altered.zip"
    file.write_bytes(original)
    said = forked.run("verify-evidence", str(file)).output
    names = {"--sum": r"sum of manifest\s+([0-9a-f]{64})", "--key": r"key\s+([0-9a-f]{64})"}
    known = [
        text for name, pattern in names.items() if (found := re.search(pattern, said)) for text in (name, found[1])
    ]
    outcome = Outcome(PART, "evidence packages altered")
    accepted = forked.run("verify-evidence", *known, str(file))
    outcome.expect(accepted.code == 0 and len(known) == 4, f"evidence that was not altered is refused: {accepted}")
    for way, content in _altered(original, dice, rounds):
        file.write_bytes(content)
        outcome.expect(refused(ended := forked.run("verify-evidence", *known, str(file))), told(way, ended))
    return outcome


def audit(site: Site, forked: Forked, dice: random.Random, rounds: int) -> Outcome:
    """The log in the database, with the files that lie beside it."""
    outcome = Outcome(PART, "audit logs altered")
    audit_altering.keep_earlier(site.data)
    for number in range(6):
        outcome.expect(
            (added := forked.run("service", "add", f"later{number}", "--name", f"Later {number}")).code == 0,
            f"no entries: {added}",
        )
    kept = site.directory / "kept"
    shutil.copytree(site.data, kept)
    ended = forked.run("verify-audit")
    outcome.expect(ended.code == 0, f"an audit log that was not altered is refused: {ended}")
    found = re.search(r"([0-9]+:[0-9a-f]{64})", ended.output)
    for way in audit_altering.WAYS:
        head = ("--head", found[1]) if found and way in audit_altering.NEEDS_HEAD else ()
        for _ in range(rounds):
            _put_back(kept, site.data)
            way(site.data, dice)
            outcome.expect(refused(ended := forked.run("verify-audit", *head)), told(way, ended))
    _put_back(kept, site.data)
    return outcome


def backup(site: Site, forked: Forked, dice: random.Random, rounds: int) -> Outcome:
    """Backups, restored over what is there."""
    whole, file = site.directory / "whole.zip", site.directory / "altered-backup.zip"
    outcome = Outcome(PART, "backups altered")
    made = forked.run("backup", str(whole), "--quiet")
    outcome.expect(made.code == 0, f"no backup: {made}")
    for way, content in _altered(whole.read_bytes(), dice, rounds):
        file.write_bytes(content)
        ended = forked.run("restore", str(file), "--replace")
        outcome.expect(refused(ended), told(way, ended))
    ended = forked.run("restore", str(whole), "--replace")
    outcome.expect(ended.code == 0, f"a backup that was not altered is refused: {ended}")
    return outcome


def _altered(original: bytes, dice: random.Random, rounds: int) -> list[tuple[altering.Way, bytes]]:
    found = []
    for way in altering.WAYS:
        for _ in range(rounds):
            content = way(original, dice)
            if content != original:
                found.append((way, content))
    return found


def refused(ended: Ended) -> bool:
    """Whether a command said no, in plain words."""
    return ended.code not in (0, HANGS) and ended.code > 0 and "Traceback" not in ended.output and bool(ended.output)


def told(way: Callable[..., object], ended: Ended) -> str:
    """What was accepted, or how it ended instead."""
    return f"{way.__name__}: exit code {ended.code}, {ended.output.strip()[-300:]!r}"


def _put_back(kept: Path, data: Path) -> None:
    shutil.rmtree(data)
    shutil.copytree(kept, data, copy_function=shutil.copy2)
