"""Facts into the ledger, by bitwise OR, in one transaction: nothing is counted twice or half; and out of it again."""

import datetime
from collections.abc import Iterable, Iterator, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Login, Service, User
from seatwise.ledger import statements
from seatwise.ledger.as_of import advance
from seatwise.ledger.covered_days import countable_day
from seatwise.ledger.holders import copy_people
from seatwise.ledger.locking import fix_zone, hold, lock
from seatwise.ledger.models import AccessMonth, AsOf, Coverage, Revision, Snapshot, Usage
from seatwise.ledger.usage_rows import recompute, recompute_all
from seatwise.lib import days
from seatwise.lib.batches import batches
from seatwise.lib.logins import fold
from seatwise.logs.facts import Facts, LoginFacts

LONGEST_LOGIN = 512  # characters; longer ones are cut, and end in …


def stored(login: str) -> str:
    """A login as it can be stored."""
    return login if len(fold(login)) <= LONGEST_LOGIN else login[: LONGEST_LOGIN // 4] + "…"


def ensure_logins(facts: Facts) -> dict[str, int]:
    """The ids of all logins of some facts, by what they are compared by in the facts."""
    ids: dict[str, int] = {}
    for batch in batches(facts.logins.items(), 2000):
        known = Login.objects.ensure([stored(login.login) for _, login in batch])
        ids.update((key, known[fold(stored(login.login))]) for key, login in batch)
    return ids


def rows_of(service: int, revision: int, logins: Mapping[int, LoginFacts]) -> Iterator[tuple[int, ...]]:
    """The facts of logins, by id, as rows of AccessMonth in the order of its key."""
    months: dict[int, list[int]] = {}
    for login, facts in logins.items():
        for month in facts.days.keys() | facts.program_days.keys():
            months.setdefault(month, []).append(login)
    for month in sorted(months):
        for login in sorted(months[month]):
            facts = logins[login]
            yield service, month, login, revision, facts.days.get(month, 0), facts.program_days.get(month, 0)


def combined(facts: Facts, ids: Mapping[str, int]) -> dict[int, LoginFacts]:
    """The facts by the id of the login; logins that are stored alike are one."""
    found: dict[int, LoginFacts] = {}
    for key, login in facts.logins.items():
        into = found.setdefault(ids[key], LoginFacts(login.login, 0))
        days.merge(into.days, login.days)
        days.merge(into.program_days, login.program_days)
    return found


def merge(revision: Revision, service: Service, facts: Facts, *, zone: str, today: int) -> None:
    """Merge facts that a revision of a source found for a service, and recompute the usage that they touch.

    Idempotent, commutative and associative: see docs/adr/0003. `zone` is the zone the facts' days are in. Refused for
    another zone than that of the facts there are, and for a revision that was forgotten.
    """
    ids = ensure_logins(facts)
    with transaction.atomic():
        hold(revision)
        as_of = lock(service)
        fix_zone(zone)
        logins = combined(facts, ids)
        statements.upsert(statements.MERGE_MONTHS, rows_of(service.pk, revision.pk, logins))
        covered = [(service.pk, revision.pk, month, mask) for month, mask in sorted(facts.covered.items())]
        statements.upsert(statements.MERGE_COVERAGE, covered)
        begins = as_of.day is None  # then everybody is counted, or nobody can be
        advance(as_of, countable_day(service, today))
        if not begins:
            recompute(service.pk, as_of.day, users_of(logins))


def users_of(logins: Iterable[int]) -> Iterator[int]:
    for batch in batches(logins):
        found = Login.objects.filter(pk__in=batch, user__isnull=False)
        yield from (user for user in found.values_list("user", flat=True) if user is not None)


@transaction.atomic
def forget(revision: Revision, *, by: User | None, on: datetime.date) -> None:
    """Take out all that a revision of a source brought in. Its logs can be read again, by the revision in force.

    If that is the one that is forgotten, another begins with the same rules.
    """
    if Revision.objects.filter(pk=revision.pk, forgotten_on=None).update(forgotten_on=on) != 1:
        raise Refused(_("This revision was forgotten already."))
    services = Service.objects.filter(
        pk__in={*AccessMonth.objects.filter(revision=revision).values_list("service", flat=True).distinct(),
                *Coverage.objects.filter(revision=revision).values_list("service", flat=True)}
    ).order_by("pk")  # fmt: skip
    for service in services:
        as_of = lock(service)
        AccessMonth.objects.filter(service=service, revision=revision).delete()
        Coverage.objects.filter(service=service, revision=revision).delete()
        recompute_all(service.pk, as_of.day)
    Snapshot.objects.filter(revision=revision).delete()
    before, after = {"source": revision.source.code, "revision": revision.number}, {}
    if revision.source.revision == revision:
        after = {**before, "revision": revision.source.begin_revision(revision.rules(), by=by).number}
    audit.record(by=by, verb="revision.forget", subject=revision, before=before, after=after)


def rebuild(service: Service) -> None:
    """Build the usage of a service anew from its months. Changes nothing, unless something was wrong."""
    with transaction.atomic():
        as_of: AsOf = lock(service)
        recompute_all(service.pk, as_of.day)
        copy_people(service, Usage.objects.filter(service=service).values_list("user", flat=True))
