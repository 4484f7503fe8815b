"""Whether a license that was removed is used all the same, and where that is said."""

import datetime
from typing import Any

import pytest

from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.tests.world import ZONE, add_source, facts_of
from seatwise.lib import days
from seatwise.licenses import grants, use_after_removal
from seatwise.licenses.models import License
from seatwise.licenses.tests.world import DAY, TODAY, carry_out, grant, service

pytestmark = pytest.mark.django_db
REMOVED = TODAY - 40 * DAY


def used(wiki: Service, **accesses: list[datetime.date]) -> None:
    logs = {login: [days.day_of(day) for day in theirs] for login, theirs in accesses.items()}
    merge(add_source("proxy", wiki).revision, wiki, facts_of(logs), zone=ZONE, today=days.day_of(TODAY))


def removed(wiki: Service, user: User, on: datetime.date = REMOVED) -> License:
    held = grant(wiki, user, TODAY - 200 * DAY)
    grants.revoke([held], by=None, reason="", on=on)
    return held


def marked(held: License) -> datetime.date | None:
    use_after_removal.mark([held])
    return held.used_until


def test_it_is_the_last_access_after_the_day_of_the_removal(charlie: User, alice: User, bob: User) -> None:
    wiki, other = service(), service(code="other")
    gone = [removed(wiki, user) for user in (charlie, alice, bob)]
    elsewhere = removed(other, bob)
    used(wiki, charlie=[REMOVED - 9 * DAY, REMOVED + DAY, TODAY - DAY], alice=[REMOVED - DAY, REMOVED])
    use_after_removal.mark([*gone, elsewhere])
    assert [each.used_until for each in [*gone, elsewhere]] == [TODAY - DAY, None, None, None]


def test_an_old_log_that_comes_later_accuses_nobody_whose_license_was_removed_today(charlie: User) -> None:
    wiki = service()
    held = removed(wiki, charlie, TODAY)
    used(wiki, charlie=[TODAY - 300 * DAY, TODAY - DAY, TODAY])
    assert marked(held) is None


def test_what_was_done_with_a_later_license_is_not_use_after_the_removal_of_the_first(charlie: User) -> None:
    wiki = service()
    first = removed(wiki, charlie)
    grant(wiki, charlie, TODAY - 10 * DAY)
    used(wiki, charlie=[REMOVED + 3 * DAY, TODAY - 10 * DAY, TODAY - DAY])
    assert marked(first) == REMOVED + 3 * DAY


def test_it_is_said_on_the_history_in_its_file_on_the_persons_page_and_on_the_change(
    client: Any, alice: User, charlie: User
) -> None:
    wiki = service()
    removed(wiki, charlie)
    used(wiki, charlie=[TODAY - DAY])
    client.force_login(alice)
    history = "/administration/services/wiki/history/"
    row = client.get(history).context["list"].rows[0]
    assert (row.cells[-1].title, row.cells[-1].text) == ("Last access after the removal", "23 Nov 2026")
    file = b"".join(client.get(f"{history}?format=csv")).decode()
    assert file.splitlines()[1].endswith(",2026-11-23")
    change = License.objects.get().removed_in
    assert change is not None
    for address in ("/administration/access/wiki/charlie/", f"/administration/licenses/changes/{change.pk}/"):
        assert "used after it, last on 23 Nov 2026" in client.get(address, follow=True).content.decode(), address


def test_a_department_administrator_sees_it_on_a_change_only_of_people_whose_use_they_see(
    client: Any, bob: User, charlie: User, alice: User
) -> None:
    wiki = service()
    wiki.change(by=None, department_admins_see_usage=True, department_admins_change_licenses=True)
    grants.revoke([grant(wiki, charlie, TODAY - 200 * DAY)], by=bob, reason="", on=REMOVED)
    used(wiki, charlie=[TODAY - DAY])
    client.force_login(bob)
    address = f"/administration/licenses/changes/{License.objects.get().removed_in_id}/"
    assert "used after it" in client.get(address).content.decode()
    people.change(charlie, {"departments": []}, by=alice, on=TODAY)
    assert "used after it" not in client.get(address).content.decode()


def test_it_is_said_among_what_is_pending_where_the_removal_is_not_done_yet(
    client: Any, alice: User, charlie: User
) -> None:
    wiki = service()
    held = grant(wiki, charlie, TODAY - 200 * DAY)
    carry_out(wiki)
    grants.revoke([held], by=None, reason="", on=REMOVED)
    used(wiki, charlie=[TODAY - DAY])
    client.force_login(alice)
    address = "/administration/services/wiki/pending/"
    row = client.get(address).context["list"].rows[0]
    assert (row.cells[-1].title, row.cells[-1].text) == ("Last access after the removal", "23 Nov 2026")
    assert b"".join(client.get(f"{address}?format=csv")).decode().splitlines()[1].endswith(",2026-11-23")
