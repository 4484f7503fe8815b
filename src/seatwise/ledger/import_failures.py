"""Imports of logs that fail, and those whose lines are nearly all malformed: told once for each source and trouble."""

import datetime
from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from seatwise.ledger.models import LogImport, ServiceAccount, Source
from seatwise.ledger.words import ImportCode, kept_notice_text
from seatwise.letters.composing import absolute
from seatwise.letters.failures import Failures, Told
from seatwise.lib.notices import Notice
from seatwise.logs.facts import Account

NEARLY_ALL = 0.9  # of the lines
LASTS = datetime.timedelta(days=1)  # a followed file that cannot be read, after it was written to last


def note_failed(log_import: LogImport, why: Notice) -> None:
    """After an import failed, unless a restored backup ended it; in its transaction."""
    if why.code is not ImportCode.RESTORED:
        no_line_fits = why.code in (ImportCode.NO_LINE_FITS, ImportCode.OTHER_FORMAT)
        _note(log_import, Source.Trouble.MALFORMED if no_line_fits else Source.Trouble.FAILED)


def note_done(log_import: LogImport, accounts: Iterable[Account]) -> None:
    """After an import was read; in its transaction."""
    malformed = any(each.lines and each.reasons["malformed"] >= NEARLY_ALL * each.lines for each in accounts)
    if malformed or not another_fails(log_import):
        _note(log_import, Source.Trouble.MALFORMED if malformed else "")


def _note(log_import: LogImport, trouble: str) -> None:
    source = Source.objects.filter(pk=log_import.revision.source_id)
    if trouble:
        source.exclude(trouble=trouble).update(trouble=trouble, fails_since=None)  # another is told, too
    FAILURES.note(source, log_import, failed_at=timezone.now() if trouble else None)


def another_fails(log_import: LogImport) -> bool:
    """Whether another file of its source is followed and cannot be read, so that the trouble is not over."""
    source = log_import.revision.source_id
    if not Source.objects.filter(pk=source).exclude(fails_since=None).exists():
        return False
    since = (timezone.now() - LASTS).timestamp() * 1e9
    failed = LogImport.objects.followed(log_import.revision).filter(state=LogImport.State.FAILED)
    return failed.filter(followed_at__gte=since).exclude(pk=log_import.pk).exists()


def told(pk: str) -> Told | None:
    found = LogImport.objects.select_related("revision__source").filter(pk=pk).first()
    if found is None:
        return None
    source = found.revision.source
    account = ServiceAccount.objects.filter(log_import=found).order_by("service__code").first()
    about = {
        "source": source,
        "log_import": found,
        "problem": kept_notice_text(found.problem) if found.problem else "",
        "account": account if source.trouble == Source.Trouble.MALFORMED else None,
        "page": absolute(reverse("ledger:import", args=[found.pk])),
    }
    return source.fails_since, about


FAILURES = Failures("import", gettext_lazy("Logs cannot be imported"), gettext_lazy("Logs can be imported again"), told)
