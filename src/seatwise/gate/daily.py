"""What the gate has to do each day: see site/daily_work.py."""

import datetime

from django.utils import timezone

from seatwise.gate.models import GateSession
from seatwise.gate.models.addresses import addresses_at_our_hosts


def forget_sessions_that_are_over(day: datetime.date) -> str | None:
    """Delete what nobody can use any more."""
    deleted, _ = GateSession.objects.over(timezone.now()).delete()
    return f"sessions at the gate that are over deleted: {deleted}" if deleted else None


def name_addresses_at_our_hosts(day: datetime.date) -> str | None:
    """Say at which addresses the gate vouches for nobody, since the settings made their hosts Seatwise's own."""
    found = addresses_at_our_hosts()
    if not found:
        return None
    return (
        f"the gate vouches for nobody at {', '.join(found)}: these are at hosts of Seatwise's own now. Give the "
        "services other addresses, or take the hosts out of SEATWISE_ALLOWED_HOSTS"
    )
