"""Access days for no longer than the organization keeps them: whole months of them are deleted each day."""

import datetime

from django.db import transaction

from seatwise import audit, configuration
from seatwise.directory.models import Service
from seatwise.ledger import heartbeats
from seatwise.ledger.locking import lock
from seatwise.ledger.models import AccessMonth, Coverage, Snapshot, Usage
from seatwise.ledger.usage_rows import recompute
from seatwise.lib import days


def forget_old_access(day: datetime.date) -> str | None:
    """Delete what is older than SEATWISE_KEEP_ACCESS, service by service."""
    months = configuration.KEEP_ACCESS.value()
    if months is None:
        return None
    first = days.month_of(days.day_of(day)) - months
    heartbeats.forget_before(days.first_day_of(first))
    deleted = sum(_forget_before(first, service) for service in Service.objects.order_by("pk"))
    return f"months of logins deleted, since access days are kept for {months} months: {deleted}" if deleted else None


@transaction.atomic
def _forget_before(month: int, service: Service) -> int:
    """Delete months and reports before a month; how many months of logins that were.

    Days that are covered go, too: what was deleted is unknown from then on, and never unused.
    """
    old, first = {"service": service, "month__lt": month}, days.first_day_of(month)
    reports = Snapshot.objects.filter(service=service, as_of__lt=days.date_of(first))
    kinds = (AccessMonth.objects.filter(**old), Coverage.objects.filter(**old), reports)
    if not any(found.exists() for found in kinds):
        return 0
    as_of = lock(service)
    deleted = AccessMonth.objects.filter(**old).count()
    for found in kinds:
        found.delete()
    touched = Usage.objects.filter(service=service, last_day__gt=0, last_day__lt=first)
    recompute(service.pk, as_of.day, touched.values_list("user", flat=True))
    after = {"before": str(days.date_of(first)), "months of logins": deleted}
    audit.record(by=None, verb="access.forget", subject=service, after=after)
    return deleted
