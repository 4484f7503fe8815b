"""Services: what has seats."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import RegexValidator, URLValidator
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import audit
from seatwise.directory import changes
from seatwise.directory.changes import Refused, ServiceChange
from seatwise.lib.word_search import with_every_word

if TYPE_CHECKING:
    from seatwise.directory.models.people import User

CODE = RegexValidator(
    r"\A[a-z0-9][a-z0-9_-]{0,49}\Z",
    gettext_lazy("A code has at most 50 of the characters a–z, 0–9, “-” and “_”, and begins with a letter or digit."),
)


class ServiceQuerySet(models.QuerySet["Service"]):
    def visible_to(self, person: "User | AnonymousUser") -> Self:
        """Whose usage the person may see: all, or those that department administrators were allowed to see."""
        if person.is_anonymous or not person.is_active:
            return self.none()
        if person.sees_all:
            return self
        if person.role != "department_administrator":
            return self.none()
        return self.filter(
            models.Q(department_admins_see_usage=True) | models.Q(department_admins_change_licenses=True)
        )

    def changeable_by(self, person: "User | AnonymousUser") -> Self:
        """Whose licenses the person may add and remove: all, or those that department administrators were allowed to.

        For which people is `User.objects.changeable_by`.
        """
        if person.is_anonymous or not person.is_active:
            return self.none()
        if person.role == "administrator":
            return self
        allowed = person.role == "department_administrator"
        return self.filter(department_admins_change_licenses=True) if allowed else self.none()

    def waiting_for_effects(self) -> Self:
        """Those in which changes have to be carried out: Seatwise does not stand before them."""
        return self.exclude(how_removal_takes_effect="gate")

    def search(self, text: str) -> Self:
        return with_every_word(self, text, lambda word: models.Q(name__icontains=word) | models.Q(code__icontains=word))

    def locked(self) -> Self:
        """The same, held until the end of the transaction; always in one order, so that nobody waits for ever."""
        return self.select_for_update(no_key=True).order_by("pk")

    def lock(self) -> None:
        """Hold them so, without reading them."""
        list(self.locked().values_list("pk"))


class ServiceManager(models.Manager.from_queryset(ServiceQuerySet)):  # type: ignore[misc]
    @transaction.atomic
    def add(self, *, code: str, name: str, by: "User | None", **fields: Any) -> "Service":
        """Add a service. Raises Refused, as for a code that is taken, and ValidationError for one that cannot be."""
        if self.filter(code=code).exists():
            raise Refused(_("A service with the code “%(code)s” already exists.") % {"code": code})
        service: Service = self.model(code=code, name=name, **fields)
        service.full_clean()
        service.save(force_insert=True)
        _announce(ServiceChange(service, {}, service.described(), by))
        audit.record(by=by, verb="service.add", subject=service, before={}, after=service.described())
        return service


class Service(models.Model):
    """Something that people have licenses for. How a removal takes effect: docs/seats.md."""

    class Removal(models.TextChoices):
        GATE = "gate", gettext_lazy("Seatwise blocks access at the gate")
        VENDOR = "vendor", gettext_lazy("pending until the vendor's system confirms it")
        BY_HAND = "by_hand", gettext_lazy("someone marks it as done by hand")

    code = models.CharField(gettext_lazy("code"), max_length=50, unique=True, validators=[CODE])
    name = models.CharField(gettext_lazy("name"), max_length=255)
    address = models.CharField(
        gettext_lazy("address"), max_length=200, blank=True, default="", validators=[URLValidator(["http", "https"])]
    )
    department_admins_see_usage = models.BooleanField(
        gettext_lazy("department administrators can see the usage of their departments"), default=False
    )
    department_admins_change_licenses = models.BooleanField(
        gettext_lazy(
            "department administrators can add and remove licenses for their departments and unaffiliated users"
        ),
        default=False,
        help_text=gettext_lazy("They can then see the usage of those people, too."),
    )
    how_removal_takes_effect = models.CharField(
        gettext_lazy("how a removal takes effect"), max_length=10, choices=Removal.choices, default=Removal.BY_HAND
    )

    objects = ServiceManager()

    class Meta:
        verbose_name = gettext_lazy("service")
        verbose_name_plural = gettext_lazy("services")
        ordering = [Lower("name"), "name", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def seen_by_department_admins(self) -> bool:
        """Whether department administrators see the usage of their people."""
        return self.department_admins_see_usage or self.department_admins_change_licenses

    @transaction.atomic
    def change(self, *, by: "User | None", **fields: Any) -> bool:
        """Change anything but the code; False where nothing changed. Raises Refused."""
        was = Service.objects.locked().get(pk=self.pk).described()
        unknown = set(fields) - (set(was) - {"code"})
        if unknown:
            raise TypeError(f"a service has no {', '.join(sorted(unknown))} that could be changed")
        before = {key: was[key] for key in fields if was[key] != fields[key]}
        if not before:
            return False
        for key in before:
            setattr(self, key, fields[key])
        self.full_clean()
        self.save(update_fields=list(before))
        after = {key: fields[key] for key in before}
        _announce(ServiceChange(self, before, after, by))
        audit.record(by=by, verb="service.change", subject=self, before=before, after=after)
        return True

    def described(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "name": self.name,
            "address": self.address,
            "department_admins_see_usage": self.department_admins_see_usage,
            "department_admins_change_licenses": self.department_admins_change_licenses,
            "how_removal_takes_effect": str(self.how_removal_takes_effect),
        }


def _announce(change: ServiceChange) -> None:
    for look in changes.services_changed:
        look(change)
