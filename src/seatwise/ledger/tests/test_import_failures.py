"""Imports that fail, and lines that are nearly all malformed: told once for each source and trouble, and once more."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from seatwise.directory.models import Service, User
from seatwise.ledger import ingestion
from seatwise.ledger.ingestion import UNUSABLE
from seatwise.ledger.models import LogImport, Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.ledger.tests.world import add_service
from seatwise.ledger.words import ImportCode
from seatwise.letters.composing import compose
from seatwise.letters.models import Letter
from seatwise.lib.notices import Notice
from seatwise.logs.places import find_inputs
from seatwise.logs.rules import Rules
from seatwise.logs.tests.samples import combined

pytestmark = pytest.mark.django_db
FAILS, WORKS = ("import.fails", "alice"), ("import.works", "alice")


@pytest.fixture
def wiki(alice: User, charlie: User) -> Service:
    return add_service("wiki")


@pytest.fixture
def source(wiki: Service) -> Source:
    rules = ReadingRules(format="combined", services={"wiki": Rules()})
    found: Source = Source.objects.add(code="nginx", name="nginx", rules=rules, by=None)
    return found


def bring(source: Source, folder: Path, good: int, bad: int, **fields: object) -> LogImport:
    """Import a log with so many good and malformed lines, by whatever way: failed where none is good."""
    (folder / "a.log").write_bytes(combined() * good + b"nonsense\n" * bad)
    found = LogImport.objects.create(revision=source.revision, files=["a.log"], **fields)
    try:
        ingestion.ingest(found, find_inputs([str(folder / "a.log")]))
    except UNUSABLE as error:
        ingestion.fail(found, error.notice)
    return found


def told() -> list[tuple[str, str]]:
    return list(Letter.objects.order_by("pk").values_list("kind", "to__login"))


def test_administrators_hear_once_of_a_trouble_and_once_of_its_end(source: Source, tmp_path: Path) -> None:
    failed = LogImport.objects.create(revision=source.revision, files=["gone.log"])
    for _twice in range(2):
        ingestion.fail(failed, Notice(ImportCode.OUR_FAULT))
    assert told() == [FAILS]
    letter = Letter.objects.get()
    for language, subject in (
        ("en", "Logs of nginx could not be imported"),
        ("ja", "nginxのログを取り込めませんでした"),
    ):
        letter.language = language
        composed = compose(letter)
        assert composed is not None
        assert composed.subject == subject
        assert f"/imports/{failed.pk}/" in composed.text
    for bad in (9, 10, 30):
        bring(source, tmp_path, 1, bad)
    assert told() == [FAILS, FAILS]  # that nearly all lines are malformed is another trouble
    malformed = compose(Letter.objects.latest("pk"))
    assert malformed is not None
    assert malformed.subject == "Nearly all lines of nginx are not in its format"
    assert "9 of 10 lines of a.log are not in the format" in malformed.text
    bring(source, tmp_path, 0, 3)  # no line fits: the same trouble
    assert len(told()) == 2
    for _twice in range(2):
        bring(source, tmp_path, 2, 8)
    assert told()[2:] == [WORKS]
    assert compose(Letter.objects.get(pk=letter.pk)) is None  # it is over: who did not get it yet is spared it
    works = compose(Letter.objects.latest("pk"))
    assert works is not None
    assert works.subject == "Logs of nginx are imported again"


def test_it_is_not_over_while_another_followed_file_cannot_be_read(source: Source, tmp_path: Path) -> None:
    now = int(timezone.now().timestamp() * 1e9)
    broken = bring(source, tmp_path, 0, 3, followed="a" * 64, followed_at=now)
    bring(source, tmp_path, 3, 0, followed="b" * 64, followed_at=now)
    assert told() == [FAILS]
    LogImport.objects.filter(pk=broken.pk).update(followed_at=now - 2 * 86_400 * 10**9)  # it was rotated away
    bring(source, tmp_path, 3, 0, followed="c" * 64, followed_at=now)
    assert told() == [FAILS, WORKS]


def test_a_restored_backup_ends_imports_and_tells_nobody(source: Source) -> None:
    ingestion.fail(LogImport.objects.create(revision=source.revision, files=["a.log"]), Notice(ImportCode.RESTORED))
    assert told() == []


def test_what_is_wrong_stands_on_the_first_page(client: Client, source: Source, tmp_path: Path, alice: User) -> None:
    client.force_login(alice)
    bring(source, tmp_path, 1, 20)
    assert "nearly all lines of nginx are not in its format" in client.get("/").content.decode()
    bring(source, tmp_path, 20, 1)
    assert "nearly all lines" not in client.get("/").content.decode()
