"""Messages in Protocol Buffers: OTLP's from its package, and those described here that no package has."""

from typing import Any, TypeVar

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message, message_factory
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs_service

from seatwise.ingest.bodies import BadBody, parsed

OtlpRequest, OtlpResponse = logs_service.ExportLogsServiceRequest, logs_service.ExportLogsServiceResponse
M = TypeVar("M", bound=message.Message)
# What Seatwise needs of each message: a field, its number and its type; of messages there are many. Other fields are
# skipped. Sources: pkg/push/push.proto of grafana/loki; google/rpc/status.proto of googleapis.
DESCRIBED: dict[str, tuple[str, int, str]] = {
    "LokiPush": ("streams", 1, "LokiStream"),
    "LokiStream": ("entries", 2, "LokiEntry"),
    "LokiEntry": ("line", 2, "bytes"),  # a string there; here a line that is not UTF-8 spoils no other
    "Status": ("message", 2, "string"),
}
TYPES = {
    "bytes": descriptor_pb2.FieldDescriptorProto.TYPE_BYTES,
    "string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
}


def described() -> dict[str, Any]:
    """The classes of the messages described above."""
    file = descriptor_pb2.FileDescriptorProto(name="ingest.proto", package="seatwise", syntax="proto3")
    for name, (field, number, kind) in DESCRIBED.items():
        added = file.message_type.add(name=name).field.add(name=field, number=number)
        added.label = added.LABEL_OPTIONAL if kind in TYPES else added.LABEL_REPEATED
        added.type = TYPES.get(kind, added.TYPE_MESSAGE)
        if kind not in TYPES:
            added.type_name = f".seatwise.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"seatwise.{name}")) for name in DESCRIBED}


_CLASSES = described()
LokiPush, Status = _CLASSES["LokiPush"], _CLASSES["Status"]


def of_bytes(kind: type[M], body: bytes) -> M:
    """Raises BadBody."""
    try:
        return kind.FromString(body)
    except message.DecodeError as error:
        raise BadBody(f"the body is no {kind.DESCRIPTOR.name}: {error}") from None


def of_json(kind: type[M], body: bytes) -> M:
    """A message written as JSON; fields that are not known are skipped. Raises BadBody."""
    found = parsed(body)
    try:
        if not isinstance(found, dict):
            raise json_format.ParseError("no object")
        return json_format.ParseDict(found, kind(), ignore_unknown_fields=True)
    except json_format.ParseError as error:
        raise BadBody(f"the body is no {kind.DESCRIPTOR.name}: {error}") from None
