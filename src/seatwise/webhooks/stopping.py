"""A webhook whose events nobody takes is stopped after some days, and administrators are told."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import audit
from seatwise.directory import independence
from seatwise.directory.requests import person_of
from seatwise.letters import kinds
from seatwise.letters.composing import absolute
from seatwise.letters.models import Letter
from seatwise.letters.writing import Draft, write_many
from seatwise.site.home import Waiting
from seatwise.site.words import minute
from seatwise.webhooks.models import Webhook

KIND = "webhook.stopped"
STOPPED_AFTER = datetime.timedelta(days=5)


def register_kind() -> None:
    kinds.register(kinds.Kind(KIND, "mail/webhook_stopped", compose, gettext_lazy("Webhook stopped")))


@transaction.atomic
def note_failed(webhook: Webhook, now: datetime.datetime, *, is_gone: bool) -> None:
    """Keep since when it fails; stop it after days, or at once where the receiver says that it is gone (410)."""
    same = Webhook.objects.in_use().filter(pk=webhook.pk)
    same.filter(fails_since=None).update(fails_since=now)
    long_ago = same.filter(fails_since__lte=now - STOPPED_AFTER)
    if not (same if is_gone else long_ago).update(is_on=False, stopped_at=now):
        return
    audit.record(by=None, verb="webhook.stop", subject=webhook, before={"in_use": True}, after={"in_use": False})
    key = f"{KIND}:{webhook.pk}:{now.isoformat()}"
    write_many(Draft(each, KIND, webhook, f"{key}:{each.pk}") for each in independence.administrators())


def compose(letter: Letter) -> Mapping[str, Any] | None:
    """None where it is in use again meanwhile."""
    found = Webhook.objects.stopped().filter(pk=letter.subject_id).first()
    return {"webhook": found, "page": absolute(reverse("webhooks:webhook", args=[found.pk]))} if found else None


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """For administrators and auditors: those that were stopped. One query."""
    for each in Webhook.objects.visible_to(person_of(request)).stopped():
        text = _("The webhook %(webhook)s was stopped on %(at)s: its events were not accepted.")
        url = reverse("webhooks:webhook", args=[each.pk])
        yield Waiting(
            text % {"webhook": each, "at": minute(each.stopped_at)}, url, _("See why"), "circle-x", urgent=True
        )
