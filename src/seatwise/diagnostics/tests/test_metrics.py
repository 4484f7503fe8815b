"""/metrics: who may ask, and that the numbers are those of the pages."""

import re

import pytest
from django.test import Client

from seatwise.directory.models import ApiToken, Service, User
from seatwise.licenses import contract_terms
from seatwise.licenses.tests.world import TODAY, grant

pytestmark = pytest.mark.django_db
HERE = {"host": "127.0.0.1:8000"}
LINE = re.compile(r'seatwise_[a-z_]+(\{[a-z]+="[^"\n]*"(,[a-z]+="[^"\n]*")*\})? -?[0-9.e+]+')


def token(alice: User, *scopes: str) -> str:
    return str(ApiToken.objects.add(name="p", owner=alice, scopes=scopes, days=9, by=None, on=TODAY)[1])


def test_from_this_machine_alone_or_with_the_scope(client: Client, alice: User) -> None:
    assert client.get("/metrics", headers=HERE).status_code == 200
    assert client.get("/metrics", headers={"host": "localhost"}).status_code == 200
    refused = client.get("/metrics")  # by the name of the site
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    assert client.get("/metrics", headers=HERE | {"x-forwarded-for": "127.0.0.1"}).status_code == 401
    assert client.get("/metrics", headers=HERE, REMOTE_ADDR="192.0.2.7").status_code == 401
    assert client.get("/metrics", headers=HERE, REMOTE_ADDR="").status_code == 401
    with_scope = {"authorization": f"Bearer {token(alice, 'metrics:read')}"}
    assert client.get("/metrics", headers=with_scope).status_code == 200
    without = {"authorization": f"Bearer {token(alice, 'usage:read')}"}
    assert client.get("/metrics", headers=without).status_code == 401
    client.force_login(alice)
    assert client.get("/metrics").status_code == 401
    assert client.post("/metrics", headers=HERE).status_code == 405


def test_numbers_and_no_names(client: Client, alice: User, charlie: User) -> None:
    wiki = Service.objects.add(code="wiki", name="Wiki", by=None)
    contract_terms.add(service=wiki, seats=5, by=None, on=TODAY)
    grant(wiki, charlie)
    answer = client.get("/metrics", headers=HERE)
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert [line for line in text.splitlines() if not line.startswith("#") and not LINE.fullmatch(line)] == []
    lines = text.splitlines()
    assert 'seatwise_seats{service="wiki",state="contracted"} 5' in lines
    assert 'seatwise_seats{service="wiki",state="held"} 1' in lines
    assert 'seatwise_seats{service="wiki",state="free"} 4' in lines
    assert "seatwise_clock_jumped 0" in lines
    assert not re.search("alice|charlie|example", text)


def test_an_empty_site_has_numbers_too(client: Client) -> None:
    Service.objects.add(code="wiki", name="Wiki", by=None)
    lines = client.get("/metrics", headers=HERE).content.decode().splitlines()
    assert "seatwise_open_reviews 0" in lines
    assert 'seatwise_seats{service="wiki",state="held"} 0' in lines
    assert 'seatwise_holders{service="wiki",use="used"} 0' in lines
