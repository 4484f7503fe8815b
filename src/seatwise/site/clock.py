"""Whether the machine's clock goes on as it did, before anything is done because of the day it shows.

The last day that was seen is kept in the database and moves on with each look. A clock that is further ahead of it, or
behind it, than SEATWISE_CLOCK_JUMP days was set wrongly, or the site was off for long, or is an old backup. Nobody can
tell which but people: what is done by itself waits until one of them says that the day is right, or the clock is back.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from seatwise import audit, configuration
from seatwise.audit.models import Entry
from seatwise.site.access import ADMINISTRATOR, AUDITOR, administrators_and_auditors, asks_before_changes, role_of
from seatwise.site.models import Clock

# Told once each, when something begins to wait, and when it goes on. Later apps add to them.
HELD: list[Callable[[Clock], None]] = []
GOES_ON: list[Callable[[], None]] = []


@dataclass(frozen=True)
class Jump:
    """From the last day that was seen to the one that the clock shows."""

    last: datetime.date
    today: datetime.date

    @property
    def days(self) -> int:
        """How many, always positive."""
        return abs((self.today - self.last).days)

    @property
    def is_ahead(self) -> bool:
        return self.today > self.last

    def describe(self) -> str:
        said = {"today": self.today, "last": self.last, "days": self.days}
        if self.is_ahead:
            text = _("The clock shows %(today)s, %(days)s days after %(last)s, the last day known to the site.")
        else:
            text = _("The clock shows %(today)s, %(days)s days before %(last)s, the last day known to the site.")
        return text % said

    def what_next(self) -> str:
        """What waits, and what is to be done."""
        return _(
            "Automatic work is paused: missing answers do not count, leaves do not end, sessions are not "
            "cleaned up, and emails wait, except those about the clock, sign-in settings and test emails."
            " If the date is right (the site was off for a long time, or a backup was restored), confirm "
            "it. If it is wrong, correct the clock; the site then continues by itself."
        )


def look(today: datetime.date) -> Jump | None:
    """Note the day; or, where the clock jumped, what of it. Quick where nothing changed; many may look at once."""
    clock = Clock.objects.filter(pk=1).first() or _first(today)
    jump = _jump(clock, today)
    if jump:
        if clock.held_on is None:
            _hold(clock, jump)
        return jump
    if clock.held_on is not None:
        _go_on(clock, today)
    elif today > clock.day:
        Clock.objects.filter(pk=1, day=clock.day).update(day=today)
    return None


def held() -> Jump | None:
    """The jump because of which things wait; None where none do. Changes nothing."""
    clock = Clock.objects.filter(pk=1).exclude(held_on=None).first()
    return _jump(clock, configuration.today()) if clock else None


def _jump(clock: Clock, today: datetime.date) -> Jump | None:
    jump = Jump(clock.day, today)
    return jump if jump.days > configuration.CLOCK_JUMP.value() else None


def _first(today: datetime.date) -> Clock:
    """Where no day was seen yet, the day of the newest entry of the audit log is it: after an upgrade, say."""
    newest = None if configuration.TODAY.value() else Entry.objects.newest_first().first()
    day = newest.at.astimezone(configuration.zone()).date() if newest else today
    Clock.objects.bulk_create([Clock(pk=1, day=day)], ignore_conflicts=True)
    return Clock.objects.get(pk=1)


@transaction.atomic
def _hold(clock: Clock, jump: Jump) -> None:
    if Clock.objects.filter(pk=1, held_on=None, day=clock.day).update(held_on=jump.today) != 1:
        return
    audit.record(by=None, verb="clock.hold", before={"day": jump.last}, after={"day": jump.today})
    clock.held_on = jump.today
    for function in HELD:
        function(clock)


@transaction.atomic
def _go_on(clock: Clock, today: datetime.date) -> None:
    """The clock is back where it should be."""
    waiting = Clock.objects.filter(pk=1, day=clock.day).exclude(held_on=None)
    if waiting.update(held_on=None, day=max(today, clock.day), is_due=True) == 1:
        audit.record(by=None, verb="clock.back", before={"day": clock.held_on}, after={"day": today})
        for function in GOES_ON:
            function()


@transaction.atomic
def accept(today: datetime.date, *, by: Any) -> bool:
    """The day is right: go on with it, and do now what is done each day. Whether anything waited."""
    look(today)
    clock = Clock.objects.filter(pk=1).exclude(held_on=None).first()
    if (
        clock is None
        or Clock.objects.filter(pk=1, day=clock.day, held_on=clock.held_on).update(held_on=None, day=today, is_due=True)
        != 1
    ):
        return False
    audit.record(by=by, verb="clock.accept", before={"day": clock.day}, after={"day": today})
    for function in GOES_ON:
        function()
    return True


def take_due() -> bool:
    """Whether what is done each day is to be done now; once."""
    due = Clock.objects.filter(pk=1, is_due=True, held_on=None)
    return due.exists() and due.update(is_due=False) == 1


@administrators_and_auditors
@asks_before_changes
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What jumped, and what waits. Only the day that was shown is confirmed."""
    if request.method == "POST" and request.POST.get("day") == str(configuration.today()):
        if accept(configuration.today(), by=request.user):
            messages.success(request, _("The date is confirmed. Paused work continues within a minute."))
        return redirect("clock")
    return render(request, "site/clock.html", {"jump": held()}, status=409 if request.method == "POST" else 200)


def notice_for(request: HttpRequest) -> Jump | None:
    """The jump, for those who administer or audit everything."""
    return held() if hasattr(request, "user") and role_of(request) in (ADMINISTRATOR, AUDITOR) else None
