"""What somebody holds in a service, gone through before a removal: ticked by whom, when, handed to whom."""

import datetime
from typing import Any

import pytest
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.licenses import checklists
from seatwise.licenses.models import ChangeDraft, ChecklistTick, License, Policy
from seatwise.licenses.tests.world import TODAY, grant, person, service

pytestmark = pytest.mark.django_db
APPS, RIGHTS = "owns apps?", "is an assignee of a process?"


@pytest.fixture
def wiki() -> Service:
    made = service()
    Policy.of(made).change(by=None, checklist=f"{APPS}\n{RIGHTS}\n")
    return made


@pytest.fixture
def held(wiki: Service) -> License:
    return grant(wiki, person("leaver"))


def texts(held: License) -> list[tuple[str, bool]]:
    return [(each.text, each.tick is not None) for each in checklists.points(held)]


def test_a_point_is_ticked_with_who_takes_it_over_and_taken_back(held: License, alice: User) -> None:
    heir = person("heir")
    assert texts(held) == [(APPS, False), (RIGHTS, False)]
    checklists.tick(held, APPS, heir, by=alice)
    assert texts(held) == [(APPS, True), (RIGHTS, False)]
    with pytest.raises(Refused, match="already checked off"):
        checklists.tick(held, APPS, None, by=alice)
    checklists.untick(held, APPS, by=alice)
    with pytest.raises(Refused, match="no longer checked off"):
        checklists.untick(held, APPS, by=alice)
    assert [(each.verb, each.before, each.after) for each in Entry.objects.filter(verb__startswith="checklist")] == [
        ("checklist.tick", {}, {"point": APPS, "successor": "heir"}),
        ("checklist.untick", {"point": APPS, "successor": "heir"}, {}),
    ]


def test_nothing_is_handed_to_who_cannot_take_it(held: License, alice: User) -> None:
    gone, guest = person("gone", status="inactive"), person("visitor", kind="guest")
    for successor in (held.user, gone, guest):
        with pytest.raises(Refused):
            checklists.tick(held, APPS, successor, by=alice)
    with pytest.raises(Refused, match="no longer in the checklist"):
        checklists.tick(held, "something else", None, by=alice)
    assert not ChecklistTick.objects.exists()


def test_what_was_ticked_stays_when_the_checklist_becomes_another(held: License, alice: User) -> None:
    checklists.tick(held, APPS, None, by=alice)
    Policy.of(held.service).change(by=None, checklist=RIGHTS)
    assert texts(held) == [(RIGHTS, False), (APPS, True)]
    Policy.of(held.service).change(by=None, checklist="x" * 400)
    assert texts(held)[0] == ("x" * 300, False)
    checklists.tick(held, "x" * 300, None, by=alice)


def test_the_page_and_the_preview_that_leads_to_it(held: License, client: Client, alice: User, audrey: User) -> None:
    person("heir")
    client.force_login(alice)
    page = f"/administration/licenses/people/{held.user_id}/checklist/wiki/"
    assert "Suspend first if possible" in client.get(page).content.decode()
    assert page in client.get(f"/administration/people/{held.user_id}/licenses/").content.decode()
    refused = client.post(page, {"point": APPS, "successor": "nobody"})
    assert refused.status_code == 400
    assert "No one with the name or login name “nobody” was found." in refused.content.decode()
    answer = client.post(page, {"point": APPS, "successor": "heir"}, follow=True)
    assert "Heir" in answer.content.decode()
    made = ChecklistTick.objects.get()
    assert (made.by, made.successor, made.point) == (alice, User.objects.get(login="heir"), APPS)
    step = ChangeDraft.step(held.service_id, ChangeDraft.What.REMOVE, [held.user_id])
    draft = ChangeDraft.objects.keep([step], by=alice, how="screen")
    assert page in client.get(f"/administration/licenses/drafts/{draft.pk}/").content.decode()
    client.force_login(audrey)
    assert client.get(page).status_code == 200
    assert client.post(page, {"untick": APPS}).status_code == 403
    client.force_login(alice)
    client.post(page, {"untick": APPS})
    assert not ChecklistTick.objects.exists()
    assert client.get(page.replace("wiki", "nothing")).status_code == 404


@pytest.mark.parametrize("allowed", [False, True])
def test_department_administrators_tick_where_they_change_licenses(
    wiki: Service, client: Client, bob: User, allowed: bool
) -> None:
    Service.objects.filter(pk=wiki.pk).update(department_admins_change_licenses=allowed)
    mine: dict[str, Any] = {"login": "mine", "name": "Mine", "departments": ["sales"]}
    user = people.add(mine, by=None, on=datetime.date(2026, 1, 5))
    grant(wiki, user, on=TODAY)
    client.force_login(bob)
    page = f"/administration/licenses/people/{user.pk}/checklist/wiki/"
    assert client.post(page, {"point": APPS}).status_code == (302 if allowed else 404)
    assert ChecklistTick.objects.exists() == allowed
