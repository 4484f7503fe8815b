"""Where facts come from: sources, their revisions, and the services they serve."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, sees_all
from seatwise.directory.models.services import CODE
from seatwise.ledger.models.facts import Coverage
from seatwise.lib import days
from seatwise.lib.word_search import with_every_word
from seatwise.logs.coverage import SILENCE
from seatwise.logs.formats import AUTO
from seatwise.logs.rules import APIS, ASSETS, SCREENS, Rules

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from seatwise.directory.models import User

__all__ = ["ReadingRules", "Revision", "Serving", "Source"]


@dataclass(frozen=True)
class ReadingRules:
    """How a source's logs are read: all that a new revision begins with when it changes. Services by code."""

    format: str = AUTO
    login_field: str = ""
    log_zone: str = ""
    drop_domain: bool = False
    programs: tuple[str, ...] = ()
    services: Mapping[str, Rules] = field(default_factory=dict)
    longest_silence: int = SILENCE  # days between two lines of a file up to which those between are covered

    def described(self) -> dict[str, Any]:
        """The rules, for the audit log; globs that are the defaults are left out."""
        defaults = {"hosts": (), "screens": SCREENS, "apis": APIS, "assets": ASSETS}
        services = {
            code: {
                name: list(getattr(rules, name))
                for name, default in defaults.items()
                if getattr(rules, name) != default
            }
            for code, rules in sorted(self.services.items())
        }
        own = {
            "format": self.format,
            "login_field": self.login_field,
            "log_zone": self.log_zone,
            "drop_domain": self.drop_domain,
            "programs": list(self.programs),
            "longest_silence": self.longest_silence,
        }
        return {**own, "services": services}


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, person: "User | AnonymousUser") -> Self:
        """Administrators and auditors see all, others nothing."""
        return self if sees_all(person) else self.none()

    def of_logs(self) -> Self:
        return self.filter(kind=Source.Kind.LOG)

    def search(self, text: str) -> Self:
        return with_every_word(self, text, lambda word: models.Q(name__icontains=word) | models.Q(code__icontains=word))

    def serving(self, service: Service) -> Self:
        """Those whose revision in force has facts for a service."""
        servings = Serving.objects.filter(service=service, revision__in=Revision.objects.in_force())
        return self.filter(pk__in=servings.values("revision__source"))

    def with_last_covered_day(self) -> Self:
        """With what `last_covered_day` looks at."""
        known = models.F("days").bitor(models.F("idle_days"))  # type: ignore[arg-type]
        covered = Coverage.objects.filter(revision__source=models.OuterRef("pk")).annotate(known_mask=known)
        # Of the masks of one month the greatest number is the one that ends last.
        covered = covered.order_by("-month", "-known_mask")
        return self.annotate(
            last_month=models.Subquery(covered.values("month")[:1]),
            last_mask=models.Subquery(covered.values("known_mask")[:1]),
        )


class SourceManager(models.Manager.from_queryset(SourceQuerySet)):  # type: ignore[misc]
    @transaction.atomic
    def add(self, *, code: str, name: str, rules: ReadingRules, by: "User | None", **fields: Any) -> "Source":
        """Add a source with its first revision. Raises Refused and ValidationError."""
        if self.filter(code=code).exists():
            raise Refused(_("A source with the code “%(code)s” already exists.") % {"code": code})
        source: Source = self.model(code=code, name=name, **fields)
        source.full_clean()
        source.save(force_insert=True)
        source.begin_revision(rules, by=by)
        after = {**source.described(), **rules.described()}
        audit.record(by=by, verb="source.add", subject=source, before={}, after=after)
        return source


