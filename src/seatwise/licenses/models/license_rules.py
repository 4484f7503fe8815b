"""Rules by which people who come to a department are to get licenses."""

import datetime
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Service, User, sees_all


class LicenseRuleQuerySet(models.QuerySet["LicenseRule"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Administrators and auditors see all, others nothing."""
        return self if sees_all(person) else self.none()

    def of(self, service: Service) -> Self:
        return self.filter(service=service)

    def automatic(self) -> Self:
        """Those that are carried out without being asked about."""
        return self.filter(automatic=True)

    def in_order(self) -> Self:
        """By department as the tree has them, then by service."""
        return self.select_related("department", "service").order_by("department__position", "service__name", "pk")

    def mentioning(self, text: str) -> Self:
        return self.filter(models.Q(department__name__icontains=text) | models.Q(department__code__icontains=text))


class LicenseRule(models.Model):
    """Whoever comes to a department, or to one below it, from `since` on is to get a license of a service."""

    department = models.ForeignKey("directory.Department", on_delete=models.CASCADE, related_name="license_rules")
    service = models.ForeignKey("directory.Service", on_delete=models.CASCADE, related_name="license_rules")
    since: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("for members of"))
    automatic = models.BooleanField(gettext_lazy("carried out automatically"), default=False)

    objects = LicenseRuleQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("license rule")
        verbose_name_plural = gettext_lazy("license rules")
        constraints = [
            models.UniqueConstraint(fields=["department", "service"], name="one_rule_for_a_department_and_service")
        ]

    def __str__(self) -> str:
        return f"{self.department.full_name} → {self.service}"

    def described(self) -> dict[str, Any]:
        return {
            "department": self.department.code,
            "service": self.service.code,
            "since": str(self.since),
            "automatic": self.automatic,
        }
