"""Who asks."""

from typing import cast

from django.http import HttpRequest

from seatwise.directory.models import User


def person_of(request: HttpRequest) -> User:
    """Whoever asks; the pages are behind site.access, so there is somebody."""
    return cast(User, request.user)
