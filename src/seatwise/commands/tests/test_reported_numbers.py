"""A service of which nothing is known but its vendor's reports: the numbers that they count, everywhere."""

import csv
import datetime
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from seatwise.commands.tests.conftest import Run, set_up_site
from seatwise.directory.models import Service, User
from seatwise.enquiries.facts import describe_facts, facts_of
from seatwise.ledger.fact_merge import forget, merge, rebuild
from seatwise.ledger.models import Snapshot, Source, Usage
from seatwise.ledger.models.sources import ReadingRules
from seatwise.lib import days
from seatwise.licenses.models import License
from seatwise.logs.facts import Facts, LoginFacts, cover
from seatwise.logs.rules import Rules
from seatwise.reviews import opening
from seatwise.reviews.models import Item
from seatwise.reviews.rules import Rule

pytestmark = pytest.mark.django_db
ON = datetime.date(2026, 11, 24)
HEADINGS = "User,Department,Last Access Date,Number of Access Days (in the Last 30 Days)"
REPORTS = {
    "2026-11-24": ("Ann Abe,Sales,2026-11-22,12", "Ben Baba,Sales,2026-09-01,0", "Cleo Chiba,Design,,0",
                   "Dora Doi,Design,2026-11-23,3", "Emi Endo,Sales,2026-11-01,1"),
    "2026-11-10": ("Ann Abe,Sales,2026-11-09,15", "Ben Baba,Sales,2026-09-01,0", "Cleo Chiba,Design,,0",
                   "Dora Doi,Design,2026-11-05,9", "Emi Endo,Sales,2026-11-01,2"),
}  # fmt: skip


