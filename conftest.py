"""The cast of all tests, and the site that those have copies of which start processes."""

pytest_plugins = ["seatwise.cast", "seatwise.commands.tests.processes.sites"]
