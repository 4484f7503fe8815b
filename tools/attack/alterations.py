"""Part `alterations`: evidence packages, audit logs and backups that somebody altered. Accepted is wrong.

Wrong is a traceback, too, and a command that hangs; and that what was not altered is refused.
"""

import random
import re
from collections.abc import Callable
from pathlib import Path

from tools.attack import altering, audit_altering
from tools.attack.forked import HANGS, Ended
from tools.attack.outcomes import Outcome
from tools.attack.sites import Site

PART = "alterations"
ROUNDS = {"evidence": (1, 20), "audit": (1, 8), "backup": (1, 4)}  # of each way: short, whole


def run(site: Site, seed: int, *, short: bool) -> list[Outcome]:
    """Each way of each kind, so many times."""
    dice = random.Random(seed)
    return [kind(site, dice, ROUNDS[kind.__name__][0 if short else 1]) for kind in (evidence, audit, backup)]


def evidence(site: Site, dice: random.Random, rounds: int) -> Outcome:
    """Packages, checked with the sum and the key that the letter named."""
    original = Path(site.populated["evidence"]).read_bytes()
    file = site.directory / "altered.zip"
    file.write_bytes(original)
    said = site.forked.run("verify-evidence", str(file)).output
    names = {"--sum": r"manifest checksum\s+([0-9a-f]{64})", "--key": r"key\s+([0-9a-f]{64})"}
    known = [
        text for name, pattern in names.items() if (found := re.search(pattern, said)) for text in (name, found[1])
    ]
    outcome = Outcome(PART, "evidence packages altered")
    accepted = site.forked.run("verify-evidence", *known, str(file))
    outcome.expect(accepted.code == 0 and len(known) == 4, f"evidence that was not altered is refused: {accepted}")
    for way, content in _altered(original, dice, rounds):
        file.write_bytes(content)
        outcome.expect(refused(ended := site.forked.run("verify-evidence", *known, str(file))), told(way, ended))
    return outcome


def audit(site: Site, dice: random.Random, rounds: int) -> Outcome:
    """The log in the database, with the files that lie beside it."""
    outcome = Outcome(PART, "audit logs altered")
    site.keep(audit_altering.EARLIER)
    for number in range(6):
        outcome.expect(
            (added := site.forked.run("service", "add", f"later{number}", "--name", f"Later {number}")).code == 0,
            f"no entries: {added}",
        )
    site.keep("whole")
    ended = site.forked.run("verify-audit")
    outcome.expect(ended.code == 0, f"an audit log that was not altered is refused: {ended}")
    found = re.search(r"([0-9]+:[0-9a-f]{64})", ended.output)
    for way in audit_altering.WAYS:
        head = ("--head", found[1]) if found and way in audit_altering.NEEDS_HEAD else ()
        for _ in range(rounds):
            site.put_back("whole")
            way(site, dice)
            outcome.expect(refused(ended := site.forked.run("verify-audit", *head)), told(way, ended))
    site.put_back("whole")
    return outcome


def backup(site: Site, dice: random.Random, rounds: int) -> Outcome:
    """Backups, restored over what is there."""
    whole, file = site.directory / "whole.zip", site.directory / "altered-backup.zip"
    outcome = Outcome(PART, "backups altered")
    made = site.forked.run("backup", str(whole), "--quiet")
    outcome.expect(made.code == 0, f"no backup: {made}")
    for way, content in _altered(whole.read_bytes(), dice, rounds):
        file.write_bytes(content)
        ended = site.forked.run("restore", str(file), "--replace")
        outcome.expect(refused(ended), told(way, ended))
    ended = site.forked.run("restore", str(whole), "--replace")
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
