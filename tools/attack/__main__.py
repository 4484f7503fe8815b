"""`python -m tools.attack [--seed N] [--database D] [PART…]`: attack sites of this machine, and say what went wrong.

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
import traceback
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import django

_OWN = tempfile.TemporaryDirectory(prefix="seatwise-attack-")  # settings for what is imported
os.environ |= {"SEATWISE_DATA_DIR": _OWN.name, "DJANGO_SETTINGS_MODULE": "seatwise.settings"}
django.setup()

from tools import test_postgres  # noqa: E402
from tools.attack import databases, sites  # noqa: E402
from tools.attack.outcomes import Outcome, name_what_is_wrong, table  # noqa: E402
from tools.attack.sites import Site  # noqa: E402

PARTS = ("roles", "hostile_values", "slow", "sign_in", "gate_requests", "alterations", "kills", "recording")
SERVED = PARTS[:4]  # those that ask a site which is served


def attack(parts: Collection[str], seed: int, original: Site, *, short: bool) -> Iterator[Outcome]:
    """Run parts one after the other, each on a site of its own; in a short run all share one."""
    if short:
        original.settings["SEATWISE_PROXIES"] = "1"
    for part in (each for each in PARTS if each in parts):
        began = time.monotonic()
        site = original if short else sites.copy_of(original, original.directory / part)
        if short and part in SERVED and site.process is None:
            site.start()
        elif part not in SERVED:
            site.stop()
        try:
            yield from importlib.import_module(f"tools.attack.{part}").run(site, seed, short=short)
        except Exception as error:  # the other parts are to be tried
            traceback.print_exc()
            yield Outcome(part, "was not finished", wrong=[repr(error)])
        finally:
            if not short:
                site.end()
        print(f"{part}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


@contextmanager
def made(database: str, begun: Path | None) -> Iterator[Site]:
    """The site that the others are copies of, on a server of its own where that is PostgreSQL."""
    with ExitStack() as stack:
        directory = stack.enter_context(sites.scratch())
        server = stack.enter_context(test_postgres.server()) if database == "postgresql" else ""
        site = sites.make(directory / "made", databases.new(server) if server else "", begun)
        stack.callback(site.end)
        yield site


def main() -> int:
    """Run the parts that were asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m tools.attack", description=__doc__)
    parser.add_argument("part", nargs="*", metavar="PART", help=f"what to try: {', '.join(PARTS)} (default: all)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), metavar="N", help="to repeat a run")
    parser.add_argument("--short", action="store_true", help="a little of each, in less than a minute")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite", help="what the sites are on")
    parser.add_argument("--begun", type=Path, metavar="DIR", help="on SQLite: a site that `seatwise init` made")
    options = parser.parse_args()
    if unknown := set(options.part) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))} (there are: {', '.join(PARTS)})")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    how = [f"--seed {options.seed}", f"--database {options.database}", *(["--short"] if options.short else [])]
    print("python -m tools.attack", *how, *options.part, flush=True)
    with made(options.database, options.begun) as site:
        found = list(attack(options.part or PARTS, options.seed, site, short=options.short))
    print(table(found))
    name_what_is_wrong(found)
    return 1 if any(each.wrong for each in found) else 0


if __name__ == "__main__":
    sys.exit(main())
