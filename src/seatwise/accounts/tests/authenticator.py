"""An authenticator app, and what tests of second factors do with it."""

from typing import Any

from django.test import Client

from seatwise.accounts import codes
from seatwise.cast import PASSWORD

APP, CODES = "/account/factors/app/", "/account/factors/codes/"


def code_of(secret: str, periods: int = 0) -> str:
    """What the app shows now, or some periods later."""
    return codes.code_of(secret, codes.period() + periods)


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
