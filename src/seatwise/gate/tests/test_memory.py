"""What the gate remembers, for how long, and what it says while the database is away."""

import threading
from collections.abc import Callable, Collection
from typing import Any

import pytest

from seatwise.gate import memory as remembering
from seatwise.gate.memory import AGING, AT_ONCE, HARD, LATELY, LIMIT, SOFT, Memory, Told
from seatwise.gate.verdicts import NOBODY, Verdict

IN, OUT = Verdict("allowed", "wiki", True, "charlie", "charlie"), Verdict("refused", "wiki", True, "charlie", "charlie")


class Database:
    """Answers from a dict, and counts."""

    def __init__(self) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self.asked: list[set[str]] = []
        self.away = False

    def look_up(self, secrets: Collection[str]) -> dict[str, Verdict]:
        self.asked.append(set(secrets))
        if self.away:
            raise ConnectionError("away")
        return {secret: self.verdicts[secret] for secret in secrets if secret in self.verdicts}


class Asking(Memory):
    """Asks at once, in the thread of whoever wants to know."""

    def _want(self, secret: str, told: Told | None = None) -> None:
        self.wanted[secret] = None
        self.ask()
        if told:
            told()


class World:
    """A memory, its database, and a clock that is set by hand."""

    def __init__(self, grace: float = 60) -> None:
        self.now = 1000.0
        self.database = Database()
        self.memory = Asking(self.database.look_up, grace, lambda: self.now)
        self.database.verdicts["charlie"] = IN

    def said(self, secret: str = "charlie", after: float = 0) -> str:
        """What is said some seconds later; empty where nothing is known."""
        self.now += after
        verdict = self.memory.verdict(secret)
        return verdict.is_ if verdict else ""


def test_a_verdict_is_said_from_memory_and_asked_for_anew_in_time() -> None:
    world = World()
    assert [world.said(after=0.1) for _ in range(7)] == ["allowed"] * 7
    assert len(world.database.asked) == 1
    assert world.said(after=1.0) == "allowed"
    assert len(world.database.asked) == 2


@pytest.mark.parametrize("pause", [0.0, 0.3, SOFT - 0.01, SOFT, 1.2, HARD - 0.01, HARD, 5.0])
def test_what_changed_is_said_two_seconds_later_at_most(pause: float) -> None:
    world = World()
    assert world.said() == "allowed"
    world.said(after=pause)
    world.database.verdicts["charlie"] = OUT
    assert world.said(after=2.0) == "refused"
    del world.database.verdicts["charlie"]
    assert world.said(after=2.0) == "nobody"


def test_all_that_were_wanted_lately_are_asked_for_together() -> None:
    world = World()
    for number in range(40):
        world.database.verdicts[f"person {number}"] = IN
        world.said(f"person {number}")
    world.database.asked.clear()
    world.said("person 0", after=1.0)
    assert world.database.asked == [{f"person {number}" for number in range(40)}]
    world.said("person 0", after=LATELY)
    assert world.database.asked[-1] == {"person 0"}


def test_what_strangers_invent_is_asked_for_once_and_forgotten_first(monkeypatch: Any) -> None:
    monkeypatch.setattr(remembering, "LIMIT", 100)
    world = World()
    world.said()
    for number in range(150):
        assert world.said(f"invented {number}") == "nobody"
    assert len(world.memory.known) <= 100
    assert "charlie" in world.memory.known
    world.database.asked.clear()
    world.said(after=1.0)
    assert world.database.asked == [{"charlie"}]
    assert LIMIT > 10_000


def test_while_the_database_is_away_what_was_known_last_is_said_for_the_stated_time() -> None:
    world = World(grace=30)
    world.said()
    world.database.away = True
    assert [world.said(after=5) for _ in range(5)] == ["allowed"] * 5
    assert world.said("a stranger") == ""
    assert world.said(after=5) == ""
    world.database.away = False
    assert world.said() == "allowed"
    assert world.said("a stranger") == "nobody"


def test_without_a_grace_it_is_closed_as_soon_as_it_may_be_wrong() -> None:
    world = World(grace=0)
    world.said()
    world.database.away = True
    assert world.said(after=1.0) == "allowed"
    assert world.said(after=1.0) == ""


def test_who_was_refused_stays_refused_while_the_database_is_away() -> None:
    world = World()
    world.database.verdicts["charlie"] = OUT
    world.said()
    world.database.away = True
    assert world.said(after=20) == "refused"


def test_many_at_once_are_few_questions() -> None:
    """With its thread: while one question is under way, all that come wait for the next one."""
    database, released, inside = Database(), threading.Event(), threading.Event()
    database.verdicts = {str(number): IN for number in range(50)}

    def look_up(secrets: Collection[str]) -> dict[str, Verdict]:
        inside.set()
        released.wait(10)
        return database.look_up(secrets)

    memory = Memory(look_up, 60)
    said: list[Verdict | None] = []
    threads = [threading.Thread(target=lambda n=n: said.append(memory.verdict(str(n)))) for n in range(50)]
    threads[0].start()
    assert inside.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(memory.wanted) < 49:
        threading.Event().wait(0.001)
    released.set()
    for thread in threads:
        thread.join(10)
    assert said == [IN] * 50
    assert [len(each) for each in database.asked] == [1, 49]


