"""What differs between cybozu.com and here, though nothing of it is pending: who, what, and since when."""

import datetime
from collections.abc import Collection, Mapping

from django.utils import timezone

from seatwise.connections.models import Drift, Reading
from seatwise.directory import rows
from seatwise.directory.models import Service, User
from seatwise.lib.batches import batches
from seatwise.lib.id_lists import among
from seatwise.lib.logins import fold
from seatwise.licenses.models import Effect, License

Key = tuple[int, str, str]  # service, folded login, what


def note(
    reading: Reading, there: Mapping[str, Collection[str]], services: Mapping[str, Service], known: Mapping[str, User]
) -> int:
    """Keep what differs by a reading, and end what does not any more; how much differs now.

    Nothing is kept of the first reading, before anything was taken over from there.
    """
    at, earlier = reading.ended_at or timezone.now(), _earlier(reading)
    found: dict[Key, Drift] = {}
    for code, service in services.items():
        for drift in _of(service, code, there, known):
            found[service.pk, fold(drift.login), drift.what] = drift
    if earlier is None:
        return len(found)
    open_ones: dict[Key, int] = {}
    current = Drift.objects.current().filter(connection=reading.connection)
    for pk, service_id, login, what in current.values_list("pk", "service", "login", "what"):
        open_ones[service_id, fold(login), what] = pk
    for some in batches([pk for key, pk in open_ones.items() if key not in found]):
        Drift.objects.filter(pk__in=among(some)).update(ended_at=at)
    new = [drift for key, drift in found.items() if key not in open_ones]
    for drift in new:
        drift.connection_id, drift.found_at, drift.not_before = reading.connection_id, at, earlier
    rows.insert(Drift, new)
    return len(found)


def _earlier(reading: Reading) -> datetime.datetime | None:
    """When it was read before, of the same services: what is new came after that."""
    found = Reading.objects.done().filter(connection=reading.connection, pk__lt=reading.pk).newest_first()
    earlier: datetime.datetime | None = found.values_list("began_at", flat=True).first()
    return earlier


def _of(service: Service, code: str, there: Mapping[str, Collection[str]], known: Mapping[str, User]) -> "list[Drift]":
    held: dict[int, str] = dict(License.objects.of(service).held().values_list("user", "user__login"))
    pending = set(Effect.objects.pending().of(service).values_list("license__user", flat=True))
    what, found = Drift.What, list[Drift]()
    listed = {known[fold(login)].pk for login in there if fold(login) in known}
    having: set[int] = set()
    for login, codes in there.items():
        if code not in codes:
            continue
        user = known.get(fold(login))
        if user is None:
            found.append(Drift(service=service, login=login, what=what.ONLY_THERE))
            continue
        having.add(user.pk)
        if user.pk not in held and user.pk not in pending:
            found.append(Drift(service=service, login=login, user=user, what=what.ONLY_THERE))
    for pk, login in held.items():
        if pk not in having and pk not in pending:
            kind = what.ONLY_HERE if pk in listed else what.NOT_LISTED
            found.append(Drift(service=service, login=login, user_id=pk, what=kind))
    return found
