"""Cut tails, old databases that were put back and logs written anew are found, or it is said that nobody can know."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from seatwise import configuration
from seatwise.audit import append_only, heads, seal_keys
from seatwise.audit.heads import Head
from seatwise.audit.models import Chain, Entry
from seatwise.audit.tests.test_sealing import forge, sha256, write
from seatwise.audit.verification import verify
from seatwise.commands import audit_head, run_command, verify_audit
from seatwise.lib.packages import seal
from seatwise.reviews.evidence import signing_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _files_of_its_own() -> Iterator[None]:
    """The key and the head as they were, whatever a test does to them."""
    key = configuration.DATA_DIR.value() / seal_keys.KEY_FILE
    write()
    before = key.read_text()
    heads.forget()
    yield
    key.write_text(before)
    heads.forget()


def command(module: object, *arguments: str) -> int:
    name = str(module.__name__).rpartition(".")[2].replace("_", "-")  # type: ignore[attr-defined]
    return run_command([name, *arguments])


def head_file() -> Path:
    return configuration.DATA_DIR.value() / heads.HEAD_FILE


def rolled_back_to(number: int) -> None:
    """An old state of the database, as a copy of its file would bring it back."""
    with append_only.lifted(connection):
        Entry.objects.filter(number__gt=number).delete()
    Chain.objects.update(number=number, hash=Entry.objects.get(number=number).hash)


def whole() -> None:
    """A log of five entries of which everything is known."""
    write(4)
    chain = Chain.objects.get()
    heads.settle(Head(chain.number, chain.hash))


def test_of_a_whole_log_nothing_is_left_open(capsys: pytest.CaptureFixture[str]) -> None:
    whole()
    assert command(verify_audit) == 0
    assert "All 5 entries are as they were written. It ends with 5:" in capsys.readouterr().out


def test_an_old_database_is_found_also_after_the_log_went_on() -> None:
    whole()
    lost = heads.head()
    rolled_back_to(2)
    assert "entry 5 was written, but is missing" in verify().problem
    write(7)
    assert Chain.objects.get().number == 9
    assert heads.remembered().missing == (lost,)
    assert "entry 5 was written, but is missing or was replaced" in verify().problem


def test_a_log_that_went_on_to_the_same_length_is_found() -> None:
    whole()
    rolled_back_to(4)
    write(1)
    assert "entry 5" in verify().problem


def test_what_others_wrote_meanwhile_is_not_missing() -> None:
    """Two processes commit one after the other, and say so in the other order; and another machine wrote before."""
    whole()
    ends = [Head(0, ""), *(Head(entry.number, entry.hash) for entry in Entry.objects.order_by("number"))]
    heads.settle(ends[3])
    heads.remember(ends[5], ends[4])
    heads.remember(ends[4], ends[3])
    assert (heads.head(), heads.remembered().missing) == (ends[5], ())


@pytest.mark.parametrize(
    ("content", "words"), [(None, "is missing"), ("", "is empty"), ("\n", "is empty"), ("7", "cannot be read")]
)
def test_without_a_head_a_cut_tail_cannot_be_known_and_that_is_said(
    content: str | None, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    whole()
    rolled_back_to(3)
    head_file().unlink() if content is None else head_file().write_text(content)
    assert command(verify_audit) == 3
    said = capsys.readouterr().out
    assert "All 3 entries are in order" in said
    assert words in said.split("NOT verified: ")[1]
    write(1)  # and the next entry does not hide it
    assert command(verify_audit) == 3
    assert "started again at entry 4" in capsys.readouterr().out


def test_a_head_that_was_kept_elsewhere_finds_it_nevertheless(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole()
    assert command(audit_head) == 0
    kept = tmp_path / "kept.txt"
    kept.write_text(f"from the letter: {capsys.readouterr().out}\n")
    assert command(verify_audit, "--head", str(kept)) == 0
    rolled_back_to(3)
    heads.forget()
    assert command(verify_audit, "--head", str(kept)) == 1
    assert "entry 5 was written, but is missing" in capsys.readouterr().out


def test_the_evidence_of_a_review_serves_as_a_head(tmp_path: Path) -> None:
    whole()
    package = tmp_path / "evidence.zip"
    about = {"kind": "evidence", "audit_log": str(heads.head())}
    package.write_bytes(seal({"a.csv": b""}, about, signing_key()).content)
    assert command(verify_audit, "--head", str(package)) == 0
    rolled_back_to(3)
    heads.forget()
    assert command(verify_audit, "--head", str(package)) == 1
    package.write_bytes(package.read_bytes() + b"\0")
    assert command(verify_audit, "--head", str(package)) == 2


def test_a_log_written_anew_without_the_key_there_is_not_called_intact(capsys: pytest.CaptureFixture[str]) -> None:
    whole()
    key = configuration.DATA_DIR.value() / seal_keys.KEY_FILE
    forge(lambda entries: entries[1:], sha256)
    key.unlink()
    heads.forget()
    assert command(verify_audit) == 3
    assert "could have rewritten the whole log" in capsys.readouterr().out
    key.write_text("")
    assert command(verify_audit) == 2


def test_entries_of_a_key_that_is_not_here_are_not_called_wrong_but_not_checked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole()
    used = Entry.objects.get(number=5).key_id
    new = seal_keys.Key(b"n" * 50, 6)
    key = configuration.DATA_DIR.value() / seal_keys.KEY_FILE
    key.write_text(json.dumps([{"id": new.id, "key": "n" * 50, "from": 6}]))
    write(1)
    assert command(verify_audit) == 3
    assert f"Entries up to 5 are sealed with a key that is not here ({used})" in capsys.readouterr().out
    with append_only.lifted(connection):
        Entry.objects.filter(number=6).update(key_id=used)
    assert "a key that is not here" in verify().problem


def test_a_key_that_is_younger_than_the_log_shows_that_an_old_database_was_put_back() -> None:
    whole()
    key = configuration.DATA_DIR.value() / seal_keys.KEY_FILE
    more = {"id": "new", "key": "n" * 50, "from": 9}
    key.write_text(json.dumps([*json.loads(key.read_text()), more]))
    heads.forget()
    assert "created for entry 9, but the log ends before it" in verify().problem


def test_an_empty_log_is_not_called_intact(capsys: pytest.CaptureFixture[str]) -> None:
    with append_only.lifted(connection):
        Entry.objects.all().delete()
    Chain.objects.all().delete()
    heads.forget()
    assert command(verify_audit) == 3
    assert "The log is empty" in capsys.readouterr().out


def test_whoever_takes_the_log_as_it_is_leaves_an_entry_that_names_what_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole()
    lost = str(heads.head())
    rolled_back_to(2)
    write(1)
    assert command(audit_head) == 1
    assert lost in capsys.readouterr().err
    assert command(audit_head, "--accept", "the disk failed, and the copy of Monday was put back") == 0
    entry = Entry.objects.newest_first()[0]
    assert (entry.verb, entry.after["missing"]) == ("audit.accept", [lost])
    assert command(verify_audit) == 0


def test_a_head_that_cannot_be_written_undoes_nothing() -> None:
    head_file().mkdir()
    try:
        write(2)
        assert Entry.objects.count() == 3
        assert "cannot be read" in " ".join(verify().unknown)
    finally:
        head_file().rmdir()


def test_the_page_says_what_could_not_be_checked(client: Client, alice: object) -> None:
    heads.forget()
    client.force_login(alice)  # type: ignore[arg-type]
    heads.forget()
    text = client.get("/administration/audit/verification/").content.decode()
    assert "Not verified here" in text
    assert "is missing" in text or "started again" in text
