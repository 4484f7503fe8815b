"""One import out of the ledger again: what is left is what the others say, in whatever order they go."""

import datetime
import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from seatwise import configuration
from seatwise.audit.models import Entry
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.ledger import import_removal, ingestion
from seatwise.ledger.fact_merge import forget, merge
from seatwise.ledger.ingestion import bring_in
from seatwise.ledger.models import ImportFacts, LogImport, Snapshot, Source
from seatwise.ledger.snapshots import remove_snapshot
from seatwise.ledger.tests.test_snapshots import bring as bring_report, row
from seatwise.ledger.tests.world import (
    ON,
    add_person,
    add_service,
    add_source,
    day,
    expected_row,
    facts_of,
    ledger,
    license_for,
    usage_rows,
)
from seatwise.ledger.zones import zone_for_reading

pytestmark = pytest.mark.django_db
TODAY = day("2026-11-24")
Said = Mapping[str, Iterable[int]]
IMPORTS: tuple[Said, ...] = (
    {"ann": {TODAY, TODAY - 1}, "ben": {TODAY - 40}},
    {"ann": {TODAY - 1, TODAY - 2}},
    {"ann": {TODAY - 2, TODAY}, "ben": {TODAY - 40, TODAY - 3}},
)


@pytest.fixture
def source(db: None) -> Source:
    wiki = add_service("wiki")
    license_for(wiki, add_person("ann"), add_person("ben"), add_person("zoe"))
    found = add_source("proxy", wiki)
    merge(found.revision, wiki, facts_of({"zoe": {TODAY}}), zone=zone_for_reading(), today=TODAY)
    return found


def bring(source: Source, said: Said, programs: Said | None = None) -> LogImport:
    made = LogImport.objects.create(revision=source.revision, files=["access.log"], state="running")
    service = Service.objects.get(pk=source.revision.servings.get().service_id)
    bring_in(made, [service], [facts_of(said, None, programs)], "combined")
    return made


def say_more(made: LogImport, said: Said) -> None:
    bring_in(made, [Service.objects.get()], [facts_of(said)], "combined")


def left_of(source: Source, said: Iterable[Said], removed: Iterable[int] = ()) -> dict[str, Any]:
    """The ledger after these imports without some of them; nothing of it stays."""
    with transaction.atomic():
        made = [bring(source, each) for each in said]
        for number in removed:
            import_removal.remove(made[number], by=None)
        found = ledger()
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("removed", [order for n in (1, 2, 3) for order in itertools.permutations(range(3), n)])
def test_what_is_left_is_what_the_others_say(source: Source, removed: tuple[int, ...]) -> None:
    rest = [said for number, said in enumerate(IMPORTS) if number not in removed]
    assert left_of(source, IMPORTS, removed) == left_of(source, rest)


def test_what_was_said_before_facts_were_kept_stays(source: Source) -> None:
    wiki = Service.objects.get()
    merge(source.revision, wiki, facts_of({"ann": {TODAY - 5}}), zone=zone_for_reading(), today=TODAY)
    before = ledger()
    made = bring(source, {"ann": {TODAY - 5, TODAY - 6}}, {"ben": {TODAY - 5}})
    assert ledger() != before
    assert import_removal.remove(made, by=None) == 1
    assert ledger() == before
    assert usage_rows()["wiki", "ann"] == expected_row({TODAY - 5}, (), TODAY)


def test_a_followed_file_says_more_by_one_import_and_keeps_what_it_says_too(source: Source) -> None:
    before = ledger()
    followed, other = bring(source, {"ann": {TODAY - 1}}), bring(source, {"ann": {TODAY}})
    say_more(followed, {"ann": {TODAY - 1, TODAY, TODAY - 2}})
    say_more(followed, {"ann": {TODAY - 1, TODAY, TODAY - 2}})
    assert import_removal.remove(other, by=None) == 0
    assert usage_rows()["wiki", "ann"] == expected_row({TODAY - 1, TODAY, TODAY - 2}, (), TODAY)
    assert import_removal.remove(followed, by=None) == 3
    assert ledger() == before


