"""Imports by file for programs: a file is kept, looked at, and confirmed by what was looked at, as on its page.

It is done by the owner of the token, who must be an administrator.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _, gettext_lazy
from ninja import Router, Status

from seatwise.configuration import today
from seatwise.directory import people_file_import, uploads
from seatwise.directory.changes import Refused
from seatwise.directory.models import ApiToken, Scope, Service, Upload, mappings
from seatwise.directory.models.mappings import mapping_named
from seatwise.directory.once import once
from seatwise.file_imports.kinds import KINDS, Confirmation, Kind, Looked, first
from seatwise.file_imports.schemas import FIELDS, AnswersIn, ConfirmationIn, ImportOut
from seatwise.lib import days
from seatwise.lib.table_dates import FORMS
from seatwise.licenses.api import KEY
from seatwise.licenses.api_requests import NoBody, body_of, documented_body, refuse_unknown, token_for, wrong_part
from seatwise.site.bodies import takes_files
from seatwise.site.problems import Problem, ProblemOut, refuse_invalid

router = Router(tags=["imports"])
PROBLEMS = frozenset({400, 401, 403, 404, 409, 422})
files_taken = takes_files(lambda: uploads.MOST_BYTES, gettext_lazy("Import it with a command on the server."))

UPLOAD = {"content": {"multipart/form-data": {"schema": {"type": "object", "properties": FIELDS}}}}


@router.post(
    "/imports",
    response={201: ImportOut, PROBLEMS: ProblemOut},
    summary="Upload a file of people, of licenses, or a vendor’s report, and look at it",
    operation_id="add_import",
    openapi_extra={"parameters": [KEY], "requestBody": UPLOAD},
)
def add_import(request: HttpRequest) -> "Status[dict[str, Any]]":
    """201: kept for a day, and nothing was imported yet. The answer says what it would do, and what has to be said."""
    refuse_unknown(request)
    token = _token(request)
    try:
        data = request.POST.copy()
    except MultiPartParserError:
        raise Problem.of(400, _("The body cannot be read."), "body", _("Send it as multipart/form-data.")) from None
    kind, mapping = str(data.pop("kind", [""])[-1]), str(data.pop("mapping", [""])[-1])
    if kind not in KINDS:
        raise wrong_part("kind", _("Unknown kind of file."), ", ".join(KINDS))
    form = KINDS[kind].form(data, request.FILES)
    unknown = sorted({*data, *request.FILES} - {*form.fields})
    if unknown:
        raise wrong_part(unknown[0], _("The request has unknown fields: %(names)s.") % {
            "names": ", ".join(unknown)}, ", ".join(form.fields))  # fmt: skip
    refuse_invalid(form)

    def keep() -> tuple[int, dict[str, Any]]:
        upload = form.keep(by=token.owner)
        _read_by(upload, mapping)
        return 201, _out(upload)

    content = repr([kind, mapping, sorted(data.lists()), hashlib.sha256(form.data_read).hexdigest()])
    return Status(*once(request, token, keep, content.encode()))


@router.get(
    "/imports/{int:number}",
    response={200: ImportOut, frozenset({401, 403, 404, 422}): ProblemOut},
    summary="What an uploaded file would do now, or what was done",
    operation_id="import",
)
def look(request: HttpRequest, number: int) -> dict[str, Any]:
    """The same as its page shows, except that of each kind of change the first hundred are told."""
    refuse_unknown(request)
    return _out(_found(_token(request), number))


@router.patch(
    "/imports/{int:number}",
    response={200: ImportOut, PROBLEMS: ProblemOut},
    summary="Say how an uploaded file is to be read, and whose its rows are",
    operation_id="answer_import",
    openapi_extra={"requestBody": documented_body(AnswersIn)},
)
def answer(request: HttpRequest, number: int) -> dict[str, Any]:
    """Kept with the file; the answer says what it would do then."""
    refuse_unknown(request)
    token, said = _token(request), body_of(request, AnswersIn)
    upload = _found(token, number, waiting=True)
    kind = KINDS[upload.kind]
    asked = said.model_dump(include=said.model_fields_set)
    mapping = asked.pop("mapping", "")
    _refuse_others(asked, kind.answers)
    _read_by(upload, mapping)
    if said.dates not in ("", *FORMS):
        raise wrong_part("dates", _("“%(form)s” is not a date format.") % {"form": said.dates}, ", ".join(FORMS))
    try:
        days.zone(said.time_zone or "UTC")
    except days.UnknownZone as error:
        raise wrong_part("time_zone", str(error), "Asia/Tokyo") from None
    if not all(line.isdecimal() for line in said.people):
        raise wrong_part("people", _("A row is identified by its line."), '{"12": "sato"}')
    if unknown := [what for what in said.columns if what not in _known(upload)]:
        raise wrong_part(
            "columns", _("There is no column “%(what)s”.") % {"what": unknown[0]}, ", ".join(_known(upload))
        )
    same_person = {login: what for what in ("same", "new") for login in asked.pop(what, ())}
    for key in ("columns", "people"):
        if key in asked:
            asked[key] = {**upload.options.get(key, {}), **asked[key]}
    upload.read_as(asked)
    if same_person:
        people_file_import.answer(upload, same_person)
    return _out(upload)


@router.post(
    "/imports/{int:number}/confirmation",
    response={200: ImportOut, PROBLEMS: ProblemOut},
    summary="Do what an uploaded file would do",
    operation_id="confirm_import",
    openapi_extra={"parameters": [KEY], "requestBody": documented_body(ConfirmationIn)},
)
def confirm(request: HttpRequest, number: int) -> "Status[dict[str, Any]]":
    """200: done; 409: refused, such as since it would do something else now than what was looked at."""
    refuse_unknown(request)
    token, said = _token(request), body_of(request, ConfirmationIn)
    upload = _found(token, number)
    kind = KINDS[upload.kind]
    _refuse_others(said.model_fields_set - {"fingerprint"}, kind.confirms)

    def do() -> tuple[int, dict[str, Any]]:
        return 200, _confirmed(kind, upload, Confirmation(**said.model_dump()), token)

    return Status(*once(request, token, do))


def _confirmed(kind: Kind, upload: Upload, said: Confirmation, token: ApiToken) -> dict[str, Any]:
    if not upload.is_waiting:
        raise Refused(_("This file was already imported or discarded."))
    kind.confirm(upload, said, token.owner, today())
    upload.refresh_from_db()
    return _out(upload)


@router.delete(
    "/imports/{int:number}",
    response={200: ImportOut, PROBLEMS: ProblemOut},
    summary="Throw an uploaded file away",
    operation_id="remove_import",
)
def throw_away(request: HttpRequest, number: int) -> dict[str, Any]:
    """Nothing of it is imported."""
    refuse_unknown(request)
    token, _nothing = _token(request), body_of(request, NoBody)
    upload = _found(token, number, waiting=True)
    upload.claim(Upload.State.ABANDONED)
    return _out(upload)


def _token(request: HttpRequest) -> ApiToken:
    """The token, if it may bring in files. Raises Problem."""
    token = token_for(request, Scope.IMPORT_FILES)
    if not token.owner.changes_things:
        text = _("Only administrators can import files, and the owner of this token is not one.")
        raise Problem.of(403, text, "Authorization", _("Use a token of an administrator."))
    return token


def _found(token: ApiToken, number: int, *, waiting: bool = False) -> Upload:
    """An upload that the owner of the token may see. Raises Problem, also where it should be waiting and is not."""
    found: Upload | None = Upload.objects.visible_to(token.owner).filter(pk=min(number, 2**62)).first()
    if found is None:
        text = _("There is no file %(number)s that this token can see.") % {"number": number}
        raise Problem.of(404, text, "number", _("Use the id from the answer to the upload."))
    if waiting and not found.is_waiting:
        text = _("This file was already imported or discarded.")
        raise Problem.of(409, text, "number", _("Upload it again."))
    return found


def _refuse_others(given: Iterable[str], known: frozenset[str]) -> None:
    if unknown := sorted(set(given) - known):
        text = _("Not available for this kind of file: %(names)s.") % {"names": ", ".join(unknown)}
        raise wrong_part(unknown[0], text, ", ".join(sorted(known)) or "–")


def _known(upload: Upload) -> list[str]:
    """What its columns can be."""
    return mappings.REPORTS if upload.kind == Upload.Kind.REPORT else [*mappings.PEOPLE]


def _read_by(upload: Upload, name: str) -> None:
    """Have it read by a kept mapping, if one is named. Raises Problem."""
    if not name:
        return
    service = Service.objects.get(pk=upload.options["service"]) if upload.kind == Upload.Kind.REPORT else None
    if "columns" not in KINDS[upload.kind].answers:
        raise wrong_part("mapping", _("Files of this kind have no mappings."), "–")
    try:
        upload.read_as(mapping_named(name, service).how())
    except Refused as refusal:
        raise wrong_part("mapping", str(refusal), _("The name of a saved mapping.")) from None


def _out(upload: Upload) -> dict[str, Any]:
    about: dict[str, Any] = {
        "id": upload.pk, "kind": upload.kind, "file": upload.name, "state": upload.state, "result": upload.result,
    }  # fmt: skip
    if upload.is_waiting:
        about |= _looked(KINDS[upload.kind].look(upload))
    return about


def _looked(look: Looked) -> dict[str, Any]:
    plain = ("fingerprint", "encoding", "columns", "not_read", "rows", "recognized")
    return {
        **{name: getattr(look, name) for name in plain},
        "first_day": look.first_day and look.first_day.isoformat(),
        "last_day": look.last_day and look.last_day.isoformat(),
        "errors": {"count": len(look.errors), "first": first(look.errors)},
        "remarks": {"count": len(look.remarks), "first": first(look.remarks)},
        "questions": [vars(each) for each in look.questions[:1000]],
        "changes": [vars(each) for each in look.changes],
        "to_confirm": [vars(each) for each in look.to_confirm],
    }  # fmt: skip
