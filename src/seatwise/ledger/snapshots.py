"""Vendors' reports into the ledger: kept verbatim, and each last access date an access day of that source."""

import datetime
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Lower
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
    """The login of each row by its line: of whom its login, or else another text of it, is a login or the address.

    A row that nobody is found for stands for its login as it is written. One with a name only is the one person of that
    name, or refused.
    """
    known = _Known(rows)
    found: dict[int, str] = {}
    seen: dict[str, ReportedRow] = {}
    for row in rows:
        if row.login:
            login = known.login_of(row, file) or visible(row.login)
        else:
            login = known.names.get(row.name) or login_of_name(row, file)
        found[row.line] = login
        other = seen.setdefault(fold(login), row)
        if other is not row and not (row.login and other.login):  # accounts may be one person's; names need not be
            raise Refused(
                _("%(file)s line %(line)s: line %(other)s says something of “%(login)s” already. Nothing was imported.")
                % {"file": file, "line": row.line, "other": other.line, "login": login}
            )
    return found


class _Known:
    """Whom the texts of some rows mean: people by their logins, and by addresses and names that only one has."""

    def __init__(self, rows: Sequence[ReportedRow]) -> None:
        texts = sorted({fold(text) for row in rows for text in (row.login, *row.also) if text})
        self.people: dict[str, str] = {}  # their logins by folded texts
        for some in batches([text for text in texts if "@" in text]):
            addressed = User.objects.annotate(address=Lower("email")).filter(address__in=some)
            _note(self.people, ((fold(email), login) for email, login in addressed.values_list("email", "login")))
        for some in batches(texts):
            logins = Login.objects.filter(folded__in=some, user__isnull=False).values_list("folded", "user__login")
            self.people.update(logins)  # a login is surer than an address
        self.names: dict[str, str] = {}
        for some in batches(sorted({row.name for row in rows if row.name and not row.login})):
            _note(self.names, User.objects.filter(name__in=some).values_list("name", "login"))

    def login_of(self, row: ReportedRow, file: str) -> str:
        """The login of whom the texts of a row mean; "" for nobody. Refused if they mean two people."""
        also = {login for text in row.also if (login := self.people.get(fold(text), ""))}
        first = self.people.get(fold(row.login), "")
        if len(also | ({first} if first else set())) > 1:
            raise Refused(
                _(
                    "%(file)s line %(line)s: “%(texts)s” are of different people (%(logins)s). Nothing was imported. "
                    "Correct that row, or take it out."
                )
                % {
                    "file": file,
                    "line": row.line,
                    "texts": ", ".join([row.login, *row.also]),
                    "logins": ", ".join(sorted(also | {first} - {""})),
                }
            )
        return first or next(iter(also), "")


def _note(into: dict[str, str], found: Iterable[tuple[str, str]]) -> None:
    for text, login in found:
        into[text] = "" if into.get(text, login) != login else login  # of two people, nobody


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


def recognized(rows: Sequence[ReportedRow]) -> int:
    """How many of some rows are somebody's who is known. Raises Refused where one is of two people."""
    known = _Known(rows)
    return sum(bool(known.login_of(row, "") if row.login else known.names.get(row.name)) for row in rows)


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
    kept: dict[int, ReportedRow] = {}
    for row in rows:
        before = kept.setdefault(ids[fold(logins[row.line])], row)
        if (row.last_access or datetime.date.min) > (before.last_access or datetime.date.min):
            kept[ids[fold(logins[row.line])]] = row
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
