"""Saying in plain words what is wrong with the machine or the database. Needs neither: no session, no person, no file
but what lies in the program.
"""

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from seatwise.lib.faults import Fault, Kind, fault_of
from seatwise.site.problems import Problem, Wrong, is_for_programs

logger = logging.getLogger(__name__)

RETRY = "30"  # seconds
SAID: Mapping[Kind, tuple[int, str | Promise, str | Promise]] = {
    Kind.DISK_FULL: (
        507,
        gettext_lazy("The disk is full"),
        gettext_lazy(
            "Your last change was not saved. The administrator has to free disk space for the data "
            "directory and the database; the site then continues by itself."
        ),
    ),
    Kind.READ_ONLY: (
        503,
        gettext_lazy("The site cannot write"),
        gettext_lazy(
            "Your last change was not saved. The administrator has to give the site write access to its "
            "data directory and database."
        ),
    ),
    Kind.AWAY: (
        503,
        gettext_lazy("The database cannot be reached"),
        gettext_lazy(
            "Your last change was not saved. Try again in a minute. If that does not help, contact the administrator."
        ),
    ),
    Kind.BUSY: (
        503,
        gettext_lazy("The database is busy"),
        gettext_lazy(
            "Your last change was not saved because the database was busy for too long. Try again in a minute."
        ),
    ),
    Kind.BROKEN: (
        503,
        gettext_lazy("The database cannot be read"),
        gettext_lazy(
            "It is damaged, or is not a Seatwise database. The administrator finds the details in the "
            "site’s log and can restore a backup with seatwise restore."
        ),
    ),
    Kind.EXHAUSTED: (
        503,
        gettext_lazy("The server is at its limit"),
        gettext_lazy("Your last change was not saved because memory or open files ran out. Try again in a minute."),
    ),
}


def answer(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """The page, or the answer of the API, for a fault that is to be expected; None where the error is none."""
    fault = fault_of(error)
    if fault is None:
        return None
    logger.error("%s: %s (%s)", ascii(request.path), fault.kind, fault.detail)
    status, what, next_step = SAID[fault.kind]
    with language_of_browser(request):
        if is_for_programs(request):
            body = Problem(status, Wrong(str(what), "server", str(next_step))).body()
            response: HttpResponse = JsonResponse(body, status=status)
        else:
            response = plain_page(str(what), str(next_step), status)
    response["Retry-After"] = RETRY
    response["Cache-Control"] = "no-store"
    response._has_been_logged = True  # type: ignore[attr-defined]  # by us, in a line, and not by Django with a traceback
    return response


def plain_page(what: str, next_step: str, status: int) -> HttpResponse:
    """A page that needs nothing that may be what is broken."""
    context = {"what": what, "next_step": next_step}
    return HttpResponse(loader.get_template("500.html").render(context), status=status)


def language_of_browser(request: HttpRequest) -> AbstractContextManager[object]:
    """The language of the browser, where it is not known who asks; whose language is known keeps it."""
    if hasattr(request, "LANGUAGE_CODE"):
        return nullcontext()
    return translation.override(translation.get_language_from_request(request))


def fault_text(fault: Fault) -> str:
    """What is wrong, for a command or a worker, in English."""
    with translation.override("en"):
        return f"{SAID[fault.kind][1]} ({fault.detail})"
