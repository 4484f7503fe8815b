"""Drafting and opening a review. Opening freezes the population: what was known of everybody who held a license."""

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory import rows
from seatwise.directory.changes import Refused
from seatwise.directory.models import Membership, Service, User
from seatwise.directory.people import days_text
from seatwise.ledger import locking, reported
from seatwise.ledger.covered_days import counted_until
from seatwise.ledger.models import Source
from seatwise.ledger.zones import organization_zone
from seatwise.lib import days
from seatwise.lib.usage import strip_text
from seatwise.licenses import exclusions
from seatwise.licenses.exclusions import Reason, Why
from seatwise.licenses.models import Contract, License
from seatwise.licenses.seats import seats_of
from seatwise.reviews import deciders, notifications
from seatwise.reviews.models import Item, Review
from seatwise.reviews.population import Member, among, ground_of, members
from seatwise.reviews.rules import Holder, JudgementBasis, Rule, holds, might_hold, seen_in

WINDOWS = (30, 90, 365)
NOT_GIVEN = (
    "rule",
    "schedule",
    "created_by",
    "previous",
    "as_of",
    "opened_at",
    "closed_at",
    "coverage",
    "seats",
    "money",
)


@transaction.atomic
def draft(
    *, name: str, service: Service, owner: User, rule: Rule, due: datetime.date, by: User | None, on: datetime.date,
    **terms: Any,
) -> Review:  # fmt: skip
    """A review that nobody sees but its owner and administrators yet. Raises Refused."""
    _refuse_days(due, on)
    review = Review(
        name=name, service=service, owner=owner, rule=rule.as_json(), due=due, created_on=on, created_by=by, **terms
    )
    review.previous = Review.objects.of(service).in_state(Review.State.CLOSED).newest_first().first()
    review.full_clean(exclude=NOT_GIVEN)
    review.save(force_insert=True)
    audit.record(by=by, verb="review.draft", subject=review, after=review.described())
    return review


@transaction.atomic
def change(review: Review, *, by: User | None, on: datetime.date, **terms: Any) -> bool:
    """Change a draft; False where nothing changed. Raises Refused for one that was opened."""
    _refuse_days(terms.get("due", review.due), on)
    current = Review.objects.select_for_update().get(pk=review.pk)
    if current.state != Review.State.DRAFT:
        raise Refused(_("“%(review)s” has already been opened, so it can no longer be changed.") % {"review": review})
    was = current.described()
    for key, value in terms.items():
        setattr(current, key, value.as_json() if isinstance(value, Rule) else value)
    current.full_clean(exclude=NOT_GIVEN)
    now = current.described()
    before = {key: was[key] for key in was if was[key] != now[key]}
    if not before:
        return False
    current.save(update_fields=list(terms))
    review.refresh_from_db()
    audit.record(by=by, verb="review.change", subject=review, before=before, after={key: now[key] for key in before})
    return True


@transaction.atomic
def open_review(review: Review, *, by: User | None, on: datetime.date) -> Review:
    """Fix the as-of day and the population, and begin. Raises Refused where nothing is recorded or nobody is held."""
    locking.lock(review.service)
    ground = ground_to_open(review, on)
    claimed = Review.objects.filter(pk=review.pk, state=Review.State.DRAFT)
    if claimed.update(state=Review.State.OPEN, opened_at=timezone.now()) != 1:
        raise Refused(_("“%(review)s” is no longer a draft.") % {"review": review})
    items = items_of(review, ground, on)
    rows.insert(Item, items)
    review.refresh_from_db()
    review.as_of = days.date_of(ground.as_of)
    review.coverage, review.seats = coverage_of(review.service, ground), _seats(review.service, on)
    review.checksum = checksum_of(items)
    review.save(update_fields=["as_of", "coverage", "seats", "checksum"])
    notifications.opened(review, on)
    after = review.described() | {
        "items": len(items),
        "named": sum(item.named for item in items),
        "checksum": review.checksum,
    }
    audit.record(by=by, verb="review.open", subject=review, before={"state": "draft"}, after=after)
    return review


