"""Who decides: the administrators of the department somebody belongs to now, else of the one above it, else the owner.

It follows the living directory: whenever people move or departments or their administrators change, items pass on, and
each hand-over is kept. Nobody decides about themselves, nor about an account that they are responsible for; where the
owner would, or cannot any more, administrators do.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_noop

from seatwise import configuration
from seatwise.directory import independence, rows
from seatwise.directory.changes import DepartmentChange, PersonChange
from seatwise.directory.models import CAN_SIGN_IN, Department, Role, User
from seatwise.ledger.holders import primary_departments
from seatwise.reviews import notifications
from seatwise.reviews.models import Handover, Item, Review, able_owners, heads

OWNER = gettext_noop("the owner of the review")
ADMINISTRATORS = gettext_noop("administrators")
NOBODY = gettext_noop("no one")
DIRECTORY_CHANGED = gettext_noop("the directory changed")
BATCH = 2000
Subjects = frozenset[int]  # whom an item is about: its user, and whoever is responsible for that account


@dataclass
class Heads:
    """The departments as they are now, who administers each, and who else may decide: by id, login names."""

    parents: dict[int, int | None] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    administrators: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    owners: dict[int, int] = field(default_factory=dict)  # of reviews, as far as they can decide
    everybodys: set[int] = field(default_factory=set)

    @classmethod
    def now(cls, reviews: Collection[int]) -> "Heads":
        """Read in four queries."""
        found = cls()
        for pk, parent, name in Department.objects.values_list("pk", "parent", "full_name"):
            found.parents[pk], found.names[pk] = parent, name
        for department, user in heads().values_list("department", "user"):
            found.administrators[department].add(user)
        owned = Review.objects.filter(pk__in=reviews, owner__in=able_owners())
        found.owners = dict(owned.values_list("pk", "owner"))
        able = User.objects.active().of_kind(*CAN_SIGN_IN).with_role(Role.ADMINISTRATOR)
        found.everybodys = set(able.values_list("pk", flat=True))
        return found

    def department_for(self, subjects: Subjects, department: int | None) -> int | None:
        """The department whose administrators decide about somebody of a department; None for the owner."""
        while department is not None:
            if self.administrators.get(department, set()) - subjects:
                return department
            department = self.parents.get(department)
        return None

    def deciders(self, subjects: Subjects, department: int | None, review: int) -> list[int]:
        """Who decides in the place of a department, or of the owner."""
        if department is not None:
            return sorted(self.administrators.get(department, set()) - subjects)
        owner = self.owners.get(review)
        return sorted(self.everybodys - subjects) if owner is None or owner in subjects else [owner]

    def describe(self, department: int | None, people: Sequence[int], owner: int, logins: dict[int, str]) -> str:
        """Deciders as a hand-over keeps them; the owner is whose review it was or is."""
        owns = [*people] == [owner]
        where = self.names.get(department, "") if department else OWNER if owns else ADMINISTRATORS
        return f"{where} ({', '.join(sorted(logins.get(pk, '') for pk in people)) or NOBODY})"


@dataclass(frozen=True)
class ItemSnapshot:
    """An item as far as it matters here."""

    pk: int
    review: int
    user: int
    department: int | None
    deciders: list[int]
    named: bool
    decided: bool


def subjects_of(users: Sequence[int]) -> dict[int, Subjects]:
    """Whose own the items of some users are, so that these do not decide about them."""
    found: dict[int, Subjects] = {}
    for start in range(0, len(users), BATCH):
        found.update(independence.owners_of(users[start : start + BATCH]))
    return found


def assign(items: Iterable[Item]) -> None:
    """Set who decides about new items, which are not stored yet."""
    waiting = list(items)
    users = [item.user_id for item in waiting]
    now = Heads.now({item.review_id for item in waiting})
    departments, subjects = primary_departments(users), subjects_of(users)
    for item in waiting:
        about = subjects[item.user_id]
        item.decider_department_id = now.department_for(about, departments.get(item.user_id))
        item.deciders = now.deciders(about, item.decider_department_id, item.review_id)


@transaction.atomic
def hand_over(
    users: Collection[int] | None = None, reviews: Collection[int] | None = None, owner_before: int | None = None
) -> int:
    """Pass on the items of open reviews whose deciders are others now; how many. In the transaction of what changed.

    Only those of some users, or of some reviews. Those that are named have it kept, and who is new is told.
    `owner_before`: whose those reviews were until now.
    """
    open_ones = Review.objects.in_state(Review.State.OPEN).order_by("pk")
    wanted = open_ones if reviews is None else open_ones.filter(pk__in=reviews)
    locked = {review.pk: review for review in wanted.select_for_update(of=("self",)).select_related("service")}
    items = _snapshots(list(locked), users) if locked else []
    if not items:
        return 0
    users_of = list({item.user for item in items})
    now, departments, subjects = Heads.now(locked), primary_departments(users_of), subjects_of(users_of)
    moved = []
    for item in items:
        department = now.department_for(subjects[item.user], departments.get(item.user))
        after = now.deciders(subjects[item.user], department, item.review)
        if (department, after) != (item.department, item.deciders):
            moved.append((item, department, after))
    after_owners = {review.pk: review.owner_id for review in locked.values()}
    before_owners = after_owners if owner_before is None else dict.fromkeys(after_owners, owner_before)
    _keep(moved, now, before_owners, after_owners)
    new: dict[int, set[int]] = defaultdict(set)
    for item, _department, after in moved:
        if item.named and not item.decided:
            new[item.review] |= {*after} - {*item.deciders}
    for review, people in new.items():
        notifications.tell(locked[review], people, configuration.today())
    return len(moved)


def _snapshots(reviews: Collection[int], users: Collection[int] | None) -> list[ItemSnapshot]:
    columns = ("pk", "review", "user", "decider_department", "deciders")
    columns += ("named", "added_at", "decision")  # type: ignore[assignment]
    found: list[ItemSnapshot] = []
    some = [None] if users is None else [[*users][start : start + BATCH] for start in range(0, len(users), BATCH)]
    for batch in some:
        among = Q() if batch is None else Q(user__in=batch) | Q(user__responsible__in=batch)
        rows_of = Item.objects.filter(among, review__in=reviews).order_by("pk").values_list(*columns)
        for pk, review, user, department, people, named, added_at, decision in rows_of.iterator(BATCH):
            is_named = named or added_at is not None
            found.append(ItemSnapshot(pk, review, user, department, people, is_named, bool(decision)))
    return found


def _keep(
    moved: Sequence[tuple[ItemSnapshot, int | None, list[int]]],
    now: Heads,
    before: dict[int, int],
    after: dict[int, int],
) -> None:
    people = {pk for item, _department, deciders in moved for pk in (*item.deciders, *deciders)}
    logins = dict(User.objects.filter(pk__in=people).values_list("pk", "login"))
    handovers, changed, at = [], [], timezone.now()
    for item, department, deciders in moved:
        if item.named:
            was = now.describe(item.department, item.deciders, before[item.review], logins)
            words = now.describe(department, deciders, after[item.review], logins)
            handovers.append(Handover(item_id=item.pk, at=at, before=was, after=words, why=DIRECTORY_CHANGED))
        row = Item(pk=item.pk, decider_department_id=department, deciders=deciders)
        changed.append((row, ["decider_department_id", "deciders"]))
    rows.insert(Handover, handovers)
    rows.update(Item, changed)


def people_changed(changes: Sequence[PersonChange], on: datetime.date) -> None:
    """Somebody moved, left or came back, or has another role or account: whose items, and whose decisions."""
    known = [change for change in changes if not change.new]
    moved = {change.user.pk for change in known if {"departments", "responsible"} & change.after.keys()}
    if any(_may_decide(change) for change in known):
        hand_over()
    elif moved:
        hand_over(users=moved)


def _may_decide(change: PersonChange) -> bool:
    """Whether the change is of somebody who decides, or is about to."""
    touched = {"status", "kind", "role"} & change.after.keys()
    roles = {str(change.user.role), change.before.get("role", "")}
    return bool(touched) and bool(roles & {Role.ADMINISTRATOR, Role.DEPARTMENT_ADMINISTRATOR})


def departments_changed(changes: Sequence[DepartmentChange]) -> None:
    """Departments were moved: what lies above them may be another one."""
    if any("parent" in change.after for change in changes if not change.new):
        hand_over()


def administrators_changed(user: User) -> None:
    """Somebody looks after other departments."""
    hand_over()


def hand_over_each_day(day: datetime.date) -> str | None:
    """Make up for what changed while a review was being opened."""
    count = hand_over()
    return f"items of reviews handed over: {count}" if count else None


def left_with(review: Review) -> list[tuple[str, int]]:
    """With whom the undecided items of a review are, and how many: those with most first. Two queries."""
    counted: Counter[tuple[int, ...]] = Counter()
    for people in Item.objects.of(review).undecided().values_list("deciders", flat=True).iterator(BATCH):
        counted[tuple(people)] += 1
    names = {user.pk: str(user) for user in User.objects.filter(pk__in={pk for people in counted for pk in people})}
    words = [(", ".join(sorted(names[pk] for pk in people)) or _(NOBODY), count) for people, count in counted.items()]
    return sorted(words, key=lambda each: (-each[1], each[0]))
