"""Answers to requests that changed something, kept for a day: asked again with the same key, they are given again."""

import datetime
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy

from seatwise.directory.models.tokens import ApiToken

KEPT = datetime.timedelta(hours=24)
MOST_KEY = 255


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    def older_than(self, moment: datetime.datetime) -> Self:
        """Those that need not be kept any more."""
        return self.filter(at__lt=moment)


class KeptAnswerManager(models.Manager.from_queryset(KeptAnswerQuerySet)):  # type: ignore[misc]
    def claim(self, token: ApiToken, key: str, asked: str, now: datetime.datetime) -> "KeptAnswer":
        """The row of a token's key, ours alone until the end of the transaction; `asked` is its request's hash.

        Two with one key at once: the second waits for the first, and finds its answer.
        """
        self.filter(token=token, key=key).older_than(now - KEPT).delete()
        self.bulk_create([KeptAnswer(token=token, key=key, asked=asked, at=now)], ignore_conflicts=True)
        row: KeptAnswer = self.select_for_update().get(token=token, key=key)
        return row


class KeptAnswer(models.Model):
    """What a token asked with a key (its hash), and what it was answered: status 0 until then."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=MOST_KEY)
    asked = models.CharField(max_length=64)
    at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(default=0)
    body: "models.JSONField[Any, Any]" = models.JSONField(default=dict)

    objects = KeptAnswerManager()

    class Meta:
        verbose_name = gettext_lazy("kept answer")
        verbose_name_plural = gettext_lazy("kept answers")
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="one_answer_for_a_key_of_a_token")]

    def __str__(self) -> str:
        return self.key

    def keep(self, status: int, body: Any) -> None:
        """Keep an answer, in the transaction of what it tells of."""
        self.status, self.body = status, body
        self.save(update_fields=["status", "body"])
