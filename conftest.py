"""The cast of all tests: see src/seatwise/cast.py."""

pytest_plugins = ["seatwise.cast"]
