"""Who decides follows the living directory, also in the middle of an open review; nobody loses an item."""

import datetime
import random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, Service, User
from seatwise.letters.models import Letter
from seatwise.reviews import deciders, deputies
from seatwise.reviews.deciders import Heads
from seatwise.reviews.models import Handover, Item, Review, able_owners
from seatwise.reviews.tests.deciding_world import (
    ON,
    decide,
    head_of,
    item_of,
    logins,
    many,
    member,
    opened,
    service_with,
)


@pytest.fixture
def wiki(cast: dict[str, User]) -> Service:
    return service_with(cast["charlie"], cast["bob"], cast["alice"])


@pytest.fixture
def review(wiki: Service, alice: User) -> Review:
    return opened(wiki, alice)


def department(code: str, parent: Department | None = None) -> Department:
    made: Department = Department.objects.add(code=code, name=code.capitalize(), parent=parent, by=None)
    return made


def who_decides(item: Item) -> set[str]:
    """As the query has it that all pages use."""
    return {user.login for user in User.objects.all() if Item.objects.filter(pk=item.pk).to_decide_by(user).exists()}


def kept(item: Item) -> list[tuple[str, str]]:
    return list(Handover.objects.filter(item=item).order_by("pk").values_list("before", "after"))


def assert_what_is_kept_is_what_is_so(review: Review) -> None:
    so: dict[int, set[int]] = {item.pk: set() for item in Item.objects.of(review)}
    for user in User.objects.exclude(role="auditor"):
        for item in Item.objects.of(review).to_decide_by(user):
            so[item.pk].add(user.pk)
    assert {item.pk: set(item.deciders) for item in Item.objects.of(review)} == so


def test_nobody_decides_about_themselves_nor_about_their_accounts(cast: dict[str, User], sales: Department) -> None:
    bob = cast["bob"]
    till = member("till", "sales", kind="shared", responsible="bob")
    review = opened(service_with(cast["charlie"], bob, till), cast["alice"])
    assert who_decides(item_of(review, cast["charlie"])) == {"bob"}
    assert who_decides(item_of(review, bob)) == {"alice"}
    assert who_decides(item_of(review, till)) == {"alice"}
    dora = head_of(sales, "dora")
    deciders.hand_over()
    assert who_decides(item_of(review, bob)) == {"dora"}
    assert who_decides(item_of(review, till)) == {"dora"}
    assert who_decides(item_of(review, cast["charlie"])) == {"bob", "dora"}
    people.change(till, {"responsible": dora}, by=None, on=ON)
    assert who_decides(item_of(review, till)) == {"bob"}
    assert_what_is_kept_is_what_is_so(review)


def test_a_department_without_anybody_passes_on_to_the_one_above_and_to_the_owner(cast: dict[str, User]) -> None:
    group = department("group")
    division = department("division", group)
    team = department("team", division)
    greta = head_of(group, "greta", departments=["group"])
    ann = member("ann", "team")
    review = opened(service_with(ann, greta), cast["alice"])
    assert who_decides(item_of(review, ann)) == {"greta"}
    assert who_decides(item_of(review, greta)) == {"alice"}
    head_of(division, "dan").administer([division], by=None)
    deciders.hand_over()
    assert who_decides(item_of(review, ann)) == {"dan"}
    ann.administer([team], by=None)  # but no department administrator by role
    assert who_decides(item_of(review, ann)) == {"dan"}
    people.change(ann, {"role": "department_administrator"}, by=None, on=ON)
    assert who_decides(item_of(review, ann)) == {"dan"}
    assert_what_is_kept_is_what_is_so(review)


def test_a_new_name_hands_nothing_over(review: Review, sales: Department) -> None:
    sales.change(by=None, name="Selling", parent=None)
    assert not Handover.objects.exists()
    assert who_decides(Item.objects.of(review).get(user__login="charlie")) == {"bob"}


def test_a_department_that_moves_takes_its_people_along(cast: dict[str, User], sales: Department) -> None:
    north, south = department("north"), department("south")
    head_of(north, "nora"), head_of(south, "sue")
    shop = department("shop", north)
    ann = member("ann", "shop")
    review = opened(service_with(ann), cast["alice"])
    item = item_of(review, ann)
    assert who_decides(item) == {"nora"}
    shop.change(by=None, name="Shop", parent=south)
    assert who_decides(item) == {"sue"}
    assert kept(item) == [("North (nora)", "South (sue)")]
    shop.change(by=None, name="Shop", parent=None)
    assert who_decides(item) == {"alice"}
    assert kept(item)[1:] == [("South (sue)", "the owner of the review (alice)")]
    assert_what_is_kept_is_what_is_so(review)


