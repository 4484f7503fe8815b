"""The screens of seats: services, one service, contracts, policy, history, what is pending."""

import csv
import io
from typing import Any

import pytest

from seatwise.audit.models import Entry
from seatwise.cast import post_changed
from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.licenses import contract_terms, grants
from seatwise.licenses.models import Contract, Effect, License, Policy
from seatwise.licenses.tests.world import DAY, TODAY, carry_out, grant, pending, person, service

pytestmark = pytest.mark.django_db
SERVICES = "/administration/services/"


@pytest.fixture
def wiki(cast: dict[str, User]) -> Service:
    made = service("vendor", 5)
    for login in ("alice", "charlie"):
        grant(made, cast[login])
    return made


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def rows(response: Any) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_each_service_with_its_seats_the_same_on_the_page_and_in_the_file(
    client: Any, cast: dict[str, User], wiki: Service
) -> None:
    client.force_login(cast["audrey"])
    assert "Wiki" in text_of(client.get(SERVICES))
    (row,) = rows(client.get(SERVICES, {"format": "csv"}))
    numbers = ("Contracted", "Held", "Free", "Pending changes", "No access since recording began")
    assert [row[name] for name in numbers] == ["5", "2", "3", "2", "2"]


def test_department_administrators_see_the_services_they_may_change_without_what_is_contracted(
    client: Any, cast: dict[str, User], wiki: Service
) -> None:
    client.force_login(cast["bob"])
    assert "There is no service whose licenses you can change" in text_of(client.get(SERVICES))
    wiki.change(by=None, department_admins_change_licenses=True)
    service(code="other")
    (row,) = rows(client.get(SERVICES, {"format": "csv"}))
    assert row["Service"] == "Wiki"
    assert row["Held in your departments"] == "2"  # alice belongs to no department
    assert not {"Contracted", "Held"} & row.keys()
    assert f"{SERVICES}wiki/users/" in text_of(client.get(SERVICES))
    assert client.get(f"{SERVICES}wiki/").status_code == 403


def test_the_services_take_as_many_queries_however_many_there_are(
    client: Any, cast: dict[str, User], wiki: Service, django_assert_max_num_queries: Any
) -> None:
    client.force_login(cast["alice"])
    for number in range(12):
        grant(service("by_hand", 3, code=f"s{number}"), cast["charlie"])
    with django_assert_max_num_queries(14):
        client.get(SERVICES)


def test_the_seats_of_a_service_say_what_is_contracted_and_what_it_costs(
    client: Any, cast: dict[str, User], wiki: Service
) -> None:
    contract = Contract.objects.get()
    contract_terms.change(
        contract,
        by=None,
        on=TODAY,
        price=12,
        currency="EUR",
        renews=TODAY + 20 * DAY,
        last_day_for_changes=TODAY + 5 * DAY,
    )
    client.force_login(cast["audrey"])
    page = text_of(client.get(f"{SERVICES}wiki/"))
    assert "5 seats contracted" in page
    assert "EUR 36 a month" in page  # three free seats
    assert "from 14 December 2026 on" in page
    assert "It must be ordered by 29 November 2026." in page
    assert "5 days are left" in page
    assert "2 changes are pending" in page
    assert "Add a contract" not in page


def test_a_contract_that_ended_is_said_plainly(client: Any, cast: dict[str, User], wiki: Service) -> None:
    contract_terms.change(Contract.objects.get(), by=None, on=TODAY - DAY, ends=TODAY)
    client.force_login(cast["alice"])
    page = text_of(client.get(f"{SERVICES}wiki/"))
    assert "The contract has ended, and 2 licenses are still held. No one was removed" in page


def test_the_seats_of_a_service_take_as_many_queries_however_many_hold_them(
    client: Any, cast: dict[str, User], wiki: Service, django_assert_max_num_queries: Any
) -> None:
    contract_terms.change(Contract.objects.get(), by=None, on=TODAY, seats=100)
    users = [person(f"p{number}") for number in range(30)]
    grants.grant(service=wiki, users=users, by=None, reason="", on=TODAY)
    client.force_login(cast["alice"])
    with django_assert_max_num_queries(24):
        client.get(f"{SERVICES}wiki/")


