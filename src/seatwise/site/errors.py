"""Pages for what went wrong: each says what happened and what to do next."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _

from seatwise.site.problems import Problem, Wrong, is_for_programs
from seatwise.site.refusing import RefusedRequest


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 and 413: what was sent cannot be taken as it is."""
    refused = in_words(exception)
    if is_for_programs(request):
        return JsonResponse(
            Problem(refused.status, Wrong(refused.what, "body", refused.next_step)).body(), status=refused.status
        )
    return render(request, "400.html", {"refused": refused}, status=refused.status)


def in_words(exception: Exception) -> RefusedRequest:
    """What is wrong with a request, and what next."""
    if isinstance(exception, RefusedRequest):
        return exception
    if isinstance(exception, RequestDataTooBig):
        return RefusedRequest(413, _("This is more than is taken at once"), _("Send less at once."))
    if isinstance(exception, TooManyFieldsSent | TooManyFilesSent):
        return RefusedRequest(400, _("These are more fields than are taken at once"), _("Send less at once."))
    return RefusedRequest(
        400,
        _("This address cannot be understood"),
        _("Something in it is not as it should be. Go back and try another way."),
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: another role, or somebody else's."""
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500. Needs nothing that may be what is broken: no database, no session."""
    return HttpResponse(loader.get_template("500.html").render(), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not ours, or is too old."""
    return render(request, "403_csrf.html", status=403)
