"""One person, one page: which tabs there are for whom, where the old addresses lead, what reviews say of somebody."""

import pytest
from django.test import Client

from seatwise.directory import people
from seatwise.directory.models import User
from seatwise.enquiries import answers
from seatwise.enquiries.models import Answer, Enquiry, Via
from seatwise.reviews.models import Item
from seatwise.reviews.tests.choosing_world import ON
from seatwise.reviews.tests.deciding_world import opened, service_with

EVERY_TAB = ["access", "licenses", "reviews", "directory"]


@pytest.fixture
def world(cast: dict[str, User]) -> dict[str, User]:
    """A service named Wiki that Charlie uses, and a review of it in which he was asked."""
    wiki = service_with(cast["charlie"])
    opened(wiki, cast["alice"], name="Wiki in Q4", asks_members=True)
    return cast


def page(person: User, tab: str) -> str:
    return f"/administration/people/{person.pk}/{tab}{'/' if tab else ''}"


def test_each_sees_the_tabs_that_they_may_open(client: Client, world: dict[str, User]) -> None:
    charlie, wiki = world["charlie"], Item.objects.get().review.service

    def offered(who: str, person: User = charlie) -> list[str]:
        client.force_login(world[who])
        status = {tab: client.get(page(person, tab), follow=True).status_code for tab in EVERY_TAB}
        tabs = next((client.get(page(person, tab), follow=True) for tab in EVERY_TAB if status[tab] == 200), None)
        found = [each.name for each in tabs.context["tabs"]] if tabs else []
        assert found == [tab for tab in EVERY_TAB if status[tab] == 200], who
        assert client.get(page(person, ""), follow=True).status_code == (200 if found else max(status.values()))
        return found

    assert offered("alice") == offered("audrey") == EVERY_TAB
    assert offered("bob") == ["reviews"]
    assert offered("bob", world["alice"]) == []
    assert offered("charlie") == []
    wiki.change(by=None, department_admins_see_usage=True, department_admins_change_licenses=True)
    assert offered("bob") == ["access", "licenses", "reviews"]
    assert offered("bob", world["alice"]) == ["licenses"]  # of no department: licenses can be hers


def test_one_tab_is_the_current_one_and_only_administrators_act(client: Client, world: dict[str, User]) -> None:
    for who, acts in (("alice", True), ("audrey", False)):
        client.force_login(world[who])
        for tab in EVERY_TAB:
            text = client.get(page(world["charlie"], tab), follow=True).content.decode()
            assert f'href="{page(world["charlie"], tab)}" aria-current="page"' in text, tab
            assert ("/administration/licenses/suspensions/add/?user=charlie" in text) == acts, tab


def test_what_was_a_page_before_leads_to_its_tab(client: Client, world: dict[str, User]) -> None:
    charlie = world["charlie"]
    old = {
        f"/administration/directory/users/{charlie.pk}/": "directory/",
        f"/administration/licenses/people/{charlie.pk}/?back=/x/": "licenses/?back=%2Fx%2F",
        "/administration/access/wiki/charlie/?as_of=2026-11-01": "access/wiki/?as_of=2026-11-01",
    }
    for address in old:
        assert client.get(address).headers["Location"].startswith("/account/login/"), address
    client.force_login(world["alice"])
    for address, tab in old.items():
        assert client.get(address).headers["Location"] == f"{page(charlie, '')}{tab}", address


def test_reviews_and_answers_of_somebody(client: Client, world: dict[str, User]) -> None:
    item, enquiry = Item.objects.get(), Enquiry.objects.get()
    answers.reply(enquiry, Answer.KEEP, reason="the year’s end", until=None, by=world["charlie"], via=Via.PAGE, on=ON)
    client.force_login(world["alice"])
    text = client.get(page(world["charlie"], "reviews")).content.decode()
    for said in (
        f"/administration/reviews/{item.review_id}/",
        "Wiki in Q4",
        "the year’s end",
        f"/enquiries/{enquiry.pk}/",
    ):
        assert said in text, said
    assert client.get(page(world["charlie"], "reviews") + "?colour=red").status_code == 400
    empty = client.get(page(world["bob"], "reviews")).content.decode()
    assert "This person was never asked." in empty
    assert "Wiki in Q4" not in empty
    people.change(world["alice"], {"language": "ja"}, by=None, on=ON)
    assert "棚卸しと回答" in client.get(page(world["charlie"], "reviews")).content.decode()
