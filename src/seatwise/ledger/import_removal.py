"""One import out of the ledger again: the days that it alone brought. What another import of the revision said stays.

For a time the facts of each import are kept, with what of them had been said before. A day belongs to the first import
that brought it; where that is removed, to another one that said it, too. What was said before facts were kept, or by
an import whose facts have been cleared, belongs to nobody and stays.
"""

import datetime
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import audit, configuration
from seatwise.directory.changes import Refused
from seatwise.directory.models import Login, Service, User
from seatwise.ledger import statements
from seatwise.ledger.fact_merge import MONTH, StagedFacts, pack
from seatwise.ledger.locking import hold, lock
from seatwise.ledger.models import AsOf, Coverage, ImportFacts, LogImport, Revision
from seatwise.ledger.usage_rows import recompute
from seatwise.lib import staged_rows
from seatwise.lib.batches import batches

RECALCULATED = gettext_lazy(
    "Last access dates and numbers of access days are recalculated. Days that nothing else covers are then unknown, "
    "not unused."
)
FROZEN = gettext_lazy("Reviews opened before keep what was known then.")
HAPPENS = (  # what removing an import does
    gettext_lazy("Access days and covered days that only this import brought are removed."),
    gettext_lazy("Days that another import of this source also contains stay."),
    RECALCULATED,
    FROZEN,
)
Row = tuple[int, ...]  # month, login, days, program days
Days = dict[tuple[int, int], list[int]]  # of access and of programs, by month and login


def unpack(packed: bytes | memoryview) -> Days:
    rows = json.loads(zlib.decompress(packed))
    return {(month, login): [accesses, programs] for month, login, accesses, programs in rows}


def packed_days(found: Days) -> bytes:
    return pack((*key, *masks) for key, masks in sorted(found.items()) if any(masks))


NO_DAYS = (0, 0)


