"""An authenticator app, and what tests of second factors do with it."""

import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from seatwise.cast import PASSWORD

APP, CODES = "/account/factors/app/", "/account/factors/codes/"


def code_of(secret: str, periods: int = 0) -> str:
    """What the app shows now, or some periods later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods)))


def sign_in(client: Client, login: str, **more: Any) -> Any:
    """The first step."""
    return client.post("/account/login/", {"login": login, "password": PASSWORD, **more})


def set_up_app(client: Client) -> str:
    """Set up an app for whoever is signed in; its secret."""
    secret = client.get(APP).context["form"].secret
    response = client.post(APP, {"code": code_of(secret, -1)})
    assert response.status_code == 302, response.context["form"].errors
    return str(secret)


def recovery_codes(client: Client) -> list[str]:
    """The codes that were made last, while they are shown."""
    return list(client.get(CODES).context["codes"])
