"""Second factors in a browser: an app, and a passkey of a virtual authenticator."""

from typing import Any

from seatwise.accounts import codes
from seatwise.commands.tests.processes.sites import PASSWORD

from .accessibility import too_wide, violations
from .conftest import Opener

WHO = "m64"


def code_of(secret: str, periods: int) -> str:
    """What the app shows now, or a period later: both are good still if another period begins before they are sent."""
    return codes.code_of(secret, codes.period() + periods)


def looks_right(page: Any, scheme: str = "dark") -> None:
    """On a telephone: axe finds nothing, and nothing overflows."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 800})
    assert violations(page) + too_wide(page) == []


def sign_in(page: Any) -> None:
    page.goto("/account/login/")
    page.get_by_label("Login name").fill(WHO)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Any) -> None:
    page.context.clear_cookies(name="session")


def with_an_authenticator(page: Any) -> None:
    """A passkey that asks for a finger, and is given one."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**kind, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )


def test_an_app_without_javascript_then_a_passkey_alone_then_both_go(opener: Opener, open_page: Any) -> None:
    here = opener.address.replace("127.0.0.1", "localhost")  # an address may have no passkeys, a name may
    plain = open_page(path=f"{here}/account/login/", base_url=here, java_script_enabled=False)
    sign_in(plain)
    plain.goto("/account/factors/")
    plain.get_by_role("link", name="Set up an app").click()
    plain.get_by_text("Can’t scan it?").click()
    secret = plain.locator("code.names").inner_text()
    plain.get_by_label("Code shown in the app").fill(code_of(secret, 0))
    plain.get_by_role("button", name="Set up").click()
    assert plain.locator(".recovery li").count() == 10
    plain.get_by_role("link", name="I have saved them").click()
    assert plain.get_by_role("heading", level=1).is_visible()

    page = open_page(path=f"{here}/account/login/", base_url=here)
    with_an_authenticator(page)
    looks_right(page)
    sign_in(page)
    page.get_by_role("heading", name="Second step").wait_for()
    looks_right(page)
    page.get_by_label("Code").fill(code_of(secret, 1))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{here}/")

    page.goto("/account/factors/passkeys/new/")
    looks_right(page)
    page.get_by_label("Name").fill("finger")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("cell", name="finger", exact=True).wait_for()
    looks_right(page)
    sign_out(page)
    page.goto("/account/login/?next=/account/factors/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{here}/account/factors/")

    sign_out(page)
    sign_in(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{here}/")
    page.goto("/account/confirmation/passkey/?next=/account/factors/")
    looks_right(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{here}/account/factors/")

    page.get_by_role("link", name="Remove finger").click()
    page.get_by_role("button", name="Remove the passkey").click()
    page.get_by_role("link", name="Remove the app").click()
    page.get_by_role("button", name="Remove the app").click()
    page.get_by_role("link", name="Set up an app").click()
    looks_right(page)
