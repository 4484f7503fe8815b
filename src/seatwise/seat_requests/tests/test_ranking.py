"""Who is first on the list of seats that could be passed on, and why."""

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings, strategies as st

from seatwise.directory.models import Department
from seatwise.licenses import contract_terms, exemption_rules, grants, suspension_rules
from seatwise.licenses.models import License, Policy
from seatwise.seat_requests import shortlist
from seatwise.seat_requests.ranking import Found, find
from seatwise.seat_requests.tests.world import LONG_AGO, ON, add_person, add_service, ago, hold, read

pytestmark = pytest.mark.django_db


def logins(found: Found) -> list[str]:
    return [each.user.login for each in found.candidates[:1000]]


def out(found: Found) -> dict[str, list[str]]:
    return {each.user.login: [str(reason.why) for reason in each.reasons] for each in found.left_out}


def test_a_free_seat_is_told_and_one_without_a_contract_is_always_free() -> None:
    wiki = add_service()
    assert (find(wiki, ON).free, find(wiki, ON).has_free) == (None, True)
    contract_terms.add(service=wiki, seats=2, by=None, on=ON)
    hold(wiki, add_person("ann"))
    assert (find(wiki, ON).free, find(wiki, ON).has_free) == (1, True)
    hold(wiki, add_person("ben"))
    assert (find(wiki, ON).free, find(wiki, ON).has_free) == (0, False)


def test_fewest_days_come_first_then_the_longest_without_access() -> None:
    wiki = add_service()
    hold(wiki, *(add_person(login) for login in ("daily", "once", "twice", "spring", "summer", "never")))
    read(
        wiki,
        {
            "daily": range(1, 400),
            "once": [9],
            "twice": [9, 20],
            "spring": [200],
            "summer": [100, 101, 102],
        },
    )
    found = find(wiki, ON)
    assert logins(found) == ["never", "spring", "summer", "once", "twice"]
    assert [each.last_access for each in found.candidates[:4]] == [None, ago(200), ago(100), ago(9)]
    assert found.in_full_use == 1
    assert (found.looked_at, found.holders) == (6, 6)


def test_the_reason_is_said_in_words() -> None:
    wiki = add_service()
    spring, never = add_person("spring"), add_person("never")
    part = add_person("part", employment="part_time", expected_days=Decimal(2))
    hold(wiki, spring, never, since=ago(400))
    hold(wiki, part, since=ago(100))
    read(wiki, {"spring": [266], "part": [3]})
    reasons = {each.user.login: each.reason for each in find(wiki, ON).candidates[:10]}
    assert reasons["spring"] == "no access since 3 March 2026; held for 400 days; 1 access day in 12 months"
    assert reasons["never"] == (
        "no access since recording began on 13 July 2025; held for 400 days; 0 access days in 12 months"
    )
    assert reasons["part"] == (
        "no access since 21 November 2026; held for 100 days; 1 access day since then; "
        "1 of 8 expected days in the last 30"
    )
    with override("ja"):
        assert "2026年3月3日" in find(wiki, ON).candidates[1:2][0].reason


def test_a_day_without_records_counts_as_used_and_is_said() -> None:
    wiki = add_service()
    hold(wiki, add_person("ann"), add_person("ben"))
    read(wiki, {"ann": [300], "ben": [20]}, [back for back in range(1, 500) if back not in (50, 51)])
    found = find(wiki, ON)
    ann, ben = found.candidates[:2]
    assert (ann.user.login, ann.measure.idle, ben.measure.idle) == ("ann", 49, 19)
    assert ann.figures == ["0", "≥ 0", "≥ 1"]
    assert ann.reason == (
        "no access since 28 January 2026, except for 2 days without records; held for 541 days; "
        "1 recorded access day in 12 months"
    )


def test_words_and_figures_count_the_same_days_where_the_log_is_behind() -> None:
    wiki = add_service()
    hold(wiki, add_person("ann"))
    read(wiki, {"ann": [20, 100, 370, 372]}, range(11, 500))
    [ann] = find(wiki, ON).candidates[:1]
    assert ann.figures == ["1", "2", "4"]
    assert "; 4 access days in 12 months" in ann.reason


def test_who_may_have_used_it_fully_on_days_without_records_is_left_out() -> None:
    wiki = add_service()
    hold(wiki, add_person("ann"), add_person("ben"))
    read(wiki, {"ann": [300], "ben": range(1, 500)}, [back for back in range(1, 500) if not 2 <= back <= 25])
    found = find(wiki, ON)
    assert logins(found) == []
    assert out(found)["ann"] == ["unknown"]


def test_where_nothing_is_recorded_nobody_is_judged() -> None:
    wiki = add_service()
    hold(wiki, add_person("ann"))
    found = find(wiki, ON)
    assert (len(found.candidates), found.ground.as_of) == (0, None)


def test_days_since_the_last_reading_of_a_log_are_not_known() -> None:
    wiki = add_service()
    hold(wiki, add_person("ann"))
    read(wiki, {"ann": [300]}, range(6, 500))
    found = find(wiki, ON)
    [ann] = found.candidates[:1]
    assert (found.ground.behind, ann.measure.idle, ann.measure.uses[0].at_most) == (5, 0, 5)


