"""One person's page: what stands on it, as of which day, and where it comes from."""

import datetime
import re
from typing import Any

import pytest

from seatwise.directory import people
from seatwise.directory.models import Login, Service, User
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.ledger.snapshot_file import ReportedRow
from seatwise.ledger.snapshots import import_snapshot
from seatwise.lib import days
from seatwise.licenses import change_undo, grants
from seatwise.licenses.models import License
from seatwise.logs.facts import Facts, LoginFacts, cover
from seatwise.logs.rules import Rules
from seatwise.monitoring.models import Look

TODAY = days.day_of(datetime.date(2026, 11, 24))
ADDRESS = "/administration/access/wiki/charlie/"


def date(ago: int) -> datetime.date:
    return days.date_of(TODAY - ago)


def read(
    service: Service, code: str, accesses: dict[str, list[int]], covered: tuple[int, int], **fields: Any
) -> Source:
    """Facts of days so many days ago, by a source that is made with the first of them."""
    source = Source.objects.filter(code=code).first() or Source.objects.add(
        code=code, name=code, rules=ReadingRules(services={service.code: Rules()}), by=None, **fields
    )
    facts = Facts()
    for login, ago in accesses.items():
        facts.logins[login] = LoginFacts(login, 0, days.masks_of(TODAY - n for n in ago))
    cover(facts, [(TODAY - covered[0], TODAY - covered[1])])
    merge(source.revision, service, facts, zone="Asia/Tokyo", today=TODAY)
    return source


@pytest.fixture
def wiki(cast: dict[str, Any]) -> Service:
    service = Service.objects.add(code="wiki", name="Wiki", by=None)
    license_ = grants.grant_one(
        service=service, user=cast["charlie"], by=cast["alice"], reason="new in Sales", on=date(300)
    )
    grants.revoke([license_], by=cast["bob"], reason="gave it back", on=date(200))
    grants.grant_one(service=service, user=cast["charlie"], by=None, reason="needed again", on=date(100))
    read(service, "log", {"charlie": [5, 6, 40, 80, 399]}, (400, 0))
    return service


def record(client: Any, address: str = ADDRESS) -> Any:
    response = client.get(address, follow=True)
    assert response.status_code == 200, response.status_code
    return response.context["record"]


