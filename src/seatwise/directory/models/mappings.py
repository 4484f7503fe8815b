"""Which column of a kind of file is what, kept by name: of a service's reports, or of files of people."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models.people import sees_all
from seatwise.directory.models.services import Service
from seatwise.lib import days
from seatwise.lib.json_text import UnreadableJson, read_json
from seatwise.lib.people_columns import COLUMNS
from seatwise.lib.table_columns import heading_set
from seatwise.lib.word_search import with_every_word
from seatwise.site.words import notice_text

if TYPE_CHECKING:
    from seatwise.directory.models.people import User

FORMAT = "seatwise column mapping 1"
MOST_BYTES = 256 * 1024
# What columns of files of people can be; and, noted by the ledger, those of reports and the forms of their dates.
PEOPLE: tuple[str, ...] = tuple(column.key for column in COLUMNS)
REPORTS: list[str] = []
DATES: list[str] = []


class MappingQuerySet(models.QuerySet["ColumnMapping"]):
    def visible_to(self, person: "User | AnonymousUser") -> Self:
        """Administrators and auditors see all, others nothing."""
        return self if sees_all(person) else self.none()

    def of(self, service: Service | None) -> Self:
        """Those of a service's reports; of files of people without one."""
        return self.filter(service=service)

    def fitting(self, headings: Iterable[str]) -> Self:
        """Those that were kept for these headings, in whatever order."""
        found = heading_set(headings)
        return self.filter(headings=found).order_by("name") if found else self.none()

    def search(self, text: str) -> Self:
        return with_every_word(
            self, text, lambda word: models.Q(name__icontains=word) | models.Q(service__name__icontains=word)
        )


class MappingManager(models.Manager.from_queryset(MappingQuerySet)):  # type: ignore[misc]
    @transaction.atomic
    def keep(self, made: "ColumnMapping", *, by: "User | None") -> "ColumnMapping":
        """Keep one under its name, instead of that which had it. Raises Refused."""
        made.check_values()
        before: ColumnMapping | None = (
            self.of(made.service).filter(name=made.name).select_for_update(of=("self",)).first()
        )
        if before is not None:
            made.pk = before.pk
            if before.described() == made.described():
                return before
        made.saved_by, made.saved_at = by, timezone.now()
        try:
            with transaction.atomic():
                made.save()
        except IntegrityError:
            raise Refused(
                _("Someone else saved a mapping with this name at the same moment. Check it first.")
            ) from None
        was = before.described() if before else {}
        audit.record(by=by, verb="mapping.save", subject=made, before=was, after=made.described())
        return made


class ColumnMapping(models.Model):
    """`columns` says by what a column is, its heading, `#` and its number from 1, or nothing for none of them."""

    service = models.ForeignKey("directory.Service", models.CASCADE, null=True, related_name="+")  # null: people
    name = models.CharField(gettext_lazy("name"), max_length=100)
    headings = models.TextField()  # see lib.table_columns.heading_set
    columns: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField()
    dates = models.CharField(max_length=10, blank=True)  # the form of the dates; "" where that is found out
    time_zone = models.CharField(max_length=64, blank=True)  # of dates that name no offset
    saved_by = models.ForeignKey("directory.User", models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    objects = MappingManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "name"], name="one_mapping_of_a_name"),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(service=None), name="one_mapping_of_people_of_a_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def known(self) -> Sequence[str]:
        """What its columns can be, in order."""
        return PEOPLE if self.service is None else REPORTS

    @property
    def shown_columns(self) -> str:
        """Which column is what, in a line."""
        found = ((what, self.columns.get(what)) for what in self.known)
        return ", ".join(f"{what}: {heading}" for what, heading in found if heading)

    def check_values(self) -> None:
        """Raises Refused where a value cannot be one."""
        known = self.known
        self.name = " ".join(self.name.split())
        if not self.name or len(self.name) > 100:
            raise Refused(_("A mapping needs a name of at most 100 characters."))
        wrong = sorted(self.columns.keys() - set(known))
        if wrong or not any(self.columns.values()):
            text = _("A mapping assigns columns to %(known)s (found: %(found)s).")
            raise Refused(text % {"known": ", ".join(known), "found": ", ".join(wrong) or "–"})
        if self.dates and (self.service is None or self.dates not in DATES):
            text = _("“%(form)s” is not a date format (expected one of %(known)s).")
            raise Refused(text % {"form": self.dates, "known": ", ".join(DATES) if self.service else "–"})
        try:
            days.zone(self.time_zone or "UTC")
        except days.UnknownZone as error:
            raise Refused(notice_text(error.notice)) from None

    def described(self) -> dict[str, Any]:
        """All of it, as in a file."""
        return {
            "name": self.name,
            "service": self.service.code if self.service else None,
            "headings": self.headings.split("\n"),
            "columns": {what: self.columns[what] for what in self.known if what in self.columns},
            "dates": self.dates,
            "time_zone": self.time_zone,
        }

    def as_file(self) -> str:
        """A small JSON file that another site takes, too."""
        return json.dumps({"format": FORMAT, **self.described()}, ensure_ascii=False, indent=2) + "\n"

    def how(self) -> dict[str, Any]:
        """How a file is read by it: what the options of an upload say."""
        return {"columns": dict(self.columns), "dates": self.dates, "time_zone": self.time_zone}

    @transaction.atomic
    def remove(self, *, by: "User | None") -> None:
        """Remove it. Nothing else changes: what was imported by it stays."""
        if not ColumnMapping.objects.filter(pk=self.pk).delete()[0]:
            raise Refused(_("This mapping was already removed."))
        audit.record(by=by, verb="mapping.remove", subject=self, before=self.described())


def mapping_of_file(data: bytes) -> ColumnMapping:
    """The mapping of a file that was exported, not kept yet. Raises Refused."""
    try:
        found = read_json(data) if len(data) <= MOST_BYTES else None
    except UnreadableJson as error:
        raise Refused(_("The file is not a mapping: %(why)s.") % {"why": error}) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise Refused(_("The file is not a mapping (expected “format”: “%(format)s”).") % {"format": FORMAT})
    texts = [found.get(key, "") for key in ("name", "dates", "time_zone")]
    headings, columns, code = found.get("headings"), found.get("columns"), found.get("service")
    if not (isinstance(headings, list) and isinstance(columns, dict) and isinstance(code, str | None)) or not all(
        isinstance(each, str) for each in (*texts, *headings, *columns.values())
    ):
        raise Refused(_("The file is not a mapping: a value is missing or of the wrong type."))
    service = Service.objects.filter(code=code).first()
    if code is not None and service is None:
        raise Refused(_("There is no service “%(code)s”. Add it, or correct the file.") % {"code": code})
    name, dates, time_zone = texts
    return ColumnMapping(
        name=name, service=service, headings=heading_set(headings), columns=columns, dates=dates, time_zone=time_zone
    )


def mapping_named(name: str, service: Service | None) -> ColumnMapping:
    """One by its name. Raises Refused, naming those there are."""
    mappings = ColumnMapping.objects.of(service)
    found: ColumnMapping | None = mappings.filter(name=name).first()
    if found is None:
        known = ", ".join(mappings.order_by("name").values_list("name", flat=True)) or "–"
        raise Refused(_("There is no mapping “%(name)s” (there are: %(known)s).") % {"name": name, "known": known})
    return found
