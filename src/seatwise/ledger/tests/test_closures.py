"""Days that were confirmed as closed: known without an access, no working days, and unknown again when undone."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.ledger import closures, covered_days
from seatwise.ledger.coverage_calendar import calendar_of
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import AsOf, Closure, Recording, Source
from seatwise.ledger.tests.world import ZONE, add_person, add_service, add_source, day, days_of, facts_of, license_for
from seatwise.lib import days
from seatwise.monitoring import listing
from seatwise.reviews.population import ground_of
from seatwise.seat_requests.usage_bound import ground

pytestmark = pytest.mark.django_db
TODAY = day("2026-11-24")
PAGE = "/administration/sources/coverage/wiki/"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATWISE_TODAY", "2026-11-24")
    Recording.objects.create(time_zone=ZONE)


@pytest.fixture
def wiki(db: None) -> Service:
    """Recorded from 2 to 13 November, but for the 7th to 9th, with an access of ann's on the 2nd."""
    wiki = add_service("wiki")
    license_for(wiki, add_person("ann"))
    hears(add_source("log", wiki), wiki, {"ann": [date(2)]}, *range(2, 7), *range(10, 14))
    return wiki


def date(of_november: int) -> int:
    return day("2026-11-01") + of_november - 1


def hears(source: Source, service: Service, accesses: dict[str, list[int]], *covered: int) -> None:
    facts = facts_of(accesses, {date(each) for each in covered})
    merge(source.revision, service, facts, zone=ZONE, today=TODAY)


def close(service: Service, first: int, last: int, reason: str = "moving house") -> Closure:
    return closures.close([service], *(days.date_of(date(each)) for each in (first, last)), reason=reason, by=None)[0]


def unknown(service: Service) -> list[int]:
    """The days of November until the 20th that are not covered."""
    known = days_of(covered_days.covered(service))
    return [each for each in range(2, 21) if date(each) not in known]


def test_a_closed_day_is_known_and_the_day_until_which_use_is_counted_moves_on(wiki: Service) -> None:
    assert unknown(wiki) == [7, 8, 9, *range(14, 21)]
    close(wiki, 7, 9)
    assert unknown(wiki) == list(range(14, 21))
    assert listing.basis(wiki).unknown_days == [(date(-16), date(1))]  # before recording began
    assert AsOf.objects.get(service=wiki).day == date(13)
    closure = close(wiki, 14, 16)
    assert AsOf.objects.get(service=wiki).day == date(16)
    closures.reopen(closure, by=None)
    assert unknown(wiki) == list(range(14, 21))
    assert AsOf.objects.get(service=wiki).day == date(16)  # never goes back
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True))[-3:] == [
        *("closure.add", "closure.add", "closure.remove")
    ]
    entry = Entry.objects.filter(verb="closure.add").latest("pk")
    assert (entry.reason, entry.after["first"]) == ("moving house", "2026-11-14")
    with pytest.raises(Refused):
        closures.reopen(closure, by=None)


def test_what_is_recorded_counts_whatever_was_confirmed(wiki: Service) -> None:
    close(wiki, 7, 9)
    hears(Source.objects.get(), wiki, {"ann": [date(8)]}, 7, 8)
    assert listing.basis(wiki).covered[days.month_of(TODAY)] == sum(1 << each - 1 for each in range(2, 14))
    calendar = calendar_of(wiki, TODAY)
    assert calendar is not None
    assert days_of(calendar.closed) == {date(9)}


def test_days_before_recording_began_are_never_closed(wiki: Service) -> None:
    with pytest.raises(Refused, match="had not begun"):
        close(wiki, 1, 3)
    close(wiki, 7, 9)
    Closure.objects.update(first=datetime.date(2026, 10, 1))  # as if older logs had been removed since
    assert days.first_in(covered_days.covered(wiki)) == date(2)


