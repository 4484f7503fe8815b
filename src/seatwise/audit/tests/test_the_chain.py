"""Entries are only added, and a change to one is found."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from seatwise import audit
from seatwise.audit import append_only
from seatwise.audit.models import Chain, Entry
from seatwise.audit.verification import verify


@pytest.fixture
def three(alice: Any) -> list[Entry]:
    with transaction.atomic():
        audit.record(by=alice, verb="user.change", subject=alice, before={"name": "A"}, after={"name": "佐藤\0\ud800"})
        audit.record_many({"by": None, "verb": "user.add", "subject": alice} for _ in range(2))
    return list(Entry.objects.order_by("-number")[:3])


def test_an_entry_says_who_did_what_to_whom(three: list[Entry], alice: Any) -> None:
    entry = three[2]
    assert (entry.by, entry.by_login, entry.verb, entry.subject_text) == (alice, "alice", "user.change", "Alice")
    assert entry.before == {"name": "A"}
    assert entry.after == {"name": "佐藤\\x00\\ud800"}
    assert list(Entry.objects.about(alice)[:1])


def test_entries_are_numbered_without_gaps_and_verified(three: list[Entry]) -> None:
    assert [entry.number for entry in Entry.objects.order_by("number")] == list(range(1, Entry.objects.count() + 1))
    assert verify()
    assert verify().entries == Entry.objects.count()


def test_nothing_was_written_is_verified(db: None) -> None:
    assert verify().entries == 0


def test_values_of_every_kind_come_back_as_they_were_hashed(db: None) -> None:
    import datetime
    from decimal import Decimal

    values = {"d": datetime.date(2026, 11, 24), "x": Decimal("2.50"), "f": 1e22, "n": 10**30, "l": {2, 1}, "t": True}
    with transaction.atomic():
        audit.record(by=None, verb="thing.change", after=values)
    assert verify()
    assert Entry.objects.get().after["x"] == "2.50"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET verb = 'user.nothing'",
        "UPDATE audit_entry SET number = number + 1000",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry",
    ],
)
def test_the_database_refuses_to_change_or_delete_entries(three: list[Entry], statement: str) -> None:
    if ("TRUNCATE" if connection.vendor == "sqlite" else "REPLACE") in statement:
        pytest.skip("not said in this database")
    connection.check_constraints()
    refused = pytest.raises(DatabaseError, match="never changed or deleted")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert verify()


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE audit_entry SET reason = 'other' WHERE number = 2",
            "entry 2 or the one before it was changed after it was written",
        ),
        ("DELETE FROM audit_entry WHERE number = 2", "entry 2 is missing"),
        ("DELETE FROM audit_entry WHERE number = (SELECT MAX(number) FROM audit_entry)", "the log should end with"),
    ],
)
def test_a_change_behind_the_back_of_the_triggers_is_found(three: list[Entry], statement: str, problem: str) -> None:
    with append_only.lifted(connection), connection.cursor() as cursor:
        cursor.execute(statement)
    assert not verify()
    assert problem in verify().problem


def test_an_entry_goes_with_its_change_or_not_at_all(three: list[Entry]) -> None:
    before = Entry.objects.count(), Chain.objects.get().number

    class Failed(Exception):
        pass

    def fail_halfway() -> None:
        with transaction.atomic():
            audit.record(by=None, verb="user.add")
            raise Failed

    with pytest.raises(Failed):
        fail_halfway()
    assert (Entry.objects.count(), Chain.objects.get().number) == before


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_of_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        audit.record(by=None, verb="user.add")
    with transaction.atomic():
        audit.record(by=None, verb="user.add")


@pytest.mark.django_db(transaction=True)
def test_the_triggers_are_back_after_a_test_that_emptied_the_tables() -> None:
    with transaction.atomic():
        audit.record(by=None, verb="user.add")
    with pytest.raises(DatabaseError):
        Entry.objects.all().delete()