def test_a_database_that_hangs_holds_up_nobody_who_is_known(monkeypatch: Any) -> None:
    monkeypatch.setattr(remembering, "PATIENCE", 0.01)
    monkeypatch.setattr(remembering, "FIRST_PATIENCE", 0.01)
    database, released = Database(), threading.Event()
    database.verdicts["charlie"] = IN
    now = [1000.0]
    memory = Memory(database.look_up, 60, lambda: now[0])
    memory.wanted = {"charlie": None}
    assert memory.ask()
    memory.look_up = lambda secrets: dict.fromkeys(secrets, OUT) if released.wait(10) else {}
    now[0] += 5
    assert [memory.verdict("charlie") for _ in range(3)] == [IN] * 3
    assert memory.verdict("a stranger") is None
    now[0] += 60
    assert memory.verdict("charlie") is None
    released.set()
    assert NOBODY.is_ == "nobody"


def test_a_flood_of_invented_secrets_is_asked_for_in_turns_and_does_not_keep_out_who_is_known(monkeypatch: Any) -> None:
    monkeypatch.setattr(remembering, "AT_ONCE", 10)
    monkeypatch.setattr(remembering, "MOST_WAITING", 30)
    database = Database()
    database.verdicts["charlie"] = database.verdicts["dora"] = IN
    memory = Memory(database.look_up, 60)
    memory._keep_asking = lambda: None  # type: ignore[method-assign]  # rounds are asked for by hand
    told: list[str] = []
    assert memory.when_asked("charlie", lambda: told.append("charlie"))
    assert memory.ask()
    accepted = [memory.when_asked(str(n), lambda n=n: told.append(str(n))) for n in range(40)]  # type: ignore[misc]
    assert accepted == [True] * 30 + [False] * 10
    assert memory.when_asked("charlie", lambda: told.append("charlie again"))
    assert memory.ask()
    assert database.asked[-1] == {"charlie", *(str(n) for n in range(10))}
    assert "charlie again" in told
    assert memory.when_asked("dora", lambda: told.append("dora"))
    for _round in range(3):
        assert memory.ask()
    assert "dora" in told
    assert memory.last("dora") == IN
    assert not memory.waiting
    assert not memory.wanted


def test_who_waits_is_told_when_the_database_is_found_to_be_away() -> None:
    database = Database()
    memory = Memory(database.look_up, 60)
    memory._keep_asking = lambda: None  # type: ignore[method-assign]
    told = threading.Event()
    assert memory.when_asked("a stranger", told.set)
    database.away = True
    assert not memory.ask()
    assert told.is_set()
    assert not memory.when_asked("another", told.set)


def by_hand(database: Database, now: list[float]) -> Memory:
    """A memory whose rounds are asked for by hand."""
    memory = Memory(database.look_up, 60, lambda: now[0])
    memory._keep_asking = lambda: None  # type: ignore[method-assign]
    return memory


def test_at_the_very_ages_it_is_asked_for_anew_and_not_said_any_more() -> None:
    now, database = [0.0], Database()
    memory = by_hand(database, now)
    memory.when_asked("charlie", lambda: None)
    assert memory.ask()
    now[0] = SOFT
    assert memory.at_once("charlie") is NOBODY
    assert "charlie" in memory.wanted
    now[0] = HARD
    with pytest.raises(remembering.NotKnownYet) as known_before:
        memory.at_once("charlie")
    with pytest.raises(remembering.NotKnownYet) as unknown:
        memory.at_once("a stranger")
    assert (known_before.value.patience, unknown.value.patience) == (2.0, 3.0), "docs/gate.md: two seconds are away"


def test_along_with_others_is_asked_for_who_was_wanted_within_a_minute_and_is_not_fresh() -> None:
    now, database = [0.0], Database()
    database.verdicts = {"quiet": IN, "newer": IN}
    memory = by_hand(database, now)

    def asked_with(secret: str, at: float) -> set[str]:
        now[0] = at
        memory.when_asked(secret, lambda: None)
        assert memory.ask()
        return database.asked[-1] - {secret}

    assert asked_with("quiet", 0) == set()
    assert asked_with("newer", SOFT / 2) == set(), "fresh still"
    assert asked_with("one", SOFT / 2 + SOFT / 4 - 0.01) == set(), "the others were looked at a moment ago"
    assert asked_with("two", SOFT / 2 + SOFT / 4) == {"quiet"}
    assert asked_with("three", SOFT / 2 + SOFT * AGING + 0.05) == {"newer"}
    assert asked_with("four", 59) == {"quiet", "newer"}
    assert asked_with("five", 60.2) == {"newer"}, "quiet was wanted a minute ago"