class Source(models.Model):
    """A log, or a vendor's reports. Whether its logins were checked by the server is its `verified`."""

    class Kind(models.TextChoices):
        LOG = "log", gettext_lazy("logs")
        VENDOR = "vendor", gettext_lazy("a vendor's reports")

    class Part(models.TextChoices):
        """What it is to the other sources of a service."""

        COMPLEMENTARY = "complementary", gettext_lazy("complementary: a day is covered only if all of them cover it")
        REDUNDANT = "redundant", gettext_lazy("redundant: a day is covered if any of them covers it")

    class Trouble(models.TextChoices):
        FAILED = "failed", gettext_lazy("An import failed")
        MALFORMED = "malformed", gettext_lazy("Nearly all lines are not in the format")

    code = models.CharField(gettext_lazy("code"), max_length=50, unique=True, validators=[CODE])
    name = models.CharField(gettext_lazy("name"), max_length=255)
    kind = models.CharField(gettext_lazy("kind"), max_length=10, choices=Kind.choices, default=Kind.LOG)
    verified = models.BooleanField(gettext_lazy("the server verifies sign-ins"), default=True)
    part = models.CharField(
        gettext_lazy("with other sources"), max_length=15, choices=Part.choices, default=Part.REDUNDANT
    )
    retired_on = models.DateField(gettext_lazy("retired on"), null=True, blank=True)
    # What administrators were told is wrong with its imports, and since when: see import_failures.py.
    fails_since: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True, editable=False
    )
    trouble = models.CharField(max_length=10, choices=Trouble.choices, blank=True, default="", editable=False)

    objects = SourceManager()

    class Meta:
        verbose_name = gettext_lazy("source")
        verbose_name_plural = gettext_lazy("sources")
        ordering = ["name", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def last_covered_day(self) -> int | None:
        """Of a source that was asked for `with_last_covered_day`."""
        month, mask = getattr(self, "last_month"), getattr(self, "last_mask")  # noqa: B009 - annotated
        return days.first_day_of(month) + mask.bit_length() - 1 if month and mask else None

    @property
    def revision(self) -> "Revision":
        return self.revisions.latest("number")

    @transaction.atomic
    def change(self, *, by: "User | None", rules: ReadingRules | None = None, **fields: Any) -> bool:
        """Change anything but code and kind; other rules begin a new revision. False where nothing changed."""
        was = {**self.locked().described(), **self.revision.rules().described()}
        for key, value in fields.items():
            setattr(self, key, value)
        self.full_clean()
        now = {**self.described(), **(rules or self.revision.rules()).described()}
        before = {key: was[key] for key in was if was[key] != now[key]}
        if not before:
            return False
        self.save(update_fields=list(fields) or None)
        if rules is not None and rules.described() != self.revision.rules().described():
            self.begin_revision(rules, by=by)
        after = {key: now[key] for key in before}
        audit.record(by=by, verb="source.change", subject=self, before=before, after=after)
        return True

    def locked(self) -> "Source":
        """The source as it is, nobody else's to change until the end of the transaction."""
        found: Source = Source.objects.select_for_update().get(pk=self.pk)
        return found

    def begin_revision(self, rules: ReadingRules, *, by: "User | None") -> "Revision":
        """The next revision, with these rules."""
        number = self.revisions.count() + 1
        revision = Revision.objects.create(
            source=self,
            number=number,
            format=rules.format,
            login_field=rules.login_field,
            log_zone=rules.log_zone,
            drop_domain=rules.drop_domain,
            programs=list(rules.programs),
            longest_silence=rules.longest_silence,
            begun_by=by,
        )
        services = {service.code: service for service in Service.objects.filter(code__in=rules.services)}
        for code, globs in rules.services.items():
            if code not in services:
                raise Refused(_("There is no service with the code “%(code)s”.") % {"code": code})
            Serving.objects.create(
                revision=revision,
                service=services[code],
                hosts=list(globs.hosts),
                screens=list(globs.screens),
                apis=list(globs.apis),
                assets=list(globs.assets),
            )
        return revision

    def described(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "name": self.name,
            "kind": str(self.kind),
            "verified": self.verified,
            "part": str(self.part),
            "retired_on": "" if self.retired_on is None else str(self.retired_on),
        }


class RevisionQuerySet(models.QuerySet["Revision"]):
    def in_force(self) -> Self:
        """The latest of each source."""
        latest = Revision.objects.filter(source=models.OuterRef("source")).order_by("-number").values("number")[:1]
        return self.filter(number=models.Subquery(latest))


class Revision(models.Model):
    """A source with one set of rules. Forgetting it (`fact_merge.py`) takes its facts out."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="revisions")
    number = models.IntegerField()
    format = models.TextField(gettext_lazy("format"), default=AUTO)
    login_field = models.CharField(max_length=255, blank=True, default="")
    log_zone = models.CharField(max_length=64, blank=True, default="")
    drop_domain = models.BooleanField(default=False)
    programs: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    longest_silence = models.PositiveSmallIntegerField(default=SILENCE)
    begun_at = models.DateTimeField(auto_now_add=True)
    begun_by = models.ForeignKey("directory.User", models.PROTECT, null=True, related_name="+")
    forgotten_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="revision_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.number}"

    def rules(self) -> ReadingRules:
        servings = self.servings.select_related("service").order_by("service__code")
        return ReadingRules(
            self.format,
            self.login_field,
            self.log_zone,
            self.drop_domain,
            tuple(self.programs),
            {serving.service.code: serving.rules(self.programs) for serving in servings},
            self.longest_silence,
        )


class Serving(models.Model):
    """A service that a revision has facts for, and which lines are of it."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="servings")
    service = models.ForeignKey("directory.Service", models.PROTECT, related_name="servings")
    hosts: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    screens: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    apis: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    assets: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "service"], name="serving_once")]

    def rules(self, programs: "list[str] | tuple[str, ...]") -> Rules:
        return Rules(tuple(self.hosts), tuple(self.screens), tuple(self.apis), tuple(self.assets), tuple(programs))
