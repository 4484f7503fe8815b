"""The pages of carrying out, undoing, evidence and completeness: who sees them, what they say, and how few queries."""

import datetime
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from seatwise.audit import heads
from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.models import ApiToken, Service, User
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.tests.world import ZONE, add_source, facts_of
from seatwise.lib import days
from seatwise.licenses import effects, grants
from seatwise.licenses.models import Effect
from seatwise.reviews import evidence_tables, execution, tasks
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Finding, Item, Review
from seatwise.reviews.tests.execution import ON, approved, begun, carried_out, item_of, person, service_of

pytestmark = pytest.mark.django_db
REMOVE = NewDecision("remove", "moved to another job")
PAGES = ("closing", "undoing", "completeness", "evidence")


@pytest.fixture(autouse=True)
def _forget_the_end_of_the_log() -> Iterator[None]:
    """Callbacks after a commit remember the end of a log that is rolled back here."""
    yield
    heads.forget()


@pytest.fixture
def users(cast: dict[str, User]) -> list[User]:
    return [person(login) for login in ("ann", "ben", "cid")]


@pytest.fixture
def review(users: list[User]) -> Review:
    return approved(service_of(users), dict.fromkeys(users, REMOVE))


def address(review: Review, rest: str) -> str:
    return f"/administration/reviews/{review.pk}/{rest}/"