def test_an_access_of_today_counts_where_today_is_counted() -> None:
    wiki = add_service()
    hold(wiki, *(add_person(login) for login in ("ann", "ben")))
    read(wiki, {"ann": [0], "ben": [1]}, range(500))
    found = find(wiki, ON)
    assert logins(found) == ["ben", "ann"]
    assert [each.measure.idle for each in found.candidates[:2]] == [1, 0]
    assert [each.figures for each in found.candidates[:2]] == [["1", "1", "1"]] * 2


def test_part_time_is_measured_by_the_days_that_are_expected() -> None:
    wiki = add_service()
    hold(
        wiki,
        add_person("two-a-week", employment="part_time", expected_days=Decimal(2)),
        add_person("unsaid", employment="part_time"),
        add_person("full"),
    )
    eight = [1, 4, 8, 11, 15, 18, 22, 25]
    read(wiki, {"two-a-week": eight, "unsaid": eight, "full": eight})
    found = find(wiki, ON)
    assert logins(found) == ["full", "unsaid"]
    assert found.in_full_use == 1
    [_full, unsaid] = found.candidates[:2]
    assert unsaid.reason.endswith("8 of 10 expected days in the last 30 (part time, 2.5 days a week by the policy)")
    Policy.of(wiki).change(by=None, part_time_days=Decimal("1.5"))
    assert (logins(find(wiki, ON)), find(wiki, ON).in_full_use) == (["full"], 2)


def test_who_is_not_judged_is_left_out_with_the_reasons(alice: Any) -> None:
    wiki = add_service()
    names = ("exempt", "asleep", "back", "young", "bot", "plain")
    who = {login: add_person(login, **({"kind": "system"} if login == "bot" else {})) for login in names}
    hold(wiki, *(each for login, each in who.items() if login != "young"))
    hold(wiki, who["young"], since=ago(5))
    read(wiki, {"plain": [100]})
    exemption_rules.exempt(user=who["exempt"], service=wiki, until=ago(-90), reason="secret", by=alice, on=ON)
    suspension_rules.suspend(who["asleep"], wiki, until=ago(-9), reason="leave", by=alice, on=ON)
    leave = suspension_rules.suspend(who["back"], None, until=ago(5), reason="leave", by=alice, on=ago(50))
    suspension_rules.end(leave, by=alice, reason="", on=ago(5))
    found = find(wiki, ON)
    assert logins(found) == ["plain"]
    assert out(found) == {
        "exempt": ["exempt"], "asleep": ["suspended"], "back": ["returned"], "young": ["young"], "bot": ["system"],
    }  # fmt: skip
    words = {each.user.login: each.reason_texts for each in found.left_out}
    assert words["exempt"] == ["exempt, until 22 February 2027"]
    assert "secret" not in str(words)


def test_the_age_from_which_a_license_is_judged_is_the_policys(alice: Any) -> None:
    wiki = add_service()
    hold(wiki, add_person("ann"), since=ago(5))
    read(wiki, {})
    assert logins(find(wiki, ON)) == []
    Policy.of(wiki).change(by=alice, young_days=3)
    assert logins(find(wiki, ON)) == ["ann"]


def test_the_same_department_comes_first_if_wished(sales: Department) -> None:
    wiki = add_service()
    new = add_person("new", departments=["sales"])
    hold(wiki, add_person("far"), add_person("near", departments=["sales"]))
    read(wiki, {"near": [3, 4, 5]})
    assert logins(find(wiki, ON, new)) == ["far", "near"]
    found = find(wiki, ON, new, same_department_first=True)
    assert logins(found) == ["near", "far"]
    assert found.candidates[:1][0].measure.same_department


def test_nobody_is_asked_to_give_a_seat_to_themselves() -> None:
    wiki = add_service()
    ann = add_person("ann")
    hold(wiki, ann)
    read(wiki, {})
    assert logins(find(wiki, ON, ann)) == []


def test_department_administrators_find_only_those_whom_they_may_change(bob: Any, charlie: Any, audrey: Any) -> None:
    wiki = add_service(department_admins_see_usage=True)
    hold(wiki, charlie, add_person("nobodys"), bob)
    read(wiki, {})
    assert logins(find(wiki, ON, person=bob)) == []
    assert len(logins(find(wiki, ON, person=audrey))) == 3
    assert logins(find(wiki, ON, person=charlie)) == []
    wiki.change(by=None, department_admins_change_licenses=True)
    assert sorted(logins(find(wiki, ON, person=bob))) == ["bob", "charlie", "nobodys"]
    far = Department.objects.add(code="far", name="Far", by=None)
    hold(wiki, add_person("stranger", departments=[far.code]))
    assert "stranger" not in logins(find(wiki, ON, person=bob))


