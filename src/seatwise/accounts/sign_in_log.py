"""Signing in and out in the audit log.

Those who got in are entries at once, in the transaction of the session. Those who did not are counted, and written as
one entry a person each ten minutes at most: a flood of guesses must not become a flood of entries that nobody can take
out again. A login name that nobody has is never written down, since people type passwords into that field.
"""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from seatwise import audit
from seatwise.accounts.models import FailedSignIns
from seatwise.directory.models import User

FIELDS = (  # of entries, as the audit log shows them
    gettext_noop("attempts"),
    gettext_noop("first"),
    gettext_noop("last"),
    gettext_noop("further people"),
    gettext_noop("unknown login names"),
    gettext_noop("idle"),
    gettext_noop("devices"),
    gettext_noop("second factor"),
    gettext_noop("second factors"),
    gettext_noop("codes left"),
)
EACH = datetime.timedelta(minutes=10)
MOST_NAMED = 50  # people in one go, those with most attempts; the others are one entry


def failed(user: User | None, now: datetime.datetime) -> None:
    """Somebody did not get in: with the login name of a person, or with one that nobody has."""
    key = str(user.pk) if user else ""
    with transaction.atomic():
        row = FailedSignIns(pk=key, user=user, first_at=now, last_at=now)
        FailedSignIns.objects.bulk_create([row], ignore_conflicts=True)
        FailedSignIns.objects.filter(pk=key).update(attempts=F("attempts") + 1, last_at=now)
    write_due(now)


def succeeded(user: User, now: datetime.datetime, *, second_factor: str = "") -> None:
    """Somebody got in; what failed before stands before it. In the transaction of their session."""
    _write(list(FailedSignIns.objects.select_for_update().filter(pk=str(user.pk))))
    after = {"second_factor": second_factor} if second_factor else {}
    audit.record(by=user, verb="account.sign_in", subject=user, after=after)


def signed_out(user: User, *, idle: bool = False) -> None:
    """Somebody signed out, or was signed out since nothing was done. In the transaction of their session's end."""
    audit.record(by=user, verb="account.sign_out", subject=user, after={"idle": True} if idle else {})


def write_due(now: datetime.datetime | None = None) -> str | None:
    """Write down what failed, if that was not done in the last ten minutes. Called each minute."""
    now = now or timezone.now()
    if not FailedSignIns.objects.filter(first_at__lte=now - EACH).exists():
        return None
    with transaction.atomic():
        _write(list(FailedSignIns.objects.select_for_update(of=("self",)).select_related("user").order_by("pk")))
    return None


def _write(rows: Sequence[FailedSignIns]) -> None:
    """An entry for each person with most attempts, one for all others, one for login names that nobody has."""
    if not rows:
        return
    FailedSignIns.objects.filter(pk__in=[row.pk for row in rows]).delete()
    known = sorted((row for row in rows if row.user), key=lambda row: (-row.attempts, row.pk))
    entries = [_entry(row.user, [row]) for row in known[:MOST_NAMED]]
    if others := known[MOST_NAMED:]:
        entries.append(_entry(None, others, further_people=len(others)))
    if unknown := [row for row in rows if not row.user]:
        entries.append(_entry(None, unknown, unknown_login_names=True))
    audit.record_many(entries)


def _entry(user: User | None, rows: Sequence[FailedSignIns], **more: object) -> dict[str, object]:
    after = {
        "attempts": sum(row.attempts for row in rows),
        "first": _moment(min(row.first_at for row in rows)),
        "last": _moment(max(row.last_at for row in rows)),
        **more,
    }
    return audit.entry(None, "account.sign_in_failed", user, after=after)


def _moment(at: datetime.datetime) -> str:
    return timezone.localtime(at).isoformat(" ", timespec="seconds")
