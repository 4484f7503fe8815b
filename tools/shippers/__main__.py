"""`make shippers`: clicks for a week, sends what the servers logged by every way, and compares the ledgers.

`ARGS="nginx traefik"` takes these servers only. Everything is on loopback, in a folder that is removed; what is not
installed is said and left out. It takes some minutes. On Debian: apache2 caddy libfaketime nginx rsyslog
rsyslog-elasticsearch syslog-ng-core syslog-ng-mod-http syslog-ng-scl.
"""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tools.shippers import senders, servers, site
from tools.shippers.servers import Places, free_port, running

COMMAND = [sys.executable, "-m", "seatwise"]
LONGEST = 180.0  # seconds until what was sent must be in the ledger


def main() -> int:
    with tempfile.TemporaryDirectory() as name, ExitStack() as until_end:
        folder = Path(name)
        folder.chmod(0o755)
        port = free_port()
        os.environ |= {
            "SEATWISE_DATA_DIR": f"{folder}/data",
            "SEATWISE_ORIGIN": f"http://127.0.0.1:{port}",
            "SEATWISE_TIME_ZONE": "UTC",
        }
        seatwise("init", "--login", "alice", "--make-password", "--organization", "Trial")
        token = seatwise("token", "add", "trial", "--for", "alice", "--scope", "logs:write", "--days", "3").split()[0]
        places = Places(folder, site.serve(), port, token)
        until_end.enter_context(running([*COMMAND, "serve", "--workers", "1"], folder / "serve.out", port))
        return compare(every_way(places, until_end))


def seatwise(*words: str) -> str:
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"seatwise {' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def source(code: str) -> str:
    """A service and a source of its own for each way, all with the same rules."""
    seatwise("service", "add", code, "--name", code)
    seatwise("source", "add", code, "--service", code)
    return code


def receiver(places: Places, until_end: ExitStack, code: str, kind: str) -> str:
    """`seatwise syslog` for a new source; the port or path to which its lines go."""
    place = f"{places.folder}/{code}.sock" if kind == "unix" else str(free_port())
    said = place if kind == "unix" else f"127.0.0.1:{place}"
    log = places.folder / f"{code}.out"
    until_end.enter_context(running([*COMMAND, "syslog", source(code), f"--{kind}", said], log))
    ends = time.monotonic() + LONGEST
    while b"Listening" not in log.read_bytes():
        if time.monotonic() > ends:
            sys.exit(f"{code}: {log.read_text()}")
        time.sleep(0.1)
    return place


def every_way(places: Places, until_end: ExitStack) -> dict[str, range]:
    """By the code of a service: the days that its lines are of."""
    week, today = servers.days_that_can_be_told(), range(1)
    wanted = sys.argv[1:] or ["nginx", "apache", "caddy", "traefik"]
    found: dict[str, range] = {}
    if "nginx" in wanted:
        unix, udp = (receiver(places, until_end, f"nginx-{kind}", kind) for kind in ("unix", "udp"))
        if is_there("nginx", servers.nginx(places, Path(unix), int(udp))):
            found |= dict.fromkeys(("nginx-unix", "nginx-udp"), week) | sent_on(places, until_end, "nginx", week)
    if "apache" in wanted:
        tcp = receiver(places, until_end, "apache-logger", "tcp")
        if is_there("apache2", servers.apache(places, int(tcp))):
            found |= {"apache-logger": week} | in_files(places, "apache", week)
    if "caddy" in wanted and is_there("caddy", servers.caddy(places)):
        found |= in_files(places, "caddy", today)
    if "traefik" in wanted and is_there("traefik", servers.traefik(places, source("traefik-otlp"))):
        found["traefik-otlp"] = today
    return found


def is_there(name: str, found: bool) -> bool:
    if not found:
        print(f"{name} is not installed: left out.")
    return found


def in_files(places: Places, server: str, days: range) -> dict[str, range]:
    """A log by ingest, by follow, and by requests made by hand."""
    log, found = places.folder / f"{server}.log", {}
    seatwise("ingest", source(f"{server}-ingest"), str(log))
    (places.folder / f"data/follow-{server}-follow.lock").write_text("0")  # as if followed from the beginning
    seatwise("follow", source(f"{server}-follow"), str(log), "--once")
    for way in senders.BODIES:
        senders.by_hand(places, log, source(f"{server}-{way}"), way)
    for way in ("ingest", "follow", *senders.BODIES):
        found[f"{server}-{way}"] = days
    return found


def sent_on(places: Places, until_end: ExitStack, server: str, days: range) -> dict[str, range]:
    """The same, and by rsyslog and syslog-ng."""
    log, found = places.folder / f"{server}.log", in_files(places, server, days)
    for name, send, ways in (
        ("rsyslog", senders.rsyslog, ("tcp", "udp", "elasticsearch")),
        ("syslog-ng", senders.syslog_ng, ("tcp", "udp", "http", "bulk")),
    ):
        for way in ways:
            code = f"{name}-{way}"
            to = receiver(places, until_end, code, way) if way in ("tcp", "udp") else source(code)
            if not is_there(f"{name} ({way})", send(places, log, way, to)):
                break
            found[code] = days
    return found


def compare(ways: dict[str, range]) -> int:
    """Print whether the ledger of each way is what was clicked; 1 where one is not."""
    from seatwise.commands import django_setup

    django_setup.setup()
    ends, wrong = time.monotonic() + LONGEST, dict(ways)
    while wrong and time.monotonic() < ends:
        time.sleep(1)
        wrong = {code: days for code, days in wrong.items() if ledger_of(code) != site.expected(days)}
    for code, days in ways.items():
        print(f"{'differs' if code in wrong else 'as clicked'}\t{code}\t{len(days)} days")
        if code in wrong:
            print(f"  clicked: {site.expected(days)}\n  ledger:  {ledger_of(code)}")
    print(f"{len(ways) - len(wrong)} of {len(ways)} ways: the ledger is what was clicked.")
    return int(bool(wrong) or not ways)


def ledger_of(code: str) -> dict[str, tuple[list[int], list[int]]]:
    """By login: the days of use and of programs, as days before today."""
    from seatwise.ledger.models import AccessMonth
    from seatwise.lib import days

    today = days.day_of(site.date_of(0))
    found: dict[str, tuple[list[int], list[int]]] = {}
    for row in (
        AccessMonth.objects.filter(service__code=code).select_related("login").order_by("login__folded", "month")
    ):
        first = days.first_day_of(row.month)
        use, programs = found.setdefault(row.login.written, ([], []))
        for mask, into in ((row.days, use), (row.program_days, programs)):
            into.extend(today - first - bit for bit in range(31) if mask >> bit & 1)
    return {login: (sorted(use), sorted(programs)) for login, (use, programs) in sorted(found.items())}


if __name__ == "__main__":
    sys.exit(main())