def ground_to_open(review: Review, on: datetime.date) -> JudgementBasis:
    """What a draft would be judged on, if it was opened on a day. Raises Refused where it cannot be."""
    if review.due < on:
        raise Refused(_("The review’s due date has passed. Set a later one first."))
    as_of = counted_until(review.service)
    if as_of is None and review.judges_by.judges_days:
        raise Refused(_("Nothing has been recorded for %(service)s yet, so use cannot be judged.") % {
            "service": review.service
        })  # fmt: skip
    return ground_of(review.service, as_of if as_of is not None else days.day_of(on))


def items_of(review: Review, ground: JudgementBasis, on: datetime.date) -> list[Item]:
    """The population as items that are not stored yet, by login, with who decides. Refused where there is nobody."""
    items = list(_items(review, ground, on))
    if not items:
        raise Refused(_("No license holder is in the scope of this review, so there is nothing to review."))
    deciders.assign(items)
    return items


def _refuse_days(due: datetime.date, on: datetime.date) -> None:
    if due < on:
        raise Refused(_("The due date must be in the future."))


def _items(review: Review, ground: JudgementBasis, on: datetime.date) -> Iterable[Item]:
    held = License.objects.of(review.service).held()
    rule = review.judges_by
    licenses = {each.pk: each for each in among(held, rule).select_related("user__responsible")}
    population = [
        each for each in members(held, review.service, ground, rule, WINDOWS) if each.held.license in licenses
    ]
    users = [each.user for each in population]
    reasons = reasons_of(review.service, users, on, rule, asks_again=review.asks_again)
    departments = departments_of(users)
    managers = dict(User.objects.filter(managed__isnull=False).values_list("pk", "login"))
    for each in population:
        mine, held_license = departments.get(each.user, []), licenses[each.held.license]
        named, left_out = judged(rule, each, ground, reasons.get(each.user, []))
        facts = facts_of(each, held_license, ground, mine, managers.get(held_license.user.manager_id, ""))
        yield Item(
            review=review,
            license=held_license,
            user=held_license.user,
            named=named,
            left_out=[{"why": str(reason.why), "until": str(reason.until or "")} for reason in left_out],
            facts=facts,
            department_id=mine[0][0] if mine else None,
            decider_department_id=None,
        )


def reasons_of(
    service: Service, users: Sequence[int], on: datetime.date, rule: Rule, *, asks_again: bool
) -> dict[int, list[Reason]]:
    """Why some users are not judged; who kept the license with a reason lately is, where they are asked again.

    Who was left out by hand comes first of the reasons.
    """
    found = exclusions.not_judged(service, users, on)
    if asks_again:
        found = {user: [one for one in reasons if one.why != Why.KEPT] for user, reasons in found.items()}
    left = User.objects.filter(folded__in=rule.without).values_list("pk", flat=True) if rule.without else ()
    for user in {*users}.intersection(left):
        found[user] = [Reason(Why.LEFT_OUT), *found.get(user, ())]
    return found


def judged(
    rule: Rule, member: Member, ground: JudgementBasis, reasons: Sequence[Reason]
) -> tuple[bool, Sequence[Reason]]:
    """Whether somebody is named, and why they are left out if they are; neither for who is not named."""
    if holds(rule, member.holder, ground):
        return not reasons, reasons
    if might_hold(rule, member.holder, ground):
        return False, [*reasons, Reason(Why.UNKNOWN)]
    return False, []


