"""What is found when a roster is looked at: each kind as a set, since when, and what is kept at closing."""

import datetime

import pytest
from django.utils import translation

from seatwise.directory import people
from seatwise.directory.models import Login, Service, User
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import AccessMonth, Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.lib import days
from seatwise.licenses import grants
from seatwise.licenses.models import Change, License
from seatwise.logs.facts import Facts, LoginFacts, cover
from seatwise.logs.rules import Rules
from seatwise.reviews import completeness
from seatwise.reviews.models import Finding, Review
from seatwise.reviews.tests.deciding_world import opened
from seatwise.reviews.tests.execution import EARLIER, ON, person, service_of

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
Told = tuple[str, str, datetime.date | None, str]


def told(found: completeness.Findings, kind: str) -> list[Told]:
    assert {each.kind for each in found.of_kind(kind)} <= {kind}
    return [(each.login, each.name, each.since, each.text) for each in found.of_kind(kind)]


def now(service: Service, since: datetime.date = ON) -> completeness.Findings:
    return completeness.now(service, since, ON)


def test_each_holder_is_found_for_each_reason_there_is() -> None:
    resp = person("resp", employee_number="1")
    gone, bare = person("gone", employee_number="2"), person("bare")
    one, two = person("one", employee_number="7"), person("two", employee_number="7")
    desk, lost = person("desk", kind="shared", responsible="resp"), person("lost", kind="shared")
    robot = person("robot", kind="system")
    wiki = service_of([resp, gone, bare, one, two, desk, lost, robot])
    grants.grant_one(
        service=Service.objects.add(code="mail", name="Mail", by=None), user=gone, by=None, reason="", on=ON
    )
    people.deactivate(gone, by=None, on=ON)
    found = now(wiki)
    assert told(found, "inactive") == [("gone", "Gone", EARLIER, "")]
    assert told(found, "no_employee_number") == [("bare", "Bare", EARLIER, "")]
    assert told(found, "two_accounts") == [("one", "One", EARLIER, "7"), ("two", "Two", EARLIER, "7")]
    assert told(found, "shared") == [("desk", "Desk", EARLIER, "resp")]
    assert told(found, "shared_without_responsible") == [("lost", "Lost", EARLIER, "")]
    assert told(found, "system") == [("robot", "Robot", EARLIER, "")]
    grants.revoke([License.objects.of(wiki).held().get(user=two)], by=None, reason="", on=ON)
    assert told(now(wiki), "two_accounts") == []


def test_administrators_and_auditors_who_are_active_are_found(cast: dict[str, User]) -> None:
    person("adam", role="administrator", status="inactive")
    found = now(service_of([]))
    assert told(found, "administrator") == [("alice", "Alice", None, "")]
    assert told(found, "auditor") == [("audrey", "Audrey", None, "")]


def test_login_names_that_nobody_has_are_found_where_they_were_used_this_month_or_the_one_before() -> None:
    wiki = service_of([person("ann")])
    other = Service.objects.add(code="mail", name="Mail", by=None)
    source = Source.objects.add(code="log", name="Log", rules=ReadingRules(services={"wiki": Rules()}), by=None)
    today = days.day_of(ON)
    facts = Facts()
    for login, ago in {"ann": 1, "Zed": 1, "before": 40, "long": 60}.items():
        facts.logins[login] = LoginFacts(login, 0, days.masks_of([today - ago]))
    cover(facts, [(today - 90, today)])
    merge(source.revision, wiki, facts, zone="Asia/Tokyo", today=today)
    Login.objects.ensure(["unused"])
    Login.objects.filter(folded="long").update(kind=Login.Kind.PERSON)
    assert told(now(wiki), "unknown_login") == [("before", "", None, ""), ("Zed", "", None, "")]
    assert told(now(other), "unknown_login") == []
    Login.objects.filter(folded="zed").exclude(kind=Login.Kind.PERSON).delete()
    robot = next(kind for kind in Login.Kind.values if kind != Login.Kind.PERSON)
    Login.objects.filter(folded="before").update(kind=robot)
    assert told(now(wiki), "unknown_login") == [("Zed", "", None, "")]
    AccessMonth.objects.filter(login__folded="zed").update(days=0, program_days=1)
    assert told(now(wiki), "unknown_login") == [], "used by programs only"


