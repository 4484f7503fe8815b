"""Vendors' reports into the ledger: kept verbatim, and each last access date an access day of that source."""

import datetime
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Login, Service, Upload, User
from seatwise.ledger.fact_merge import ensure_logins, merge
from seatwise.ledger.locking import lock
from seatwise.ledger.models import Snapshot, SnapshotRow, Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.ledger.snapshot_file import ReportedRow
from seatwise.ledger.zones import organization_zone, today
from seatwise.lib import days
from seatwise.lib.batches import batches
from seatwise.lib.logins import fold, visible
from seatwise.logs.facts import Facts, LoginFacts
from seatwise.logs.rules import Rules


@dataclass(frozen=True)
class Imported:
    """A report that was just imported: the ids of the logins on it, and whether it lists everybody there."""

    snapshot: Snapshot
    logins: Collection[int]
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


def logins_of(rows: Sequence[ReportedRow], file: str) -> dict[int, str]:
    """The login of each row by its line: of whom one of its texts is a login, or the address, or who is called so.

    A row that nobody is found for stands for its login as it is written; one with a name only is refused.
    """
    found: dict[int, str] = {}
    seen: dict[str, int] = {}
    known = _Known(rows)
    for row in rows:
        found[row.line] = known.login_of(row) or visible(row.login) or login_of_name(row, file)
        other = seen.setdefault(fold(found[row.line]), row.line)
        if other != row.line:
            raise Refused(
                _("%(file)s line %(line)s: line %(other)s says something of “%(login)s” already. Nothing was imported.")
                % {"file": file, "line": row.line, "other": other, "login": found[row.line]}
            )
    return found


class _Known:
    """Whom the texts of some rows can mean: people by their logins, and by addresses and names that only one has."""

    def __init__(self, rows: Sequence[ReportedRow]) -> None:
        texts = sorted({text for row in rows for text in (row.login, *row.also) if text})
        self.logins: set[str] = set()
        self.addresses: dict[str, str] = {}
        self.names: dict[str, str] = {}
        for some in batches(sorted(map(fold, texts))):
            self.logins.update(
                Login.objects.filter(folded__in=some).exclude(user=None).values_list("folded", flat=True)
            )
        for some in batches([text for text in texts if "@" in text]):
            _note(self.addresses, User.objects.filter(email__in=some).values_list("email", "login"))
        unknown = {row.name for row in rows if row.login and row.name and self._by_texts(row) is None}
        for some in batches(sorted(unknown)):
            _note(self.names, User.objects.filter(name__in=some).values_list("name", "login"))

    def login_of(self, row: ReportedRow) -> str | None:
        return self._by_texts(row) or (self.names.get(row.name) if row.login else None)

    def _by_texts(self, row: ReportedRow) -> str | None:
        texts = [text for text in (row.login, *row.also) if text]
        by_login = (text for text in texts if fold(text) in self.logins)
        by_address = (self.addresses[text] for text in texts if self.addresses.get(text))
        return next(by_login, None) or next(by_address, None)


def _note(into: dict[str, str], found: Iterable[tuple[str, str]]) -> None:
    for text, login in found:
        into[text] = "" if text in into else login  # of two people, nobody


def login_of_name(row: ReportedRow, file: str) -> str:
    """The login of the one person who is called so."""
    people = list(User.objects.filter(name=row.name)[:2])
    if not people:
        message = _("%(file)s line %(line)s: nobody is called “%(name)s”. Nothing was imported. Use login names.")
    elif len(people) > 1:
        message = _(
            "%(file)s line %(line)s: several people are called “%(name)s”. Nothing was imported. Use login names."
        )
    else:
        return str(people[0].login)
    raise Refused(message % {"file": file, "line": row.line, "name": row.name})


def facts_of(rows: Sequence[ReportedRow], logins: dict[int, str], as_of: datetime.date, file: str) -> Facts:
    """The last access dates as facts."""
    facts = Facts()
    for row in rows:
        if row.last_access is not None and row.last_access > as_of:
            raise Refused(
                _(
                    "%(file)s line %(line)s: last access %(last)s is after %(as_of)s, the day the report is as of. "
                    "Nothing was imported. Check that day."
                )
                % {"file": file, "line": row.line, "last": row.last_access, "as_of": as_of}
            )
        login = facts.logins.setdefault(fold(logins[row.line]), LoginFacts(logins[row.line], 0))
        if row.last_access is not None:
            login.add(days.masks_of([days.day_of(row.last_access)]))
    return facts


@transaction.atomic
def confirm(upload: Upload, service: Service, rows: Sequence[ReportedRow], *, by: User, complete: bool) -> Snapshot:
    """Import an upload, once. Raises Refused."""
    upload.claim()
    as_of = datetime.date.fromisoformat(upload.options["as_of"])
    made = import_snapshot(service, rows, file=upload.name, as_of=as_of, by=by, complete=complete)
    upload.keep_result(snapshot=made.pk)
    return made


def known_logins(written: Iterable[str]) -> int:
    """How many of some logins are somebody's."""
    folded = sorted({fold(login) for login in written if login})
    return sum(Login.objects.filter(folded__in=some).exclude(user=None).count() for some in batches(folded))


@transaction.atomic
def import_snapshot(
    service: Service, rows: Sequence[ReportedRow], *, file: str, as_of: datetime.date, by: User | None,
    complete: bool = False,
) -> Snapshot:  # fmt: skip
    """Import a report, or nothing of it. The same report again replaces what it said. Raises Refused.

    `complete`: it lists everybody whom the service has, so that who is not on it is not there. What later apps did with
    it is in `snapshot.said`.
    """
    if days.day_of(as_of) > today():
        raise Refused(
            _("The report is as of %(as_of)s, which is in the future. Nothing was imported.") % {"as_of": as_of}
        )
    logins = logins_of(rows, file)
    facts = facts_of(rows, logins, as_of, file)
    revision = vendor_source(service, by=by).revision
    Snapshot.objects.filter(service=service, revision=revision, as_of=as_of, file=file).delete()
    snapshot = Snapshot.objects.create(
        service=service, revision=revision, as_of=as_of, file=file, rows_count=len(rows), imported_by=by
    )
    ids = ensure_logins(facts)
    kept = {ids[fold(logins[row.line])]: row for row in rows}
    SnapshotRow.objects.bulk_create(
        [
            SnapshotRow(snapshot=snapshot, login_id=login, last_access=row.last_access, reported_days=row.days)
            for login, row in kept.items()
        ],
        batch_size=1000,
    )
    merge(revision, service, facts, zone=organization_zone(), today=today())
    after = {"service": service.code, "as_of": str(as_of), "file": file, "rows": len(rows), "complete": complete}
    told = Imported(snapshot, frozenset(kept), complete, by)
    snapshot.said = [said for function in snapshot_imported if (said := function(told))]
    audit.record(by=by, verb="snapshot.import", subject=snapshot, before={}, after=after)  # last, as everywhere
    return snapshot
