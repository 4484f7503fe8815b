"""A short run of `make attack`: nothing goes wrong. The whole of it is `make soak`."""

import os
import subprocess
import sys
from pathlib import Path

from seatwise.commands.tests.processes.sites import Made

ROOT = Path(__file__).parent.parent.parent
PARTS = ("roles", "hostile_values", "slow", "sign_in", "gate_requests", "alterations", "kills", "recording")
ATTACK = (sys.executable, "-W", "ignore", "-m", "tools.attack")
FEWEST = {  # tries, by which one sees that it ran
    "roles": 80,
    "hostile_values": 60,
    "slow": 50,
    "sign_in": 20,
    "gate_requests": 100,
    "alterations": 30,
    "kills": 2,
    "recording": 10,
}


def test_a_short_attack_on_real_sites_finds_nothing_wrong(made: Made) -> None:
    done = subprocess.run(
        [*ATTACK, "--short", "--seed", "11", "--begun", str(made.data), *PARTS],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tried = dict.fromkeys(PARTS, 0)
    for line in done.stdout.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 4 and cells[1] in tried:
            tried[cells[1]] += int(cells[3].replace(",", ""))
    assert all(tried[part] >= least for part, least in FEWEST.items()), tried
