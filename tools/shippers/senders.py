"""rsyslog and syslog-ng, which read a log and send it on, and requests made by hand."""

import gzip
import json
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import cramjam

from seatwise.ingest.messages import LokiPush, OtlpRequest
from tools.shippers.servers import Places, program, running

SECONDS = 6.0  # in which a shipper has sent a few hundred lines


def rsyslog(places: Places, log: Path, way: str, to: str) -> bool:
    """Send a log: by "tcp" or "udp" to a port, or by "elasticsearch" to a source. False without rsyslog."""
    command = program("rsyslogd")
    if command is None:
        return False
    action = f'type="omfwd" target="127.0.0.1" port="{to}" protocol="{way}" TCP_Framing="octet-counted"'
    if way == "elasticsearch":
        server = f"http://127.0.0.1:{places.seatwise}/ingest/{to}"
        action = (
            f'type="omelasticsearch" server="{server}" uid="seatwise" pwd="{places.token}" bulkmode="on" '
            'template="line" searchIndex="wiki" searchType="" skipverifyhost="on" '
            f'errorfile="{places.folder}/rsyslog-{way}.errors"'
        )
    work = places.folder / f"rsyslog-{way}"
    work.mkdir()
    (work / "rsyslog.conf").write_text(
        f'global(workDirectory="{work}" maxMessageSize="64k")\n'
        'module(load="imfile" mode="polling" pollingInterval="1")\n'
        + ('module(load="omelasticsearch")\n' if way == "elasticsearch" else "")
        + 'template(name="line" type="list" option.jsonf="on") {\n'
        'property(outname="message" name="msg" format="jsonf")\n}\n'
        f'input(type="imfile" file="{log}" tag="wiki:" ruleset="out")\nruleset(name="out") {{ action({action}) }}\n'
    )
    with running([command, "-n", "-i", "NONE", "-f", f"{work}/rsyslog.conf"], work / "out"):
        time.sleep(SECONDS)
    return True


def syslog_ng(places: Places, log: Path, way: str, to: str) -> bool:
    """Send a log: by "tcp" or "udp" to a port, or by "http" or "bulk" to a source. False without syslog-ng."""
    command = program("syslog-ng")
    if command is None:
        return False
    address = f"http://127.0.0.1:{places.seatwise}/ingest/{to}"
    header = f'headers("Authorization: Bearer {places.token}")'
    destination = {
        "tcp": f'syslog("127.0.0.1" port({to}) transport("tcp"));',
        "udp": f'network("127.0.0.1" port({to}) transport("udp"));',
        "http": f'http(url("{address}/") method("POST") {header} body("$MSG") batch-lines(100) delimiter("\\n"));',
        "bulk": f'elasticsearch-http(url("{address}/_bulk") index("wiki") type("") {header} batch-lines(100) '
        'template("$(format-json message=$MSG)"));',
    }[way]
    work = places.folder / f"syslog-ng-{way}"
    work.mkdir()
    (work / "syslog-ng.conf").write_text(
        '@version: 3.35\n@include "scl.conf"\noptions { keep-hostname(yes); log-msg-size(65536); };\n'
        f'source s {{ file("{log}" flags(no-parse) program-override("wiki")); }};\n'
        f"destination d {{ {destination} }};\nlog {{ source(s); destination(d); }};\n"
    )
    state = [f"--persist-file={work}/persist", f"--pidfile={work}/pid", f"--control={work}/control"]
    with running([command, "--foreground", f"--cfgfile={work}/syslog-ng.conf", *state], work / "out"):
        time.sleep(SECONDS)
    return True


def by_hand(places: Places, log: Path, source: str, way: str) -> None:
    """Send a log in one request, twice, as a shipper does that has got no answer."""
    lines = log.read_text().splitlines()
    path, kind, body = BODIES[way](lines)
    for _twice in range(2):
        request = urllib.request.Request(
            f"http://127.0.0.1:{places.seatwise}/ingest/{source}{path}",
            body if kind == SNAPPY else gzip.compress(body),
            {"Authorization": f"Bearer {places.token}", "Content-Type": kind.split(";")[0]}
            | ({} if kind == SNAPPY else {"Content-Encoding": "gzip"}),
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()


PROTOBUF, SNAPPY = "application/x-protobuf", "application/x-protobuf;snappy"


def of_bulk(lines: list[str]) -> tuple[str, str, bytes]:
    pairs = (f'{{"create":{{}}}}\n{json.dumps({"message": line})}\n' for line in lines)
    return "/_bulk", "application/x-ndjson", "".join(pairs).encode()


def of_otlp(lines: list[str]) -> tuple[str, str, bytes]:
    request = OtlpRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for line in lines:
        records.add().body.string_value = line
    return "/v1/logs", PROTOBUF, request.SerializeToString()


def of_loki(lines: list[str]) -> tuple[str, str, bytes]:
    push = LokiPush()
    stream = push.streams.add()
    for line in lines:
        stream.entries.add(line=line.encode())
    return "/loki/api/v1/push", SNAPPY, bytes(cramjam.snappy.compress_raw(push.SerializeToString()))


def of_lines(lines: list[str]) -> tuple[str, str, bytes]:
    return "/", "text/plain", "\n".join(lines).encode()


BODIES: dict[str, Callable[[list[str]], tuple[str, str, bytes]]] = {
    "lines": of_lines,
    "bulk": of_bulk,
    "otlp": of_otlp,
    "loki": of_loki,
}
