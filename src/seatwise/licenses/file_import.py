"""A file of who may use which services becomes licenses, all or nothing, in one change that can be undone as one.

The plan that is looked at and the commit are made by the same code from the same file; the commit refuses when it
would do anything else than what was looked at. The same file a second time plans nothing.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, Upload, User
from seatwise.ledger import locking
from seatwise.lib.licenses_file import LicensesFile, Reading, parse
from seatwise.licenses import seats, unmanaged_services
from seatwise.licenses.file_plan import Plan, find_people, plan
from seatwise.licenses.grants import grant, revoke
from seatwise.licenses.models import Change


@dataclass(frozen=True)
class Looked:
    """What somebody looked at: a file, and what it would have done; and what they ticked.

    `ticked` is of the services' checklists, `confirmed` are warnings: both as they were read.
    """

    file: LicensesFile
    fingerprint: str
    ticked: Sequence[str] = ()
    confirmed: Sequence[str] = ()

    @classmethod
    def at(cls, made: Plan) -> "Looked":
        """A plan, to be confirmed."""
        return cls(made.file, made.fingerprint())


def file_of(upload: Upload) -> LicensesFile:
    """What stands in an upload. Raises decoding.UnreadableText."""
    how = upload.options
    reading = Reading(upload.encoding or None, how["delimiter"] or None, how["heading"])
    return parse(bytes(upload.data), name=upload.name, reading=reading)


@transaction.atomic
def save(upload: Upload, looked: Looked, *, by: User, reason: str, on: datetime.date) -> Change:
    """Do what was looked at, once. Raises Refused."""
    upload.claim()
    change = commit(looked, by=by, reason=reason, on=on)
    upload.keep_result(change=change.pk)
    return change


@transaction.atomic
def commit(looked: Looked, *, by: User | None, reason: str, on: datetime.date) -> Change:
    """Do what was looked at, all or nothing.

    Raises Refused where the file has errors, where it would now do something else, and where there are too few seats.
    """
    people = find_people([row.folded for row in looked.file.rows])
    seats.lock_people(people.values())
    list(Service.objects.locked().values_list("pk"))  # before the end of the audit log: see directory.changes
    made = plan(looked.file, on=on)
    if made.errors:
        raise Refused(_("The file has errors. Nothing was changed."))
    if made.fingerprint() != looked.fingerprint:
        raise Refused(_("Licenses have changed since this was looked at. Nothing was changed; look at it again."))
    if made.changes_nothing:
        raise Refused(_("Everything is already as the file says."))
    for service in made.touched():
        locking.lock(service)
    change = Change.objects.begin(by=by, how=Change.How.FILE, reason=reason, ticked=list(looked.ticked))
    for service in made.touched():  # removals first: what they free can be given
        if made.removed[service.pk]:
            revoke(made.removed[service.pk], by=by, reason=reason, on=on, change=change)
        if made.added[service.pk]:
            grant(service, made.added[service.pk], by=by, reason=reason, on=on, change=change)
    unmanaged_services.carry(made.carried, change)
    audit.record(by=by, verb="licenses.file", subject=change, after=described(made, looked), reason=reason)
    return change


def described(made: Plan, looked: Looked) -> dict[str, Any]:
    """What a file did, for the audit log."""
    return {
        "file": made.file.name,
        "rows": len(made.file.rows),
        "added": sum(map(len, made.added.values())),
        "removed": sum(map(len, made.removed.values())),
        "carried": len(made.carried),
        "ticked": list(looked.ticked),
        "confirmed": list(looked.confirmed),
    }
