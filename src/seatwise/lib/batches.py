"""Many things at once: lists of a bounded size, and many values in a query as one parameter: as one each, they take
Django and the database longer than what is asked.

Exemption.objects.filter(unindexed("service_id", service.pk), user__in=among(users))
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Exact

T = TypeVar("T")
AT_ONCE = 2000


def batches(items: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """The items in their order, in lists of at most `size`; none where there are none."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def in_halves(
    items: Sequence[T], do: Callable[[Sequence[T]], object], is_in_the_way: Callable[[Exception], bool]
) -> list[tuple[T, Exception]]:
    """Do something with all at once, all or none; where something is in the way, with each half, and so on.

    Those with which it could not be done, and why: what is in the way of one hinders no other.
    """
    try:
        do(items)
    except Exception as error:
        if not is_in_the_way(error):
            raise
        if len(items) == 1:
            return [(items[0], error)]
    else:
        return []
    half = len(items) // 2
    return [each for some in (items[:half], items[half:]) for each in in_halves(some, do, is_in_the_way)]


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
