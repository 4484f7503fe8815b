"""A mailbox that cannot be read is told once, and once more when it works: by mail to administrators, on pages.

The first page also says how many messages were refused lately.
"""

import datetime
from collections.abc import Iterator

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise import audit, configuration
from seatwise.directory.models import sees_all
from seatwise.directory.requests import person_of
from seatwise.file_imports.models import Mailbox, ReceivedMessage
from seatwise.letters.composing import absolute
from seatwise.letters.failures import Failures, Told
from seatwise.site.home import Waiting
from seatwise.site.words import minute

RECENT = datetime.timedelta(days=7)


@transaction.atomic
def note(row: Mailbox, problem: str) -> None:
    """After it was looked at; `problem` is empty where it could be read."""
    same = Mailbox.objects.filter(pk=row.pk).exclude(problem=problem)
    same.update(problem=problem)
    if FAILURES.note(Mailbox.objects.filter(pk=row.pk), row, failed_at=timezone.now() if problem else None):
        verb, after = ("mailbox.fails", {"problem": problem}) if problem else ("mailbox.works", {})
        audit.record(by=None, verb=verb, subject=row, before={}, after=after)


def told(pk: str) -> Told | None:
    row = Mailbox.objects.filter(pk=pk).first()
    if row is None:
        return None
    return row.fails_since, {"mailbox": row, "page": absolute(reverse("file_imports:messages"))}


FAILURES = Failures(
    "mailbox", gettext_lazy("The mailbox cannot be read"), gettext_lazy("The mailbox can be read again"), told
)


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """For administrators and auditors: that it cannot be read, and how many messages were refused. Two queries."""
    if configuration.MAILBOX.value() is None or not sees_all(person_of(request)):
        return
    page = reverse("file_imports:messages")
    for each in Mailbox.objects.of_site().failing():
        told = {"mailbox": each, "since": minute(each.fails_since)}
        text = _("The mailbox %(mailbox)s has been unreadable since %(since)s.") % told
        yield Waiting(text, page, _("See why"), "circle-x", urgent=True)
    if refused := ReceivedMessage.objects.refused_since(timezone.now() - RECENT).count():
        text = ngettext(
            "%(count)s message to the mailbox was refused in the last 7 days.",
            "%(count)s messages to the mailbox were refused in the last 7 days.",
            refused,
        )
        yield Waiting(text % {"count": refused}, f"{page}?outcome=refused", _("See why"), "mail-warning")
