"""The gate: what nginx loses by asking it about each request, and what it takes by itself."""

import http.client
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import report
from benchmarks.load import Load, by_what, load
from benchmarks.scratch import HERE

PART = "gate"
PEOPLE = 10_000
ROUNDS = 3
SECONDS = 5
MANY = 16  # connections, which is more than the machine can serve at once
KNOWING = 20  # seconds of asking before it is measured, so that all are known
OWN = 100_000  # questions within one process
NGINX = """daemon off;
{user}worker_processes 2;
pid {place}/nginx.pid;
error_log {place}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    {temporary}
    upstream service {{ server 127.0.0.1:{service}; keepalive 32; }}
    server {{ listen 127.0.0.1:{service}; return 200 "{body}"; }}
    server {{
        listen 127.0.0.1:{yes};
        add_header X-Seatwise-Login person1;
        add_header X-Seatwise-Login-Written person1;
        add_header X-Seatwise-Verdict "allowed limit";
        return 204;
    }}
    server {{
        listen 127.0.0.1:{plain};
        location / {{ proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    }}
    include {place}/*-gate.conf;
}}
"""


def section(scratch: Path, lines: int) -> report.Section:
    """Requests through nginx without and with the gate, in turns, and the gate asked by itself."""
    found = report.Section(PART, "python -m benchmarks gate")
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        found.paragraphs.append("Not measured: nginx is not installed here (apt-get install nginx-light wrk).")
        return found
    with tempfile.TemporaryDirectory(prefix="gate-", dir=scratch) as place:
        site = GateSite(Path(place), nginx)
        try:
            site.start()
            found.paragraphs += [*compared(site), *own(site)]
        finally:
            site.stop()
    return found


