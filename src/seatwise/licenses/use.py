"""How the licenses of services are used, counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from seatwise.directory.models import Service, User
from seatwise.ledger.models import Usage
from seatwise.licenses.models.licenses import without_a_seat


@dataclass(frozen=True)
class Use:
    """How many of those who take a seat use it: as of the day up to which usage is counted.

    `away` hold a license, too, but are on leave with their seat free: a list shows them, and no seat is theirs.
    """

    used: int = 0  # in the last 30 days
    unused: int = 0  # not in the last 30 days, but before
    never: int = 0  # no access since recording began
    away: int = 0

    @property
    def idle(self) -> int:
        """How many did not use it in the last 30 days."""
        return self.unused + self.never

    @property
    def all(self) -> int:
        """All who take a seat."""
        return self.used + self.idle

    def less(self, away: "Use") -> "Use":
        """Without those who are away."""
        return Use(self.used - away.used, self.unused - away.unused, self.never - away.never, away.all)


def use_of_all(services: Sequence[Service], person: User) -> dict[int, Use]:
    """The use of several services by those whom a person may see, by service. Two queries."""
    rows = Usage.objects.visible_to(person).shown().filter(service__in=services)
    counted, away = use_of_rows(rows), use_of_rows(rows.filter(without_a_seat()))
    return {service.pk: counted.get(service.pk, Use()).less(away.get(service.pk, Use())) for service in services}


def use_of_rows(rows: "QuerySet[Usage]") -> dict[int, Use]:
    """The use of whom usage rows are about, by service. One query."""
    parts = {
        "used": Count("pk", filter=Q(days_30__gt=0)),
        "unused": Count("pk", filter=Q(days_30=0, last_day__gt=0)),
        "never": Count("pk", filter=Q(days_30=0, last_day=0)),
    }
    counted = rows.order_by().values_list("service").annotate(**parts)
    return {service: Use(*counts) for service, *counts in counted}
