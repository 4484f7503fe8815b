"""A channel: where messages go beside email, such as a talk room of LINE WORKS or an ntfy topic."""

import datetime
from collections.abc import Collection
from typing import Any, Self
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils.translation import gettext_lazy

from seatwise import audit
from seatwise.directory.models import Department, User
from seatwise.directory.models.people import sees_all
from seatwise.lib import ciphers

PURPOSE = "seatwise addresses of channels"
MEMBER = "{member}"  # stands in an address where the ID of a person belongs


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Those of groups for administrators and auditors."""
        return self.filter(owner=None, ended_at=None) if sees_all(person) else self.none()

    def of(self, person: User) -> Self:
        """Somebody's own, in which nobody else looks."""
        return self.filter(owner=person, ended_at=None)

    def in_use(self) -> Self:
        return self.filter(is_on=True, ended_at=None)

    def for_members(self) -> Self:
        """Those by which people can be written to who say who they are there."""
        return self.in_use().filter(owner=None, is_for_members=True)

    def failing(self) -> Self:
        return self.in_use().exclude(fails_since=None)


class Channel(models.Model):
    """Its address is a secret: whoever has it can post there. It is kept encrypted and never shown again.

    A channel of a group is told of some `kinds` of letters, of those to a department where it has one; or it is for
    members: its address has a place for somebody's ID. A person's own has either an address or, `via` one of those, an
    ID, and is told of all letters to them.
    """

    name = models.CharField(gettext_lazy("name"), max_length=100)
    address = models.TextField(blank=True, default="")
    shown = models.CharField(gettext_lazy("service"), max_length=100)  # what may be seen of the address
    kinds: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    department = models.ForeignKey(Department, on_delete=models.SET_NULL, null=True, related_name="+")
    is_for_members = models.BooleanField(default=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    via = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    is_on = models.BooleanField(gettext_lazy("in use"), default=True)
    fails_since: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    ended_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("channel")
        verbose_name_plural = gettext_lazy("channels")

    def __str__(self) -> str:
        return self.name

    def secret(self) -> str:
        """Its address, for the worker alone; empty where it was kept under another key of the site, or has ended."""
        own = ciphers.decrypt(self.address, secret_key=settings.SECRET_KEY, purpose=PURPOSE) if self.address else ""
        if self.via is None or not own:
            return own or ""
        return self.via.secret().replace(MEMBER, quote(own, safe="")) if self.via.is_on else ""

    @transaction.atomic
    def change(self, *, by: User, address: str = "", kinds: Collection[str] = (), **fields: Any) -> bool:
        """Save it with what it is now, with another address where there is one; False where nothing changed."""
        before = self.described() if self.pk else {}
        for name, value in {**fields, "kinds": sorted(kinds)}.items():
            setattr(self, name, value)
        if address:
            self.address = ciphers.encrypt(address, secret_key=settings.SECRET_KEY, purpose=PURPOSE)
            self.is_for_members = MEMBER in address
            self.fails_since = None
        self.save()
        after = self.described() | ({"address": "entered anew"} if address else {})
        return audit.record_change(by=by, verb="channel.change", subject=self, before=before, after=after)

    @transaction.atomic
    def end(self, *, by: User, at: datetime.datetime) -> None:
        """Forget its address. What was sent there stays in the log."""
        if Channel.objects.filter(pk=self.pk, ended_at=None).update(ended_at=at, address="", is_on=False):
            audit.record(by=by, verb="channel.end", subject=self, before=self.described())

    def described(self) -> dict[str, Any]:
        """What of it stands in the audit log: nothing of its address."""
        return {
            "name": self.name,
            "service": self.shown,
            "kinds": self.kinds,
            "department": str(self.department or ""),
            "owner": self.owner.login if self.owner else "",
            "in_use": self.is_on,
        }
