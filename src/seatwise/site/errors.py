"""Pages for what went wrong: each says what happened and what to do next."""

import sys
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from seatwise.site import faults
from seatwise.site.problems import Problem, Wrong, is_for_programs
from seatwise.site.refused_request import RefusedRequest


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 and 413: what was sent cannot be taken as it is."""
    refused = refusal_of(exception)
    if is_for_programs(request):
        return JsonResponse(
            Problem(refused.status, Wrong(refused.what, "body", refused.next_step)).body(), status=refused.status
        )
    return render(request, "400.html", {"refused": refused}, status=refused.status)


def refusal_of(exception: Exception) -> RefusedRequest:
    """What is wrong with a request, and what next."""
    if isinstance(exception, RefusedRequest):
        return exception
    if isinstance(exception, RequestDataTooBig):
        return RefusedRequest(413, _("This is too large for one request"), _("Send less at once."))
    if isinstance(exception, TooManyFieldsSent | TooManyFilesSent):
        return RefusedRequest(400, _("Too many fields in one request"), _("Send less at once."))
    return RefusedRequest(
        400,
        _("This address cannot be understood"),
        _("Something in it is not valid. Go back and try another way."),
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: another role, or somebody else's."""
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or what is to be expected of machines and databases. Needs neither a database nor a session."""
    expected = faults.answer(request, sys.exc_info()[1])
    if expected is not None:
        return expected
    with faults.language_of_browser(request):
        if is_for_programs(request):
            wrong = Wrong(
                _("Something went wrong on this side."),
                "server",
                _("Try again later, or contact the site’s administrator."),
            )
            return JsonResponse(Problem(500, wrong).body(), status=500)
        next_step = _(
            "It was not your mistake. Your last change may not have been saved. The administrator finds "
            "the details in the site’s log."
        )
        return faults.plain_page(_("Something went wrong"), next_step, 500)


class WholeAnswers:
    """Gives answers that Django leaves empty, to methods that an address does not take, a page that says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with a page."""
        response = self.get_response(request)
        if response.status_code != 405 or not isinstance(response, HttpResponse) or response.content:
            return response
        refused = RefusedRequest(
            405,
            _("This request is not supported here"),
            _("This address does not support that kind of request. Go back and try another way."),
        )
        page = render(request, "400.html", {"refused": refused}, status=405)
        page["Allow"] = response.get("Allow", "")
        return page


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not ours, or is too old."""
    return render(request, "403_csrf.html", status=403)
