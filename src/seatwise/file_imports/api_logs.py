"""Imports of logs for programs: what became of one, and removing it again, as its page does."""

import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_noop
from ninja import Field, Router, Schema, Status

from seatwise.directory.models import ApiToken
from seatwise.directory.models.tokens import Scope
from seatwise.directory.once import once
from seatwise.file_imports.api import PROBLEMS
from seatwise.ledger import import_removal
from seatwise.ledger.models import LogImport
from seatwise.licenses import api_requests
from seatwise.licenses.api import KEY
from seatwise.site.problems import Problem, ProblemOut, Wrong

router = Router(tags=["imports"])
ADDRESS = "/log-imports/{int:number}"


class RemovalOut(Schema):
    """What removing it does."""

    happens: list[str]
    why_not: str = Field(description=gettext_noop("Why it cannot be removed; empty where it can."))


class LogImportOut(Schema):
    """One import of logs."""

    id: int
    source: str
    files: list[str]
    state: str
    asked_at: datetime.datetime
    removal: RemovalOut


class RemovedOut(Schema):
    """What was removed."""

    access_days_removed: int


@router.get(
    ADDRESS,
    response={200: LogImportOut, frozenset({401, 403, 404, 422}): ProblemOut},
    summary="An import of logs, and what removing it would do",
    operation_id="log_import",
)
def log_import(request: HttpRequest, number: int) -> dict[str, Any]:
    api_requests.refuse_unknown(request)
    found = _found(api_requests.token_for(request, Scope.REMOVE_LOGS), number)
    return {
        "id": found.pk,
        "source": found.revision.source.code,
        "files": found.files,
        "state": found.state,
        "asked_at": found.asked_at,
        "removal": {
            "happens": [str(text) for text in import_removal.HAPPENS],
            "why_not": import_removal.why_not(found),
        },
    }


@router.delete(
    ADDRESS,
    response={200: RemovedOut, PROBLEMS: ProblemOut},
    summary="Remove an import of logs",
    operation_id="remove_log_import",
    openapi_extra={"parameters": [KEY]},
)
def remove(request: HttpRequest, number: int) -> "Status[dict[str, Any]]":
    """A reason can be given, in the body or as ?reason=…. 409: it cannot be removed by itself."""
    token = api_requests.token_for(request, Scope.REMOVE_LOGS)
    reason = api_requests.reason_of(request)

    def do() -> tuple[int, dict[str, Any]]:
        removed = import_removal.remove(_found(token, number), by=token.owner, reason=reason)
        api_requests.record_use(token, "import.remove", {"import": number})
        return 200, {"access_days_removed": removed}

    return Status(*once(request, token, do))


def _found(token: ApiToken, number: int) -> LogImport:
    """An import, for a token of an administrator. Raises Problem."""
    if not token.owner.changes_things:
        text = _("Only administrators can remove imports, and the owner of this token is not one.")
        raise Problem(403, Wrong(text, "Authorization", _("Use a token of an administrator.")))
    found: LogImport | None = LogImport.objects.select_related("revision__source").filter(pk=number).first()
    if found is None:
        text = _("There is no import of logs with the number %(number)s.") % {"number": number}
        raise Problem(404, Wrong(text, "number", _("Use the number in the address of its page.")))
    return found
