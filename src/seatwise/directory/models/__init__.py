"""The directory's tables."""

from seatwise.directory.models.answers import KeptAnswer
from seatwise.directory.models.departments import Department
from seatwise.directory.models.logins import Login
from seatwise.directory.models.mappings import ColumnMapping
from seatwise.directory.models.memberships import DepartmentAdministrator, Membership
from seatwise.directory.models.people import (
    CAN_SIGN_IN,
    Employment,
    Kind,
    Language,
    Role,
    Status,
    User,
    UserQuerySet,
    sees_all,
    takes_seats,
)
from seatwise.directory.models.services import Service
from seatwise.directory.models.tokens import ApiToken, Scope
from seatwise.directory.models.uploads import Upload

__all__ = [
    "CAN_SIGN_IN",
    "ApiToken",
    "ColumnMapping",
    "Department",
    "DepartmentAdministrator",
    "Employment",
    "KeptAnswer",
    "Kind",
    "Language",
    "Login",
    "Membership",
    "Role",
    "Scope",
    "Service",
    "Status",
    "Upload",
    "User",
    "UserQuerySet",
    "sees_all",
    "takes_seats",
]
