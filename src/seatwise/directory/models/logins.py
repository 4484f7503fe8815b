"""Login names as they stand in logs: whose they are."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import connection, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise import audit
from seatwise.directory import changes
from seatwise.directory.changes import LoginChange, Refused
from seatwise.lib.logins import fold
from seatwise.lib.staged_rows import TEXT, staged

if TYPE_CHECKING:
    from seatwise.directory.models.people import User

MOST = 512  # characters, folded
NAMES = {"folded": TEXT, "written": TEXT}
KNOWN = "SELECT l.folded, l.id FROM {staged} s CROSS JOIN directory_login l WHERE l.folded = s.folded"
ADD_MISSING = """
INSERT INTO directory_login (folded, written, kind)
SELECT s.folded, s.written, 'person' FROM {staged} s
WHERE NOT EXISTS (SELECT 1 FROM directory_login l WHERE l.folded = s.folded)
ORDER BY s.folded ON CONFLICT (folded) DO NOTHING
"""  # in one order, or two who add the same wait for each other


class LoginQuerySet(models.QuerySet["Login"]):
    def visible_to(self, person: "User | AnonymousUser") -> Self:
        """Administrators and auditors see all, others their own."""
        if person.is_anonymous or not person.is_active:
            return self.none()
        return self if person.sees_all else self.filter(user=person)

    def unknown(self) -> Self:
        """Nobody's, and not declared to be anything."""
        return self.filter(user=None, kind=Login.Kind.PERSON)

    def declared(self) -> Self:
        """Nobody's, and declared to be a program or a guest."""
        return self.filter(user=None).exclude(kind=Login.Kind.PERSON)

    def given(self) -> Self:
        return self.filter(user__isnull=False).exclude(folded=models.F("user__folded"))

    def search(self, text: str) -> Self:
        found = self
        for word in fold(text).split():
            found = found.filter(folded__contains=word)
        return found

    def ensure(self, written: Iterable[str]) -> dict[str, int]:
        """The ids of login names by what they fold to; those not seen before are added, as unknown."""
        by_folded: dict[str, str] = {}
        for login in written:
            by_folded.setdefault(fold(login), login)
        with staged(NAMES, sorted(by_folded.items()), key=["folded"]) as table:
            known = _ids(table)
            if len(known) < len(by_folded):
                with connection.cursor() as cursor:
                    cursor.execute(ADD_MISSING.format(staged=table))
                known = _ids(table)
        return known


def _ids(table: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(KNOWN.format(staged=table))
        return dict(cursor.fetchall())


class Login(models.Model):
    """A login name. `written` is how it was first seen. Nobody's login of kind person is *unknown*."""

    class Kind(models.TextChoices):
        PERSON = "person", gettext_lazy("person")
        PROGRAM = "program", gettext_lazy("program")
        GUEST = "guest", gettext_lazy("guest user")

    folded = models.CharField(max_length=MOST, unique=True)
    written = models.CharField(gettext_lazy("login name"), max_length=MOST)
    user = models.ForeignKey("directory.User", null=True, related_name="logins", on_delete=models.PROTECT)
    kind = models.CharField(gettext_lazy("kind"), max_length=10, choices=Kind.choices, default=Kind.PERSON)

    objects = LoginQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("login name")
        verbose_name_plural = gettext_lazy("login names")

    def __str__(self) -> str:
        return self.written

    def give_to(self, user: "User", *, by: "User | None") -> None:
        self._become(user, user.kind_of_logins(), verb="login.give", by=by)

    def declare(self, kind: str, *, by: "User | None") -> None:
        """Say that it is a program's or a guest's, and nobody's that the directory knows."""
        if kind not in (Login.Kind.PROGRAM, Login.Kind.GUEST):
            raise ValueError(f"a login cannot be declared a {kind}")
        self._become(None, kind, verb="login.declare", by=by)

    def release(self, *, by: "User | None") -> None:
        """Make it unknown again: what was said about it is undone."""
        self._become(None, Login.Kind.PERSON, verb="login.release", by=by)

    @transaction.atomic
    def _become(self, user: "User | None", kind: str, *, verb: str, by: "User | None") -> None:
        now = Login.objects.select_for_update(of=("self",)).select_related("user").get(pk=self.pk)
        if (now.user, now.kind) == (user, kind):
            return
        if now.user and now.user.folded == now.folded:
            raise Refused(
                _("“%(login)s” is the login name by which %(name)s is known, so it stays theirs.")
                % {"login": now.written, "name": now.user}
            )
        if now.user and user:
            raise Refused(
                _("“%(login)s” belongs to %(name)s. Take it away from them first.")
                % {"login": now.written, "name": now.user}
            )
        change = LoginChange(self, now.user, now.kind)
        before = {"user": now.user.login if now.user else "", "kind": str(now.kind)}
        self.user, self.kind = user, kind
        self.save(update_fields=["user", "kind"])
        after = {"user": user.login if user else "", "kind": str(kind)}
        for function in changes.logins_changed:
            function([change])
        audit.record(by=by, verb=verb, subject=self, before=before, after=after)
