"""What Seatwise answers to shippers that take it for Elasticsearch 8.11: enough for them to send, and no more.

Templates, policies and the like that they look for are there, so that few try to make them; what they make is not kept.
What they ask is in their sources: libbeat of elastic/beats, http_client of logstash-output-elasticsearch,
out_elasticsearch of fluent-plugin-elasticsearch, sinks/elasticsearch of vector, outputs/elasticsearch of
telegraf. The bulk API: https://www.elastic.co/guide/en/elasticsearch/reference/8.11/docs-bulk.html
"""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from seatwise.ingest import bodies, protocols, spool
from seatwise.ingest.receiving import packed_body, receiving, refused
from seatwise.ledger import lost_lines
from seatwise.ledger.models import Source

PRODUCT = {"X-Elastic-Product": "Elasticsearch"}
CLUSTER = {
    "name": "seatwise",
    "cluster_name": "seatwise",
    "cluster_uuid": "seatwise",
    "version": {"number": "8.11.0", "build_flavor": "default", "lucene_version": "9.8.0"},
    "tagline": "You Know, for Search",
}
LICENSE = {"status": "active", "type": "basic", "mode": "basic", "uid": "seatwise"}
ANSWERS: dict[str, dict[str, Any]] = {
    "license": {"license": LICENSE},
    "xpack": {"license": LICENSE, "features": {"ilm": {"available": False, "enabled": False}}},
    "cluster/health": {"cluster_name": "seatwise", "status": "green", "timed_out": False},
}
ARRANGEMENTS = (
    "template",
    "index_template",
    "component_template",
    "ilm/policy",
    "alias",
    "data_stream",
    "ingest/pipeline",
)


@require_http_methods(["GET", "HEAD", "PUT", "POST"])
@receiving
def arrangement(request: HttpRequest, source: Source, about: str) -> HttpResponse:
    """What is asked or arranged under addresses that begin with _."""
    if about in ANSWERS and request.method in ("GET", "HEAD"):
        return JsonResponse(ANSWERS[about], headers=PRODUCT)
    if not about.startswith(tuple(f"{each}/" for each in ARRANGEMENTS)):
        return refused(request, 404, f"Seatwise takes log lines here, and knows no _{about}", PRODUCT)
    is_asked = request.method in ("GET", "HEAD")
    return JsonResponse({} if is_asked else {"acknowledged": True}, headers=PRODUCT)


@require_http_methods(["POST", "PUT"])
@receiving
def bulk(request: HttpRequest, source: Source, index: str = "") -> HttpResponse:
    """Create and index keep a line; other actions, and documents that are none, are refused one by one."""
    items = list(protocols.bulk(bodies.unpacked(*packed_body(request))))
    spool.append(source, [item.line for item in items if item.line])
    lost_lines.count(source, {"refused": sum(item.line is None for item in items)})
    answers = [{item.action: bulk_answer(item, item.index or index)} for item in items]
    body = {"took": 0, "errors": any(item.line is None for item in items), "items": answers}
    compact = json.dumps(body, separators=(",", ":"))  # as Vector and Fluent Bit look for "errors":true
    return HttpResponse(compact, content_type="application/json", headers=PRODUCT)


def bulk_answer(item: protocols.BulkItem, index: str) -> dict[str, Any]:
    if item.line is None:
        error = {"type": "illegal_argument_exception", "reason": item.why}
        return {"_index": index, "status": 400, "error": error}
    return {"_index": index, "_id": "", "result": "created", "status": 201}
