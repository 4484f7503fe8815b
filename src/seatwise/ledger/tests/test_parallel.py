"""Several do something at once, each with a connection of its own: nothing is lost, and nobody waits for ever.

On SQLite the database is a file, as in real life: threads share no database in memory.
"""

import datetime
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from seatwise import audit
from seatwise.accounts.session_store import SessionStore
from seatwise.directory import people, people_file_import
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, Login, Membership, Service, User
from seatwise.ledger.as_of import roll
from seatwise.ledger.fact_merge import count_ahead, ensure_logins, forget, merge, merge_staged, rebuild, staged
from seatwise.ledger.ingestion import bring_in
from seatwise.ledger.models import AccessMonth, Coverage, LogImport, Revision, Usage
from seatwise.ledger.snapshot_file import ReportReading, parse_report
from seatwise.ledger.snapshots import import_snapshot
from seatwise.ledger.tests.world import (
    ON,
    ZONE,
    Model,
    World,
    day,
    days_of,
    expected_row,
    facts_of,
    ledger,
    usage_rows,
)
from seatwise.ledger.usage_rows import Counted
from seatwise.lib.people_file import parse
from seatwise.licenses import grants
from seatwise.licenses.models import License
from seatwise.logs.facts import Facts

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = day("2026-11-24")
Action = Callable[[], object]


