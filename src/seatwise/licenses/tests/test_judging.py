"""Who is not judged by how little a license is used, and why."""

import datetime

import pytest

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.licenses import exemption_rules, grants, hooks, suspension_rules
from seatwise.licenses.exclusions import Reason, Why, not_judged
from seatwise.licenses.models import Exemption, Policy, Suspension
from seatwise.licenses.tests.world import DAY, TODAY, grant, person, service

pytestmark = pytest.mark.django_db
OLD = TODAY - 200 * DAY


def exempt(user: User, until: datetime.date = TODAY, **fields: object) -> Exemption:
    terms = {"service": None, "reason": "works abroad", "by": None, "on": TODAY} | fields
    return exemption_rules.exempt(user=user, until=until, **terms)  # type: ignore[arg-type]


def test_each_reason_with_the_last_day_on_which_it_holds(charlie: User) -> None:
    wiki = service()
    Policy.of(wiki).change(by=None, young_days=10, return_days=5)
    robot, new, away, back = person("robot", kind="system"), person("new"), person("away"), person("back")
    for user in (charlie, away, back, robot):
        grant(wiki, user, OLD)
    grant(wiki, new, TODAY - 9 * DAY)
    exempt(charlie, TODAY + 3 * DAY)
    suspension_rules.suspend(away, None, until=TODAY + 20 * DAY, reason="leave", by=None, on=TODAY)
    slept = suspension_rules.suspend(back, wiki, until=TODAY, reason="leave", by=None, on=TODAY - 30 * DAY)
    suspension_rules.end(slept, by=None, reason="", on=TODAY - 4 * DAY)
    found = not_judged(wiki, {user.pk for user in (charlie, robot, new, away, back)}, TODAY)
    assert found == {
        robot.pk: [Reason(Why.SYSTEM)],
        charlie.pk: [Reason(Why.EXEMPT, TODAY + 3 * DAY)],
        away.pk: [Reason(Why.SUSPENDED, TODAY + 19 * DAY)],
        back.pk: [Reason(Why.RETURNED, TODAY)],
        new.pk: [Reason(Why.YOUNG, TODAY)],
    }
    later = TODAY + datetime.timedelta(days=1)
    assert not_judged(wiki, {new.pk, back.pk}, later) == {}


def test_who_was_inactive_until_lately_came_back_lately(charlie: User) -> None:
    wiki = service()
    Policy.of(wiki).change(by=None, return_days=5)
    grant(wiki, charlie, OLD)
    people.deactivate(charlie, by=None, on=TODAY - 90 * DAY)
    assert not_judged(wiki, {charlie.pk}, TODAY) == {}
    people.activate(charlie, by=None, on=TODAY - 4 * DAY)
    assert not_judged(wiki, {charlie.pk}, TODAY) == {charlie.pk: [Reason(Why.RETURNED, TODAY)]}
    assert not_judged(wiki, {charlie.pk}, TODAY + DAY) == {}
    again = suspension_rules.suspend(charlie, wiki, until=TODAY, reason="leave", by=None, on=TODAY - 2 * DAY)
    suspension_rules.end(again, by=None, reason="", on=TODAY - DAY)
    assert not_judged(wiki, {charlie.pk}, TODAY) == {charlie.pk: [Reason(Why.RETURNED, TODAY + 3 * DAY)]}


def test_only_who_was_asked_about_and_only_of_that_service(charlie: User, alice: User) -> None:
    wiki, other = service(), service(code="other")
    exempt(charlie, service=other)
    exempt(alice)
    assert not_judged(wiki, {charlie.pk}, TODAY) == {}
    assert set(not_judged(other, {charlie.pk}, TODAY)) == {charlie.pk}


def test_a_planned_suspension_that_was_given_up_is_no_return(charlie: User) -> None:
    wiki = service()
    grant(wiki, charlie, OLD)
    planned = suspension_rules.suspend(
        charlie, None, until=TODAY + 20 * DAY, begins=TODAY + 5 * DAY, reason="leave", by=None, on=TODAY
    )
    suspension_rules.end(planned, by=None, reason="", on=TODAY)
    assert not_judged(wiki, {charlie.pk}, TODAY) == {}


def test_who_waits_for_a_seat_is_suspended_until_nobody_knows_when(charlie: User) -> None:
    wiki = service()
    grant(wiki, charlie, OLD)
    suspension_rules.suspend(charlie, None, until=TODAY, reason="leave", by=None, on=TODAY - DAY)
    assert Suspension.objects.asleep().exists()
    assert not_judged(wiki, {charlie.pk}, TODAY) == {charlie.pk: [Reason(Why.SUSPENDED, None)]}


def test_later_apps_say_whom_they_leave_out(charlie: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "not_judged", [lambda service, users, on: [(charlie.pk, Reason(Why.KEPT, on))]])
    assert not_judged(service(), {charlie.pk}, TODAY) == {charlie.pk: [Reason(Why.KEPT, TODAY)]}


def test_it_takes_as_many_queries_for_many_people(django_assert_max_num_queries: object) -> None:
    wiki = service()
    users = [person(f"p{number}") for number in range(12)]
    grants.grant(service=wiki, users=users, by=None, reason="", on=TODAY)
    with django_assert_max_num_queries(7 + len(hooks.not_judged) * 4):  # type: ignore[operator]
        assert len(not_judged(wiki, {user.pk for user in users}, TODAY)) == 12


def test_an_exemption_needs_a_day_to_come_and_a_reason_and_ends_once(charlie: User, alice: User) -> None:
    with pytest.raises(Refused, match="in the future"):
        exempt(charlie, TODAY - DAY)
    with pytest.raises(Refused, match="needs a reason"):
        exempt(charlie, reason=" ")
    made = exempt(charlie, by=alice)
    assert exemption_rules.change_day(made, until=TODAY + DAY, by=alice, reason="longer", on=TODAY)
    assert not exemption_rules.change_day(made, until=TODAY + DAY, by=alice, reason="", on=TODAY)
    exemption_rules.end(made, by=alice, reason="over", on=TODAY)
    with pytest.raises(Refused, match="already ended"):
        exemption_rules.end(made, by=alice, reason="", on=TODAY)
    with pytest.raises(Refused, match="already ended"):
        exemption_rules.change_day(made, until=TODAY + 2 * DAY, by=alice, reason="", on=TODAY)
    assert not_judged(service(), {charlie.pk}, TODAY) == {}
    verbs = ["exemption.add", "exemption.change", "exemption.end"]
    assert list(
        Entry.objects.filter(verb__startswith="exemption").order_by("number").values_list("verb", flat=True)
    ) == (verbs)


def test_a_policy_is_stored_when_it_is_changed_and_keeps_the_rest(charlie: User) -> None:
    wiki = service()
    assert (Policy.objects.count(), Policy.of(wiki).young_days) == (0, 30)
    assert Policy.of(wiki).change(by=None, checklist="Sole administrator?\n\n  Backups?  ")
    assert not Policy.of(wiki).change(by=None, checklist=Policy.of(wiki).checklist)
    stale = Policy.of(wiki)
    Policy.of(wiki).change(by=None, young_days=3)
    stale.change(by=None, return_days=4)
    found = Policy.of(wiki)
    assert (found.questions, found.young_days, found.return_days) == (["Sole administrator?", "Backups?"], 3, 4)
    assert Entry.objects.of("policy.change").count() == 3
