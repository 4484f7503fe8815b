"""The ledger's tables."""

from seatwise.ledger.models.arrivals import Arrival, Silence
from seatwise.ledger.models.closures import Closure
from seatwise.ledger.models.facts import AccessMonth, AsOf, Coverage, ListeningPeriod, Recording, Usage
from seatwise.ledger.models.imports import ImportFacts, LogImport, ServiceAccount
from seatwise.ledger.models.snapshots import Snapshot, SnapshotRow
from seatwise.ledger.models.sources import Revision, Serving, Source

__all__ = [
    "AccessMonth",
    "Arrival",
    "AsOf",
    "Closure",
    "Coverage",
    "ImportFacts",
    "ListeningPeriod",
    "LogImport",
    "Recording",
    "Revision",
    "ServiceAccount",
    "Serving",
    "Silence",
    "Snapshot",
    "SnapshotRow",
    "Source",
    "Usage",
]
