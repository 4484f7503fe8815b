"""How the licenses of services are used, counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from seatwise.directory.models import Service, User
from seatwise.ledger.models import Usage


@dataclass(frozen=True)
class Use:
    """How many of those who hold a license (active, no guests) use it: as of the day up to which usage is counted."""

    used: int = 0  # in the last 30 days
    unused: int = 0  # not in the last 30 days, but before
    never: int = 0  # no access since recording began

    @property
    def idle(self) -> int:
        """How many did not use it in the last 30 days."""
        return self.unused + self.never

    @property
    def all(self) -> int:
        """All who are counted."""
        return self.used + self.idle


def use_of_all(services: Sequence[Service], person: User) -> dict[int, Use]:
    """The use of several services by those whom a person may see, by service. One query."""
    parts = {
        "used": Count("pk", filter=Q(days_30__gt=0)),
        "unused": Count("pk", filter=Q(days_30=0, last_day__gt=0)),
        "never": Count("pk", filter=Q(days_30=0, last_day=0)),
    }
    rows = Usage.objects.visible_to(person).shown().filter(service__in=services).order_by().values_list("service")
    counted = {service: Use(*counts) for service, *counts in rows.annotate(**parts)}
    return {service.pk: counted.get(service.pk, Use()) for service in services}
