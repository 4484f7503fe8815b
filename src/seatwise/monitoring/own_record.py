"""What is recorded of the person who looks: on the first page."""

import datetime
from dataclasses import dataclass

from django.http import HttpRequest

from seatwise.directory.models import Service, User
from seatwise.ledger.covering import covered, first_covered
from seatwise.ledger.models import AsOf, Usage
from seatwise.ledger.zones import organization_zone
from seatwise.lib import days
from seatwise.licenses.models import License
from seatwise.site.home import Card


@dataclass(frozen=True)
class OwnUsage:
    """One's own usage of a service; dates are None where nothing is recorded."""

    service: Service
    license_since: datetime.date | None
    last_access: datetime.date | None
    access_days: int
    recorded_since: datetime.date | None
    as_of: datetime.date | None
    at_least: bool


def own_usage(person: User) -> list[OwnUsage]:
    """The usage of all services a person holds a license of."""
    since = dict(License.objects.held().by([person]).values_list("service_id", "added_on"))
    as_of = dict(AsOf.objects.values_list("service_id", "day"))
    rows = Usage.objects.filter(user=person).select_related("service").order_by("service__name")
    return [one_usage(row, since.get(row.service_id), as_of.get(row.service_id)) for row in rows]


def one_usage(row: Usage, since: datetime.date | None, as_of: int | None) -> OwnUsage:
    """One row, in dates."""
    masks = covered(row.service)
    first = first_covered(masks)
    window = set(range(as_of - days.WINDOW + 1, as_of + 1)) if as_of is not None else set()
    return OwnUsage(
        service=row.service,
        license_since=since,
        last_access=days.date_of(row.last_day) if row.last_day else None,
        access_days=row.days_30,
        recorded_since=days.date_of(first) if first is not None else None,
        as_of=days.date_of(as_of) if as_of is not None else None,
        at_least=bool(window - set(days.days_in(masks))),
    )


def card(request: HttpRequest) -> Card | None:
    """The card of the first page."""
    if not isinstance(request.user, User):
        return None
    return "monitoring/_own_record.html", {"usage": own_usage(request.user), "time_zone": organization_zone()}
