"""Tokens by which programs ask the API in the name of a person."""

import datetime
import hashlib
import secrets
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import audit
from seatwise.directory.changes import PersonChange, Refused
from seatwise.directory.models.people import Role, User, sees_all
from seatwise.lib.batches import batches
from seatwise.lib.logins import fold
from seatwise.lib.word_search import with_every_word

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX = "seatwise_"
SHOWN = len(PREFIX) + 6  # characters by which a token is told from others
MOST_DAYS = 366
OWNERS = (Role.ADMINISTRATOR, Role.AUDITOR, Role.DEPARTMENT_ADMINISTRATOR)


class Scope(models.TextChoices):
    READ_USAGE = "usage:read", gettext_lazy("read who uses a service (usage:read)")
    READ_LICENSES = "licenses:read", gettext_lazy("read who holds licenses (licenses:read)")
    READ_REVIEWS = "reviews:read", gettext_lazy("read reviews (reviews:read)")
    CHANGE_LICENSES = "licenses:change", gettext_lazy("add and remove licenses (licenses:change)")
    WRITE_LOGS = "logs:write", gettext_lazy("send lines of logs (logs:write)")
    REMOVE_LOGS = "logs:remove", gettext_lazy("remove imports of logs (logs:remove)")
    READ_METRICS = "metrics:read", gettext_lazy("read numbers of the site for monitoring (metrics:read)")
    IMPORT_FILES = "files:import", gettext_lazy("import people, licenses and reports by file (files:import)")
    READ_WEBHOOKS = "webhooks:read", gettext_lazy("read webhooks and their deliveries (webhooks:read)")
    CHANGE_WEBHOOKS = "webhooks:change", gettext_lazy("add, change, test and remove webhooks (webhooks:change)")


def hash_of(secret: str) -> str:
    """SHA-256 of a secret: it is random and long enough that nothing slower is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Administrators and auditors see all, others nothing."""
        return self if sees_all(person) else self.none()

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def unended(self) -> Self:
        """Those that nobody revoked and whose owner did not end them."""
        return self.filter(ended_on=None)

    def search(self, text: str) -> Self:
        """Those whose name, beginning or owner's login holds every word."""

        def holds(word: str) -> models.Q:
            owned = models.Q(owner__folded__contains=fold(word))
            return models.Q(name__icontains=word) | models.Q(shown__startswith=word) | owned

        return with_every_word(self, text, holds)

    def of(self, owners: "Iterable[User | int]") -> Self:
        return self.filter(owner__in=owners)

    def in_force(self, secret: str, day: datetime.date) -> "ApiToken | None":
        """The token of a secret, with its owner, where both are in force on a day."""
        token = self.unended().filter(hashed=hash_of(secret)).select_related("owner").first()
        return token if token is not None and token.is_in_force(day) else None


class ApiTokenManager(models.Manager.from_queryset(ApiTokenQuerySet)):  # type: ignore[misc]
    @transaction.atomic
    def add(
        self, *, name: str, owner: User, scopes: Collection[str], days: int, by: User | None, on: datetime.date
    ) -> "tuple[ApiToken, str]":
        """Add a token that is in force for so many days, and its secret, which is kept nowhere. Raises Refused."""
        owner = User.objects.select_for_update().get(pk=owner.pk)
        unknown = sorted(set(scopes) - set(Scope.values))
        if unknown or not scopes:
            raise Refused(
                _("A token can have the scopes %(known)s, not “%(unknown)s”.")
                % {"known": ", ".join(Scope.values), "unknown": ", ".join(unknown)}
            )
        if not name.strip():
            raise Refused(_("Give the token a name that says what it is for."))
        if not 1 <= days <= MOST_DAYS:
            raise Refused(_("A token is valid for 1 to %(most)s days.") % {"most": MOST_DAYS})
        if not may_own(owner):
            raise Refused(
                _("%(name)s cannot own a token: the owner must be active and allowed to see usage.") % {"name": owner}
            )
        secret = PREFIX + secrets.token_urlsafe(32)
        token: ApiToken = self.model(
            name=name.strip(),
            owner=owner,
            role=owner.role,
            shown=secret[:SHOWN],
            hashed=hash_of(secret),
            scopes=sorted(set(scopes)),
            added_on=on,
            added_by=by,
            expires_on=on + datetime.timedelta(days),
        )
        token.clean_fields(exclude=["owner", "added_by", "ended_on", "last_used_on"])
        token.save(force_insert=True)
        audit.record(by=by, verb="token.add", subject=token, before={}, after=token.described())
        return token, secret


