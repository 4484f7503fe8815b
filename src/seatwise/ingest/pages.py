"""The addresses to which shippers send, /ingest/SOURCE/…, for tokens with the scope logs:write."""

import functools
import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from seatwise.directory.models import User
from seatwise.directory.models.people import Role
from seatwise.directory.models.tokens import Scope
from seatwise.directory.requests import token_of
from seatwise.ingest import protocols, spool
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
PRODUCT = {"X-Elastic-Product": "Elasticsearch"}
View = Callable[..., HttpResponse]


def refused(status: int, why: str, headers: dict[str, str] | None = None) -> HttpResponse:
    """As the API refuses, and as Elasticsearch does."""
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
            return refused(401, "send a token: Authorization: Bearer TOKEN", {"WWW-Authenticate": "Bearer"})
        owner: User = token.owner
        if Scope.WRITE_LOGS not in token.scopes or owner.role != Role.ADMINISTRATOR:
            return refused(403, "the token needs the scope logs:write, and an administrator as its owner")
        source = Source.objects.of_logs().filter(code=code, retired_on=None).first()
        if source is None:
            return refused(404, f"there is no source of logs {code} in use")
        try:
            return view(request, source, **more)
        except protocols.BadBody as error:
            return refused(400, str(error))
        except protocols.TooLarge:
            return refused(413, f"the body is larger than {protocols.MOST} bytes when it is unpacked")
        except protocols.UnknownEncoding as error:
            return refused(415, f"the encoding {error} is not understood: use gzip, zstd or none")
        except spool.Full:
            return refused(503, "there is no room now: send it again later", RETRY)

    return guarded


def body_of(request: HttpRequest) -> bytes:
    """The body, unpacked. Raises BadBody, TooLarge, UnknownEncoding."""
    body = request.read(LIMIT + 1)
    if len(body) > LIMIT:
        raise protocols.TooLarge
    return protocols.unpacked(body, request.headers.get("Content-Encoding", ""))


def needs_json(request: HttpRequest) -> HttpResponse | None:
    if (request.content_type or "application/json") != "application/json":
        return refused(415, "send it as JSON: Content-Type: application/json")
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@receiving
def lines(request: HttpRequest, source: Source) -> HttpResponse:
    """Lines of a log, or JSON in lines. Asked with GET, it answers as Elasticsearch does."""
    if request.method != "POST":
        return JsonResponse(CLUSTER, headers=PRODUCT)
    spool.append(source, protocols.lines_of(body_of(request)))
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD"])
@receiving
def license(request: HttpRequest, source: Source) -> HttpResponse:  # noqa: A001 - as Elasticsearch calls it
    return JsonResponse(LICENSE, headers=PRODUCT)


@require_http_methods(["POST", "PUT"])
@receiving
def bulk(request: HttpRequest, source: Source, index: str = "") -> HttpResponse:
    """Elasticsearch's _bulk: create and index keep a line, other actions are refused one by one."""
    items = list(protocols.bulk(body_of(request)))
    spool.append(source, [item.line for item in items if item.line])
    answers = [{item.action: bulk_answer(item, item.index or index)} for item in items]
    body = {"took": 0, "errors": any(item.line is None for item in items), "items": answers}
    return HttpResponse(json.dumps(body), content_type="application/json", headers=PRODUCT)


def bulk_answer(item: protocols.BulkItem, index: str) -> dict[str, Any]:
    if item.line is None:
        error = {"type": "illegal_argument_exception", "reason": f"{item.action} is not possible here"}
        return {"_index": index, "status": 400, "error": error}
    return {"_index": index, "_id": "", "result": "created", "status": 201}


@require_http_methods(["POST"])
@receiving
def loki(request: HttpRequest, source: Source) -> HttpResponse:
    if wrong := needs_json(request):
        return wrong
    spool.append(source, protocols.loki(body_of(request)))
    return HttpResponse(status=204)


@require_http_methods(["POST"])
@receiving
def otlp(request: HttpRequest, source: Source) -> HttpResponse:
    if wrong := needs_json(request):
        return wrong
    spool.append(source, protocols.otlp(body_of(request)))
    return JsonResponse({"partialSuccess": {}})
