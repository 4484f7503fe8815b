"""The pages of API tokens: adding shows the secret once, revoking ends it, and only administrators change anything."""

import datetime
import re
from typing import Any

import pytest

from seatwise.audit.models import Entry
from seatwise.directory.models import ApiToken

ADD = "/administration/directory/tokens/add/"
LIST = "/administration/directory/tokens/"
TODAY = datetime.date(2026, 11, 24)
FILLED = {"name": "BI export", "owner": "alice", "days": "90", "scopes": ["usage:read"]}


def test_an_administrator_adds_a_token_and_sees_its_secret_once(client: Any, alice: Any) -> None:
    client.force_login(alice)
    assert 'value="Alice (alice)"' in client.get(ADD).content.decode()
    response = client.post(ADD, FILLED)
    [secret] = re.findall(r'value="(seatwise_[\w-]{43})"', response.content.decode())
    assert "no-store" in response["Cache-Control"]
    token = ApiToken.objects.in_force(secret, TODAY)
    assert token is not None
    assert (token.name, token.owner, token.expires_on) == ("BI export", alice, datetime.date(2027, 2, 22))
    assert token.added_by == alice
    listed = client.get(LIST).content.decode()
    assert "BI export" in listed
    assert token.shown in listed
    assert secret not in listed
    assert secret not in str(client.session.items())
    [entry] = Entry.objects.of("token")
    assert (entry.verb, entry.by) == ("token.add", alice)
    assert secret not in str(entry.content())


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"owner": "nobody"}, {"owner": "charlie"}, {"days": "0"}, {"days": "400"}, {"scopes": []}],
)
def test_what_cannot_be_is_said(client: Any, cast: dict[str, Any], wrong: dict[str, Any]) -> None:
    client.force_login(cast["alice"])
    response = client.post(ADD, FILLED | wrong)
    assert response.context["form"].errors
    assert not ApiToken.objects.exists()


def test_an_administrator_revokes_a_token(client: Any, alice: Any) -> None:
    token, secret = ApiToken.objects.add(name="x", owner=alice, scopes=["usage:read"], days=1, by=None, on=TODAY)
    client.force_login(alice)
    assert "Revoke" in client.get(LIST).content.decode()
    assert client.post(f"{LIST}{token.pk}/revocation/").status_code == 302
    assert ApiToken.objects.in_force(secret, TODAY) is None
    page = client.get(LIST).content.decode()
    assert "ended on 24 Nov 2026" in page
    again = client.post(f"{LIST}{token.pk}/revocation/", follow=True).content.decode()
    assert "is no longer valid" in again


def test_an_auditor_looks_and_changes_nothing(client: Any, cast: dict[str, Any]) -> None:
    token, secret = ApiToken.objects.add(
        name="x", owner=cast["audrey"], scopes=["usage:read"], days=1, by=None, on=TODAY
    )
    client.force_login(cast["audrey"])
    page = client.get(LIST).content.decode()
    assert token.shown in page
    assert "revocation" not in page
    assert client.get(ADD).status_code == 403
    assert client.post(f"{LIST}{token.pk}/revocation/").status_code == 403
    assert ApiToken.objects.in_force(secret, TODAY) is not None


@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_others_see_nothing_of_it(client: Any, cast: dict[str, Any], who: str) -> None:
    token, _secret = ApiToken.objects.add(
        name="BI export", owner=cast["alice"], scopes=["usage:read"], days=1, by=None, on=TODAY
    )
    client.force_login(cast[who])
    for answer in (client.get(LIST), client.get(ADD), client.post(ADD, FILLED)):
        assert answer.status_code == 403
        assert "BI export" not in answer.content.decode()
    assert ApiToken.objects.get() == token


@pytest.mark.parametrize(("text", "found"), [("", 2), ("bi", 1), ("AUDREY", 1), ("nothing", 0), ("report audrey", 1)])
def test_tokens_are_found_by_name_and_owner(client: Any, cast: dict[str, Any], text: str, found: int) -> None:
    for name, owner in (("BI", "alice"), ("Report", "audrey")):
        ApiToken.objects.add(name=name, owner=cast[owner], scopes=["usage:read"], days=1, by=None, on=TODAY)
    client.force_login(cast["alice"])
    assert len(client.get(LIST, {"text": text}).context["list"].rows) == found
    rows = b"".join(client.get(LIST, {"text": text, "format": "csv"})).splitlines()[1:]
    assert len(rows) == found