def may_own(person: User) -> bool:
    """Whether somebody can have tokens: active, no guest, and of a role that may see usage."""
    return person.is_active and person.role in OWNERS


class ApiToken(models.Model):
    """A token: what is kept of it is a hash. It acts as its owner, who must stay what they were when it was added."""

    name = models.CharField(gettext_lazy("name"), max_length=100)
    owner = models.ForeignKey("directory.User", models.PROTECT, related_name="tokens")
    role = models.CharField(max_length=30, choices=Role.choices)  # the owner's, when it was added
    shown = models.CharField(max_length=20)  # the beginning of the secret
    hashed = models.CharField(max_length=64, unique=True)
    scopes: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    added_on = models.DateField()
    added_by = models.ForeignKey("directory.User", models.PROTECT, null=True, related_name="+")
    expires_on = models.DateField(gettext_lazy("expires on"))  # the first day on which it is not in force
    ended_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    last_used_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)

    objects = ApiTokenManager()

    class Meta:
        verbose_name = gettext_lazy("API token")
        verbose_name_plural = gettext_lazy("API tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.shown}…)"

    def is_in_force(self, day: datetime.date) -> bool:
        """Whether it opens anything on a day: not ended, not expired, and its owner is who they were."""
        alive = self.ended_on is None and day < self.expires_on
        return alive and may_own(self.owner) and self.owner.role == self.role

    def allows(self, scope: str) -> bool:
        return scope in self.scopes

    def used(self, on: datetime.date) -> None:
        """Note the day of its last use: one update a day."""
        if self.last_used_on is None or self.last_used_on < on:
            earlier = models.Q(last_used_on=None) | models.Q(last_used_on__lt=on)
            ApiToken.objects.filter(earlier, pk=self.pk).update(last_used_on=on)

    @transaction.atomic
    def revoke(self, *, by: User | None, on: datetime.date) -> None:
        """End it for good. Raises Refused where that was done already."""
        if ApiToken.objects.unended().filter(pk=self.pk).update(ended_on=on) != 1:
            raise Refused(_("The token “%(token)s” is no longer valid.") % {"token": self})
        self.ended_on = on
        audit.record(by=by, verb="token.revoke", subject=self, before=self.described(), after={})

    def described(self) -> dict[str, Any]:
        """What it is, for the audit log: nothing by which it could be used."""
        return {
            "name": self.name,
            "owner": self.owner.login,
            "scopes": list(self.scopes),
            "expires_on": str(self.expires_on),
        }


def people_changed(changes: Sequence[PersonChange], on: datetime.date) -> None:
    """End the tokens of those who became inactive, a guest, or of another role: for good, also if they return.

    Writes audit entries, so it stands after all functions that lock services: `monitoring` registers it.
    """
    changed = [one.user for one in changes if not one.new and {"status", "kind", "role"} & one.after.keys()]
    ended: list[ApiToken] = []
    for some in batches(changed):
        tokens = ApiToken.objects.unended().of(some).select_related("owner").order_by("pk")
        ended += [token for token in tokens if not (may_own(token.owner) and token.owner.role == token.role)]
    for some_ended in batches(ended):
        ApiToken.objects.filter(pk__in=[token.pk for token in some_ended]).update(ended_on=on)
    audit.record_many(
        audit.entry(None, "token.end", each, before=each.described(), after={"ended_on": str(on)}) for each in ended
    )