def bytes_of(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def without(masks: Iterable[int], others: Iterable[int]) -> list[int]:
    return [mine & ~theirs for mine, theirs in zip(masks, others, strict=True)]


def either(some: Iterable[int], others: Iterable[int]) -> list[int]:
    return [a | b for a, b in zip(some, others, strict=True)]


def joined_months(some: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    return {month: some.get(month, 0) | others.get(month, 0) for month in some.keys() | others.keys()}


def keep_facts(log_import: LogImport, service: Service, ready: StagedFacts, *, has_new: bool) -> None:
    """Keep what an import is about to bring for a service, and whether that is new. Under lock(), before it is merged.

    A file that is followed brings more and more by one import: what it said itself was not said before by others. Of a
    file that says little more than at the last time, only that is looked at.
    """
    covered = {str(month): days for month, days in ready.facts.covered.items()}
    kept = ImportFacts.objects.filter(log_import=log_import, service=service).first()
    if kept is not None and kept.covered == covered and bytes_of(kept.rows) == ready.packed:
        return  # the same as at the last time
    of = {"service": service.pk, "revision": log_import.revision_id}
    known = Coverage.objects.filter(service=service, revision=log_import.revision_id).values_list("month", "days")
    covered_before = {str(month): days & covered[str(month)] for month, days in known if str(month) in covered}
    if kept is None:
        ImportFacts.objects.create(
            log_import=log_import,
            service=service,
            rows=ready.packed,
            rows_before=pack(sorted(said_before(ready, of))) if has_new else ready.packed,
            covered=covered,
            covered_before=covered_before,
        )
        return
    said, of_others = unpack(kept.rows), unpack(kept.rows_before)
    new = {key: masks for key, masks in unpack(ready.packed).items() if said.get(key) != masks}
    for month, login, *masks in said_before(ready, of):
        if (month, login) in new:
            others = without(masks, said.get((month, login), NO_DAYS))
            of_others[month, login] = either(others, of_others.get((month, login), NO_DAYS))
    for key, masks in new.items():
        said[key] = either(masks, said.get(key, NO_DAYS))
    own = {month: days & ~kept.covered.get(month, 0) for month, days in covered_before.items()}
    kept.covered_before, kept.covered = joined_months(kept.covered_before, own), joined_months(kept.covered, covered)
    kept.rows, kept.rows_before = packed_days(said), packed_days(of_others)
    kept.save()


def said_before(ready: StagedFacts, of: dict[str, int]) -> Iterator[Row]:
    return statements.fetch(statements.SAID_BEFORE.format(staged=ready.table), of)


def why_not(log_import: LogImport) -> str:
    """Why an import cannot be removed by itself; empty where it can."""
    if log_import.state != LogImport.State.DONE:
        return _("Only an import that is done can be removed.")
    if log_import.revision.forgotten_on is not None:
        return _("The data of its revision was already removed.")
    if not log_import.facts.exists():
        return _(
            "An import can be removed for %(days)s days. After that, its days can no longer be told from those of "
            "other imports: only the data of its whole revision can be removed."
        ) % {"days": configuration.KEEP_IMPORTS.value()}
    return ""


@transaction.atomic
def remove(log_import: LogImport, *, by: User | None, reason: str = "") -> int:
    """Take out what an import alone brought; how many access days of people that were. Raises Refused."""
    hold(log_import.revision)
    services = Service.objects.filter(importfacts__log_import=log_import).order_by("pk")
    locked = [(service, lock(service)) for service in services]
    log_import.refresh_from_db(fields=["state"])
    if refusal := why_not(log_import):
        raise Refused(refusal)
    removed = sum(_take_out(log_import.facts.get(service=service), as_of) for service, as_of in locked)
    log_import.facts.all().delete()
    log_import.state = LogImport.State.REMOVED
    log_import.save(update_fields=["state"])
    before = {"source": log_import.revision.source.code, "files": log_import.files}
    after = {"access days removed": removed}
    audit.record(by=by, verb="import.remove", subject=log_import, before=before, after=after, reason=reason.strip())
    return removed


def _take_out(kept: ImportFacts, as_of: AsOf) -> int:
    own, covered = unpack(kept.rows), {int(month): days for month, days in kept.covered.items()}
    for key, before in unpack(kept.rows_before).items():
        own[key] = without(own[key], before)
    for month, days in kept.covered_before.items():
        covered[int(month)] &= ~days
    revision = kept.log_import.revision
    others = ImportFacts.objects.filter(service=kept.service, log_import__revision=revision).exclude(pk=kept.pk)
    for each in others.order_by("pk").iterator(1):
        _hand_on(own, covered, each)
    rows = [(*key, *masks) for key, masks in sorted(own.items()) if any(masks)]
    take_days_out(kept.service, revision, rows, covered)
    recompute(kept.service.pk, as_of.day, people_of(row[1] for row in rows))
    return sum(row[2].bit_count() for row in rows)


def _hand_on(own: Days, covered: dict[int, int], to: ImportFacts) -> None:
    """Let another import have the days that it said, too."""
    said, before = unpack(to.rows), unpack(to.rows_before)
    for key in own.keys() & said.keys():
        shared = [mine & theirs for mine, theirs in zip(own[key], said[key], strict=True)]
        own[key] = without(own[key], shared)
        before[key] = without(before.get(key, NO_DAYS), shared)
    covered_before = dict(to.covered_before)
    for month in covered.keys() & {int(each) for each in to.covered}:
        shared_days = covered[month] & to.covered[str(month)]
        covered[month] &= ~shared_days
        covered_before[str(month)] = covered_before.get(str(month), 0) & ~shared_days
    to.rows_before, to.covered_before = packed_days(before), covered_before
    to.save(update_fields=["rows_before", "covered_before"])


def take_days_out(service: Service, revision: Revision, rows: Sequence[Row], covered: Mapping[int, int]) -> None:
    """Take days out of the months of a revision: of logins, in the order of months, and covered ones. Under lock()."""
    of = {"service": service.pk, "revision": revision.pk}
    for row in Coverage.objects.filter(service=service, revision=revision, month__in=covered):
        row.days &= ~covered[row.month]
        row.save(update_fields=["days"])
    Coverage.objects.filter(service=service, revision=revision, days=0, idle_days=0).delete()
    if not rows:
        return
    with staged_rows.staged(MONTH, rows, key=["month", "login_id"]) as table:
        statements.execute(statements.TAKE_DAYS_OUT.format(staged=table), of)
        span = {"first": rows[0][0], "last": rows[-1][0]}
        statements.execute(statements.TAKE_EMPTY_MONTHS_OUT, of | span)


def people_of(logins: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for some in batches(sorted({*logins})):
        found.update(Login.objects.filter(pk__in=some, user__isnull=False).values_list("user", flat=True))
    return found


def clear(day: datetime.date) -> str | None:
    """Each day: keep the facts of imports no longer than they can be removed."""
    kept = configuration.days_of(configuration.KEEP_IMPORTS)
    old = ImportFacts.objects.filter(log_import__asked_at__lt=timezone.now() - kept)
    cleared = old.values("log_import").distinct().count()
    old.delete()
    return f"imports that can no longer be removed: {cleared}" if cleared else None
