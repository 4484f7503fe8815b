"""Heartbeats: whoever sends the lines of a source says, again and again, that all there was has been sent.

A day that lies within such a time as a whole is covered, also without a line (docs/counting.md). It counts only once
everything that arrived was read: a day whose lines could not be read is unknown, however alive their sender is.
"""

import datetime
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from seatwise.ledger import lost_lines
from seatwise.ledger.as_of import roll
from seatwise.ledger.fact_merge import merge_coverage
from seatwise.ledger.follow import Follower
from seatwise.ledger.locking import fix_zone, hold, lock
from seatwise.ledger.models import Coverage, ListeningPeriod, LogImport, Revision
from seatwise.ledger.zones import organization_zone, today
from seatwise.lib import days, whole_days

LONGEST_GAP = datetime.timedelta(hours=1)  # between two heartbeats
SELDOM = datetime.timedelta(seconds=30)  # a heartbeat so soon after the one before says nothing new


def note(revision: Revision, at: datetime.datetime) -> bool:
    """Keep a heartbeat, unless it says nothing new."""
    running = ListeningPeriod.objects.filter(revision=revision, since__lte=at, until__gte=at - LONGEST_GAP)
    if running.filter(until__gt=at - SELDOM).exists():
        return False
    if not running.update(until=at):
        ListeningPeriod.objects.create(revision=revision, since=at, until=at)
    return True


def follow(follower: Follower) -> Iterator[str]:
    """A look of a follower. Where it leaves nothing unread of files that are there, it is a heartbeat."""
    began = timezone.now()
    yield from follower.look()
    if follower.is_current and note(follower.source.revision, began):
        cover_idle_days(follower.source.revision, began)


def cover_idle_days(revision: Revision, read_until: datetime.datetime) -> bool:
    """Cover the days through which a revision was listening, and of which nothing is left unread; whether any is new.

    The caller has read what had arrived by then. Idempotent, and days are only ever added, as in fact_merge.py.
    """
    idle = listened_days(revision, days.zone(organization_zone()), read_until)
    if not idle:
        return False
    servings = revision.servings.select_related("service").order_by("service__pk")
    known = {(row.service_id, row.month): row.idle_days for row in Coverage.objects.filter(revision=revision)}
    is_new = False
    for service in [serving.service for serving in servings]:
        if all(mask & ~known.get((service.pk, month), 0) == 0 for month, mask in idle.items()):
            continue
        with transaction.atomic():
            hold(revision)
            lock(service)
            fix_zone(organization_zone())
            is_new |= merge_coverage(revision, service, idle, column="idle_days")
            roll(service, today())
    return is_new


def listened_days(revision: Revision, zone: ZoneInfo, read_until: datetime.datetime) -> dict[int, int]:
    """The whole days of the zone through which heartbeats came, but for those with lines that were not read."""
    periods = ListeningPeriod.objects.filter(revision=revision).values_list("since", "until")
    found = {day for since, until in periods for day in whole_days.within(since, min(until, read_until), zone)}
    return days.masks_of(found - unread_days(revision, zone)) if found else {}


def forget_before(day: int) -> None:
    """Let no day before one be covered by heartbeats from now on."""
    begin = min(whole_days.midnights(day, days.zone(organization_zone())))
    ListeningPeriod.objects.filter(until__lt=begin).delete()
    ListeningPeriod.objects.filter(since__lt=begin).update(since=begin)


def unread_days(revision: Revision, zone: ZoneInfo) -> set[int]:
    """The days of which lines may be in followed files that could not be read, or were removed again, or were lost."""
    unread = LogImport.objects.of(revision.source).exclude(followed="").exclude(state=LogImport.State.DONE)
    found: set[int] = set()
    for begun, changed in unread.values_list("asked_at", "followed_at"):
        first = days.day_of(begun.astimezone(zone).date())
        last = days.day_of(datetime.datetime.fromtimestamp(changed / 10**9, zone).date())
        found.update(range(first - 1, max(first, last) + 1))
    for lost in lost_lines.of(revision.source):  # whose days are those of UTC
        found.update(range(days.day_of(lost.day) - 1, days.day_of(lost.day) + 2))
    return found
