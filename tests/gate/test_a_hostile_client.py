"""Somebody who tries to get in, at real web servers."""

import http.client
from urllib.parse import urlsplit

import pytest
from tests.gate.conftest import Browser, Door, Site, _connection

KEYS = ("", "__Host-")


def key_of(browser: Browser, door: Door) -> tuple[str, str]:
    """The gate's cookie."""
    jar = browser.jars[f"{door.code}.localhost"]
    return next((name, value) for name, value in jar.items() if "seatwise-gate" in name)


def status_of(door: Door, target: str = "/", method: str = "GET", **headers: str) -> int:
    """What a request gets that no browser would send."""
    parts = urlsplit(door.address)
    connection = _connection(parts.scheme, str(parts.hostname), parts.port or 80)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": parts.netloc, **headers}.items():
            connection.putheader(name, value.encode("latin-1", "replace"))
        connection.endheaders()
        return connection.getresponse().status
    except (http.client.BadStatusLine, ConnectionError):
        return 0
    finally:
        connection.close()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
def test_headers_of_a_stranger_open_nothing(door: Door, method: str) -> None:
    forged = {
        "X-Seatwise-Login": "charlie",
        "X-Seatwise-Login-Written": "charlie",
        "X-Forwarded-User": "charlie",
        "Authorization": "Basic Y2hhcmxpZTp4",
        "X-Forwarded-Uri": "/",
        "X-Original-URL": "/.seatwise/check",
    }
    assert status_of(door, method=method, **forged) in {302, 401}


def test_a_forged_login_does_not_reach_the_service(door: Door, inside: Browser) -> None:
    sent = inside.get(f"{door.address}/", **{"X-Seatwise-Login": "alice", "x-seatwise-login": "alice"})
    logins = [value for name, value in sent.echoed["headers"].items() if name.lower() == "x-seatwise-login"]
    assert logins == ["charlie"]


def test_the_cookie_of_one_service_opens_no_other(door: Door, site: Site, inside: Browser) -> None:
    name, value = key_of(inside, door)
    for code in site.addresses:
        for prefix in KEYS:
            if code != door.code:
                stranger = {"Cookie": f"{prefix}seatwise-gate-{door.code}={value}"}
                assert status_of(door, **{**stranger, "Cookie": f"{prefix}seatwise-gate-{code}={value}"}) == 302
    session = inside.jars["localhost"]["session"]
    assert status_of(door, Cookie=f"{name}={session}") == 302
    assert status_of(door, Cookie=f"session={session}") == 302


def test_a_cookie_without_the_prefix_is_none_at_an_address_with_https(door: Door, inside: Browser) -> None:
    name, value = key_of(inside, door)
    other = name.removeprefix("__Host-") if name.startswith("__Host-") else f"__Host-{name}"
    assert status_of(door, Cookie=f"{name}={value}") == 200
    assert status_of(door, Cookie=f"{other}={value}") == 302


def test_a_stolen_code_is_of_no_use_to_another_browser_nor_twice(door: Door, site: Site) -> None:
    victim, thief = Browser(), Browser()
    thief.get(f"{door.address}/")  # has a state of its own
    begun = victim.get(f"{door.address}/").headers["Location"]
    victim.sign_in(victim.open(begun), "charlie")
    code = victim.get(victim.get(f"{door.address}/x").headers.get("Location") or begun).headers["Location"]
    assert "/.seatwise/redeem/?code=" in code
    assert thief.get(code).status == 403
    assert thief.get(f"{door.address}/").status == 302
    assert victim.get(code).status == 302
    assert victim.get(code).status == 403
    assert victim.get(f"{door.address}/").status == 200


def test_nobody_can_be_signed_in_as_somebody_else_by_a_link(door: Door) -> None:
    attacker, victim = Browser(), Browser()
    begun = attacker.get(f"{door.address}/").headers["Location"]
    attacker.sign_in(attacker.open(begun), "charlie")
    link = attacker.get(begun).headers["Location"]
    assert victim.get(link).status == 403
    victim.get(f"{door.address}/")
    assert victim.get(link).status == 403
    assert not any("seatwise-gate" in name for name in victim.jars[f"{door.code}.localhost"])


def test_the_gates_own_places_are_not_to_be_had_from_outside(door: Door, inside: Browser) -> None:
    for place in ("/.seatwise/check", "/.seatwise/", "/.seatwise/begin/", "/.seatwise/enter/", "/.seatwise/x"):
        assert inside.get(f"{door.address}{place}").status in {401, 404}, place


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "/%5Cevil.example",
        "/%2F%2Fevil.example",
        "https://evil.example/",
        "/x?to=https://evil.example",
        "/.seatwise/../..//evil.example",
        "/@evil.example",
        "/a" * 4000,
        "/{http.request.host}",
    ],
)
def test_nobody_is_sent_anywhere_else(door: Door, target: str) -> None:
    parts = urlsplit(door.address)
    connection = _connection(parts.scheme, str(parts.hostname), parts.port or 80)
    try:
        connection.putrequest("GET", target, skip_host=True)
        connection.putheader("Host", parts.netloc)
        connection.endheaders()
        answer = connection.getresponse()
        location, served = answer.headers.get("Location", ""), answer.read()
    finally:
        connection.close()
    if answer.status == 302:
        browser = Browser()
        assert browser.get(f"{door.address}/").status == 302
        inside = browser.sign_in(browser.open(location), "charlie") if "/gate/" in location else None
        ended = inside.address if inside else location
        assert ended.startswith((f"{door.address}/", "/x", "/%"))
    else:
        assert answer.status in {400, 401, 403, 404, 414, 421} or not served  # Caddy: of a host that it does not have


@pytest.mark.parametrize("value", ["{", "%00", "\x00", "x" * 8000, "a" * 43, "é" * 43, "../../etc", '"quoted"', ""])
def test_nonsense_in_cookies_gets_nobody_in(door: Door, value: str) -> None:
    for prefix in KEYS:
        assert status_of(door, Cookie=f"{prefix}seatwise-gate-{door.code}={value}") in {0, 302, 400, 431, 503}


def test_many_and_long_cookies_do_not_lock_out_and_never_leak(door: Door, inside: Browser) -> None:
    name, value = key_of(inside, door)
    other = "__Host-seatwise-gate-other=1; seatwise-state-other=2"
    sent = inside.get(
        f"{door.address}/", Cookie=f"{other}; a=1; {name}={value}; b={'x' * 3000}; {name}={value}; {other}"
    )
    assert sent.status == 200
    assert "seatwise" not in str(sent.echoed["headers"].get("Cookie", ""))
