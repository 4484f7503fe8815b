"""Login names as they stand in logs: whose they are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import connection, models, transaction
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import audit
from seatwise.directory import changes
from seatwise.directory.changes import LoginChange, Refused
from seatwise.lib.batches import among, batches
from seatwise.lib.logins import fold
from seatwise.lib.staged_rows import INTEGER, TEXT, staged

if TYPE_CHECKING:
    from seatwise.directory.models.people import User

MOST = 512  # characters, folded
NAMES = {"folded": TEXT, "written": TEXT}
AT_ONCE = 50_000  # names that are looked for together
KNOWN = (
    "WITH s (folded) AS ({names}) SELECT l.folded, l.id FROM s CROSS JOIN directory_login l WHERE l.folded = s.folded"
)
ADD_MISSING = """
INSERT INTO directory_login (folded, written, kind)
SELECT s.folded, s.written, 'person' FROM {staged} s
WHERE NOT EXISTS (SELECT 1 FROM directory_login l WHERE l.folded = s.folded)
ORDER BY s.folded ON CONFLICT (folded) DO NOTHING
"""  # in one order, or two who add the same wait for each other

OWNERS = {"id": INTEGER, "user_id": INTEGER, "kind": TEXT}
WRITE_OWNERS = "UPDATE directory_login AS l SET user_id = s.user_id, kind = s.kind FROM {staged} s WHERE l.id = +s.id"


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
        return self.ensure_folded(by_folded)

    def ensure_folded(self, by_folded: Mapping[str, str]) -> dict[str, int]:
        """The same of login names that are already there by what they fold to."""
        known = _ids(by_folded)
        missing = [(folded, login) for folded, login in by_folded.items() if folded not in known]
        if missing:
            with staged(NAMES, missing) as table, connection.cursor() as cursor:
                cursor.execute(ADD_MISSING.format(staged=table))
            known |= _ids(folded for folded, _login in missing)
        return known

    def give_each(self, given: "Sequence[tuple[str, User]]", *, by: "User | None") -> None:
        """Make login names people's, also such as were not seen before; all or none. Raises Refused."""
        ids = self.ensure(login for login, _user in given) if given else {}
        _become([(ids[fold(login)], user, user.kind_of_logins()) for login, user in given], verb="login.give", by=by)


def _ids(names: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in batches(names, AT_ONCE):
        names_of = among(some, "text")
        with connection.cursor() as cursor:
            cursor.execute(KNOWN.format(names=names_of.sql), names_of.params)
            found.update(cursor.fetchall())
    return found


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

    def _become(self, user: "User | None", kind: str, *, verb: str, by: "User | None") -> None:
        _become([(self.pk, user, kind)], verb=verb, by=by)
        self.user, self.kind = user, kind


@transaction.atomic
def _become(wanted: "Sequence[tuple[int, User | None, str]]", *, verb: str, by: "User | None") -> None:
    """Make login names (by id) somebody's, of a kind; all or none."""
    locked = Login.objects.select_for_update(of=("self",)).select_related("user").order_by("pk")
    ids = sorted({pk for pk, _user, _kind in wanted})
    now = {login.pk: login for some in batches(ids) for login in locked.filter(pk__in=some)}
    told: dict[int, LoginChange] = {}
    for pk, user, kind in wanted:
        login = now[pk]
        if (login.user, login.kind) != (user, kind):
            _refuse_to_take(login, user)
            told[pk] = LoginChange(login, login.user, login.kind)
            login.user, login.kind = user, kind
    if not told:
        return
    rows = [(pk, change.login.user_id, change.login.kind) for pk, change in told.items()]
    with staged(OWNERS, rows) as table, connection.cursor() as cursor:
        cursor.execute(WRITE_OWNERS.format(staged=table))
    for function in changes.logins_changed:
        function(list(told.values()))
    audit.record_many(
        audit.entry(
            by,
            verb,
            change.login,
            before=_described(change.before, change.kind_before),
            after=_described(change.login.user, change.login.kind),
        )
        for change in told.values()
    )


def _described(user: "User | None", kind: str) -> dict[str, str]:
    return {"user": user.login if user else "", "kind": str(kind)}


def _refuse_to_take(login: Login, user: "User | None") -> None:
    """Raise Refused where a login name may not become another's, or nobody's."""
    if login.user and login.user.folded == login.folded:
        raise Refused(
            _("“%(login)s” is the main login name of %(name)s, so it cannot be reassigned.")
            % {"login": login.written, "name": login.user}
        )
    if login.user and user:
        raise Refused(
            _("“%(login)s” belongs to %(name)s. Remove it from them first.")
            % {"login": login.written, "name": login.user}
        )
