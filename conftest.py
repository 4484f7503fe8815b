"""The cast of all tests, and the site that those have copies of which start processes."""

from hypothesis import HealthCheck, settings

# A slow machine is no fault of the code.
settings.register_profile("seatwise", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("seatwise")

pytest_plugins = ["seatwise.cast", "seatwise.commands.tests.processes.sites"]
