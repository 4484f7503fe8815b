"""Plain Python at the job, in two processes: `combined|caddy LOG`. Prints the user-days and the seconds."""

import json
import multiprocessing
import re
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

PROCESSES = 2
BLOCK = 4 << 20
TOKYO = timedelta(hours=9)
Found = set[tuple[str, int]]  # login, day since 1970

HIT = re.compile(
    rb'^\S+ \S+ (?!- )(\S+) \[([^:]+:\d\d)[^"\n]*'
    rb'"(?:GET|POST) (?!/k/v1/|[^? ]*\.(?:js|css)[? ])/[kg]/[^"\n]*" (?:2|304)',
    re.MULTILINE,
)
SCREEN = re.compile(r"(?!/k/v1/|[^?]*\.(?:js|css)(?:\?|$))/[kg]/")


def blocks(log: str, part: int) -> Iterator[bytes]:
    """Blocks of whole lines: this part's share of the log."""
    with open(log, "rb") as file:
        size = file.seek(0, 2)
        start, end = size * part // PROCESSES, size * (part + 1) // PROCESSES
        file.seek(max(start - 1, 0))
        if start:
            file.readline()
        while (left := end - file.tell()) > 0:
            yield file.read(min(BLOCK, left)) + file.readline()


def combined(log: str, part: int) -> Found:
    """Of a combined log in UTC, by one regular expression."""
    hours = {hit for block in blocks(log, part) for hit in HIT.findall(block)}
    first = datetime(1970, 1, 1)
    day = {h: (datetime.strptime(h.decode(), "%d/%b/%Y:%H") + TOKYO - first).days for h in {hour for _, hour in hours}}
    return {(login.decode(), day[hour]) for login, hour in hours}


def caddy(log: str, part: int) -> Found:
    """Of JSON lines, by the standard library's json."""
    found = set()
    for block in blocks(log, part):
        for line in block.splitlines():
            hit = json.loads(line)
            if (login := hit["user_id"]) and (200 <= hit["status"] < 300 or hit["status"] == 304):
                request = hit["request"]
                if request["method"] in ("GET", "POST") and SCREEN.match(request["uri"]):
                    found.add((login, int(hit["ts"] + 32400) // 86400))
    return found


def main() -> None:
    """Count the user-days of one log."""
    kind, log = sys.argv[1:]
    started = time.perf_counter()
    with multiprocessing.Pool(PROCESSES) as pool:
        parts = pool.starmap({"combined": combined, "caddy": caddy}[kind], [(log, part) for part in range(PROCESSES)])
    print(len(set().union(*parts)), time.perf_counter() - started)


if __name__ == "__main__":
    main()
