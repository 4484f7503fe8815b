"""Facts into the ledger, by bitwise OR, in one transaction: nothing is counted twice or half; and out of it again."""

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

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
from seatwise.ledger.usage_rows import add, recompute_all
from seatwise.lib import staged_rows
from seatwise.lib.logins import fold
from seatwise.lib.staged_rows import INTEGER
from seatwise.logs.facts import Facts, LoginFacts

MONTH = dict.fromkeys(("month", "login_id", "days", "program_days"), INTEGER)
LONGEST_LOGIN = 512  # characters; longer ones are cut, and end in …


def stored(login: str) -> str:
    """A login as it can be stored."""
    return login if len(fold(login)) <= LONGEST_LOGIN else login[: LONGEST_LOGIN // 4] + "…"


def ensure_logins(*found: Facts) -> dict[str, int]:
    """The ids of all logins of some facts, by what they are compared by in the facts."""
    kept = {key: stored(login.login) for facts in found for key, login in facts.logins.items()}
    known = Login.objects.ensure(kept.values())
    return {key: known[fold(login)] for key, login in kept.items()}


@dataclass(frozen=True)
class StagedFacts:
    """Facts of one service that are ready to be merged: by the id of the login, and their months in a table."""

    facts: Facts
    logins: Mapping[int, LoginFacts]
    table: str


@contextmanager
def staged(facts: Facts, ids: Mapping[str, int]) -> Iterator[StagedFacts]:
    """Facts with the ids of their logins, ready to be merged until the end of the block."""
    logins = combined(facts, ids)
    with staged_rows.staged(MONTH, rows_of(logins)) as table:
        yield StagedFacts(facts, logins, table)


def rows_of(logins: Mapping[int, LoginFacts]) -> list[tuple[int, ...]]:
    """The facts of logins, by id, as rows of a month and a login, in this order."""
    rows: list[tuple[int, ...]] = []
    for login, facts in logins.items():
        accesses, programs = facts.days, facts.program_days
        months = accesses.keys() | programs.keys()
        rows += [(month, login, accesses.get(month, 0), programs.get(month, 0)) for month in months]
    return sorted(rows)


def combined(facts: Facts, ids: Mapping[str, int]) -> dict[int, LoginFacts]:
    """The facts by the id of the login; logins that are stored alike are one."""
    found = {ids[key]: login for key, login in facts.logins.items()}
    if len(found) == len(facts.logins):
        return found
    found = {}
    for key, login in facts.logins.items():
        into = found.setdefault(ids[key], LoginFacts(login.login, 0))
        into.add(login.days, login.program_days)
    return found


def merge(revision: Revision, service: Service, facts: Facts, *, zone: str, today: int) -> None:
    """Merge facts of one service; see merge_staged()."""
    with staged(facts, ensure_logins(facts)) as ready:
        merge_staged(revision, service, ready, zone=zone, today=today)


@transaction.atomic
def merge_staged(revision: Revision, service: Service, ready: StagedFacts, *, zone: str, today: int) -> None:
    """Merge facts that a revision of a source found for a service, and bring the usage that they touch up to date.

    Idempotent, commutative and associative: see docs/adr/0003. What is there already is not written again. `zone` is
    the zone the facts' days are in. Refused for another zone than that of the facts there are, and for a revision that
    was forgotten.
    """
    hold(revision)
    as_of = lock(service)
    fix_zone(zone)
    merge_coverage(revision, service, ready.facts.covered)
    leaving = advance(as_of, countable_day(service, today))
    of = {"service": service.pk, "revision": revision.pk}
    changed = {login for (login,) in statements.fetch(statements.MERGE_MONTHS.format(staged=ready.table), of)}
    if as_of.day is not None and (changed or leaving):
        add(service.pk, as_of.day, {login: ready.logins[login] for login in changed}, leaving)


def merge_coverage(revision: Revision, service: Service, covered: Mapping[int, int]) -> None:
    known = {row.month: row for row in Coverage.objects.filter(service=service, revision=revision)}
    for month, mask in sorted(covered.items()):
        row = known.get(month) or Coverage(service=service, revision=revision, month=month, days=0)
        if row.pk is None or row.days | mask != row.days:
            row.days |= mask
            row.save()


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