@pytest.fixture
def crm(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Five holders since a year ago, and two reports."""
    names = ("Ann Abe", "Ben Baba", "Cleo Chiba", "Dora Doi", "Emi Endo")
    rows = [f"{name.split()[0].lower()},{name},{name.split()[0].lower()}@example.com,Sales,crm" for name in names]
    (tmp_path / "people.csv").write_text("\n".join(["login,name,email,departments,services", *rows, ""]))
    for day, reported in REPORTS.items():
        (tmp_path / f"{day}.csv").write_text("\n".join([HEADINGS, *reported, ""]), encoding="utf-8-sig")
    set_up_site(run, monkeypatch, [
        ("service", "add", "crm", "--name", "CRM", "--seats", "5"),
        ("import-users", "people.csv", "--yes"),
        *(("import-snapshot", "crm", f"{day}.csv", "--as-of", day) for day in REPORTS),
    ])  # fmt: skip
    since = ON - datetime.timedelta(days=365)
    License.objects.update(added_on=since, first_day=since)
    Usage.objects.update(license_since=since)
    found: Service = Service.objects.get(code="crm")
    return found


def listed(run: Run, *options: str) -> dict[str, dict[str, Any]]:
    done = run("usage", "crm", "--output", "json", *options)
    assert done.code == 0, done.err
    return {user["login"]: user for user in json.loads(done.out)["users"]}


def numbers(found: dict[str, dict[str, Any]]) -> dict[str, tuple[int, int]]:
    return {login: (user["access_days"], user.get("at_most", -1)) for login, user in found.items()}


def test_twelve_days_are_shown_as_twelve_with_the_day_of_the_report(run: Run, crm: Service) -> None:
    found = listed(run)
    assert numbers(found) == {"ann": (12, 12), "ben": (0, 0), "cleo": (0, 0), "dora": (3, 3), "emi": (1, 1)}
    assert (found["ann"]["at_least"], found["ann"]["reported_on"]) == (False, "2026-11-24")
    assert found["ann"]["strip"] == "?" * 14 + "10" + "?" * 11 + "100"  # as two reports tell
    assert found["cleo"]["strip"] == "0" * 30
    [ann, *_rest] = csv.DictReader(
        io.StringIO(run("usage", "crm", "--output", "csv", "--text", "ann").out.lstrip("\ufeff"))
    )
    assert ann["Number of Access Days (in the last 30 days)"] == "12"
    assert ann["Days Without Records (in the last 30 days)"] == "0"
    assert ann["Marks"] == "number from the vendor report of 2026-11-24"
    assert list(listed(run, "--at-most", "3", "--sort", "days")) == ["ben", "cleo", "emi", "dora"]


def test_an_earlier_day_has_the_number_that_was_reported_then(run: Run, crm: Service) -> None:
    then = listed(run, "--as-of", "2026-11-10")
    assert numbers(then) == {"ann": (15, 15), "ben": (0, 0), "cleo": (0, 0), "dora": (9, 9), "emi": (2, 2)}
    assert then["ann"]["reported_on"] == "2026-11-10"
    later = listed(run, "--as-of", "2026-11-17")  # a week of which nothing was known then
    assert numbers(later)["ann"] == (8, 22)
    assert numbers(later)["cleo"] == (0, 7)
    assert later["cleo"]["strip"] == "0" * 23 + "?" * 7


def test_pages_say_the_same_and_the_calendar_has_both_reports(crm: Service, client: Client, alice: User) -> None:
    client.force_login(alice)
    page = client.get("/administration/access/crm/").content.decode()
    assert 'data-fact="user:ann:crm:days" data-value="12">12<small>report of 24 Nov 2026</small>' in page
    person = client.get("/administration/access/crm/dora/", follow=True)
    [record] = [person.context["record"]]
    shown = [(count.window, count.number, count.at_least) for count in record.counts]
    assert shown == [(30, 3, False), (90, 3 + 0, True), (365, 3 + 0, True)]
    november = record.calendar.month_in_words(days.month_of(days.day_of(ON)))
    assert november.accesses == [(5, 5), (23, 23)]
    assert november.unknown == [(1, 4), (11, 22)]  # between 6 and 10 the earlier report tells of none


def test_reviews_judge_by_it(run: Run, crm: Service, client: Client, alice: User) -> None:
    assert run("review", "try", "crm", "--at-most", "5").out.splitlines()[0] == "selected\t4"
    assert run("review", "try", "crm", "--at-most", "11").out.splitlines()[0] == "selected\t4"
    assert run("review", "try", "crm", "--at-most", "12").out.splitlines()[0] == "selected\t5"
    assert run("review", "try", "crm", "--at-least", "12").out.splitlines()[0] == "selected\t1"
    assert run("review", "try", "crm", "--share", "57").out.splitlines()[0] == "selected\t4"  # 12 of 21 are 57.1 %
    review = opening.draft(
        name="Q4", service=crm, owner=alice, rule=Rule(at_most=5), due=datetime.date(2030, 1, 1), by=None, on=ON
    )
    opening.open_review(review, by=alice, on=ON)
    facts = {item.facts["login"]: item.facts for item in Item.objects.all()}
    assert (facts["ann"]["access_days"]["30"], facts["ann"]["unknown_days"]["30"]) == (12, 0)
    assert facts["ann"]["reported_on"] == "2026-11-24"
    client.force_login(alice)
    assert ">12<" in client.get(f"/administration/reviews/{review.pk}/people/").content.decode().replace(" ", "")


def test_find_a_seat_ranks_by_it(run: Run, crm: Service, client: Client, alice: User) -> None:
    found = json.loads(run("find-seat", "crm", "--output", "json").out)
    assert [each["login"] for each in found["candidates"]] == ["cleo", "ben", "emi", "dora", "ann"]
    figures = {each["login"]: each["access_days"]["30"] for each in found["candidates"]}
    assert figures["ann"] == {"number": 12, "at_least": False}
    reasons = {each["login"]: each["reason"] for each in found["candidates"]}
    assert reasons["ben"].startswith("no access since 1 September 2026; held for 36")
    assert reasons["cleo"].startswith("no access is reported; held for")
    client.force_login(alice)
    page = client.get("/administration/services/crm/find-a-seat/").content.decode()
    assert "Based on vendor reports up to 24 November 2026." in page


def test_questions_say_it(crm: Service) -> None:
    held = License.objects.get(user__login="ann")
    assert describe_facts(facts_of([held])[held.pk])[1] == "Number of access days in the last 30 days: 12."


def test_a_log_never_loses_against_a_report(run: Run, crm: Service) -> None:
    """Where more was seen, more is shown; days after the report are counted besides; those that left may have been."""
    source = Source.objects.add(code="log", name="Log", rules=ReadingRules(services={"crm": Rules()}), by=None)
    facts, today = Facts(), days.day_of(ON)
    facts.logins["emi"] = LoginFacts("emi", 0, days.masks_of([today - 1, today - 2, today - 3]))
    cover(facts, [(today - 3, today)])
    merge(source.revision, crm, facts, zone="UTC", today=today)
    found = listed(run)
    assert numbers(found)["emi"] == (4, 4 + 16)  # what its report says cannot be; of the one before, 9 days are known
    facts = Facts(logins={"ann": LoginFacts("ann", 0, days.masks_of([today + 1]))})
    cover(facts, [(today, today + 3)])
    merge(source.revision, crm, facts, zone="UTC", today=today + 3)
    assert Usage.objects.get(user__login="ann").days_30 == 12 - 3 + 1
    assert Usage.objects.get(user__login="dora").days_30 == 2  # the day of each last access date is in the window
    before = dict(Usage.objects.values_list("user__login", "days_30"))
    rebuild(crm)
    assert dict(Usage.objects.values_list("user__login", "days_30")) == before


def test_the_same_report_again_replaces_its_numbers_and_forgetting_takes_them_out(
    run: Run, crm: Service, tmp_path: Path
) -> None:
    (tmp_path / "2026-11-24.csv").write_text("\n".join([HEADINGS, "Ann Abe,Sales,2026-11-22,4", ""]))
    assert run("import-snapshot", "crm", "2026-11-24.csv", "--as-of", "2026-11-24").code == 0
    assert numbers(listed(run))["ann"] == (4, 4)
    dora = numbers(listed(run))["dora"]
    assert dora == (2, 9 + 14)  # by the report of a fortnight ago; its access day of the 23rd stays
    forget(Snapshot.objects.latest("pk").revision, by=None, on=ON)
    assert set(Usage.objects.values_list("last_day", "days_30")) == {(0, 0)}


def test_a_number_of_another_period_is_shown_but_not_counted_with(run: Run, crm: Service, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("login,last access,days\nann,2026-11-23,70\n")
    assert run("import-snapshot", "crm", "r.csv", "--as-of", "2026-11-24").code == 0
    assert Snapshot.objects.latest("pk").period is None
