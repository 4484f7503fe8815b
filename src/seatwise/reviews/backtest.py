"""What would a rule do? Seats freed for each cut-off, and how wrong each would have been on our own history."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q

from seatwise.directory.models import Kind, Service
from seatwise.ledger import covered_days, reported
from seatwise.lib import days
from seatwise.licenses.models import Exemption, License, Policy, Suspension
from seatwise.reviews.population import Bits, Held, accesses_of, ground_in, held_among, members_of, told_of
from seatwise.reviews.rules import JudgementBasis, Rule, cutoff

CUTOFFS = {
    "idle_days": (7, 14, 30, 45, 60, 90, 120, 180, 270, 365),
    "at_most": (0, 1, 2, 3, 4, 5, 7, 10, 15, 20),
    "share": (0, 5, 10, 20, 30, 40, 50, 60, 80, 100),
}
DAYS_AGO, HORIZON = 90, 30


@dataclass(frozen=True)
class Point:
    """One cut-off: how many would be named now."""

    cutoff: int
    named: int


@dataclass(frozen=True)
class Outcome:
    """One cut-off in the past: how many would have been named, and what they did within the days that followed.

    `came_back` had an access; `untold` had none, but not all of those days are recorded, so nobody can tell.
    """

    cutoff: int
    named: int
    came_back: int
    untold: int


def cutoffs_of(rule: Rule) -> tuple[int, ...]:
    """The numbers that are tried; the rule's own among them."""
    main = rule.main or "idle_days"
    own = getattr(rule, main)
    is_one = own is not None and (own > 0 or main != "idle_days")  # "no access for 0 days" names nobody
    return tuple(sorted({*CUTOFFS[main], *([own] if is_one else [])}))


def with_main(rule: Rule) -> Rule:
    """The rule, with a main condition if it has none."""
    return rule if rule.main else rule.with_cutoff(0)


def reach_of(rule: Rule, as_of: int) -> int | None:
    """How many days until an as-of day any of the cut-offs looks at; None for all."""
    farthest = rule.with_cutoff(max(cutoffs_of(rule))) if (rule.main or "idle_days") == "idle_days" else rule
    return farthest.reach(as_of)


def is_named(rule: Rule, number: int, just: int | None) -> bool:
    """Whether somebody who is just named by one number is named by another."""
    if just is None:
        return False
    return 0 < number <= just if rule.main == "idle_days" else number >= just


def widest_of(rule: Rule) -> int:
    """The cut-off that names most."""
    numbers = cutoffs_of(rule)
    return numbers[0] if (rule.main or "idle_days") == "idle_days" else numbers[-1]


def curve(rule: Rule, justs: Sequence[int | None]) -> list[Point]:
    """How many of some people each cut-off would name, by the numbers at which each of them is just named."""
    rule = with_main(rule)
    return [Point(number, sum(is_named(rule, number, just) for just in justs)) for number in cutoffs_of(rule)]


@dataclass(frozen=True)
class Past:
    """What is looked at of the past: what judgements rested on `then`, who was judged, and the day until which they
    are watched. `unknown` are the days after then, as bits from the ground's first on.
    """

    service: Service
    rule: Rule
    ground: JudgementBasis
    held: list[Held]
    until: int
    unknown: int

    @property
    def users(self) -> set[int]:
        """The ids of those who are judged."""
        return {one.user for one in self.held}


def past_of(service: Service, rule: Rule, as_of: int, days_ago: int = DAYS_AGO, horizon: int = HORIZON) -> Past | None:
    """So many days before a day; None where nothing was recorded then.

    Licenses, exemptions and suspensions are those of then; people and departments today's, and facts what is known of
    those days now. Who left since is not looked at.
    """
    rule, then = with_main(rule), as_of - days_ago
    covered = covered_days.covered(service)
    ground = ground_in(covered, service, then, reach_of(rule, then))
    if ground.recorded_since is None:
        return None
    until = min(then + horizon, as_of)
    held = held_among(License.objects.of(service).held_on(days.date_of(then)), rule)
    left_out = left_out_then(service, held, then)
    judged = [one for one in held if one.user not in left_out]
    unknown = days.missing_bits({} if ground.by_reports else covered, then + 1, until) << then + 1 - ground.first
    return Past(service, rule, ground, judged, until, unknown)


def left_out_then(service: Service, held: Collection[Held], then: int) -> set[int]:
    """Who was not to be judged on a past day: system accounts, young licenses, exempt or suspended ones."""
    day, young = days.date_of(then), then - Policy.of(service).young_days
    found = {one.user for one in held if one.kind == Kind.SYSTEM or one.since > young}
    exempt = Exemption.objects.of(service).filter(_lasting("since", "until__gte", day))
    slept = Suspension.objects.of(service).filter(_lasting("begins", "until__gt", day))
    begun = slept.exclude(state=Suspension.State.PLANNED)
    return found.union(exempt.values_list("user", flat=True), begun.values_list("user", flat=True))


def _lasting(begins: str, lasts: str, day: datetime.date) -> Q:
    return Q(**{f"{begins}__lte": day}) & (Q(ended_on__gt=day) | Q(ended_on=None, **{lasts: day}))


def back_test(past: Past, accesses: Bits, first: int) -> list[Outcome]:
    """What each cut-off would have named then, and who of them came back. Access days are bits from `first` on."""
    ground, shift = past.ground, past.ground.first - first
    length = ground.as_of - ground.first + 1
    users = sorted(past.users)
    told = told_of(past.service, users, ground, [past.rule.window])
    population = members_of(past.held, accesses, told, shift=shift, length=length)
    justs = [(cutoff(past.rule, each.holder, ground), each.user) for each in population]
    came_back = {user for user in users if accesses.get(user, 0) >> shift + length & _ones(past.until - ground.as_of)}
    untold = _untold(past, users) - came_back
    found = []
    for number in cutoffs_of(past.rule):
        theirs = {user for just, user in justs if is_named(past.rule, number, just)}
        found.append(Outcome(number, len(theirs), len(theirs & came_back), len(theirs & untold)))
    return found


def _ones(count: int) -> int:
    return (1 << count) - 1


def _untold(past: Past, users: Sequence[int]) -> set[int]:
    """Of whom nobody can tell whether they had an access on each of the days that followed."""
    if not past.unknown:
        return set()
    window = past.until - past.ground.as_of
    told = reported.tell(past.service, users, past.until, windows=[window], first=past.ground.first)
    known = {user: mine.known for user, mine in told.items()}
    return {user for user in users if past.unknown & ~known.get(user, 0)}


def back_test_of(service: Service, rule: Rule, as_of: int, **how: int) -> list[Outcome]:
    """The back-test by itself. Empty where nothing was recorded then."""
    past = past_of(service, rule, as_of, **how)
    if past is None:
        return []
    return back_test(past, accesses_of(service, sorted(past.users), past.ground.first, past.until), past.ground.first)