def test_what_was_added_and_removed_outside_of_reviews_is_found_from_a_day_on_with_how() -> None:
    ann, ben, cid, dan = (person(login) for login in ("ann", "ben", "cid", "dan"))
    wiki = service_of([])
    by_review = Change.objects.begin(by=None, how=Change.How.REVIEW, reason="")
    by_file = Change.objects.begin(by=None, how=Change.How.FILE, reason="")
    grants.grant(wiki, [ann], by=None, reason="", on=ON - 2 * DAY, change=by_file)
    grants.grant(wiki, [ben], by=None, reason="", on=ON - DAY, change=by_file)
    grants.grant(wiki, [cid], by=None, reason="", on=ON, change=by_review)
    grants.grant(wiki, [dan], by=None, reason="", on=ON)
    for user, change in ((ann, by_file), (cid, by_review)):
        grants.revoke([License.objects.held().get(user=user)], by=None, reason="", on=ON, change=change)
    since = ON - DAY
    added = [("ben", "Ben", ON - DAY, "file"), ("dan", "Dan", ON, "other")]
    assert told(now(wiki, since), "added_outside") == added
    assert told(now(wiki, since), "removed_outside") == [("ann", "Ann", ON, "file")]
    License.objects.filter(user=ann).update(removed_in=None)
    assert told(now(wiki, since), "removed_outside") == [("ann", "Ann", ON, "")]
    [found, _other] = now(wiki, since).of_kind("added_outside")
    label = str(Change.How.FILE.label)
    assert (completeness.text_in_words(found), completeness.text_in_english(found)) == (label, label)
    with translation.override("ja"):
        assert completeness.text_in_words(found) == str(Change.How.FILE.label) != label
        assert completeness.text_in_english(found) == label
    assert completeness.text_in_words(Finding(kind="two_accounts", text="file")) == "file"
    assert completeness.text_in_words(Finding(kind="added_outside", text="unheard of")) == "unheard of"


def test_any_part_of_what_is_found_is_the_same_as_that_part_of_all(cast: dict[str, User]) -> None:
    wiki = service_of([person(login) for login in ("ann", "ben", "cid")])
    found = now(wiki, EARLIER)
    everything = [(each.kind, each.login) for each in found]
    assert len(found) == len(everything) == 8
    assert [kind for kind, _login in everything] == sorted(
        [kind for kind, _login in everything], key=list(completeness.KINDS).index
    )
    for first in range(-2, 10):
        for end in range(-2, 10):
            part = [(each.kind, each.login) for each in found[first:end]]
            assert part == everything[first:end], (first, end)
    assert [(found[place].kind, found[place].login) for place in range(8)] == everything
    person("olga", role="administrator", employee_number="1")
    grants.grant_one(service=wiki, user=person("dan"), by=None, reason="", on=ON)
    assert len(found[:100]) == 8, "no more of a kind than were counted"
    assert {look.kind for look in found.looks} == set(completeness.KINDS), "each is told in words and kept at closing"
    assert completeness.kind_in_words("inactive") == "inactive but still holds a license"


def test_changes_are_looked_back_at_until_the_review_before_or_for_a_year() -> None:
    ann = person("ann")
    wiki, owner = service_of([ann]), person("olga", role="administrator")
    first = opened(wiki, owner)
    year_ago = ON - datetime.timedelta(days=365)
    assert completeness.since_last_of(wiki, ON) == year_ago
    assert completeness.since_last(first, ON + 9 * DAY) == (first.as_of or ON + 9 * DAY) - datetime.timedelta(days=365)
    late_in_the_evening = datetime.datetime(2026, 11, 20, 16, tzinfo=datetime.UTC)  # the 21st in Tokyo
    Review.objects.update(state=Review.State.CLOSED, closed_at=late_in_the_evening)
    second = opened(wiki, owner, name="Q1")
    assert completeness.since_last(second, ON) == datetime.date(2026, 11, 21)
    assert completeness.since_last_of(wiki, ON) == datetime.date(2026, 11, 21)
    Review.objects.filter(pk=second.pk).update(state=Review.State.CLOSED, closed_at=late_in_the_evening + DAY)
    assert completeness.since_last_of(wiki, ON) == datetime.date(2026, 11, 22)
    other = Service.objects.add(code="mail", name="Mail", by=None)
    assert completeness.since_last_of(other, ON) == year_ago


def test_what_is_kept_at_closing_stays_whatever_changes_and_is_kept_once() -> None:
    ann = person("ann")
    wiki, owner = service_of([ann]), person("olga", role="administrator")
    mail = Service.objects.add(code="mail", name="Mail", by=None)
    grants.grant_one(service=mail, user=ann, by=None, reason="", on=EARLIER)
    review, other = opened(wiki, owner), opened(mail, owner)
    completeness.keep(other, ON)
    for _attempt in range(2):
        completeness.keep(review, ON)
    kept = [(each.kind, each.login) for each in completeness.kept(review)]
    assert kept == [(each.kind, each.login) for each in completeness.findings_of(review, ON)]
    assert ("administrator", "olga") in kept
    assert Finding.objects.of(review).count() == len(kept)
    assert Finding.objects.of(other).exists()
    person("omar", role="administrator")
    logins = {each.login for each in completeness.findings_of(review, ON).of_kind("administrator")}
    assert logins == {"olga", "omar"}, "as it is now, while it is not closed"
    review.state = Review.State.CLOSED
    assert [(each.kind, each.login) for each in completeness.findings_of(review, ON)] == kept
