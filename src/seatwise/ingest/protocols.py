"""What shippers send, as lines of a log.

Elasticsearch's bulk API: https://www.elastic.co/guide/en/elasticsearch/reference/8.11/docs-bulk.html
Loki's push API: https://grafana.com/docs/loki/latest/reference/loki-http-api/
OTLP/HTTP logs: https://opentelemetry.io/docs/specs/otlp/
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from seatwise.ingest.bodies import BadBody, parsed
from seatwise.ingest.messages import LokiPush, OtlpRequest, of_bytes, of_json

ACTIONS = ("create", "index")
MESSAGES = ("message", "log", "body")  # where shippers put the line that they read


@dataclass(frozen=True)
class BulkItem:
    """An action of a bulk request: what it is called, the index it names, and its line, or why it has none."""

    action: str
    index: str
    line: bytes | None
    why: str = ""


def lines_of(body: bytes) -> list[bytes]:
    """Plain lines, or JSON in lines."""
    return [line for line in (each.rstrip(b"\r") for each in body.split(b"\n")) if line]


def one_line(text: str | bytes) -> bytes:
    """A text as one line, so that no line of a log can be invented within another."""
    data = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
    return b" ".join(data.splitlines())


def line_of(document: Any) -> bytes:
    """The line that a shipper read, or all of what it made of it, as JSON."""
    if isinstance(document, dict):
        original = document.get("event")
        if isinstance(original, dict) and isinstance(original.get("original"), str):
            return one_line(original["original"])
        for name in MESSAGES:
            if isinstance(document.get(name), str):
                return one_line(document[name])
        measured = document.get(str(document.get("measurement_name")))
        if isinstance(measured, dict) and isinstance(measured.get("value"), str):  # Telegraf's
            return one_line(measured["value"])
    return as_json(document)


def as_json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


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
            yield impossible(name, index)
            continue
        document = next(lines, None)
        if document is None:
            raise BadBody("the last action has no document")
        yield item_of(name, index, document)


def item_of(action: str, index: str, document: bytes) -> BulkItem:
    """An action with its document. One that is wrong keeps no other from being kept."""
    if action not in ACTIONS:
        return impossible(action, index)
    try:
        found = parsed(document)
    except BadBody as error:
        return BulkItem(action, index, None, f"failed to parse: {error}")
    if not isinstance(found, dict):
        return BulkItem(action, index, None, "failed to parse: the document is no object")
    return BulkItem(action, index, line_of(found))


def impossible(action: str, index: str) -> BulkItem:
    return BulkItem(action, index, None, f"{action} is not possible here")


def loki(body: bytes) -> list[bytes]:
    """The lines of a push in JSON, in the order of their streams. Raises BadBody."""
    found = parsed(body)
    try:
        return [one_line(value[1]) for stream in found["streams"] for value in stream["values"]]
    except (KeyError, IndexError, TypeError, AttributeError):
        raise BadBody('the body is not {"streams": [{"stream": {…}, "values": [["TIME", "LINE"], …]}]}') from None


def loki_protobuf(body: bytes) -> list[bytes]:
    """The lines of a push in Protocol Buffers. Raises BadBody."""
    streams = of_bytes(LokiPush, body).streams
    return [one_line(entry.line) for each in streams for entry in each.entries]


def otlp(body: bytes, *, as_json: bool) -> list[bytes | None]:
    """The line of each log record, or None where it says nothing. Raises BadBody."""
    request = (of_json if as_json else of_bytes)(OtlpRequest, body)
    return [
        line_of_record(record)
        for resource in request.resource_logs
        for scope in resource.scope_logs
        for record in scope.log_records
    ]


def line_of_record(record: LogRecord) -> bytes | None:
    """Its body, or, where that is empty, its attributes as JSON, with its time as `time` if they have none so named."""
    body = plain(record.body)
    if isinstance(body, str) and body:
        return one_line(body)
    if body not in (None, ""):
        return line_of(body)
    attributes = {each.key: plain(each.value) for each in record.attributes}
    if not attributes:
        return None
    if nanoseconds := record.time_unix_nano or record.observed_time_unix_nano:
        attributes.setdefault("time", nanoseconds)
    return as_json(attributes)


def plain(value: AnyValue) -> Any:
    """As plain JSON has it."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "kvlist_value":
        return {each.key: plain(each.value) for each in value.kvlist_value.values}
    if kind == "array_value":
        return [plain(each) for each in value.array_value.values]
    content = getattr(value, kind)
    return content.decode("utf-8", "backslashreplace") if isinstance(content, bytes) else content
