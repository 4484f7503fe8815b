"""Sign-ins of identity providers: who signed in, to what, and what is none."""

import json
from pathlib import Path
from typing import Any

import pytest

from seatwise.logs.notices import InputCode
from seatwise.logs.rules import Rules
from seatwise.logs.tests.samples import dates
from seatwise.logs.tests.test_events import read_text, reasons

DAY = "2026-10-10"


def authentik(action: str, user: str, **context: Any) -> Any:
    return {
        "action": action,
        "client_ip": "192.0.2.7",
        "context": context,
        "event": "Created Event",
        "level": "info",
        "logger": "authentik.events.models",
        "timestamp": f"{DAY}T13:55:36.123456",
        "user": {"email": f"{user}@example.com", "pk": 7, "username": user},
    }


def entra(user: str, code: int) -> Any:
    status = {"errorCode": code, "failureReason": "Other."}
    return {
        "id": "66ea54eb",
        "createdDateTime": f"{DAY}T13:55:36Z",
        "userDisplayName": "Ann",
        "userPrincipalName": user,
        "appDisplayName": "Wiki",
        "status": status,
    }


def okta(kind: str, user: str, result: str = "SUCCESS", actor: str = "User", app: str = "Wiki") -> Any:
    target = [{"type": "AppInstance", "displayName": app}, {"type": "AppUser", "displayName": "x"}]
    return {
        "actor": {"id": "00u", "type": actor, "alternateId": user, "displayName": "A"},
        "eventType": kind,
        "outcome": {"result": result},
        "published": f"{DAY}T13:55:36.123Z",
        "target": target,
        "uuid": "dc9fd3c0",
    }


def google(name: str, user: str, application: str = "login", *parameters: Any) -> Any:
    return {
        "kind": "admin#reports#activity",
        "id": {"time": f"{DAY}T13:55:36.123Z", "uniqueQualifier": "1", "applicationName": application},
        "actor": {"email": user, "profileId": "1"},
        "events": [{"type": "login", "name": name, "parameters": list(parameters)}],
    }


WIKI = {"name": "application_name", "value": "Wiki"}
PROVIDERS = {
    "authentik": [
        authentik("login", "ann", auth_method="password"),
        authentik("authorize_application", "ben", authorized_application={"name": "Wiki", "app": "x"}),
        authentik("login_failed", "AnonymousUser", username="eve"),
        authentik("logout", "mallory"),
        {"event": "/api/v3/", "logger": "authentik.asgi", "timestamp": f"{DAY}T13:55:36", "user": "mallory"},
    ],
    "Entra": [
        entra("ann", 0),
        {"time": "x", "category": "NonInteractiveUserSignInLogs", "properties": entra("ben", 0)},
        entra("eve", 50126),
    ],
    "Okta": [
        okta("user.session.start", "ann"),
        okta("user.authentication.sso", "ben"),
        okta("user.session.start", "eve", "FAILURE"),
        okta("user.session.end", "mallory"),
        okta("user.session.start", "system@okta.com", actor="SystemPrincipal"),
    ],
    "Google": [
        google("login_success", "ann"),
        google("login_success", "ben", "saml", WIKI, {"name": "orgunit_path", "value": "/"}),
        google("login_failure", "eve"),
        google("logout", "mallory"),
    ],
    "oauth2-proxy": [
        f"192.0.2.7:55370 - 0e6d53d6 - ann [{DAY.replace('-', '/')} 13:55:36] [AuthSuccess] Authenticated: x",
        f"192.0.2.7 - ben [{DAY.replace('-', '/')} 13:55:36] [AuthSuccess] Authenticated via HtpasswdFile",
        f"192.0.2.7 - 0e6d53d6 - eve [{DAY.replace('-', '/')} 13:55:36] [AuthFailure] Invalid authentication",
    ],
}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("form", ["auto", "sign-ins"])
def test_who_signed_in(provider: str, form: str, tmp_path: Path) -> None:
    lines = [each if isinstance(each, str) else json.dumps(each) for each in PROVIDERS[provider]]
    facts = read_text(tmp_path, "\n".join(lines), format=form)
    assert dates(facts) == {"ann": [DAY], "ben": [DAY]}
    found = reasons(facts)
    assert (found["access"], found["failed"], sum(found.values())) == (2, 1, len(lines))
    assert [notice.code for notice in facts.account.said] == [InputCode.SIGN_INS]


@pytest.mark.parametrize("provider", ["authentik", "Okta", "Google"])
def test_to_what_somebody_signed_in_is_a_path(provider: str, tmp_path: Path) -> None:
    lines = [json.dumps(each) for each in PROVIDERS[provider]]
    wiki = read_text(tmp_path, "\n".join(lines), rules=Rules(screens=("/Wiki/",)))
    assert "ben" in dates(wiki)
    assert ("ann" in dates(wiki)) == (provider == "Okta")


def test_an_export_may_be_one_array_over_several_lines(tmp_path: Path) -> None:
    assert list(dates(read_text(tmp_path, json.dumps(PROVIDERS["Entra"], indent=2)))) == ["ann", "ben"]


@pytest.mark.parametrize(
    "odd",
    [
        {"published": None, "eventType": "user.session.start"},
        {"status": {"errorCode": "0"}, "createdDateTime": f"{DAY}T13:55:36Z", "userPrincipalName": "ann"},
        {"category": "SignInLogs", "properties": None},
        {"id": {"applicationName": "login"}, "events": {"name": "login_success"}},
        {"logger": None, "event": "Created Event", "action": "login"},
    ],
)
def test_what_is_not_quite_an_event_is_malformed(odd: Any, tmp_path: Path) -> None:
    lines = [*PROVIDERS["Okta"], *PROVIDERS["Okta"], *PROVIDERS["Okta"], odd]
    facts = read_text(tmp_path, "\n".join(map(json.dumps, lines)), format="sign-ins")
    assert reasons(facts)["malformed"] == 1