@pytest.fixture
def shared(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A database that threads share."""
    if connection.vendor != "sqlite":
        yield
        AccessMonth.objects.all().delete()  # Django empties the tables that it manages
        return
    in_memory, settings = connections["default"], connections.settings["default"]
    name, file = settings["NAME"], tmp_path / "shared.sqlite3"
    in_memory.ensure_connection()
    copy = sqlite3.connect(file)
    in_memory.connection.backup(copy)
    copy.close()
    settings["NAME"] = str(file)
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = in_memory
        settings["NAME"] = name


@pytest.fixture
def world(shared: None) -> World:
    """People, services and sources, and no facts."""
    return World()


def at_once(*threads: Sequence[Action]) -> int:
    """Run lists of actions at once; how many were refused. What else goes wrong is raised."""
    gate = threading.Barrier(len(threads))
    refused: list[BaseException] = []
    wrong: list[BaseException] = []

    def act(actions: Sequence[Action]) -> None:
        try:
            gate.wait()
            for action in actions:
                try:
                    action()
                except Refused as refusal:
                    refused.append(refusal)
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    running = [threading.Thread(target=act, args=(actions,), daemon=True) for actions in threads]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in running), "somebody waits for ever"
    if wrong:
        raise wrong[0]
    return len(refused)


def from_database(world: World) -> Model:
    """What the months, the logins and the licenses say, as sets."""
    model = Model(as_of=ledger_as_of())
    logins = dict(Login.objects.values_list("pk", "folded"))
    codes = {service.pk: code for code, service in world.services.items()}
    for row in AccessMonth.objects.all():
        key = (codes[row.service_id], "", row.revision_id, logins[row.login_id])
        model.facts |= {(*key, one) for one in days_of({row.month: row.days})}
        model.programs |= {(*key, one) for one in days_of({row.month: row.program_days})}
    model.owners = dict(Login.objects.filter(user__isnull=False).values_list("folded", "user__login"))
    model.holders = set(License.objects.held().values_list("service__code", "user__login"))
    return model


def ledger_as_of() -> dict[str, int]:
    """The as-of day of each service."""
    return {str(code): int(str(one)) for code, one in ledger()["as of"]}


def is_right(world: World) -> bool:
    """Whether usage is what the months say, and building it anew changes nothing."""
    assert usage_rows() == from_database(world).usage()
    before = ledger()
    for service in world.services.values():
        rebuild(service)
    assert ledger() == before
    return True


def merging(world: World, service: str, source: str, facts: Facts, today: int = TODAY) -> Action:
    """Merge, by the revision that is in force when it is done."""

    def action() -> None:
        revision = Revision.objects.filter(source__code=source).latest("number")
        ensure_logins(facts)
        merge(revision, world.services[service], facts, zone=ZONE, today=today)

    return action


def rolling(world: World, service: str, today: int) -> Action:
    """Let time pass."""

    def action() -> None:
        with transaction.atomic():
            roll(world.services[service], today)

    return action


def giving(login: Login, person: User) -> Action:
    """Give a login to somebody."""
    return lambda: login.give_to(person, by=None)


def granting(service: Service, person: User) -> Action:
    """Give somebody a license."""
    return lambda: grants.grant_one(service=service, user=person, by=None, reason="", on=ON)


def forgetting(revision: Revision) -> Action:
    """Forget a revision."""
    return lambda: forget(Revision.objects.get(pk=revision.pk), by=None, on=ON)


def logins(count: int) -> list[str]:
    """Logins of people and of nobody, in disorder."""
    found = [*World.PEOPLE, *World.NOBODYS, *(f"user{number}" for number in range(count))]
    random.Random(count).shuffle(found)
    return found


def test_overlapping_merges_lose_no_day(world: World) -> None:
    chance = random.Random(1)
    names = logins(300)
    threads: list[list[Action]] = []
    wanted: set[tuple[str, int]] = set()
    for _thread in range(4):
        actions = []
        for _merge in range(3):
            some = {login: set(chance.sample(range(TODAY - 70, TODAY + 1), 3)) for login in chance.sample(names, 200)}
            wanted |= {(login.casefold(), one) for login, found in some.items() for one in found}
            actions.append(merging(world, "wiki", "both", facts_of(some, range(TODAY - 70, TODAY + 1))))
        threads.append(actions)
    at_once(*threads)
    assert {(login, one) for _s, _x, _r, login, one in from_database(world).facts} == wanted
    assert is_right(world)


def test_merges_of_new_logins_in_opposite_orders_do_not_block_each_other(world: World) -> None:
    names = [f"new{number:05}" for number in range(2500)]
    at_once(
        [merging(world, "wiki", "both", facts_of({login: {TODAY} for login in names}))],
        [merging(world, "wiki", "wiki2", facts_of({login: {TODAY - 1} for login in reversed(names)}))],
        [merging(world, "mail", "both", facts_of({login: {TODAY - 1} for login in reversed(names)}))],
    )
    assert AccessMonth.objects.count() == 3 * len(names)
    assert is_right(world)


def test_a_merge_and_a_roll_at_once_leave_no_wrong_bit(world: World) -> None:
    start = TODAY - 40
    for actions in range(3):
        first = start + actions * 12
        facts = [
            facts_of({"ann": {one, one - 29}, "ben": {one - 30}}, range(first - 40, TODAY))
            for one in range(first, first + 12)
        ]
        at_once(
            [merging(world, "wiki", "both", one, first + number) for number, one in enumerate(facts)],
            [rolling(world, "wiki", first + number) for number in range(12)],
            [rolling(world, "wiki", first + 3 * number) for number in range(4)],
        )
        assert ledger_as_of()["wiki"] == first + 11
        assert is_right(world)


def test_a_merge_and_a_claim_at_once_count_for_the_person(world: World) -> None:
    for number in range(8):
        one = TODAY - number * 3
        login = f"mobile{number}"
        Login.objects.ensure([login])
        at_once(
            [merging(world, "wiki", "both", facts_of({login: {one}}))],
            [giving(Login.objects.get(folded=login), world.users["ann"])],
            [merging(world, "mail", "both", facts_of({login: {one - 1}}))],
        )
        assert is_right(world)
    days = {TODAY - number * 3 for number in range(8)}
    assert usage_rows()["wiki", "ann"] == expected_row(days, (), TODAY)


def while_unfinished(first: Sequence[Action], second: Action) -> None:
    """Do the second thing while the transaction of the first has done its beginning and not its end."""
    begun, done = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            first[0]()
            begun.set()
            done.wait(timeout=0.5)  # the second thing is done, or waits for us
            for action in first[1:]:
                action()

    def meanwhile() -> None:
        begun.wait()
        try:
            second()
        finally:
            done.set()

    at_once([slowly], [meanwhile])


def test_what_happens_between_counting_and_merging_counts(world: World) -> None:
    wiki, dora, ann = (world.services["wiki"], world.users["dora"], world.users["ann"])
    revision = world.sources["both"].revision
    merge(revision, wiki, facts_of({"ann": {TODAY - 35}, "ben": {TODAY - 40}}), zone=ZONE, today=TODAY)
    facts = facts_of({"ann": {TODAY - 30}, "dora": {TODAY - 1}, "m1": {TODAY}, "ben": {TODAY - 9}, "m2": {TODAY}})
    other = world.sources["wiki2"].revision
    with staged(facts, ensure_logins(facts)) as ready:
        count_ahead(revision, wiki, ready, today=TODAY)
        grants.grant_one(service=wiki, user=dora, by=None, reason="", on=ON)
        world.login("m1").give_to(ann, by=None)
        merge(revision, wiki, facts_of({"ben": {TODAY - 9}, "ann": {TODAY}}), zone=ZONE, today=TODAY)
        merge(other, wiki, facts_of({"ann": {TODAY + 1}}), zone=ZONE, today=TODAY + 1)
        merge_staged(revision, wiki, ready, zone=ZONE, today=TODAY + 1)
    assert usage_rows()["wiki", "dora"] == expected_row({TODAY - 1}, (), TODAY + 1)
    assert is_right(world)


def patience() -> int:
    """Milliseconds for which this connection waits for another one that writes."""
    return int(connection.connection.execute("PRAGMA busy_timeout").fetchone()[0])


def test_a_page_is_read_while_somebody_writes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its session would be noted as used, for which nobody waits."""
    if connection.vendor != "sqlite":
        pytest.skip("nobody writes the same session")
    waited: list[int] = []
    save = SessionStore.save

    def noted(self: SessionStore, must_create: bool = False) -> None:
        waited.append(patience())
        save(self, must_create)

    monkeypatch.setattr(SessionStore, "save", noted)
    monkeypatch.setattr("seatwise.accounts.sessions.WRITE_EACH", 60)
    browser, minutes_ago = Client(), int(time.time()) - 600
    browser.force_login(world.users["ann"])
    session = browser.session
    session["seen_at"] = minutes_ago
    session.save()
    waited.clear()
    writer = sqlite3.connect(connection.settings_dict["NAME"])
    writer.execute("BEGIN IMMEDIATE")
    assert browser.get("/").status_code == 200
    assert (browser.session["seen_at"], waited) == (minutes_ago, [0])
    writer.close()
    assert browser.get("/").status_code == 200
    assert browser.session["seen_at"] > minutes_ago
    assert patience() > 1000


def test_nobody_waits_while_facts_are_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted.add

    def add(self: Counted, *what: int) -> None:
        assert not connection.in_atomic_block
        counted(self, *what)

    wiki, revision = world.services["wiki"], world.sources["both"].revision
    merge(revision, wiki, facts_of({"ann": {TODAY - 40}}), zone=ZONE, today=TODAY)
    monkeypatch.setattr(Counted, "add", add)
    facts = facts_of({"ann": {TODAY - 3}, "ben": {TODAY - 1}})
    bring_in(LogImport.objects.create(revision=revision), [wiki], [facts], "combined")
    monkeypatch.undo()
    assert is_right(world)
    assert usage_rows()["wiki", "ann"] == expected_row({TODAY - 3, TODAY - 40}, (), TODAY - 1)


def test_a_license_and_a_claim_at_once_count_the_claimed_login(world: World) -> None:
    dora, wiki = world.users["dora"], world.services["wiki"]
    facts = facts_of({"m1": {TODAY}, "m2": {TODAY - 1}})
    merge(world.sources["both"].revision, wiki, facts, zone=ZONE, today=TODAY)
    while_unfinished([granting(wiki, dora)], giving(world.login("m1"), dora))
    while_unfinished([giving(world.login("m2"), dora)], rolling(world, "wiki", TODAY + 1))
    assert usage_rows()["wiki", "dora"] == expected_row({TODAY, TODAY - 1}, (), TODAY)
    assert is_right(world)


def test_a_claim_waits_for_whoever_holds_the_person(world: World) -> None:
    """The claim's foreign key is checked at its end, when it holds the ledger for which the other then waits."""
    dora, wiki = world.users["dora"], world.services["wiki"]
    holding: Action = lambda: list(User.objects.select_for_update().filter(pk=dora.pk))  # noqa: E731
    while_unfinished([holding, granting(wiki, dora)], giving(world.login("m1"), dora))
    assert is_right(world)


def test_forgetting_while_merging_leaves_nothing_of_what_was_forgotten(world: World) -> None:
    for number in range(5):
        revision = world.sources["wiki2"].revision

        def by_revision(revision: Revision, one: int) -> Action:
            facts = facts_of({"ann": {one}, "ben": {one - 3}, f"x{one}": {one}})
            return lambda: merge(revision, world.services["wiki"], facts, zone=ZONE, today=TODAY)

        at_once(
            [by_revision(revision, TODAY - number * 4 - more) for more in range(3)],
            [forgetting(revision)],
            [merging(world, "wiki", "both", facts_of({"ben": {TODAY - number}}))],
        )
        gone = Revision.objects.exclude(forgotten_on=None)
        assert not AccessMonth.objects.filter(revision__in=gone).exists()
        assert not Coverage.objects.filter(revision__in=gone).exists()
        assert is_right(world)


def test_licenses_come_and_go_while_facts_are_merged(world: World) -> None:
    def removing(code: str, user: User) -> Action:
        def action() -> None:
            for held in License.objects.held().filter(service=world.services[code], user=user):
                grants.revoke([held], by=None, reason="", on=ON)

        return action

    dora, ann, wiki, mail = world.users["dora"], world.users["ann"], world.services["wiki"], world.services["mail"]
    at_once(
        [merging(world, "wiki", "both", facts_of({"dora": {TODAY - n}, "ann": {TODAY - n}})) for n in range(8)],
        [granting(wiki, dora), removing("wiki", dora), granting(wiki, dora), removing("wiki", ann)],
        [granting(mail, dora), removing("mail", ann), granting(mail, ann)],
        [merging(world, "mail", "both", facts_of({"dora": {TODAY - n}, "ann": {TODAY - n}})) for n in range(8)],
    )
    assert is_right(world)


def test_moving_people_while_facts_are_merged_copies_their_departments(world: World) -> None:
    codes = ["one", "two"]
    for code in codes:
        Department.objects.add(code=code, name=code, by=None)
    chance = random.Random(3)

    def move(user: User) -> Action:
        return lambda: people.change(user, {"departments": [chance.choice(codes)]}, by=None, on=ON)

    def rename(user: User, login: str) -> Action:
        return lambda: people.change(
            User.objects.get(pk=user.pk), {"login": login, "departments": [codes[0]]}, by=None, on=ON
        )

    users = [User.objects.get(login=login) for login in World.PEOPLE]
    facts = [facts_of({login: {TODAY - n} for login in World.PEOPLE}) for n in range(6)]
    at_once(
        [move(user) for user in users * 2],
        [rename(users[0], "ann2"), rename(users[1], "ben2")],
        [merging(world, "wiki", "both", one) for one in facts],
        [merging(world, "mail", "both", one) for one in facts],
    )
    primary = dict(Membership.objects.current().primary().values_list("user", "department"))
    assert dict(Usage.objects.values_list("user", "department")) == {
        user: primary.get(user) for user in Usage.objects.values_list("user", flat=True)
    }
    assert is_right(world)


def test_people_are_imported_while_facts_are_merged(world: World) -> None:
    """Departments, further logins and licenses in one transaction, which writes to the audit log in between."""

    def bringing_in(number: int) -> Action:
        rows = [f"{login},Room {number},{login}-{number},wiki; mail" for login in World.PEOPLE]
        rows += [f"new{number}{n},Room {n},,mail; wiki" for n in range(3)]
        file = parse("\n".join(["login,departments,other logins,services", *rows]).encode(), name="people.csv")

        def action() -> None:
            with transaction.atomic():
                people_file_import.commit(people_file_import.plan(file).looked(), by=None, on=ON)

        return action

    names = [*World.PEOPLE, *(f"{login}-{n}" for login in World.PEOPLE for n in range(4)), "new00", "new12"]
    facts = [facts_of({login: {TODAY - n} for login in names}) for n in range(6)]
    at_once(
        [bringing_in(number) for number in range(4)],
        [merging(world, "wiki", "both", one) for one in facts],
        [merging(world, "mail", "both", one) for one in facts],
    )
    assert License.objects.held().count() == 2 * (4 + 12)
    assert is_right(world)


def test_everything_at_once_is_right_in_the_end(world: World) -> None:
    chance = random.Random(4)
    codes, claims = ["wiki", "mail"], [*World.NOBODYS, *World.LATER]

    def one_of_all() -> Action:
        what = chance.randrange(7)
        code, person = chance.choice(codes), world.users[chance.choice(World.PEOPLE)]
        login = chance.choice(claims)
        if what < 3:
            some = {name: {TODAY - chance.randrange(-1, 80)} for name in chance.sample(logins(0), 4)}
            return merging(world, code, "both", facts_of(some, None, {login: {TODAY}}), TODAY + chance.randrange(30))
        if what == 3:
            return rolling(world, code, TODAY + chance.randrange(60))
        if what == 4:
            return lambda: world.login(login).give_to(person, by=None)
        if what == 5:
            return lambda: world.login(login).release(by=None)
        return granting(world.services[code], person)

    at_once(*([one_of_all() for _ in range(10)] for _ in range(4)))
    assert is_right(world)


def test_the_first_report_of_a_vendor_and_a_merge_at_once(world: World) -> None:
    def reporting(number: int) -> Action:
        report = parse_report(
            f"login,last access\nann,2026-11-{number:02}\n".encode(),
            name="r.csv",
            reading=ReportReading(ZoneInfo(ZONE)),
        )
        as_of = datetime.date(2026, 11, 20)
        return lambda: import_snapshot(world.services["wiki"], report.rows, file=f"{number}.csv", as_of=as_of, by=None)

    def importing_log(number: int) -> Action:
        facts = facts_of({"ann": {TODAY - number}, "ben": {TODAY - 1}})

        def action() -> None:  # as an import does: an entry in the audit log at the end
            with transaction.atomic():
                merge(world.sources["both"].revision, world.services["wiki"], facts, zone=ZONE, today=TODAY)
                audit.record(by=None, verb="import.done", subject=world.services["wiki"], before={}, after={})

        return action

    at_once(
        [reporting(number) for number in range(1, 4)],
        [importing_log(number) for number in range(6)],
    )
    assert is_right(world)
