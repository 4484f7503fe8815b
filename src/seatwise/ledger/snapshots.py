"""Vendors' reports into the ledger: kept verbatim, and each last access date an access day of that source."""

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, Upload, User
from seatwise.ledger import covered_days
from seatwise.ledger.fact_merge import ensure_logins, merge
from seatwise.ledger.import_removal import people_of, take_days_out
from seatwise.ledger.locking import hold, lock
from seatwise.ledger.models import Snapshot, SnapshotRow, Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.ledger.report_matching import match
from seatwise.ledger.snapshot_file import ReportedRow
from seatwise.ledger.usage_rows import recompute
from seatwise.ledger.zones import organization_zone, today
from seatwise.lib import days
from seatwise.lib.logins import fold
from seatwise.logs.facts import Facts, LoginFacts
from seatwise.logs.rules import Rules


@transaction.atomic
def remove_snapshot(snapshot: Snapshot, *, by: User | None, reason: str = "") -> None:
    """Take a report out again, with the access days that no other report on the service says. Raises Refused.

    What other apps did when it was imported stays: a change that it confirmed is confirmed.
    """
    service, revision = snapshot.service, snapshot.revision
    hold(revision)
    as_of = lock(service)
    if not Snapshot.objects.filter(pk=snapshot.pk).exists():
        raise Refused(_("This report was already removed."))
    others = SnapshotRow.objects.filter(snapshot__service=service, snapshot__revision=revision)
    same = others.exclude(snapshot=snapshot).filter(login=OuterRef("login"), last_access=OuterRef("last_access"))
    alone = snapshot.rows.exclude(last_access=None).exclude(Exists(same)).values_list("login", "last_access")
    masks = [(login, days.masks_of([days.day_of(day)])) for login, day in alone if day]
    rows = sorted((month, login, mask, 0) for login, found in masks for month, mask in found.items())
    people = people_of(snapshot.rows.values_list("login", flat=True))
    take_days_out(service, revision, rows, {})
    Snapshot.objects.filter(pk=snapshot.pk).delete()
    recompute(service.pk, as_of.day, people)
    before = {"service": service.code, "as_of": str(snapshot.as_of), "file": snapshot.file}
    audit.record(by=by, verb="snapshot.remove", subject=snapshot, before=before, after={}, reason=reason.strip())


@dataclass(frozen=True)
class Imported:
    """A report that was just imported: the ids of the logins that are there by it, and of those that are not any more.

    `complete`: who is not on it is not there.
    """

    snapshot: Snapshot
    logins: Collection[int]
    gone: Collection[int]
    complete: bool
    by: User | None


# What later apps do with a report, in the same transaction; what they did is said in a sentence.
snapshot_imported: list[Callable[[Imported], str | None]] = []


def vendor_source(service: Service, *, by: User | None) -> Source:
    """The source that a service's reports belong to, made with the first of them."""
    vendors = Source.objects.filter(kind=Source.Kind.VENDOR, revisions__servings__service=service).order_by("pk")
    found: Source | None = vendors.first()
    if found is not None:
        return found
    lock(service)  # before the end of the audit log, as everywhere; and two first reports make one source
    found = vendors.first()
    if found is not None:
        return found
    code = f"{service.code[:40]}-vendor"
    taken = set(Source.objects.filter(code__startswith=code).values_list("code", flat=True))
    free = next(name for name in (code, *(f"{code}-{n}" for n in range(2, 100))) if name not in taken)
    rules = ReadingRules(services={service.code: Rules()})
    source: Source = Source.objects.add(
        code=free, name=f"{service.name[:240]} (vendor)", rules=rules, by=by, kind=Source.Kind.VENDOR
    )
    return source


