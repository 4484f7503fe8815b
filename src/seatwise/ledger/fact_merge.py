"""Facts into the ledger, by bitwise OR, in one transaction: nothing is counted twice or half; and out of it again."""

import datetime
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Login, Service, User
from seatwise.ledger import statements
from seatwise.ledger.as_of import advance
from seatwise.ledger.covered_days import countable_day, counted_until
from seatwise.ledger.holders import copy_people
from seatwise.ledger.locking import fix_zone, hold, lock
from seatwise.ledger.models import AccessMonth, AsOf, Coverage, ImportFacts, ListeningPeriod, Revision, Snapshot, Usage
from seatwise.ledger.usage_rows import COUNTS, add, count_reported, counts_of, recompute_all
from seatwise.lib import staged_rows
from seatwise.lib.logins import fold
from seatwise.lib.staged_rows import INTEGER
from seatwise.logs.facts import Facts, LoginFacts

MONTH = dict.fromkeys(("month", "login_id", "days", "program_days"), INTEGER)
LONGEST_LOGIN = 512  # characters; longer ones are cut, and end in …


def ensure_logins(*found: Facts) -> dict[str, int]:
    """The ids of all logins of some facts, by what they are compared by in the facts."""
    written = {key: login.login for facts in found for key, login in facts.logins.items()}
    folded = {key: fold(login) for key, login in written.items()}
    for key in [key for key, login in folded.items() if len(login) > LONGEST_LOGIN]:
        written[key] = written[key][: LONGEST_LOGIN // 4] + "…"
        folded[key] = fold(written[key])
    known = Login.objects.ensure_folded(dict(zip(folded.values(), written.values(), strict=True)))
    return {key: known[login] for key, login in folded.items()}


class StagedCounts:
    """What logins add to usage as of a day, in a table of COUNTS. Other logins and another day can be asked for."""

    def __init__(self, table: str, logins: Mapping[int, LoginFacts]) -> None:
        self.table, self.logins = table, logins
        self.day: int | None = None
        self.counted: set[int] = set()

    def add(self, wanted: Set[int], day: int) -> None:
        """Have these logins, and perhaps others, counted as of a day. Takes long where they were not before."""
        if day != self.day:
            statements.execute(f"DELETE FROM {self.table}")  # noqa: S608 -- our own name
            self.day, self.counted = day, set()
        staged_rows.add(self.table, list(COUNTS), counts_of(self.logins, wanted - self.counted, day))
        self.counted |= wanted


@dataclass(frozen=True)
class StagedFacts:
    """Facts of one service that are ready to be merged: by the id of the login, and their months in a table.

    `packed` are the rows of that table, as they are kept until the import can no longer be removed.
    """

    facts: Facts
    logins: Mapping[int, LoginFacts]
    table: str
    packed: bytes
    counts: StagedCounts


@contextmanager
def staged(facts: Facts, ids: Mapping[str, int]) -> Iterator[StagedFacts]:
    """Facts with the ids of their logins, ready to be merged until the end of the block."""
    logins = combined(facts, ids)
    rows = rows_of(logins)
    packed = pack(rows)
    with (
        staged_rows.staged(MONTH, rows) as table,
        staged_rows.staged(COUNTS, (), key=["login_id"]) as counts,
    ):
        yield StagedFacts(facts, logins, table, packed, StagedCounts(counts, logins))


def rows_of(logins: Mapping[int, LoginFacts]) -> list[tuple[int, ...]]:
    """The facts of logins, by id, as rows of a month and a login, in this order."""
    rows: list[tuple[int, ...]] = [
        (month, login, accesses, programs)
        for login, facts in logins.items()
        for month, accesses, programs in facts.months()
        if accesses or programs
    ]
    rows.sort()
    return rows


def pack(rows: Iterable[Sequence[int]]) -> bytes:
    return zlib.compress(json.dumps(list(rows), separators=(",", ":")).encode(), 1)  # quick: somebody waits


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
def merge_staged(
    revision: Revision, service: Service, ready: StagedFacts, *, zone: str, today: int, has_new: bool = True
) -> bool:
    """Merge facts that a revision of a source found for a service, and bring the usage that they touch up to date;
    whether any of them was new.

    Idempotent, commutative and associative: see docs/adr/0003. What is there already is not written again. `zone` is
    the zone the facts' days are in. Refused for another zone than that of the facts there are, and for a revision that
    was forgotten. Who has asked has_new_days() under lock() says what it answered.
    """
    hold(revision)
    as_of = lock(service)
    fix_zone(zone)
    covers_more = merge_coverage(revision, service, ready.facts.covered)
    before = as_of.day
    leaving = advance(as_of, countable_day(service, today))
    changed = logins_in(statements.MERGE_MONTHS, revision, service, ready) if has_new else set()
    if as_of.day is not None and (changed or leaving):
        ready.counts.add(changed, as_of.day)
        add(service.pk, ready.counts.table, leaving)
    if as_of.day is not None and (changed or as_of.day != before):
        count_reported(service.pk, as_of.day, changed if as_of.day == before else None)
    return covers_more or bool(changed)


def count_ahead(revision: Revision, service: Service, ready: StagedFacts, *, today: int) -> None:
    """Count what facts will add, before anybody has to wait for it. Merging counts anew what has changed since."""
    of = {"service": service, "revision": revision}
    covered = [Coverage(**of, month=month, days=mask) for month, mask in ready.facts.covered.items()]
    known = [counted_until(service), countable_day(service, today, *covered)]
    if day := max((day for day in known if day is not None), default=None):
        ready.counts.add(logins_in(statements.LOGINS_WITH_NEW, revision, service, ready), day)


def has_new_days(revision: Revision, service: Service, ready: StagedFacts) -> bool:
    """Whether facts are more than the months say, under lock(). Where they were when counted, they may be."""
    return bool(ready.counts.counted) or bool(logins_in(statements.LOGINS_WITH_NEW, revision, service, ready))


def logins_in(statement: str, revision: Revision, service: Service, ready: StagedFacts) -> set[int]:
    """The logins of which the facts are more than the months say, as a statement answers it."""
    of = {"service": service.pk, "revision": revision.pk}
    return {login for (login,) in statements.fetch(statement.format(staged=ready.table), of)}


def merge_coverage(
    revision: Revision, service: Service, covered: Mapping[int, int], *, column: Literal["days", "idle_days"] = "days"
) -> bool:
    """Add covered days; whether any was new."""
    is_new = False
    known = {row.month: row for row in Coverage.objects.filter(service=service, revision=revision)}
    for month, mask in sorted(covered.items()):
        row = known.get(month) or Coverage(service=service, revision=revision, month=month, days=0)
        before: int = getattr(row, column)
        if before | mask != before:
            setattr(row, column, before | mask)
            row.save()
            is_new = True
    return is_new


@transaction.atomic
def forget(revision: Revision, *, by: User | None, on: datetime.date) -> None:
    """Take out all that a revision of a source brought in. Its logs can be read again, by the revision in force.

    If that is the one that is forgotten, another begins with the same rules.
    """
    if Revision.objects.filter(pk=revision.pk, forgotten_on=None).update(forgotten_on=on) != 1:
        raise Refused(_("The data of this revision was already removed."))
    services = Service.objects.filter(
        pk__in={*AccessMonth.objects.filter(revision=revision).values_list("service", flat=True).distinct(),
                *Coverage.objects.filter(revision=revision).values_list("service", flat=True),
                *Snapshot.objects.filter(revision=revision).values_list("service", flat=True)}
    ).order_by("pk")  # fmt: skip
    for service in services:
        as_of = lock(service)
        Snapshot.objects.filter(service=service, revision=revision).delete()
        AccessMonth.objects.filter(service=service, revision=revision).delete()
        Coverage.objects.filter(service=service, revision=revision).delete()
        ImportFacts.objects.filter(service=service, log_import__revision=revision).delete()
        recompute_all(service.pk, as_of.day)
    ListeningPeriod.objects.filter(revision=revision).delete()
    before, after = {"source": revision.source.code, "revision": revision.number}, {}
    if revision.source.revision == revision:
        after = {**before, "revision": revision.source.begin_revision(revision.rules(), by=by).number}
    audit.record(by=by, verb="revision.forget", subject=revision, before=before, after=after)


@staged_rows.with_large_cache()
def rebuild(service: Service) -> None:
    """Build the usage of a service anew from its months. Changes nothing, unless something was wrong."""
    with transaction.atomic():
        as_of: AsOf = lock(service)
        recompute_all(service.pk, as_of.day)
        copy_people(service, Usage.objects.filter(service=service).values_list("user", flat=True))
