"""The evidence of a review: sealed once, the same bytes for the same review, checked without a database."""

import csv
import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from seatwise.audit.heads import Head
from seatwise.audit.models import Chain
from seatwise.audit.verification import verify as verify_audit
from seatwise.cli import main
from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.letters.models import Letter
from seatwise.lib.packages import verify
from seatwise.licenses import checklists, grants
from seatwise.licenses.models import Policy
from seatwise.reviews import approval, evidence, execution, item_decisions, opening, reversal, tasks
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Evidence, Review
from seatwise.reviews.rules import Rule

ON = datetime.date(2026, 11, 24)


@pytest.fixture
def approved(cast: dict[str, User]) -> Review:
    """Charlie's license is to be removed; ready to be carried out."""
    alice, bob, charlie = cast["alice"], cast["bob"], cast["charlie"]
    wiki = Service.objects.add(code="wiki", name="Wiki", by=None)
    grants.grant(service=wiki, users=[charlie], by=None, reason="", on=datetime.date(2026, 1, 5))
    review = opening.draft(
        name="Q4 +1", service=wiki, owner=alice, rule=Rule(), due=datetime.date(2026, 12, 20), by=alice, on=ON
    )
    opening.open_review(review, by=alice, on=ON)
    item = review.items.get()
    item_decisions.decide(review, [item.pk], NewDecision("remove", "=moved to another job"), by=bob, on=ON)
    approval.propose(review, by=bob)
    approval.approve(review, by=alice)
    return review


@pytest.fixture
def closed(approved: Review) -> Review:
    ken = people.add({"login": "ken", "role": "administrator"}, by=None, on=ON)
    tasks.begin(approved, by=ken)
    assert execution.carry_out(approved, on=ON) == 0
    approved.refresh_from_db()
    return approved


def content_of(found: Evidence) -> io.BytesIO:
    return io.BytesIO(bytes(found.content))


