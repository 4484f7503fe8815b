"""Who is on leave: whose license or account sleeps, and until when."""

import datetime
from collections.abc import Sequence

from django.db.models import Max

from seatwise.directory.models import Service
from seatwise.licenses.models import Suspension


def on_leave_until(service: Service, users: Sequence[int]) -> dict[int, datetime.date]:
    """On which day some people are back, by their ids: the latest, where license and account sleep. One query."""
    asleep = Suspension.objects.asleep().of(service).by(users)
    return dict(asleep.order_by().values_list("user_id").annotate(back=Max("until")))
