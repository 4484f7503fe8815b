"""The gate with real web servers, set up as Seatwise shows it: in, refused, and what the log then says."""

import datetime
import re
import time

import pytest
from tests.gate.conftest import STRANGE, Browser, Door, Site

from seatwise.commands.tests.processes.sites import wait_for

SOON = 2.0  # seconds


def headers_at(answer: object) -> dict[str, str]:
    """What the service was sent, by name in small letters."""
    return {name.lower(): value for name, value in answer.echoed["headers"].items()}  # type: ignore[attr-defined]


def answers_after_two_seconds(browser: Browser, address: str) -> set[int]:
    """What requests are answered that begin two seconds after a change: several, so that both processes are asked.

    Until then there are requests all the time, so that both remember.
    """
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        browser.get(address)
        time.sleep(0.05)
    return {browser.get(address).status for _ in range(8)}


def test_signing_in_leads_to_the_page_that_was_wanted_and_the_service_learns_the_login_only(
    door: Door, site: Site
) -> None:
    browser = Browser()
    page = browser.open(f"{door.address}/page/1?x=%7B1%7D&y=2")
    assert page.address.startswith(f"{site.address}/account/login/")
    inside = browser.sign_in(page, "charlie")
    assert (inside.status, inside.address) == (200, f"{door.address}/page/1?x=%7B1%7D&y=2")
    assert inside.echoed["path"] == "/page/1?x=%7B1%7D&y=2"
    browser.jars[f"{door.code}.localhost"]["theirs"] = "1"
    sent = headers_at(browser.open(f"{door.address}/"))
    assert sent["x-seatwise-login"] == "charlie"
    assert sent["cookie"] == "theirs=1"
    assert "x-seatwise-login-written" not in sent
    assert "session" not in browser.jars[f"{door.code}.localhost"]


def test_a_form_is_handed_on_whole(door: Door, inside: Browser) -> None:
    sent = inside.send("POST", f"{door.address}/form", b"x=" + b"1" * 100_000, {"Content-Type": "text/plain"})
    assert (sent.status, sent.echoed["method"], headers_at(sent)["content-length"]) == (200, "POST", "100002")


def test_a_removed_license_is_refused_at_once_with_a_page_and_a_new_one_opens(
    door: Door, site: Site, inside: Browser
) -> None:
    held = f"License.objects.held().get(user__login='charlie', service__code={door.code!r})"
    site.do(f"grants.revoke([{held}], by=None, reason='', on=today())")
    assert answers_after_two_seconds(inside, f"{door.address}/") == {403}
    page = inside.open(f"{door.address}/")
    assert f"You have no license for {door.code}" in page.body
    assert f'href="{site.address}/' in page.body
    site.do(
        f"grants.grant_one(service=Service.objects.get(code={door.code!r}), by=None, reason='', on=today(),",
        "    user=User.objects.get(login='charlie'))",
    )
    assert answers_after_two_seconds(inside, f"{door.address}/") == {200}


def test_who_never_had_a_license_is_refused_by_seatwise_itself(door: Door, site: Site) -> None:
    browser = Browser()
    page = browser.sign_in(browser.open(f"{door.address}/"), "dora")
    assert (page.status, page.address.startswith(site.address)) == (403, True)
    assert f"You have no license for {door.code}" in page.body


def test_signing_out_of_seatwise_ends_it_at_once(door: Door, site: Site, inside: Browser) -> None:
    assert inside.get(f"{door.address}/").status == 200
    form = inside.open(f"{site.address}/account/logout/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.body)
    body = f"csrfmiddlewaretoken={token[1]}".encode()  # type: ignore[index]
    sent = {"Content-Type": "application/x-www-form-urlencoded", "Referer": form.address}
    assert inside.send("POST", form.address, body, sent).status == 302
    assert answers_after_two_seconds(inside, f"{door.address}/") == {302}


@pytest.mark.parametrize("door", ["nginx"], indirect=True)  # proxies make no difference to what ends a session
def test_becoming_inactive_and_a_new_password_end_it_at_once(door: Door, site: Site) -> None:
    browser = Browser()
    browser.sign_in(browser.open(f"{door.address}/"), STRANGE)
    assert browser.get(f"{door.address}/").status == 200
    person = f"User.objects.get(login={STRANGE!r})"
    site.do(f"people.deactivate({person}, by=None, on=today())")
    assert answers_after_two_seconds(browser, f"{door.address}/") == {302}
    site.do(f"people.activate({person}, by=None, on=today())")
    assert answers_after_two_seconds(browser, f"{door.address}/") == {200}
    site.do(f"{person}.give_password('correct horse 1', by=None)")  # the same: its hash is another
    assert answers_after_two_seconds(browser, f"{door.address}/") == {302}


def test_the_log_of_the_web_server_gives_the_access_day_of_whom_the_gate_let_in(
    door: Door, site: Site, inside: Browser
) -> None:
    stranger = Browser()
    shown = stranger.sign_in(stranger.open(f"{door.address}/"), STRANGE)
    assert headers_at(shown)["x-seatwise-login"] == ("j%C3%BCrgen%20%E4%BD%90%E8%97%A4%20%7Bhttp.request.host%7D")
    before = datetime.datetime.now(datetime.UTC).date()
    assert inside.get(f"{door.address}/page", **{"X-Seatwise-Login-Written": "dora"}).status == 200
    after = datetime.datetime.now(datetime.UTC).date()
    written = ('"GET /page', '"uri":"/page"', '"RequestPath":"/page"')  # nginx, Caddy, Traefik
    assert wait_for(lambda: any(each in door.log.read_text() for each in written))
    add, ingest = (line.split()[1:] for line in door.setup.commands(door.proxy).splitlines())
    site.seatwise(*add)
    account = site.seatwise(*ingest, "--account")
    assert "malformed" not in account
    used = site.do(
        "from seatwise.ledger.models import Usage",
        "from seatwise.lib import days",
        f"for row in Usage.objects.filter(service__code={door.code!r}).exclude(last_day=0):",
        "    print(row.user.login, days.date_of(row.last_day), row.days_30, sep='\\t')",
    )
    lines = {login: rest for login, *rest in (line.split("\t") for line in used.splitlines())}
    assert lines in ({"charlie": [str(day), "1"], STRANGE: [str(day), "1"]} for day in (before, after))
