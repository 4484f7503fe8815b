"""Seatwise at the job: `FORMAT RULES LOG`, RULES being same (as the peers) or default. Prints what the peers print."""

import sys
import time

from seatwise.logs import engine
from seatwise.logs.reading import read
from seatwise.logs.rules import Rules

SAME = Rules(
    screens=("/k/*", "/g/*"),
    apis=("/k/v1/*",),
    assets=("/assets/*", "/img/*", "*.js", "*.css"),
)


def main() -> None:
    """Count the user-days of one log."""
    format_name, rules, *logs = sys.argv[1:]
    if engine.in_c(1) is None:
        sys.exit("The C library is missing: only the plain reader would be measured.")
    started = time.perf_counter()
    chosen = {"same": SAME, "default": Rules()}[rules]
    count = read(logs, format=format_name, rules=chosen, time_zone="Asia/Tokyo").user_days
    print(count, time.perf_counter() - started)


if __name__ == "__main__":
    main()
