"""User Access Monitoring for programs: the list of the screen, with the screen's own form."""

import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_noop
from ninja import Field, Router, Schema

from seatwise.directory.models import ApiToken, Scope, Service
from seatwise.ledger.coverage_calendar import calendar_of
from seatwise.ledger.covered_days import counted_until
from seatwise.ledger.freshness import freshness
from seatwise.ledger.zones import organization_zone, today
from seatwise.lib import days
from seatwise.licenses.api_requests import refuse_unknown
from seatwise.monitoring import listing
from seatwise.monitoring.filters import NarrowingForm
from seatwise.monitoring.listing import Basis, recorder
from seatwise.site.api_lists import PartForm, checked, documented, part_of
from seatwise.site.problems import Problem, ProblemOut

router = Router(tags=["usage"])


class ApiForm(PartForm, NarrowingForm):
    """The form of the list, with the part of it that is wanted."""


class Period(Schema):
    """Days in a row."""

    first_day: datetime.date
    last_day: datetime.date


class BasisOut(Schema):
    """What the list rests on."""

    as_of: datetime.date | None = Field(
        description=gettext_noop("The day the list is as of; null before anything is recorded.")
    )
    first_day: datetime.date | None = Field(description=gettext_noop("The first day of the window."))
    window: int = Field(description=gettext_noop("Days of the window, the as-of day included."))
    is_current: bool = Field(
        description=gettext_noop("False for a past day: departments and licenses are still today’s.")
    )
    since: datetime.date | None = Field(description=gettext_noop("The day recording began."))
    gaps: list[Period] = Field(description=gettext_noop("All days since then without records."))
    unknown_days: list[Period] = Field(description=gettext_noop("The days of the window without records."))
    time_zone: str = Field(description=gettext_noop("The zone whose days these are."))


class UserOut(Schema):
    """One user who holds a license."""

    login: str
    name: str
    departments: list[str] = Field(description=gettext_noop("Paths such as Sales/Tokyo, the primary one first."))
    last_access: datetime.date | None = Field(
        description=gettext_noop("Null: no access since recording began, which does not mean “never”.")
    )
    access_days: int = Field(description=gettext_noop("Access days in the window."))
    at_least: bool = Field(description=gettext_noop("True: the number is a lower bound, since days lack records."))
    at_most: int | None = Field(
        None, description=gettext_noop("The highest the number can be; present if a vendor report says so.")
    )
    reported_on: datetime.date | None = Field(
        None, description=gettext_noop("The day of the vendor report that the number is based on.")
    )
    license_since: datetime.date | None
    marks: list[str] = Field(
        description=gettext_noop("Any of on_leave, new, part_time, part_time_days, api_only, weak_evidence, reported.")
    )
    on_leave_until: datetime.date | None = Field(
        description=gettext_noop("The day until which the license is suspended, for someone on leave.")
    )
    expected_days: str | None = Field(description=gettext_noop("Days a week, for part-time users."))
    strip: str = Field(
        description=gettext_noop("One character per day of the window: 1 access, 0 no access, ? no records.")
    )


class ServiceOut(Schema):
    """The service."""

    code: str
    name: str


class UsageOut(Schema):
    """A part of the list."""

    service: ServiceOut
    basis: BasisOut
    count: int = Field(description=gettext_noop("How many users the whole filtered list has."))
    limit: int
    offset: int
    next: str | None = Field(description=gettext_noop("The address of the next page; null at the end."))
    users: list[UserOut]


class SourceRecordsOut(Schema):
    """What one source has sent."""

    code: str
    name: str
    last_line_at: datetime.datetime | None = Field(description=gettext_noop("When a line of it was last read."))
    last_heartbeat_at: datetime.datetime | None = Field(description=gettext_noop("When it last sent a heartbeat."))
    lines_today: dict[str, int] = Field(description=gettext_noop("Lines read today, by reason; “access” counts."))


