"""What the gate has to do each day: see site/ticking.py."""

import datetime

from django.utils import timezone

from seatwise.gate.models import GateSession


def forget_sessions_that_are_over(day: datetime.date) -> str | None:
    """Delete what nobody can use any more."""
    deleted, _ = GateSession.objects.over(timezone.now()).delete()
    return f"sessions at the gate that are over deleted: {deleted}" if deleted else None
