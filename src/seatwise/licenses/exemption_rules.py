"""Exempting somebody from being judged or asked, another day, and an end before it."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.licenses import own_licenses
from seatwise.licenses.models import Exemption


@transaction.atomic
def exempt(
    *, user: User, service: Service | None, until: datetime.date, reason: str, by: User | None,
    on: datetime.date,
) -> Exemption:  # fmt: skip
    """Exempt somebody from a day on until another, included. Raises Refused, also for what is one's own."""
    return exempt_each([user], service, until=until, reason=reason, by=by, on=on)[0]


@transaction.atomic
def exempt_each(
    users: Sequence[User], service: Service | None, *, until: datetime.date, reason: str, by: User | None,
    on: datetime.date,
) -> list[Exemption]:  # fmt: skip
    """The same of some, all or none."""
    if until < on:
        raise Refused(_("The end date of an exemption must be in the future."))
    if not reason.strip():
        raise Refused(_("An exemption needs a reason."))
    marks = own_licenses.refuse_for_oneself_each(service, [(user, by) for user in users])
    terms: dict[str, Any] = {"service": service, "since": on, "until": until, "reason": reason, "by": by}
    made = Exemption.objects.bulk_create(Exemption(user=user, **terms) for user in users)
    audit.record_many(
        audit.entry(by, "exemption.add", each, after=each.described() | mark, reason=reason)
        for each, mark in zip(made, marks, strict=True)
    )
    return made


@transaction.atomic
def change_day(exemption: Exemption, until: datetime.date, *, by: User | None, reason: str, on: datetime.date) -> bool:
    """Let it last until another day; False where it does. Raises Refused for a day that has passed."""
    if until < on:
        raise Refused(_("The end date of an exemption must be in the future."))
    before = Exemption.objects.select_for_update(no_key=True).get(pk=exemption.pk)
    if before.until == until and before.ended_on is None:
        return False
    mark = own_licenses.refuse_for_oneself(exemption.service, exemption.user, by)
    if Exemption.objects.filter(pk=exemption.pk, ended_on=None).update(until=until) != 1:
        raise Refused(_("This exemption has already ended."))
    exemption.until = until
    was, now = {"until": str(before.until)}, {"until": str(until)} | mark
    audit.record(by=by, verb="exemption.change", subject=exemption, before=was, after=now, reason=reason)
    return True


@transaction.atomic
def end(exemption: Exemption, *, by: User | None, reason: str, on: datetime.date) -> None:
    """It no longer holds. Raises Refused where it was ended already."""
    if Exemption.objects.filter(pk=exemption.pk, ended_on=None).update(ended_on=on) != 1:
        raise Refused(_("This exemption has already ended."))
    exemption.ended_on = on
    [mark] = own_licenses.marks_of([(exemption.user, by)])  # nobody gains by it
    audit.record(
        by=by, verb="exemption.end", subject=exemption, before=exemption.described(), after=mark, reason=reason
    )