class RecordsOut(Schema):
    """How fresh and how complete the records of a service are."""

    service: ServiceOut
    counted_until: datetime.date | None = Field(description=gettext_noop("The day up to which use is counted."))
    unknown_days: list[Period] = Field(description=gettext_noop("All days since recording began without records."))
    heartbeat_days: list[Period] = Field(description=gettext_noop("Days covered by heartbeats alone."))
    closed_days: list[Period] = Field(description=gettext_noop("Days without records confirmed as closed."))
    sources: list[SourceRecordsOut]


@router.get(
    "/services/{slug:code}/records",
    response={200: RecordsOut, frozenset({401, 403, 404, 422}): ProblemOut},
    summary="How fresh and how complete the records of a service are",
    operation_id="records",
)
def records(request: HttpRequest, code: str) -> dict[str, Any]:
    """What the page of covered days and the line below each list say."""
    service = found_service(request.auth, code)  # type: ignore[attr-defined]
    refuse_unknown(request)
    calendar = calendar_of(service, today())
    masks = (calendar.unknown, calendar.idle, calendar.closed) if calendar else ({}, {}, {})
    unknown, idle, closed = (periods(days.runs(days.days_in(found))) for found in masks)
    return {
        "service": {"code": service.code, "name": service.name},
        "counted_until": _date(counted_until(service)),
        "unknown_days": unknown,
        "heartbeat_days": idle,
        "closed_days": closed,
        "sources": [
            {
                "code": each.source.code,
                "name": each.source.name,
                "last_line_at": each.heard_at,
                "last_heartbeat_at": each.beat_at,
                "lines_today": each.today,
            }
            for each in freshness(service)
        ],
    }


@router.get(
    "/services/{slug:code}/usage",
    response={200: UsageOut, frozenset({401, 403, 404, 422}): ProblemOut},
    summary="Each licensed user's last access date and access days",
    operation_id="usage",
    exclude_unset=True,
    openapi_extra={"parameters": documented(ApiForm)},
)
def usage(request: HttpRequest, code: str) -> dict[str, Any]:
    """The list of User Access Monitoring, narrowed and sorted: what the screen shows to the owner of the token."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    service = found_service(token, code)
    form = checked(ApiForm(request.GET, token.owner, service))
    wanted = form.wanted()
    of = listing.basis(service, wanted.as_of)
    part, rows = part_of(request, form, listing.selection(of, wanted.narrowing, wanted.sorting, token.owner))
    record = recorder(of)
    return {
        "service": {"code": service.code, "name": service.name},
        "basis": basis_out(of),
        **part,
        "users": [record(row) for row in rows],
    }


def found_service(token: ApiToken, code: str) -> Service:
    """A service that the owner of a token may see the usage of. Raises Problem."""
    if not token.allows(Scope.READ_USAGE):
        raise Problem.of(
            403,
            _("This token may not read usage."),
            "Authorization",
            _("Add a token with the scope %(scope)s.") % {"scope": Scope.READ_USAGE.value},
        )
    service: Service | None = Service.objects.visible_to(token.owner).filter(code=code).first()
    if service is None:
        raise Problem.of(
            404,
            _("There is no service “%(code)s” whose usage this token can read.") % {"code": code},
            "code",
            _("Use the code of a service, as in the address of its page."),
        )
    return service


def _date(day: int | None) -> datetime.date | None:
    return days.date_of(day) if day is not None else None


def periods(found: list[tuple[int, int]]) -> list[dict[str, Any]]:
    return [{"first_day": _date(first), "last_day": _date(last)} for first, last in found]


def basis_out(of: Basis) -> dict[str, Any]:
    """What the list rests on, as JSON has it."""
    return {
        "as_of": _date(of.as_of),
        "first_day": _date(of.first_of_window),
        "window": of.window,
        "is_current": of.is_current or of.as_of is None,
        "since": _date(of.first_day),
        "gaps": periods(days.gaps(of.covered)),
        "unknown_days": periods(of.unknown_days),
        "time_zone": organization_zone(),
    }
