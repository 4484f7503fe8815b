"""Policies: what is to be kept in mind when licenses of a service are judged and changed."""

from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy

from seatwise import audit
from seatwise.directory.models import Service, User
from seatwise.directory.people import days_text
from seatwise.lib.days import PART_WEEK

MOST_DAYS = MaxValueValidator(3650)


class Policy(models.Model):
    """One for each service; without a row, what stands here."""

    service = models.OneToOneField("directory.Service", on_delete=models.PROTECT, related_name="policy")
    checklist = models.TextField(
        gettext_lazy("checklist before a removal"),
        blank=True,
        default="",
        help_text=gettext_lazy("One question per line, such as “Only app administrator?”."),
    )
    young_days = models.PositiveIntegerField(
        gettext_lazy("grace period for new licenses (days)"), default=30, validators=[MOST_DAYS]
    )
    return_days = models.PositiveIntegerField(
        gettext_lazy("grace period after a return (days)"), default=30, validators=[MOST_DAYS]
    )
    kept_days = models.PositiveIntegerField(
        gettext_lazy("days without another question after a seat was kept with a reason"),
        default=90,
        validators=[MOST_DAYS],
    )
    question_days = models.PositiveIntegerField(
        gettext_lazy("days for the answer to a question"), default=7, validators=[MOST_DAYS]
    )
    undo_days = models.PositiveIntegerField(
        gettext_lazy("days in which a removal can be undone"), default=30, validators=[MOST_DAYS]
    )
    part_time_days = models.DecimalField(
        gettext_lazy("expected days a week for part-time users"),
        max_digits=2,
        decimal_places=1,
        default=PART_WEEK,
        validators=[MinValueValidator(0), MaxValueValidator(7)],
        help_text=gettext_lazy("Used when no days were entered for a person. Reviews and Find a seat use it."),
    )
    second_person = models.BooleanField(gettext_lazy("taking a seat immediately needs a second person"), default=False)
    same_person = models.BooleanField(
        gettext_lazy("people may add, remove and mark as done what is their own"),
        default=False,
        help_text=gettext_lazy("For small organizations. Each use is marked in the audit log and the evidence."),
    )

    class Meta:
        verbose_name = gettext_lazy("policy")
        verbose_name_plural = gettext_lazy("policies")

    def __str__(self) -> str:
        return str(self.service)

    @classmethod
    def of(cls, service: Service) -> Self:
        """The policy of a service, which may not be stored yet."""
        return cls.objects.filter(service=service).first() or cls(service=service)

    @property
    def questions(self) -> list[str]:
        return [line.strip() for line in self.checklist.splitlines() if line.strip()]

    @transaction.atomic
    def change(self, *, by: User | None, **fields: Any) -> bool:
        Service.objects.filter(pk=self.service.pk).lock()
        found = Policy.of(self.service)
        was = found.described()
        for key, value in fields.items():
            setattr(found, key, value)
        found.full_clean(exclude=["service"])
        now = found.described()
        before = {key: was[key] for key in was if was[key] != now[key]}
        if not before:
            return False
        found.save()
        self.pk = found.pk
        self.refresh_from_db()
        after = {key: now[key] for key in before}
        audit.record(by=by, verb="policy.change", subject=self, before=before, after=after)
        return True

    def described(self) -> dict[str, Any]:
        days = ("young_days", "return_days", "kept_days", "question_days", "undo_days")
        names = ("checklist", *days, "second_person", "same_person")
        return {name: getattr(self, name) for name in names} | {"part_time_days": days_text(self.part_time_days)}
