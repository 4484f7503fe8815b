"""The addresses to which shippers send, /ingest/SOURCE/…, for tokens with the scope logs:write."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods
from google.protobuf import json_format

from seatwise.ingest import bodies, protocols, spool
from seatwise.ingest.elasticsearch import CLUSTER, PRODUCT
from seatwise.ingest.messages import OtlpResponse
from seatwise.ingest.receiving import JSON, PROTOBUF, WrongType, packed_body, receiving
from seatwise.ledger import lost_lines
from seatwise.ledger.models import Source


def is_json(request: HttpRequest) -> bool:
    """Whether a body is JSON, or else Protocol Buffers. Raises WrongType."""
    kind = request.content_type or JSON
    if kind not in (JSON, PROTOBUF):
        raise WrongType
    return kind == JSON


@require_http_methods(["GET", "HEAD", "POST"])
@receiving
def lines(request: HttpRequest, source: Source) -> HttpResponse:
    """Lines of a log, or JSON in lines. Asked with GET, it answers as Elasticsearch does."""
    if request.method != "POST":
        return JsonResponse(CLUSTER, headers=PRODUCT)
    spool.append(source, protocols.lines_of(bodies.unpacked(*packed_body(request))))
    return HttpResponse(status=204)


@require_http_methods(["POST"])
@receiving
def heartbeat(request: HttpRequest, source: Source) -> HttpResponse:
    """The sender is there, and everything it saw until now has been sent. What the body says does not matter."""
    spool.note_heartbeat(source)
    return HttpResponse(status=204)


@require_http_methods(["POST"])
@receiving
def loki(request: HttpRequest, source: Source) -> HttpResponse:
    if is_json(request):
        lines = protocols.loki(bodies.unpacked(*packed_body(request), bodies.MOST_AT_ONCE))
    else:
        lines = protocols.loki_protobuf(bodies.unsnapped(*packed_body(request)))
    spool.append(source, lines)
    return HttpResponse(status=204)


@require_http_methods(["POST"])
@receiving
def otlp(request: HttpRequest, source: Source) -> HttpResponse:
    """Answered as it was asked, in JSON or Protocol Buffers."""
    as_json = is_json(request)
    lines = protocols.otlp(bodies.unpacked(*packed_body(request), bodies.MOST_AT_ONCE), as_json=as_json)
    spool.append(source, [line for line in lines if line])
    answer = OtlpResponse()
    if empty := sum(not line for line in lines):
        lost_lines.count(source, {"refused": empty})
        answer.partial_success.rejected_log_records = empty
        answer.partial_success.error_message = f"{empty} of {len(lines)} records have neither a body nor attributes"
    body = json_format.MessageToJson(answer, indent=None) if as_json else answer.SerializeToString()
    return HttpResponse(body, content_type=JSON if as_json else PROTOBUF)
