"""The curve and the back-test: the same as a slow and obvious computation finds, and as opening names."""

import datetime
import gzip
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from seatwise.directory import people, rows
from seatwise.directory.models import Login, Service, User
from seatwise.ledger.snapshot_file import ReportedRow
from seatwise.ledger.snapshots import import_snapshot
from seatwise.lib import days
from seatwise.lib.logins import fold
from seatwise.licenses import exemption_rules, grants
from seatwise.licenses.models import Exemption, License, Policy, Suspension
from seatwise.licenses.suspension_rules import suspend
from seatwise.reviews import opening
from seatwise.reviews.backtest import back_test_of, cutoffs_of, with_main
from seatwise.reviews.models import Item, Review
from seatwise.reviews.rule_preview import Group, Trial
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.choosing_world import ON, ONE, Somebody, World, ago, between, record

DATA = Path(__file__).parents[5] / "shared" / "data" / "git" / "wagtail.tsv.gz"
TOKYO = datetime.timezone(datetime.timedelta(hours=9))
RULES = [
    Rule(idle_days=30),
    Rule(idle_days=21, held_at_least=100),
    Rule(at_most=2),
    Rule(at_most=1, window=90),
    Rule(share=20),
    Rule(never=True),
    Rule(),
]


def service() -> Service:
    made: Service = Service.objects.add(code="wiki", name="Wiki", by=None)
    return made


def give(wiki: Service, world: World) -> None:
    """Make the people of a world, with licenses since their days, in few queries."""
    rows.insert(User, [_user(login, one) for login, one in world.holders.items()])
    users = User.objects.in_bulk(list(world.holders), field_name="login")
    rows.insert(Login, [Login(folded=fold(login), written=login, user=user) for login, user in users.items()])
    since = {login: {"added_on": one.since, "first_day": one.since} for login, one in world.holders.items()}
    granted = [License(service=wiki, user=users[login], **days) for login, days in since.items()]
    License.objects.bulk_create(granted, batch_size=1000)


def _user(login: str, one: Somebody) -> User:
    user = User(login=login, folded=fold(login), name=login, expected_days=one.expected)
    user.remember_search_text()
    return user


def small_world(seed: int) -> World:
    chance = random.Random(seed)
    covered = between(ago(200), ON) - between(ago(101), ago(100)) - between(ago(70), ago(69)) - {ago(3)}
    holders = {}
    for number in range(40):
        often = chance.choice([0, 0.01, 0.05, 0.3])
        left = chance.choice([0, 0, 20, 60, 95, 150])
        accesses = {ago(day) for day in range(left, 230) if chance.random() < often}
        expected = chance.choice([None, None, Decimal(0), Decimal("0.5"), Decimal(3)])
        holders[f"user{number:02d}"] = Somebody(ago(chance.choice([5, 25, 100, 125, 400])), accesses, expected)
    return World(holders, covered)


def found_by_sets(world: World, rule: Rule, as_of: datetime.date) -> list[tuple[int, int, int, int]]:
    then, rule = as_of - 90 * ONE, with_main(rule)
    numbers = cutoffs_of(rule)
    return [(number, *world.tested(rule.with_cutoff(number), then, 30, as_of)) for number in numbers]


@pytest.mark.django_db
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_back_test_finds_what_sets_of_dates_find(rule: Rule) -> None:
    wiki, world = service(), small_world(7)
    give(wiki, world)
    record(wiki, {login: one.accesses for login, one in world.holders.items()}, world.covered)
    for as_of in (ON, ago(17), ago(60)):
        found = back_test_of(wiki, rule, days.day_of(as_of))
        expected = found_by_sets(world, rule, as_of)
        assert [(one.cutoff, one.named, one.came_back, one.untold) for one in found] == expected
    assert any(one.named and one.came_back for one in back_test_of(wiki, with_main(Rule()), days.day_of(ON)))


@pytest.mark.django_db
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_curve_names_whom_sets_of_dates_name_and_opening_names_the_same(alice: Any, rule: Rule) -> None:
    wiki, world = service(), small_world(3)
    give(wiki, world)
    record(wiki, {login: one.accesses for login, one in world.holders.items()}, world.covered)
    young = {login for login, one in world.holders.items() if one.since > ON - 30 * ONE}
    trial = Trial(wiki, rule, ON)
    for point in trial.points:
        tried = with_main(rule).with_cutoff(point.cutoff)
        assert point.named == len(world.named(tried, ON) - young), point
    review = opening.draft(name="Q4", service=wiki, owner=alice, rule=rule, due=ON, by=alice, on=ON)
    opening.open_review(review, by=alice, on=ON)
    named = set(Item.objects.of(review).named().values_list("user__login", flat=True))
    assert named == world.named(rule, ON) - young
    own = getattr(rule, rule.main) if rule.main else None
    assert own is None or next(one.named for one in trial.points if one.cutoff == own) == len(named)
    counts = trial.counts
    assert (counts.named, counts.all_left_out) == (len(named), Item.objects.of(review).left_out().count())
    assert counts.not_named == Item.objects.of(review).passed_over().count()
    assert counts.named + counts.all_left_out + counts.not_named == len(world.holders)


