"""Licenses by rule for programs: the rules, how many people are due by them, adding and removing one."""

import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_noop
from ninja import Field, Router, Schema, Status

from seatwise.directory.models import ApiToken, Department, Scope, Service
from seatwise.directory.once import once
from seatwise.lib import days
from seatwise.licenses import api_requests, license_rules
from seatwise.licenses.api import KEY, PROBLEMS
from seatwise.licenses.api_requests import BodyIn, NoBody, body_of, documented_body, wrong_part
from seatwise.licenses.forms_services import LicenseRuleSearch
from seatwise.licenses.models import LicenseRule
from seatwise.site.api_lists import PartForm, RowsOut, checked, documented, part_of
from seatwise.site.problems import Problem, ProblemOut

router = Router(tags=["licenses"])


class RulesForm(PartForm, LicenseRuleSearch):
    """The form of the list of rules."""


class RuleIn(BodyIn):
    """A rule that is to be added."""

    department: str = Field(description=gettext_noop("Code of a department; sub-departments are included."))
    service: str = Field(description=gettext_noop("The code of the service."))
    since: str = Field(description=gettext_noop("YYYY-MM-DD. People who joined before that day are not affected."))
    automatic: bool = Field(
        False, description=gettext_noop("Whether licenses are added without an administrator looking at it.")
    )


class RuleOut(Schema):
    """One rule."""

    id: int
    department: str = Field(description=gettext_noop("The code of the department."))
    service: str = Field(description=gettext_noop("The code of the service."))
    since: datetime.date
    automatic: bool


class DueOut(Schema):
    """How many people are due a license of a service now."""

    service: str
    count: int


class RulesOut(RowsOut):
    """A part of the rules, and who is due by all of them."""

    rules: list[RuleOut]
    due: list[DueOut]


@router.get(
    "/license-rules",
    response={200: RulesOut, frozenset({401, 403, 422}): ProblemOut},
    summary="The rules by which people get licenses",
    operation_id="license_rules",
    openapi_extra={"parameters": documented(RulesForm)},
)
def rules(request: HttpRequest) -> dict[str, Any]:
    """The rules, for tokens of administrators and auditors; none for others."""
    token = api_requests.token_for(request, Scope.READ_LICENSES)
    form = checked(RulesForm(request.GET))
    part, rows = part_of(request, form, form.narrow(LicenseRule.objects.visible_to(token.owner)).in_order())
    due = license_rules.counts_due() if token.owner.sees_all else []
    counts = [{"service": service.code, "count": count} for service, count in due]
    return part | {"rules": [_out(each) for each in rows], "due": counts}


@router.post(
    "/license-rules",
    response={201: RuleOut, PROBLEMS: ProblemOut},
    summary="Add a rule by which people get licenses",
    operation_id="add_license_rule",
    openapi_extra={"parameters": [KEY], "requestBody": documented_body(RuleIn)},
)
def add_rule(request: HttpRequest) -> "Status[dict[str, Any]]":
    """201: added; 409: there is one for this department and service already."""
    api_requests.refuse_unknown(request)
    token, asked = _token(request), body_of(request, RuleIn)
    department = Department.objects.filter(code=asked.department).first()
    service = Service.objects.filter(code=asked.service).first()
    if department is None:
        raise wrong_part("department", _("There is no department with this code."), _("the code of a department"))
    if service is None:
        raise wrong_part("service", _("There is no service with this code."), _("the code of a service"))
    try:
        since = days.date_of(days.parse_day(asked.since))
    except ValueError:
        raise wrong_part("since", _("This is not a date."), "YYYY-MM-DD") from None

    def add() -> tuple[int, dict[str, Any]]:
        made = license_rules.add(department, service, by=token.owner, since=since, automatic=asked.automatic)
        api_requests.record_use(token, "license_rule.add", made.described())
        return 201, _out(made)

    return Status(*once(request, token, add))


@router.delete(
    "/license-rules/{int:number}",
    response={200: RuleOut, PROBLEMS: ProblemOut},
    summary="Remove a rule",
    operation_id="remove_license_rule",
    openapi_extra={"parameters": [KEY]},
)
def remove_rule(request: HttpRequest, number: int) -> "Status[dict[str, Any]]":
    """People who got a license by it keep it."""
    api_requests.refuse_unknown(request)
    token, _nothing = _token(request), body_of(request, NoBody)

    def remove() -> tuple[int, dict[str, Any]]:
        found = LicenseRule.objects.visible_to(token.owner).in_order().filter(pk=min(number, 2**62)).first()
        if found is None:
            text = _("There is no rule %(number)s.") % {"number": number}
            raise Problem.of(404, text, "number", _("Use the id from the list of rules."))
        told = _out(found)
        api_requests.record_use(token, "license_rule.remove", found.described())
        license_rules.remove(found, by=token.owner)
        return 200, told

    return Status(*once(request, token, remove))


def _token(request: HttpRequest) -> ApiToken:
    """The token, if it may change rules. Raises Problem."""
    token = api_requests.token_for(request, Scope.CHANGE_LICENSES)
    if not token.owner.changes_things:
        text = _("Only administrators can change rules, and the owner of this token is not one.")
        raise Problem.of(403, text, "Authorization", _("Use a token of an administrator."))
    return token


def _out(rule: LicenseRule) -> dict[str, Any]:
    return {"id": rule.pk, **rule.described()}
