"""The directory's tables."""

from seatwise.directory.models.answers import KeptAnswer
from seatwise.directory.models.departments import Department
from seatwise.directory.models.logins import Login
from seatwise.directory.models.mappings import ColumnMapping
from seatwise.directory.models.memberships import DepartmentAdministrator, Membership
from seatwise.directory.models.people import User
from seatwise.directory.models.services import Service
from seatwise.directory.models.tokens import ApiToken
from seatwise.directory.models.uploads import Upload

__all__ = [
    "ApiToken",
    "ColumnMapping",
    "Department",
    "DepartmentAdministrator",
    "KeptAnswer",
    "Login",
    "Membership",
    "Service",
    "Upload",
    "User",
]