def facts_of(rows: Sequence[ReportedRow], logins: dict[int, str], as_of: datetime.date, file: str) -> Facts:
    """The last access dates as facts."""
    facts = Facts()
    for row in rows:
        if row.line not in logins:
            continue
        if row.last_access is not None and row.last_access > as_of:
            raise Refused(
                _(
                    "%(file)s line %(line)s: last access %(last)s is after %(as_of)s, the report’s as-of day. "
                    "Nothing was imported. Check that day."
                )
                % {"file": file, "line": row.line, "last": row.last_access, "as_of": as_of}
            )
        login = facts.logins.setdefault(fold(logins[row.line]), LoginFacts(logins[row.line], 0))
        if row.last_access is not None:
            login.add(days.masks_of([days.day_of(row.last_access)]))
    return facts


@transaction.atomic
def confirm(
    upload: Upload,
    service: Service,
    rows: Sequence[ReportedRow],
    *,
    by: User | None,
    complete: bool,
    people: Mapping[int, str],
    period: int | None = days.WINDOW,
) -> Snapshot:
    """Import an upload, once. Raises Refused."""
    upload.claim()
    as_of = datetime.date.fromisoformat(upload.options["as_of"])
    made = import_snapshot(
        service, rows, file=upload.name, as_of=as_of, by=by, complete=complete, people=people, period=period
    )
    upload.keep_result(snapshot=made.pk)
    return made


@transaction.atomic
def import_snapshot(
    service: Service, rows: Sequence[ReportedRow], *, file: str, as_of: datetime.date, by: User | None,
    complete: bool = False, people: Mapping[int, str] | None = None, period: int | None = days.WINDOW,
) -> Snapshot:  # fmt: skip
    """Import a report, or nothing of it. The same report again replaces what it said. Raises Refused.

    `complete`: it lists everybody whom the service has, so that who is not on it is not there. `people` are logins
    that were chosen for rows, by line. What later apps did with it is in `snapshot.said`, what there is to say of its
    rows in `snapshot.remarks`. `period`: of how many days until then its numbers are; None where nobody knows.
    """
    if days.day_of(as_of) > today():
        raise Refused(
            _("The report is as of %(as_of)s, which is in the future. Nothing was imported.") % {"as_of": as_of}
        )
    matches = match(rows, file, people)
    logins = matches.logins
    if rows and not logins:
        raise Refused(_("No one in the report was recognized. Nothing was imported. Check which column is which."))
    facts = facts_of(rows, logins, as_of, file)
    revision = vendor_source(service, by=by).revision
    replaced = Snapshot.objects.filter(service=service, revision=revision, as_of=as_of, file=file)
    rows_before = SnapshotRow.objects.filter(snapshot__in=replaced, login__user__isnull=False)
    counted = set(rows_before.values_list("login__user", flat=True))
    replaced.delete()
    snapshot = Snapshot.objects.create(
        service=service, revision=revision, as_of=as_of, file=file, period=period, rows_count=len(rows), imported_by=by
    )
    ids = ensure_logins(facts)
    kept: dict[int, ReportedRow] = {}
    there: set[int] = set()
    for row in rows:
        if row.line not in logins:
            continue
        login = ids[fold(logins[row.line])]
        if not row.gone:
            there.add(login)
        if row.is_later_than(kept.setdefault(login, row)):
            kept[login] = row
    SnapshotRow.objects.bulk_create(
        [
            SnapshotRow(snapshot=snapshot, login_id=login, last_access=row.last_access, reported_days=row.days)
            for login, row in kept.items()
        ],
        batch_size=1000,
    )
    merge(revision, service, facts, zone=organization_zone(), today=today())
    counted.update(snapshot.rows.filter(login__user__isnull=False).values_list("login__user", flat=True))
    recompute(service.pk, covered_days.counted_until(service), counted)
    after = {"service": service.code, "as_of": str(as_of), "file": file, "rows": len(rows), "complete": complete}
    told = Imported(snapshot, there, kept.keys() - there, complete, by)
    snapshot.remarks = matches.remarks
    snapshot.said = [said for function in snapshot_imported if (said := function(told))]
    audit.record(by=by, verb="snapshot.import", subject=snapshot, before={}, after=after)  # last, as everywhere
    return snapshot
