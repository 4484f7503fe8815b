"""The cast of all tests, and the site that those have copies of which start processes."""

import os

import pytest
from hypothesis import HealthCheck, settings

from seatwise.logs import compiling, library

# A slow machine is no fault of the code.
settings.register_profile("seatwise", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("seatwise")

if not (library.SOURCES / library.file_name()).exists():  # its sources have changed since this was installed
    compiling.build(library.SOURCES, fetch=False)

pytest_plugins = ["seatwise.cast", "seatwise.commands.tests.processes.sites"]


def asks_a_database(item: pytest.Item) -> bool:
    """Whether a test uses the database; of processes, whether they are given one: the others have theirs on SQLite."""
    fixtures = {*getattr(item, "fixturenames", ())}
    if "processes" in item.path.parts:
        return bool({"database", "settings"} & fixtures)
    asks = {"db", "transactional_db", "live_server"} & fixtures
    return bool(asks) or item.get_closest_marker("django_db") is not None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, the other tests have nothing to say that they did not say on SQLite."""
    if "SEATWISE_TEST_DATABASE_URL" in os.environ:
        config.hook.pytest_deselected(items=[item for item in items if not asks_a_database(item)])
        items[:] = filter(asks_a_database, items)
