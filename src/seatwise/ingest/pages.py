"""The addresses to which shippers send, /ingest/SOURCE/…, for tokens with the scope logs:write."""

import functools
import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from google.protobuf import json_format

from seatwise.directory.models import User
from seatwise.directory.models.people import Role
from seatwise.directory.models.tokens import Scope
from seatwise.directory.requests import token_of
from seatwise.ingest import bodies, protocols, spool
from seatwise.ingest.messages import OtlpResponse, Status
from seatwise.ledger.models import Source
from seatwise.site.bodies import takes_files
from seatwise.site.problems import Problem, Wrong

LIMIT = 16 * 10**6  # bytes of a body as it is sent
RETRY = {"Retry-After": "30"}
# As a cluster of this version would answer, for shippers that look before they send.
CLUSTER = {
    "name": "seatwise",
    "cluster_name": "seatwise",
    "cluster_uuid": "seatwise",
    "version": {"number": "8.11.0", "build_flavor": "default", "lucene_version": "9.8.0"},
    "tagline": "You Know, for Search",
}
LICENSE = {"license": {"status": "active", "type": "basic", "uid": "seatwise"}}
JSON, PROTOBUF = "application/json", "application/x-protobuf"
PRODUCT = {"X-Elastic-Product": "Elasticsearch"}
OTLP = "/v1/logs"
View = Callable[..., HttpResponse]


class WrongType(Exception):
    """A body whose Content-Type its address does not take."""


def refused(request: HttpRequest, status: int, why: str, headers: dict[str, str] | None = None) -> HttpResponse:
    """As the API refuses, and as Elasticsearch does; as OTLP does where that came in Protocol Buffers."""
    if request.content_type == PROTOBUF and request.path.endswith(OTLP):
        body = Status(message=why).SerializeToString()
        return HttpResponse(body, status=status, content_type=PROTOBUF, headers=headers or {})
    wrong = Problem(status, Wrong(why, "", "")).body()
    error = {"error": {"type": "refused", "reason": why}, "status": status}
    return JsonResponse(wrong | error, status=status, headers=headers or {})


def receiving(view: View) -> View:
    """A view of a source that a token of an administrator may send to; what goes wrong as status and reason."""

    @csrf_exempt
    @takes_files(lambda: LIMIT)
    @functools.wraps(view)
    def guarded(request: HttpRequest, code: str, **more: str) -> HttpResponse:
        token = token_of(request)
        if token is None:
            return refused(request, 401, "send a token: Authorization: Bearer TOKEN", {"WWW-Authenticate": "Bearer"})
        owner: User = token.owner
        if Scope.WRITE_LOGS not in token.scopes or owner.role != Role.ADMINISTRATOR:
            return refused(request, 403, "the token needs the scope logs:write, and an administrator as its owner")
        source = Source.objects.of_logs().filter(code=code, retired_on=None).first()
        if source is None:
            return refused(request, 404, f"there is no source of logs {code} in use")
        try:
            return view(request, source, **more)
        except bodies.BadBody as error:
            return refused(request, 400, str(error))
        except bodies.TooLarge as error:
            return refused(request, 413, f"the body is larger than {error} bytes when it is unpacked")
        except bodies.UnknownEncoding as error:
            return refused(request, 415, f"the encoding {error} is not understood: use gzip, zstd or none")
        except WrongType:
            return refused(request, 415, f"send it as Content-Type: {JSON} or {PROTOBUF}")
        except spool.Full:
            return refused(request, 503, "there is no room now: send it again later", RETRY)

    return guarded


def packed_body(request: HttpRequest) -> tuple[bytes, str]:
    """The body as it was sent, and its Content-Encoding. Raises TooLarge."""
    body = request.read(LIMIT + 1)
    if len(body) > LIMIT:
        raise bodies.TooLarge(LIMIT)
    return body, request.headers.get("Content-Encoding", "")


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


@require_http_methods(["GET", "HEAD"])
@receiving
def license(request: HttpRequest, source: Source) -> HttpResponse:  # noqa: A001 - as Elasticsearch calls it
    return JsonResponse(LICENSE, headers=PRODUCT)


@require_http_methods(["POST", "PUT"])
@receiving
def bulk(request: HttpRequest, source: Source, index: str = "") -> HttpResponse:
    """Elasticsearch's _bulk: create and index keep a line, other actions are refused one by one."""
    items = list(protocols.bulk(bodies.unpacked(*packed_body(request))))
    spool.append(source, [item.line for item in items if item.line])
    answers = [{item.action: bulk_answer(item, item.index or index)} for item in items]
    body = {"took": 0, "errors": any(item.line is None for item in items), "items": answers}
    return HttpResponse(json.dumps(body), content_type="application/json", headers=PRODUCT)


def bulk_answer(item: protocols.BulkItem, index: str) -> dict[str, Any]:
    if item.line is None:
        error = {"type": "illegal_argument_exception", "reason": item.why}
        return {"_index": index, "status": 400, "error": error}
    return {"_index": index, "_id": "", "result": "created", "status": 201}


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
        answer.partial_success.rejected_log_records = empty
        answer.partial_success.error_message = f"{empty} of {len(lines)} records have neither a body nor attributes"
    body = json_format.MessageToJson(answer, indent=None) if as_json else answer.SerializeToString()
    return HttpResponse(body, content_type=JSON if as_json else PROTOBUF)
