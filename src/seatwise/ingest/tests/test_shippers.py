"""What shippers ask an Elasticsearch before they send, in their order, and how they look at the answers.

Written down from their sources (the versions stand below); `tools/shippers` sends with those that can be installed.
"""

import base64
import gzip
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from seatwise.directory.models import User
from seatwise.ingest import spool
from seatwise.ingest.tests.test_receiving import SOME
from seatwise.ingest.tests.tokens import token
from seatwise.ledger.models import LogImport, Source

pytestmark = pytest.mark.django_db
LINE = SOME[0].decode().rstrip("\n")
NAME = "filebeat-8.11.0"


@dataclass
class Asked:
    """A request of a shipper, and what its answer has to hold for it to go on."""

    what: str
    holds: dict[str, Any] = field(default_factory=dict)
    body: bytes = b""


def documents(*pairs: Any) -> bytes:
    return "".join(f"{json.dumps(each, separators=(',', ':'))}\n" for each in pairs).encode()


VERSION = {"version.number": "8.11.0"}
KEPT = {"errors": False, "items.0.create.status": 201}
CONVERSATIONS = {
    # libbeat 8.11: eslegclient, licenser, idxmgmt/lifecycle, template; with setup.template and setup.ilm as they are
    "Filebeat": [
        Asked("GET ", VERSION),
        Asked("GET /_license?human=false", {"license.status": "active", "license.type": "basic"}),
        Asked("GET /_ilm/policy/filebeat"),
        Asked(f"HEAD /_index_template/{NAME}"),
        Asked(f"PUT /_index_template/{NAME}", {"acknowledged": True}, b'{"template": {}}'),  # setup.template.overwrite
        Asked(f"GET /_data_stream/{NAME}"),
        Asked("GET /_ingest/pipeline/filebeat-8.11.0-nginx-access-pipeline"),
        Asked(
            "POST /_bulk?filter_path=errors%2Citems.%2A.error%2Citems.%2A.status",
            KEPT,
            documents(
                {"create": {"_index": NAME}},
                {"@timestamp": "2026-11-20T08:00:00Z", "message": LINE, "log": {"offset": 0, "file": {"path": "a"}}},
            ),
        ),
    ],
    # libbeat 7.17 asks _xpack for ILM, and makes an alias where there is none
    "Filebeat 7": [
        Asked("GET /", VERSION),
        Asked("GET /_license?human=false", {"license.status": "active"}),
        Asked("GET /_xpack", {"features.ilm.enabled": False, "features.ilm.available": False}),
        Asked("HEAD /_template/filebeat-7.17.0"),
        Asked("HEAD /_alias/filebeat-7.17.0"),
        Asked("POST /_bulk", KEPT, documents({"create": {"_index": "filebeat"}}, {"message": LINE})),
    ],
    # logstash-output-elasticsearch 11.22: http_client/pool.rb, template_manager.rb, ilm.rb
    "Logstash": [
        Asked("HEAD /"),
        Asked("GET /_license", {"license.status": "active"}),
        Asked("GET /", VERSION | {"version.build_flavor": "default", "tagline": "You Know, for Search"}),
        Asked("HEAD /_index_template/ecs-logstash"),
        Asked("HEAD /_alias/logstash"),
        Asked("HEAD /_ilm/policy/logstash-policy"),
        Asked(
            "POST /_bulk?filter_path=errors,items.*.error,items.*.status",
            {"errors": False, "items.0.index.status": 201},
            documents(
                {"index": {"_id": None, "_index": "logstash", "routing": None}},
                {"@version": "1", "event": {"original": LINE}, "message": "what a filter made of it"},
            ),
        ),
    ],
    # fluent-plugin-elasticsearch 5.4: out_elasticsearch.rb, elasticsearch_index_template.rb; elasticsearch-ruby 8
    "Fluentd": [
        Asked("GET /", VERSION | {"tagline": "You Know, for Search"}),
        Asked("GET /_index_template/wiki"),
        Asked("HEAD /_alias/wiki"),
        Asked("GET /_ilm/policy/logstash-policy"),
        Asked(
            "POST /_bulk",
            {"errors": False, "items.0.index.status": 201},
            documents({"index": {"_index": "fluentd"}}, {"message": LINE, "@timestamp": "2026-11-20T08:00:00Z"}),
        ),
    ],
    # sinks/elasticsearch of vector 0.34: common.rs, health.rs; retries unless "errors":true is not in the answer
    "Vector": [
        Asked("GET /_cluster/health", {"status": "green"}),
        Asked("GET /", VERSION),
        Asked(
            "POST /_bulk?timeout=60s",
            KEPT,
            documents({"create": {"_index": "vector-2026.11.20", "_type": "_doc"}}, {"file": "a", "message": LINE}),
        ),
    ],
    # outputs/elasticsearch of telegraf 1.28 and olivere/elastic: input tail with data_format "value"
    "Telegraf": [
        Asked("HEAD "),
        Asked("GET /", VERSION),
        Asked("HEAD /_template/telegraf"),
        Asked("PUT /_template/telegraf", {"acknowledged": True}, b'{"index_patterns": ["telegraf-*"]}'),
        Asked(
            "POST /_bulk",
            {"errors": False, "items.0.index.status": 201},
            documents(
                {"index": {"_index": "telegraf-2026.11.20"}},
                {"@timestamp": "2026-11-20T08:00:00Z", "measurement_name": "tail", "tag": {}, "tail": {"value": LINE}},
            ),
        ),
    ],
    # plugins/out_es of fluent-bit 2.1 asks nothing
    "Fluent Bit": [
        Asked(
            "POST /_bulk",
            KEPT,
            documents({"create": {"_index": "fluent-bit"}}, {"@timestamp": "2026-11-20T08:00:00Z", "log": LINE}),
        ),
    ],
}