class GateSite:
    """Seatwise with two processes, and nginx before a page of its own, without the gate and with it."""

    def __init__(self, place: Path, nginx: str) -> None:
        self.place, self.nginx = place, nginx
        self.seatwise, self.service, self.plain, self.gated, self.yes, self.limit = (free_port() for _ in range(6))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SEATWISE_", "DATABASE_URL"))}
        self.environment = kept | {
            "SEATWISE_DATA_DIR": str(place / "data"),
            "SEATWISE_ADMIN_PASSWORD": "otter-lantern-maple",
            "DJANGO_SETTINGS_MODULE": "seatwise.settings",
        }
        self.cookies = place / "cookies.txt"
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """All of it."""
        self.run("-m", "seatwise", "init", "--login", "alice")
        address = f"http://wiki.localhost:{self.gated}"
        self.cookies.write_text(self.run(str(HERE / "gate_site.py"), "make", str(PEOPLE), address))
        (self.place / "nginx").mkdir()
        self.configure("wiki", self.gated, self.seatwise)
        self.configure("limit", self.limit, self.yes)
        self.write_nginx()
        serve = [sys.executable, "-m", "seatwise", "serve", "--bind", f"127.0.0.1:{self.seatwise}"]
        for command in (serve, [self.nginx, "-p", str(self.place), "-c", str(self.place / "nginx.conf")]):
            self.running.append(subprocess.Popen(command, env=self.environment, stderr=subprocess.DEVNULL))
        _wait_for(self.seatwise, "/health/")
        _wait_for(self.gated, "/")

    def configure(self, code: str, port: int, asked: int) -> None:
        """What Seatwise shows for a service, its log kept with the rest; `asked` is the port at which nginx asks."""
        make = (
            "import django; django.setup(); from seatwise.gate.setting_up import Setup; "
            f"print(Setup({code!r}, ('http://wiki.localhost:{port}',), '127.0.0.1:{asked}', "
            f"'127.0.0.1:{self.service}', {str(self.place)!r}).render('nginx'))"
        )
        text = self.run("-c", make)
        keep = f'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://$seatwise_{code}_to;'
        text = text.replace(f"proxy_pass http://$seatwise_{code}_to;", keep)
        place = f'"wiki.localhost:{port}"'  # the load comes by the machine's number
        text = text.replace(f'default "";\n    "wiki.localhost" {place};', f"default {place};")
        text = text.replace(f"limit_conn seatwise_{code} 200;", "")
        text = text.replace("seatwise-gate-limit=", "seatwise-gate-wiki=")  # the same cookies, so as much to look at
        text = text.replace(f"server 127.0.0.1:{self.service};", f"server 127.0.0.1:{self.service}; keepalive 32;")
        (self.place / f"{code}-gate.conf").write_text(text)

    def write_nginx(self) -> None:
        """As an ordinary user, with all files in one place."""
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        text = NGINX.format(
            place=self.place,
            user="user root;\n" if os.geteuid() == 0 else "",
            temporary=" ".join(f"{kind}_temp_path {self.place}/{kind};" for kind in kinds),
            service=self.service,
            plain=self.plain,
            yes=self.yes,
            body="x" * 2000,
        )
        (self.place / "nginx.conf").write_text(text)

    def run(self, *arguments: str, given: str = "") -> str:
        """A Python of the site; what it prints."""
        command = [sys.executable, "-W", "ignore", *arguments]
        done = subprocess.run(command, env=self.environment, input=given, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout

    def stop(self) -> None:
        """All of it."""
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.wait(60)
        log = self.place / "error.log"
        if log.exists() and log.stat().st_size:
            print(log.read_text()[:2000])


def compared(site: GateSite) -> list[str]:
    """The ways in turns, so that a noisy minute does not fall upon one of them alone."""
    ways = {
        "nginx alone": f"http://127.0.0.1:{site.plain}/",
        "nginx, asking an nginx that always says yes": f"http://127.0.0.1:{site.limit}/",
        "nginx, asking the gate": f"http://127.0.0.1:{site.gated}/",
        "the gate itself, without nginx": f"http://127.0.0.1:{site.seatwise}/gate/wiki/",
    }
    one: dict[str, list[Load]] = {way: [] for way in ways}
    many: dict[str, list[Load]] = {way: [] for way in ways}
    load(ways["nginx, asking the gate"], site.cookies, KNOWING, MANY)
    for turn in range(1, ROUNDS + 1):
        for way, address in ways.items():
            one[way].append(load(address, site.cookies, SECONDS, 1))
            many[way].append(load(address, site.cookies, SECONDS, MANY))
            print(f"  {turn}: {way}: {one[way][-1]}, {many[way][-1]}", flush=True)
    first = middle(many["nginx alone"], "rate")
    rows = [
        [
            way,
            f"{middle(one[way], 'half'):.2f}",
            f"{middle(one[way], 'most'):.2f}",
            f"{middle(many[way], 'rate'):.0f}",
            report.ratio(middle(many[way], "rate") / first),
            f"{middle(many[way], 'most'):.1f}",
            f"{sum(each.wrong for each in one[way] + many[way])} not 2xx",
        ]
        for way in ways
    ]
    gate, limit = ({"one": one[way], "many": many[way]} for way in list(ways)[2:0:-1])
    added = middle(gate["one"], "half") - middle(one["nginx alone"], "half")
    share = middle(gate["many"], "rate") / middle(limit["many"], "rate")
    head = (
        f"{PEOPLE:,} people in turns, whom the gate knows, asked for by {by_what()} over one connection and over "
        f"{MANY}, {SECONDS} s each, {ROUNDS} turns (medians), on one machine with the program that asks. Seatwise has "
        "two processes and SQLite; the service is a page of 2 kB that nginx makes itself, so that nothing hides what "
        "the gate costs."
    )
    many_of = f"{MANY}: "
    headings = ["way", "1: half, ms", "1: 99 %, ms", f"{many_of}requests/s", "rate", f"{many_of}99 %, ms", "remark"]
    said = (
        f"For somebody who waits for one answer, the gate adds {added:.2f} ms. An nginx that always says yes is the "
        f"least that asking can cost: the gate reaches {report.ratio(share)} of that rate."
    )
    return [head, report.table(headings, rows), said]


def middle(of: list[Load], what: str) -> float:
    """The median of some turns."""
    return float(statistics.median(getattr(each, what) for each in of))


def own(site: GateSite) -> list[str]:
    """The gate's own time, asked within one process."""
    said = site.run(str(HERE / "gate_site.py"), "alone", str(OWN), given=site.cookies.read_text())
    names = {"memory": "in front of Django, from memory", "django": "by way of Django, asking the database"}
    rows = [[names[line.split()[0]], *line.split()[1:], ""] for line in said.splitlines()]
    head = f"The gate's own time for a request, within one process, without a web server ({OWN:,} requests):"
    return [head, report.table(["way", "mean, µs", "half, µs", "99 %, µs", "remark"], rows)]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(port: int, path: str) -> None:
    """Until something answers there: a server listens before its processes are ready."""
    for _ in range(600):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    raise SystemExit(f"nothing answers on port {port}")
