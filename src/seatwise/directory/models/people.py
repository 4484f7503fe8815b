"""People: those who sign in, those who hold licenses, and accounts that are nobody's."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, BaseUserManager
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy

from seatwise import audit
from seatwise.directory import changes
from seatwise.directory.models.departments import Department
from seatwise.directory.models.logins import Login
from seatwise.directory.models.memberships import DepartmentAdministrator, Membership
from seatwise.lib.logins import fold
from seatwise.lib.passwords import normal

if TYPE_CHECKING:
    import datetime


class Status(models.TextChoices):
    ACTIVE = "active", gettext_lazy("active")
    INACTIVE = "inactive", gettext_lazy("inactive")


class Kind(models.TextChoices):
    USER = "user", gettext_lazy("user")
    GUEST = "guest", gettext_lazy("guest user")
    SHARED = "shared", gettext_lazy("shared account")
    SYSTEM = "system", gettext_lazy("system account")


class Employment(models.TextChoices):
    FULL_TIME = "full_time", gettext_lazy("full time")
    PART_TIME = "part_time", gettext_lazy("part time")
    OTHER = "other", gettext_lazy("other")


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", gettext_lazy("administrator")
    AUDITOR = "auditor", gettext_lazy("auditor")
    DEPARTMENT_ADMINISTRATOR = "department_administrator", gettext_lazy("department administrator")
    MEMBER = "member", gettext_lazy("member")


class Language(models.TextChoices):
    """In which language somebody is spoken to."""

    ENGLISH = "en", "English"
    JAPANESE = "ja", "日本語"


CAN_SIGN_IN = (Kind.USER, Kind.SHARED)


def sees_all(person: "User | AnonymousUser") -> bool:
    """Whether somebody may see everything: administrators and auditors."""
    return isinstance(person, User) and person.sees_all


def takes_seats(status: str, kind: str) -> bool:
    """Whether the licenses of somebody take a seat: of who is active, and no guest."""
    return status == Status.ACTIVE and kind != Kind.GUEST


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, person: "User | AnonymousUser") -> Self:
        """All, those of one's departments, or oneself."""
        if sees_all(person):
            return self
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        mine = Q(pk=person.pk)
        if person.role == Role.DEPARTMENT_ADMINISTRATOR:
            mine |= Q(pk__in=_members(Department.objects.visible_to(person)))
        return self.filter(mine)

    def changeable_by(self, person: "User | AnonymousUser") -> Self:
        """Whose licenses the person may add and remove, for services where they may: all, or those of their
        departments and of none.
        """
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        if person.role == Role.ADMINISTRATOR:
            return self
        if person.role != Role.DEPARTMENT_ADMINISTRATOR:
            return self.none()
        unaffiliated = ~Exists(Membership.objects.current().filter(user=OuterRef("pk")))
        return self.filter(Q(pk__in=_members(Department.objects.visible_to(person))) | unaffiliated)

    def active(self) -> Self:
        """Not inactive."""
        return self.filter(status=Status.ACTIVE)

    def with_status(self, status: str) -> Self:
        return self.filter(status=status)

    def of_kind(self, *kinds: str) -> Self:
        return self.filter(kind__in=kinds)

    def take_seats(self) -> Self:
        """Those whose licenses take a seat: see takes_seats()."""
        return self.active().exclude(kind=Kind.GUEST)

    def with_role(self, role: str) -> Self:
        return self.filter(role=role)

    def with_employment(self, employment: str) -> Self:
        return self.filter(employment=employment)

    def in_department(self, department: Department, *, with_children: bool = True) -> Self:
        """Who belongs to a department now, or also to those below it."""
        departments = Department.objects.below(department) if with_children else [department]
        return self.filter(pk__in=_members(departments))

    def unaffiliated(self) -> Self:
        """Who belongs to no department now."""
        return self.filter(~Exists(Membership.objects.current().filter(user=OuterRef("pk"))))

    def search(self, text: str) -> Self:
        """Those whose name, login names, e-mail address and employee number hold every word."""
        found = self
        for word in fold(text).split():
            logins = Login.objects.given().filter(folded__contains=word)
            found = found.filter(Q(search_text__contains=word) | Q(pk__in=logins.values("user")))
        return found

    def with_departments(self) -> Self:
        """With each person's current departments at hand as `current_memberships`, primary first: one more query."""
        memberships = Membership.objects.current().select_related("department")
        memberships = memberships.order_by("-primary", "department__position")
        return self.prefetch_related(Prefetch("membership_set", queryset=memberships, to_attr="current_memberships"))


def _members(departments: Any) -> models.QuerySet[Membership, Any]:
    return Membership.objects.current().filter(department__in=departments).values("user")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, login: str | None) -> "User":
        """The person of a login name, however it is spelled. Raises User.DoesNotExist."""
        return self.get(folded=fold(login or ""))  # type: ignore[no-any-return]


