"""Who is signed in at the gate of which service. A session begins as a code, which is good once and for a minute."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Service, User
from seatwise.gate.cookies import hashed, new_secret
from seatwise.lib.batches import among
from seatwise.licenses.models import License

CODE_LASTS = datetime.timedelta(seconds=60)


@dataclass(frozen=True)
class Arrival:
    """Somebody who is signed in to Seatwise and is on their way to a service.

    `site_session` is the key of their session here, `state` what is kept of the cookie that their browser has there.
    """

    user: User
    site_session: str
    ends_at: datetime.datetime
    address: str
    state: str


class GateSessionQuerySet(models.QuerySet["GateSession"]):
    """Sessions and the codes that become some."""

    def of(self, service: Service) -> Self:
        return self.filter(service=service)

    def at(self, service: Service, origin: str) -> Self:
        """Those of a service at one of its addresses."""
        return self.of(service).filter(Q(address=origin) | Q(address__startswith=f"{origin}/"))

    def standing(self, now: datetime.datetime) -> Self:
        """Those that were begun, have not ended, and whose person has not signed out of Seatwise since."""
        site = Session.objects.filter(session_key=OuterRef("site_session"), expire_date__gt=now)
        return self.exclude(secret=None).filter(Exists(site), ends_at__gt=now)

    def with_secrets(self, kept: Collection[str]) -> Self:
        """Those of some secrets, as they are kept."""
        return self.filter(secret__in=among(kept, "text"))

    def with_license(self) -> Self:
        """With `licensed`: whether the person may use the service now."""
        usable = License.objects.usable().filter(service=OuterRef("service"), user=OuterRef("user"))
        return self.annotate(licensed=Exists(usable.order_by()))

    def redeem(self, code: str, state: str, now: datetime.datetime) -> "tuple[GateSession, str] | None":
        """The session that a code of these becomes, and its secret; None for one that is wrong, used, or too late."""
        secret = new_secret()
        waiting = self.filter(code=hashed(code), state=hashed(state), created_at__gt=now - CODE_LASTS)
        if waiting.update(secret=hashed(secret), code=None) != 1:
            return None
        return self.get(secret=hashed(secret)), secret

    def over(self, now: datetime.datetime) -> Self:
        """Those that nobody can use any more, and codes that were not redeemed."""
        standing = GateSession.objects.standing(now).values("pk")
        waiting = Q(secret=None, created_at__gt=now - CODE_LASTS)
        return self.exclude(waiting).exclude(pk__in=standing)


class GateSessionManager(models.Manager.from_queryset(GateSessionQuerySet)):  # type: ignore[misc]
    def give_code(self, service: Service, arrival: Arrival, now: datetime.datetime) -> str:
        """A code for somebody who holds a license, to be redeemed at the service by the browser that asked for it."""
        code = new_secret()
        self.create(
            service=service,
            user=arrival.user,
            site_session=arrival.site_session,
            auth_hash=arrival.user.get_session_auth_hash(),
            address=arrival.address,
            state=arrival.state,
            code=hashed(code),
            created_at=now,
            ends_at=arrival.ends_at,
        )
        return code


class GateSession(models.Model):
    """Somebody is signed in at a service: as long as they are signed in to Seatwise with the password of then."""

    service = models.ForeignKey("directory.Service", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("directory.User", on_delete=models.CASCADE, related_name="+")
    site_session = models.CharField(max_length=40, db_index=True)
    auth_hash = models.CharField(max_length=64)
    address = models.TextField()  # where they are sent back to, and the origin at which they are signed in
    state = models.CharField(max_length=64)
    code = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - none any more once it was redeemed
    secret = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - none yet
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    objects = GateSessionManager()

    licensed: bool  # after with_license()

    class Meta:
        verbose_name = gettext_lazy("session at the gate")
        verbose_name_plural = gettext_lazy("sessions at the gate")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gte=F("created_at")), name="gate_session_ends_later")
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.user}"

    @property
    def https(self) -> bool:
        """Whether it is for an address with https, whose cookie no other host can have put there."""
        return self.address.startswith("https://")

    @property
    def holds(self) -> bool:
        """Whether the person may sign in at all, with the password of then."""
        return self.user.is_active and self.user.get_session_auth_hash() == self.auth_hash
