"""Entries that are only ever added."""

import datetime
import json
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from seatwise.audit.verbs import verb_label

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

READERS = ("administrator", "auditor")


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, person: "AbstractBaseUser | AnonymousUser") -> Self:
        """Administrators and auditors see all, others nothing."""
        reads = person.is_authenticated and person.is_active and getattr(person, "role", "") in READERS
        return self if reads else self.none()

    def newest_first(self) -> Self:
        return self.order_by("-number")

    def about(self, subject: models.Model) -> Self:
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))

    def done_by(self, login: str) -> Self:
        """Those of whoever has, or had then, a login name; empty for the site and its commands."""
        return self.filter(by_login=login)

    def of(self, verb: str) -> Self:
        """Those of a verb, or of all verbs of a noun."""
        return self.filter(verb=verb) if "." in verb else self.filter(verb__startswith=f"{verb}.")

    def mentioning(self, text: str) -> Self:
        """Those whose subject, as it was called then, or whose reason holds a text."""
        return self.filter(models.Q(subject_text__icontains=text) | models.Q(reason__icontains=text))

    def between(self, start: datetime.datetime | None, end: datetime.datetime | None) -> Self:
        """Those from `start` and before `end`."""
        found = self.filter(at__gte=start) if start else self
        return found.filter(at__lt=end) if end else found


def at_text(at: datetime.datetime) -> str:
    """A time as the hashes stand for it."""
    return at.astimezone(datetime.UTC).isoformat(timespec="microseconds")


class Entry(models.Model):
    """One thing that was done. The table takes no changes and no deletions: see append_only.py.

    `number` counts from 1 without gaps; `hash` is over all other columns and the hash of the entry before.
    """

    number = models.BigIntegerField(gettext_lazy("number"), primary_key=True)
    at = models.DateTimeField(gettext_lazy("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=gettext_lazy("actor"),
        null=True,
        related_name="+",
        on_delete=models.PROTECT,
    )
    by_login = models.CharField(max_length=512, blank=True, default="")
    verb = models.CharField(gettext_lazy("action"), max_length=60)
    subject_type = models.CharField(max_length=60, blank=True, default="")
    subject_id = models.CharField(max_length=200, blank=True, default="")
    subject_text = models.CharField(gettext_lazy("target"), max_length=500, blank=True, default="")
    before = models.JSONField(gettext_lazy("before"), default=dict)
    after = models.JSONField(gettext_lazy("after"), default=dict)
    reason = models.TextField(gettext_lazy("reason"), blank=True, default="")
    hash = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16, blank=True, default="")  # whose seal the hash is: see seal_keys.py

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("entry of the audit log")
        verbose_name_plural = gettext_lazy("entries of the audit log")
        indexes = [
            models.Index(fields=["at"], name="entry_at"),
            models.Index(fields=["by_login", "number"], name="entry_by"),
            models.Index(fields=["verb", "number"], name="entry_verb"),
            models.Index(fields=["subject_type", "subject_id", "number"], name="entry_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.verb}"

    @property
    def verb_in_words(self) -> str:
        return verb_label(self.verb)

    def content(self) -> dict[str, Any]:
        """All that the hash stands for, apart from the entry before."""
        return {
            "number": self.number,
            "at": at_text(self.at),
            "by": self.by_id,
            "by_login": self.by_login,
            "verb": self.verb,
            "subject_type": self.subject_type,
            "subject_id": self.subject_id,
            "subject_text": self.subject_text,
            "before": self.before,
            "after": self.after,
            "reason": self.reason,
        }


class Chain(models.Model):
    """The end of the chain: one row, locked by whoever adds to it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")

    class Meta:
        verbose_name = gettext_lazy("end of the audit log")

    def __str__(self) -> str:
        return f"{self.number}: {self.hash}"


class Checkpoint(models.Model):
    """The entries up to a number were removed; the log goes on after `hash`. `seal` is over all other columns."""

    number = models.BigIntegerField(gettext_lazy("last entry that was removed"), primary_key=True)
    hash = models.CharField(max_length=64)
    at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField(gettext_lazy("when"))
    count = models.BigIntegerField(gettext_lazy("entries removed"))
    by_text = models.CharField(gettext_lazy("actor"), max_length=600, blank=True, default="")
    key_id = models.CharField(max_length=16)
    seal = models.CharField(max_length=64)

    class Meta:
        verbose_name = gettext_lazy("checkpoint of the audit log")
        verbose_name_plural = gettext_lazy("checkpoints of the audit log")

    def __str__(self) -> str:
        return f"{self.number}: {self.hash}"

    def content(self) -> dict[str, Any]:
        """What the seal stands for."""
        return {
            "number": self.number,
            "hash": self.hash,
            "at": at_text(self.at),
            "count": self.count,
            "by": self.by_text,
        }

    def text(self) -> str:
        return json.dumps(["checkpoint", self.content()], sort_keys=True, separators=(",", ":"))
