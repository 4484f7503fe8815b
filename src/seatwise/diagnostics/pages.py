"""/metrics: for Prometheus, with a token or from this machine."""

import ipaddress
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from seatwise.configuration import LOOPBACK
from seatwise.diagnostics import metrics as numbers
from seatwise.directory.models import Scope
from seatwise.directory.requests import token_of

HELP = "Send “Authorization: Bearer TOKEN” with a token that has the scope metrics:read, or ask from this machine.\n"


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not (is_from_this_machine(request) or has_token(request)):
        return HttpResponse(HELP, status=401, content_type="text/plain", headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(numbers.render(), content_type=numbers.CONTENT_TYPE)


def is_from_this_machine(request: HttpRequest) -> bool:
    """Not by way of a proxy on the same machine, which says for whom it asks, or asks for the site's own address."""
    by_proxy = any(name in request.headers for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"))
    try:
        peer = ipaddress.ip_address(request.META["REMOTE_ADDR"])
    except ValueError:
        return False
    return peer.is_loopback and not by_proxy and urlsplit(f"//{request.get_host()}").hostname in LOOPBACK


def has_token(request: HttpRequest) -> bool:
    token = token_of(request)
    return token is not None and Scope.READ_METRICS in token.scopes
