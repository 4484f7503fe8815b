"""Who asks; and saying why something is refused, where whoever asked reads it: on their form, or on the next page."""

import contextlib
from collections.abc import Iterator
from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _

from seatwise.configuration import today
from seatwise.directory.changes import Refused
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


@contextlib.contextmanager
def refusals_on(place: BaseForm | HttpRequest, field: str | None = None) -> Iterator[None]:
    """Do what may be refused, say that it succeeded, and return. What follows is done where it was refused."""
    try:
        yield
    except (Refused, ValidationError) as refusal:
        if isinstance(place, BaseForm):
            place.add_error(field, refusal if isinstance(refusal, ValidationError) else in_words(refusal))
        else:
            said = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else in_words(refusal)
            messages.error(place, said)


def in_words(refusal: Refused) -> str:
    """What a refusal says, with a link to the page that helps."""
    if refusal.way_out is None:
        return str(refusal)
    url, label = refusal.way_out
    return format_html('{} <a href="{}">{}</a>', str(refusal), url, label)


def say_saved(request: HttpRequest, changed: bool) -> None:
    """Say whether saving changed anything."""
    messages.success(request, _("The changes were saved.") if changed else _("Nothing was changed."))
