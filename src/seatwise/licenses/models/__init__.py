"""What licenses are made of."""

from seatwise.licenses.models.changes import CarriedCode, Change, ChangeDraft
from seatwise.licenses.models.checklists import ChecklistTick
from seatwise.licenses.models.contracts import Contract, FormerSeats
from seatwise.licenses.models.effects import Effect
from seatwise.licenses.models.exemptions import Exemption
from seatwise.licenses.models.license_rules import LicenseRule
from seatwise.licenses.models.licenses import License
from seatwise.licenses.models.policies import Policy
from seatwise.licenses.models.suspensions import Suspension

__all__ = [
    "CarriedCode",
    "Change",
    "ChangeDraft",
    "ChecklistTick",
    "Contract",
    "Effect",
    "Exemption",
    "FormerSeats",
    "License",
    "LicenseRule",
    "Policy",
    "Suspension",
]
