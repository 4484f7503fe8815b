"""Licenses for programs: who holds one of a service, giving one and removing one, by the verbs of the screens.

A change is made by the owner of the token, and the audit log says by which token.
"""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_lazy, gettext_noop
from ninja import Field, Router, Schema, Status

from seatwise import audit
from seatwise.configuration import today
from seatwise.directory.models import Scope, Service, User
from seatwise.directory.once import HEADER, once
from seatwise.ledger.models import Usage
from seatwise.licenses import api_requests, costs, seats, selection
from seatwise.licenses.api_requests import WantedChange
from seatwise.licenses.change_state import state_of, states_of
from seatwise.licenses.forms import UsersForm
from seatwise.licenses.grants import grant, revoke
from seatwise.licenses.models import Change, Contract, Effect, License
from seatwise.licenses.models.licenses import LicenseQuerySet
from seatwise.site.api_lists import PartForm, RowsOut, checked, documented, part_of
from seatwise.site.problems import Problem, ProblemOut
from seatwise.site.search import choice


def add(wanted: WantedChange) -> tuple[int, dict[str, Any]]:
    """Give it, unless it is held. In a transaction. Raises Refused."""
    held = _held(wanted)
    if held is not None:
        return 200, _out(held)
    change = _begin(wanted)
    owner, on = wanted.token.owner, today()
    [given] = grant(wanted.service, [wanted.user], by=owner, reason=wanted.reason, on=on, change=change)
    _record(wanted, change, "add")
    return 201, _out(given)


def remove(wanted: WantedChange) -> tuple[int, dict[str, Any]]:
    """Remove it. In a transaction. Raises Refused, and Problem where there is none."""
    held = _held(wanted)
    if held is None:
        text = _("%(login)s has no license for %(service)s.")
        raise Problem.of(
            404, text % {"login": wanted.user.login, "service": wanted.service}, "login", _("There is nothing to do.")
        )
    change = _begin(wanted)
    revoke([held], by=wanted.token.owner, reason=wanted.reason, on=today(), change=change)
    _record(wanted, change, "remove")
    return 200, _out(held)


def _held(wanted: WantedChange) -> License | None:
    """The license that is held now, and nobody changes meanwhile."""
    seats.lock_people([wanted.user])
    seats.lock(wanted.service)
    held = License.objects.held().of(wanted.service).by([wanted.user])
    found: License | None = held.select_related("user", "service").first()
    return found


def _begin(wanted: WantedChange) -> Change:
    return Change.objects.begin(by=wanted.token.owner, how=Change.How.API, reason=wanted.reason)


def _record(wanted: WantedChange, change: Change, what: str) -> None:
    audit.record(
        by=wanted.token.owner,
        verb="token.license",
        subject=wanted.token,
        after={"change": change.pk, "what": what, "service": wanted.service.code, "user": wanted.user.login},
        reason=wanted.reason,
    )


def _out(each: License) -> dict[str, Any]:
    return described(each, Effect.objects.by_license([each.pk]).get(each.pk, []), state_of(each))


def described(each: License, pending: Sequence[str], state: str) -> dict[str, Any]:
    return {
        "login": each.user.login,
        "name": each.user.name,
        "added_on": each.added_on.isoformat(),
        "first_day": each.first_day.isoformat(),
        "removed_on": each.removed_on.isoformat() if each.removed_on else None,
        "pending": list(pending),
        "state": str(state),
    }


class HoldersForm(PartForm, UsersForm):
    """The form of the page of a service's users, for holders alone; they come by login."""

    sort = descending = None  # type: ignore[assignment]
    who = choice(
        gettext_lazy("Only holders who take a seat, or only those who take none because they are inactive"),
        [("holders", gettext_lazy("Holders")), ("inactive", gettext_lazy("Inactive holders, who do not take a seat"))],
        everything=gettext_lazy("Everyone"),
    )

    def narrowed(self, service: Service, held: LicenseQuerySet) -> LicenseQuerySet:
        """The licenses of those who are wanted."""
        wanted = self.wanted()
        if wanted.narrows_people:
            held = held.by(selection.narrowed(User.objects.all(), wanted))
        if who := self.cleaned_data["who"]:
            held = held.filter(user__in=Usage.objects.of(service).filter(shown=who == "holders").values("user"))
        return held


router = Router(tags=["licenses"])
PROBLEMS = frozenset({400, 401, 403, 404, 409, 422})
ADDRESS = "/services/{slug:code}/licenses/{path:login}"


class LicenseOut(Schema):
    """One license."""

    login: str
    name: str
    added_on: datetime.date = Field(description=gettext_noop("The day it was added."))
    first_day: datetime.date = Field(
        description=gettext_noop(
            "The day from which its holder’s use is judged: earlier than the day it was added if a removal was undone."
        )
    )
    removed_on: datetime.date | None = Field(description=gettext_noop("The day it was removed; null while it is held."))
    pending: list[str] = Field(
        description=gettext_noop("What the service has not confirmed yet: any of add, remove, sleep, wake.")
    )
    state: str = Field(description=gettext_noop("How far its last change is: requested, carried_out or confirmed."))


class LicensesOut(RowsOut):
    """A part of those who hold licenses of a service, by login."""

    count: int = Field(description=gettext_noop("How many people hold a license."))
    licenses: list[LicenseOut]


