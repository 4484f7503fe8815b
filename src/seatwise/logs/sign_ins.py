"""Events of identity providers, written as JSON that says who signed in, when, to what and how it ended.

Sources: authentik events/models.py (its log as JSON); Microsoft Graph signIn and Azure Monitor SignInLogs; Okta System
Log API, LogEvent; Google Workspace Reports API, activities of login and saml; oauth2-proxy "Auth Log Format".
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from seatwise.logs.events import object_in

_PROXY = re.compile(
    rb"(?P<client>\S+) - (?:\S+ - )?(?P<user>.*?) \[(?P<time>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)\] "
    rb"\[Auth(?P<status>Success|Failure|Error)\] .*"
)
Event = Mapping[str, object]


def of_sign_in(line: bytes) -> Event | None:
    """A line of one of these providers; None where it is of none."""
    if found := _PROXY.fullmatch(line):
        return of_oauth2_proxy(found)
    event = object_in(line)
    if event is None:
        return None
    return next((known for made in PROVIDERS if (known := made(event)) is not None), None)


def sign_in(time: object, user: object, to: object, *, kind: str = "", ok: bool = True) -> Event:
    """An event: a sign-in to something, or, where it has a kind, something else. The path is /what/."""
    from urllib.parse import quote  # noqa: PLC0415 - slow to import, and hardly ever needed

    return {
        "time": time,
        "user": user if isinstance(user, str) else "",
        "sign_in_method": kind or "POST",
        "sign_in_to": f"/{quote(to)}/" if isinstance(to, str) and to else "/",
        "status": 200 if ok else 401,
    }


def within(event: Event, *names: str) -> Any:
    """What stands below these names, or None."""
    found: Any = event
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def of_oauth2_proxy(found: re.Match[bytes]) -> Event:
    time, user = (found[name].decode("utf-8", "surrogateescape") for name in ("time", "user"))
    return sign_in(time, user, "", ok=found["status"] == b"Success")


def of_authentik(event: Event) -> Event | None:
    if not str(event.get("logger", "")).startswith("authentik"):
        return None
    time, action = event.get("timestamp"), event.get("action")
    if str(event.get("event")).lower() != "created event" or not isinstance(action, str):
        return sign_in(time, "", "")  # nobody, but something was logged then
    if action == "login_failed":
        return sign_in(time, within(event, "context", "username"), "", ok=False)
    kind = "" if action in ("login", "authorize_application") else action.upper()
    to = within(event, "context", "authorized_application", "name")
    return sign_in(time, within(event, "user", "username"), to, kind=kind)


def of_entra(event: Event) -> Event | None:
    about = within(event, "properties") if str(event.get("category", "")).endswith("SignInLogs") else event
    if not isinstance(about, dict) or not isinstance(code := within(about, "status", "errorCode"), int):
        return None
    user, time = about.get("userPrincipalName"), about.get("createdDateTime")
    return sign_in(time, user, about.get("appDisplayName"), ok=code == 0) if time else None


def of_okta(event: Event) -> Event | None:
    kind, time = event.get("eventType"), event.get("published")
    if not isinstance(kind, str) or time is None:
        return None
    targets = event.get("target")
    apps = [each for each in targets if within(each, "type") == "AppInstance"] if isinstance(targets, list) else []
    is_sign_in = kind in ("user.session.start", "user.authentication.sso")
    return sign_in(
        time,
        within(event, "actor", "alternateId") if within(event, "actor", "type") == "User" else "",
        apps[0].get("displayName") if apps else "",
        kind="" if is_sign_in else "EVENT",
        ok=within(event, "outcome", "result") in ("SUCCESS", "ALLOW"),
    )


def of_google(event: Event) -> Event | None:
    time, happened = within(event, "id", "time"), event.get("events")
    if within(event, "id", "applicationName") not in ("login", "saml") or not isinstance(happened, list):
        return None
    names = [within(each, "name") for each in happened]
    said = [part for each in happened for part in within(each, "parameters") or [] if isinstance(part, dict)]
    to = next((part.get("value") for part in said if part.get("name") == "application_name"), "")
    is_sign_in = any(name in ("login_success", "login_failure") for name in names)
    user = within(event, "actor", "email")
    return sign_in(time, user, to, kind="" if is_sign_in else "EVENT", ok="login_failure" not in names)


PROVIDERS: tuple[Callable[[Event], Event | None], ...] = (of_authentik, of_entra, of_okta, of_google)
