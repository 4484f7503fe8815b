"""`python -m tools.attack [--seed N] [--short] [PART…]`: attack sites of this machine, and say what went wrong.

Exit codes: 0 where nothing went wrong, 1 where something did, 2 for a wrong option.
"""

import argparse
import importlib
import os
import secrets
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import django

_OWN = tempfile.TemporaryDirectory(prefix="seatwise-attack-")  # settings for what is imported
os.environ |= {"SEATWISE_DATA_DIR": _OWN.name, "DJANGO_SETTINGS_MODULE": "seatwise.settings"}
django.setup()

from tools.attack import sites  # noqa: E402
from tools.attack.outcomes import Outcome, name_what_is_wrong, table  # noqa: E402

PARTS = ("roles", "hostile_values", "slow", "sign_in", "gate_requests", "alterations", "kills")
SERVED = PARTS[:4]  # those that ask a site which is served


def attack(parts: list[str], seed: int, *, short: bool, directory: Path) -> list[Outcome]:
    """Run parts one after the other, each on a site of its own; in a short run, the served ones share one."""
    original = sites.make(directory / "made")
    shared = sites.copy_of(original, directory / "shared")
    found: list[Outcome] = []
    with ExitStack() as stack:
        if short and set(parts) & set(SERVED):
            shared.settings["SEATWISE_PROXIES"] = "1"
            stack.enter_context(sites.served(shared))
        for part in parts:
            began = time.monotonic()
            site = shared if short and part in SERVED else sites.copy_of(original, directory / part)
            found += importlib.import_module(f"tools.attack.{part}").run(site, seed, short=short)
            print(f"{part}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return found


def main() -> int:
    """Run the parts that were asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m tools.attack", description=__doc__)
    parser.add_argument("part", nargs="*", metavar="PART", help=f"what to try: {', '.join(PARTS)} (default: all)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), metavar="N", help="to repeat a run")
    parser.add_argument("--short", action="store_true", help="a little of each, in less than a minute")
    options = parser.parse_args()
    if unknown := set(options.part) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))} (there are: {', '.join(PARTS)})")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    print(f"python -m tools.attack --seed {options.seed}{' --short' if options.short else ''}", flush=True)
    with sites.scratch() as directory:
        found = attack(options.part or list(PARTS), options.seed, short=options.short, directory=directory)
    print(table(found))
    name_what_is_wrong(found)
    return 1 if any(each.wrong for each in found) else 0


if __name__ == "__main__":
    sys.exit(main())
