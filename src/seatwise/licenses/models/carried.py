"""Codes of services that Seatwise does not manage, carried along so that files come back as they were."""

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from seatwise.directory.models import User
from seatwise.licenses.models.changes import Change


class CarriedCodeQuerySet(models.QuerySet["CarriedCode"]):
    def current(self) -> Self:
        """Those that the last file that named the person had."""
        return self.filter(removed_in=None)

    def by(self, users: "Iterable[User | int] | models.QuerySet[User]") -> Self:
        return self.filter(user__in=users)

    def in_change(self, change: Change) -> Self:
        """Those that began or ended in a change."""
        return self.filter(Q(added_in=change) | Q(removed_in=change))


class CarriedCode(models.Model):
    """Somebody may use a service that is not managed here, by a file; until a later file says otherwise."""

    user = models.ForeignKey("directory.User", on_delete=models.PROTECT, related_name="carried_codes")
    code = models.CharField(gettext_lazy("service code"), max_length=50)
    added_in = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="carried_added")
    removed_in = models.ForeignKey(Change, null=True, on_delete=models.PROTECT, related_name="carried_removed")

    objects = CarriedCodeQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("code of a service that is not managed here")
        verbose_name_plural = gettext_lazy("codes of services that are not managed here")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "code"], condition=Q(removed_in=None), name="code_carried_once_for_a_user"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.code}"
