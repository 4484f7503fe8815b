"""What is done with people who were ticked: shown first, with what stands in the way and the emails, then done once."""

import datetime
from typing import Any

import pytest
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.enquiries import answers
from seatwise.enquiries.models import Answer, Enquiry, Via
from seatwise.letters.models import Letter
from seatwise.licenses import grants
from seatwise.licenses.bulk_actions import ACTIONS
from seatwise.licenses.models import ChangeDraft, Exemption, License, Suspension
from seatwise.licenses.tests.office import TODAY, ids, make_office, users
from seatwise.seat_requests import request_steps
from seatwise.seat_requests.models import SeatTransfer

pytestmark = pytest.mark.django_db
CHANGE = "/administration/services/wiki/users/change/"
UNTIL = "2027-01-15"


@pytest.fixture
def wiki(cast: dict[str, User], sales: Any) -> Service:
    made = make_office(sales)
    for user in users("dora", "emil", "hal"):
        people.change(user, {"email": f"{user.login}@example.com"}, by=None, on=TODAY)
    return made


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def tick(client: Client, what: str, *who: str) -> str:
    """The page of what would be done."""
    answer = client.post(CHANGE, {"what": what, "user": ids(*who), "source": "access"})
    assert answer.status_code == 302
    return answer.headers["Location"]


def press(client: Client, page: str, **fields: str) -> Any:
    shown = client.get(page).context["fingerprint"]
    return client.post(page, {"fingerprint": shown, **fields}, follow=True)


def text_of(client: Client, page: str) -> str:
    return client.get(page).content.decode()


def test_suspending_and_exempting_those_who_were_ticked(admin: Client, wiki: Service, alice: User) -> None:
    page = tick(admin, "suspend", "dora", "emil")
    assert "Suspend 2 licenses for Wiki" in text_of(admin, page)
    assert "2 seats are free in the meantime" in text_of(admin, page)
    assert "This field is required." in press(admin, page, until=UNTIL).content.decode()
    assert not Suspension.objects.exists()
    done = press(admin, page, until=UNTIL, reason="leave", keeps_seat="on").content.decode()
    assert "2 licenses are suspended until 15 January 2027." in done
    assert [(each.user.login, each.keeps_seat) for each in Suspension.objects.order_by("pk")] == [
        ("dora", True), ("emil", True)
    ]  # fmt: skip
    assert Entry.objects.filter(verb="suspension.add", by=alice, reason="leave").count() == 2
    page = tick(admin, "exempt", "dora", "fred")
    assert (
        "2 people are exempt until 15 January 2027."
        in press(admin, page, until=UNTIL, reason="parental leave").content.decode()
    )
    assert {each.user.login for each in Exemption.objects.all()} == {"dora", "fred"}
    assert not ChangeDraft.objects.exists()


def test_what_stands_in_the_way_is_named_and_left_out(admin: Client, wiki: Service) -> None:
    press(admin, tick(admin, "suspend", "dora"), until=UNTIL, reason="leave")
    page = tick(admin, "suspend", "dora", "emil", "hal")
    shown = text_of(admin, page)
    assert "1 of these is already suspended" in shown
    assert "1 of the selected people holds no license for Wiki." in shown
    refused = press(admin, page, until=UNTIL, reason="leave")
    assert refused.status_code == 409
    assert Suspension.objects.count() == 1
    for name in ("0:suspended", "0:without"):
        admin.post(page, {"leave_out": name})
    assert press(admin, page, until=UNTIL, reason="leave").status_code == 200
    assert Suspension.objects.get(user__login="emil")


def test_nothing_else_is_done_than_what_was_shown_and_nothing_twice(admin: Client, wiki: Service) -> None:
    page = tick(admin, "exempt", "dora", "emil")
    seen = admin.get(page).context["fingerprint"]
    grants.revoke([License.objects.get(user__login="emil")], by=None, reason="left", on=TODAY)
    page_of_one = tick(admin, "exempt", "dora")
    stale = admin.post(page, {"fingerprint": seen, "until": UNTIL, "reason": "x"})
    assert stale.status_code == 409
    assert not Exemption.objects.exists()
    assert press(admin, page_of_one, until=UNTIL, reason="x").status_code == 200
    assert admin.post(page_of_one, {"fingerprint": seen, "until": UNTIL, "reason": "x"}).status_code == 404