def texts(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("page", PAGES)
def test_administrators_and_auditors_see_the_pages_and_others_do_not(
    client: Any, cast: dict[str, User], review: Review, page: str
) -> None:
    for login, status in (("alice", 200), ("audrey", 200), ("bob", 403), ("charlie", 403)):
        client.force_login(cast[login])
        assert client.get(address(review, page)).status_code == status, login
    client.force_login(cast["audrey"])
    assert client.post(address(review, page), {"reason": "x"}).status_code in (403, 405)


def test_it_is_begun_with_a_button_and_a_worker_does_it(
    client: Any, cast: dict[str, User], review: Review, django_capture_on_commit_callbacks: Any
) -> None:
    Effect.objects.withdraw(ON)  # those of the licenses that everybody has long had
    client.force_login(cast["alice"])
    assert "Carry out</button>" in texts(client.get(address(review, "closing")))
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(address(review, "closing"), follow=True)
    assert "It is being carried out." in texts(response)
    response = client.get(address(review, "closing"))
    assert 'hx-trigger="every 1s"' in texts(response)
    asking = {"HX-Request": "true", "HX-Target": "progress"}
    assert texts(client.get(address(review, "closing"), headers=asking)).lstrip().startswith('<div id="progress"')
    task = DBTaskResult.objects.get(task_path=tasks.carry_out.module_path)
    tasks.carry_out.func(*task.args_kwargs["args"])
    DBTaskResult.objects.all().delete()
    assert client.get(address(review, "closing"), headers=asking)["HX-Reselect"] == "#main"
    shown = texts(client.get(address(review, "closing")))
    assert "waiting in the service" in shown
    assert "Carry out</button>" not in shown


def test_one_that_stopped_is_taken_up_with_a_button(client: Any, cast: dict[str, User], review: Review) -> None:
    begun(review)
    client.force_login(cast["alice"])
    assert "It stopped before the end." in texts(client.get(address(review, "closing")))
    client.post(address(review, "closing"))
    assert tasks.is_under_way(review)
    client.post(address(review, "closing"))
    assert DBTaskResult.objects.filter(task_path=tasks.carry_out.module_path).count() == 1


def test_a_refusal_is_said(client: Any, cast: dict[str, User], users: list[User]) -> None:
    review = approved(service_of(users[:1]), {users[0]: REMOVE})
    client.force_login(User.objects.get(login="approver"))
    assert "You took another step" in texts(client.post(address(review, "closing"), follow=True))
    review.refresh_from_db()
    assert review.state == Review.State.OPEN


def test_what_could_not_be_carried_out_is_tried_again_or_left(
    client: Any, cast: dict[str, User], users: list[User]
) -> None:
    wiki = service_of(users[:2])
    eve, fay = person("eve"), person("fay")
    wanted = {users[0]: NewDecision("reassign", "x", to=eve), users[1]: NewDecision("reassign", "x", to=fay)}
    review = begun(approved(wiki, wanted))
    licenses = grants.grant(service=wiki, users=[eve, fay], by=None, reason="", on=ON)
    execution.carry_out(review, on=ON)
    client.force_login(cast["alice"])
    shown = texts(client.get(address(review, "closing")))
    assert "2 decisions could not be carried out." in shown
    assert "Eve already holds a license for Wiki." in shown
    again = address(review, f"closing/{item_of(review, users[0]).pk}/again")
    assert "Eve already holds a license for Wiki." in texts(client.post(again, follow=True))
    grants.revoke([licenses[0]], by=None, reason="", on=ON)
    client.post(again)
    assert item_of(review, users[0]).state == Item.State.PENDING
    leaving = address(review, f"closing/{item_of(review, users[1]).pk}/leaving")
    assert "Give a reason for leaving it unchanged." in texts(client.post(leaving, follow=True))
    client.post(leaving, {"reason": "Fay has one"})
    assert item_of(review, users[1]).state == Item.State.CHANGED
    assert tasks.is_under_way(review)  # to close it
    client.force_login(cast["audrey"])
    assert client.post(leaving, {"reason": "x"}).status_code == 403


def test_an_item_of_another_review_is_not_found(client: Any, cast: dict[str, User], review: Review) -> None:
    client.force_login(cast["alice"])
    foreign = review.items.order_by("pk")[0].pk
    for rest in (f"closing/{foreign}/again", f"undoing/{foreign}"):
        answer = client.post(f"/administration/reviews/{review.pk + 1}/{rest}/", {"reason": "x"})
        assert answer.status_code == 404
        assert "Page not found" in texts(answer)
    assert Item.objects.get(pk=foreign).state == Item.State.WAITING


def test_one_is_undone_on_its_page(client: Any, cast: dict[str, User], review: Review, users: list[User]) -> None:
    review = carried_out(review)
    client.force_login(cast["alice"])
    one = address(review, f"undoing/{item_of(review, users[0]).pk}")
    assert "Ann gets a license again and is notified." in texts(client.get(one))
    assert "Give a reason for undoing it." in texts(client.post(one))
    response = client.post(one, {"reason": "after all"}, follow=True)
    assert "A license for Wiki was requested for Ann." in texts(response)
    assert item_of(review, users[0]).state == Item.State.UNDONE
    assert "after all" in texts(client.get(one))
    client.force_login(cast["audrey"])
    assert client.post(one, {"reason": "x"}).status_code == 403


def test_all_are_undone_by_a_worker(client: Any, cast: dict[str, User], review: Review) -> None:
    review = carried_out(review)
    client.force_login(cast["alice"])
    assert "3 decisions are undone" in texts(client.get(address(review, "undoing")))
    client.post(address(review, "undoing"), {"reason": "the wrong list"})
    client.post(address(review, "undoing"), {"reason": "the wrong list"})
    task = DBTaskResult.objects.get(task_path=tasks.undo_all.module_path)
    tasks.undo_all.func(*task.args_kwargs["args"])
    assert set(review.items.values_list("state", flat=True)) == {Item.State.UNDONE}


def test_the_package_is_given_out_to_those_who_may_and_each_time_is_noted(
    client: Any, cast: dict[str, User], review: Review
) -> None:
    client.force_login(cast["audrey"])
    assert "There is none yet" in texts(client.get(address(review, "evidence")))
    assert client.get(address(review, "evidence/file")).status_code == 302
    review = carried_out(review)
    assert review.money["seal"]["manifest"] in texts(client.get(address(review, "evidence")))
    response = client.get(address(review, "evidence/file"))
    assert response["Cache-Control"] == "no-store"
    assert "attachment" in response["Content-Disposition"]
    content = b"".join(response.streaming_content)
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    entry = Entry.objects.of("review.download").get()
    assert entry.by_login == "audrey"
    client.force_login(cast["bob"])
    assert client.get(address(review, "evidence/file")).status_code == 403


def test_completeness_says_who_left_first_and_is_kept_at_closing(
    client: Any, cast: dict[str, User], review: Review, users: list[User]
) -> None:
    people.deactivate(users[1], by=None, on=ON)
    client.force_login(cast["audrey"])
    shown = texts(client.get(address(review, "completeness")))
    assert "As it is now." in shown
    assert shown.index("inactive but still holds a license") < shown.index("administers Seatwise")
    review = carried_out(review)
    assert not Finding.objects.of(review).of_kind("inactive").exists()  # its license was removed by this very review
    shown = texts(client.get(address(review, "completeness")))
    assert "As it was when the review was closed" in shown
    assert '?kind=added_outside">3<' in shown
    at = datetime.datetime(2026, 11, 24, 9, tzinfo=datetime.UTC)
    Review.objects.filter(pk=review.pk).update(closed_at=at)
    wiki = Service.objects.get(code="wiki")
    grants.grant_one(service=wiki, user=users[0], by=None, reason="", on=ON)
    assert '?kind=added_outside">1<' in texts(client.get("/administration/services/wiki/completeness/"))
    assert '?kind=added_outside">3<' in texts(client.get(address(review, "completeness")))
    rows = b"".join(client.get("/administration/services/wiki/completeness/?kind=administrator&format=csv"))
    assert rows.decode().count("\r\n") == 1 + User.objects.with_role("administrator").count()
    assert "unknown parameters" in texts(client.get(address(review, "completeness") + "?sort=x"))


@pytest.mark.parametrize("page", PAGES)
def test_the_number_of_queries_does_not_grow(
    client: Any, cast: dict[str, User], page: str, django_assert_max_num_queries: Any
) -> None:
    few = [person(f"few{number}") for number in range(3)]
    many = [person(f"many{number}") for number in range(60)]
    wiki = service_of([*few, *many])
    review = carried_out(approved(wiki, {**dict.fromkeys(few, REMOVE), **dict.fromkeys(many, REMOVE)}))
    client.force_login(cast["alice"])
    with django_assert_max_num_queries(26):
        assert "Q4" in texts(client.get(address(review, page)))
    with django_assert_max_num_queries(26):
        assert "administers Seatwise" in texts(client.get("/administration/services/wiki/completeness/"))


def test_use_after_a_removal_is_said_on_the_page_of_carrying_out_in_the_evidence_and_in_the_api(
    client: Any, cast: dict[str, User], users: list[User], review: Review
) -> None:
    wiki = review.service
    Effect.objects.withdraw(ON)
    review = carried_out(review)
    used, later = ON + datetime.timedelta(days=3), days.day_of(ON) + 5
    facts = facts_of({"ann": [days.day_of(used)]})
    merge(add_source("proxy", wiki).revision, wiki, facts, zone=ZONE, today=later)
    waits = Effect.objects.pending().values_list("pk", flat=True)
    effects.carry_out(wiki, list(waits), evidence="seen", by=None, on=days.date_of(later))
    client.force_login(cast["alice"])
    file = b"".join(client.get(address(review, "closing") + "?format=csv")).decode().splitlines()
    assert [line.rpartition(",")[2] for line in file[1:]] == [str(used), "", ""]
    told = {row[0]: row[-1] for row in evidence_tables.execution(review)}
    assert told == {"ann": used, "ben": "", "cid": ""}
    secret = ApiToken.objects.add(name="BI", owner=cast["alice"], scopes=["reviews:read"], days=30, by=None, on=ON)[1]
    found = client.get(f"/api/v1/reviews/{review.pk}/items", headers={"authorization": f"Bearer {secret}"}).json()
    after = {item["login"]: item["used_after_removal"] for item in found["items"]}
    assert after == {"ann": str(used), "ben": None, "cid": None}