def test_a_newcomer_does_not_wait_until_everybody_known_is_asked_about_again() -> None:
    now, database = [0.0], Database()
    everybody = [f"person{number}" for number in range(2 * AT_ONCE + 1)]
    database.verdicts = dict.fromkeys([*everybody, "newcomer"], IN)
    memory = by_hand(database, now)
    for secret in everybody:
        memory.when_asked(secret, lambda: None)
    while memory.wanted:
        assert memory.ask()
    now[0], before = SOFT, len(database.asked)
    memory.when_asked("newcomer", lambda: None)
    while memory.wanted:
        assert memory.ask()
    rounds = database.asked[before:]
    assert [len(each) for each in rounds] == [AT_ONCE + 1, AT_ONCE, 1]
    assert "newcomer" in rounds[0]
    assert set().union(*rounds) == {*everybody, "newcomer"}


def test_what_was_wanted_again_while_it_was_asked_about_is_not_asked_about_once_more() -> None:
    now, database, told = [0.0], Database(), []
    database.verdicts = {"charlie": IN, "dora": IN}
    memory = by_hand(database, now)
    for secret in ("charlie", "dora"):
        memory.when_asked(secret, lambda: None)
    assert memory.ask()
    now[0] = SOFT

    def wanted_meanwhile(secrets: Collection[str]) -> dict[str, Verdict]:
        assert memory.at_once("charlie") is IN
        memory.when_asked("dora", lambda: told.append("dora"))
        return database.look_up(secrets)

    memory.look_up = wanted_meanwhile
    assert memory.at_once("dora") is IN
    assert memory.ask()
    assert memory.wanted.keys() == {"charlie", "dora"}
    memory.look_up = database.look_up
    rounds = len(database.asked)
    assert memory.ask()
    assert not memory.wanted
    assert len(database.asked) == rounds, "both are fresh, and whoever waits was told"
    assert told == ["dora"]


def test_its_thread_ends_with_the_process_and_wakes_up_for_each_question() -> None:
    database = Database()
    database.verdicts = {"charlie": IN, "dora": IN}
    memory = Memory(database.look_up, 60)
    assert [memory.verdict("charlie"), memory.verdict("dora")] == [IN, IN]
    assert memory.thread is not None
    assert (memory.thread.name, memory.thread.daemon) == ("seatwise-gate", True)


def test_a_process_that_nobody_asks_keeps_fresh_for_a_minute_whom_it_knows_and_then_rests() -> None:
    now, database, pauses = [0.0], Database(), []
    database.verdicts = {"charlie": IN}
    memory = by_hand(database, now)
    memory.when_asked("charlie", lambda: None)
    assert memory.ask()
    assert memory.at_once("charlie") is IN
    asked_before = len(database.asked)

    def wait_for(anything: Callable[[], bool], seconds: float | None) -> bool:
        pauses.append(seconds)
        if seconds is None:
            raise SystemExit
        now[0] += seconds
        assert now[0] - memory.known["charlie"].checked < HARD
        return anything()

    memory.changed.wait_for = wait_for  # type: ignore[method-assign, assignment]
    with pytest.raises(SystemExit):
        Memory._keep_asking(memory)
    assert pauses[-2:] == [SOFT / 4, None]
    assert now[0] == LATELY
    assert LATELY / SOFT / 2 < len(database.asked) - asked_before <= LATELY / SOFT / AGING


def test_between_attempts_to_reach_a_database_that_is_away_it_waits(monkeypatch: Any) -> None:
    database, slept = Database(), []
    database.away = True

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        raise SystemExit

    monkeypatch.setattr("seatwise.gate.memory.time.sleep", sleep)
    memory = Memory(database.look_up, 60)
    memory.wanted = {"charlie": None}
    with pytest.raises(SystemExit):
        memory._keep_asking()
    assert slept == [0.25]


def test_nobody_waits_for_a_database_that_is_away_or_hangs_and_it_is_said_once(caplog: Any) -> None:
    now, database, told = [0.0], Database(), []
    memory = by_hand(database, now)
    memory.when_asked("first", lambda: told.append("first"))
    database.away = True
    assert not memory.ask()
    assert caplog.text.count("the gate cannot ask the database") == 1
    assert not memory.ask()
    assert caplog.text.count("the gate cannot ask the database") == 1
    assert not memory.when_asked("second", lambda: told.append("second"))
    assert (told, memory.waiting) == (["first"], {})
    database.away = False
    assert memory.ask()
    assert caplog.text.count("the gate cannot ask the database") == 1
    waits: list[bool] = []

    def hanging(secrets: Collection[str]) -> dict[str, Verdict]:
        for seconds in (2.0, 0.5):
            now[0] += seconds
            waits.append(memory.when_asked("third", lambda: None))
        return {}

    memory.look_up = hanging
    memory.when_asked("another", lambda: None)
    memory.ask()
    assert waits == [True, False]


def test_what_is_too_much_is_forgotten_down_to_nine_tenths(monkeypatch: Any) -> None:
    monkeypatch.setattr(remembering, "LIMIT", 20)
    now, database = [0.0], Database()
    memory = by_hand(database, now)
    for number in range(20):
        memory.when_asked(str(number), lambda: None)
    assert memory.ask()
    assert len(memory.known) == 20
    memory.when_asked("one more", lambda: None)
    assert memory.ask()
    assert len(memory.known) == 18
