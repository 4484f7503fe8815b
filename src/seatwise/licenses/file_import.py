"""A file of who may use which services becomes licenses, all or nothing, in one change that can be undone as one.

The preview that is looked at and what is saved are made by the same code from the same file; what would do or ask
anything else than what was looked at is refused. The same file a second time plans nothing.
"""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, Upload, User
from seatwise.ledger import locking
from seatwise.lib.licenses_file import LicensesFile, Reading, parse
from seatwise.licenses import seats
from seatwise.licenses.change_saving import Said, carry_out
from seatwise.licenses.file_plan import find_people, plan
from seatwise.licenses.models import Change


def file_of(upload: Upload) -> LicensesFile:
    """What stands in an upload. Raises decoding.UnreadableText."""
    how = upload.options
    reading = Reading(upload.encoding or None, how["delimiter"] or None, how["heading"])
    return parse(bytes(upload.data), name=upload.name, reading=reading)


@transaction.atomic
def save_upload(upload: Upload, said: Said, *, by: User, on: datetime.date) -> Change:
    """Do what was looked at, once. Raises Refused."""
    file = file_of(upload)
    upload.claim()
    change = save(file, said, by=by, on=on)
    upload.keep_result(change=change.pk)
    return change


@transaction.atomic
def save(file: LicensesFile, said: Said, *, by: User | None, on: datetime.date) -> Change:
    """Do what was looked at, all or nothing. Raises Refused where the file has errors, and NotSaved."""
    seats.lock_people(find_people([row.folded for row in file.rows]).values())
    Service.objects.all().lock()  # before the end of the audit log: see directory.changes
    made = plan(file, on=on)
    if made.errors:
        raise Refused(_("The file has errors. Nothing was changed."))
    if made.changes_nothing:
        raise Refused(_("Everything is already as the file says."))
    for service in made.touched():
        locking.lock(service)
    about = {"file": file.name, "rows": len(file.rows), "carried": len(made.carried)}
    how = Change.How.FILE
    return carry_out(made.preview(), said, how=how, by=by, on=on, verb="licenses.file", about=about)
