"""What a site holds, as it must be whichever way it came about: for kills.py, run in the site's environment."""

import json
from collections import Counter

from django.db import connection

from seatwise.audit.models import Entry
from seatwise.directory.models import Login, User
from seatwise.directory.models.memberships import Membership
from seatwise.ledger.models import AccessMonth, Coverage, Usage
from seatwise.licenses.models import License

ACCESS_DAYS = """
import django, json; django.setup()
from seatwise.ledger.models import AccessMonth
from seatwise.lib import days
rows = AccessMonth.objects.filter(service__code="crm").values_list("login__folded", "month", "days").distinct()
found = {(login, day) for login, month, mask in rows for day in days.days_of_mask(month, mask)}
print(json.dumps(sorted((login, days.date_of(day).isoformat()) for login, day in found)))
"""  # run in the environment of a site by Python


def report() -> int:
    """Facts, people and licenses without numbers and moments that a second run changes, as JSON; and the database."""
    told = {
        "months": _rows(AccessMonth, "service__code", "month", "login__folded", "days", "program_days"),
        "coverage": _rows(Coverage, "service__code", "month", "days"),
        "usage": _rows(Usage, "service__code", "user__login", "last_day", "bits", "days_30"),
        "people": _rows(User, "login", "name", "email", "role", "status", "kind"),
        "logins": _rows(Login, "folded", "written", "user__login"),
        "memberships": _rows(Membership, "user__login", "department__code"),
        "licenses": _rows(License, "service__code", "user__login", "added_on", "removed_on"),
        "added twice": _done_twice(),
        "integrity": _integrity(),
    }
    print(json.dumps(told))
    return 0


def _rows(model: "type[object]", *columns: str) -> list[str]:
    return sorted(str(row) for row in model.objects.values_list(*columns))  # type: ignore[attr-defined]


def _done_twice() -> list[str]:
    """What the audit log says was added more than once."""
    verbs = ("user.add", "license.add", "user.import")
    entries = Entry.objects.filter(verb__in=verbs).values_list("verb", "subject_type", "subject_id")
    return sorted(f"{each} {many}" for each, many in Counter(entries).items() if many > 1 and each[2])


def _integrity() -> str:
    if connection.vendor != "sqlite":
        return "ok"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        found = str(cursor.fetchone()[0])
        cursor.execute("PRAGMA foreign_key_check")
        return found if not cursor.fetchall() else "foreign keys"


def people() -> int:
    """How many there are."""
    print(User.objects.count())
    return 0
