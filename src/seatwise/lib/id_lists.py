"""Many values in a query as one parameter: as one each, they take Django and the database longer than what is asked.

Exemption.objects.filter(unindexed("service_id", service.pk), user__in=among(users))
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Exact

LISTS: dict[str, tuple[str, Callable[[list[Any]], object]]] = {
    "sqlite": ("SELECT value FROM json_each(%s)", json.dumps),
    "postgresql": ("SELECT unnest(%s::{kind}[])", list),
}


def among(values: Iterable[int] | Iterable[str], kind: str = "bigint") -> RawSQL:
    """Values for `…__in=`, in a query of the default database; of texts the kind is text."""
    sql, written = LISTS[connection.vendor]
    return RawSQL(sql.format(kind=kind), (written([*values]),))  # noqa: S611 - our own words; values are a parameter


def unindexed(column: str, value: int) -> Q:
    """That a column is a value, beside a condition that fits few rows, which is to be looked for first: SQLite, which
    knows no sizes, takes a service to have ten licenses, and would begin with all of them.
    """
    return Q(Exact(F(column) + 0, value))
