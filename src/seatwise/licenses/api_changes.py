"""What programs change of licenses: by the owner of the token, and the audit log says by which token."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.configuration import today
from seatwise.licenses import seats
from seatwise.licenses.api_requests import WantedChange
from seatwise.licenses.change_state import state_of
from seatwise.licenses.grants import grant, revoke
from seatwise.licenses.models import Change, Effect, License
from seatwise.site.problems import Problem, Wrong


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
        text = _("%(login)s holds no license of %(service)s.")
        wrong = Wrong(
            text % {"login": wanted.user.login, "service": wanted.service}, "login", _("Nothing is to be done.")
        )
        raise Problem(404, wrong)
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
