"""Seatwise at the job: `FORMAT RULES LOG`, RULES being same (as the peers) or default. Prints what the peers print."""

import sys
import tempfile
import time

from seatwise.logs.engine import Engine, machine_code
from seatwise.logs.formats import parse_format
from seatwise.logs.places import find_inputs
from seatwise.logs.reading import Source, read, read_inputs
from seatwise.logs.rules import Rules, Zones

SAME = Rules(
    screens=("/k/*", "/g/*"),
    apis=("/k/v1/*",),
    assets=("/assets/*", "/img/*", "*.js", "*.css"),
)


def get_ready(engine: Engine | None, format_name: str) -> None:
    """Have the kernel compiled, or loaded, by reading one line."""
    if engine is None:
        sys.exit("numba is missing for this machine: only the interpreted reader would be measured.")
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"x\n")
        file.flush()
        source = Source(parse_format(format_name), Zones("Asia/Tokyo", "Asia/Tokyo"))
        read_inputs(find_inputs([file.name]), source, by=engine)


def main() -> None:
    """Count the user-days of one log; without a log, only get ready."""
    format_name, rules, *logs = sys.argv[1:]
    started = time.perf_counter()
    get_ready(machine_code(1), format_name)
    count = 0
    if logs:
        started = time.perf_counter()
        chosen = {"same": SAME, "default": Rules()}[rules]
        count = read(logs, format=format_name, rules=chosen, time_zone="Asia/Tokyo").user_days
    print(count, time.perf_counter() - started)


if __name__ == "__main__":
    main()
