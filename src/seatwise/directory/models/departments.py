"""Departments: a tree, told apart by code, so that a renaming or a move is seen as one."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import audit
from seatwise.directory import changes
from seatwise.directory.changes import DepartmentChange, Refused
from seatwise.lib.logins import fold

if TYPE_CHECKING:
    from seatwise.directory.models.people import User

SEPARATOR = " / "


class DepartmentQuerySet(models.QuerySet["Department"]):
    """Departments, in the order of the tree."""

    def visible_to(self, person: "User | AnonymousUser") -> Self:
        """Administrators and auditors see all; a department's administrators see it and those below it."""
        if person.is_anonymous or not person.is_active:
            return self.none()
        if person.sees_all:
            return self
        if person.role != "department_administrator":
            return self.none()
        return self.below(*Department.objects.filter(departmentadministrator__user=person))

    def below(self, *departments: "Department") -> Self:
        within = models.Q(pk__in=[])
        for department in departments:
            within |= models.Q(position__gte=department.position, position__lte=department.last)
        return self.filter(within)

    def search(self, text: str) -> Self:
        found = self
        for word in fold(text).split():
            found = found.filter(search_text__contains=word)
        return found

    def in_tree_order(self) -> Self:
        return self.order_by("position", "pk")


class DepartmentManager(models.Manager.from_queryset(DepartmentQuerySet)):  # type: ignore[misc]
    def lock(self) -> None:
        """Let nobody else change the tree until the end of the transaction; always in one order."""
        list(self.select_for_update().order_by("pk").values_list("pk"))

    @transaction.atomic
    def add(
        self,
        *,
        code: str,
        name: str,
        parent: "Department | None" = None,
        order: int | None = None,
        by: "User | None",
    ) -> "Department":
        """Add a department; at the end of its parent's where no ORDER is given."""
        self.lock()
        if self.filter(code=code).exists():
            raise Refused(_("A department with the code “%(code)s” already exists.") % {"code": code})
        order = self.filter(parent=parent).count() if order is None else order
        department = self.model(code=code, name=name, parent=parent, order=order)
        department.save(force_insert=True)
        arrange()
        department.refresh_from_db()
        after = {"code": code, "name": name, "parent": parent.code if parent else ""}
        for function in changes.departments_changed:
            function([DepartmentChange(department, {}, after, new=True)])
        audit.record(by=by, verb="department.add", subject=department, before={}, after=after)
        return department  # type: ignore[no-any-return]


class Department(models.Model):
    """`position` and `last` number the tree so that what belongs to a department lies between its own two numbers."""

    code = models.CharField(gettext_lazy("code"), max_length=255, unique=True)
    name = models.CharField(gettext_lazy("name"), max_length=255)
    parent = models.ForeignKey(
        "self", verbose_name=gettext_lazy("belongs to"), null=True, blank=True, on_delete=models.PROTECT
    )
    order = models.IntegerField(gettext_lazy("order"), default=0)
    position = models.IntegerField(default=0, editable=False, db_index=True)
    last = models.IntegerField(default=0, editable=False)
    depth = models.IntegerField(default=0, editable=False)
    full_name = models.TextField(default="", editable=False)
    search_text = models.TextField(default="", editable=False)

    objects = DepartmentManager()

    class Meta:
        verbose_name = gettext_lazy("department")
        verbose_name_plural = gettext_lazy("departments")

    def __str__(self) -> str:
        return self.full_name or self.name

    @transaction.atomic
    def change(self, *, by: "User | None", name: str, parent: "Department | None", order: int | None = None) -> bool:
        """Rename or move; False where nothing changed. Its code stays, so people and history stay with it."""
        Department.objects.lock()
        self.refresh_from_db()
        if parent and (parent == self or self.holds(parent)):
            raise Refused(_("“%(name)s” cannot be its own parent or sit below itself.") % {"name": self.name})
        now: dict[str, Any] = {
            "name": name,
            "parent": parent.code if parent else "",
            "order": self.order if order is None else order,
        }
        was = {"name": self.name, "parent": self.parent.code if self.parent else "", "order": self.order}
        before = {key: was[key] for key in was if was[key] != now[key]}
        if not before:
            return False
        self.name, self.parent, self.order = name, parent, now["order"]
        self.save(update_fields=["name", "parent", "order"])
        arrange()
        self.refresh_from_db()
        after = {key: now[key] for key in before}
        verb = (
            "department.move" if "parent" in before else "department.rename" if "name" in before else "department.order"
        )
        for function in changes.departments_changed:
            function([DepartmentChange(self, before, after)])
        audit.record(by=by, verb=verb, subject=self, before=before, after=after)
        return True

    @transaction.atomic
    def remove(self, *, by: "User | None") -> None:
        """Remove a department that never had anybody and has nothing below it."""
        if self.department_set.exists() or self.membership_set.exists():
            raise Refused(
                _("“%(name)s” has current or former members or sub-departments, so it cannot be removed.")
                % {"name": self.full_name}
            )
        before = {"code": self.code, "name": self.name, "parent": self.parent.code if self.parent else ""}
        audit.record(by=by, verb="department.remove", subject=self, before=before, after={})
        self.delete()
        arrange()

    def holds(self, other: "Department") -> bool:
        """Whether the other one belongs to this one, however far below."""
        return self.position < other.position <= self.last


def arrange() -> None:
    """Number the tree anew and write the full names of those that changed. Reads all departments."""
    everything = list(Department.objects.order_by("order", "name", "pk"))
    below: dict[int | None, list[Department]] = {}
    for department in everything:
        below.setdefault(department.parent_id, []).append(department)
    before = {department.pk: _arranged(department) for department in everything}
    _number(below)
    changed = [department for department in everything if _arranged(department) != before[department.pk]]
    Department.objects.bulk_update(changed, ["position", "last", "depth", "full_name", "search_text"], 100)


def _number(below: "dict[int | None, list[Department]]") -> None:
    number = 0
    waiting: list[tuple[Department, str, int, bool]] = [(top, "", 0, False) for top in reversed(below.get(None, []))]
    while waiting:
        department, prefix, depth, leaving = waiting.pop()
        if leaving:
            department.last = number
            continue
        number += 1
        department.position, department.depth = number, depth
        department.full_name = prefix + department.name
        department.search_text = fold(f"{department.full_name} {department.code}")
        waiting.append((department, prefix, depth, True))
        under = department.full_name + SEPARATOR
        waiting.extend((child, under, depth + 1, False) for child in reversed(below.get(department.pk, [])))


def _arranged(department: Department) -> tuple[int, int, int, str, str]:
    return (
        department.position,
        department.last,
        department.depth,
        department.full_name,
        department.search_text,
    )
