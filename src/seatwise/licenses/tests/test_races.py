"""Two administrators press at once. Real threads, each with a connection of its own."""

import datetime
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db import connection

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.directory.tests.races import outcomes
from seatwise.ledger.models import AccessMonth, Usage
from seatwise.ledger.snapshot_file import ReportedRow
from seatwise.ledger.snapshots import import_snapshot
from seatwise.licenses import contract_terms, grants, suspension_rules
from seatwise.licenses.change_undo import undo_change
from seatwise.licenses.models import Change, Contract, License, Suspension

TODAY = datetime.date(2026, 11, 24)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def wiki(transactional_db: None) -> Iterator[Service]:
    if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("threads share no database in memory; settings: TEST NAME must be a file")
    yield Service.objects.add(code="wiki", name="Wiki", by=None)
    AccessMonth.objects.all().delete()  # Django empties the tables that it manages


def at_once(actions: Sequence[Callable[[], object]]) -> int:
    """Do all at once; how many were not refused."""
    return sum(not isinstance(each, Refused) for each in outcomes(actions))


def person(number: int, **fields: str) -> User:
    return people.add({"login": f"user{number}", **fields}, by=None, on=TODAY)


def granting(service: Service, user: User) -> Callable[[], object]:
    return lambda: grants.grant_one(service=service, user=user, by=None, reason="", on=TODAY)


def revoking(held: License, by: User) -> Callable[[], object]:
    return lambda: grants.revoke([held], by=by, reason="", on=TODAY)


def test_fifty_grants_for_ten_seats_give_exactly_ten(wiki: Service) -> None:
    contract_terms.add(service=wiki, seats=10, by=None, on=TODAY)
    users = [person(number) for number in range(50)]
    assert at_once([granting(wiki, user) for user in users]) == 10
    assert License.objects.taking_a_seat().count() == License.objects.count() == 10
    assert set(Usage.objects.values_list("user", flat=True)) == set(License.objects.values_list("user", flat=True))
    assert Entry.objects.of("license.add").count() == 10


def test_one_person_is_granted_once(wiki: Service) -> None:
    user = person(1)
    assert at_once([granting(wiki, user)] * 8) == 1


def test_parallel_reassigns_neither_lose_nor_double_a_seat(wiki: Service) -> None:
    contract_terms.add(service=wiki, seats=1, by=None, on=TODAY)
    holder, *others = [person(number) for number in range(9)]
    held = grants.grant_one(service=wiki, user=holder, by=None, reason="", on=TODAY)
    moves = [
        lambda to=to: grants.reassign(License.objects.get(pk=held.pk), to=to, by=None, reason="", on=TODAY)
        for to in others
    ]
    assert at_once(moves) == 1
    assert License.objects.held().count() == 1


def test_becoming_active_and_being_granted_at_once_take_no_seat_that_is_not_there(wiki: Service) -> None:
    contract_terms.add(service=wiki, seats=1, by=None, on=TODAY)
    for number in range(6):
        sleeping, other = person(number * 2, status="inactive"), person(number * 2 + 1)
        at_once(
            [
                granting(wiki, sleeping),
                granting(wiki, other),
                lambda user=sleeping: people.activate(user, by=None, on=TODAY),  # type: ignore[misc]
            ]
        )
        assert License.objects.taking_a_seat().count() <= 1
        for held in License.objects.held():
            grants.revoke([held], by=None, reason="", on=TODAY)


def test_a_chain_of_reassigns_at_once_keeps_all_seats(wiki: Service) -> None:
    contract_terms.add(service=wiki, seats=5, by=None, on=TODAY)
    users = [person(number) for number in range(15)]
    holders, others = users[:5], users[5:]
    for user in holders:
        granting(wiki, user)()

    def pass_on(number: int) -> None:
        held = License.objects.held().by([holders[number % 5]]).get()
        grants.reassign(held, to=others[number], by=None, reason="", on=TODAY)

    def act(number: int) -> Callable[[], object]:
        def action() -> None:
            try:
                pass_on(number)
            except License.DoesNotExist:
                raise Refused("already being transferred") from None

        return action

    assert at_once([act(number) for number in range(10)]) == 5
    held = License.objects.held()
    assert held.count() == 5
    assert set(Usage.objects.values_list("user", flat=True)) == set(held.values_list("user", flat=True))


