"""A backup is whole and of the site it is said to be of, or it is refused, or it is said that this was not checked."""

import datetime
import fcntl
import io
import json
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from seatwise import configuration
from seatwise.audit import heads, seal_keys
from seatwise.audit.models import Entry
from seatwise.audit.verification import verify
from seatwise.commands.database_backup import back_up
from seatwise.commands.database_restore import CannotRestore, Trust, restore
from seatwise.lib import packages
from seatwise.lib.keys import fingerprint_of, public_bytes
from seatwise.lib.packages import BACKUP, SEAL, Packer
from seatwise.reviews import evidence
from seatwise.site import clock
from seatwise.site.models import Clock

OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)


def silent(table: str, rows: int) -> None:
    pass


@pytest.fixture
def file(alice: Any, tmp_path: Path) -> Path:
    back_up(tmp_path / "backup.zip", silent)
    return tmp_path / "backup.zip"


def packed_anew(file: Path, change: Callable[[dict[str, bytes]], object], comment: bytes = b"") -> bytes:
    """The same backup with something else in it, as another program packs it."""
    with zipfile.ZipFile(file) as archive:
        content = {each: archive.read(each) for each in archive.namelist()}
    change(content)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, data in content.items():
            archive.writestr(each, data)
        archive.comment = comment
    return out.getvalue()


def shuffle(content: dict[str, bytes]) -> None:
    for name in sorted(content, reverse=True):
        content[name] = content.pop(name)


def with_member(file: Path, name: str, data: bytes) -> bytes:
    """The same bytes with one more member at the end, as `zip` adds one."""
    out = io.BytesIO(file.read_bytes())
    with warnings.catch_warnings(), zipfile.ZipFile(out, "a") as archive:
        warnings.simplefilter("ignore")  # it says that the name is there already
        archive.writestr(name, data)
    return out.getvalue()


def member_again(file: Path) -> bytes:
    with zipfile.ZipFile(file) as archive:
        return with_member(file, USERS, archive.read(USERS))


def between(file: Path) -> bytes:
    content, at = file.read_bytes(), file.read_bytes().rindex(b"PK\x03\x04")
    return content[:at] + b"between" + content[at:]


def commented(file: Path) -> bytes:
    return file.read_bytes()[:-2] + b"\x04\x00note"


USERS = "directory.user.jsonl"
WAYS: dict[str, Callable[[Path], bytes]] = {
    "before": lambda file: b"before" + file.read_bytes(),
    "after": lambda file: file.read_bytes() + b"\0",
    "twice": lambda file: file.read_bytes() * 2,
    "between": between,
    "comment": commented,
    "packed anew": lambda file: packed_anew(file, lambda content: None),
    "comment of one packed anew": lambda file: packed_anew(file, lambda content: None, b"comment"),
    "shuffled": lambda file: packed_anew(file, shuffle),
    "one more": lambda file: with_member(file, "more.jsonl", b""),
    "one twice": member_again,
    "one less": lambda file: packed_anew(file, lambda content: content.pop("directory.department.jsonl")),
    "no signature": lambda file: packed_anew(file, lambda content: content.pop("manifest.sig")),
    "another manifest": lambda file: file.read_bytes().replace(b'"backup"', b'"Backup"', 1),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_backup_that_was_changed_is_refused_before_anything_is_done(file: Path, way: str) -> None:
    content = WAYS[way](file)
    assert content != file.read_bytes()
    file.write_bytes(content)
    before = Entry.objects.count()
    with pytest.raises(CannotRestore, match=r"backup\.zip is not an unchanged backup of Seatwise: "):
        restore(file, replace=True, progress=silent)
    assert Entry.objects.count() == before


def sealed_as_other(file: Path) -> None:
    """Somebody else becomes the administrator, and all sums fit, by another key."""
    with zipfile.ZipFile(file) as archive:
        content = {each: archive.read(each) for each in archive.namelist() if each not in SEAL}
        about = json.loads(archive.read("manifest.json"))["about"]
    content[USERS] = content[USERS].replace(b'"alice"', b'"mallory"')
    with file.open("wb") as out:
        packer = Packer(io.BytesIO(), BACKUP)
        for name, data in content.items():
            packer.add(name, [data])
        packer.seal(about, OTHER, out)


def test_a_backup_that_somebody_else_sealed_is_refused_before_its_tables_are_read(file: Path) -> None:
    sealed_as_other(file)
    with pytest.raises(CannotRestore, match="is of another site"):
        restore(file, replace=True, progress=silent)
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(CannotRestore, match="is of another site"):
        restore(file, replace=True, progress=silent)


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_is_changed_while_it_is_restored_changes_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_it_was = packages.verify

    def other_sums(*arguments: Any, **more: Any) -> Any:
        found = as_it_was(*arguments, **more)
        found.files[USERS]["sha256"] = "0" * 64
        return found

    monkeypatch.setattr(packages, "verify", other_sums)
    before = Entry.objects.count()
    with pytest.raises(CannotRestore, match="was changed while being read"):
        restore(file, replace=True, progress=silent)
    assert Entry.objects.count() == before


def test_cut_off_at_any_place_it_is_refused(file: Path, tmp_path: Path) -> None:
    content, part = file.read_bytes(), tmp_path / "part.zip"
    for end in [*range(0, len(content) - 1, 1999), len(content) - 1]:
        part.write_bytes(content[:end])
        with pytest.raises(CannotRestore):
            restore(part, replace=True, progress=silent)


@pytest.fixture
def new_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: Path) -> Iterator[Path]:
    """Another data directory without the keys of the old one, which it gives."""
    old = configuration.DATA_DIR.value()
    (tmp_path / "new").mkdir()
    monkeypatch.setenv("SEATWISE_DATA_DIR", str(tmp_path / "new"))
    yield old
    monkeypatch.setenv("SEATWISE_DATA_DIR", str(old))
    heads.forget()