def facts_of(
    member: Member, held: License, ground: JudgementBasis, departments: Sequence[Any], manager: str
) -> dict[str, Any]:
    """What is frozen of one license: who, where, since when, and the use. Days are ISO dates; no access is None.

    `expected_days` are those a week that are counted with. `access_days` and `unknown_days` are by window; `strip` has
    a character for each of the last 30 days. `reported_on` is there where the number of 30 days rests on a report.
    """
    user, bits, unknown = held.user, member.holder.accesses, member.holder.unknown(ground)
    last = ground.first + bits.bit_length() - 1 if bits else None
    return {
        "login": user.login,
        "name": user.name,
        "employee_number": user.employee_number,
        "kind": str(user.kind),
        "employment": str(user.employment),
        "expected_days": days_text(member.holder.expected),
        "departments": [{"code": code, "name": name} for _pk, code, name in departments],
        "manager": manager,
        "license_since": str(held.first_day),
        "last_access": str(days.date_of(last)) if last is not None else None,
        "access_days": {str(window): seen_in(window, member.holder, ground) for window in WINDOWS},
        "unknown_days": {str(window): unknown_in(member.holder, ground, window) for window in WINDOWS},
        "strip": strip_of(bits, unknown, ground),
        **reported_of(member.holder),
    }


def unknown_in(holder: Holder, ground: JudgementBasis, window: int) -> int:
    """How many of the last days are unknown, those before recording began among them: so many more they may be."""
    if number := holder.numbers.get(window):
        return number.most - number.least
    length = ground.as_of - ground.first + 1
    return (holder.unknown(ground) & ground.last_days(window)).bit_count() + max(0, window - length)


def reported_of(holder: Holder) -> dict[str, str]:
    """Of whose number a vendor's report tells, the day of that report."""
    number = holder.numbers.get(days.WINDOW)
    return {"reported_on": str(days.date_of(number.reported_on))} if number and number.reported_on else {}


def strip_of(bits: int, unknown: int, ground: JudgementBasis) -> str:
    """The last 30 days, the latest at the end: 1 an access, 0 none, ? unknown."""
    first, _last = days.window_ending(ground.as_of)
    shift = first - ground.first
    shown = bits >> shift if shift >= 0 else bits << -shift
    blank = [
        (day, day)
        for day in range(first, ground.as_of + 1)
        if day < ground.first or unknown >> (day - ground.first) & 1
    ]
    return strip_text(shown, first, days.WINDOW, blank)


def departments_of(users: Sequence[int]) -> dict[int, list[tuple[int, str, str]]]:
    """The departments of some users (id, code, full name), the primary one first."""
    found: dict[int, list[tuple[int, str, str]]] = {}
    for start in range(0, len(users), 2000):
        memberships = Membership.objects.current().filter(user__in=users[start : start + 2000])
        ordered = memberships.order_by("-primary", "department__position")
        columns = ("user", "department", "department__code", "department__full_name")
        for user, pk, code, name in ordered.values_list(*columns):
            found.setdefault(user, []).append((pk, code, name))
    return found


def coverage_of(service: Service, ground: JudgementBasis) -> dict[str, Any]:
    gaps = days.runs(days.days_of_bits(ground.unknown, ground.first))
    report = reported.latest(service, ground.as_of)
    since = ground.recorded_since if not ground.by_reports else None
    return {
        "recorded_since": str(days.date_of(since)) if since is not None else None,
        "gaps": [[str(days.date_of(day)) for day in gap] for gap in gaps] if since is not None else [],
        "report": {"file": report.file, "as_of": str(report.as_of)} if report else None,
        "time_zone": organization_zone(),
        "sources": sorted(
            Source.objects.filter(revisions__servings__service=service).values_list("name", flat=True).distinct()
        ),
    }


def _seats(service: Service, on: datetime.date) -> dict[str, Any]:
    seats = seats_of(service, on)
    contracts = [contract.described() for contract in Contract.objects.of(service).in_force(on)]
    return {"contracted": seats.contracted, "held": seats.held, "pending": seats.pending, "contracts": contracts}


def checksum_of(items: Iterable[Item]) -> str:
    """SHA-256 of the population: canonical JSON of each item's frozen part, a line each, in the order of the logins."""
    lines = sorted(frozen_line(item.facts, item.named, item.left_out) for item in items)
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def frozen_line(facts: Mapping[str, Any], named: bool, left_out: Sequence[Any]) -> str:
    """One item as it is in the checksum."""
    frozen = {"facts": facts, "named": named, "left_out": list(left_out)}
    return json.dumps(frozen, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