def test_two_administrators_give_each_other_licenses_without_waiting_for_ever(wiki: Service) -> None:
    other = Service.objects.add(code="other", name="Other", by=None)
    one, two = person(1), person(2)
    for _ in range(5):
        actions = [
            lambda: grants.grant_one(service=wiki, user=two, by=one, reason="", on=TODAY),
            lambda: grants.grant_one(service=other, user=one, by=two, reason="", on=TODAY),
            lambda: grants.grant_one(service=wiki, user=one, by=two, reason="", on=TODAY),
            lambda: grants.grant_one(service=other, user=two, by=one, reason="", on=TODAY),
        ]
        assert at_once(actions) == 4
        at_once([revoking(held, one) for held in License.objects.held()])
        assert not License.objects.held().exists()


def test_a_change_is_undone_once_however_many_press(wiki: Service) -> None:
    contract_terms.add(service=wiki, seats=2, by=None, on=TODAY)
    holder, other = person(1), person(2)
    held = grants.grant_one(service=wiki, user=holder, by=None, reason="", on=TODAY)
    change = grants.reassign(held, to=other, by=None, reason="", on=TODAY).added_in
    assert change is not None
    undoing = [lambda: undo_change(Change.objects.get(pk=change.pk), by=None, reason="", on=TODAY)] * 8
    assert at_once(undoing) == 1
    assert [each.user for each in License.objects.held()] == [holder]


def test_undoing_a_removal_and_granting_the_seat_at_once_give_one_seat(wiki: Service) -> None:
    contract_terms.add(service=wiki, seats=1, by=None, on=TODAY)
    holder, other = person(1), person(2)
    for _ in range(5):
        held = grants.grant_one(service=wiki, user=holder, by=None, reason="", on=TODAY)
        grants.revoke([held], by=None, reason="", on=TODAY)
        undo = lambda held=held: undo_change(held.removed_in, by=None, reason="", on=TODAY)  # noqa: E731
        assert at_once([undo, granting(wiki, other)]) == 1
        grants.revoke([License.objects.held().get()], by=None, reason="", on=TODAY)


def test_a_suspension_ends_or_its_seat_is_granted(wiki: Service) -> None:
    contract_terms.add(service=wiki, seats=1, by=None, on=TODAY)
    for number in range(5):
        sleeper, other = person(number * 2), person(number * 2 + 1)
        grants.grant_one(service=wiki, user=sleeper, by=None, reason="", on=TODAY)
        until = TODAY + datetime.timedelta(days=5)
        suspension_rules.suspend(sleeper, None, until=until, reason="leave", by=None, on=TODAY)
        due = [lambda until=until: suspension_rules.begin_and_end(until)] * 3
        at_once([*due, granting(wiki, other)])
        assert License.objects.taking_a_seat().count() == 1
        assert Entry.objects.of("suspension.end").filter(subject_text__startswith=f"{sleeper}:").count() <= 1
        for suspension in Suspension.objects.unended():
            Suspension.objects.filter(pk=suspension.pk).update(state="ended", ended_on=TODAY)
        for held in License.objects.held():
            grants.revoke([held], by=None, reason="", on=TODAY)


def test_one_suspension_is_made_however_many_press(wiki: Service) -> None:
    user = person(1)
    until = TODAY + datetime.timedelta(days=5)
    suspend = lambda: suspension_rules.suspend(user, None, until=until, reason="leave", by=None, on=TODAY)  # noqa: E731
    assert at_once([suspend] * 6) == 1


def test_a_contract_shrinks_or_the_last_seat_is_granted(wiki: Service) -> None:
    contract = contract_terms.add(service=wiki, seats=1, by=None, on=TODAY)
    for number in range(5):
        shrink = lambda: contract_terms.change(Contract.objects.get(pk=contract.pk), by=None, on=TODAY, seats=0)  # noqa: E731
        assert at_once([shrink, granting(wiki, person(number))]) == 1
        for held in License.objects.held():
            grants.revoke([held], by=None, reason="", on=TODAY)
        contract_terms.change(Contract.objects.get(), by=None, on=TODAY, seats=1)


def test_grants_removals_and_a_vendors_report_at_once_wait_for_each_other(wiki: Service) -> None:
    wiki.change(by=None, how_removal_takes_effect="vendor")
    by = person(100)
    users = [person(number) for number in range(6)]
    rows = [ReportedRow(line, user.login, "", TODAY, "") for line, user in enumerate(users[:3], 2)]

    def report(number: int) -> Callable[[], object]:
        return lambda: import_snapshot(wiki, rows, file=f"{number}.csv", as_of=TODAY, by=by)

    def grant_and_revoke(user: User) -> Callable[[], object]:
        def action() -> None:
            held = grants.grant_one(service=wiki, user=user, by=by, reason="", on=TODAY)
            grants.revoke([held], by=user, reason="", on=TODAY)

        return action

    actions = [*(grant_and_revoke(user) for user in users), *(report(number) for number in range(4))]
    assert at_once(actions) == len(actions)
    assert not License.objects.held().exists()
