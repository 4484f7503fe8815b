"""What a proxy asks. The server answers most of it from memory, before it comes here."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from seatwise.gate import answers, pages, signing_in
from seatwise.gate.pages import at_service
from seatwise.gate.verdicts import NOBODY, Verdict, look_up


@csrf_exempt
def check(request: HttpRequest, code: str) -> HttpResponse:
    """204, 401 or 403, as nginx wants it."""
    return _plain(request, _verdict(request, code))


@at_service
def redirecting(request: HttpRequest, code: str, *, with_cookies: bool = False) -> HttpResponse:
    """The same for a proxy that hands the answer on as it is: the way to sign in, or a page that refuses."""
    verdict = _verdict(request, code)
    if verdict.is_ == "allowed":
        return _plain(request, verdict, with_cookies=with_cookies)
    refused = verdict.is_ == "refused"
    return pages.refusal(request, code, verdict) if refused else signing_in.beginning(request, code)


@at_service
def refused(request: HttpRequest, code: str) -> HttpResponse:
    """The page for somebody who is signed in and holds no license."""
    return pages.refusal(request, code, _verdict(request, code))


def _verdict(request: HttpRequest, code: str) -> Verdict:
    """Asked of the database."""
    found = answers.verdict_for(request.META, code, lambda kept: look_up([kept]).get(kept, NOBODY))
    return found or NOBODY


def _plain(request: HttpRequest, verdict: Verdict, *, with_cookies: bool = False) -> HttpResponse:
    answer = answers.answer(verdict, request.META, with_cookies=with_cookies)
    response = HttpResponse(answer.body, status=answer.status)
    for name, value in answer.headers:
        response[name] = answers.ascii_only(value)
    return response