def test_asking_shows_the_mail_and_what_is_given_back_waits(
    admin: Client, wiki: Service, cast: dict[str, User]
) -> None:
    page = tick(admin, "ask", "dora", "emil", "fred")
    shown = text_of(admin, page)
    assert "2 emails are sent: “" in shown
    assert "An administrator is checking who still needs a license for Wiki." in shown
    assert "1 person has no e-mail address" in shown
    assert not Enquiry.objects.exists()
    assert not Letter.objects.exists()
    due = TODAY + datetime.timedelta(days=10)
    assert "3 people are asked to answer by" in press(admin, page, due=due.isoformat()).content.decode()
    assert Letter.objects.of_kind("enquiries.question").count() == 3
    assert "1 of these is being asked already." in text_of(admin, tick(admin, "ask", "dora"))
    asked = Enquiry.objects.get(person__login="dora")
    answers.reply(asked, Answer.GIVE_BACK, reason="", until=None, by=asked.person, via=Via.PAGE, on=TODAY)
    assert License.objects.held().filter(user=asked.person).exists()
    link = "/administration/services/wiki/users/?who=check"
    assert f'href="{link}"' in text_of(admin, "/")
    assert [line.user.login for line in admin.get(link).context["lines"]] == ["dora"]
    chosen = {"what": "remove", "everything": "on", "source": "users", "query": "who=check"}
    draft = admin.post(CHANGE, chosen).headers["Location"]
    assert admin.get(draft).context["preview"].count == 1


def test_seats_are_reassigned_to_those_who_wait(admin: Client, wiki: Service) -> None:
    (hal,) = users("hal")
    request = request_steps.ask(service=wiki, person=hal, reason="new project", on=TODAY)
    page = tick(admin, "reassign", "dora", "emil")
    shown = text_of(admin, page)
    assert "1 of these seats goes to no one yet" in shown
    assert "Dora’s seat goes to Hal." in shown
    admin.post(page, {"leave_out": "0:waiting"})
    shown = text_of(admin, page)
    assert shown.count("1 email is sent: “") == 2
    assert not SeatTransfer.objects.exists()
    assert "1 seat was reassigned." in press(admin, page, reason="rarely used").content.decode()
    request.refresh_from_db()
    assert request.license is not None
    assert not License.objects.held().filter(user__login="dora").exists()


def test_a_seat_is_reassigned_to_whoever_is_picked(admin: Client, wiki: Service) -> None:
    hal, dora, emil = users("hal", "dora", "emil")
    mori = people.add({"login": "mori", "name": "Mori Rei", "departments": []}, by=None, on=TODAY)
    request_steps.ask(service=wiki, person=hal, reason="new project", on=TODAY)
    page = tick(admin, "reassign", "dora", "emil")
    picking = {"pick": "on", f"to-{dora.pk}": "Mori Rei", f"to-{emil.pk}": ""}
    twice = admin.post(page, {**picking, f"to-{emil.pk}": "mori"})
    assert (twice.status_code, "Mori Rei can only get one seat." in twice.content.decode()) == (400, True)
    holder = admin.post(page, {**picking, f"to-{emil.pk}": "fred"})
    assert "No one with the name or login name “fred” was found." in holder.content.decode()
    seen = admin.get(page).context["fingerprint"]
    assert admin.post(page, picking).status_code == 302
    shown = text_of(admin, page)
    assert "Dora’s seat goes to Mori Rei." in shown
    assert "Emil’s seat goes to Hal." in shown
    assert admin.post(page, {"fingerprint": seen, "reason": "rarely used"}).status_code == 409
    assert "2 seats were reassigned." in press(admin, page, reason="rarely used").content.decode()
    got = SeatTransfer.objects.values_list("license__user__login", "for_user__login")
    assert set(got) == {("dora", "mori"), ("emil", "hal")}
    assert mori in {each.user for each in License.objects.held().of(wiki)}


def test_only_administrators_do_it(client: Client, wiki: Service, cast: dict[str, User]) -> None:
    wiki.change(by=None, department_admins_see_usage=True, department_admins_change_licenses=True)
    client.force_login(cast["bob"])
    for what in ACTIONS:
        assert client.post(CHANGE, {"what": what, "user": ids("dora")}).status_code == 403, what
    assert not ChangeDraft.objects.exists()
    listed = text_of(client, "/administration/services/wiki/users/")
    assert 'value="remove"' in listed
    assert 'value="suspend"' not in listed


def test_reviewing_takes_those_who_were_ticked_on_either_list(admin: Client, wiki: Service) -> None:
    for source in ("access", "users"):
        chosen = {"user": ids("dora", "emil"), "source": source, "query": ""}
        found = admin.post("/administration/reviews/new/from-list/wiki/", chosen).headers["Location"]
        assert [each for each in ("dora", "emil", "fred") if f"login={each}" in found] == ["dora", "emil"], source
    everybody = {"everything": "on", "source": "users", "query": "text=fred"}
    assert "login=fred" in admin.post("/administration/reviews/new/from-list/wiki/", everybody).headers["Location"]


@pytest.mark.parametrize("what", ["suspend", "exempt", "ask", "reassign"])
def test_it_speaks_japanese(admin: Client, wiki: Service, alice: User, what: str) -> None:
    page = tick(admin, what, "dora")
    people.change(alice, {"language": "ja"}, by=None, on=TODAY)
    assert "まだ何も変更していません。" in text_of(admin, page)
