"""The exact file to upload at cybozu.com where nothing is sent to it: all services of whoever has a pending change.

Uploading it replaces all services of these users, so it rests on what they have there: a reading, or an export of
cybozu.com's own. An older one than AGE is refused, since it would undo what somebody changed meanwhile.
Source: cybozu.com's help, "File Format for Services Available for Users" (article 020153).
"""

import csv
import datetime
import io
from collections.abc import Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from seatwise.connections.models import Connection, Reading
from seatwise.connections.wanted import wanted_of
from seatwise.directory.changes import Refused
from seatwise.lib.licenses_file import CYBOZU_CODES, LicensesFile
from seatwise.lib.logins import fold
from seatwise.site.words import minute

AGE = datetime.timedelta(hours=24)
SHORT = {code: short for short, code in CYBOZU_CODES.items()}


def file_by_reading(connection: Connection, *, leave_out: bool = False) -> bytes:
    """By the latest reading; `leave_out`: without who is not listed there. Raises Refused."""
    found: Reading | None = Reading.objects.done().filter(connection=connection).newest_first().first()
    if found is None or found.began_at is None:
        raise Refused(_("cybozu.com has not been read yet. Read it first, or upload an export of it."))
    there = found.content["services"]
    for code in {code for services in there.values() for code in services} - SHORT.keys():
        raise Refused(_("cybozu.com lists a service “%(code)s”, whose code in files is unknown.") % {"code": code})
    return file_by(connection, there, found.began_at, leave_out=leave_out)


def file_by_export(
    connection: Connection, export: LicensesFile, exported_at: datetime.datetime, *, leave_out: bool = False
) -> bytes:
    """By an export of cybozu.com's own, `userServices.csv`. Raises Refused."""
    if export.errors:
        raise Refused(_("The file has errors. Nothing was created."))
    rows = {row.login: [CYBOZU_CODES.get(code, code) for code in row.codes] for row in export.rows}
    return file_by(connection, rows, exported_at, leave_out=leave_out)


def file_by(
    connection: Connection, there: Mapping[str, Sequence[str]], at: datetime.datetime, *, leave_out: bool
) -> bytes:
    """A row for each user with a pending change: the login name and the codes of all services. Raises Refused."""
    if timezone.now() - at > AGE:
        text = _(
            "The data behind this is from %(at)s, more than %(hours)s hours old. Read cybozu.com again, "
            "or upload a new export."
        )
        hours = int(AGE.total_seconds() // 3600)
        raise Refused(text % {"at": minute(at), "hours": hours})
    if at > timezone.now() + datetime.timedelta(minutes=5):
        raise Refused(_("The time of the export is in the future."))
    by_folded = {fold(login): login for login in there}
    out, missing = io.StringIO(), list[str]()
    writer = csv.writer(out)
    for wanted in wanted_of(connection):
        login = by_folded.get(fold(wanted.login))
        if login is None or wanted.also:
            missing.append(wanted.login)
            continue
        after = wanted.of(there[login])
        if set(after) != set(there[login]):
            writer.writerow([login, *(SHORT.get(code, code) for code in after)])
    if missing and not leave_out:
        raise Refused(
            _("No file was created: these are not listed at cybozu.com, or match several users there: %(logins)s.")
            % {"logins": ", ".join(missing[:20])}
        )
    if not out.getvalue():
        raise Refused(_("There is nothing to change at cybozu.com."))
    return out.getvalue().encode()
