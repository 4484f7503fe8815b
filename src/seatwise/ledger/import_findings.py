"""Who got in without being allowed to, as of the days of the log: who was inactive, and who held no license.

The day on which a license begins or ends, or somebody becomes inactive or active, accuses nobody: for some hours of it
they were allowed. Before the first license of a service, and before anything is known of somebody, what was known first
stands for what is not known, and is named apart.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import CharField, Exists, Min, OuterRef, Q
from django.db.models.functions import Cast

from seatwise.directory.models import Kind, Login, Service, Status, User
from seatwise.directory.past_states import Past, pasts, status_changes
from seatwise.ledger import statements
from seatwise.ledger.fact_merge import StagedFacts
from seatwise.lib import days
from seatwise.lib.batches import among, batches, unindexed
from seatwise.lib.staged_rows import values_in

AT_ONCE = 10_000  # logins that are looked into together
NAMED = 200  # logins named in an account; all are counted
KINDS = ("inactive", "unlicensed", "perhaps_inactive", "perhaps_unlicensed")
SURE = KINDS[:2]
Periods = Iterable[tuple[int | None, int | None]]


def findings_of(service: Service, ready: StagedFacts, zone: ZoneInfo) -> tuple[dict[str, list[str]], list[str]]:
    """The logins of those who got in and should not have, by finding; and those that nobody has."""
    with_access = Login.objects.filter(pk__in=values_in(ready.table, "login_id", "days <> 0"))
    unknown = with_access.unknown().values_list("written", flat=True)
    # Licenses are a later app's; this is what the database has of them.
    licenses: Any = User._meta.get_field("licenses").related_model._default_manager.filter(service=service)
    first = licenses.aggregate(first=Min("added_on"))["first"]
    recorded = days.day_of(first) if first else None
    doubtful = with_access.filter(_doubtful(ready, service, licenses, first)).values_list("pk", flat=True)
    found: dict[str, list[str]] = defaultdict(list)
    for some in batches(list(doubtful), AT_ONCE):  # ids first: PostgreSQL would sort out everybody's whole rows on disk
        several = Login.objects.filter(pk__in=among(some)).select_related("user")
        users = {login.user.pk: login.user for login in several if login.user is not None}
        held: dict[int, list[tuple[int | None, int | None]]] = defaultdict(list)
        theirs = licenses.filter(user__in=among(users))
        for user, begin, end in theirs.values_list("user", "added_on", "removed_on"):
            begins = None if begin == first else days.day_of(begin)
            held[user].append((begins, days.day_of(end) if end else None))
        past = pasts(users.values(), zone)
        for login in several:
            assert login.user is not None
            for name in _judged(ready.logins[login.pk].days, past[login.user.pk], held[login.user.pk], recorded):
                found[name].append(login.written)
    return {name: sorted(found[name])[:NAMED] for name in KINDS if found[name]}, sorted(unknown)


def _doubtful(ready: StagedFacts, service: Service, licenses: Any, recorded: datetime.date | None) -> Q:
    """Of login names: somebody's who was not plainly active, and a guest or licensed, in all months of some facts.

    Nearly everybody was: the database leaves them out.
    """
    [(begin, end)] = statements.fetch(f"SELECT min(month), max(month) FROM {ready.table} WHERE days <> 0", [])  # noqa: S608
    if begin is None:
        return Q(pk__in=())
    first, last = days.date_of(days.first_day_of(begin)), days.date_of(days.last_day_of(end))
    since = Q(added_on=recorded) | Q(added_on__lte=first)
    theirs = licenses.model._default_manager.filter(unindexed("service_id", service.pk), user=OuterRef("user"))
    licensed = theirs.filter(since, Q(removed_on=None) | Q(removed_on__gte=last))
    changed = status_changes().filter(subject_id=Cast(OuterRef("user"), CharField()))
    plain = Q(user__status=Status.ACTIVE) & ~Exists(changed) & (Q(user__kind=Kind.GUEST) | Exists(licensed))
    return Q(user__isnull=False) & ~plain


def _judged(months: Mapping[int, int], past: Mapping[str, Past], held: Periods, recorded: int | None) -> list[str]:
    """The findings about the access days of one login; what is sure hides what is not."""
    last = days.last_in(months)
    first = days.first_in(months)
    assert first is not None
    assert last is not None
    used = days.bits_of(months, first, last)

    def on(periods: Periods) -> int:
        bits = 0
        for begin, end in periods:
            bits |= days.bits_between(first if begin is None else begin, last if end is None else end, first, last)
        return bits

    status = past["status"]
    inactive = used & ~on(status.periods(Status.ACTIVE))
    unlicensed = used & ~inactive & ~on(past["kind"].periods(Kind.GUEST)) & ~on(held)
    found = []
    for name, bits, known in (
        ("inactive", inactive, None if status.known_after is None else status.known_after + 1),
        ("unlicensed", unlicensed, recorded),
    ):
        sure = 0 if known is None else bits & on([(known, None)])
        if bits:
            found.append(name if sure else f"perhaps_{name}")
    return found
