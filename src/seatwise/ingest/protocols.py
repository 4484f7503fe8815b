"""What shippers send, as lines of a log.

Elasticsearch's bulk API: https://www.elastic.co/guide/en/elasticsearch/reference/8.11/docs-bulk.html
Loki's push API: https://grafana.com/docs/loki/latest/reference/loki-http-api/
OTLP/HTTP logs as JSON: https://opentelemetry.io/docs/specs/otlp/
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from seatwise.logs.inputs import unpack, unpack_errors, why_not

MOST = 64 * 10**6  # bytes of a body when it is unpacked
ACTIONS = ("create", "index")
ENCODINGS = {"gzip": "gzip", "x-gzip": "gzip", "zstd": "zstd"}
MESSAGES = ("message", "log", "body")  # where shippers put the line that they read


class BadBody(Exception):
    """A body that is not what its address takes. The message says why."""


class TooLarge(Exception):
    """A body that is too large when it is unpacked."""


class UnknownEncoding(Exception):
    """A body that is packed in a way that is not understood."""


@dataclass(frozen=True)
class BulkItem:
    """An action of a bulk request: what it is called, the index it names, and the line; None where it is no line."""

    action: str
    index: str
    line: bytes | None


def unpacked(body: bytes, encoding: str) -> bytes:
    """A body without its Content-Encoding. Raises BadBody, TooLarge, UnknownEncoding."""
    kind = encoding.strip().lower()
    if kind in ("", "identity"):
        return body
    if kind not in ENCODINGS:
        raise UnknownEncoding(kind)
    found, buffer = bytearray(), bytearray(1 << 20)
    try:
        stream = unpack(io.BytesIO(body), ENCODINGS[kind])
        while got := stream.readinto(memoryview(buffer)):
            found += buffer[:got]
            if len(found) > MOST:
                raise TooLarge
    except unpack_errors() as error:
        raise BadBody(f"the body is no {kind}, or not all of it: {why_not(error)}") from None
    return bytes(found)


def lines_of(body: bytes) -> list[bytes]:
    """Plain lines, or JSON in lines."""
    return [line for line in (each.rstrip(b"\r") for each in body.split(b"\n")) if line]


def one_line(text: str) -> bytes:
    """A text as one line, so that no line of a log can be invented within another."""
    return " ".join(text.splitlines()).encode("utf-8", "backslashreplace")


def line_of(document: Any) -> bytes:
    """The line that a shipper read, or all of what it made of it, as JSON."""
    if isinstance(document, dict):
        original = document.get("event")
        if isinstance(original, dict) and isinstance(original.get("original"), str):
            return one_line(original["original"])
        for name in MESSAGES:
            if isinstance(document.get(name), str):
                return one_line(document[name])
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadBody(f"the body is no JSON: {error}") from None


def bulk(body: bytes) -> Iterator[BulkItem]:
    """The actions of a bulk request, in order. Raises BadBody."""
    lines = iter(lines_of(body))
    for number, line in enumerate(lines, 1):
        action = parsed(line)
        if not isinstance(action, dict) or len(action) != 1:
            raise BadBody(f"action {number} is not one of create, index, update, delete")
        [(name, about)] = action.items()
        index = str(about.get("_index", "")) if isinstance(about, dict) else ""
        if name == "delete":
            yield BulkItem(name, index, None)
            continue
        document = next(lines, None)
        if document is None:
            raise BadBody("the last action has no document")
        yield BulkItem(name, index, line_of(parsed(document)) if name in ACTIONS else None)


def loki(body: bytes) -> list[bytes]:
    """The lines of a push, in the order of their streams. Raises BadBody."""
    found = parsed(body)
    try:
        return [one_line(value[1]) for stream in found["streams"] for value in stream["values"]]
    except (KeyError, IndexError, TypeError, AttributeError):
        raise BadBody('the body is not {"streams": [{"stream": {…}, "values": [["TIME", "LINE"], …]}]}') from None


def otlp(body: bytes) -> list[bytes]:
    """The bodies of log records: texts as they are, others as JSON. Raises BadBody."""
    found = parsed(body)
    try:
        records = [
            record
            for resource in found.get("resourceLogs", [])
            for scope in resource.get("scopeLogs", [])
            for record in scope.get("logRecords", [])
        ]
        values = [plain(record["body"]) for record in records if record.get("body")]
    except (KeyError, TypeError, AttributeError):
        raise BadBody("the body is no ExportLogsServiceRequest") from None
    return [one_line(value) if isinstance(value, str) else line_of(value) for value in values]


def plain(value: Any) -> Any:
    """An AnyValue of OTLP as plain JSON has it."""
    [(kind, content)] = value.items()
    if kind == "kvlistValue":
        return {each["key"]: plain(each["value"]) for each in content.get("values", []) if each.get("value")}
    if kind == "arrayValue":
        return [plain(each) for each in content.get("values", [])]
    return int(content) if kind == "intValue" else content