def history() -> dict[str, set[datetime.date]]:
    """The days on which each author of wagtail wrote something, in Tokyo."""
    found: dict[str, set[datetime.date]] = {}
    with gzip.open(DATA, "rt", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            author, authored, _rest = line.rstrip("\n").split("\t")
            date = datetime.datetime.fromisoformat(authored).astimezone(TOKYO).date()
            found.setdefault(fold(author), set()).add(date)
    return found


@pytest.mark.django_db
@pytest.mark.skipif(not DATA.is_file(), reason="shared/data is not beside the project")
def test_the_back_test_on_the_history_of_wagtail() -> None:
    accesses = history()
    chance = random.Random(1)
    everything = [date for dates in accesses.values() for date in dates]
    covered = between(min(everything), max(everything)) - between(datetime.date(2020, 1, 8), datetime.date(2020, 1, 9))
    holders = {}
    for login, dates in accesses.items():
        since = min(dates) - chance.choice([0, 10, 40, 400]) * ONE
        holders[login] = Somebody(since, dates, chance.choice([None, None, Decimal("0.5")]))
    wiki, world = service(), World(holders, covered)
    give(wiki, world)
    record(wiki, accesses, covered)
    assert len(holders) > 1000
    compared = 0
    for as_of in ("2016-05-31", "2020-02-20", "2020-04-08", "2024-06-30"):
        day = datetime.date.fromisoformat(as_of)
        for rule in (Rule(idle_days=60), Rule(at_most=1, window=90), Rule(share=5)):
            found = back_test_of(wiki, rule, days.day_of(day))
            assert [(one.cutoff, one.named, one.came_back, one.untold) for one in found] == found_by_sets(
                world, rule, day
            ), (as_of, rule)
            compared += sum(one.named > 0 and one.came_back > 0 for one in found)
    assert compared > 20


@pytest.mark.django_db
def test_nobody_is_tested_who_was_not_to_be_judged_then(cast: dict[str, Any]) -> None:
    wiki = service()
    robot = people.add({"login": "robot", "kind": "system"}, by=None, on=ago(500))
    names = ("exempt", "away", "back", "plain", "ended")
    users = {name: people.add({"login": name}, by=None, on=ago(500)) for name in names}
    grants.grant(service=wiki, users=[robot, *users.values()], by=None, reason="", on=ago(400))
    record(wiki, {"plain": {ago(200), ago(80)}}, between(ago(300), ON))
    exemption_rules.exempt(user=users["exempt"], service=None, until=ago(60), reason="x", by=None, on=ago(100))
    gone = exemption_rules.exempt(user=users["ended"], service=wiki, until=ON, reason="x", by=None, on=ago(200))
    Exemption.objects.filter(pk=gone.pk).update(ended_on=ago(120))
    suspend(users["away"], wiki, until=ago(-10), reason="leave", by=None, on=ago(100))
    asleep = Suspension.objects.get(user=users["away"])
    slept = suspend(users["back"], wiki, until=ago(95), reason="leave", by=None, on=ago(110))
    Suspension.objects.filter(pk=slept.pk).update(state="ended", ended_on=ago(95))
    assert asleep.begins == ago(100)
    [outcome] = [one for one in back_test_of(wiki, Rule(idle_days=30), days.day_of(ON)) if one.cutoff == 30]
    assert (outcome.named, outcome.came_back, outcome.untold) == (3, 1, 0)  # back, plain, ended


@pytest.mark.django_db
def test_the_days_that_follow_and_the_age_of_a_license_are_counted_exactly(cast: dict[str, Any]) -> None:
    wiki = service()
    world = World(
        {
            "last": Somebody(ago(400), {ago(60)}),
            "late": Somebody(ago(400), {ago(59)}),
            "same": Somebody(ago(400), {ago(90)}),
            "after": Somebody(ago(400), {ago(45)}),
            "old": Somebody(ago(120), {ago(80)}),
            "young": Somebody(ago(119), {ago(80)}),
        },
        between(ago(300), ON),
    )
    give(wiki, world)
    record(wiki, {login: one.accesses for login, one in world.holders.items()}, world.covered)
    outcomes = {one.cutoff: one for one in back_test_of(wiki, Rule(idle_days=30), days.day_of(ON))}
    assert (outcomes[30].named, outcomes[30].came_back) == (4, 2)  # last and old did, late and after did not
    soon = {one.cutoff: one for one in back_test_of(wiki, Rule(idle_days=30), days.day_of(ago(50)), days_ago=20)}
    assert (soon[14].named, soon[14].came_back) == (
        4,
        2,
    )  # last and late; the days after the as-of day are not looked at


@pytest.mark.django_db
def test_a_license_that_was_removed_since_was_held_then(cast: dict[str, Any]) -> None:
    wiki, charlie = service(), cast["charlie"]
    granted = grants.grant_one(service=wiki, user=charlie, by=None, reason="", on=ago(400))
    record(wiki, {"charlie": {ago(250)}}, between(ago(300), ON))
    grants.revoke([granted], by=None, reason="", on=ago(50))
    [outcome] = [one for one in back_test_of(wiki, Rule(idle_days=30), days.day_of(ON)) if one.cutoff == 30]
    assert outcome.named == 1
    assert Trial(wiki, Rule(idle_days=30), ON).counts.named == 0


@pytest.mark.django_db
def test_who_cannot_be_told_of_is_counted_apart(cast: dict[str, Any]) -> None:
    wiki = service()
    users = [cast["charlie"], cast["bob"]]
    grants.grant(service=wiki, users=users, by=None, reason="", on=ago(400))
    record(wiki, {"bob": {ago(70)}}, between(ago(300), ON) - {ago(75)})
    [outcome] = [one for one in back_test_of(wiki, Rule(idle_days=30), days.day_of(ON)) if one.cutoff == 30]
    assert (outcome.named, outcome.came_back, outcome.untold) == (2, 1, 1)


@pytest.mark.django_db
def test_without_records_then_there_is_no_back_test(cast: dict[str, Any]) -> None:
    wiki = service()
    grants.grant_one(service=wiki, user=cast["charlie"], by=None, reason="", on=ago(400))
    assert back_test_of(wiki, Rule(idle_days=30), days.day_of(ON)) == []
    assert Trial(wiki, Rule(idle_days=30), ON).rows == []
    record(wiki, {}, between(ago(60), ON))
    assert back_test_of(wiki, Rule(idle_days=30), days.day_of(ON)) == []
    assert len(Trial(wiki, Rule(idle_days=30), ON).rows) == 10


def report(wiki: Service, as_of: datetime.date, last: dict[str, datetime.date | None]) -> None:
    found = [ReportedRow(line=line, login=login, name="", last_access=date, days="")
             for line, (login, date) in enumerate(last.items(), 2)]  # fmt: skip
    import_snapshot(wiki, found, file=f"{as_of}.csv", as_of=as_of, by=None)


@pytest.mark.django_db
def test_a_vendors_report_tells_of_the_days_after_the_last_access(cast: dict[str, Any]) -> None:
    wiki = service()
    users = [cast[login] for login in ("alice", "bob", "charlie", "audrey")]
    grants.grant(service=wiki, users=users, by=None, reason="", on=ago(400))
    report(wiki, ON, {"alice": ago(2), "bob": ago(45), "charlie": None})
    groups = {one.member.user: one.group for one in Trial(wiki, Rule(idle_days=30), ON).verdicts}
    expected = [Group.NOT_NAMED, Group.NAMED, Group.NAMED, Group.LEFT_OUT]  # audrey does not stand on it
    assert [groups[user.pk] for user in users] == expected
    assert Trial(wiki, Rule(never=True), ON).counts.named == 1
    assert Trial(wiki, Rule(at_most=0), ON).counts.named == 2
    few = {one.member.user: one.group for one in Trial(wiki, Rule(at_most=3), ON).verdicts}
    assert few[cast["alice"].pk] == Group.LEFT_OUT  # nobody knows how often she came before
    review = opening.draft(name="Q4", service=wiki, owner=users[0], rule=Rule(idle_days=30), due=ON, by=None, on=ON)
    opening.open_review(review, by=users[0], on=ON)
    facts = Item.objects.get(review=review, user=cast["bob"]).facts
    assert (facts["last_access"], facts["unknown_days"]["30"], facts["unknown_days"]["90"]) == (str(ago(45)), 0, 44)
    assert Review.objects.get(pk=review.pk).coverage["report"] == {"file": f"{ON}.csv", "as_of": str(ON)}


@pytest.mark.django_db
def test_the_back_test_looks_only_at_reports_of_then(cast: dict[str, Any]) -> None:
    wiki = service()
    users = [cast["bob"], cast["charlie"]]
    grants.grant(service=wiki, users=users, by=None, reason="", on=ago(400))
    report(wiki, ago(95), {"bob": ago(200), "charlie": ago(96)})
    report(wiki, ON, {"bob": ago(70), "charlie": ago(300)})
    outcomes = {one.cutoff: one for one in back_test_of(wiki, Rule(idle_days=30), days.day_of(ON))}
    assert outcomes[30].named == 0  # five days before that day, nobody knows
    report(wiki, ago(90), {"bob": ago(200), "charlie": ago(91)})
    outcomes = {one.cutoff: one for one in back_test_of(wiki, Rule(idle_days=30), days.day_of(ON))}
    assert (outcomes[30].named, outcomes[30].came_back) == (1, 1)


@pytest.mark.django_db
def test_young_licenses_are_those_of_the_services_setting(alice: Any) -> None:
    wiki, world = service(), small_world(5)
    Policy.of(wiki).change(by=alice, young_days=110)
    give(wiki, world)
    record(wiki, {login: one.accesses for login, one in world.holders.items()}, world.covered)
    world = World(world.holders, world.covered, young=110)
    found = back_test_of(wiki, Rule(idle_days=14), days.day_of(ON))
    assert [(o.cutoff, o.named, o.came_back, o.untold) for o in found] == found_by_sets(world, Rule(idle_days=14), ON)