def test_the_numbers_are_those_of_the_windows(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    found = record(client)
    assert found.last_access == date(5)
    assert [(count.window, count.number, count.at_least) for count in found.counts] == [
        (30, 2, False), (90, 4, False), (365, 4, False),
    ]  # fmt: skip


def test_numbers_are_lower_bounds_where_unknown_days_lie_in_their_window(client: Any, alice: Any, charlie: Any) -> None:
    service = Service.objects.add(code="wiki", name="Wiki", by=None)
    read(service, "log", {"charlie": [1]}, (50, 0))
    client.force_login(alice)
    assert [count.at_least for count in record(client).counts] == [False, True, True]
    assert "≥" in client.get(ADDRESS, follow=True).content.decode()


def test_as_of_a_day_nothing_later_is_known(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    found = record(client, f"{ADDRESS}?as_of={date(39)}")
    assert found.last_access == date(40)
    assert [count.number for count in found.counts] == [1, 2, 2 + 1]
    assert max(cell.date for cell in found.calendar.cells()) == date(39)
    assert [seen.last for seen in found.seen] == [date(40)]


def test_the_license_is_that_of_the_day_it_is_as_of(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    for ago, added in ((0, date(100)), (99, date(100)), (150, None), (200, None), (201, date(300)), (350, None)):
        held = client.get(f"{ADDRESS}?as_of={date(ago)}", follow=True).context["held"]
        assert (held.added_on if held else None) == added, ago


@pytest.mark.parametrize(
    "query", ["as_of=tomorrow", "as_of=2026-11-25", "as_of=2001-01-01", "as_of=2026-02-30", "unheard=1"]
)
def test_a_wrong_parameter_gets_a_message(client: Any, wiki: Service, alice: Any, query: str) -> None:
    client.force_login(alice)
    response = client.get(f"{ADDRESS}?{query}", follow=True)
    assert response.status_code == 400
    errors = [str(error) for each in response.context["form"].errors.values() for error in each]
    from django.utils.html import escape

    assert errors
    assert all(escape(error) in response.content.decode() for error in errors)


def test_license_periods_say_when_by_whom_and_why(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    page = client.get(ADDRESS, follow=True).content.decode()
    for text in (
        "28 Jan 2026<small>by Alice", "8 May 2026<small>by Bob", "new in Sales", "gave it back",
        "from the command line",
        "needed again", "still held",
    ):  # fmt: skip
        assert text in page


def test_each_source_says_what_it_saw_and_how_much_that_is_worth(client: Any, wiki: Service, alice: Any) -> None:
    read(wiki, "basic", {"charlie": [3, 5]}, (400, 0), verified=False)
    read(wiki, "idle", {}, (10, 0))
    client.force_login(alice)
    found = record(client)
    assert [(seen.source.code, seen.number, seen.first, seen.last) for seen in found.seen] == [
        ("basic", 2, date(5), date(3)), ("idle", 0, None, None), ("log", 5, date(399), date(5)),
    ]  # fmt: skip
    page = client.get(ADDRESS, follow=True).content.decode()
    assert "weak evidence" in page
    assert "verified sign-in" in page
    assert "saw no access" in page
    assert "weak evidence" in client.get(ADDRESS, follow=True).context["marks"]


def test_what_a_verified_source_saw_too_is_no_weak_evidence(client: Any, wiki: Service, alice: Any) -> None:
    read(wiki, "basic", {"charlie": [5, 6]}, (400, 0), verified=False)
    client.force_login(alice)
    assert "weak evidence" not in client.get(ADDRESS, follow=True).context["marks"]


def test_what_a_vendor_reported_is_shown_as_it_was(client: Any, wiki: Service, alice: Any) -> None:
    for ago in (60, 30):
        rows = [ReportedRow(line=2, login="charlie", name="", last_access=date(ago + 2), days="9½")]
        import_snapshot(wiki, rows, file=f"report-{ago}.csv", as_of=date(ago), by=alice)
    client.force_login(alice)
    page = re.sub(r"\s+", " ", client.get(ADDRESS, follow=True).content.decode())
    assert "reported by Wiki (vendor) on 25 October 2026" in page
    assert "last access 23 October 2026" in page
    assert "“9½” days" in page
    assert "report-30.csv" in page
    assert [str(row.snapshot.as_of) for row in record(client, f"{ADDRESS}?as_of={date(45)}").reports] == [str(date(60))]


def test_all_login_names_count_as_one_person(client: Any, wiki: Service, alice: Any, charlie: Any) -> None:
    read(wiki, "log", {"CORP\\charlie": [2, 5]}, (400, 0))
    Login.objects.get(written="CORP\\charlie").give_to(charlie, by=None)
    client.force_login(alice)
    assert record(client).last_access == date(2)
    assert record(client).counts[0].number == 3
    assert "CORP\\charlie" in client.get(ADDRESS, follow=True).content.decode()


def test_days_of_the_api_alone_are_shown_apart_and_not_counted(client: Any, wiki: Service, alice: Any) -> None:
    source = Source.objects.get(code="log")
    facts = Facts()
    facts.logins["charlie"] = LoginFacts("charlie", 0, {}, days.masks_of([TODAY - 5, TODAY - 1]))
    merge(source.revision, wiki, facts, zone="Asia/Tokyo", today=TODAY)
    client.force_login(alice)
    found = record(client)
    looks = {cell.date: cell.look for cell in found.calendar.cells()}
    assert (looks[date(1)], looks[date(5)]) == ("p", "d")
    assert found.counts[0].number == 2
    assert found.seen[0].program_number == 1
    assert not found.api_only


def test_departments_and_marks(client: Any, wiki: Service, alice: Any, charlie: Any) -> None:
    people.change(charlie, {"departments": [], "employment": "part_time"}, by=alice, on=date(3))
    grants.revoke([License.objects.held().get()], by=alice, reason="", on=date(2))
    grants.grant_one(service=wiki, user=charlie, by=None, reason="", on=date(1))
    client.force_login(alice)
    response = client.get(ADDRESS, follow=True)
    assert response.context["marks"] == ["new license", "part time"]
    assert "Sales" in response.content.decode()
    assert "21 Nov 2026" in response.content.decode()


def test_empty_states(client: Any, alice: Any, charlie: Any) -> None:
    service = Service.objects.add(code="wiki", name="Wiki", by=None)
    client.force_login(alice)
    page = client.get(ADDRESS, follow=True).content.decode()
    for text in ("Nothing recorded yet", "No license was ever added", "No source reads the logs", "No access"):
        assert text in page, text
    read(service, "log", {}, (9, 0))
    page = client.get(ADDRESS, follow=True).content.decode()
    assert "No access" in page
    assert "since 15 Nov 2026" in page
    assert "saw no access" in page


def test_it_speaks_japanese(client: Any, wiki: Service, alice: Any) -> None:
    people.change(alice, {"language": "ja"}, by=alice, on=date(0))
    client.force_login(alice)
    page = client.get(ADDRESS, follow=True).content.decode()
    for text in ("最終アクセス日", "アクセス日", "ライセンス", "閲覧した人"):
        assert text in page, text


def test_the_number_of_queries_does_not_grow(
    client: Any, wiki: Service, alice: Any, django_assert_max_num_queries: Any
) -> None:
    client.force_login(alice)
    client.get(ADDRESS, follow=True)
    with django_assert_max_num_queries(39) as few:
        client.get(ADDRESS, follow=True)
    for number in range(8):
        read(wiki, f"log{number}", {"charlie": [number * 40]}, (400, 0))
        rows = [ReportedRow(line=2, login="charlie", name="", last_access=date(number + 1), days="")]
        import_snapshot(wiki, rows, file=f"{number}.csv", as_of=date(number), by=alice)
        other = Service.objects.add(code=f"s{number}", name=f"S{number}", by=None)
        grants.grant_one(service=other, user=User.objects.get(login="charlie"), by=None, reason="", on=date(9))
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(ADDRESS, follow=True)


LOGINS = [
    "a/b", "..", ".", "%2F", "a~b", "~41", "CORP\\x", "山田 太郎", "a@b.example", "q?x#y&z", "'\"<i>", "/x/", "a+b;c",
]  # fmt: skip


@pytest.mark.parametrize("login", LOGINS)
def test_any_login_is_found_by_its_address(client: Any, wiki: Service, alice: Any, login: str) -> None:
    from django.urls import reverse

    people.add({"login": login, "name": "Odd"}, by=None, on=date(1))
    client.force_login(alice)
    address = reverse("monitoring:person", args=["wiki", login])
    assert address.count("/") == 5
    response = client.get(address, follow=True)
    assert response.status_code == 200
    assert response.context["person"].login == login


@pytest.mark.parametrize("part", ["nobody", "~zz", "~4", "~", "~FF", "~C3~28"])
def test_what_no_login_is_written_as_is_not_found(client: Any, wiki: Service, alice: Any, part: str) -> None:
    client.force_login(alice)
    answer = client.get(f"/administration/access/wiki/{part}/")
    assert answer.status_code == 404
    assert "Page not found" in answer.content.decode()
    assert not Look.objects.exists()


def test_after_an_undo_the_list_and_the_page_of_a_person_say_the_same_of_each_day(
    client: Any, alice: Any, charlie: Any
) -> None:
    service = Service.objects.add(code="wiki", name="Wiki", by=None)
    held = grants.grant_one(service=service, user=charlie, by=None, reason="", on=date(300))
    grants.revoke([held], by=None, reason="", on=date(20))
    assert held.removed_in is not None
    change_undo.undo_change(held.removed_in, by=None, reason="a mistake", on=date(0))
    read(service, "log", {"charlie": [5]}, (400, 1))
    client.force_login(alice)
    for day, since in (("", date(300)), (f"?as_of={date(10)}", None), (f"?as_of={date(30)}", date(300))):
        listed = [line.row.since for line in client.get(f"/administration/access/wiki/{day}").context["lines"]]
        held_then = client.get(f"{ADDRESS}{day}", follow=True).context["held"]
        assert listed == ([since] if since else []), day
        assert (held_then.first_day if held_then else None) == since, day


def test_as_of_a_day_a_license_is_as_old_as_it_was_then(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    for least, found in ((50, [date(300)]), (51, [date(300)]), (52, [])):
        address = f"/administration/access/wiki/?as_of={date(250)}&held_at_least={least}"
        assert [line.row.since for line in client.get(address, follow=True).context["lines"]] == found
