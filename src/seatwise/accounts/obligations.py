"""What somebody who is signed in must do before they go on, such as changing a password that they were given.

Each app fills OBLIGATIONS, in order, and FREE in AppConfig.ready.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect

from seatwise.site.access import everybody, is_own_path

Obligation = Callable[[HttpRequest], str | None]  # the address where it is fulfilled, or None where there is nothing

OBLIGATIONS: list[Obligation] = []
# Pages that are open meanwhile, by the names of their addresses: where obligations are fulfilled, what proxies ask, and
# what needs nobody to be signed in.
FREE: set[str] = {"account_login", "account_logout", "account_inactive", "account_onwards", "language", "health"}

_WANTED = "obligations_wanted"  # in the session: where they wanted to be


def unmet(request: HttpRequest) -> str | None:
    """Where the first thing that is to be done is done; None where nothing is, and for somebody signed out."""
    if not request.user.is_authenticated:
        return None
    return next((address for each in OBLIGATIONS if (address := each(request))), None)


def wanted(request: HttpRequest) -> str:
    """Where they wanted to be, once nothing is to be done any more; said once. Else the first page."""
    goal = str(request.session.pop(_WANTED, "/"))
    return goal if is_own_path(goal) else "/"


@everybody.page
def onwards(request: HttpRequest) -> HttpResponse:
    """From where something was done to what is to be done next, or to where they wanted to be."""
    return HttpResponseRedirect(unmet(request) or wanted(request))


class ObligationsMiddleware:
    """Leads to what must be done first. Stands after the middleware that says who it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer; see `process_view`."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponseBase | None:
        """Somewhere else, unless the page is open meanwhile. What a form held is to be written again."""
        if _is_free(request):
            return None
        address = unmet(request)
        if address is None:
            return None
        if getattr(request, "htmx", False):
            return HttpResponseClientRedirect(address)
        if request.method == "GET":
            request.session[_WANTED] = request.get_full_path()
        return HttpResponseRedirect(address)


def _is_free(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.view_name in FREE
