"""Many ids in a query as one parameter: as one each, they take Django and the database longer than what is asked.

Exemption.objects.filter(unindexed("service_id", service.pk), user__in=among(users))
"""

import json
from collections.abc import Callable, Iterable

from django.db import connection
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Exact

LISTS: dict[str, tuple[str, Callable[[list[int]], object]]] = {
    "sqlite": ("SELECT value FROM json_each(%s)", json.dumps),
    "postgresql": ("SELECT unnest(%s::bigint[])", list),
}


def among(ids: Iterable[int]) -> RawSQL:
    """Ids for `…__in=`, in a query of the default database."""
    sql, written = LISTS[connection.vendor]
    return RawSQL(sql, (written([*ids]),))  # noqa: S611 - our own words; the ids are a parameter


def unindexed(column: str, value: int) -> Q:
    """That a column is a value, beside a condition that fits few rows, which is to be looked for first: SQLite, which
    knows no sizes, takes a service to have ten licenses, and would begin with all of them.
    """
    return Q(Exact(F(column) + 0, value))
