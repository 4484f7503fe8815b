"""What programs ask of licenses, taken apart: by which token, of which service, whose, and why. All raise Problem."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import ConfigDict, ValidationError

from seatwise import audit
from seatwise.directory.models import ApiToken, Scope, Service, User
from seatwise.lib.json_text import UnreadableJson, read_json
from seatwise.lib.logins import fold
from seatwise.licenses.file_plan import find_people
from seatwise.site.problems import Problem, Wrong
from seatwise.site.search import unknown_parameters

MOST_REASON = 2000
S = TypeVar("S", bound=Schema)


@dataclass(frozen=True)
class WantedChange:
    """A license that is to be given or removed, by a token that may do so."""

    token: ApiToken
    service: Service
    user: User
    reason: str


def token_for(request: HttpRequest, scope: str) -> ApiToken:
    """The token of a request, if it has a scope."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    if not token.allows(scope):
        raise Problem.of(
            403,
            _("This token is not allowed to do that."),
            "Authorization",
            _("Add a token with the scope %(scope)s.") % {"scope": str(scope)},
        )
    return token


def visible_service(token: ApiToken, code: str) -> Service:
    """A service whose holders the owner of a token may see."""
    service: Service | None = Service.objects.visible_to(token.owner).filter(code=code).first()
    return service if service is not None else _no_service(code)


def _no_service(code: str) -> Service:
    raise Problem.of(
        404,
        _("There is no service “%(code)s” that this token can access.") % {"code": code},
        "code",
        _("Use the code of a service, as in the address of its page."),
    )


def change_of(request: HttpRequest, code: str, login: str, *, needs_reason: bool = False) -> WantedChange:
    """What is to be changed: only where the owner of the token may change it."""
    token = token_for(request, Scope.CHANGE_LICENSES)
    service = Service.objects.changeable_by(token.owner).filter(code=code).first() or _no_service(code)
    found = find_people([fold(login)]).get(fold(login))
    if found is None or not User.objects.changeable_by(token.owner).filter(pk=found.pk).exists():
        text = _("There is no user with the login name “%(login)s” whose licenses this token can change.")
        raise Problem.of(404, text % {"login": login}, "login", _("Use a login name of the directory."))
    reason = reason_of(request)
    if needs_reason and not reason:
        raise Problem.of(
            422, _("A removal needs a reason."), "reason", _("Give a reason, in the body or as ?reason=….")
        )
    return WantedChange(token, service, found, reason)


def reason_of(request: HttpRequest) -> str:
    """The reason, from the body (JSON) or the query."""
    unknown = sorted(request.GET.keys() - {"reason"})
    body = _json(request)
    unknown += sorted(body.keys() - {"reason"})
    reason = body.get("reason", request.GET.get("reason", ""))
    if unknown:
        text = _("The request has unknown fields: %(names)s.") % {"names": ", ".join(unknown)}
        raise Problem.of(422, text, "body", _("The only allowed one is: %(known)s.") % {"known": "reason"})
    if not isinstance(reason, str) or len(reason) > MOST_REASON:
        text = _("The reason must be text of at most %(most)s characters.") % {"most": MOST_REASON}
        raise Problem.of(422, text, "reason", _("Correct it, or leave it out."))
    return reason.strip()


def _json(request: HttpRequest) -> dict[str, Any]:
    if not request.body:
        return {}
    try:
        found = read_json(request.body)
    except UnreadableJson:
        found = None
    if not isinstance(found, dict):
        raise Problem.of(422, _("The body is not a JSON object."), "body", _('Send an object such as {"reason": "…"}.'))
    return found


def refuse_unknown(request: HttpRequest, *known: str) -> None:
    """Refuse parameters that an address does not have. Raises Problem."""
    if text := unknown_parameters(request.GET, known):
        following = _("Allowed parameters: %(known)s.") % {"known": ", ".join(known)}
        raise Problem.of(422, text, "query", following if known else _("Correct it, or leave it out."))


class BodyIn(Schema):
    """What a body holds, and nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NoBody(BodyIn):
    """Nothing is taken in the body."""


def documented_body(schema: type[Schema]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema.model_json_schema()}}}


def body_of(request: HttpRequest, schema: type[S]) -> S:
    """The body. Raises Problem, naming each part that is wrong."""
    try:
        return schema.model_validate(read_json(request.body or b"{}"))
    except UnreadableJson as error:
        raise wrong_part("body", str(error), ", ".join(schema.model_fields)) from None
    except ValidationError as found:
        known = ", ".join(schema.model_fields) or "–"
        raise Problem(422, *(_told(each, known) for each in found.errors()[:20])) from None


def record_use(token: ApiToken, what: str, after: Mapping[str, Any], reason: str = "") -> None:
    """Note in the audit log by which token something was changed; in its transaction."""
    audit.record(by=token.owner, verb="token.change", subject=token, after={"what": what, **after}, reason=reason)


def _told(error: Mapping[str, Any], known: str) -> Wrong:
    where = ".".join(map(str, error["loc"])) or "body"
    unknown = _("The request has unknown fields: %(names)s.") % {"names": where}
    texts = {"extra_forbidden": unknown, "missing": _("This field is required.")}
    text = texts.get(error["type"], _("This field has the wrong type."))
    return Wrong(text, where, _("Known fields: %(known)s.") % {"known": known})


def wrong_part(where: str, what: str, known: str) -> Problem:
    """A part of a request that cannot be, and what it can be."""
    return Problem.of(422, what, where, _("Expected: %(known)s.") % {"known": known})
