"""A mailbox that cannot be read is told once, and once more when it works: by mail to administrators, on pages.

The first page also says how many messages were refused lately.
"""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise import audit, configuration
from seatwise.directory import independence
from seatwise.directory.models import sees_all
from seatwise.directory.requests import person_of
from seatwise.file_imports.models import Mailbox, ReceivedMessage
from seatwise.letters import kinds
from seatwise.letters.composing import absolute
from seatwise.letters.models import Letter
from seatwise.letters.writing import Draft, write_many
from seatwise.site.home import Waiting
from seatwise.site.words import minute

FAILS, WORKS = "mailbox.fails", "mailbox.works"
RECENT = datetime.timedelta(days=7)


def register_kinds() -> None:
    fails, works = gettext_lazy("The mailbox cannot be read"), gettext_lazy("The mailbox can be read again")
    kinds.register(kinds.Kind(FAILS, "mail/mailbox_fails", compose, fails))
    kinds.register(kinds.Kind(WORKS, "mail/mailbox_works", compose, works))


@transaction.atomic
def note(row: Mailbox, problem: str) -> None:
    """After it was looked at; `problem` is empty where it could be read."""
    same = Mailbox.objects.filter(pk=row.pk)
    if not problem:
        changed = same.exclude(fails_since=None).update(fails_since=None, problem="")
    else:
        changed = same.filter(fails_since=None).update(fails_since=timezone.now(), problem=problem)
        same.update(problem=problem)
    if not changed:
        return
    verb = FAILS if problem else WORKS
    audit.record(by=None, verb=verb, subject=row, before={}, after={"problem": problem} if problem else {})
    key = f"{verb}:{row.pk}:{timezone.now().isoformat()}"
    write_many(Draft(each, verb, row, f"{key}:{each.pk}") for each in independence.administrators())


def compose(letter: Letter) -> Mapping[str, Any] | None:
    """What both letters are filled in with; None where it is otherwise meanwhile."""
    row = Mailbox.objects.filter(pk=letter.subject_id).first()
    if row is None or (row.fails_since is None) == (letter.kind == FAILS):
        return None
    return {"mailbox": row, "page": absolute(reverse("file_imports:messages"))}


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
