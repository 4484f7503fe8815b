"""Checks of what the site does by itself: worker, daily work, emails, sources, connections, channels, webhooks."""

import datetime
from collections.abc import Iterator

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from seatwise import configuration
from seatwise.channels.models import Channel
from seatwise.connections.models import Connection
from seatwise.diagnostics import installation
from seatwise.diagnostics.findings import Check, Finding, error, ok, warning
from seatwise.ledger import lost_lines
from seatwise.ledger.source_health import every_source
from seatwise.letters.backends import is_off
from seatwise.letters.models import Letter, by_what
from seatwise.site import clock, workers
from seatwise.site.models import Clock
from seatwise.webhooks.models import Webhook

LATE = datetime.timedelta(minutes=15)  # that work waits before somebody is told


def minute(at: datetime.datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def worker() -> Iterator[Finding]:
    alive = workers.running(configuration.DATA_DIR.value())
    waiting = DBTaskResult.objects.filter(status="READY", enqueued_at__lt=timezone.now() - LATE).count()
    start = "`seatwise serve` starts one; docs/installing.md has the units of systemd."
    if not alive and waiting:
        yield error(f"No worker runs on this machine, and {waiting} tasks wait for one.", start)
    elif not alive:
        yield warning("No worker runs on this machine: nothing is read, sent or done each day.", start)
    elif waiting:
        yield warning(f"{waiting} tasks have waited for more than 15 minutes.", "See what the worker prints.")
    else:
        yield ok(f"Workers on this machine: {alive}. No work is late.")
    since = timezone.now() - datetime.timedelta(days=1)
    for path in sorted(
        set(DBTaskResult.objects.failed().filter(finished_at__gt=since).values_list("task_path", flat=True))
    ):
        yield warning(f"{path} failed within the last day.", "See what the worker printed then.")


def daily_work() -> Iterator[Finding]:
    today = configuration.today()
    if jump := clock.held():
        yield error(
            f"{jump.describe()} Automatic work is paused.", "Correct the clock, or: seatwise tick --accept-clock"
        )
        return
    seen = Clock.objects.filter(pk=1).first()
    keep = "Keep a worker running, or run `seatwise tick` each day."
    if seen is None:
        yield warning("The daily work was never done yet.", keep)
    elif (today - seen.day).days > 1:
        yield error(f"The daily work was last done on {seen.day}.", keep)
    else:
        yield ok(f"The daily work was last done on {seen.day}.")


def emails() -> Iterator[Finding]:
    if is_off():
        yield warning(by_what(), "Set up a mail server on the page Settings, or by SEATWISE_MAIL.")
        return
    kept = Letter.objects.waiting().exclude(problem="").order_by("written_at").first()
    if kept:
        yield error(
            f"Emails have waited since {minute(kept.written_at)}: {kept.problem}",
            "Try it with `seatwise mail test LOGIN`.",
        )
    else:
        yield ok(by_what())


def sources() -> Iterator[Finding]:
    every = list(every_source())
    for each in every:
        if each.failed_import is not None:
            yield error(
                f"The last import of {each.source} failed.",
                f"/administration/sources/imports/{each.failed_import}/ says why.",
            )
        if lost := sum(lost_lines.by_reason(each.source).values()):
            yield warning(
                f"{each.source} lost {lost} lines within the last 30 days: they arrived and could not be kept.",
                "The page of the source says why, and docs/syslog.md what helps.",
            )
        if each.silent_since:
            yield warning(
                f"{each.source} is unusually silent since {minute(each.silent_since)}.",
                "See that its logs still reach Seatwise, or confirm on the page Covered days that it was closed.",
            )
        elif each.is_silent:
            yield warning(
                f"{each.source} has recorded nothing since {each.last_date}.",
                "See that its logs still reach Seatwise, or retire the source.",
            )
        elif each.last_day is None:
            yield warning(f"{each.source} has recorded nothing yet.", "Import a log of it: seatwise ingest --help")
        heard = [(what, at) for what, at in (("line", each.heard_at), ("heartbeat", each.beat_at)) if at]
        if heard:
            told = ", ".join(f"last {what} {minute(at)}" for what, at in heard)
            yield ok(f"{each.source}: {told}.")
    if not every:
        yield warning("There is no source of logs.", "Add one on the page Sources, or by `seatwise source add`.")
    else:
        yield ok(f"Sources of logs in use: {len(every)}.")


def connections() -> Iterator[Finding]:
    for each in Connection.objects.failing():
        yield error(
            f"The daily reading of {each} has failed since {minute(each.fails_since)}.",
            f"/administration/connections/{each.of}/ says why.",
        )
    yield ok(f"Connections: {Connection.objects.count()}.")


def channels() -> Iterator[Finding]:
    """Of people's own channels only how many fail: they are nobody else's business."""
    failing = Channel.objects.failing()
    for each in failing.filter(owner=None):
        yield error(
            f"No message could be sent to the channel {each} since {minute(each.fails_since)}.",
            f"/administration/channels/{each.pk}/ says why.",
        )
    if own := failing.exclude(owner=None).count():
        yield warning(f"People’s own channels that fail: {own}.", "They get emails as well, and see it on their page.")
    yield ok(f"Channels: {Channel.objects.in_use().count()}.")


def webhooks() -> Iterator[Finding]:
    for each in Webhook.objects.stopped():
        yield error(f"The webhook {each} was stopped: nobody accepted its events.", _webhook_page(each))
    for each in Webhook.objects.in_use().exclude(fails_since=None):
        yield warning(f"The webhook {each} has failed since {minute(each.fails_since)}.", _webhook_page(each))
    yield ok(f"Webhooks: {Webhook.objects.in_use().count()}.")


def _webhook_page(webhook: Webhook) -> str:
    return f"/administration/webhooks/{webhook.pk}/ says why."


CHECKS: tuple[tuple[str, Check], ...] = (
    ("versions", installation.versions),
    ("settings", installation.settings),
    ("data directory", installation.data_directory),
    ("database", installation.database),
    ("schema", installation.schema),
    ("audit log", installation.audit_triggers),
    ("statistics", installation.statistics),
    ("clock", installation.clocks),
    ("worker", worker),
    ("daily work", daily_work),
    ("emails", emails),
    ("sources", sources),
    ("connections", connections),
    ("channels", channels),
    ("webhooks", webhooks),
)
