"""Lines that arrive by each way beside the same file ingested, and what the first page of the list takes meanwhile."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import cramjam

from benchmarks.databases import KINDS, database
from benchmarks.gate import free_port
from benchmarks.making import made
from benchmarks.report import Section, ratio, table
from benchmarks.together import PAUSE, Site, figures, write_log

PART = "shipping"
SENT = 1_000_000  # lines at most
BATCH, SENDERS = 2_000, 2  # lines of a request; connections at once
PEOPLE, READERS = 100_000, 5
IDLE = 10  # seconds in which only readers are there
SERVED_PEAK = "VmHWM:"
READ_ALL = """
import django, time; django.setup()
from django.db.models import Sum
from seatwise.ingest import spool
from seatwise.ledger.models import ServiceAccount
accounts = ServiceAccount.objects.filter(log_import__revision__source__code="{code}")
while (accounts.aggregate(n=Sum("lines"))["n"] or 0) < {lines}:
    spool.read_what_arrived()
    time.sleep(0.2)
"""  # the site's worker reads, too
Packed = tuple[str, dict[str, str], bytes]  # an address, headers and a body


def plain(lines: Sequence[bytes]) -> Packed:
    return "", {"Content-Type": "text/plain"}, b"".join(lines)


def bulk(lines: Sequence[bytes]) -> Packed:
    documents = (json.dumps({"message": line.decode().rstrip()}).encode() for line in lines)
    body = b"".join(b'{"create":{}}\n%s\n' % each for each in documents)
    return "_bulk", {"Content-Type": "application/x-ndjson"}, body


def loki(lines: Sequence[bytes]) -> Packed:
    from seatwise.ingest.messages import LokiPush

    push = LokiPush()
    stream = push.streams.add()
    for line in lines:
        stream.entries.add(line=line.rstrip())
    body = bytes(cramjam.snappy.compress_raw(push.SerializeToString()))
    return "loki/api/v1/push", {"Content-Type": "application/x-protobuf"}, body


def otlp(lines: Sequence[bytes]) -> Packed:
    from seatwise.ingest.messages import OtlpRequest

    request = OtlpRequest()
    scope = request.resource_logs.add().scope_logs.add()
    for line in lines:
        scope.log_records.add().body.string_value = line.decode().rstrip()
    return "v1/logs", {"Content-Type": "application/x-protobuf"}, request.SerializeToString()


WAYS: dict[str, Callable[[Sequence[bytes]], Packed]] = {
    "plain lines": plain,
    "Elasticsearch's _bulk": bulk,
    "Loki, protobuf": loki,
    "OTLP, protobuf": otlp,
}


def section(scratch: Path, lines: int) -> Section:
    """The tables of this part; its log has a fifth as many lines as the others."""
    found = Section(PART, f"python -m benchmarks {PART}")
    count = min(SENT, lines // 5)
    path = made(scratch / f"shipped-{count}.log", lambda path: write_log(path, count))
    found.paragraphs.append(
        f"{PEOPLE:,} license holders, a log of {path.stat().st_size // 10**6} MB. Over HTTP {SENDERS} connections send "
        f"{BATCH:,} lines at a time; a line counts once it is in the ledger. *rate* is the lines a second beside "
        f"`seatwise ingest` of the same file. Meanwhile {READERS} people open the first page of the list, each every "
        f"{PAUSE:.0f} s: milliseconds until 95 % of them have it. *MB* is the most memory that a process of the site "
        "had until then; all of them, and what sends, share the machine."
    )
    for kind in KINDS:
        with database(kind, scratch) as environment:
            found.paragraphs.append(Shipped(environment | {"SEATWISE_TODAY": "2026-11-30"}, path).table(kind))
    return found


class Shipped(Site):
    """A site to which a log is brought in each way, each time for a source of its own."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        super().__init__(environment | {"DJANGO_SETTINGS_MODULE": "seatwise.settings"})
        self.log = log
        with log.open("rb") as file:
            self.lines = sum(1 for _ in file)
        self.token = ""

    def table(self, kind: str) -> str:
        """Of one database."""
        said = self.run("-m", "benchmarks.together_site", str(PEOPLE), str(READERS))
        keys = said.split()[-READERS:]
        codes = {"ingest": "seatwise ingest", "follow": "seatwise follow", "syslog": "syslog, TCP"}
        codes |= {f"http{number}": name for number, name in enumerate(WAYS)}
        for code in ("before", *codes):
            self.run("-m", "seatwise", "source", "add", code, "--service", "bench", "--format", "combined")
        told = self.run("-m", "seatwise", "token", "add", "ship", "--for", "admin", "--scope", "logs:write")
        self.token = next(word for word in told.split() if word.startswith("seatwise_"))
        readers = [threading.Thread(target=self.keep_on, args=(self.read, key), daemon=True) for key in keys]
        with self.served():
            for each in readers:
                each.start()
            self.bring("before", "")  # so that the days of nobody are new to any of the others
            time.sleep(IDLE)
            idle_since = time.time() - IDLE
            rows = [["nothing arrives", "", "", self.wait(idle_since), f"{self.peak():.0f}", ""]]
            rate = 0.0
            for code, name in codes.items():
                began = time.time()
                self.bring(code, name)
                found = self.lines / (time.time() - began)
                rate = rate or found
                numbers = [f"{found:,.0f}", ratio(found / rate), self.wait(began), f"{self.peak():.0f}"]
                rows.append([name, *numbers, ""])
            self.ended.set()
            for each in readers:
                each.join()
        headings = [kind, "lines/s", "rate", "95 %, ms", "MB", ""]
        wrong = f"{kind}: {len(self.wrong)} answers were wrong{''.join(f', such as {one}' for one in self.wrong[:1])}."
        return f"{table(headings, rows)}\n\n{wrong}"

    def bring(self, code: str, name: str) -> None:
        """The whole log, by one way, until it is in the ledger."""
        if code in ("before", "ingest"):
            self.run("-m", "seatwise", "ingest", code, str(self.log))
        elif code == "follow":
            copied = shutil.copyfile(self.log, self.log.with_suffix(".followed"))
            self.run("-m", "seatwise", "follow", code, str(copied), "--once")
        else:
            self.send_syslog(code) if code == "syslog" else self.send(code, WAYS[name])
            self.run("-c", READ_ALL.format(code=code, lines=self.lines))

    def send_syslog(self, code: str) -> None:
        """All lines over one connection, until they are kept."""
        port = free_port()
        command = [sys.executable, "-W", "ignore", "-m", "seatwise", "syslog", code, "--tcp", f"127.0.0.1:{port}"]
        receiver = subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL)
        for _ in range(300):
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)) as sender:
                with self.log.open("rb") as file:
                    while lines := list(islice(file, BATCH)):
                        sender.sendall(b"".join(b"<134>Nov 30 10:00:00 web nginx: " + line for line in lines))
                break
            time.sleep(0.1)
        receiver.send_signal(signal.SIGTERM)
        receiver.wait(60)

    def send(self, code: str, pack: Callable[[Sequence[bytes]], Packed]) -> None:
        """All lines, until they are acknowledged."""
        with self.log.open("rb") as file:
            lock = threading.Lock()

            def batches() -> Iterator[Packed]:
                while True:
                    with lock:
                        lines = list(islice(file, BATCH))
                    if not lines:
                        return
                    yield pack(lines)

            threads = [threading.Thread(target=self.send_some, args=(code, batches())) for _ in range(SENDERS)]
            for each in threads:
                each.start()
            for each in threads:
                each.join()

    def send_some(self, code: str, batches: Iterator[Packed]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for address, headers, body in batches:
            connection.request(
                "POST", f"/ingest/{code}/{address}", body, headers | {"Authorization": f"Bearer {self.token}"}
            )
            answer = connection.getresponse()
            answer.read()
            if answer.status not in (200, 204):
                self.wrong.append(f"{answer.status} for {code}")
        connection.close()

    def wait(self, since: float) -> str:
        """Milliseconds until 95 % of the pages that were asked for since then were there."""
        return figures(self.reads, since, time.time())[2]

    def peak(self) -> float:
        """Megabytes of the largest process of the site until now."""
        wanted = f"SEATWISE_DATA_DIR={self.environment['SEATWISE_DATA_DIR']}".encode()
        found = [0.0]
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if wanted in (path / "environ").read_bytes().split(b"\0") and int(path.name) != os.getpid():
                    status = (path / "status").read_text()
                    found.append(float(status.split(SERVED_PEAK)[1].split()[0]) / 1024)
            except (OSError, IndexError):
                continue
        return max(found)
