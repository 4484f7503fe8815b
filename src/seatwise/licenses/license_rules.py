"""Licenses by rule: who came to a department and is to get one; proposed to an administrator, or given by itself.

Nobody gets a license by a rule twice: whoever had one removed since they came is left alone. So is whoever was there
before the day from which the rule holds, or only moves within the department. A rule removes nothing.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django_tasks import task

from seatwise import audit
from seatwise.configuration import today
from seatwise.directory.changes import PersonChange, Refused
from seatwise.directory.models import Department, Kind, Membership, Service, User
from seatwise.ledger import locking
from seatwise.lib.batches import among, batches
from seatwise.licenses import change_saving, seats
from seatwise.licenses.change_saving import Said
from seatwise.licenses.models import Change, ChangeDraft, License, LicenseRule
from seatwise.licenses.preview import preview
from seatwise.licenses.selection import MOST


@transaction.atomic
def add(
    department: Department, service: Service, *, by: User | None, since: datetime.date, automatic: bool = False
) -> LicenseRule:
    """Raises Refused where there is one already."""
    made, is_new = LicenseRule.objects.get_or_create(
        department=department, service=service, defaults={"since": since, "automatic": automatic}
    )
    if not is_new:
        raise Refused(_("This rule already exists: %(rule)s.") % {"rule": made})
    audit.record(by=by, verb="license_rule.add", subject=made, before={}, after=made.described())
    return made


@transaction.atomic
def remove(rule: LicenseRule, *, by: User | None) -> None:
    """End it; who got a license by it keeps it."""
    audit.record(by=by, verb="license_rule.remove", subject=rule, before=rule.described(), after={})
    rule.delete()


def due(rules: Iterable[LicenseRule]) -> dict[Service, list[int]]:
    """The ids of those who are to get a license by some rules now, by its service. A few queries for each rule, and as
    much work as there are people who came since its day."""
    found: dict[Service, set[int]] = defaultdict(set)
    for rule in rules:
        found[rule.service] |= set(_who(rule))
    return {service: sorted(users) for service, users in found.items() if users}


def _who(rule: LicenseRule) -> Iterator[int]:
    below = set(Department.objects.below(rule.department).values_list("pk", flat=True))
    latest = Membership.objects.current().filter(since__gte=rule.since).values_list("user", "department")
    came = sorted({user for user, department in latest if department in below})
    for some in batches(came):
        yield from _new_among(some, rule, below)


def _new_among(some: Sequence[int], rule: LicenseRule, below: Collection[int]) -> list[int]:
    within = Membership.objects.filter(department__in=below)
    there = within.filter(Q(since=None) | Q(since__lt=rule.since), Q(until=None) | Q(until__gte=rule.since))
    first = within.filter(user=OuterRef("pk"), since__gte=rule.since).order_by("since").values("since")
    theirs = License.objects.of(rule.service).filter(user=OuterRef("pk"))
    people = User.objects.take_seats().filter(kind=Kind.USER, pk__in=among(some)).annotate(came_on=Subquery(first[:1]))
    new = people.filter(~Exists(there.filter(user=OuterRef("pk"))), ~Exists(theirs.held()))
    new = new.filter(~Exists(theirs.filter(removed_on__gte=OuterRef("came_on"))))
    return list(new.values_list("pk", flat=True))


def every() -> list[LicenseRule]:
    return list(LicenseRule.objects.select_related("department", "service").order_by("service__name", "pk"))


def counts_due() -> list[tuple[Service, int]]:
    """How many people are to get a license of which service now."""
    return [(service, len(users)) for service, users in due(every()).items()]


def propose(*, by: User, back: str = "") -> ChangeDraft:
    """What is due, as a draft to look at and save like any other change. Raises Refused where nothing is."""
    steps = _steps(due(every()))
    if not steps:
        raise Refused(_("No one is due a license by a rule now."))
    return ChangeDraft.objects.keep(steps, by=by, how=Change.How.RULE, back=back)


def _steps(wanted: dict[Service, list[int]]) -> list[dict[str, object]]:
    return [ChangeDraft.step(service.pk, ChangeDraft.What.ADD, users[:MOST]) for service, users in wanted.items()]


def apply_automatic(day: datetime.date) -> str | None:
    """Registered with what is done each day: what is due by automatic rules."""
    given, _left = apply([rule for rule in every() if rule.automatic], day)
    return f"licenses given by rule: {given}" if given else None


def apply(rules: Sequence[LicenseRule], on: datetime.date) -> tuple[int, list[str]]:
    """Give what is due by some rules, service by service: how many licenses, and why a service was left, in sentences.

    A service of which a seat is missing, or about whose people there is a warning, waits for somebody to look at it.
    """
    given, left = 0, list[str]()
    for service, users in due(rules).items():
        count, why = _give(service, users, [rule for rule in rules if rule.service_id == service.pk], on)
        given, left = given + count, left + [f"{service}: {each}" for each in why]
    return given, left


@transaction.atomic
def _give(
    service: Service, users: Sequence[int], rules: Sequence[LicenseRule], on: datetime.date
) -> tuple[int, list[str]]:
    seats.hold_people(users)
    list(Service.objects.filter(pk=service.pk).locked())
    locking.lock(service)
    still = {*due(rules).get(service, ())} & {*users}
    if not still:
        return 0, []
    found = preview(_steps({service: sorted(still)}), None, on)
    concerns = [each.text for step in found.steps for each in (*step.obstacles, *step.warnings)]
    if concerns:
        return 0, concerns
    change_saving.carry_out(
        found, Said(found.fingerprint, _("by rule"), unasked=True), how=Change.How.RULE, by=None, on=on
    )
    return found.count, []


@task()
def apply_now() -> None:
    """Soon after somebody came to a department."""
    apply_automatic(today())


def people_changed(changes: Sequence[PersonChange], on: datetime.date) -> None:
    """Registered with the directory: automatic rules are carried out once it is committed."""
    if any("departments" in each.after for each in changes) and LicenseRule.objects.automatic().exists():
        transaction.on_commit(lambda: apply_now.enqueue())
