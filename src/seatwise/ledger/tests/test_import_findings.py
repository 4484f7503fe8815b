"""Whom an import accuses: those who were inactive or without a license on the day on which they got in, nobody else."""

import datetime
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from seatwise.audit import append_only
from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.ledger import import_findings
from seatwise.ledger.fact_merge import ensure_logins, staged
from seatwise.ledger.tests.world import ZONE, add_person, add_service, day, facts_of
from seatwise.lib import days
from seatwise.licenses import grants
from seatwise.licenses.models import License

pytestmark = pytest.mark.django_db
Clock = Callable[[str], datetime.date]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Makes it noon in Tokyo, on a day."""

    def at(date: str) -> datetime.date:
        now = datetime.datetime.fromisoformat(f"{date}T12:00:00+09:00")
        monkeypatch.setattr(timezone, "now", lambda: now)
        return now.date()

    at("2025-01-01")
    return at


@pytest.fixture
def wiki(clock: Clock) -> Service:
    """A service whose licenses are recorded since 1 February 2025, when ann got one."""
    wiki = add_service("wiki")
    grants.grant(service=wiki, users=[add_person("ann")], by=None, reason="", on=clock("2025-02-01"))
    return wiki


def give(wiki: Service, user: User, on: str) -> License:
    grants.grant(service=wiki, users=[user], by=None, reason="", on=datetime.date.fromisoformat(on))
    return License.objects.held().get(service=wiki, user=user)


def take(held: License, on: str) -> None:
    grants.revoke([held], by=None, reason="", on=datetime.date.fromisoformat(on))


def found(wiki: Service, **accesses: list[str]) -> dict[str, list[str]]:
    facts = facts_of({login: [day(date) for date in dates] for login, dates in accesses.items()})
    with staged(facts, ensure_logins(facts)) as ready:
        return import_findings.findings_of(wiki, ready, days.zone(ZONE))[0]


def test_an_old_log_accuses_nobody_who_lost_the_license_or_became_inactive_today(wiki: Service, clock: Clock) -> None:
    zoe, ivan = add_person("zoe"), add_person("ivan")
    held, _also = give(wiki, zoe, "2025-02-01"), give(wiki, ivan, "2025-02-01")
    today = clock("2026-11-24")
    take(held, "2026-11-24")
    people.deactivate(ivan, by=None, on=today)
    before = ["2025-03-01", "2025-12-31", "2026-11-23", "2026-11-24"]
    assert found(wiki, zoe=before, ivan=before) == {}
    assert found(wiki, zoe=["2026-11-25"], ivan=["2026-11-25"]) == {"inactive": ["ivan"], "unlicensed": ["zoe"]}


def test_a_license_of_today_does_not_hide_use_without_one(wiki: Service) -> None:
    ben = add_person("ben")
    take(give(wiki, ben, "2025-03-01"), "2025-04-01")
    give(wiki, ben, "2026-11-01")
    assert found(wiki, ben=["2025-03-01", "2025-03-31", "2026-11-01"]) == {}
    for date in ("2025-02-28", "2025-04-02", "2026-10-31"):
        assert found(wiki, ben=["2025-03-15", date]) == {"unlicensed": ["ben"]}, date


def test_somebody_who_is_active_again_was_inactive_in_between(wiki: Service, clock: Clock) -> None:
    ann = User.objects.get(login="ann")
    people.deactivate(ann, by=None, on=clock("2025-05-01"))
    people.activate(ann, by=None, on=clock("2025-06-01"))
    assert found(wiki, ann=["2025-04-30", "2025-05-01", "2025-06-01", "2025-07-01"]) == {}
    assert found(wiki, ann=["2025-05-31"]) == {"inactive": ["ann"]}


def test_what_is_not_known_accuses_nobody_for_sure(wiki: Service, clock: Clock) -> None:
    clock("2025-03-01")
    for login in ("old", "gone"):
        give(wiki, add_person(login, status="inactive"), "2025-02-01")
    add_person("zoe")
    assert found(wiki, ann=["2024-12-01"]) == {}  # held one on the first day of which anything is known
    assert found(wiki, old=["2025-02-20"], gone=["2025-02-20", "2025-03-02"], zoe=["2025-01-31"]) == {
        "inactive": ["gone"], "perhaps_inactive": ["old"], "perhaps_unlicensed": ["zoe"],
    }  # fmt: skip
    assert found(add_service("new"), ann=["2025-06-01"]) == {"perhaps_unlicensed": ["ann"]}


def test_where_the_beginning_of_the_audit_log_is_gone_what_was_before_the_first_entry_is_not_known(
    wiki: Service, clock: Clock
) -> None:
    ann = User.objects.get(login="ann")
    people.deactivate(ann, by=None, on=clock("2025-05-01"))
    people.activate(ann, by=None, on=clock("2025-06-01"))
    with append_only.lifted(connection):
        Entry.objects.filter(at__lt=datetime.datetime(2025, 5, 15, tzinfo=datetime.UTC)).delete()
    assert found(wiki, ann=["2025-03-01"]) == {"perhaps_inactive": ["ann"]}
    with append_only.lifted(connection):
        Entry.objects.all().delete()
    assert found(wiki, ann=["2025-03-01"]) == {}
    User.objects.filter(pk=ann.pk).update(status="inactive")
    assert found(wiki, ann=["2025-03-01"]) == {"perhaps_inactive": ["ann"]}


def test_a_guest_needs_no_license_as_long_as_they_are_one(wiki: Service, clock: Clock) -> None:
    gail = add_person("gail", kind="guest")
    people.change(gail, {"kind": "user"}, by=None, on=clock("2025-08-01"))
    assert found(wiki, gail=["2025-07-01", "2025-08-01"]) == {}
    assert found(wiki, gail=["2025-08-02"]) == {"unlicensed": ["gail"]}


def test_more_people_take_no_more_queries(wiki: Service) -> None:
    for login in ("ben", "cleo", "dora"):
        add_person(login)
    taken = []
    for logins in (["ben"], ["ann", "ben", "cleo", "dora"]):
        facts = facts_of({login: [day("2025-03-01")] for login in logins})
        with staged(facts, ensure_logins(facts)) as ready, CaptureQueriesContext(connection) as captured:
            found, _unknown = import_findings.findings_of(wiki, ready, days.zone(ZONE))
        assert found == {"unlicensed": sorted({*logins} - {"ann"})}
        taken.append(len(captured))
    assert taken[0] == taken[1]
