"""Checklists for programs: what somebody holds in a service, point by point, before their license is removed."""

import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_noop
from ninja import Field, Router, Schema, Status

from seatwise.directory.models import ApiToken, Scope, User
from seatwise.directory.once import once
from seatwise.lib.logins import fold
from seatwise.licenses import api_requests, checklists, selection
from seatwise.licenses.api import KEY, PROBLEMS
from seatwise.licenses.api_requests import BodyIn, body_of, documented_body, wrong_part
from seatwise.licenses.file_plan import find_people
from seatwise.licenses.models import License
from seatwise.site.problems import Problem, ProblemOut

router = Router(tags=["licenses"])
ADDRESS = "/services/{slug:code}/checklists/{path:login}"


class PointIn(BodyIn):
    """A point of a checklist."""

    point: str = Field(description=gettext_noop("The text of the point."))


class DoneIn(PointIn):
    """A point that is done."""

    successor: str = Field(
        "", description=gettext_noop("The login name of who took it over; empty where there is nothing to hand over.")
    )


class PointOut(Schema):
    """A point of a checklist."""

    point: str
    done: bool
    by: str | None = Field(description=gettext_noop("The login name of who checked it off."))
    at: datetime.datetime | None
    successor: str | None = Field(description=gettext_noop("The login name of who took it over."))


class ChecklistOut(Schema):
    """The checklist of the license that somebody holds, or held last."""

    login: str
    service: str
    left: int = Field(description=gettext_noop("How many points are not done."))
    points: list[PointOut]


@router.get(
    ADDRESS,
    response={200: ChecklistOut, frozenset({401, 403, 404, 422}): ProblemOut},
    summary="The checklist of someone’s license",
    operation_id="checklist",
)
def checklist(request: HttpRequest, code: str, login: str) -> dict[str, Any]:
    """The points of the service's checklist, and those that were checked off before it was changed."""
    api_requests.refuse_unknown(request)
    return _out(_license(api_requests.token_for(request, Scope.READ_LICENSES), code, login))


@router.put(
    ADDRESS,
    response={200: ChecklistOut, PROBLEMS: ProblemOut},
    summary="Check a point off",
    operation_id="check_off",
    openapi_extra={"parameters": [KEY], "requestBody": documented_body(DoneIn)},
)
def check_off(request: HttpRequest, code: str, login: str) -> "Status[dict[str, Any]]":
    """409: it is no open point, or nobody who can take it over is named."""
    api_requests.refuse_unknown(request)
    token, asked = api_requests.token_for(request, Scope.CHANGE_LICENSES), body_of(request, DoneIn)
    held = _license(token, code, login, changes=True)
    successor = find_people([fold(asked.successor)]).get(fold(asked.successor)) if asked.successor else None
    if asked.successor and successor is None:
        text = _("There is no user with the login name “%(login)s”.") % {"login": asked.successor}
        raise wrong_part("successor", text, _("a login name of the directory"))

    def do() -> tuple[int, dict[str, Any]]:
        made = checklists.tick(held, asked.point, successor, by=token.owner)
        api_requests.record_use(token, "checklist.tick", _about(held) | made.described())
        return 200, _out(held)

    return Status(*once(request, token, do))


@router.delete(
    ADDRESS,
    response={200: ChecklistOut, PROBLEMS: ProblemOut},
    summary="Take back that a point is done",
    operation_id="take_back",
    openapi_extra={"parameters": [KEY], "requestBody": documented_body(PointIn)},
)
def take_back(request: HttpRequest, code: str, login: str) -> "Status[dict[str, Any]]":
    """409: it is not checked off."""
    api_requests.refuse_unknown(request)
    token, asked = api_requests.token_for(request, Scope.CHANGE_LICENSES), body_of(request, PointIn)
    held = _license(token, code, login, changes=True)

    def do() -> tuple[int, dict[str, Any]]:
        checklists.untick(held, asked.point, by=token.owner)
        api_requests.record_use(token, "checklist.untick", _about(held) | {"point": asked.point})
        return 200, _out(held)

    return Status(*once(request, token, do))


def _license(token: ApiToken, code: str, login: str, *, changes: bool = False) -> License:
    """The license that somebody holds, or held last, as on its page. Raises Problem."""
    owner: User = token.owner
    theirs = License.objects.filter(user=find_people([fold(login)]).get(fold(login)), service__code=code)
    seen = theirs.filter(user__in=selection.people_for(owner), service__in=selection.services_for(owner))
    found: License | None = seen.select_related("user", "service").order_by("-pk").first()
    if found is None or (changes and not selection.may_change(found.service, owner)):
        text = _("There is no license of “%(login)s” that this token can access.") % {"login": login}
        raise Problem.of(404, text, "login", _("Use a login name of the directory."))
    return found


def _about(held: License) -> dict[str, str]:
    return {"service": held.service.code, "user": held.user.login}


def _out(held: License) -> dict[str, Any]:
    points = checklists.points(held)
    return {
        "login": held.user.login,
        "service": held.service.code,
        "left": sum(each.tick is None for each in points),
        "points": [_point(each) for each in points],
    }


def _point(point: checklists.Point) -> dict[str, Any]:
    tick = point.tick
    return {
        "point": point.text,
        "done": tick is not None,
        "by": tick and tick.by and tick.by.login,
        "at": tick and tick.at.isoformat(),
        "successor": tick and tick.successor and tick.successor.login,
    }
