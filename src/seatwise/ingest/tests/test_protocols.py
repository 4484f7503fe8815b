"""What shippers send, as lines."""

import gzip
import json
from typing import Any

import cramjam
import pytest
import zstandard
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from seatwise.ingest import bodies, protocols
from seatwise.ingest.bodies import BadBody, TooLarge, UnknownEncoding, unpacked, unsnapped
from seatwise.ingest.messages import LokiPush, OtlpRequest
from seatwise.ingest.protocols import bulk, lines_of, loki, loki_protobuf, otlp


def test_lines_with_either_end_and_without_empty_ones() -> None:
    assert lines_of(b"a\r\n\nb\n\xff") == [b"a", b"b", b"\xff"]
    assert lines_of(b"") == []


def test_bodies_are_unpacked_whole_or_refused() -> None:
    two = gzip.compress(b"a\n") + gzip.compress(b"b\n")
    assert unpacked(two, "gzip") == unpacked(two, " X-GZIP") == b"a\nb\n"
    assert unpacked(zstandard.compress(b"a\n"), "zstd") == b"a\n"
    assert unpacked(b"a", "") == unpacked(b"a", "identity") == b"a"
    for body, encoding in (
        (two[:-3], "gzip"),
        (b"a\n", "gzip"),
        (b"a\n", "zstd"),
        (zstandard.compress(b"abc")[:-2], "zstd"),
    ):
        with pytest.raises(BadBody):
            unpacked(body, encoding)
    with pytest.raises(UnknownEncoding):
        unpacked(b"", "br")
    for bomb, encoding in ((gzip.compress(bytes(2 * 10**6)), "gzip"), (zstandard.compress(bytes(2 * 10**6)), "zstd")):
        with pytest.raises(TooLarge):
            unpacked(bomb, encoding, 10**6)
    with pytest.raises(TooLarge):
        unpacked(b"plain", "", 4)


def test_snappy_says_how_large_it_is_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = bytes(cramjam.snappy.compress_raw(b"a line " * 1000))
    for body, encoding in ((packed, ""), (packed, "snappy"), (gzip.compress(packed), "gzip")):
        assert unsnapped(body, encoding) == b"a line " * 1000
    for broken in (b"", packed[:-1], b"\xff\xff\xff\xff\xff", b"a line"):
        with pytest.raises(BadBody):
            unsnapped(broken, "")
    bomb = b"\xff\xff\xff\xff\x0f" + packed[2:]  # says 4 GB
    with pytest.raises(TooLarge):
        unsnapped(bomb, "")
    monkeypatch.setattr(bodies, "MOST_AT_ONCE", 6999)
    with pytest.raises(TooLarge):
        unsnapped(packed, "snappy")


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ({"message": "a line"}, b"a line"),
        ({"log": "a line", "stream": "stdout"}, b"a line"),
        ({"message": "short", "event": {"original": "a line"}}, b"a line"),
        ({"message": "one\ntwo\r\nthree\u2028four"}, "one two three\u2028four".encode()),
        ({"message": "caf\u00e9 \ud800"}, "café ".encode() + b"\\ud800"),
        ({"user": "ann", "status": 200}, b'{"user":"ann","status":200}'),
        ({"message": 3}, b'{"message":3}'),
        ({"measurement_name": "tail", "tag": {"path": "a"}, "tail": {"value": "a line"}}, b"a line"),
        ({"measurement_name": ["tail"], "tail": {"value": 3}}, b'{"measurement_name":["tail"],"tail":{"value":3}}'),
    ],
)
def test_the_line_of_a_document(document: Any, line: bytes) -> None:
    assert protocols.line_of(document) == line


def test_bulk_answers_each_action() -> None:
    some: list[Any] = [{"create": {"_index": "logs"}}, {"message": "one"}, {"delete": {"_id": "7"}}]
    some += [{"update": {"_id": "7"}}, {"doc": {}}, {"index": {}}, {"message": "two"}]
    body = "\n".join(json.dumps(each) for each in some)
    found = [(item.action, item.index, item.line) for item in bulk(body.encode())]
    assert found == [("create", "logs", b"one"), ("delete", "", None), ("update", "", None), ("index", "", b"two")]


def test_a_bad_document_of_bulk_keeps_no_other_from_being_kept() -> None:
    documents = ('{"message": "one"}', '{"mess', "[1]", '{"log": "two"}')
    body = "".join(f'{{"create": {{}}}}\n{each}\n' for each in documents).encode()
    assert [item.line for item in bulk(body)] == [b"one", None, None, b"two"]
    assert [item.why[:16] for item in bulk(body)] == ["", "failed to parse:", "failed to parse:", ""]