@pytest.mark.django_db(transaction=True)
def test_on_a_new_machine_the_old_key_of_the_log_is_asked_for_and_nothing_begun_without_it(
    file: Path, new_machine: Path
) -> None:
    last = Entry.objects.newest_first()[0]
    with pytest.raises(CannotRestore, match=f"sealed with a key that is not here \\({last.key_id}\\)"):
        restore(file, replace=True, progress=silent)
    assert not (configuration.DATA_DIR.value() / seal_keys.KEY_FILE).exists()
    assert Entry.objects.newest_first()[0] == last


@pytest.mark.django_db(transaction=True)
def test_with_the_old_key_the_log_goes_on_and_is_verified_as_a_whole(file: Path, new_machine: Path) -> None:
    notes: list[str] = []
    trust = Trust(audit_keys=new_machine / seal_keys.KEY_FILE)
    restore(file, replace=True, progress=silent, trust=trust, note=notes.append)
    assert verify()
    assert verify().unknown == ()
    assert "whose backup this is was NOT checked" in "".join(notes)
    pinned = Trust(key=fingerprint_of(public_bytes(key_of(new_machine))))
    notes.clear()
    restore(file, replace=True, progress=silent, trust=pinned, note=notes.append)
    assert notes == []
    with pytest.raises(CannotRestore, match="not with the one you gave"):
        restore(file, replace=True, progress=silent, trust=Trust(key="0" * 64))


def key_of(directory: Path) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex((directory / evidence.KEY_FILE).read_text()))


@pytest.mark.django_db(transaction=True)
def test_without_the_old_key_it_is_said_what_cannot_be_known_until_the_key_comes(file: Path, new_machine: Path) -> None:
    notes: list[str] = []
    before = Entry.objects.count()
    seal_keys.key_in_force(1)  # as `seatwise init` makes one
    restore(file, replace=True, progress=silent, trust=Trust(without_audit_keys=True), note=notes.append)
    assert "the audit log was NOT verified" in "".join(notes)
    assert verify()
    assert f"Entries up to {before} are sealed with a key that is not here" in "".join(verify().unknown)
    own = configuration.DATA_DIR.value() / seal_keys.KEY_FILE
    both = [*json.loads((new_machine / seal_keys.KEY_FILE).read_text()), *json.loads(own.read_text())]
    own.write_text(json.dumps(both))
    assert verify().unknown == ()


@pytest.mark.django_db(transaction=True)
def test_a_restore_that_fails_leaves_the_keys_as_they_were(
    file: Path, new_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*arguments: Any, **more: Any) -> None:
        raise CannotRestore("no")

    monkeypatch.setattr("seatwise.commands.database_restore._write_down", fails)
    for own in (False, True):
        if own:
            seal_keys.key_in_force(1)
        before = seal_keys.known_keys()
        with pytest.raises(CannotRestore, match="no"):
            restore(file, replace=True, progress=silent, trust=Trust(audit_keys=new_machine / seal_keys.KEY_FILE))
        assert seal_keys.known_keys() == before


@pytest.mark.parametrize("content", [None, "", "[]", "no json"])
def test_a_file_of_keys_that_holds_none_is_refused(file: Path, tmp_path: Path, content: str | None) -> None:
    keys = tmp_path / "audit.key"
    if content is not None:
        keys.write_text(content)
    with pytest.raises(CannotRestore, match=r"audit\.key"):
        restore(file, replace=True, progress=silent, trust=Trust(audit_keys=keys))


def test_what_a_killed_run_left_behind_is_cleared_away_and_what_is_being_written_is_not(
    alice: Any, tmp_path: Path
) -> None:
    for name in (".backup.zip.killed.part", ".backup.zip.living.part", ".other.zip.killed.part"):
        (tmp_path / name).write_bytes(b"half")
    with (tmp_path / ".backup.zip.living.part").open("rb") as living:
        fcntl.flock(living, fcntl.LOCK_EX)
        back_up(tmp_path / "backup.zip", silent)
    found = sorted(path.name for path in tmp_path.iterdir())
    assert found == [".backup.zip.living.part", ".other.zip.killed.part", "backup.zip"]


def test_a_key_of_the_site_that_was_damaged_is_said_to_be(file: Path, tmp_path: Path) -> None:
    path = configuration.DATA_DIR.value() / evidence.KEY_FILE
    before = path.read_text()
    try:
        path.write_text("nothing")
        with pytest.raises(ValueError, match="bring it back"):
            back_up(tmp_path / "second.zip", silent)
        assert not list(tmp_path.glob("*second*"))
        with pytest.raises(CannotRestore, match="bring it back"):
            restore(file, replace=True, progress=silent)
    finally:
        path.write_text(before)


@pytest.mark.django_db(transaction=True)
def test_after_a_backup_of_last_month_was_restored_the_day_has_to_be_confirmed(alice: Any, tmp_path: Path) -> None:
    today = datetime.date(2026, 11, 24)
    last_month = today - datetime.timedelta(30)
    clock.look(last_month)
    back_up(tmp_path / "old.zip", silent)
    Clock.objects.update(day=today)
    restore(tmp_path / "old.zip", replace=True, progress=silent)
    assert clock.look(today) == clock.Jump(last_month, today)
