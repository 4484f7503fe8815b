"""Rules: what they name, and that they hold whatever the unknown days were."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from seatwise.lib import days
from seatwise.lib.days import days_within
from seatwise.reviews.rules import Holder, JudgementBasis, Rule, cutoff, holds, might_hold

FIRST = days.parse_day("2026-09-01")
LENGTH = 60
AS_OF = FIRST + LENGTH - 1


def bits(text: str) -> int:
    """Days from the first on: 1 an access (or an unknown day), anything else none."""
    return sum(1 << place for place, each in enumerate(text) if each == "1")


def ground(unknown: str = "", since: int = FIRST) -> JudgementBasis:
    return JudgementBasis(AS_OF, FIRST, since, bits(unknown))


def holder(accesses: str = "", since: int = FIRST - 400, expected: str = "") -> Holder:
    return Holder(bits(accesses), since, Decimal(expected or 5))


def test_no_access_for_n_days_counts_the_as_of_day() -> None:
    last_on_day_50 = holder("0" * 49 + "1")
    assert holds(Rule(idle_days=10), last_on_day_50, ground())
    assert not holds(Rule(idle_days=11), last_on_day_50, ground())


def test_an_unknown_day_counts_as_an_access() -> None:
    unknown = ground("0" * 55 + "1")
    assert not holds(Rule(idle_days=10), holder(), unknown)
    assert might_hold(Rule(idle_days=10), holder(), unknown)
    assert holds(Rule(idle_days=4), holder(), unknown)
    assert not might_hold(Rule(idle_days=10), holder("0" * 55 + "1"), unknown)


def test_nobody_is_judged_by_days_before_recording_began() -> None:
    assert holds(Rule(idle_days=LENGTH), holder(), ground())
    assert not holds(Rule(idle_days=LENGTH + 1), holder(), ground())
    assert might_hold(Rule(idle_days=LENGTH + 1), holder(), ground())
    assert not holds(Rule(at_most=3, window=90), holder(), ground())
    assert not holds(Rule(never=True), holder(), JudgementBasis(AS_OF, FIRST, None, 0))


def test_nobody_is_judged_by_days_before_they_held_the_license() -> None:
    new = holder(since=AS_OF - 9)
    assert holds(Rule(idle_days=10), new, ground())
    assert not holds(Rule(idle_days=11), new, ground())
    assert not holds(Rule(at_most=0), new, ground())


@pytest.mark.parametrize("rule", [Rule(never=True), Rule(last_access_by=days.parse_month("2026-09"))])
def test_a_license_given_after_the_day_that_use_is_known_up_to_is_not_held_against_anybody(rule: Rule) -> None:
    assert holds(rule, holder(since=AS_OF), ground())
    assert not holds(rule, holder(since=AS_OF + 1), ground())


def test_no_access_since_recording_began_needs_all_days_to_be_known() -> None:
    assert holds(Rule(never=True, held_at_least=90), holder(), ground())
    assert not holds(Rule(never=True, held_at_least=90), holder(since=AS_OF - 30), ground())
    assert not holds(Rule(never=True), holder(), ground("001"))
    assert not holds(Rule(never=True), holder("1"), ground())


def test_a_share_is_of_the_days_that_are_expected() -> None:
    assert days_within(28, Decimal(2)) == 8
    four_days = holder("0" * 50 + "1111")
    assert not holds(Rule(share=10, window=28), four_days, ground())
    assert holds(Rule(share=20, window=28), four_days, ground())
    assert not holds(Rule(share=20, window=28), holder("0" * 50 + "1111", expected="2"), ground())


def test_last_access_in_or_before_a_month() -> None:
    assert holds(Rule(last_access_by=days.parse_month("2026-09")), holder("1"), ground())
    assert not holds(Rule(last_access_by=days.parse_month("2026-09")), holder("0" * 30 + "1"), ground())
    assert not holds(Rule(last_access_by=days.parse_month("2026-10")), holder(), ground())  # has not ended


def test_a_rule_without_conditions_names_everybody() -> None:
    assert holds(Rule(), holder("1" * 60), ground())
    assert not Rule().judges_days
    assert Rule(idle_days=30).judges_days


def test_some_access_must_have_been_seen_where_a_rule_wants_one() -> None:
    assert holds(Rule(at_most=0, accessed=True), holder("1"), ground())
    assert not holds(Rule(at_most=0, accessed=True), holder(), ground("1"))
    assert holds(Rule(at_least=1), holder("0" * 59 + "1"), ground())
    assert not holds(Rule(at_least=1), holder("1"), ground("0" * 59 + "1"))
    assert holds(Rule(at_least=0), holder(), ground())


def test_a_rule_is_stored_and_comes_back() -> None:
    rule = Rule(at_most=3, window=90, department="sales", never=False)
    assert rule.as_json() == {"at_most": 3, "window": 90, "department": "sales"}
    assert Rule.from_json(rule.as_json()) == rule


masks = st.integers(0, (1 << LENGTH) - 1)
few = st.one_of(st.just(0), masks, st.builds(lambda place: 1 << place, st.integers(0, LENGTH - 1)))
expected = st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(3), Decimal(5)])
holders = st.builds(Holder, few, st.integers(FIRST - 10, AS_OF), expected)
grounds = st.builds(lambda unknown, since: JudgementBasis(AS_OF, FIRST, since, unknown), few, st.just(FIRST))
rules = st.sampled_from(
    [
        Rule(idle_days=5),
        Rule(at_most=2),
        Rule(share=30),
        Rule(at_most=1, never=True),
        Rule(idle_days=3, held_at_least=20),
        Rule(share=50, window=40, last_access_by=days.parse_month("2026-09")),
        Rule(never=True),
        Rule(at_most=0, accessed=True),
        Rule(at_least=2, window=30),
    ]
)


@given(rules, holders, st.integers(0, (1 << 6) - 1), st.integers(0, LENGTH - 6))
def test_a_rule_that_holds_would_hold_whatever_the_unknown_days_were(
    rule: Rule, who: Holder, unknown: int, place: int
) -> None:
    shifted = unknown << place
    if not holds(rule, who, JudgementBasis(AS_OF, FIRST, FIRST, shifted)):
        return
    places = [bit for bit in range(LENGTH) if shifted >> bit & 1]
    for chosen in itertools.chain.from_iterable(itertools.combinations(places, n) for n in range(len(places) + 1)):
        really = who.accesses | sum(1 << bit for bit in chosen)
        assert holds(rule, Holder(really, who.since, who.expected), JudgementBasis(AS_OF, FIRST, FIRST, 0))


@given(rules.filter(lambda rule: bool(rule.main)), holders, grounds)
def test_the_cut_off_says_for_which_numbers_a_rule_holds(rule: Rule, who: Holder, on: JudgementBasis) -> None:
    just = cutoff(rule, who, on)
    for number in (*range(1, 70), 100, 400):
        named = just is not None and (number <= just if rule.main == "idle_days" else number >= just)
        assert holds(rule.with_cutoff(number), who, on) == named, (number, just)


@pytest.mark.parametrize("rule", [Rule(idle_days=30), Rule(at_most=3), Rule(share=20)])
def test_another_cut_off_leaves_the_rest_of_a_rule(rule: Rule) -> None:
    assert rule.with_cutoff(7).as_json() == {**rule.as_json(), rule.main: 7}


def test_the_main_condition_is_the_first_of_those_with_a_cut_off() -> None:
    mains = {Rule(): "", Rule(never=True): "", Rule(idle_days=0, at_most=1): "idle_days"}
    mains |= {Rule(at_most=0, share=5): "at_most", Rule(share=0): "share"}
    assert {rule: rule.main for rule in mains} == mains
    assert Rule(at_most=2, share=5).without_main == Rule(share=5)
    assert Rule(never=True).without_main == Rule(never=True)
    assert Rule(never=True).with_cutoff(7) == Rule(idle_days=7, never=True)


def test_people_who_were_picked_are_stored_and_come_back() -> None:
    rule = Rule(idle_days=0, logins=("ann", "ben"))
    assert rule.as_json() == {"idle_days": 0, "window": days.WINDOW, "logins": ["ann", "ben"]}
    assert Rule.from_json(rule.as_json()) == rule


def test_a_rule_says_how_far_back_it_looks() -> None:
    reached = {Rule(): 1, Rule(idle_days=45): 45, Rule(idle_days=5, window=40): 5, Rule(never=True): None}
    reached |= {Rule(at_most=1, window=20): 20, Rule(share=1, window=20): 20, Rule(at_least=1, window=20): 20}
    reached |= {Rule(accessed=True): None, Rule(last_access_by=days.parse_month("2026-09")): 30}
    assert {rule: rule.reach(AS_OF) for rule in reached} == reached


def test_days_are_counted_from_the_as_of_day_back_and_none_beyond() -> None:
    assert ground().last_days(3) == 0b111 << (LENGTH - 3)
    assert ground().last_days(LENGTH + 5) == (1 << LENGTH) - 1
    assert (ground().after(AS_OF), ground().after(AS_OF - 1)) == (0, 1 << (LENGTH - 1))


def test_on_the_very_day_from_which_somebody_can_be_judged_they_are() -> None:
    assert holds(Rule(held_at_least=30), holder(since=AS_OF - 29), ground())
    assert holds(Rule(held_at_least=30), holder(since=AS_OF - 28), ground()) is False
    assert holds(Rule(at_most=0, window=30), holder(since=AS_OF - 29), ground())
    assert holds(Rule(at_least=1), holder(), ground()) is False
    assert holds(Rule(never=True), holder("0" * 9 + "1"), ground(since=FIRST + 10))
    month = Rule(last_access_by=days.parse_month("2026-10"))
    last = days.last_day_of(days.parse_month("2026-10"))
    assert holds(month, holder(), JudgementBasis(last, FIRST, FIRST, 0)) is False
    assert holds(month, holder(), JudgementBasis(last + 1, FIRST, FIRST, 0))
    assert holds(Rule(last_access_by=days.parse_month("2026-09")), holder("0" * 30 + "1"), ground()) is False


def test_no_share_is_no_day_at_all_and_one_expected_day_is_something() -> None:
    long = JudgementBasis(AS_OF, AS_OF - 399, AS_OF - 399, 0)
    assert holds(Rule(share=0, window=365), Holder(0, AS_OF - 500), long)
    assert not holds(Rule(share=0, window=365), Holder(1 << 399, AS_OF - 500), long)
    assert holds(Rule(share=10, window=7), holder(expected="1"), ground())