def slow_order(holders: dict[str, dict[str, Any]], covered: set[int]) -> list[str]:
    """The obvious computation, by sets of days before today: each unknown day is an access day of everybody."""
    keys = {}
    for login, one in holders.items():
        held = one["held"]
        used = {back for back in range(1, 3000) if back in one["days"] or back not in covered}
        shares = []
        for window in (30, 90, 365):
            window = min(window, held)
            expected = max(1, int(Decimal(one["a_week"]) * window / 7))
            shares.append(Fraction(len([back for back in used if back <= window]), expected))
        if shares[0] < 1:
            last = min(one["days"], default=3000)  # days before today, the older the sooner
            keys[login] = (shares[0], -(min([*used, held + 1]) - 1), -last, -held, shares[1], shares[2], login)
    return sorted(keys, key=lambda login: keys[login])


HOLDERS = st.dictionaries(
    st.sampled_from(["ann", "ben", "cleo", "dora", "eva", "finn"]),
    st.fixed_dictionaries(
        {
            "days": st.sets(st.one_of(st.integers(1, 40), st.integers(1, 420)), max_size=30),
            "held": st.integers(31, 500),
            "a_week": st.sampled_from(["5", "2", "1", "3.5", "7"]),
        }
    ),
    min_size=1,
)
GAPS = st.sets(st.one_of(st.integers(1, 35), st.integers(1, 400)), max_size=8)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(holders=HOLDERS, gaps=GAPS, began=st.integers(50, 450), at_once=st.sampled_from([1, 2, 200]))
def test_the_order_is_that_of_the_obvious_computation(
    db: None, holders: dict[str, dict[str, Any]], gaps: set[int], began: int, at_once: int
) -> None:
    covered = set(range(1, began)) - gaps
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(shortlist, "AT_ONCE", at_once)
        patch.setattr("seatwise.seat_requests.ranking.MOST_ROUNDS", 100)
        wiki = add_service()
        for login, one in holders.items():
            one["days"] &= covered
            person = add_person(login, expected_days=Decimal(one["a_week"]))
            hold(wiki, person, since=ago(one["held"]))
        read(wiki, {login: one["days"] for login, one in holders.items() if one["days"]}, covered)
        assert logins(find(wiki, ON)) == slow_order(holders, covered)
        transaction.set_rollback(True)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    holders=st.lists(st.tuples(st.sets(st.integers(1, 120), max_size=4), st.integers(130, 200)), min_size=6),
    gaps=st.sets(st.integers(1, 100), max_size=2),
)
def test_of_people_of_one_kind_the_first_are_in_the_first_portion(
    db: None, holders: list[tuple[set[int], int]], gaps: set[int]
) -> None:
    """What docs/finding-a-seat.md promises of the narrowing in the database."""
    covered = set(range(1, 150)) - gaps
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(shortlist, "AT_ONCE", 3)
        patch.setattr("seatwise.seat_requests.ranking.ENOUGH", 1)
        wiki = add_service()
        described: dict[str, dict[str, Any]] = {}
        for number, (some, held) in enumerate(holders):
            described[f"u{number:02}"] = {"days": some & covered, "held": held, "a_week": "5"}
            hold(wiki, add_person(f"u{number:02}"), since=ago(held))
        read(wiki, {login: one["days"] for login, one in described.items() if one["days"]}, covered)
        assert logins(find(wiki, ON))[:3] == slow_order(described, covered)[:3]
        transaction.set_rollback(True)


def test_queries_do_not_grow_and_the_next_portion_is_looked_at_only_while_fewer_than_a_hundred_remain(
    alice: Any, monkeypatch: Any
) -> None:
    wiki = add_service()
    hold(wiki, *(add_person(f"u{number:03}") for number in range(12)))
    read(wiki, {f"u{number:03}": [number + 1] for number in range(12)})
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert len(logins(find(wiki, ON, person=alice))) == 12
    hold(wiki, *(add_person(f"v{number:03}") for number in range(120)))
    with CaptureQueriesContext(connection) as many:
        assert len(logins(find(wiki, ON, person=alice))) == 132
    # where few are found a second portion is looked for: three queries that find nobody
    assert len(many) <= len(few) <= 33
    monkeypatch.setattr(shortlist, "AT_ONCE", 44)  # of the 120 without access; the 12 others are in the first portion
    found = find(wiki, ON)
    assert (len(found.candidates), found.looked_at, found.holders) == (100, 100, 132)


def test_five_portions_are_looked_at_where_all_are_left_out(monkeypatch: Any) -> None:
    monkeypatch.setattr(shortlist, "AT_ONCE", 1)
    wiki = add_service()
    hold(wiki, *(add_person(f"robot{number}", kind="system") for number in range(7)))
    read(wiki, {})
    found = find(wiki, ON)
    assert (len(found.candidates), found.looked_at, found.holders) == (0, 5, 7)


def test_a_license_that_was_removed_meanwhile_is_not_offered() -> None:
    wiki = add_service()
    hold(wiki, add_person("ann"), add_person("ben"), since=LONG_AGO)
    read(wiki, {})
    found = find(wiki, ON)
    grants.revoke([License.objects.get(user__login="ann")], by=None, reason="", on=datetime.date(2026, 11, 24))
    assert logins(found) == ["ben"]
