"""What later apps do when the directory changes: ordered lists of plain functions.

Later apps append to the lists in AppConfig.ready. The functions run in the transaction of the change, after it was
written, and may raise Refused, which undoes all of it. Locks are taken in this order, so that nobody waits for ever:
people, services, the ledger's as-of rows, the end of the audit log.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import ngettext

from seatwise import configuration

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from seatwise.directory.models import Department, Login, Service, User
    from seatwise.lib.people_file import PersonRow, RowError


class Refused(Exception):
    """A change that may not be made. The message names the obstacle, translated, for the person who asked.

    `way_out`: the address of a page that helps, and what it is called.
    """

    way_out: "tuple[str, str] | None" = None


@dataclass(slots=True)
class PersonChange:
    """One person before and after: only the fields that differ. `departments` are lists of codes, primary first."""

    user: "User"
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    new: bool = False


@dataclass
class DepartmentChange:
    """One department before and after: only the fields that differ."""

    department: "Department"
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    new: bool = False


@dataclass
class LoginChange:
    """One login name before and after: whose it is, and what kind it is."""

    login: "Login"
    before: "User | None"
    kind_before: str


@dataclass
class ServiceChange:
    """One service before and after, only the fields that differ, and who changed it."""

    service: "Service"
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    by: "User | None" = None


class ColumnPlan(Protocol):
    """What a registered column of a people file would do."""

    @property
    def gives(self) -> Sequence[tuple[str, str]]:
        """(login, what they would be given), to be confirmed apart."""

    @property
    def errors(self) -> "Sequence[RowError]":
        """The rows that cannot be used."""

    @property
    def does(self) -> Sequence[tuple[str, str]]:
        """(login, what it would do, the same in every language): done with the rest of the file."""

    def describe(self, done: tuple[str, str]) -> str:
        """One of those for people."""

    def apply(self, people: "Mapping[str, User]", *, by: "User | None", on: datetime.date) -> Sequence[str]:
        """Do it; `people` is by folded login. What was left for somebody else to do, in words. Raises Refused."""


@dataclass(frozen=True)
class Comparison:
    """How a column of a people file is compared with what is so: see unchanged_rows.

    `says` is what a row says as one text, None where it says nothing; `differs` is SQL about that text, s.KEY, and the
    person u: whether something else is so of them, or may be.
    """

    says: "Callable[[PersonRow], str | None]"
    differs: str


class ImportColumn(Protocol):
    """A column of a people file that belongs to a later app. `title` is its heading in the file of users."""

    key: str
    title: "_StrPromise"

    def texts(self, people: "Sequence[User]") -> "Mapping[int, str]":
        """What stands in it for some people, by their ids; nothing for others."""

    @property
    def comparison(self) -> Comparison:
        """What the database makes of it."""

    def plan(self, rows: "Sequence[PersonRow]", people: "Mapping[str, User]") -> ColumnPlan:
        """Look only: at the rows that may change something; `people` are those there are already, by folded login."""


people_changed: list[Callable[[Sequence[PersonChange], datetime.date], None]] = []  # the day of the change
departments_changed: list[Callable[[Sequence[DepartmentChange]], None]] = []
administrators_changed: list[Callable[["User"], None]] = []  # of departments: whoever looks after others now
passwords_given: list[Callable[["User", "User | None"], None]] = []  # whose, and by whom
services_changed: list[Callable[[ServiceChange], None]] = []
logins_changed: list[Callable[[Sequence[LoginChange]], None]] = []
import_columns: list[ImportColumn] = []


FEW = 3  # that are few whatever they are of


def is_large(count: int, of: int) -> bool:
    """Whether so many of some are more than the settable share (SEATWISE_LARGE_CHANGE)."""
    return count > max(FEW, configuration.LARGE_CHANGE.value() * of // 100)


def refusal_to_deactivate(count: int) -> str:
    return ngettext(
        "%(count)s user would be deactivated. Confirm that number. Nothing was imported.",
        "%(count)s users would be deactivated. Confirm that number. Nothing was imported.",
        count,
    ) % {"count": count}
