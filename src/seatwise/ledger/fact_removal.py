"""Taking the facts of a revision out of the ledger again, and building usage anew."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.ledger.holders import copy_people
from seatwise.ledger.locking import lock
from seatwise.ledger.models import AccessMonth, AsOf, Coverage, Revision, Snapshot, Usage
from seatwise.ledger.usage_rows import recompute_all


@transaction.atomic
def forget(revision: Revision, *, by: User | None, on: datetime.date) -> None:
    """Take out all that a revision of a source brought in. Its logs can be read again, by the revision in force.

    If that is the one that is forgotten, another begins with the same rules.
    """
    if Revision.objects.filter(pk=revision.pk, forgotten_on=None).update(forgotten_on=on) != 1:
        raise Refused(_("This revision was forgotten already."))
    services = Service.objects.filter(
        pk__in={*AccessMonth.objects.filter(revision=revision).values_list("service", flat=True).distinct(),
                *Coverage.objects.filter(revision=revision).values_list("service", flat=True)}
    ).order_by("pk")  # fmt: skip
    for service in services:
        as_of = lock(service)
        AccessMonth.objects.filter(service=service, revision=revision).delete()
        Coverage.objects.filter(service=service, revision=revision).delete()
        recompute_all(service.pk, as_of.day)
    Snapshot.objects.filter(revision=revision).delete()
    before, after = {"source": revision.source.code, "revision": revision.number}, {}
    if revision.source.revision == revision:
        after = {**before, "revision": revision.source.begin_revision(revision.rules(), by=by).number}
    audit.record(by=by, verb="revision.forget", subject=revision, before=before, after=after)


def rebuild(service: Service) -> None:
    """Build the usage of a service anew from its months. Changes nothing, unless something was wrong."""
    with transaction.atomic():
        as_of: AsOf = lock(service)
        recompute_all(service.pk, as_of.day)
        copy_people(service, Usage.objects.filter(service=service).values_list("user", flat=True))
