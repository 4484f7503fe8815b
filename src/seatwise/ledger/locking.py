"""The lock of a service's ledger, and the zone of all its days."""

from seatwise.directory.models import Service
from seatwise.ledger.models import AsOf, Recording, Revision
from seatwise.ledger.words import ImportCode, RefusedImport


def lock(service: Service) -> AsOf:
    """The service's as-of row, ours alone until the end of the transaction. Whoever writes its ledger begins here.

    The service comes first: who changes several things at once (an import of people) locks all services before
    anything is written to the audit log, so that nobody who waits for the one holds the other.
    """
    Service.objects.filter(pk=service.pk).lock()
    AsOf.objects.get_or_create(service=service)
    return AsOf.objects.select_for_update().get(service=service)


def hold(revision: Revision) -> None:
    """Let nobody forget a revision until the end of the transaction. Before any lock(); Refused if it was forgotten."""
    there = Revision.objects.select_for_update(no_key=True).filter(pk=revision.pk, forgotten_on=None)
    if not list(there.values_list("pk")):
        raise RefusedImport(ImportCode.FORGOTTEN, revision=str(revision))


def fix_zone(zone: str) -> None:
    """Remember the zone of the first facts; Refused if later ones have another: their days would not be the same."""
    Recording.objects.get_or_create(pk=1, defaults={"time_zone": zone})
    refuse_other_zone(zone)


def refuse_other_zone(zone: str) -> None:
    """Refused if there are facts, and their days are those of another zone."""
    recording = Recording.objects.first()
    if recording is not None and recording.time_zone != zone:
        raise RefusedImport(ImportCode.OTHER_ZONE, recorded=recording.time_zone, zone=zone)
