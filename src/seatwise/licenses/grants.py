"""Adding, removing and reassigning licenses: the license, its effect, its audit entry and the ledger's row in one
transaction."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _, ngettext

from seatwise import audit
from seatwise.directory import independence, rows
from seatwise.directory.changes import Refused
from seatwise.directory.independence import Why
from seatwise.directory.models import Kind, Service, User
from seatwise.ledger import holders
from seatwise.lib.batches import among, batches
from seatwise.licenses import effects, hooks, own_licenses, seats
from seatwise.licenses.models import Change, License

REMOVED = ("removed_on", "removed_by_id", "remove_reason", "removed_in_id")


@dataclass(frozen=True)
class Addition:
    """Who gets a license, in which change, which says by whom and why. `replaces`: whose seat they get; `gives_back`:
    which license they had before, whose first day the new one keeps."""

    user: User
    change: Change
    replaces: License | None = None
    gives_back: License | None = None


@transaction.atomic
def grant(
    service: Service,
    users: Iterable[User],
    *,
    by: User | None,
    reason: str,
    on: datetime.date,
    change: Change | None = None,
    in_effect: bool = False,
) -> list[License]:
    """Give all of them a license, or none; in a change of its own where none is given. Raises Refused."""
    change = change or Change.objects.begin(by=by, how=Change.How.OTHER, reason=reason)
    return add(service, [Addition(user, change) for user in users], on=on, in_effect=in_effect)


def grant_one(service: Service, user: User, *, by: User | None, reason: str, on: datetime.date) -> License:
    """Give somebody a seat. Raises Refused where there is none, for guests, and for those who hold one."""
    return grant(service, [user], by=by, reason=reason, on=on)[0]


@transaction.atomic
def add(service: Service, wanted: Sequence[Addition], *, on: datetime.date, in_effect: bool = False) -> list[License]:
    """Give all of them a license, or none; in their order, nobody twice. Raises Refused.

    `in_effect`: the service has them already, so nothing is to be done there.
    """
    people = seats.lock_people([each.user for each in wanted])
    seats.lock(service)
    own_licenses.refuse_giving(service, [(each.user, each.change.by) for each in wanted])
    _refuse_guests(people.values())
    _refuse_holders(service, list(people))
    additions = {each.user.pk: each for each in wanted}
    licenses = [
        License(
            service=service,
            user=people[pk],
            added_on=on,
            first_day=each.gives_back.first_day if each.gives_back else on,
            added_by=each.change.by,
            add_reason=each.change.reason,
            added_in=each.change,
            replaces=each.replaces,
        )
        for pk, each in additions.items()
    ]
    rows.number(licenses)
    rows.insert(License, licenses)
    if not in_effect:
        effects.added(service, licenses, on)
    seats.refuse_without_seats(service, on)
    holders.licenses_added(service, people.values())
    _record_added(licenses, on)
    return licenses


@transaction.atomic
def revoke(
    licenses: Sequence[License], *, by: User | None, reason: str, on: datetime.date, change: Change | None = None
) -> None:
    """Remove licenses of one service, all or none; in a change of its own where none is given. Raises Refused."""
    change = change or Change.objects.begin(by=by, how=Change.How.OTHER, reason=reason)
    remove([(each, change) for each in licenses], on=on)


@transaction.atomic
def remove(wanted: Sequence[tuple[License, Change]], *, on: datetime.date, in_effect: bool = False) -> None:
    """Remove licenses of one service, all or none, each in a change, which says by whom and why.

    `in_effect`: they are gone in the service already. Raises Refused where one was removed already.
    """
    licenses = [each for each, _change in wanted]
    service = licenses[0].service
    if any(each.service_id != service.pk for each in licenses):
        raise ValueError("the licenses to remove are of one service")
    seats.lock(service)
    _refuse_not_held(licenses, on)
    for each, change in wanted:
        each.removed_on, each.removed_by, each.remove_reason, each.removed_in = on, change.by, change.reason, change
    rows.update(License, [(each, REMOVED) for each in licenses])
    effects.removed(service, licenses, on, in_effect=in_effect)
    holders.licenses_removed(service, [each.user for each in licenses])
    for tell in hooks.licenses_removed:
        tell(licenses, on)
    audit.record_many(
        audit.entry(each.removed_by, "license.remove", each, before=each.described(), reason=each.remove_reason)
        for each in licenses
    )


@transaction.atomic
def reassign(
    held: License, to: User, *, by: User | None, reason: str, on: datetime.date, change: Change | None = None
) -> License:
    """Remove it and give its seat to somebody else in one step. Raises Refused."""
    change = change or Change.objects.begin(by=by, how=Change.How.OTHER, reason=reason)
    return reassign_each([(held, to, change)], on=on)[0]


@transaction.atomic
def reassign_each(wanted: Sequence[tuple[License, User, Change]], *, on: datetime.date) -> list[License]:
    """The same of licenses of one service, all or none: the new ones, in their order. Raises Refused."""
    service, named = wanted[0][0].service, set[int]()
    for held, to, _change in wanted:
        if to.pk in named | {held.user_id}:
            raise _holds_already(to, service)
        named.add(to.pk)
    seats.lock_people([user for held, to, _change in wanted for user in (held.user, to)])
    remove([(held, change) for held, _to, change in wanted], on=on)
    return add(service, [Addition(to, change, replaces=held) for held, to, change in wanted], on=on)


def _refuse_guests(users: Iterable[User]) -> None:
    for user in users:
        if user.kind == Kind.GUEST:
            raise Refused(_("%(name)s is a guest user, and guests hold no licenses.") % {"name": user})


def _refuse_holders(service: Service, ids: Sequence[int]) -> None:
    for some in batches(ids):
        # In no order: SQLite would go through all there are in it.
        for holder in License.objects.of(service).held().by(among(some)).select_related("user")[:1]:
            raise _holds_already(holder.user, service)


def _holds_already(user: User, service: Service) -> Refused:
    return Refused(_("%(name)s already holds a license for %(service)s.") % {"name": user, "service": service})


def _refuse_not_held(licenses: Sequence[License], on: datetime.date) -> None:
    """Under seats.lock, so what is read now stays."""
    for some in batches([each.pk for each in licenses]):
        held = dict(License.objects.held().filter(pk__in=among(some)).values_list("pk", "added_on"))
        if any(day > on for day in held.values()):
            raise Refused(_("A license cannot be removed before the day it was added."))
        if len(held) != len(some):
            raise Refused(
                ngettext(
                    "This license was already removed. Nothing was changed.",
                    "Some of these licenses were already removed. Nothing was changed.",
                    len(licenses),
                )
            )


def _record_added(licenses: Sequence[License], on: datetime.date) -> None:
    own = independence.selves_of_each({each.added_by_id for each in licenses if each.added_by_id})
    audit.record_many(
        audit.entry(
            each.added_by,
            "license.add",
            each,
            after={**each.described(), "added_on": str(on), **_mark(each, own.get(each.added_by_id or 0, ()))},
            reason=each.add_reason,
        )
        for each in licenses
    )


def _mark(given: License, own: Collection[int]) -> dict[str, str]:
    """That somebody gave a license to themselves, or to an account of theirs."""
    if given.user_id not in own:
        return {}
    return {own_licenses.MARK: str(Why.SELF if given.user_id == given.added_by_id else Why.SHARED)}
