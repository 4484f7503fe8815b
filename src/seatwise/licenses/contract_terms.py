"""Adding contracts and changing their terms: never fewer seats than are held."""

import datetime
from typing import Any

from django.db import transaction

from seatwise import audit
from seatwise.directory.models import Service, User
from seatwise.licenses.models import Contract, FormerSeats
from seatwise.licenses.seats import lock, refuse_fewer_than_held, seats_of


@transaction.atomic
def add(*, service: Service, seats: int, by: User | None, on: datetime.date, **terms: Any) -> Contract:
    """Add a contract. Raises Refused where those who hold seats on that day would be more than the seats."""
    lock(service)
    before = seats_of(service, on)
    contract: Contract = Contract(service=service, seats=seats, **terms)
    contract.full_clean()
    contract.save(force_insert=True)
    refuse_fewer_than_held(service, on, before=before)
    audit.record(by=by, verb="contract.add", subject=contract, before={}, after=contract.described())
    return contract


@transaction.atomic
def change(contract: Contract, *, by: User | None, on: datetime.date, **terms: Any) -> bool:
    """Change terms; False where nothing changed. Raises Refused for fewer seats than are held on that day."""
    lock(contract.service)
    taken = seats_of(contract.service, on)
    contract.refresh_from_db()
    was = contract.described()
    for key, value in terms.items():
        setattr(contract, key, value)
    contract.full_clean()
    now = contract.described()
    before = {key: was.get(key, "") for key in was | now if was.get(key) != now.get(key)}
    if not before:
        return False
    contract.save(update_fields=list(terms))
    if "seats" in before:
        FormerSeats.objects.create(contract=contract, seats=before["seats"], until=on)
    refuse_fewer_than_held(contract.service, on, before=taken)
    audit.record(
        by=by, verb="contract.change", subject=contract, before=before, after={key: now.get(key, "") for key in before}
    )
    return True
