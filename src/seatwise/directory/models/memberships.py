"""Who belongs to which department since when, and who administers it."""

import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships: periods whose last day is the one before `until`."""

    def current(self) -> Self:
        return self.filter(until=None)

    def on(self, day: datetime.date) -> Self:
        return self.filter(Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gt=day))

    def primary(self) -> Self:
        return self.filter(primary=True)


class Membership(models.Model):
    """A person in a department from `since` (None: not known) until the day before `until` (None: still)."""

    user = models.ForeignKey("directory.User", on_delete=models.PROTECT)
    department = models.ForeignKey("directory.Department", on_delete=models.PROTECT)
    primary = models.BooleanField(default=False)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        indexes = [  # not of all current ones: PostgreSQL, taking these for few, would look through it for each person
            models.Index(fields=["since"], condition=Q(until=None, since__isnull=False), name="latest_memberships")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "department"], condition=Q(until=None), name="one_current_membership"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(until=None, primary=True), name="one_primary_department"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gt=F("since")), name="membership_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.department}"


class DepartmentAdministrator(models.Model):
    """A person who looks after a department and all that belongs to it."""

    user = models.ForeignKey("directory.User", on_delete=models.CASCADE)
    department = models.ForeignKey("directory.Department", on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "department"], name="one_department_administrator")]

    def __str__(self) -> str:
        return f"{self.user} – {self.department}"
