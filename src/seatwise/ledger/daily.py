"""What the ledger has to do each day: see site/daily_work.py."""

import datetime

from django.db import transaction

from seatwise.directory.models import Service
from seatwise.ledger import tasks
from seatwise.ledger.as_of import roll
from seatwise.ledger.models import AsOf
from seatwise.ledger.zones import today


def roll_services(day: datetime.date) -> str | None:
    """Bring the usage of each service up to today in the zone of its days, which may not be the one of `day`."""
    moved = 0
    for service in Service.objects.filter(pk__in=AsOf.objects.values("service")).order_by("pk"):
        before = AsOf.objects.get(service=service).day
        with transaction.atomic():
            roll(service, today())
        moved += AsOf.objects.get(service=service).day != before
    return f"services brought up to today: {moved}" if moved else None


def take_up_uploads(day: datetime.date) -> str | None:
    """Have uploaded logs read that nobody reads."""
    swept = tasks.sweep()
    return f"uploaded logs taken up again: {swept}" if swept else None
