"""How many lines were read when: by this, freshness is told and silence is noticed."""

import datetime
from typing import Self

from django.db import models


class Arrival(models.Model):
    """The lines of a source that were read for a service within an hour of the organization's day, by reason.

    Kept for some weeks (arrivals.py), which is what is usual is learned from.
    """

    source = models.ForeignKey("ledger.Source", models.CASCADE, related_name="arrivals")
    service = models.ForeignKey("directory.Service", models.CASCADE, related_name="+")
    day = models.IntegerField()
    hour = models.SmallIntegerField()  # 0 to 23
    reasons: "models.JSONField[dict[str, int], dict[str, int]]" = models.JSONField(default=dict)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "source", "day", "hour"], name="arrival_once")]
        indexes = [models.Index(fields=["source", "day"], name="arrivals_by_day")]


class SilenceQuerySet(models.QuerySet["Silence"]):
    def lasting(self) -> Self:
        return self.filter(ended_at=None)

    def ended_since(self, moment: datetime.datetime) -> Self:
        """Those whose lines are missing as far as is known."""
        return self.filter(ended_at__gte=moment, caught_up_at=None)

    def between(self, first: datetime.datetime, last: datetime.datetime) -> Self:
        """Those that overlap a time, unless their lines came later."""
        return self.filter(since__lt=last, caught_up_at=None).exclude(ended_at__lte=first)


class Silence(models.Model):
    """A time without lines that was longer than usual. Noticed by `silence.py`, ended by the next line.

    `caught_up_at` is when it was seen that its lines came after all.
    """

    source = models.ForeignKey("ledger.Source", models.CASCADE, related_name="silences")
    since = models.DateTimeField()
    noticed_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    caught_up_at = models.DateTimeField(null=True)

    objects = SilenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=models.Q(ended_at=None), name="one_silence_at_a_time")
        ]
