"""What would a rule do? Seats freed for each cut-off, and how wrong each would have been on our own history."""

from collections.abc import Sequence
from dataclasses import dataclass

from seatwise.directory.models import Service
from seatwise.lib import days
from seatwise.licenses import judging
from seatwise.licenses.models import License
from seatwise.reviews.population import Member, accesses_of, ground_of, later, members
from seatwise.reviews.rules import Ground, Rule, cutoff

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
    return tuple(sorted({*CUTOFFS[main], *([own] if own is not None else [])}))


def with_main(rule: Rule) -> Rule:
    """The rule, with a main condition if it has none."""
    return rule if rule.main else rule.with_cutoff(0)


def is_named(rule: Rule, number: int, just: int | None) -> bool:
    """Whether somebody who is just named by one number is named by another."""
    if just is None:
        return False
    return 0 < number <= just if rule.main == "idle_days" else number >= just


def curve(service: Service, rule: Rule, as_of: int) -> list[Point]:
    """How many each cut-off would name now, without those who are not judged."""
    rule, ground = with_main(rule), ground_of(service, as_of)
    held = License.objects.of(service).held()
    population = list(members(held, service, ground, rule))
    left_out = judging.not_judged(service, [each.license.user_id for each in population], days.date_of(as_of))
    justs = [cutoff(rule, each.holder, ground) for each in population if each.license.user_id not in left_out]
    return [Point(number, sum(is_named(rule, number, just) for just in justs)) for number in cutoffs_of(rule)]


def back_test(
    service: Service, rule: Rule, as_of: int, *, days_ago: int = DAYS_AGO, horizon: int = HORIZON
) -> list[Outcome]:
    """What each cut-off would have named `days_ago` days before a day, and who of them came back within `horizon` days.

    Licenses and facts are those of then; people, departments and who is exempt today's, and exemptions are not looked
    at, since nobody knows who was exempt then. Empty where nothing was recorded then.
    """
    rule, then = with_main(rule), as_of - days_ago
    ground = ground_of(service, then)
    if ground.recorded_since is None:
        return []
    until = min(then + horizon, as_of)
    held = License.objects.of(service).held_on(days.date_of(then))
    named = [
        (just, each)
        for each in members(held, service, ground, rule)
        if (just := cutoff(rule, each.holder, ground)) is not None
    ]
    came_back, untold = afterwards(service, ground, [each for _just, each in named], until)
    found = []
    for number in cutoffs_of(rule):
        users = {each.license.user_id for just, each in named if is_named(rule, number, just)}
        found.append(Outcome(number, len(users), len(users & came_back), len(users & untold)))
    return found


def afterwards(service: Service, ground: Ground, named: Sequence[Member], until: int) -> tuple[set[int], set[int]]:
    """Of some people: who had an access after the as-of day until another, and of whom nobody can tell."""
    longer = later(ground, service, until)
    after = longer.after(ground.as_of)
    months = range(days.month_of(ground.as_of), days.month_of(until) + 1)
    users = sorted({each.license.user_id for each in named})
    came_back: set[int] = set()
    for start in range(0, len(users), 500):
        found = accesses_of(service, users[start : start + 500], months, ground.first, until)
        came_back |= {user for user, bits in found.items() if bits & after}
    return came_back, set(users) - came_back if longer.unknown & after else set()