def rows_of(found: Evidence, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(content_of(found)) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def test_it_is_sealed_at_closing_and_verifies(closed: Review) -> None:
    found = evidence.latest(closed)
    assert found is not None
    verdict = verify(content_of(found))
    assert verdict, verdict.problems
    assert verdict.manifest_sum == found.manifest_sum
    assert verdict.about["population_sha256"] == closed.checksum
    assert rows_of(found, "population.csv")[0]["login"] == "charlie"
    decision = rows_of(found, "decisions.csv")[0]
    assert (decision["decision"], decision["decided by"]) == ("remove", "bob")
    assert decision["reason"] == "'=moved to another job"
    assert rows_of(found, "execution.csv")[0]["as decided"] == "yes"
    assert [row["step"] for row in rows_of(found, "steps.csv")] == ["proposed", "approved", "carried_out"]


def test_what_was_gone_through_before_the_removal_is_part_of_it(approved: Review, cast: dict[str, User]) -> None:
    Policy.of(approved.service).change(by=None, checklist="owns apps?\nreads only?")
    held = approved.items.get().license
    checklists.tick(held, "owns apps?", cast["alice"], by=cast["bob"])
    ken = people.add({"login": "ken", "role": "administrator"}, by=None, on=ON)
    tasks.begin(approved, by=ken)
    assert execution.carry_out(approved, on=ON) == 0
    approved.refresh_from_db()
    checklists.tick(held, "reads only?", None, by=cast["alice"])  # after closing
    found = evidence.latest(approved)
    assert found is not None
    [row] = rows_of(found, "checklist.csv")
    told = [row[name] for name in ("login", "point", "ticked by", "handed over to")]
    assert told == ["charlie", "owns apps?", "bob", "alice"]
    assert row["at"].startswith("20")
    again = evidence.package_of(Review.objects.get(pk=approved.pk))
    with zipfile.ZipFile(io.BytesIO(again.content)) as archive:
        assert b"reads only?" not in archive.read("checklist.csv")


def test_the_same_review_gives_the_same_bytes(closed: Review) -> None:
    sealed = evidence.latest(closed)
    assert sealed is not None
    with zipfile.ZipFile(content_of(sealed)) as archive:
        before = {name: archive.read(name) for name in archive.namelist()}
    again = evidence.package_of(Review.objects.get(pk=closed.pk))
    with zipfile.ZipFile(io.BytesIO(again.content)) as archive:
        now = {name: archive.read(name) for name in archive.namelist()}
    letters = {"letters.csv", "evidence.xlsx", "manifest.json", "manifest.sig"}  # the seal's own letter came later
    assert {name for name in now if now[name] != before[name]} <= letters
    assert evidence.package_of(closed).content == again.content


def test_auditors_get_the_sums_by_mail(closed: Review, cast: dict[str, User]) -> None:
    letter = Letter.objects.get(kind="review.closed")
    assert letter.to == cast["audrey"]
    seal = closed.money["seal"]
    found = Evidence.objects.get(review=closed)
    assert seal["manifest"] == found.manifest_sum
    assert verify_audit(Head(seal["entry"], seal["head"]))
    assert Chain.objects.get().number >= seal["entry"]


def test_what_happens_later_is_sealed_around_it(closed: Review, cast: dict[str, User]) -> None:
    base = evidence.latest(closed)
    assert base is not None
    reversal.undo(closed.items.get(), by=cast["alice"], reason="needs it after all", on=ON)
    later = evidence.latest(closed)
    assert later is not None
    assert later.number == 1
    assert verify(content_of(later))
    with zipfile.ZipFile(content_of(later)) as archive:
        assert archive.read("evidence.zip") == bytes(base.content)
    assert rows_of(later, "addenda.csv")[0]["text"] == "needs it after all"
    assert bytes(Evidence.objects.get(review=closed, number=0).content) == bytes(base.content)
    assert evidence.latest(closed) == later


@pytest.fixture
def file(closed: Review, tmp_path: Path) -> Path:
    found = evidence.latest(closed)
    assert found is not None
    path = tmp_path / "evidence.zip"
    path.write_bytes(bytes(found.content))
    return path


def test_the_command_checks_it_offline(file: Path, closed: Review, capsys: Any) -> None:
    seal = closed.money["seal"]
    assert main(["verify-evidence", str(file), "--sum", seal["manifest"], "--key", seal["key"]]) == 0
    assert seal["manifest"] in capsys.readouterr().out
    assert main(["verify-evidence", str(file), "--sum", "0" * 64]) == 1
    assert "matches neither a manifest" in capsys.readouterr().out
    assert main(["verify-evidence", str(file), "--key", "0" * 64]) == 1
    assert main(["verify-evidence", str(file), "--sum", "nothing"]) == 2
    assert main(["verify-evidence", str(file.parent / "none.zip")]) == 2


def test_the_command_checks_what_is_inside_of_addenda(
    closed: Review, cast: dict[str, User], tmp_path: Path, capsys: Any
) -> None:
    reversal.undo(closed.items.get(), by=cast["alice"], reason="needs it", on=ON)
    found = evidence.latest(closed)
    assert found is not None
    path = tmp_path / "later.zip"
    path.write_bytes(bytes(found.content))
    seal = closed.money["seal"]
    assert main(["verify-evidence", str(path), "--sum", seal["manifest"]]) == 3
    said = capsys.readouterr().out
    assert "the manifest of the evidence of the closing" in said
    assert "nothing about what happened since" in said
    assert main(["verify-evidence", str(path), "--sum", seal["manifest"], "--key", seal["key"]]) == 0
    assert main(["verify-evidence", str(path), "--sum", found.manifest_sum]) == 0


def test_the_end_of_the_audit_log_is_in_it(closed: Review) -> None:
    found = evidence.latest(closed)
    assert found is not None
    number, _colon, sealed = verify(content_of(found)).about["audit_log"].partition(":")
    assert verify_audit(Head(int(number), sealed))
    assert not verify_audit(Head(int(number), "0" * 64))


def test_one_byte_is_enough(file: Path, capsys: Any) -> None:
    content = bytearray(file.read_bytes())
    content[content.index(b"population.csv") + 60] ^= 1
    file.write_bytes(bytes(content))
    assert main(["verify-evidence", str(file)]) == 1
    assert capsys.readouterr().out


def test_the_key_is_kept_and_read_by_nobody_else(closed: Review) -> None:
    from seatwise import configuration

    path = configuration.DATA_DIR.value() / evidence.KEY_FILE
    assert path.stat().st_mode & 0o077 == 0
    assert evidence.fingerprint() == evidence.fingerprint()