def test_a_merger_moves_people_and_the_emptied_department_loses_its_head(cast: dict[str, User]) -> None:
    old, new = department("old"), department("new")
    olga = head_of(old, "olga")
    head_of(new, "ned")
    staff = [member(f"staff{number}", "old") for number in range(3)]
    review = opened(service_with(*staff), cast["alice"])
    decide(review, staff[0], "keep", olga, "needed")
    for user in staff:
        people.change(user, {"departments": ["new"]}, by=None, on=ON)
    olga.administer([], by=None)
    with pytest.raises(Refused):
        old.remove(by=None)  # it has former people: it stays, without anybody
    for user in staff:
        assert who_decides(item_of(review, user)) == {"ned"}
        assert kept(item_of(review, user)) == [("Old (olga)", "New (ned)")]
    with pytest.raises(Refused):
        decide(review, staff[1], "keep", olga, "needed")
    assert item_of(review, staff[0]).decided_by == olga
    assert_what_is_kept_is_what_is_so(review)


def test_a_removed_department_above_leaves_no_item_behind(cast: dict[str, User]) -> None:
    above = department("above")
    head_of(above, "abe")
    below = department("below", above)
    ann = member("ann", "below")
    review = opened(service_with(ann), cast["alice"])
    below.change(by=None, name="Below", parent=None)
    above.remove(by=None)
    assert who_decides(item_of(review, ann)) == {"alice"}
    assert kept(item_of(review, ann)) == [("Above (abe)", "the owner of the review (alice)")]


@pytest.mark.parametrize(
    "change",
    [
        lambda bob: people.deactivate(bob, by=None, on=ON),
        lambda bob: people.change(bob, {"role": "member"}, by=None, on=ON),
        lambda bob: people.change(bob, {"kind": "system"}, by=None, on=ON),
        lambda bob: bob.administer([], by=None),
    ],
)
def test_a_head_who_leaves_is_followed_by_another_or_by_the_owner(
    review: Review, cast: dict[str, User], sales: Department, change: Any
) -> None:
    item = item_of(review, cast["charlie"])
    change(cast["bob"])
    assert who_decides(item) == {"alice"}
    assert kept(item) == [("Sales (bob)", "the owner of the review (alice)")]
    head_of(sales, "dora").administer([sales], by=None)
    deciders.hand_over()
    assert who_decides(item) == {"dora"}
    assert len(kept(item)) == 2
    assert deciders.hand_over() == 0
    assert_what_is_kept_is_what_is_so(review)


def test_another_head_of_the_same_department_is_a_hand_over(
    review: Review, cast: dict[str, User], sales: Department
) -> None:
    item = item_of(review, cast["charlie"])
    dora = member("dora", role="department_administrator")
    dora.administer([sales], by=None)
    assert kept(item) == [("Sales (bob)", "Sales (bob, dora)")]
    people.deactivate(cast["bob"], by=None, on=ON)
    assert kept(item)[1:] == [("Sales (bob, dora)", "Sales (dora)")]
    people.change(dora, {"name": "Dorothy", "email": "d@example.com"}, by=None, on=ON)
    assert len(kept(item)) == 2


def test_an_owner_who_leaves_is_followed_by_administrators_until_there_is_another(
    wiki: Service, cast: dict[str, User]
) -> None:
    alice, charlie = cast["alice"], cast["charlie"]
    olaf = member("olaf", role="department_administrator")
    people.change(charlie, {"departments": []}, by=None, on=ON)
    review = opened(wiki, olaf)
    item = item_of(review, charlie)
    assert who_decides(item) == {"olaf"}
    people.deactivate(olaf, by=None, on=ON)
    assert who_decides(item) == {"alice"}
    assert kept(item) == [("the owner of the review (olaf)", "administrators (alice)")]
    with pytest.raises(Refused):
        deputies.change_owner(review, olaf, by=alice, reason="back")
    with pytest.raises(Refused):
        deputies.change_owner(review, cast["bob"], by=cast["bob"], reason="mine")
    assert deputies.change_owner(review, cast["bob"], by=alice, reason="olaf left")
    assert who_decides(item) == {"bob"}
    assert kept(item)[1:] == [("administrators (alice)", "the owner of the review (bob)")]
    assert not deputies.change_owner(review, cast["bob"], by=alice, reason="again")
    assert_what_is_kept_is_what_is_so(review)


def test_of_the_owner_other_administrators_decide(review: Review, cast: dict[str, User]) -> None:
    item = item_of(review, cast["alice"])
    assert who_decides(item) == set()  # there is nobody else yet
    ada = member("ada", role="administrator")
    assert who_decides(item) == {"ada"}
    assert kept(item) == []  # who is new takes over nothing from anybody before the day's check
    deciders.hand_over_each_day(ON)
    assert kept(item) == [("administrators (no one)", "administrators (ada)")]
    people.deactivate(ada, by=None, on=ON)
    assert who_decides(item) == set()


