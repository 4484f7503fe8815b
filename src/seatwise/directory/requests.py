"""Who asks."""

from typing import cast

from django.http import HttpRequest

from seatwise.configuration import today
from seatwise.directory.models import ApiToken, User


def person_of(request: HttpRequest) -> User:
    """Whoever asks; the pages are behind site.access, so there is somebody."""
    return cast(User, request.user)


def token_of(request: HttpRequest) -> ApiToken | None:
    """The token of `Authorization: Bearer TOKEN`, if it is in force, with its use noted."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return used_token(secret.strip()) if scheme.lower() == "bearer" else None


def used_token(secret: str) -> ApiToken | None:
    day = today()
    found: ApiToken | None = ApiToken.objects.in_force(secret, day)
    if found is not None:
        found.used(day)
    return found