@pytest.mark.parametrize(
    ("first", "last", "reason", "said"),
    [
        (7, 9, " ", "Enter a reason"),
        (9, 7, "x", "before the first"),
        (20, 24, "x", "Only past days"),
        (8, 9, "x", "already confirmed"),
    ],
)
def test_what_is_refused(wiki: Service, first: int, last: int, reason: str, said: str) -> None:
    if said == "already confirmed":
        close(wiki, 7, 9)
    before = Closure.objects.count()
    with pytest.raises(Refused, match=said):
        close(wiki, first, last, reason)
    assert Closure.objects.count() == before


def test_holidays_and_closed_weekdays_are_no_working_days(wiki: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    close(wiki, 6, 9)  # Friday to Monday
    assert days_of(closures.days_off_of(wiki, date(1), date(23))) == {date(6), date(9)}
    monkeypatch.setenv("SEATWISE_HOLIDAYS", "JP")
    other = add_service("other")
    found = closures.days_off([wiki, other], date(1), date(23))
    assert days_of(found[wiki.pk]) == {date(3), date(6), date(9), date(23)}
    assert days_of(found[other.pk]) == {date(3), date(23)}
    assert days_of(closures.days_off_of(wiki, date(7), date(22))) == {date(9)}


def test_a_calendar_says_what_is_known_of_each_day(wiki: Service) -> None:
    close(wiki, 7, 8)
    calendar = calendar_of(wiki, TODAY)
    assert calendar is not None
    month = calendar.months[0]
    assert (month.covered, month.idle, month.closed, month.unknown) == (9, [], [(7, 8)], [(9, 9), (14, 23)])
    assert "".join(look or "." for _x, look in month.cells) == ".dddddccxddddxxxxxxxxxx".replace("cx", "cx") + "." * 7
    assert calendar_of(add_service("other"), TODAY) is None


def test_the_page_leads_from_a_gap_to_closing_it_and_back(
    client: Client, wiki: Service, alice: User, audrey: User
) -> None:
    other = add_service("other")
    hears(add_source("log2", other), other, {}, 2)
    client.force_login(alice)
    text = client.get(PAGE).content.decode()
    assert "?first=2026-11-07&amp;last=2026-11-09#closing" in text
    assert 'value="2026-11-07"' in client.get(f"{PAGE}?first=2026-11-07&last=2026-11-09").content.decode()
    fields = {"first": "2026-11-07", "last": "2026-11-09", "reason": "Golden week"}
    assert client.post(PAGE, fields | {"last": "2026-11-24"}).status_code == 200
    assert not Closure.objects.exists()
    assert client.post(PAGE, fields).status_code == 302
    assert (
        client.post(PAGE, {"first": "2026-11-10", "last": "2026-11-10", "reason": "x", "everywhere": "on"}).status_code
        == 302
    )
    found = Closure.objects.order_by("pk").values_list("service__code", "first", "confirmed_by__login")
    assert [(code, first.day, by) for code, first, by in found] == [
        ("wiki", 7, "alice"),
        ("wiki", 10, "alice"),
        ("other", 10, "alice"),
    ]
    assert "Golden week" in client.get(PAGE).content.decode()
    undo = f"{PAGE}closures/{Closure.objects.order_by('pk')[0].pk}/undo/"
    client.force_login(audrey)
    assert client.get(PAGE).status_code == 200
    assert (client.post(PAGE, fields).status_code, client.post(undo).status_code) == (403, 403)
    client.force_login(alice)
    assert client.post(f"{undo}".replace("wiki", "other")).status_code == 404
    assert client.post(undo).status_code == 302
    assert Closure.objects.filter(service=wiki).count() == 1


def test_reviews_and_the_seat_finder_expect_fewer_days(wiki: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATWISE_HOLIDAYS", "JP")
    close(wiki, 9, 10)
    judged: Any = ground_of(wiki, date(13))
    assert judged.expected(7, Decimal(5)) == 3
    assert days_of(ground(wiki, datetime.date(2026, 11, 14)).days_off) & {*range(date(1), date(14))} == {
        *(date(3), date(9), date(10))
    }