def test_items_that_are_over_stay_with_whom_they_were(review: Review, cast: dict[str, User]) -> None:
    Review.objects.filter(pk=review.pk).update(state="closed")
    people.change(cast["charlie"], {"departments": []}, by=None, on=ON)
    assert not Handover.objects.exists()


def test_whoever_has_a_new_item_is_told_once_a_day(review: Review, cast: dict[str, User], sales: Department) -> None:
    letters = Letter.objects.of_kind("review.to_decide")
    assert logins([letter.to for letter in letters]) == {"bob", "alice"}
    dora = member("dora", role="department_administrator", email="dora@example.com")
    assert not letters.filter(to=dora).exists()
    dora.administer([sales], by=None)
    assert letters.filter(to=dora).count() == 1
    dora.administer([], by=None)
    dora.administer([sales], by=None)
    assert letters.filter(to=dora).count() == 1
    letters.filter(to=dora).update(state="sent")
    dora.administer([], by=None)
    dora.administer([sales], by=None)
    later = letters.filter(to=dora).order_by("pk").last()
    assert letters.filter(to=dora).count() == 2
    assert later is not None
    assert later.due_at > later.written_at + datetime.timedelta(hours=23)


def test_a_thousand_items_pass_on_in_as_many_queries_as_ten(cast: dict[str, User], sales: Department) -> None:
    department("other")
    counted = []
    for number, count in enumerate((10, 1000)):
        users = many(count, "sales", start=number * 1000)
        review = opened(service_with(*users, code=f"wiki{number}"), cast["alice"])
        with CaptureQueriesContext(
            connection,
        ) as captured:
            cast["bob"].administer([], by=None)
        assert Handover.objects.filter(item__review=review).count() == count
        cast["bob"].administer([sales], by=None)
        Review.objects.filter(pk=review.pk).update(state="cancelled")
        counted.append(len([query for query in captured if "executemany" not in query["sql"]]))
    assert counted[1] <= counted[0] + 2


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_is_what_is_so_whatever_is_reorganized(cast: dict[str, User], seed: int) -> None:
    chance = random.Random(seed)
    departments = [department(f"d{number}") for number in range(5)]
    chiefs = [head_of(departments[number], f"h{number}", departments=[f"d{number}"]) for number in range(4)]
    staff = [member(f"s{number}", f"d{chance.randrange(5)}") for number in range(6)]
    ada = member("ada", role="administrator", departments=["d1"])
    review = opened(service_with(*staff, *chiefs, ada, cast["alice"]), chance.choice([ada, chiefs[0]]))
    for _step in range(10):
        _reorganize(chance, departments, [*chiefs, ada], staff, review, cast["alice"])
        assert_what_is_kept_is_what_is_so(review)
    for item in Item.objects.of(review):  # each hand-over begins where the one before ended
        chain = kept(item)
        assert all(first[1] != first[0] for first in chain)


def _reorganize(
    chance: random.Random, departments: list[Department], chiefs: list[User], staff: list[User], review: Review,
    alice: User,
) -> None:  # fmt: skip
    what, chief = chance.randrange(6), chance.choice(chiefs)
    chief.refresh_from_db()
    if what == 0:
        people.change(chance.choice([*staff, *chiefs]), {"departments": [f"d{chance.randrange(5)}"]}, by=None, on=ON)
    elif what == 1:
        chief.administer(chance.sample(departments, chance.randrange(3)), by=None)
    elif what == 2:
        status = "inactive" if chief.status == "active" else "active"
        people.change(chief, {"status": status}, by=None, on=ON)
    elif what == 3:
        roles = ["member", "department_administrator", "administrator", "auditor"]
        people.change(chief, {"role": chance.choice(roles)}, by=None, on=ON)
    elif what == 4:
        moving, parent = chance.sample(departments, 2)
        moving.refresh_from_db()
        parent.refresh_from_db()
        if not moving.holds(parent):
            moving.change(by=None, name=moving.name, parent=chance.choice([None, parent]))
    else:
        able = list(able_owners().filter(pk__in=[user.pk for user in [*chiefs, alice]]))
        deputies.change_owner(Review.objects.get(pk=review.pk), chance.choice(able), by=alice, reason="x")


def test_opening_asks_the_directory_in_a_fixed_number_of_queries(cast: dict[str, User], sales: Department) -> None:
    counted = []
    for number, count in enumerate((5, 300)):
        review = opened(service_with(*many(count, "sales", start=number * 1000), code=f"wiki{number}"), cast["alice"])
        items = list(review.items.all())
        with CaptureQueriesContext(connection) as captured:
            deciders.assign(items)
        counted.append(len(captured))
    assert counted[0] == counted[1]
    assert Heads.now([]).owners == {}