class User(AbstractBaseUser):
    """A person or an account. Changed through `directory.people`, which keeps history and audit."""

    login = models.CharField(gettext_lazy("login name"), max_length=255, unique=True)
    folded = models.CharField(max_length=512, unique=True, editable=False)
    name = models.CharField(gettext_lazy("name"), max_length=255, blank=True)
    email = models.CharField(gettext_lazy("e-mail address"), max_length=255, blank=True)
    employee_number = models.CharField(gettext_lazy("employee number"), max_length=255, blank=True)
    manager = models.ForeignKey(
        "self",
        verbose_name=gettext_lazy("manager"),
        null=True,
        blank=True,
        related_name="managed",
        on_delete=models.PROTECT,
    )
    status = models.CharField(gettext_lazy("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    activated_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(
        null=True, editable=False
    )  # when they were made active again, having been inactive
    kind = models.CharField(gettext_lazy("kind"), max_length=10, choices=Kind.choices, default=Kind.USER)
    responsible = models.ForeignKey(
        "self",
        verbose_name=gettext_lazy("responsible person"),
        null=True,
        blank=True,
        related_name="responsible_for",
        on_delete=models.PROTECT,
    )
    employment = models.CharField(
        gettext_lazy("employment"), max_length=10, choices=Employment.choices, default=Employment.FULL_TIME
    )
    expected_days = models.DecimalField(
        gettext_lazy("expected days a week"), max_digits=2, decimal_places=1, null=True, blank=True
    )
    left_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(
        gettext_lazy("left on"), null=True, blank=True
    )  # the day after, they are made inactive
    role = models.CharField(gettext_lazy("role"), max_length=30, choices=Role.choices, default=Role.MEMBER)
    language = models.CharField(
        gettext_lazy("language"), max_length=5, choices=Language.choices, default=Language.ENGLISH
    )
    search_text = models.TextField(default="", editable=False)
    sessions_ended = models.PositiveIntegerField(default=0, editable=False)  # how often: see `end_sessions`

    objects = UserManager()

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    current_memberships: "list[Membership]"  # after with_departments()

    class Meta:
        verbose_name = gettext_lazy("user")
        verbose_name_plural = gettext_lazy("users")
        indexes = [
            models.Index(fields=["name", "id"], name="user_by_name"),
            models.Index(fields=["role", "name", "id"], name="user_by_role"),
        ]

    def __str__(self) -> str:
        return self.name or self.login

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Whether they may sign in: inactive people, guests and system accounts may not."""
        return self.status == Status.ACTIVE and self.kind in CAN_SIGN_IN

    @property
    def changes_things(self) -> bool:
        """Whether they may change what administrators change."""
        return self.is_active and self.role == Role.ADMINISTRATOR

    @property
    def sees_all(self) -> bool:
        """Whether they may see everything: administrators and auditors."""
        return self.is_active and self.role in (Role.ADMINISTRATOR, Role.AUDITOR)

    def get_full_name(self) -> str:
        return str(self)

    def clean(self) -> None:
        """Nothing is rewritten: a login name is kept as it was written."""

    def kind_of_logins(self) -> str:
        """What the login names of such an account are to those who read logs."""
        return {Kind.GUEST: Login.Kind.GUEST, Kind.SYSTEM: Login.Kind.PROGRAM}.get(Kind(self.kind), Login.Kind.PERSON)

    def set_password(self, raw_password: str | None) -> None:
        """As Django's; the same characters written in another way are the same password."""
        super().set_password(None if raw_password is None else normal(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """As Django's; see `set_password`."""
        return super().check_password(None if raw_password is None else normal(raw_password))

    @transaction.atomic
    def give_password(self, password: str, *, by: "User | None") -> None:
        """Set a password, which ends the sessions of whoever signed in with the one before."""
        self.set_password(password)
        self.save(update_fields=["password"])
        audit.record(by=by, verb="user.password", subject=self)
        for function in changes.passwords_given:
            function(self, by)

    def get_session_auth_hash(self) -> str:
        """What sessions, also those at the gate, are held against: a new password and `end_sessions` change it."""
        before = super().get_session_auth_hash()
        return salted_hmac("seatwise.sessions", f"{before}{self.sessions_ended}", algorithm="sha256").hexdigest()

    def end_sessions(self) -> None:
        User.objects.filter(pk=self.pk).update(sessions_ended=F("sessions_ended") + 1)
        self.refresh_from_db(fields=["sessions_ended"])

    @transaction.atomic
    def administer(self, departments: "Sequence[Department]", *, by: "User | None") -> bool:
        """Look after exactly these departments and those below them; False where nothing changed."""
        list(User.objects.select_for_update().filter(pk=self.pk))
        was = {row.department.code: row for row in self.departmentadministrator_set.select_related("department")}
        wanted = {department.code: department for department in departments}
        if was.keys() == wanted.keys():
            return False
        for code in was.keys() - wanted.keys():
            was[code].delete()
        DepartmentAdministrator.objects.bulk_create(
            DepartmentAdministrator(user=self, department=wanted[code]) for code in sorted(wanted.keys() - was.keys())
        )
        for function in changes.administrators_changed:
            function(self)
        before, after = {"administers": sorted(was)}, {"administers": sorted(wanted)}
        audit.record(by=by, verb="user.departments", subject=self, before=before, after=after)
        return True

    def departments_on(self, day: "datetime.date | None" = None) -> Sequence[Department]:
        """The departments of a day, or now; the primary one first."""
        memberships = self.membership_set.on(day) if day else self.membership_set.current()
        ordered = memberships.select_related("department").order_by("-primary", "department__position")
        return [membership.department for membership in ordered]

    def remember_search_text(self) -> None:
        """Write down anew what a search looks at; to be saved by the caller."""
        self.search_text = fold(" ".join((self.name, self.login, self.email, self.employee_number)))
