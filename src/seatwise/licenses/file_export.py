"""Who may use which services, as a file of the form that is read: see lib.licenses_file.

A service's own export beside what is known here shows what has been carried out, and what differs. It changes nothing
of the licenses, and is taken for complete: who is not in it does not have the service.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import IO

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from seatwise.directory.changes import Refused
from seatwise.directory.models import Kind, Service, Upload, User
from seatwise.lib.licenses_file import CYBOZU_CODES, LicensesFile, RowError, csv_rows
from seatwise.licenses import effects, unmanaged_services
from seatwise.licenses.file_plan import file_of, find_people, services_by_code
from seatwise.licenses.models import CarriedCode, Effect, License
from seatwise.site.list_files import write_csv

ENCODINGS = ("utf-8", "cp932")
BATCH = 2000
Row = tuple[str, list[str]]
ADD, REMOVE = Effect.What.ADD, Effect.What.REMOVE


def services_of_people(
    service: Service | None = None, *, everybody: bool = False, short_codes: bool = False
) -> Iterator[Row]:
    """(login, codes) by login name: whoever has anything; or whoever holds one service; or all but guests.

    Each with all of their services, since a row that is read replaces all of them. `short_codes`: cybozu.com's own.
    """
    names, managed = _names(short_codes), services_by_code()
    for ids in _in_order(service, everybody=everybody):
        users = sorted(User.objects.filter(pk__in=ids), key=lambda user: user.folded)
        codes = defaultdict[int, list[str]](list)
        held = License.objects.held().by(ids).order_by("service__code").values_list("user", "service__code")
        for user, code in held:
            codes[user].append(names.get(code, code))
        for user, carried in unmanaged_services.current(ids).items():
            codes[user] += [code for code in carried if code not in managed]
        yield from ((user.login, codes[user.pk]) for user in users if everybody or codes[user.pk])


def _in_order(service: Service | None, *, everybody: bool) -> Iterator[list[int]]:
    """The ids of the people of a file in parts, in the order of their login names."""
    people = User.objects.all()
    if service is not None:
        people = people.filter(pk__in=License.objects.of(service).held().values("user"))
    elif everybody:
        people = people.exclude(kind=Kind.GUEST)
    else:
        held, carried = License.objects.held().values("user"), CarriedCode.objects.current().values("user")
        people = people.filter(Q(pk__in=held) | Q(pk__in=carried))
    named = sorted(people.values_list("folded", "pk"))
    yield from ([pk for _folded, pk in named[start : start + BATCH]] for start in range(0, len(named), BATCH))


def _names(short_codes: bool) -> dict[str, str]:
    """What services are called where that is not their code."""
    own = set(Service.objects.values_list("code", flat=True))
    return {code: short for short, code in CYBOZU_CODES.items() if short not in own} if short_codes else {}


def heading() -> list[str]:
    """The first row, in the language of whoever asks."""
    return [_("Login name"), *(_("Service code %(number)s") % {"number": number} for number in (1, 2, 3))]


def write(out: IO[bytes], rows: Iterable[Row], *, encoding: str = "utf-8", with_heading: bool = True) -> None:
    """Write the file. Raises CannotHold: a login name with a character replaced would be somebody else's."""
    first = csv_rows((), heading() if with_heading else ())
    lines = chain(
        ((None, line) for line in first),
        (([login, ", ".join(codes)], "".join(csv_rows([(login, codes)]))) for login, codes in rows),
    )
    write_csv(out, lines, encoding)


@dataclass
class Seen:
    """One service by its export: who has it there, and how that differs from here. People are by login name."""

    service: Service
    present: set[int] = field(default_factory=set)
    there: int = 0  # how many the export has, known here or not
    added: list[str] = field(default_factory=list)  # shown to have been added there
    removed: list[str] = field(default_factory=list)  # shown to have been removed there
    waiting: list[str] = field(default_factory=list)  # was to be carried out, and was not yet
    only_there: list[str] = field(default_factory=list)  # no license here on that day, or not known at all
    only_here: list[str] = field(default_factory=list)  # held a license on that day, and did not have the service

    @property
    def carried_out(self) -> int:
        """How many pending changes the export shows to have been carried out."""
        return len(self.added) + len(self.removed)


@dataclass
class Comparison:
    """What an export shows, as of a day."""

    file: LicensesFile
    as_of: datetime.date
    seen: list[Seen] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    @property
    def confirmable(self) -> int:
        """How many pending changes it shows to have been carried out."""
        return sum(one.carried_out for one in self.seen)

    def confirm(self, *, by: User | None, on: datetime.date) -> int:
        """Confirm what was carried out; how many. Raises Refused."""
        if self.errors:
            raise Refused(_("The file has errors. Nothing was changed."))
        Service.objects.filter(pk__in=[one.service.pk for one in self.seen]).lock()
        evidence = _("%(file)s, an export as of %(day)s") % {"file": self.file.name, "day": self.as_of.isoformat()}
        return sum(
            effects.confirm(one.service, one.present, as_of=self.as_of, evidence=evidence, by=by, on=on)
            for one in self.seen
        )


def compare(file: LicensesFile, services: Sequence[Service], *, as_of: datetime.date) -> Comparison:
    """What the export of some services shows now."""
    found = Comparison(file, as_of, errors=list(file.errors))
    known = find_people([row.folded for row in file.rows])
    for service in services:
        found.seen.append(_seen(service, file, known, as_of))
    return found


def comparison_of(upload: Upload) -> Comparison:
    """What an upload shows of the services whose own export it is."""
    services = Service.objects.filter(pk__in=upload.options["confirms"]).order_by("pk")
    return compare(file_of(upload), list(services), as_of=datetime.date.fromisoformat(upload.options["as_of"]))


@transaction.atomic
def confirm(upload: Upload, *, by: User | None, on: datetime.date) -> int:
    """Confirm what an upload shows to have been carried out, once; how many. Raises Refused."""
    comparison = comparison_of(upload)
    upload.claim()
    confirmed = comparison.confirm(by=by, on=on)
    upload.keep_result(confirmed=confirmed)
    return confirmed


def _seen(service: Service, file: LicensesFile, known: dict[str, User], as_of: datetime.date) -> Seen:
    names = {code for code, each in services_by_code().items() if each == service}
    there = {row.folded: row.login for row in file.rows if names & set(row.codes)}
    seen = Seen(service, {known[folded].pk for folded in there if folded in known}, len(there))
    held = dict(License.objects.of(service).held_on(as_of).values_list("user", "user__login"))
    waiting = set(_pending(seen, as_of))
    for folded, login in there.items():
        user = known.get(folded)
        if user is None or (user.pk not in held and user.pk not in waiting):
            seen.only_there.append(login)
    seen.only_here += [login for pk, login in held.items() if pk not in seen.present and pk not in waiting]
    return seen


def _pending(seen: Seen, as_of: datetime.date) -> Iterator[int]:
    """Sort what is pending into what was carried out and what was not; whose it is."""
    pending = Effect.objects.pending().of(seen.service).of_kind(ADD, REMOVE).order_by("pk")
    for what, since, user, login in pending.values_list("what", "since", "license__user", "license__user__login"):
        if since <= as_of and (user in seen.present) == (what == ADD):
            (seen.added if what == ADD else seen.removed).append(login)
        else:
            seen.waiting.append(login)
        yield user
