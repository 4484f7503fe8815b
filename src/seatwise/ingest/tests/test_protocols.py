"""What shippers send, as lines."""

import gzip
import json
from typing import Any

import pytest
import zstandard

from seatwise.ingest import protocols
from seatwise.ingest.protocols import BadBody, TooLarge, UnknownEncoding, bulk, lines_of, loki, otlp, unpacked


def test_lines_with_either_end_and_without_empty_ones() -> None:
    assert lines_of(b"a\r\n\nb\n\xff") == [b"a", b"b", b"\xff"]
    assert lines_of(b"") == []


def test_bodies_are_unpacked_whole_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
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
    monkeypatch.setattr(protocols, "MOST", 10**6)
    for bomb, encoding in ((gzip.compress(bytes(2 * 10**6)), "gzip"), (zstandard.compress(bytes(2 * 10**6)), "zstd")):
        with pytest.raises(TooLarge):
            unpacked(bomb, encoding)


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ({"message": "a line"}, b"a line"),
        ({"log": "a line", "stream": "stdout"}, b"a line"),
        ({"message": "short", "event": {"original": "a line"}}, b"a line"),
        ({"message": "one\ntwo\r\nthree\u2028four"}, b"one two three four"),
        ({"message": "caf\u00e9 \ud800"}, "café ".encode() + b"\\ud800"),
        ({"user": "ann", "status": 200}, b'{"user":"ann","status":200}'),
        ({"message": 3}, b'{"message":3}'),
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


def test_otlp() -> None:
    record = {"timeUnixNano": "1", "body": {"stringValue": "one"}}
    pairs = [{"key": "user", "value": {"stringValue": "ann"}}, {"key": "status", "value": {"intValue": "200"}}]
    structured = {"body": {"kvlistValue": {"values": [*pairs, {"key": "on", "value": {"boolValue": True}}]}}}
    listed = {"body": {"arrayValue": {"values": [{"doubleValue": 0.5}]}}}
    body = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record, {"severityNumber": 9}, structured, listed]}]}]}
    assert otlp(json.dumps(body).encode()) == [b"one", b'{"user":"ann","status":200,"on":true}', b"[0.5]"]
    assert otlp(b"{}") == []
    for wrong in ("[]", '{"resourceLogs": [1]}', '{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": 1}]}]}]}'):
        with pytest.raises(BadBody):
            otlp(wrong.encode())
