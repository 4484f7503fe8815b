"""A connection to a vendor: where it is, its secrets, which services are meant, what it does itself."""

import datetime
from collections.abc import Mapping as MappingType
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import audit
from seatwise.connections.kinds import KINDS, Kind
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User, sees_all
from seatwise.lib import ciphers

PURPOSE = "seatwise tokens of cybozu.com"


class SeenByThoseWhoSeeAll(models.QuerySet[Any]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Administrators and auditors see all, others nothing."""
        return self if sees_all(person) else self.none()

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class ConnectionQuerySet(SeenByThoseWhoSeeAll):
    def failing(self) -> Self:
        """Those whose daily reading failed, and did not work since."""
        return self.exclude(fails_since=None)


class Connection(models.Model):
    """One of each kind for a site. Tokens are kept encrypted by a key of the site that is not in the database."""

    kind = models.CharField(
        max_length=20, default="cybozu", choices=[(each.code, each.name) for each in KINDS.values()]
    )
    address = models.CharField(gettext_lazy("address"), max_length=200)
    account = models.CharField(max_length=100, blank=True, default="")  # the organization, or the tenant
    client = models.CharField(max_length=100, blank=True, default="")
    read_token = models.TextField(blank=True, default="")
    write_token = models.TextField(blank=True, default="")
    reads_daily = models.BooleanField(gettext_lazy("read every day"), default=False)
    applies_daily = models.BooleanField(
        gettext_lazy("apply changes automatically every day"),
        default=False,
        help_text=gettext_lazy("Only small changes without a warning. Larger ones wait for an administrator."),
    )
    busy_with = models.CharField(max_length=32, blank=True, default="")
    busy_until: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    fails_since: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("connection")

    def __str__(self) -> str:
        return f"{self.of.name} ({self.account})" if self.account else self.address

    @classmethod
    def current(cls, kind: Kind) -> Self | None:
        """The connection of this site to a vendor, if there is one."""
        return cls.objects.filter(kind=kind.code).order_by("pk").first()

    @classmethod
    def needed(cls, kind: Kind) -> Self:
        """The same. Raises Refused where there is none."""
        found = cls.current(kind)
        if found is None:
            raise Refused(
                _("%(name)s is not connected yet. Enter its address and a token first.") % {"name": kind.name}
            )
        return found

    @property
    def of(self) -> Kind:
        """The vendor."""
        return KINDS[self.kind]

    def last_problem(self) -> str:
        """Why it could not be read, when that was tried last."""
        failed = self.readings.filter(state="failed").newest_first()
        return str(failed.values_list("problem", flat=True).first() or "")

    @property
    def can_send(self) -> bool:
        """Whether there is a token by which changes are sent."""
        return bool(self.write_token)

    def token(self, *, writes: bool = False) -> str:
        """The token to read by, or the one to send changes by. Raises Refused."""
        kept = self.write_token if writes else self.read_token or self.write_token
        if not kept:
            if self.of.gives_reports:
                raise Refused(_("There is no token for %(name)s yet. Enter one first.") % {"name": self.of.name})
            needed = _("Read and Write") if writes else _("Read")
            raise Refused(
                _("There is no API token with the scope “%(scope)s” yet. Enter one first.") % {"scope": needed}
            )
        token = ciphers.decrypt(kept, secret_key=settings.SECRET_KEY, purpose=PURPOSE)
        if token is None:
            raise Refused(_("The token was stored with a different secret key of the site. Enter it again."))
        return token

    @transaction.atomic
    def change(
        self, *, by: User | None, services: MappingType[str, Service], tokens: MappingType[str, str], **fields: Any
    ) -> bool:
        """Save it with what it is now and with `services` by the vendor's codes; False where nothing changed.

        `tokens` are those that are new, by the names of their fields; they leave the site only as its token.
        """
        before = self.described() if self.pk else {}
        if self.pk and fields.get("address", self.address) != self.address:
            self.read_token = self.write_token = ""  # what was entered for one domain is sent to no other
        for key, value in fields.items():
            setattr(self, key, value)
        if not self.reads_daily:
            self.fails_since = None
        for key, token in tokens.items():
            setattr(self, key, ciphers.encrypt(token, secret_key=settings.SECRET_KEY, purpose=PURPOSE))
        self.refuse_taken(services)
        self.save()
        if {each.code: each.service for each in self.mappings.select_related("service")} != dict(services):
            self.mappings.all().delete()
            Mapping.objects.bulk_create(Mapping(connection=self, code=c, service=s) for c, s in services.items())
        after = self.described() | dict.fromkeys(tokens, "entered anew")
        return audit.record_change(by=by, verb="connection.change", subject=self, before=before, after=after)

    def refuse_taken(self, services: MappingType[str, Service]) -> None:
        """Raise Refused where one of some services is connected to another vendor."""
        taken = Mapping.objects.filter(service__in=services.values()).exclude(connection=self.pk or 0)
        for each in taken.select_related("service", "connection")[:1]:
            said = {"service": each.service, "name": each.connection.of.name}
            raise Refused(_("%(service)s is already connected to %(name)s.") % said)

    def services(self) -> dict[str, Service]:
        """The services of the site by the vendor's codes."""
        return {each.code: each.service for each in self.mappings.select_related("service").order_by("code")}

    def described(self) -> dict[str, Any]:
        more = {name: value for name in ("kind", "account", "client") if (value := getattr(self, name))}
        return {
            **more,
            "address": self.address,
            "reads_daily": self.reads_daily,
            "applies_daily": self.applies_daily,
            "services": {code: service.code for code, service in self.services().items()},
            "read_token": "there" if self.read_token else "none",
            "write_token": "there" if self.write_token else "none",
        }


class Mapping(models.Model):
    """Which service of the site a service of the vendor is."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="mappings")
    code = models.CharField(max_length=20)
    service = models.OneToOneField("directory.Service", on_delete=models.PROTECT, related_name="cybozu")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "code"], name="one_service_for_a_code")]

    def __str__(self) -> str:
        return f"{self.code}: {self.service}"
