"""Vendors' reports in the ledger: verbatim, dated, and each last access date an access day of that source."""

import datetime

import pytest

from seatwise.audit.models import Entry
from seatwise.directory.changes import Refused
from seatwise.directory.models import Login, Service, User
from seatwise.ledger.fact_merge import forget
from seatwise.ledger.models import AsOf, Coverage, Snapshot, Source
from seatwise.ledger.snapshot_file import ReportedRow
from seatwise.ledger.snapshots import import_snapshot, vendor_source
from seatwise.ledger.tests.world import add_person, add_service, add_source, day, license_for, usage_rows

AS_OF = datetime.date(2026, 11, 22)
pytestmark = pytest.mark.django_db


@pytest.fixture
def wiki(db: None) -> Service:
    wiki = add_service("wiki")
    license_for(wiki, add_person("ann"), add_person("ben"))
    return wiki


def row(login: str, last: str = "", days: str = "", name: str = "", line: int = 2) -> ReportedRow:
    return ReportedRow(line, login, name, datetime.date.fromisoformat(last) if last else None, days)


def bring(service: Service, *rows: ReportedRow, as_of: datetime.date = AS_OF, by: User | None = None) -> Snapshot:
    return import_snapshot(service, rows, file="r.csv", as_of=as_of, by=by)


def test_a_last_access_date_is_an_access_day(wiki: Service) -> None:
    bring(wiki, row("ann", "2026-11-20", ""), row("ben", "", "0", line=3))
    rows = usage_rows(wiki)
    assert (rows["wiki", "ann"].last_day, rows["wiki", "ann"].days_30) == (day("2026-11-20"), 1)
    assert rows["wiki", "ben"].last_day == 0
    assert AsOf.objects.get(service=wiki).day == day("2026-11-22")
    assert not Coverage.objects.exists()  # what a vendor does not name is unknown, not unused


def test_it_is_kept_verbatim_with_its_source_and_date(wiki: Service, alice: User) -> None:
    snapshot = bring(wiki, row("ann", "2026-11-20", "twelve"), row("Who", line=3), by=alice)
    assert list(snapshot.rows.order_by("pk").values_list("login__written", "last_access", "reported_days")) == [
        ("ann", datetime.date(2026, 11, 20), "twelve"),
        ("Who", None, ""),
    ]
    assert (snapshot.revision.source.kind, snapshot.as_of, snapshot.imported_by) == ("vendor", AS_OF, alice)
    assert Login.objects.unknown().get().written == "Who"
    assert Entry.objects.newest_first()[0].verb == "snapshot.import"


def test_a_name_is_looked_up_in_the_directory(wiki: Service) -> None:
    bring(wiki, row("", "2026-11-20", name="Ann"))
    assert usage_rows(wiki)["wiki", "ann"].days_30 == 1


def test_whose_row_it_is_may_be_said_by_an_address_or_another_text_of_it(wiki: Service) -> None:
    User.objects.filter(login="ann").update(email="Ann@Example.com", name="Ann A.")
    User.objects.filter(login="ben").update(email="b@example.com", name="Ben B.")
    bring(wiki, row("ann@example.COM", "2026-11-20"), ReportedRow(3, "557:bb", "", AS_OF, "", ("x", "b@example.com")))
    assert [usage_rows(wiki)["wiki", login].days_30 for login in ("ann", "ben")] == [1, 1]
    User.objects.update(email="both@example.com")
    snapshot = bring(wiki, row("both@example.com", "2026-11-21"), row("z", "2026-11-21", name="Ben", line=3))
    assert sorted(snapshot.rows.values_list("login__written", flat=True)) == ["both@example.com", "z"]


def test_a_row_whose_texts_are_of_two_people_is_refused(wiki: Service) -> None:
    User.objects.filter(login="ben").update(email="b@example.com")
    with pytest.raises(Refused, match=r"line 2: “ann, b@example.com” belong to different people \(ann, ben\)"):
        bring(wiki, ReportedRow(2, "ann", "", AS_OF, "", ("b@example.com",)))


def test_of_two_accounts_of_one_person_the_later_day_counts(wiki: Service) -> None:
    User.objects.filter(login="ann").update(email="a@example.com")
    snapshot = bring(wiki, row("a@example.com", "2026-11-20"), row("ann", "2026-11-19", line=3))
    assert snapshot.rows.get().last_access == datetime.date(2026, 11, 20)
    assert usage_rows(wiki)["wiki", "ann"].last_day == day("2026-11-20")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row("", name="Nobody")], "No one in the report was recognized"),
        ([row("", name="Twin")], "No one in the report was recognized"),
        ([row("ann", "2026-11-23")], "last access 2026-11-23 is after 2026-11-22"),
    ],
)
def test_what_cannot_be_imported_is_named_and_nothing_is(wiki: Service, rows: list[ReportedRow], said: str) -> None:
    add_person("twin1", name="Twin")
    add_person("twin2", name="Twin")
    with pytest.raises(Refused, match=said):
        bring(wiki, *rows)
    assert not Snapshot.objects.exists()
    assert not Source.objects.exists()


def test_a_report_of_the_future_is_refused(wiki: Service) -> None:
    with pytest.raises(Refused, match="2026-11-25, which is in the future"):
        bring(wiki, row("ann"), as_of=datetime.date(2026, 11, 25))


def test_the_same_report_again_replaces_it_and_another_stands_beside_it(wiki: Service) -> None:
    bring(wiki, row("ann", "2026-11-20"))
    bring(wiki, row("ann", "2026-11-20"), row("ben", line=3))
    bring(wiki, row("ann", "2026-11-10"), as_of=datetime.date(2026, 11, 15))
    assert list(Snapshot.objects.newest_first().values_list("rows_count", flat=True)) == [2, 1]
    assert usage_rows(wiki)["wiki", "ann"].days_30 == 2


def test_each_service_has_a_source_of_its_own_whatever_others_are_called(wiki: Service) -> None:
    taken = add_source("wiki-vendor", wiki)  # a log that is called so
    long = [add_service("x" * 45 + end) for end in "ab"]
    vendors = [vendor_source(service, by=None) for service in (wiki, *long)]
    assert len({vendor.pk for vendor in [taken, *vendors]}) == 4
    assert {vendor.kind for vendor in vendors} == {"vendor"}
    assert vendor_source(wiki, by=None) == vendors[0]


def test_after_forgetting_reports_can_be_imported_again(wiki: Service) -> None:
    snapshot = bring(wiki, row("ann", "2026-11-20"))
    forget(snapshot.revision, by=None, on=AS_OF)
    assert not Snapshot.objects.exists()
    assert usage_rows(wiki)["wiki", "ann"].last_day == 0
    bring(wiki, row("ann", "2026-11-20"))
    assert usage_rows(wiki)["wiki", "ann"].last_day == day("2026-11-20")
