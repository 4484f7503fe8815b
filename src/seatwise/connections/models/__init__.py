"""The connection, what was read by it, what differs there, and what was sent."""

from seatwise.connections.models.connections import Connection, Mapping
from seatwise.connections.models.readings import Drift, Reading
from seatwise.connections.models.sendings import Sending, SentUser

__all__ = ["Connection", "Drift", "Mapping", "Reading", "Sending", "SentUser"]
