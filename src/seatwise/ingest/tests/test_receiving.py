"""Lines over HTTP: who may send, what is answered, and that the ledger is that of the same file ingested."""

import datetime
import errno
import gzip
import json
import os
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import cramjam
import pytest
from django.test import Client

from seatwise.directory.models import User
from seatwise.ingest import spool
from seatwise.ingest.messages import LokiPush, OtlpRequest, OtlpResponse, Status
from seatwise.ingest.tests.tokens import token
from seatwise.ledger import lost_lines
from seatwise.ledger.ingestion import ingest
from seatwise.ledger.models import Coverage, ListeningPeriod, LogImport, ServiceAccount, Source
from seatwise.ledger.tests.test_ingesting import line
from seatwise.ledger.tests.world import ledger
from seatwise.ledger.zones import organization_zone
from seatwise.logs.places import find_inputs

pytestmark = pytest.mark.django_db
SOME = [line("ann", "2026-11-20"), line("ben", "2026-11-21"), line("eve", "2026-11-21", status=404)]


def send(client: Client, address: str, body: bytes, headers: dict[str, str], kind: str = "text/plain") -> Any:
    return client.post(f"/ingest/{address}", body, content_type=kind, headers=headers)


def ways() -> dict[str, tuple[str, bytes, str, int]]:
    texts = [each.decode().rstrip("\n") for each in SOME]
    pairs = [json.dumps(each) for text in texts for each in ({"create": {"_index": "x"}}, {"message": text})]
    records = [{"body": {"stringValue": text}} for text in texts]
    values = [[str(number), text] for number, text in enumerate(texts)]
    push, request = LokiPush(), OtlpRequest()
    stream, scope = push.streams.add(), request.resource_logs.add().scope_logs.add()
    for text in texts:
        stream.entries.add(line=text.encode())
        scope.log_records.add().body.string_value = f"{text}\n"
    snappy = bytes(cramjam.snappy.compress_raw(push.SerializeToString()))
    return {
        "loki, protobuf": ("log/loki/api/v1/push", snappy, "application/x-protobuf", 204),
        "otlp, protobuf": ("log/v1/logs", request.SerializeToString(), "application/x-protobuf", 200),
        "lines": ("log/", b"".join(SOME), "text/plain", 204),
        "bulk": ("log/_bulk", "\n".join([*pairs, ""]).encode(), "application/x-ndjson", 200),
        "loki": (
            "log/loki/api/v1/push",
            json.dumps({"streams": [{"values": values}]}).encode(),
            "application/json",
            204,
        ),
        "otlp": (
            "log/v1/logs",
            json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode(),
            "application/json",
            200,
        ),
    }


@pytest.mark.parametrize("way", ["lines", "bulk", "loki", "loki, protobuf", "otlp", "otlp, protobuf"])
@pytest.mark.parametrize("packed", [False, True])
def test_each_way_the_ledger_is_that_of_the_file(
    client: Client, source: Source, headers: dict[str, str], tmp_path: Path, way: str, packed: bool
) -> None:
    address, body, kind, status = ways()[way]
    more = {"content-encoding": "gzip"} if packed else {}
    for _twice in range(2):  # a shipper that got no answer sends again
        answer = send(client, address, gzip.compress(body) if packed else body, headers | more, kind)
        assert answer.status_code == status, answer.content
    if way == "bulk":
        found = answer.json()
        assert (found["errors"], [each["create"]["status"] for each in found["items"]]) == (False, [201] * 3)
        assert answer["X-Elastic-Product"] == "Elasticsearch"
    if way.startswith("otlp"):
        assert (answer.content, answer["Content-Type"]) == (b"{}" if way == "otlp" else b"", kind)
    spool.read_what_arrived()
    account = ServiceAccount.objects.get()
    assert (account.lines, account.accesses, account.reasons["failed"]) == (6, 4, 2)
    received = ledger()
    (tmp_path / "a.log").write_bytes(b"".join(SOME))
    ingest(LogImport.objects.create(revision=source.revision), find_inputs([str(tmp_path / "a.log")]))
    assert ledger() == received
    assert received["months"]


def test_what_shippers_ask_first(client: Client, source: Source, headers: dict[str, str]) -> None:
    about = client.get("/ingest/log/", headers=headers)
    assert (about.json()["version"]["number"], about["X-Elastic-Product"]) == ("8.11.0", "Elasticsearch")
    assert client.head("/ingest/log", headers=headers).status_code == 200
    assert client.get("/ingest/log/_license", headers=headers).json()["license"]["status"] == "active"


def test_who_may_send(client: Client, source: Source, alice: User, bob: User) -> None:
    assert send(client, "log/", b"x\n", {}).status_code == 401
    assert send(client, "log/", b"x\n", {"authorization": "Bearer nonsense"}).status_code == 401
    client.force_login(alice)
    assert send(client, "log/", b"x\n", {}).status_code == 401, "a session is no token"
    for owner, scope in ((alice, "usage:read"), (bob, "logs:write")):
        answer = send(client, "log/", b"x\n", {"authorization": f"Bearer {token(owner, scope)}"})
        assert answer.status_code == 403
    only_this = {"authorization": f"Bearer {token(alice, 'logs:write')}"}
    assert client.get("/api/v1/services/wiki/usage", headers=only_this).status_code == 403
    assert send(client, "nothing/", b"x\n", only_this).status_code == 404
    assert not spool.folder_of(source).exists()


