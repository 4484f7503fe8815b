"""People as the pages of Services & Users show them: a line each, with their use of a service and what to mind."""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from seatwise.directory.models import Employment, Kind, Service, Status, User
from seatwise.ledger import covered_days, reported
from seatwise.ledger.models import Usage
from seatwise.lib import days
from seatwise.licenses.models import Effect, Exemption, License, Suspension

Marks = dict[int, list[str]]


@dataclass(frozen=True)
class Recorded:
    """Up to which day the usage of a service is counted, since when, and on how many days nothing was recorded."""

    service: Service
    day: int | None
    covered: covered_days.Masks
    has_reports: bool = False  # of the vendor

    @classmethod
    def of(cls, service: Service) -> "Recorded":
        """Of a service. Two queries."""
        return cls.of_all([service])[service.pk]

    @classmethod
    def of_all(cls, services: Sequence[Service]) -> "dict[int, Recorded]":
        """Of several services by id. Two queries."""
        covered, counted = covered_days.covered_of(services), covered_days.counted_and_reported_of(services)
        return {
            each.pk: cls(each, day, covered[each.pk], has_reports)
            for each in services
            for day, has_reports in [counted.get(each.pk, (None, False))]
        }

    @property
    def as_of(self) -> datetime.date | None:
        return None if self.day is None else days.date_of(self.day)

    @property
    def since(self) -> datetime.date | None:
        first = None if self.day is None else days.first_in(self.covered)
        return None if first is None else days.date_of(first)

    @property
    def unknown(self) -> int:
        return 0 if self.day is None else days.count_missing(self.covered, *days.window_ending(self.day))

    def at_least(self, users: Sequence[int]) -> set[int]:
        """Whose numbers of access days are lower bounds. No query without a vendor's reports."""
        found = reported.unknown_days(self.service, users, self.day, self.covered, has_reports=self.has_reports)
        return {user for user, unknown in found.items() if unknown}


@dataclass(frozen=True)
class UserLine:
    """One person and their use of a service. `since` is None for somebody who holds no license."""

    user: User
    departments: str
    since: datetime.date | None = None
    last_access: datetime.date | None = None
    access_days: int | None = None
    at_least: bool = False  # the number
    marks: Sequence[str] = field(default_factory=tuple)


def lines(recorded: Recorded, ids: Sequence[int], on: datetime.date) -> list[UserLine]:
    """The lines of some people in their order. The same number of queries for any number of people of a page."""
    service, at_least = recorded.service, recorded.at_least(ids)
    people = User.objects.defer("password", "search_text").with_departments().in_bulk(ids)
    usage = {row.user_id: row for row in Usage.objects.of(service).filter(user__in=ids)}
    since = dict(License.objects.held().of(service).by(ids).values_list("user", "first_day"))
    marks = marks_of(service, ids, on)
    return [_line(people[pk], usage.get(pk), since.get(pk), pk in at_least, marks[pk]) for pk in ids if pk in people]


def _line(
    user: User, usage: Usage | None, since: datetime.date | None, at_least: bool, marks: Sequence[str]
) -> UserLine:
    departments = ", ".join(str(membership.department) for membership in user.current_memberships)
    by_program = usage is not None and usage.program_day and not usage.last_day
    about = (*_about(user), *((_("API only"),) if by_program else ()), *marks)
    if usage is None or since is None:
        return UserLine(user, departments, since, marks=about)
    last = days.date_of(usage.last_day) if usage.last_day else None
    return UserLine(user, departments, since, last, usage.days_30, at_least, about)


def _about(user: User) -> Iterator[str]:
    if user.status == Status.INACTIVE:
        yield user.get_status_display()
    if user.kind != Kind.USER:
        yield user.get_kind_display()
    if user.employment == Employment.PART_TIME:
        yield user.get_employment_display()


def marks_of(service: Service, ids: Sequence[int], on: datetime.date) -> Marks:
    """What to bear in mind of some users of a service, by their ids. Three queries."""
    found: Marks = defaultdict(list)
    for user, until in Suspension.objects.asleep().of(service).by(ids).values_list("user", "until"):
        found[user].append(suspended_in_words(until))
    for user, until in Exemption.objects.in_force(on).of(service).by(ids).values_list("user", "until"):
        found[user].append(exempt_in_words(until))
    waiting = Effect.objects.pending().of(service).filter(license__user__in=ids)
    for user, what in waiting.values_list("license__user", "what"):
        found[user].append(pending_in_words(what))
    return found


def marks_in_services(user: User, on: datetime.date) -> "dict[int | None, list[str]]":
    """What to bear in mind of one user, by services' ids; None: of all services. Three queries."""
    found: dict[int | None, list[str]] = defaultdict(list)
    for service, until in Suspension.objects.asleep().by([user]).values_list("service", "until"):
        found[service].append(suspended_in_words(until))
    for service, until in Exemption.objects.in_force(on).by([user]).values_list("service", "until"):
        found[service].append(exempt_in_words(until))
    waiting = Effect.objects.pending().filter(license__user=user)
    for service, what in waiting.values_list("license__service", "what"):
        found[service].append(pending_in_words(what))
    return found


def suspended_in_words(until: datetime.date) -> str:
    """Until when a license sleeps; `until` is the day on which it wakes up."""
    last = until - datetime.timedelta(days=1)
    return _("suspended until %(day)s") % {"day": date_format(last, "SHORT_DATE_FORMAT")}


def exempt_in_words(until: datetime.date) -> str:
    """Until when somebody is exempt, that day included."""
    return _("exempt until %(day)s") % {"day": date_format(until, "SHORT_DATE_FORMAT")}


def pending_in_words(what: str) -> str:
    """What waits to be done in the service itself."""
    return {
        Effect.What.ADD: _("addition pending"),
        Effect.What.REMOVE: _("removal pending"),
        Effect.What.SLEEP: _("suspension pending"),
        Effect.What.WAKE: _("end of the suspension pending"),
    }[Effect.What(what)]
