"""Which rows are locked, in which order and how strongly: on SQLite, too, which has no locks of rows to show."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

LOCK = re.compile(r'FROM "(\w+)".*FOR (NO KEY )?UPDATE', re.DOTALL)


def locks_of(do: Callable[[], object]) -> list[str]:
    """The tables whose rows something locks, in order; those whose keys are locked, too, with a "!"."""
    with pytest.MonkeyPatch.context() as patch, CaptureQueriesContext(connection) as captured:
        if not connection.features.has_select_for_update:
            written = connection.ops.for_update_sql
            patch.setattr(connection.features, "has_select_for_update", True)
            patch.setattr(connection.features, "has_select_for_no_key_update", True)
            patch.setattr(connection.ops, "for_update_sql", lambda **how: f"/* {written(**how)} */")
        do()
    found = [LOCK.search(query["sql"]) for query in captured]
    return [each[1] + ("" if each[2] else "!") for each in found if each]