def test_what_is_refused_and_keeps_nothing(client: Client, source: Source, headers: dict[str, str]) -> None:
    assert send(client, "log/", b"no gzip", headers | {"content-encoding": "gzip"}).status_code == 400
    assert send(client, "log/", b"x", headers | {"content-encoding": "br"}).status_code == 415
    assert send(client, "log/", b"x" * (17 * 10**6), headers).status_code == 413
    assert send(client, "log/_bulk", b'{"create": {}}\n{"message": "x"}\nno\n', headers).status_code == 400
    for address in ("log/v1/logs", "log/loki/api/v1/push"):
        assert send(client, address, b"\x0a", headers, "application/x-protobuf").status_code == 400
        assert send(client, address, b"x", headers, "text/plain").status_code == 415
    assert send(client, "log/loki/api/v1/push", b"[]", headers, "application/json").status_code == 400
    assert client.delete("/ingest/log/", headers=headers).status_code == 405
    assert not list(spool.folder_of(source).glob("*.log"))
    assert send(client, "log/", b"", headers).status_code == 204


def test_what_otlp_cannot_keep_is_counted_as_it_was_asked(
    client: Client, source: Source, headers: dict[str, str]
) -> None:
    request = OtlpRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    records.add().body.string_value = SOME[0].decode()
    records.add(severity_number=9)
    answer = send(client, "log/v1/logs", request.SerializeToString(), headers, "application/x-protobuf")
    found = OtlpResponse.FromString(answer.content).partial_success
    assert (found.rejected_log_records, found.error_message[:6]) == (1, "1 of 2")
    body = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"severityNumber": 9}]}]}]}
    answer = send(client, "log/v1/logs", json.dumps(body).encode(), headers, "application/json")
    assert answer.json()["partialSuccess"]["rejectedLogRecords"] == "1"
    [file] = spool.folder_of(source).glob("*.log")
    assert file.read_bytes() == SOME[0]
    assert lost_lines.by_reason(source) == {"refused": 2}
    for sent, status, said in ((b"\x0a", 400, "ExportLogsServiceRequest"), (bytes(17 * 10**6), 413, "16000000 bytes")):
        answer = send(client, "log/v1/logs", sent, headers, "application/x-protobuf")
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/x-protobuf")
        assert said in Status.FromString(answer.content).message
    answer = send(client, "log/v1/logs", b"x", {}, "application/x-protobuf")
    assert "Bearer" in Status.FromString(answer.content).message


def test_bulk_answers_what_it_could_not_keep(client: Client, source: Source, headers: dict[str, str]) -> None:
    body = b'{"create": {}}\n{"mess\n{"create": {}}\n{"message": "one"}\n'
    found = send(client, "log/idx/_bulk", body, headers).json()
    assert (found["errors"], [each["create"]["status"] for each in found["items"]]) == (True, [400, 201])
    assert "failed to parse" in found["items"][0]["create"]["error"]["reason"]
    assert lost_lines.by_reason(source) == {"refused": 1}


def test_a_full_disk_is_said_and_half_a_line_is_cut_off(
    client: Client, source: Source, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert send(client, "log/", SOME[0], headers).status_code == 204
    [file] = spool.folder_of(source).glob("*.log")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        answer = send(client, "log/", SOME[1], headers)
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert file.read_bytes() == SOME[0]
    with monkeypatch.context() as patched:
        patched.setattr(spool, "has_no_room", lambda _: True)
        assert send(client, "log/", SOME[1], headers).status_code == 503
    with file.open("ab") as torn:
        torn.write(SOME[2][:50])  # the process was killed here, and the shipper got no answer
    spool.read_what_arrived()
    assert ServiceAccount.objects.get().lines == 1
    assert send(client, "log/", SOME[2], headers).status_code == 204
    assert file.read_bytes() == SOME[0] + SOME[2]


def test_what_was_read_is_deleted_after_some_days(client: Client, source: Source, headers: dict[str, str]) -> None:
    send(client, "log/", SOME[0], headers)
    [file] = spool.folder_of(source).glob("*.log")
    spool.read_what_arrived()
    assert file.exists()
    old = file.stat().st_mtime - 3 * 86400
    os.utime(file, (old, old))
    spool.delete_old(source)
    assert file.exists(), "as it lies there now, it was not read"
    spool.followers.clear()
    spool.read_what_arrived()
    assert not file.exists()
    before = ledger()
    spool.read_what_arrived()
    assert ledger() == before


def test_a_heartbeat_is_taken_where_lines_are_and_covers_days_without_any(
    client: Client, source: Source, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def beat(headers: dict[str, str]) -> int:
        return int(send(client, "log/heartbeat", b"", headers).status_code)

    with monkeypatch.context() as patched:
        patched.setattr(spool, "has_no_room", lambda _: True)
        assert (beat({}), beat(headers), client.get("/ingest/log/heartbeat", headers=headers).status_code) == (
            401,
            503,
            405,
        )
    assert not ListeningPeriod.objects.exists()
    assert beat(headers) == 204
    zone = ZoneInfo(organization_zone())
    since, until = (datetime.datetime(2026, 11, day, tzinfo=zone) for day in (20, 22))
    ListeningPeriod.objects.update(since=since, until=until)
    spool.read_what_arrived()
    assert Coverage.objects.get().idle_days == 0b11 << 19
