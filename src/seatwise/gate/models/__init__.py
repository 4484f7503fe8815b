"""The gate's tables: at which addresses services stand, and who is signed in there."""

from seatwise.gate.models.addresses import GateAddress
from seatwise.gate.models.sessions import GateSession

__all__ = ["GateAddress", "GateSession"]