def test_a_contract_is_added_and_changed_and_never_has_fewer_seats_than_are_held(
    client: Any, cast: dict[str, User], wiki: Service
) -> None:
    client.force_login(cast["alice"])
    add = f"{SERVICES}wiki/contracts/add/"
    wrong = {
        "seats": "3",
        "period": "year",
        "price": "10",
        "renews": "2027-01-01",
        "last_day_for_changes": "2027-02-01",
    }
    page = text_of(client.post(add, wrong))
    assert "Enter the currency of the price." in page
    assert "The last day for changes must not be after the renewal." in page
    right = wrong | {"currency": "eur", "last_day_for_changes": "2026-12-01"}
    assert client.post(add, right).status_code == 302
    made = Contract.objects.latest("pk")
    assert (made.seats, made.currency, str(made.renews)) == (3, "EUR", "2027-01-01")
    first = Contract.objects.earliest("pk")
    change = f"{SERVICES}wiki/contracts/{made.pk}/"
    assert post_changed(client, change, right | {"seats": "4"}).status_code == 302
    assert Contract.objects.get(pk=made.pk).seats == 4
    contract_terms.change(first, by=None, on=TODAY, seats=0)
    assert "so 1 seats are not enough" in text_of(post_changed(client, change, right | {"seats": "1"}))
    assert Contract.objects.get(pk=made.pk).seats == 4
    assert client.get(f"{SERVICES}other/contracts/{made.pk}/").status_code == 404


def test_auditors_read_a_contract_and_change_nothing(client: Any, cast: dict[str, User], wiki: Service) -> None:
    client.force_login(cast["audrey"])
    address = f"{SERVICES}wiki/contracts/{Contract.objects.get().pk}/"
    page = client.get(address)
    assert page.status_code == 200
    assert "Save" not in text_of(page)
    assert client.post(address, {"seats": "9", "period": "month"}).status_code == 403
    assert client.get(f"{SERVICES}wiki/contracts/add/").status_code == 403


def test_the_policy_is_changed(client: Any, cast: dict[str, User], wiki: Service) -> None:
    client.force_login(cast["alice"])
    address = f"{SERVICES}wiki/policy/"
    days = ("young_days", "return_days", "kept_days", "question_days", "undo_days")
    asked = {"checklist": "Sole administrator?", "part_time_days": "3"} | dict.fromkeys(days, "5")
    assert post_changed(client, address, asked | {"question_days": "0"}).status_code == 200
    for wrong, said in (({"part_time_days": "7.5"}, "equal to 7."), ({"young_days": "3651"}, "equal to 3650.")):
        assert said in post_changed(client, address, asked | wrong).content.decode()
    assert post_changed(client, address, asked).status_code == 302
    assert (Policy.of(wiki).questions, Policy.of(wiki).undo_days) == (["Sole administrator?"], 5)
    assert Policy.of(wiki).part_time_days == 3
    entry = Entry.objects.of("policy.change").get()
    assert (entry.before["part_time_days"], entry.after["part_time_days"]) == ("2.5", "3")


def test_the_history_says_who_held_what_when_by_whom_and_why(client: Any, cast: dict[str, User], wiki: Service) -> None:
    held = License.objects.get(user=cast["charlie"])
    grants.revoke([held], by=cast["alice"], reason="left Sales", on=TODAY)
    client.force_login(cast["audrey"])
    address = f"{SERVICES}wiki/history/"
    found = rows(client.get(address, {"format": "csv"}))
    assert [row["Login"] for row in found] == ["charlie", "alice"]
    assert (found[0]["Removed by"], found[0]["Why it was removed"], found[0]["Why"]) == ("Alice", "left Sales", "asked")
    for asked, logins in (
        ({"show": "held"}, ["alice"]),
        ({"show": "removed"}, ["charlie"]),
        ({"text": "char"}, ["charlie"]),
        ({"on": str(TODAY)}, ["alice"]),
        ({"on": str(TODAY - DAY)}, []),
    ):
        assert [row["Login"] for row in rows(client.get(address, asked | {"format": "csv"}))] == logins


def test_the_history_takes_as_many_queries_for_a_full_page(
    client: Any, cast: dict[str, User], wiki: Service, django_assert_max_num_queries: Any
) -> None:
    contract_terms.change(Contract.objects.get(), by=None, on=TODAY, seats=100)
    users = [person(f"p{number}") for number in range(40)]
    grants.grant(service=wiki, users=users, by=cast["alice"], reason="", on=TODAY)
    client.force_login(cast["alice"])
    with django_assert_max_num_queries(10):
        client.get(f"{SERVICES}wiki/history/")