@pytest.mark.parametrize("shipper", CONVERSATIONS)
def test_a_shipper_finds_what_it_looks_for_and_its_line_is_kept(
    client: Client,
    source: Source,
    alice: User,
    shipper: str,
) -> None:
    headers = {"authorization": f"Bearer {token(alice, 'logs:write')}", "content-encoding": "gzip"}
    for asked in CONVERSATIONS[shipper]:
        method, _space, address = asked.what.partition(" ")
        body = gzip.compress(asked.body) if asked.body else b""
        answer = client.generic(method, f"/ingest/log{address}", body, "application/json", headers=headers)
        assert (answer.status_code, answer["X-Elastic-Product"]) == (200, "Elasticsearch"), asked.what
        for name, value in asked.holds.items():
            assert value_at(answer.json(), name) == value, (asked.what, name)
    assert b'"errors":false' in answer.content, "as Vector and Fluent Bit look for it"
    assert [path.read_bytes() for path in spool.folder_of(source).iterdir()] == [SOME[0]]
    assert not LogImport.objects.exists()


def value_at(found: Any, name: str) -> Any:
    for part in name.split("."):
        found = found[int(part)] if part.isdecimal() else found[part]
    return found


def test_what_is_not_known_is_refused_and_nothing_is_kept(client: Client, source: Source, alice: User) -> None:
    headers = {"authorization": f"Bearer {token(alice, 'logs:write')}"}
    for method, address in (("GET", "_search"), ("POST", "_search"), ("PUT", "_license"), ("GET", "_cat/indices")):
        answer = client.generic(method, f"/ingest/log/{address}", b"{}", "application/json", headers=headers)
        assert answer.status_code == 404
    assert client.delete("/ingest/log/_template/x", headers=headers).status_code == 405
    assert client.get("/ingest/log/_template/x").status_code == 401
    assert not spool.folder_of(source).exists()


def test_the_token_as_password_or_key(client: Client, source: Source, alice: User) -> None:
    secret = token(alice, "logs:write")
    pair = base64.b64encode(f"anything:{secret}".encode()).decode()
    for header in (f"Basic {pair}", f"ApiKey {pair}", f"ApiKey {secret}", f"bearer {secret}"):
        assert client.get("/ingest/log/", headers={"authorization": header}).status_code == 200, header
    wrong = base64.b64encode(f"{secret}:x".encode()).decode()
    for header in (f"Basic {wrong}", f"Digest {secret}", "Basic", "ApiKey é", ""):
        assert client.get("/ingest/log/", headers={"authorization": header}).status_code == 401, header
