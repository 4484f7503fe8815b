"""How many lines were read when: by this, freshness is told and silence is noticed."""

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
