"""Two administrators press at once. Real threads, each with a connection of its own."""

import datetime
import threading
from collections.abc import Callable, Sequence

import pytest
from django.db import connection

from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.licenses.models import Contract, License

TODAY = datetime.date(2026, 11, 24)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def wiki(transactional_db: None) -> Service:
    if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("threads share no database in memory; settings: TEST NAME must be a file")
    return Service.objects.add(code="wiki", name="Wiki", by=None)


def at_once(actions: Sequence[Callable[[], object]]) -> int:
    """Run all at once; how many were not refused. Anything else that goes wrong is raised."""
    gate = threading.Barrier(len(actions))
    done: list[int] = []
    wrong: list[BaseException] = []

    def act(action: Callable[[], object]) -> None:
        try:
            gate.wait()
            action()
            done.append(1)
        except Refused:
            pass
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    return len(done)


def person(number: int, **fields: str) -> User:
    return people.add({"login": f"user{number}", **fields}, by=None, on=TODAY)


def granting(service: Service, user: User) -> Callable[[], object]:
    return lambda: License.objects.grant(service=service, user=user, by=None, reason="", on=TODAY)


def test_twenty_grants_for_five_seats_give_exactly_five(wiki: Service) -> None:
    Contract.objects.add(service=wiki, seats=5, by=None, on=TODAY)
    users = [person(number) for number in range(20)]
    assert at_once([granting(wiki, user) for user in users]) == 5
    assert License.objects.taking_a_seat().count() == 5


def test_one_person_is_granted_once(wiki: Service) -> None:
    user = person(1)
    assert at_once([granting(wiki, user)] * 8) == 1


def test_parallel_reassigns_neither_lose_nor_double_a_seat(wiki: Service) -> None:
    Contract.objects.add(service=wiki, seats=1, by=None, on=TODAY)
    holder, *others = [person(number) for number in range(9)]
    held = License.objects.grant(service=wiki, user=holder, by=None, reason="", on=TODAY)
    moves = [
        lambda to=to: License.objects.get(pk=held.pk).reassign(to=to, by=None, reason="", on=TODAY) for to in others
    ]
    assert at_once(moves) == 1
    assert License.objects.held().count() == 1


def test_becoming_active_and_being_granted_at_once_take_no_seat_that_is_not_there(wiki: Service) -> None:
    Contract.objects.add(service=wiki, seats=1, by=None, on=TODAY)
    for number in range(6):
        sleeping, other = person(number * 2, status="inactive"), person(number * 2 + 1)
        at_once(
            [
                granting(wiki, sleeping),
                granting(wiki, other),
                lambda user=sleeping: user.activate(by=None, on=TODAY),  # type: ignore[misc]
            ]
        )
        assert License.objects.taking_a_seat().count() <= 1
        for held in License.objects.held():
            held.revoke(by=None, reason="", on=TODAY)