@pytest.mark.parametrize("body", [b"no json\n", b'{"create": {}}\n', b"[]\n", b'{"create": {}, "index": {}}\n{}\n'])
def test_a_bulk_body_that_is_none(body: bytes) -> None:
    with pytest.raises(BadBody):
        list(bulk(body))


def test_loki() -> None:
    body = {"streams": [{"stream": {"job": "x"}, "values": [["1", "one"], ["2", "two", {"a": "b"}]]}, {"values": []}]}
    assert loki(json.dumps(body).encode()) == [b"one", b"two"]
    for wrong in ("{}", "[]", '{"streams": [{"values": [["1"]]}]}', '{"streams": [{"values": [["1", 2]]}]}', "null"):
        with pytest.raises(BadBody):
            loki(wrong.encode())


def test_loki_in_protocol_buffers_is_what_it_is_in_json() -> None:
    # As promtail writes it: labels, a time and structured metadata stand around the line.
    entries = b"".join(message(2, message(1, b"\x08\x01") + message(2, line)) for line in (b"one", b"t\nwo", b"\xff"))
    pushed = message(1, message(1, b'{job="x"}') + entries) + message(1, message(1, b"{}"))
    assert loki_protobuf(pushed) == [b"one", b"t wo", b"\xff"]
    assert loki_protobuf(LokiPush().SerializeToString()) == []
    with pytest.raises(BadBody, match="LokiPush"):
        loki_protobuf(pushed[:-1])


def message(field: int, content: bytes) -> bytes:
    """A field of Protocol Buffers that holds fewer than 128 bytes: https://protobuf.dev/programming-guides/encoding/"""
    return bytes([field << 3 | 2, len(content)]) + content


def as_protobuf(*records: LogRecord) -> bytes:
    request = OtlpRequest()
    request.resource_logs.add().scope_logs.add().log_records.extend(records)
    return request.SerializeToString()


def test_otlp() -> None:
    record = {"timeUnixNano": "1", "traceId": "5b8efff798038103d269b633813fc60c", "body": {"stringValue": "one"}}
    pairs = [{"key": "user", "value": {"stringValue": "ann"}}, {"key": "status", "value": {"intValue": "200"}}]
    structured = {"body": {"kvlistValue": {"values": [*pairs, {"key": "on", "value": {"boolValue": True}}]}}}
    listed = {"body": {"arrayValue": {"values": [{"doubleValue": 0.5}]}}}
    body = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record, {"severityNumber": 9}, structured, listed]}]}]}
    lines = [b"one", None, b'{"user":"ann","status":200,"on":true}', b"[0.5]"]
    assert otlp(json.dumps(body).encode(), as_json=True) == lines
    assert otlp(b"{}", as_json=True) == otlp(b"", as_json=False) == []
    no_value = '{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": 1}]}]}]}'
    with pytest.raises(BadBody, match="no JSON"):
        otlp(b"{", as_json=True)
    for wrong in ("[]", '{"resourceLogs": [1]}', no_value):
        with pytest.raises(BadBody, match="ExportLogsServiceRequest"):
            otlp(wrong.encode(), as_json=True)
    with pytest.raises(BadBody, match="ExportLogsServiceRequest"):
        otlp(b"\x0a\x05", as_json=False)


def test_records_of_otlp_in_protocol_buffers() -> None:
    # What Traefik 3.7 sends: the line with its end as body, and its parts as attributes.
    line = '192.0.2.7 - ann [30/Nov/2026:15:59:48 +0000] "GET / HTTP/1.1" 200 2 "-" "-" 1 "wiki@file" "http://b" 1ms\n'
    user = KeyValue(key="ClientUsername", value=AnyValue(string_value="ann"))
    traefik = LogRecord(time_unix_nano=1796054388372792124, body=AnyValue(string_value=line), attributes=[user])
    # Envoy may have no body: then its attributes are the line.
    status = KeyValue(key="status", value=AnyValue(int_value=200))
    bare = LogRecord(time_unix_nano=1796054388372792124, attributes=[user, status])
    timed = LogRecord(time_unix_nano=1, attributes=[KeyValue(key="time", value=AnyValue(bytes_value=b"\xffx"))])
    assert otlp(as_protobuf(traefik, bare, timed, LogRecord()), as_json=False) == [
        line.strip().encode(),
        b'{"ClientUsername":"ann","status":200,"time":1796054388372792124}',
        b'{"time":"\\\\xffx"}',
        None,
    ]
