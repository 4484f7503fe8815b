"""Schedules: a draft on its day, its owner told, and what the pages of schedules say and refuse."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seatwise.audit.models import Entry
from seatwise.cast import post_changed
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, Service, User
from seatwise.letters.composing import compose
from seatwise.letters.models import Letter
from seatwise.reviews import recurrence
from seatwise.reviews.models import Review, Schedule
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.choosing_world import ON
from seatwise.reviews.tests.deciding_world import service_with

ADDRESS = "/administration/reviews/schedules/"


def date(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.fixture
def wiki(cast: dict[str, User]) -> Service:
    return service_with(cast["charlie"])


def scheduled(wiki: Service, owner: User, first: str = "2026-12-01", every: int = 3, **terms: Any) -> Schedule:
    given = {"name": "Quarterly", "rule": Rule(idle_days=60).as_json(), "due_days": 30, **terms}
    return recurrence.add(service=wiki, owner=owner, first_on=date(first), every_months=every, by=owner, on=ON, **given)


def drafted() -> list[str]:
    return list(Review.objects.order_by("pk").values_list("name", flat=True))


def test_a_draft_comes_on_its_day_and_its_owner_is_told(wiki: Service, cast: dict[str, User]) -> None:
    schedule = scheduled(wiki, cast["bob"])
    assert recurrence.draft_due(date("2026-11-30")) is None
    assert recurrence.draft_due(date("2026-12-01")) == "reviews drafted by their schedules: 1"
    assert recurrence.draft_due(date("2026-12-01")) is None
    review = Review.objects.get()
    assert (review.name, review.state, review.owner, review.due, review.schedule) == (
        "Quarterly, December 2026", "draft", cast["bob"], date("2026-12-31"), schedule,
    )  # fmt: skip
    assert (review.judges_by, review.asks_again) == (Rule(idle_days=60), False)
    schedule.refresh_from_db()
    assert schedule.next_on == date("2027-03-01")
    [letter] = Letter.objects.of_kind("review.drafted")
    assert letter.to == cast["bob"]


def test_the_letter_leads_to_the_draft(wiki: Service, cast: dict[str, User]) -> None:
    scheduled(wiki, cast["bob"])
    recurrence.draft_due(date("2026-12-01"))
    mail = compose(Letter.objects.of_kind("review.drafted").get())
    assert mail is not None
    assert f"/administration/reviews/{Review.objects.get().pk}/" in mail.text
    Review.objects.update(state="cancelled")
    assert compose(Letter.objects.of_kind("review.drafted").get()) is None


def test_after_months_without_the_site_one_draft_comes(wiki: Service, cast: dict[str, User]) -> None:
    schedule = scheduled(wiki, cast["alice"])
    recurrence.draft_due(date("2027-10-15"))
    assert drafted() == ["Quarterly, October 2027"]
    schedule.refresh_from_db()
    assert schedule.next_on == date("2027-12-01")


def test_the_last_of_a_month_stays_the_last(wiki: Service, cast: dict[str, User]) -> None:
    schedule = scheduled(wiki, cast["alice"], "2026-12-31", 1)
    found = []
    for _number in range(15):
        found.append(str(schedule.next_on))
        recurrence.draft_due(schedule.next_on)
        schedule.refresh_from_db()
    assert found[:4] == ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]
    assert found[14] == "2028-02-29"
    assert len(drafted()) == 15


def test_who_cannot_carry_it_any_more_is_replaced_by_administrators(wiki: Service, cast: dict[str, User]) -> None:
    scheduled(wiki, cast["bob"])
    people.deactivate(cast["bob"], by=None, on=ON)
    recurrence.draft_due(date("2026-12-01"))
    assert [letter.to.login for letter in Letter.objects.of_kind("review.drafted")] == ["alice"]


def test_a_long_name_is_cut(wiki: Service, cast: dict[str, User]) -> None:
    scheduled(wiki, cast["alice"], name="x" * 200)
    recurrence.draft_due(date("2026-12-01"))
    [name] = drafted()
    assert name.endswith("x, December 2026")
    assert len(name) == 200


def test_an_ended_schedule_drafts_nothing(wiki: Service, cast: dict[str, User]) -> None:
    schedule = scheduled(wiki, cast["alice"])
    recurrence.end(schedule, by=cast["alice"], on=ON)
    assert recurrence.draft_due(date("2026-12-01")) is None
    with pytest.raises(Refused):
        recurrence.end(schedule, by=cast["alice"], on=ON)


@pytest.mark.parametrize("terms", [{"first": "2026-11-24"}, {"every": 0}, {"every": 37}, {"due_days": 0}])
def test_what_cannot_be_is_refused(wiki: Service, cast: dict[str, User], terms: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        scheduled(wiki, cast["alice"], **terms)


def test_a_schedule_is_added_and_ended_on_its_pages(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    assert "There are no schedules yet" in client.get(ADDRESS).content.decode()
    given = {
        "name": "Quarterly", "owner": "bob", "every_months": "3", "first_on": "2027-01-01", "due_days": "30",
    }  # fmt: skip
    assert client.post(f"{ADDRESS}new/?service=wiki&idle_days=x", given).status_code == 400
    assert client.post(f"{ADDRESS}new/?service=wiki", {**given, "first_on": "2026-11-24"}).status_code == 400
    client.post(f"{ADDRESS}new/?service=wiki&idle_days=60&asks_again=on", given)
    schedule = Schedule.objects.get()
    assert (schedule.first_on, schedule.next_on) == (date("2027-01-01"), date("2027-01-01"))
    also = "no access for at least 60 days, including people who recently kept the seat with a reason"
    assert also in client.get(ADDRESS).content.decode()
    assert Entry.objects.of("schedule.add").get().after["asks_again"] is True
    recurrence.draft_due(date("2027-01-01"))
    assert Review.objects.get().asks_again
    client.post(f"{ADDRESS}{schedule.pk}/ending/")
    schedule.refresh_from_db()
    assert schedule.ended_on == ON


def test_a_schedule_is_changed_with_its_rule_until_it_is_ended(
    client: Any, wiki: Service, cast: dict[str, User]
) -> None:
    schedule = scheduled(wiki, cast["bob"])
    client.force_login(cast["alice"])
    page = f"{ADDRESS}{schedule.pk}/"
    assert 'value="60"' in client.get(page).content.decode()  # its own rule, where the address says none
    given = {
        "name": "Yearly", "owner": "alice", "every_months": "12", "first_on": "2026-12-01", "due_days": "20",
    }  # fmt: skip
    assert post_changed(client, f"{page}?service=wiki&at_most=2", given).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.name, schedule.owner, schedule.asks_members) == ("Yearly", cast["alice"], False)
    assert (Rule.from_json(schedule.rule), schedule.next_on) == (Rule(at_most=2), date("2026-12-01"))
    entry = Entry.objects.of("schedule.change").get()
    assert (entry.before["every_months"], entry.after["every_months"], "service" in entry.after) == (3, 12, False)
    recurrence.draft_due(date("2026-12-01"))
    recurrence.change(schedule, by=None, on=date("2026-12-02"), every_months=1)
    schedule.refresh_from_db()
    assert (schedule.next_on, Rule.from_json(schedule.rule)) == (date("2027-01-01"), Rule(at_most=2))
    assert post_changed(client, page, {**given, "first_on": "2026-11-24"}).status_code == 400
    assert client.post(page, given).status_code == 400  # it does not say what it was opened with
    recurrence.end(schedule, by=None, on=ON)
    assert client.get(page).status_code == 404
    with pytest.raises(Refused):
        recurrence.change(schedule, by=None, on=ON, name="No")


@pytest.mark.parametrize(("who", "sees"), [("audrey", 200), ("bob", 403), ("charlie", 403)])
def test_who_sees_schedules(client: Any, wiki: Service, cast: dict[str, User], who: str, sees: int) -> None:
    schedule = scheduled(wiki, cast["bob"])
    client.force_login(cast[who])
    page = client.get(ADDRESS)
    assert page.status_code == sees
    assert ("no access for at least 60 days" in page.content.decode()) == (sees == 200)
    assert "/ending/" not in page.content.decode()
    assert client.get(f"{ADDRESS}new/").status_code == 403
    assert client.post(f"{ADDRESS}{schedule.pk}/ending/").status_code == 403
    schedule.refresh_from_db()
    assert schedule.ended_on is None


def test_the_list_of_schedules_has_a_fixed_number_of_queries(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(ADDRESS).status_code == 200
        return len(found)

    for number in range(20):
        department = Department.objects.add(code=f"d{number}", name=f"D{number}", by=None)
        scheduled(wiki, cast["alice"], rule=Rule(department=department.code).as_json(), name=f"Of {number}")
        if number == 1:
            few = queries()
    assert queries() == few
