"""Adding, removing and reassigning licenses: the license, its effect, its audit entry and the ledger's row in one
transaction."""

import datetime
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from seatwise import audit
from seatwise.directory import independence, rows
from seatwise.directory.changes import Refused
from seatwise.directory.independence import Why
from seatwise.directory.models import Service, User
from seatwise.directory.models.people import Kind
from seatwise.ledger import holders
from seatwise.lib.batches import batches
from seatwise.licenses import effects, hooks, own_licenses, seats
from seatwise.licenses.models import Change, License


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
    replaces: Mapping[int, License] | None = None,
    gives_back: Mapping[int, License] | None = None,
) -> list[License]:
    """Give all of them a license, or none. Raises Refused.

    `in_effect`: the service has them already, so nothing is to be done there. By the id of the new holder: `replaces`,
    whose seats they get; `gives_back`, which license they had before, whose first day the new one keeps.
    """
    people = seats.lock_people(users)
    seats.lock(service)
    own_licenses.refuse_giving(service, list(people.values()), by)
    _refuse_guests(people.values())
    _refuse_holders(service, list(people))
    change = change or Change.objects.begin(by=by, how=Change.How.OTHER, reason=reason)
    kept, had = replaces or {}, gives_back or {}
    licenses = [
        License(
            service=service,
            user=user,
            added_on=on,
            first_day=had[user.pk].first_day if user.pk in had else on,
            added_by=by,
            add_reason=reason,
            added_in=change,
            replaces=kept.get(user.pk),
        )
        for user in people.values()
    ]
    rows.insert(License, licenses)
    _learn_ids(service, licenses)
    if not in_effect:
        effects.added(service, licenses, on)
    seats.refuse_without_seats(service, on)
    holders.licenses_added(service, people.values())
    _record("license.add", licenses, by=by, reason=reason, on=on)
    return licenses


def grant_one(service: Service, user: User, *, by: User | None, reason: str, on: datetime.date) -> License:
    """Give somebody a seat. Raises Refused where there is none, for guests, and for those who hold one."""
    return grant(service, [user], by=by, reason=reason, on=on)[0]


@transaction.atomic
def revoke(
    licenses: Sequence[License], *, by: User | None, reason: str, on: datetime.date, change: Change | None = None
) -> None:
    """Remove licenses of one service, all or none. Raises Refused where one was removed already."""
    service = licenses[0].service
    if any(each.service_id != service.pk for each in licenses):
        raise ValueError("the licenses to remove are of one service")
    seats.lock(service)
    change = change or Change.objects.begin(by=by, how=Change.How.OTHER, reason=reason)
    what = {"removed_on": on, "removed_by": by, "remove_reason": reason, "removed_in": change}
    for some in batches([each.pk for each in licenses]):
        held = License.objects.held().filter(pk__in=some)
        if held.filter(added_on__gt=on).exists():
            raise Refused(_("A license cannot be removed before the day on which it was added."))
        if held.update(**what) != len(some):
            raise Refused(
                ngettext(
                    "This license was removed already. Nothing was changed.",
                    "Some of these licenses were removed already. Nothing was changed.",
                    len(licenses),
                )
            )
    for each in licenses:
        each.removed_on, each.removed_by, each.remove_reason, each.removed_in = on, by, reason, change
    effects.removed(service, licenses, on)
    holders.licenses_removed(service, [each.user for each in licenses])
    for tell in hooks.licenses_removed:
        tell(licenses, by, on)
    _record("license.remove", licenses, by=by, reason=reason, on=on)


@transaction.atomic
def reassign(
    held: License, to: User, *, by: User | None, reason: str, on: datetime.date, change: Change | None = None
) -> License:
    """Remove it and give its seat to somebody else in one step. Raises Refused."""
    if held.user_id == to.pk:
        raise Refused(_("%(name)s holds a license of %(service)s already.") % {"name": to, "service": held.service})
    seats.lock_people([held.user, to])
    change = change or Change.objects.begin(by=by, how=Change.How.OTHER, reason=reason)
    revoke([held], by=by, reason=reason, on=on, change=change)
    seat = {to.pk: held}
    return grant(held.service, [to], by=by, reason=reason, on=on, change=change, replaces=seat)[0]


def _learn_ids(service: Service, licenses: Sequence[License]) -> None:
    by_user = {each.user_id: each for each in licenses}
    for some in batches(list(by_user)):
        for user, pk in License.objects.of(service).held().by(some).values_list("user", "pk"):
            by_user[user].pk = pk
            by_user[user]._state.adding = False


def _refuse_guests(users: Iterable[User]) -> None:
    for user in users:
        if user.kind == Kind.GUEST:
            raise Refused(_("%(name)s is a guest user, and guests hold no licenses.") % {"name": user})


def _refuse_holders(service: Service, ids: Sequence[int]) -> None:
    for some in batches(ids):
        holder = License.objects.of(service).held().by(some).select_related("user").first()
        if holder:
            raise Refused(
                _("%(name)s holds a license of %(service)s already.") % {"name": holder.user, "service": service}
            )


def _record(verb: str, licenses: Sequence[License], *, by: User | None, reason: str, on: datetime.date) -> None:
    added = verb == "license.add"
    own = independence.selves_of(by.pk) if by is not None and added else frozenset[int]()
    audit.record_many(
        {
            "by": by,
            "verb": verb,
            "subject": each,
            "before": {} if added else each.described(),
            "after": {**each.described(), "added_on": str(on), **_mark(each, by, own)} if added else {},
            "reason": reason,
        }
        for each in licenses
    )


def _mark(given: License, by: User | None, own: frozenset[int]) -> dict[str, str]:
    """That somebody gave a license to themselves, or to an account of theirs."""
    if given.user_id not in own or by is None:
        return {}
    return {own_licenses.MARK: str(Why.SELF if given.user_id == by.pk else Why.SHARED)}