def test_an_import_goes_once_and_only_as_long_as_its_facts_are_kept(source: Source) -> None:
    first, second, third = (bring(source, {"ann": {TODAY - n}}) for n in range(3))
    import_removal.remove(first, by=None)
    with pytest.raises(Refused, match="done"):
        import_removal.remove(first, by=None)
    long_ago = timezone.now() - configuration.days_of(configuration.KEEP_IMPORTS) - datetime.timedelta(hours=1)
    LogImport.objects.filter(pk=second.pk).update(asked_at=long_ago)
    assert import_removal.clear(ON) == "imports that can no longer be removed: 1"
    before = ledger()
    with pytest.raises(Refused, match="30 days"):
        import_removal.remove(second, by=None)
    assert ledger() == before
    forget(source.revision, by=None, on=ON)
    assert not ImportFacts.objects.exists()
    with pytest.raises(Refused, match="removed"):
        import_removal.remove(third, by=None)


def test_an_administrator_removes_it_on_its_page(client: Any, cast: dict[str, User], source: Source) -> None:
    made = bring(source, {"ann": {TODAY}})
    page = f"/administration/sources/imports/{made.pk}/"
    client.force_login(cast["audrey"])
    assert client.post(f"{page}removing/").status_code == 403
    assert "Remove this import" not in client.get(page).content.decode()
    client.force_login(cast["alice"])
    assert f'action="{page}removing/"' in client.get(page).content.decode()
    text = client.post(f"{page}removing/", {"reason": "the wrong log"}, follow=True).content.decode()
    assert "1 access day is no longer counted" in text
    assert "What only this import brought has been removed" in text
    made.refresh_from_db()
    entry = Entry.objects.newest_first()[0]
    assert (made.state, entry.verb, entry.reason) == ("removed", "import.remove", "the wrong log")
    assert usage_rows()["wiki", "ann"].days_30 == 0
    client.post("/language/", {"language": "ja", "next": "/"})
    assert "削除" in client.get(page).content.decode()


def test_a_report_goes_with_the_dates_that_no_other_says(client: Any, alice: User) -> None:
    wiki = add_service("wiki")
    license_for(wiki, add_person("ann"), add_person("ben"))
    first = bring_report(wiki, row("ann", "2026-11-20", "9"), row("ben", "2026-11-19", line=3))
    bring_report(wiki, row("ann", "2026-11-20", "4"), as_of=datetime.date(2026, 11, 21))
    client.force_login(alice)
    client.post(f"/administration/sources/snapshots/{first.pk}/removing/", {"reason": "another month"})
    assert [str(each.as_of) for each in Snapshot.objects.all()] == ["2026-11-21"]
    rows = usage_rows()
    assert rows["wiki", "ann"].last_day == day("2026-11-20")
    assert rows["wiki", "ben"] == (0, 0, 0, 0)
    assert Entry.objects.newest_first()[0].verb == "snapshot.remove"
    with pytest.raises(Refused, match="already removed"):
        remove_snapshot(first, by=None)


@pytest.mark.parametrize("removed", [(0,), (1,), (2,), (0, 1), (1, 0), (0, 2, 1)])
def test_the_same_again_keeps_what_it_says_when_the_first_goes(source: Source, removed: tuple[int, ...]) -> None:
    imports = (IMPORTS[0], IMPORTS[0], IMPORTS[1])
    rest = [said for number, said in enumerate(imports) if number not in removed]
    assert left_of(source, imports, removed) == left_of(source, rest)


def test_the_same_again_is_new_where_the_first_goes_while_it_is_counted(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, before = bring(source, IMPORTS[0]), ledger()
    monkeypatch.setattr(ingestion, "findings_of", lambda *_: (import_removal.remove(first, by=None), []) and ({}, []))
    second = bring(source, IMPORTS[0])
    assert ledger() == before
    assert Entry.objects.newest_first()[0].verb == "import.done"
    assert import_removal.remove(second, by=None) == 3
