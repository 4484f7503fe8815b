"""The log is sealed with a key that is not in the database."""

import datetime
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from seatwise import audit, configuration
from seatwise.audit import append_only, heads, recording, seal_keys
from seatwise.audit.heads import Head
from seatwise.audit.models import Chain, Checkpoint, Entry
from seatwise.audit.retention import CannotRemove, remove_before
from seatwise.audit.verification import verify
from seatwise.commands import verify_audit


def write(count: int = 1) -> None:
    with transaction.atomic():
        for number in range(count):
            audit.record(by=None, verb="thing.change", after={"n": number})


@pytest.fixture
def log(db: None) -> None:
    write(5)


def forge(change: Callable[[list[Entry]], list[Entry]], seal: Callable[[str], str], key_id: str = "") -> None:
    """Somebody with the database alone writes the whole log anew, with a chain that fits."""
    entries = change(list(Entry.objects.order_by("number")))
    with append_only.lifted(connection):
        Entry.objects.all().delete()
        previous = ""
        for number, entry in enumerate(entries, 1):
            entry.number, entry.key_id = number, key_id
            entry.hash = previous = seal(recording.text_of(previous, entry.content()))
            entry.save(force_insert=True)
    Chain.objects.update(number=len(entries), hash=previous)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_log_that_was_written_anew_without_the_key_is_found(log: None) -> None:
    assert verify()
    forge(lambda entries: entries[1:], sha256)
    assert "has no valid seal" in verify().problem


def test_a_log_that_was_written_anew_with_another_key_is_found(log: None) -> None:
    other = seal_keys.Key(b"x" * 50, 1)
    forge(lambda entries: entries[1:], other.seal, other.id)
    assert "a key that is not here" in verify().problem


def test_a_seal_of_ours_on_another_text_is_found(log: None) -> None:
    forge(lambda entries: entries[1:], sha256, seal_keys.known_keys()[-1].id)
    assert "was changed after it was written" in verify().problem


@pytest.mark.django_db(transaction=True)
def test_a_log_that_was_cut_off_is_found_though_its_end_fits() -> None:
    write(5)
    with append_only.lifted(connection):
        Entry.objects.filter(number__gt=3).delete()
    last = Entry.objects.get(number=3)
    Chain.objects.update(number=3, hash=last.hash)
    assert "entry 5 was written, but is missing" in verify().problem
    with transaction.atomic():  # and goes on from there
        audit.record_many({"by": None, "verb": "thing.other"} for _ in range(4))
    heads.forget()
    assert verify()


@pytest.mark.django_db(transaction=True)
def test_an_end_that_somebody_wrote_down_must_still_be_there() -> None:
    write(3)
    verdict = verify()
    assert verdict.head == Head(3, Entry.objects.get(number=3).hash)
    write(2)
    assert verify(verdict.head)
    assert not verify(Head(3, "0" * 64))
    assert not verify(Head(9, "0" * 64))


def test_entries_from_before_there_was_a_key_are_verified_without_one(db: None, tmp_path: Path) -> None:
    write(2)
    plain = [Entry.objects.get(number=1)]
    forge(lambda entries: plain, sha256)
    key = seal_keys.Key(b"k" * 50, 2)
    monkey = json.dumps([{"id": key.id, "key": "k" * 50, "from": 2}])
    path = configuration.DATA_DIR.value() / seal_keys.KEY_FILE
    before = path.read_text()
    try:
        path.write_text(monkey)
        write(1)
        assert verify(), verify().problem
        assert [entry.key_id for entry in Entry.objects.order_by("number")] == ["", key.id]
    finally:
        path.write_text(before)


def test_a_key_of_the_environment_goes_on_after_the_one_of_the_file(log: None, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Entry.objects.get(number=5).key_id
    monkeypatch.setenv("SEATWISE_AUDIT_KEY", "".join(f"{n:02d}" for n in range(40)))
    write(2)
    assert Entry.objects.get(number=7).key_id != before
    assert verify(), verify().problem


def test_a_file_of_keys_that_cannot_be_read_is_not_replaced(db: None) -> None:
    path = configuration.DATA_DIR.value() / seal_keys.KEY_FILE
    write(1)
    before = path.read_text()
    try:
        path.write_text("nothing")
        with pytest.raises(seal_keys.KeyUnreadable, match="Bring it back"):
            write(1)
        assert path.read_text() == "nothing"
    finally:
        path.write_text(before)
    assert path.stat().st_mode & 0o077 == 0


@pytest.fixture
def old(log: None, tmp_path: Path) -> Path:
    return tmp_path / "old.jsonl"


def test_a_beginning_is_removed_under_a_signed_checkpoint(old: Path) -> None:
    middle = Entry.objects.get(number=3)
    removed = remove_before(Entry.objects.get(number=5).at, old, by_text="kept for seven years")
    assert removed == len(old.read_text().splitlines())
    assert Checkpoint.objects.get().number == removed
    assert verify(), verify().problem
    assert verify().first == removed + 1
    write(2)
    assert verify()
    assert json.loads(old.read_text().splitlines()[2])["hash"] == middle.hash
    assert Entry.objects.filter(verb="audit.remove").count() == 1


@pytest.mark.parametrize("change", [{"hash": "0" * 64}, {"count": 99}, {"seal": "0" * 64}, {"key_id": "other"}])
def test_a_checkpoint_that_is_not_ours_is_found(old: Path, change: dict[str, Any]) -> None:
    remove_before(timezone.now() + datetime.timedelta(days=1), old, by_text="")
    Checkpoint.objects.update(**change)
    assert "checkpoint" in verify().problem


def test_nothing_is_removed_of_a_log_that_is_not_intact(old: Path) -> None:
    forge(lambda entries: entries[1:], sha256)
    with pytest.raises(CannotRemove):
        remove_before(timezone.now(), old, by_text="")
    assert not old.exists()


def test_a_file_that_is_there_is_not_written_over(old: Path) -> None:
    old.write_text("mine")
    with pytest.raises(FileExistsError):
        remove_before(timezone.now() + datetime.timedelta(days=1), old, by_text="")
    assert Entry.objects.count() == 5


def test_what_the_letter_says_is_read(log: None) -> None:
    assert verify_audit.heads_of(f"7:{'a' * 64}") == [Head(7, "a" * 64)]
    with pytest.raises(ValueError, match="expected NUMBER:HASH"):
        verify_audit.heads_of("7")