def test_at_a_vendor_what_was_carried_out_is_ticked_off_with_what_shows_it(
    client: Any, cast: dict[str, User], wiki: Service
) -> None:
    ken = people.add({"login": "ken", "name": "Ken", "role": "administrator"}, by=None, on=TODAY)
    client.force_login(ken)
    address = f"{SERVICES}wiki/pending/"
    first = Effect.objects.pending().earliest("pk")
    assert "Say how you know" in text_of(client.post(address, {"effect": [first.pk]}))
    assert client.post(address, {"effect": [first.pk], "evidence": "visible there"}).status_code == 302
    first.refresh_from_db()
    assert (first.confirmed_by, first.evidence, first.confirmed_on) == (ken, "visible there", TODAY)
    assert pending(wiki) == [("add", "charlie")]
    assert "are no longer pending" in text_of(client.post(address, {"effect": [first.pk], "evidence": "x"}))


def test_what_is_carried_out_and_not_seen_yet_goes_on_waiting(client: Any, cast: dict[str, User]) -> None:
    made = service("by_hand")
    grant(made, cast["charlie"])
    client.force_login(people.add({"login": "ken", "name": "Ken", "role": "administrator"}, by=None, on=TODAY))
    address = f"{SERVICES}wiki/pending/"
    response = client.post(address, {"all": "on", "state": "carried_out", "evidence": "order 17"}, follow=True)
    assert "1 change was carried out and waits for confirmation." in text_of(response)
    assert [row["State"] for row in rows(client.get(address, {"format": "csv"}))] == ["carried out, not confirmed yet"]
    assert client.post(address, {"all": "on", "state": "confirmed"}).status_code == 302
    assert pending(made) == []
    verbs = Entry.objects.filter(verb__startswith="effect.").order_by("number").values_list("verb", flat=True)
    assert list(verbs) == ["effect.carry_out", "effect.done"]


def test_by_hand_all_that_the_list_has_is_ticked_off_at_once(client: Any, cast: dict[str, User]) -> None:
    made = service("by_hand")
    for login in ("alice", "bob", "charlie"):
        grant(made, cast[login])
    ken = people.add({"login": "ken", "name": "Ken", "role": "administrator"}, by=None, on=TODAY)
    client.force_login(ken)
    address = f"{SERVICES}wiki/pending/"
    assert "Nothing is selected" in text_of(client.post(address, {}))
    assert client.post(f"{address}?text=charlie", {"all": "on"}).status_code == 302
    assert pending(made) == [("add", "alice"), ("add", "bob")]
    found = rows(client.get(address, {"format": "csv"}))
    assert [(row["Action"], row["Login"]) for row in found] == [("add", "alice"), ("add", "bob")]
    client.force_login(cast["audrey"])
    assert client.post(address, {"all": "on"}).status_code == 403
    assert "Mark all" not in text_of(client.get(address))


def test_what_is_pending_takes_as_many_queries_for_a_full_page(
    client: Any, cast: dict[str, User], wiki: Service, django_assert_max_num_queries: Any
) -> None:
    contract_terms.change(Contract.objects.get(), by=None, on=TODAY, seats=100)
    users = [person(f"p{number}") for number in range(40)]
    grants.grant(service=wiki, users=users, by=None, reason="", on=TODAY)
    client.force_login(cast["alice"])
    with django_assert_max_num_queries(12):
        client.get(f"{SERVICES}wiki/pending/")


def test_all_pages_are_there_in_japanese_and_empty_ones_say_so(client: Any, cast: dict[str, User]) -> None:
    service("gate")
    client.force_login(cast["alice"])
    client.post("/language/", {"language": "ja", "next": "/"})
    for page in ("", "wiki/", "wiki/pending/", "wiki/history/", "wiki/policy/", "wiki/contracts/add/"):
        response = client.get(SERVICES + page)
        assert response.status_code == 200, page
        assert 'lang="ja"' in text_of(response), page


def test_seats_that_wait_for_the_vendor_stand_in_the_bar(client: Any, cast: dict[str, User], wiki: Service) -> None:
    carry_out(wiki)
    grants.revoke([License.objects.get(user=cast["charlie"])], by=None, reason="", on=TODAY)
    client.force_login(cast["alice"])
    assert "Removed, not yet confirmed" in text_of(client.get(f"{SERVICES}wiki/"))
