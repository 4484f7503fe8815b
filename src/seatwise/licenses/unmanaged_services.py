"""Carrying along what a file says of services that Seatwise does not manage: kept, given back, undone."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory import rows
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.lib.batches import among, batches
from seatwise.licenses.models import CarriedCode, Change


def current(users: Collection[int]) -> dict[int, list[str]]:
    """The codes that are carried for people, by person, in the order in which they came."""
    found: dict[int, list[str]] = defaultdict(list)
    for some in batches(sorted(users)):
        kept = CarriedCode.objects.current().by(among(some)).order_by("pk")
        for user, code in kept.values_list("user", "code"):
            found[user].append(code)
    return found


def carry(wanted: Mapping[User, Sequence[str]], change: Change) -> None:
    """Let people have these codes and no others, in a change. Under a lock of the people; an audit entry for each."""
    before = current({user.pk for user in wanted})
    codes_of = {user.pk: set(codes) for user, codes in wanted.items()}
    new, ended = list[CarriedCode](), list[int]()
    for some in batches(sorted(codes_of)):
        now = CarriedCode.objects.current().by(among(some)).values_list("pk", "user", "code")
        ended += [pk for pk, user, code in now if code not in codes_of[user]]
    for user, codes in wanted.items():
        new += [
            CarriedCode(user_id=user.pk, code=code, added_in_id=change.pk)
            for code in codes
            if code not in before[user.pk]
        ]
    for some in batches(ended):
        CarriedCode.objects.current().filter(pk__in=among(some)).update(removed_in=change)
    rows.insert(CarriedCode, new)
    audit.record_many(
        audit.entry(
            change.by,
            "carried.change",
            user,
            before={"codes": before[user.pk]},
            after={"codes": list(codes)},
            reason=change.reason,
        )
        for user, codes in wanted.items()
    )


def touched_by(change: Change) -> dict[User, list[str]]:
    """Whose codes a change changed, and which they had before it."""
    had: dict[User, list[str]] = {}
    touched = CarriedCode.objects.in_change(change).select_related("user").order_by("pk")
    for row in touched:
        codes = had.setdefault(row.user, [])
        if row.added_in_id != change.pk:
            codes.append(row.code)
    kept = CarriedCode.objects.current().by(had).exclude(added_in=change)
    for user, code in kept.values_list("user", "code"):
        had[User(pk=user)].append(code)
    return had


def undo(pairs: Sequence[tuple[Change, Change]]) -> None:
    """Give back what changes took and take what they gave, each in what undoes it. Raises Refused where that was
    changed since."""
    changes = [change for change, _undoing in pairs]
    touched = CarriedCode.objects.filter(Q(added_in__in=changes) | Q(removed_in__in=changes))
    known = {pk for ids in touched.values_list("added_in", "removed_in") for pk in ids}
    if touched.filter(added_in__in=changes).exclude(removed_in=None).exists():
        raise Refused(_("A later file included these people again, so this cannot be undone. Nothing was changed."))
    for change, undoing in pairs:
        if change.pk in known:
            carry(touched_by(change), undoing)
