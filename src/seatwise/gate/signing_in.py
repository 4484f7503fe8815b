"""Signing in at a service.

    the service's address                        Seatwise's address
    /page        nobody is signed in: begin ────▶ enter: signed in here? holds a license? a code, good once
    redeem ◀─────────────────────────────────────┘
    /page, with a cookie of this service alone

`begin` leaves a secret with the browser at the service, and the code is good for that browser only: nobody can have
somebody else's browser redeem it, nor redeem somebody else's.
"""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from seatwise.directory.models import Service
from seatwise.directory.requests import person_of
from seatwise.gate import cookies, pages
from seatwise.gate.models import GateSession
from seatwise.gate.models.addresses import origins_of
from seatwise.gate.models.sessions import Arrival
from seatwise.gate.origins import origin_of, safe_path
from seatwise.gate.pages import at_service
from seatwise.licenses.models import License

STATE_LENGTH = 64  # hexadecimal digits
BACK = "/.seatwise/redeem/"  # at the service; the proxy hands it to `redeem`
SIGNED_IN = "signed-in"  # a form was sent on the way


@dataclass(frozen=True)
class Destination:
    """What somebody wanted at a service. `origin` is empty where the proxy did not say, or said nonsense."""

    origin: str
    path: str
    method: str
    is_page: bool

    @property
    def address(self) -> str:
        return self.origin + self.path


def wanted(request: HttpRequest) -> Destination:
    """From the X-Forwarded headers that the proxies of docs/gate.md set anew on each request.

    A browser that forges them chooses among the allow-listed addresses of one service, for itself.
    """
    said = request.headers
    origin = origin_of(f"{said.get('X-Forwarded-Proto', '')}://{said.get('X-Forwarded-Host', '')}")
    method = said.get("X-Forwarded-Method", "GET").upper()
    mode = said.get("Sec-Fetch-Mode", "navigate")
    is_page = method in ("GET", "HEAD") and mode == "navigate"
    return Destination(origin, safe_path(said.get("X-Forwarded-Uri", "/")), method, is_page)


@at_service
@require_safe
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Send somebody whom the service does not know to Seatwise, and leave a secret with their browser."""
    return beginning(request, code)


def beginning(request: HttpRequest, code: str) -> HttpResponse:
    """See `begin`. What is not the opening of a page gets a plain 401: nothing could follow it to a form."""
    service = Service.objects.filter(code=code).first()
    goal = wanted(request)
    if service is None or goal.origin not in origins_of(service):
        return pages.problem(request, service, goal.origin)
    if not goal.is_page:
        text = _("You are no longer signed in to %(service)s. Open the page again to sign in.")
        return HttpResponse(text % {"service": service}, status=401, content_type="text/plain; charset=utf-8")
    secret, _https = cookies.secret_of(request.META.get("HTTP_COOKIE", ""), cookies.STATE, code)
    secret = secret or cookies.new_secret()  # several tabs at once have one
    query = urlencode({"to": goal.address, "state": cookies.hashed(secret)})
    response = HttpResponseRedirect(f"{pages.home()}{reverse('gate:enter', args=[code])}?{query}")
    _leave(response, (cookies.STATE, service.code), secret, goal.origin)
    return response


def _leave(response: HttpResponse, of: tuple[str, str], secret: str, origin: str) -> None:
    """Have the browser keep a secret for this one host."""
    https = origin.startswith("https://")
    response.set_cookie(
        cookies.name(*of, https=https),
        secret,
        max_age=cookies.STATE_SECONDS if of[0] == cookies.STATE else None,
        secure=https,
        httponly=True,
        samesite="Lax",
    )


@never_cache
@require_GET
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """At Seatwise's own address: give somebody who is signed in and holds a license a code for the service."""
    service = Service.objects.filter(code=code).first()
    origin = origin_of(request.GET.get("to", ""))
    if service is None or origin not in origins_of(service):
        return pages.problem(request, service, origin)
    if not request.user.is_authenticated:
        return redirect_to_login(f"{request.get_full_path()}&{SIGNED_IN}=1")
    person = person_of(request)
    if not License.objects.usable().of(service).by([person]).exists():
        about = pages.about_asking(service) | {"login": person.login}
        return render(request, "gate/no_license.html", about, status=403)
    goal = origin + safe_path(_path_of(request.GET["to"]))
    state = request.GET.get("state", "")
    if len(state) != STATE_LENGTH:  # not by way of the service, which begins it
        return HttpResponseRedirect(goal)
    arrival = Arrival(person, str(request.session.session_key), request.session.get_expiry_date(), goal, state)
    given = GateSession.objects.give_code(service, arrival, timezone.now())
    return _onwards(request, service, f"{origin}{BACK}?{urlencode({'code': given})}")


def _path_of(address: str) -> str:
    parts = urlsplit(address)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _onwards(request: HttpRequest, service: Service, address: str) -> HttpResponse:
    """On to the service. Browsers hold redirects after a form to the form's policy, so then a page takes over."""
    if SIGNED_IN in request.GET:
        response = render(request, "gate/onwards.html", {"service": service, "address": address})
    else:
        response = HttpResponseRedirect(address)
    response["Referrer-Policy"] = "no-referrer"
    return response


@at_service
@require_GET
def redeem(request: HttpRequest, code: str) -> HttpResponse:
    """At the service: a code becomes a session, for the browser that was sent off and at the address it was for."""
    service = get_object_or_404(Service, code=code)
    sent = request.META.get("HTTP_COOKIE", "")
    origin = wanted(request).origin
    state, https = cookies.secret_of(sent, cookies.STATE, code)
    redeemed = None
    if state and https == origin.startswith("https://"):
        waiting = GateSession.objects.at(service, origin)
        redeemed = waiting.redeem(request.GET.get("code", ""), state, timezone.now())
    if redeemed is None:
        return pages.stale(request, service, f"{origin}/" if origin in origins_of(service) else "")
    session, secret = redeemed
    _end_before(sent, service)
    response = HttpResponseRedirect(session.address)
    _leave(response, (cookies.KEY, service.code), secret, origin)
    return response


def _end_before(sent: str, service: Service) -> None:
    """The session that this browser had at the service is replaced."""
    before, _https = cookies.secret_of(sent, cookies.KEY, service.code)
    if before:
        GateSession.objects.of(service).with_secrets([cookies.hashed(before)]).delete()
