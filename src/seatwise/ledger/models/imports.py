"""Imports of logs: what was read, by whom, how far it is, and the account of every line for each service."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from seatwise.directory.models import sees_all

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from seatwise.directory.models import User
    from seatwise.ledger.models.sources import Revision, Source


class LogImportQuerySet(models.QuerySet["LogImport"]):
    def visible_to(self, person: "User | AnonymousUser") -> Self:
        """Administrators and auditors see all, others nothing."""
        return self if sees_all(person) else self.none()

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def of(self, source: "Source") -> Self:
        """Those of one source, by whichever revision."""
        return self.filter(revision__source=source)

    def in_state(self, state: str) -> Self:
        return self.filter(state=state)

    def followed(self, revision: "Revision") -> Self:
        """Those of followed files, by the rules that hold now: under new rules, they are read anew."""
        return self.filter(revision=revision).exclude(followed="").order_by("pk")

    def unfinished(self) -> Self:
        return self.filter(state__in=(LogImport.State.WAITING, LogImport.State.RUNNING))


class LogImport(models.Model):
    """One import. `files` are names as given; an upload's bytes lie in the data directory until it has ended."""

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting")
        RUNNING = "running", gettext_lazy("running")
        DONE = "done", gettext_lazy("done")
        FAILED = "failed", gettext_lazy("failed")
        REMOVED = "removed", pgettext_lazy("import", "removed")

    class Stage(models.TextChoices):
        """What is being done for one that is running."""

        READING = "reading", gettext_lazy("Reading the lines")
        COMPARING = "comparing", gettext_lazy("Comparing logins with users and licenses")
        ADDING = "adding", gettext_lazy("Adding access days to the records")

    revision = models.ForeignKey("ledger.Revision", models.PROTECT, related_name="imports")
    files: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    uploaded = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    stage = models.CharField(max_length=10, choices=Stage.choices, blank=True, default="")
    asked_by = models.ForeignKey("directory.User", models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    alive_at = models.DateTimeField(null=True)  # when the one who reads it last said how far it is
    attempt = models.IntegerField(default=0)
    bytes_read = models.BigIntegerField(default=0)
    bytes_total = models.BigIntegerField(default=0)
    format = models.TextField(default="", blank=True)  # as found out or given
    problem: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)  # a Notice, if any

    passed_over: "models.JSONField[list[Any], list[Any]]" = models.JSONField(default=list)  # Notices of files not read
    remarks: "models.JSONField[list[Any], list[Any]]" = models.JSONField(default=list)  # Notices about files read

    # Of a file that is followed: the SHA-256 of its first lines, and its size and time of change when it was read last.
    followed = models.CharField(max_length=64, default="", blank=True)
    followed_size = models.BigIntegerField(default=0)
    followed_at = models.BigIntegerField(default=0)  # nanoseconds, as the file system keeps them

    objects = LogImportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["followed"], name="followed_files", condition=~models.Q(followed="")),
            models.Index(fields=["revision", "state", "id"], name="imports_by_state"),
        ]
        verbose_name = gettext_lazy("import")
        verbose_name_plural = gettext_lazy("imports")

    def __str__(self) -> str:
        return ", ".join(self.files)

    @property
    def name(self) -> str:
        """Its first file, and how many more there are."""
        if len(self.files) < 2:
            return str(self)
        more = ngettext("%(file)s and %(count)s more", "%(file)s and %(count)s more", len(self.files) - 1)
        return more % {"file": self.files[0], "count": len(self.files) - 1}

    @property
    def is_ended(self) -> bool:
        return self.state not in (self.State.WAITING, self.State.RUNNING)

    @property
    def has_counted(self) -> bool:
        """Whether lines of it were counted: of a file that is followed, also where it could not be read since."""
        return self.accounts.filter(accesses__gt=0).exists()

    @property
    def seconds(self) -> int:
        """Since when it was last heard of: while the lines are read that is just now."""
        return int((timezone.now() - self.alive_at).total_seconds()) if self.alive_at else 0

    @property
    def percent(self) -> int:
        return min(100, 100 * self.bytes_read // self.bytes_total) if self.bytes_total else 0


class ImportFacts(models.Model):
    """The facts that an import brought for a service, as long as it can be removed again: see import_removal.py.

    `rows` and `rows_before`: what it said, and what of it others had said before, packed. `covered` and
    `covered_before`: the same of covered days, as {month: mask}.
    """

    log_import = models.ForeignKey(LogImport, models.CASCADE, related_name="facts")
    service = models.ForeignKey("directory.Service", models.PROTECT)
    rows = models.BinaryField()
    rows_before = models.BinaryField()
    covered: "models.JSONField[dict[str, int], dict[str, int]]" = models.JSONField(default=dict)
    covered_before: "models.JSONField[dict[str, int], dict[str, int]]" = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log_import", "service"], name="import_facts_once")]


class ServiceAccount(models.Model):
    """What an import meant for one service: lines by reason with samples, covered days, findings.

    `findings` are logins of people who were inactive, or without a license, on a day on which they got in, or perhaps
    were; `unknown` are logins with an access that nobody had. What a sample shows is a Notice.
    """

    log_import = models.ForeignKey(LogImport, models.CASCADE, related_name="accounts")
    service = models.ForeignKey("directory.Service", models.PROTECT)
    lines = models.BigIntegerField(default=0)
    accesses = models.BigIntegerField(default=0)
    reasons: "models.JSONField[dict[str, int], dict[str, int]]" = models.JSONField(default=dict)
    samples: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    logins = models.IntegerField(default=0)
    user_days = models.BigIntegerField(default=0)
    first_day: "models.IntegerField[int | None, int | None]" = models.IntegerField(null=True)
    last_day: "models.IntegerField[int | None, int | None]" = models.IntegerField(null=True)
    findings: "models.JSONField[dict[str, list[str]], dict[str, list[str]]]" = models.JSONField(default=dict)
    unknown: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    unknown_count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log_import", "service"], name="account_once")]
