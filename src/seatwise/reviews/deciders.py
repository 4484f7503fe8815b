"""Who decides: the administrators of the department somebody belongs to now, else of the one above it, else the owner.

It follows the living directory: whenever people move or departments or their administrators change, items pass on, and
each hand-over is kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext_noop

from seatwise.directory import rows
from seatwise.directory.changes import DepartmentChange, PersonChange
from seatwise.directory.models import Department, DepartmentAdministrator, Membership, User
from seatwise.directory.models.people import CAN_SIGN_IN
from seatwise.reviews.models import Handover, Item, Review

OWNER = gettext_noop("the owner of the review")
DIRECTORY_CHANGED = gettext_noop("the directory changed")


@dataclass
class Heads:
    """The departments as they are now, and who administers each."""

    parents: dict[int, int | None] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    administrators: dict[int, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def now(cls) -> "Heads":
        """Read in two queries."""
        found = cls()
        for pk, parent, name in Department.objects.values_list("pk", "parent", "full_name"):
            found.parents[pk], found.names[pk] = parent, name
        active = User.objects.active().of_kind(*CAN_SIGN_IN).with_role("department_administrator")
        theirs = DepartmentAdministrator.objects.filter(user__in=active)
        for department, user, login in theirs.values_list("department", "user", "user__login"):
            found.administrators[department][user] = login
        return found

    def department_for(self, user: int, department: int | None) -> int | None:
        """The department whose administrators decide about somebody of a department; None for the owner."""
        while department is not None:
            if set(self.administrators.get(department, ())) - {user}:
                return department
            department = self.parents.get(department)
        return None

    def in_words(self, department: int | None) -> str:
        """A decider as a hand-over keeps it."""
        if department is None:
            return OWNER
        names = ", ".join(sorted(self.administrators.get(department, {}).values()))
        return f"{self.names.get(department, '')} ({names})"


def primary_departments(users: Sequence[int]) -> dict[int, int]:
    """The primary department of some users now."""
    found: dict[int, int] = {}
    for start in range(0, len(users), 2000):
        current = Membership.objects.current().primary().filter(user__in=users[start : start + 2000])
        found.update(current.values_list("user", "department"))
    return found


def assign(items: Iterable[Item]) -> None:
    """Set the decider of new items, which are not stored yet."""
    waiting = list(items)
    heads, departments = Heads.now(), primary_departments([item.user_id for item in waiting])
    for item in waiting:
        item.decider_department_id = heads.department_for(item.user_id, departments.get(item.user_id))


def hand_over(reviews: "Iterable[Review] | None" = None) -> int:
    """Pass on the items under way whose decider is another now; how many. In the transaction of what changed it."""
    under_way = Item.objects.under_way().undecided().order_by("pk")
    if reviews is not None:
        under_way = under_way.filter(review__in=reviews)
    items = list(under_way.only("pk", "user_id", "decider_department_id"))
    if not items:
        return 0
    heads, departments = Heads.now(), primary_departments([item.user_id for item in items])
    handovers, moved, now = [], [], timezone.now()
    for item in items:
        wanted = heads.department_for(item.user_id, departments.get(item.user_id))
        if wanted == item.decider_department_id:
            continue
        before, after = heads.in_words(item.decider_department_id), heads.in_words(wanted)
        handovers.append(Handover(item=item, at=now, before=before, after=after, why=DIRECTORY_CHANGED))
        item.decider_department_id = wanted
        moved.append((item, ["decider_department_id"]))
    rows.insert(Handover, handovers)
    rows.update(Item, moved)
    return len(moved)


def people_changed(changes: Sequence[PersonChange], on: object) -> None:
    """Somebody moved, left or came back, or has another role."""
    if any({"departments", "status", "kind", "role"} & change.after.keys() for change in changes if not change.new):
        hand_over()


def departments_changed(changes: Sequence[DepartmentChange]) -> None:
    """Departments were moved: what lies above them may be another one."""
    if any("parent" in change.after for change in changes if not change.new):
        hand_over()


def administrators_changed(user: User) -> None:
    """Somebody looks after other departments."""
    hand_over()