KEY = {
    "in": "header",
    "name": HEADER,
    "required": True,
    "description": gettext_noop(
        "A random key. If the request is sent again with the same key within 24 hours, it gets the "
        "same answer and is carried out only once."
    ),
    "schema": {"type": "string", "maxLength": 255},
}
REASON = {
    "type": "string",
    "description": gettext_noop("The reason; required for a removal. Can also be given as a parameter."),
}
BODY = {"content": {"application/json": {"schema": {"type": "object", "properties": {"reason": REASON}}}}}


@router.get(
    "/services/{slug:code}/licenses",
    response={200: LicensesOut, frozenset({401, 403, 404, 422}): ProblemOut},
    summary="Who holds a license of a service",
    operation_id="licenses",
    openapi_extra={"parameters": documented(HoldersForm)},
)
def licenses(request: HttpRequest, code: str) -> dict[str, Any]:
    """Those who hold a license of a service, as far as the owner of the token may see them."""
    token = api_requests.token_for(request, Scope.READ_LICENSES)
    service = api_requests.visible_service(token, code)
    form = checked(HoldersForm(request.GET, token.owner))
    held = form.narrowed(service, License.objects.visible_to(token.owner).held().of(service))
    part, rows = part_of(request, form, held.select_related("user").order_by("user__folded", "pk"))
    waiting = Effect.objects.by_license(each.pk for each in rows)
    states = states_of(each.pk for each in rows)
    return part | {"licenses": [described(each, waiting.get(each.pk, []), states[each.pk]) for each in rows]}


class SavingOut(Schema):
    """From when fewer seats of a contract save money."""

    when: str = Field(description=gettext_noop("Any of open, month, late, ends, passed, unknown."))
    since: datetime.date | None = Field(description=gettext_noop("The day from which fewer seats save money."))
    order_by: datetime.date | None = Field(description=gettext_noop("The last day to order it."))
    finish_by: datetime.date | None = Field(
        description=gettext_noop("The last day to finish a review so that it saves money; null if unknown.")
    )


class ContractOut(Schema):
    """One contract of a service."""

    id: int
    seats: int
    state: str = Field(description=gettext_noop("Where it stands today: planned, in_force or ended."))
    price: Decimal | None
    price_kind: str = Field(description=gettext_noop("What the price is for: seat, pack or flat."))
    pack_seats: int | None
    period: str
    currency: str
    starts: datetime.date | None
    ends: datetime.date | None = Field(description=gettext_noop("The first day on which it is no longer in force."))
    shrinks: str = Field(description=gettext_noop("When seats can be reduced: renewal or month."))
    renews: datetime.date | None
    renews_every: int | None = Field(description=gettext_noop("In months, if it renews automatically."))
    notice: int | None
    notice_unit: str
    last_day_for_changes: datetime.date | None
    saving: SavingOut | None = Field(description=gettext_noop("Null if it is not in force."))


class ContractsOut(Schema):
    """The contracts of a service, the oldest first."""

    contracts: list[ContractOut]


@router.get(
    "/services/{slug:code}/contracts",
    response={200: ContractsOut, frozenset({401, 403, 404}): ProblemOut},
    summary="The contracts of a service, and until when a review saves money",
    operation_id="contracts",
)
def contracts(request: HttpRequest, code: str) -> dict[str, Any]:
    """The contracts of a service; none where the owner of the token sees no contracts."""
    api_requests.refuse_unknown(request)
    token = api_requests.token_for(request, Scope.READ_LICENSES)
    service, on = api_requests.visible_service(token, code), today()
    return {"contracts": [_contract(each, on) for each in Contract.objects.visible_to(token.owner).of(service)]}


def _contract(each: Contract, on: datetime.date) -> dict[str, Any]:
    names = set(ContractOut.model_fields) - {"state", "saving"}
    state, found = each.state_on(on), costs.saving(each, on)
    told = {name: getattr(found, name) for name in SavingOut.model_fields}
    return {name: getattr(each, name) for name in names} | {
        "state": state,
        "saving": told if state == "in_force" else None,
    }


@router.put(
    ADDRESS,
    response={200: LicenseOut, 201: LicenseOut, PROBLEMS: ProblemOut},
    summary="Give someone a license",
    operation_id="add_license",
    openapi_extra={"parameters": [KEY], "requestBody": BODY},
)
def add_license(request: HttpRequest, code: str, login: str) -> "Status[dict[str, Any]]":
    """201: given; 200: was held already, and nothing was changed; 409: refused, such as for lack of a seat."""
    wanted = api_requests.change_of(request, code, login)
    return Status(*once(request, wanted.token, lambda: add(wanted)))


@router.delete(
    ADDRESS,
    response={200: LicenseOut, PROBLEMS: ProblemOut},
    summary="Remove someone’s license",
    operation_id="remove_license",
    openapi_extra={"parameters": [KEY], "requestBody": BODY},
)
def remove_license(request: HttpRequest, code: str, login: str) -> "Status[dict[str, Any]]":
    """200: removed; 404: holds none; 409: refused. A reason is needed."""
    wanted = api_requests.change_of(request, code, login, needs_reason=True)
    return Status(*once(request, wanted.token, lambda: remove(wanted)))
