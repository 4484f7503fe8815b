"""Whatever happens in whatever order: usage is what the facts say, and what building it anew gives."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from seatwise.ledger.models import AsOf
from seatwise.ledger.tests.world import ZONE, World, day, expected_row, facts_of, ledger, usage_rows
from seatwise.logs.facts import Facts

pytestmark = pytest.mark.django_db

# Days around which rings, windows and months are likely to go wrong.
BEGINNINGS = [
    day(text) for text in ("2024-02-28", "2023-02-27", "2024-12-30", "2026-03-30", "2026-07-31", "2026-11-24")
]
BACK = st.one_of(st.integers(-1, 3), st.integers(-1, 45), st.integers(28, 33), st.sampled_from([59, 62, 90, 365, 400]))
PASSING = st.one_of(st.integers(0, 3), st.integers(27, 33), st.sampled_from([15, 59, 60, 61, 62, 93, 365, 366]))
LOGINS = st.sampled_from([*World.PEOPLE, *World.NOBODYS, *World.LATER])
FEW = st.sampled_from(["ann", "ann", "a-mobile", "cleo", "late"])  # so that the same is told twice
SERVICES = st.sampled_from(["wiki", "mail"])
SOURCES = st.sampled_from(["both", "wiki2", "part"])
SOME_DAYS = st.dictionaries(st.one_of(LOGINS, FEW), st.sets(BACK, min_size=1, max_size=5), max_size=4)


@pytest.fixture
def world(db: None) -> World:
    """People, services and sources, and no facts."""
    return World()


def quickly(examples: int) -> Callable[[Any], Any]:
    """So many examples; the database is put back after each by the test itself."""
    return settings(max_examples=examples, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Undone:
    """A block that leaves no trace in the database."""

    def __enter__(self) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is None:
            transaction.set_rollback(True)
        self.block.__exit__(kind, error, trace)


MERGE = st.tuples(st.just("merge"), SERVICES, SOURCES, SOME_DAYS, SOME_DAYS, st.one_of(st.none(), st.sets(BACK)))
STEPS = st.one_of(
    MERGE,
    MERGE,
    MERGE,
    st.tuples(st.just("again"), st.integers(0, 5)),
    st.tuples(st.just("roll"), st.sets(SERVICES), PASSING),
    st.tuples(st.just("roll"), st.sets(SERVICES), PASSING),
    st.tuples(st.just("clock goes back"), SERVICES, st.integers(1, 40)),
    st.tuples(st.just("claim"), LOGINS, st.sampled_from([*World.PEOPLE, *World.LATER])),
    st.tuples(st.just("release"), LOGINS),
    st.tuples(st.just("declare"), LOGINS, st.sampled_from(["program", "guest"])),
    st.tuples(st.just("hire"), st.sampled_from(World.LATER)),
    st.tuples(st.just("grant"), SERVICES, st.sampled_from([*World.PEOPLE, *World.LATER])),
    st.tuples(st.just("revoke"), SERVICES, st.sampled_from(World.PEOPLE)),
    st.tuples(st.just("forget"), SOURCES),
    st.tuples(st.just("change"), SOURCES),
    st.tuples(st.just("retire"), st.integers(-5, 40)),
)


class Story:
    """A world in which one thing happens after the other."""

    def __init__(self, world: World, beginning: int) -> None:
        self.world, self.today = world.again(), beginning
        self.merged: list[tuple[str, str, Facts]] = []

    def happens(self, what: str, *how: Any) -> None:
        """One step."""
        if what == "merge":
            service, source, accesses, programs, covered = how
            self.merge(service, source, self.ago(accesses), self.ago(programs), covered)
        elif what == "again" and self.merged:
            service, source, facts = self.merged[how[0] % len(self.merged)]
            self.world.merge(service, source, facts, self.today)
        elif what == "roll":
            self.today += how[1]
            for service in how[0]:
                self.world.roll(service, self.today)
        elif what == "clock goes back":
            self.world.roll(how[0], self.today - how[1])
        elif what == "retire":
            self.retire(self.today - how[0])
        elif what != "again":
            getattr(self.world, what)(*how)

    def ago(self, some: dict[str, set[int]]) -> dict[str, set[int]]:
        """Days as days before today."""
        return {login: {self.today - back for back in backs} for login, backs in some.items()}

    def merge(self, service: str, source: str, accesses: Any, programs: Any, covered: set[int] | None) -> None:
        """Merge facts; where it is said, only some days are covered."""
        facts = facts_of(accesses, None if covered is None else {self.today - back for back in covered}, programs)
        self.merged.append((service, source, facts))
        self.world.merge(service, source, facts, today=self.today)

    def retire(self, on: int) -> None:
        """The complementary source ends."""
        from seatwise.lib.days import date_of

        self.world.sources["part"].change(by=None, retired_on=date_of(on))
        self.world.model.retired["part"] = on


@quickly(60)
@given(beginning=st.sampled_from(BEGINNINGS), steps=st.lists(STEPS, min_size=4, max_size=14))
def test_whatever_happens_usage_is_what_the_facts_say(world: World, beginning: int, steps: list[Any]) -> None:
    with Undone():
        story = Story(world, beginning)
        as_of: dict[str, int] = {}
        for step in steps:
            story.happens(*step)
            assert all(story.world.model.as_of[code] >= was for code, was in as_of.items())
            as_of = dict(story.world.model.as_of)
        story.world.check()


@quickly(15)
@given(beginning=st.sampled_from(BEGINNINGS), steps=st.lists(STEPS, min_size=2, max_size=8))
def test_each_single_step_leaves_usage_right(world: World, beginning: int, steps: list[Any]) -> None:
    with Undone():
        story = Story(world, beginning)
        for step in steps:
            story.happens(*step)
            story.world.check()


PIECES = st.lists(
    st.tuples(FEW, st.one_of(st.integers(-1, 6), st.integers(25, 70)), st.booleans(), SOURCES, SERVICES),
    min_size=2,
    max_size=14,
)


@quickly(20)
@given(
    beginning=st.sampled_from(BEGINNINGS),
    pieces=PIECES,
    data=st.data(),
)
def test_order_repetition_and_splitting_give_the_same_ledger(
    world: World, beginning: int, pieces: Any, data: Any
) -> None:
    """All facts in one go, or each alone, some twice, shuffled, with days passing between them."""
    mixed = data.draw(st.permutations([*pieces, *data.draw(st.lists(st.sampled_from(pieces), max_size=4))]))
    days_before = data.draw(st.lists(st.integers(0, 40), min_size=len(mixed), max_size=len(mixed)))

    def give(into: World, some: Any, today: int) -> None:
        for service in ("wiki", "mail"):
            for source in ("both", "wiki2", "part"):
                mine = [piece for piece in some if piece[3:] == (source, service)]
                kinds: list[dict[str, set[int]]] = [{}, {}]
                for login, back, is_program, *_rest in mine:
                    kinds[is_program].setdefault(login, set()).add(beginning - back)
                if mine:
                    covered = {beginning - piece[1] for piece in mine}
                    into.merge(service, source, facts_of(kinds[0], covered, kinds[1]), today)

    def what_happened(*, at_once: bool) -> Any:
        with Undone():
            mine = world.again()
            if at_once:
                give(mine, pieces, beginning + 1)
            else:
                for piece, before in zip(mixed, days_before, strict=True):
                    for service in ("wiki", "mail"):
                        mine.roll(service, beginning - before)
                    give(mine, [piece], beginning - before)
            mine.claim("a-mobile", "ann")
            for service in ("wiki", "mail"):
                mine.roll(service, beginning + 1)
            mine.check()
            return ledger()

    one, other = what_happened(at_once=True), what_happened(at_once=False)
    assert one["months"] == other["months"]
    assert one["coverage"] == other["coverage"]
    if one["as of"] == other["as of"]:  # it differs where a complementary source came late: it never goes back
        assert one["usage"] == other["usage"]


@quickly(30)
@given(
    beginning=st.sampled_from(BEGINNINGS),
    backs=st.sets(st.integers(-1, 100), max_size=40).flatmap(
        lambda some: st.sampled_from([some, set(range(-1, 101)) - some])
    ),
    passing=st.lists(PASSING, max_size=6),
)
def test_rolling_day_by_day_or_after_months_is_the_same(
    world: World, beginning: int, backs: set[int], passing: list[int]
) -> None:
    with Undone():
        world = world.again()
        accesses = {beginning - back for back in backs}
        listening = range(beginning - 100, beginning + 1200)
        world.merge("wiki", "both", facts_of({"ann": accesses, "ben": {beginning + 1}}, listening), beginning)
        today = beginning
        for step in passing:
            today += step
            world.roll("wiki", today)
            assert usage_rows()["wiki", "ann"] == expected_row(accesses, (), today)
            assert usage_rows()["wiki", "ben"] == expected_row({beginning + 1}, (), today)
        world.check()


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_days_leave_the_window_one_by_one_however_many_pass(world: World, beginning: int) -> None:
    accesses = set(range(beginning - 100, beginning + 1))
    world.merge("wiki", "both", facts_of({"ann": accesses}, range(beginning - 100, beginning + 100)), beginning)
    for passed in range(36):
        with Undone():
            world.again().roll("wiki", beginning + passed)
            assert usage_rows()["wiki", "ann"] == expected_row(accesses, (), beginning + passed)


def test_what_is_merged_later_takes_nothing_away(world: World) -> None:
    today = day("2026-11-24")
    told: list[tuple[set[int], set[int]]] = [({1}, {2}), ({1}, {3}), ({1}, set()), (set(), {4}), ({5}, set())]
    for accesses, programs in told:
        facts = facts_of({"ann": {today - n for n in accesses}}, {today}, {"ann": {today - n for n in programs}})
        world.merge("wiki", "both", facts, today)
    [row] = ledger()["months"]
    assert row[-2:] == (1 << 22 | 1 << 18, 1 << 21 | 1 << 20 | 1 << 19)
    world.check()


def test_a_fact_of_tomorrow_counts_when_its_day_comes(world: World) -> None:
    today = day("2024-02-28")
    world.merge("wiki", "both", facts_of({"ann": {today, today + 1}}), today)
    assert usage_rows()["wiki", "ann"] == expected_row({today}, (), today)
    world.roll("wiki", today + 1)
    assert usage_rows()["wiki", "ann"] == expected_row({today, today + 1}, (), today + 1)
    assert usage_rows()["wiki", "ann"].days_30 == 2


def test_use_of_the_api_of_tomorrow_shows_when_its_day_comes(world: World) -> None:
    today = day("2024-02-28")
    world.merge("wiki", "both", facts_of({}, {today, today + 1}, {"ann": {today + 1}}), today)
    assert usage_rows()["wiki", "ann"] == (0, 0, 0, 0)
    world.roll("wiki", today + 1)
    assert usage_rows()["wiki", "ann"] == (0, 0, 0, today + 1)


def test_the_thirtieth_day_back_counts_and_the_thirty_first_does_not(world: World) -> None:
    today = day("2026-03-30")
    world.merge("wiki", "both", facts_of({"ann": {today - 29}, "ben": {today - 30}}, {today}), today)
    assert [usage_rows()["wiki", login].days_30 for login in ("ann", "ben")] == [1, 0]
    assert usage_rows()["wiki", "ben"].last_day == today - 30
    world.roll("wiki", today + 1)
    world.check()


def test_two_logins_of_a_person_in_one_log_count_as_one_while_days_leave(world: World) -> None:
    """The bit of the day that leaves is that of the day that comes, which the first login brings."""
    today = day("2026-11-24")
    world.login("m1").give_to(world.users["ann"], by=None)
    world.merge("wiki", "both", facts_of({"ann": {today - 31, today - 3}}, range(today - 40, today - 1)), today - 2)
    more = facts_of({"ann": {today}, "m1": {today - 1, today - 3}}, None, {"m1": {today}})
    world.merge("wiki", "both", more, today)
    assert usage_rows()["wiki", "ann"] == expected_row({today - 3, today - 1, today}, (), today)


def test_without_news_the_as_of_day_stays_at_the_last_covered_day(world: World) -> None:
    today = day("2026-11-24")
    world.merge("wiki", "both", facts_of({"ann": {today - 3}}), today)
    world.roll("wiki", today + 50)
    assert AsOf.objects.get(service=world.services["wiki"]).day == today - 3


def test_the_as_of_day_never_goes_back(world: World) -> None:
    today = day("2026-11-24")
    world.merge("wiki", "both", facts_of({"ann": {today}}), today)
    world.roll("wiki", today - 10)
    world.merge("wiki", "both", facts_of({"ann": {today - 20}}), today - 10)
    world.forget("both")
    world.merge("wiki", "both", facts_of({"ben": {today - 5}}), today)
    assert AsOf.objects.get(service=world.services["wiki"]).day == today
    world.check()


def test_zone_of_the_facts_is_written_down_once(world: World) -> None:
    from seatwise.ledger.models import Recording

    today = day("2026-11-24")
    for _ in range(2):
        world.merge("wiki", "both", facts_of({"ann": {today}}), today)
    assert list(Recording.objects.values_list("time_zone", flat=True)) == [ZONE]
