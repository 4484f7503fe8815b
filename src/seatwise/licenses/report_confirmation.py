"""A vendor's report of its users shows which pending changes were carried out there."""

from django.utils.translation import ngettext

from seatwise.directory.models import Login, Service
from seatwise.ledger.snapshots import Imported
from seatwise.ledger.zones import today
from seatwise.lib import days
from seatwise.lib.batches import batches
from seatwise.licenses import effects


def confirm_by_report(told: Imported) -> str | None:
    """Registered with the ledger. Of a vendor's service, in the transaction of the import."""
    service = told.snapshot.service
    if service.how_removal_takes_effect != Service.Removal.VENDOR:
        return None
    present: set[int] = set()
    for some in batches(sorted(told.logins)):
        present.update(Login.objects.filter(pk__in=some).exclude(user=None).values_list("user", flat=True))
    count = effects.confirm(
        service,
        present,
        as_of=told.snapshot.as_of,
        evidence=told.snapshot.file,
        by=told.by,
        on=days.date_of(today()),
        complete=told.complete,
    )
    said = ngettext("It confirms %(count)s pending change.", "It confirms %(count)s pending changes.", count)
    return said % {"count": count} if count else None
