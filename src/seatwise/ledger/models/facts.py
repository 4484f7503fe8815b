"""What is known: access by month, covered days, and the usage of those who hold licenses.

A *day* is a number (days since 1970-01-01), a *month* is year * 12 + month - 1, a *mask* has bit 0 for the 1st.
AccessMonth and Coverage are written by `fact_merge.py` alone, Usage by `usage_rows.py`, its copies by `holders.py`.
"""

from typing import TYPE_CHECKING, Self

from django.db import models

from seatwise.directory.models import Employment, Service, User, sees_all

if TYPE_CHECKING:
    import datetime

    from django.contrib.auth.models import AnonymousUser


class AccessMonth(models.Model):
    """The access days of a login in a month, as one revision of a source saw them, and the days of API use.

    Made by hand in the migration (WITHOUT ROWID on SQLite), without foreign keys in the database: it is by far the
    largest table.
    """

    pk = models.CompositePrimaryKey("service_id", "month", "login_id", "revision_id")
    service = models.ForeignKey("directory.Service", models.PROTECT, db_constraint=False, db_index=False)
    month = models.IntegerField()
    login = models.ForeignKey("directory.Login", models.PROTECT, db_constraint=False, db_index=False)
    revision = models.ForeignKey("ledger.Revision", models.PROTECT, db_constraint=False, db_index=False)
    days = models.IntegerField()
    program_days = models.IntegerField()

    class Meta:
        managed = False
        db_table = "ledger_accessmonth"


class Coverage(models.Model):
    """The days of a month on which a revision of a source was listening for a service: by its lines, or by heartbeats
    alone (heartbeats.py).
    """

    service = models.ForeignKey("directory.Service", models.PROTECT)
    revision = models.ForeignKey("ledger.Revision", models.PROTECT)
    month = models.IntegerField()
    days = models.IntegerField()
    idle_days = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "revision", "month"], name="coverage_once")]

    @property
    def known(self) -> int:
        return self.days | self.idle_days


class ListeningPeriod(models.Model):
    """A time through which a sender of a source kept saying that it had sent all there was (heartbeats.py)."""

    revision = models.ForeignKey("ledger.Revision", models.PROTECT, related_name="listening")
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["revision", "until"], name="listening_by_end")]


class AsOf(models.Model):
    """The day up to which a service's usage is counted. Whoever writes the service's ledger locks its row first."""

    service = models.OneToOneField("directory.Service", models.PROTECT, primary_key=True, related_name="as_of")
    day = models.IntegerField(null=True)


class Recording(models.Model):
    """One row: the time zone in which the days of all facts are. There from the first fact on, and then fixed."""

    time_zone = models.CharField(max_length=64)


class UsageQuerySet(models.QuerySet["Usage"]):
    """Usage of those who hold licenses."""

    def visible_to(self, person: "User | AnonymousUser") -> Self:
        """All; one's own; and of one's departments' people (or of nobody's) for services where that was allowed."""
        if sees_all(person):
            return self
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        allowed = models.Q(service__in=Service.objects.visible_to(person), user__in=User.objects.visible_to(person))
        changed = models.Q(
            service__in=Service.objects.changeable_by(person), user__in=User.objects.changeable_by(person)
        )
        return self.filter(models.Q(user=person) | allowed | changed)

    def of(self, service: "Service") -> Self:
        return self.filter(service=service)

    def shown(self) -> Self:
        """Those the list shows: of active people who are not guests."""
        return self.filter(shown=True)

    def with_employment(self, employment: str) -> Self:
        return self.filter(employment=employment)

    def licensed_by(self, day: "datetime.date") -> Self:
        """Those whose licenses were added on a day or before."""
        return self.filter(license_since__lte=day)

    def by_programs_alone(self) -> Self:
        """Those without an access day of a person, but with use of the API."""
        return self.filter(last_day=0, program_day__gt=0)

    def used_since(self, day: int) -> Self:
        """Those with an access on a day or later."""
        return self.filter(last_day__gte=day)

    def in_order(self, by: str, *, descending: bool = False) -> Self:
        """Sorted by `last_day`, `days_30` or `login_bytes`; equal ones by login, byte by byte, always ascending."""
        first = f"-{by}" if descending else by
        return self.order_by(first) if by == "login_bytes" else self.order_by(first, "login_bytes")


class Usage(models.Model):
    """One holder's usage of a service, as of the service's day. Derived, and rebuilt by `rebuild-usage`.

    `last_day` and `program_day` are 0 for none. Bit `day % 31` of `bits` is an access on that day of the window.
    What the list narrows and sorts by is copied in by `holders.py`, so that a page is found by an index alone.
    `login_bytes` is the login in UTF-8: both databases sort it byte by byte, which is the order of its characters.
    """

    service = models.ForeignKey("directory.Service", models.PROTECT, db_index=False)  # usage_once begins with it
    user = models.ForeignKey("directory.User", models.PROTECT)
    department = models.ForeignKey("directory.Department", models.SET_NULL, null=True)  # the primary one, copied
    last_day = models.IntegerField(default=0)
    bits = models.IntegerField(default=0)
    days_30 = models.SmallIntegerField(default=0)
    program_day = models.IntegerField(default=0)
    login_bytes = models.BinaryField(default=b"")
    shown = models.BooleanField(default=True)  # active, and no guest
    employment = models.CharField(max_length=10, choices=Employment.choices, default=Employment.FULL_TIME)
    license_since: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)

    objects = UsageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "user"], name="usage_once")]
        indexes = [
            *(
                models.Index(
                    fields=["service", *columns, "login_bytes", "user", *more],
                    name=name,
                    condition=models.Q(shown=True),
                )
                for name, columns, *more in (  # with `shown`, SQLite counts in it without a look at the rows
                    ("usage_by_last_day", ["last_day"], "shown"),
                    ("usage_by_last_day_desc", ["-last_day"]),
                    ("usage_by_days", ["days_30"], "shown"),
                    ("usage_by_days_desc", ["-days_30"]),
                    ("usage_by_login", []),
                    ("usage_by_employment", ["employment", "last_day"]),
                    ("usage_by_license_since", ["license_since"]),
                )
            ),
            models.Index(fields=["service", "department", "days_30", "user"], name="usage_by_department"),
        ]
