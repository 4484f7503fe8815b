"""The cast of all tests, and the site that those have copies of which start processes."""

from hypothesis import HealthCheck, settings

from seatwise.logs import compiling, library

# A slow machine is no fault of the code.
settings.register_profile("seatwise", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("seatwise")

if not (library.SOURCES / library.file_name()).exists():  # its sources have changed since this was installed
    compiling.build(library.SOURCES, fetch=False)

pytest_plugins = ["seatwise.cast", "seatwise.commands.tests.processes.sites"]
