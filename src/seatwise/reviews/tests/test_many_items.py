"""A review of many licenses: what each takes does not grow with how many there are. Printed with -s: the seconds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from seatwise.directory.models import Department, DepartmentAdministrator, Service, User
from seatwise.letters.models import Letter
from seatwise.licenses import grants
from seatwise.licenses.models import License
from seatwise.reviews import approval, execution, item_decisions, opening, reversal, review_questions, tasks
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Item, Review
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.execution import DUE, EARLIER, ON, person

FEW, MANY = 20, 160
PAGES = (
    *("/administration/reviews/%s/", "/reviews/%s/", "/administration/reviews/%s/closing/"),
    *("/administration/reviews/%s/undoing/", "/administration/reviews/%s/completeness/"),
    "/administration/reviews/%s/evidence/",
)
# What a stage of many may take more than one of a few: rows are written some hundreds at a time.
BATCHES = 60
# What carrying out or undoing a batch takes, however many are in it, but for rows that are written in parts.
FOR_A_BATCH, ROWS_AT_ONCE = 110, 8


class Counting:
    """Counts queries; Django's own log of them ends at nine thousand."""

    queries = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """One more."""
        self.queries += 1
        return execute(sql, params, many, context)


class Measured:
    """Seconds and queries of each stage."""

    def __init__(self) -> None:
        self.queries: dict[str, int] = {}
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what is done meanwhile."""
        begun, count = time.monotonic(), Counting()
        with connection.execute_wrapper(count):
            yield
        self.queries[name] = count.queries
        self.seconds[name] = round(time.monotonic() - begun, 2)


@pytest.fixture
def team(db: None) -> dict[str, User]:
    """bob decides for everybody; three administrators take the other steps."""
    department = Department.objects.add(code="sales", name="Sales", by=None)
    bob = person("bob", role="department_administrator", departments=["sales"])
    DepartmentAdministrator.objects.create(user=bob, department=department)
    return {"bob": bob, **{login: person(login, role="administrator") for login in ("alice", "approver", "executor")}}


def service_with(count: int) -> Service:
    """A service that so many people of the department hold a license of."""
    users = [person(f"h{count}-{number}", departments=["sales"]) for number in range(count)]
    service: Service = Service.objects.add(
        code=f"wiki{count}", name="Wiki", by=None, how_removal_takes_effect=Service.Removal.BY_HAND
    )
    grants.grant(service=service, users=users, by=None, reason="", on=EARLIER)
    return service


def whole_review(count: int, team: dict[str, User]) -> tuple[Review, Measured]:
    """Opened, asked, decided, carried out and closed; one in ten keeps it, the others lose it."""
    measured, service = Measured(), service_with(count)
    review = opening.draft(
        name=f"Q4 {count}", service=service, owner=team["alice"], rule=Rule(), due=DUE, by=team["alice"], on=ON
    )
    with measured.stage("open"):
        opening.open_review(review, by=team["alice"], on=ON)
    with measured.stage("ask"):
        assert review_questions.ask(review, by=team["alice"], on=ON) == count
    ids = list(review.items.order_by("pk").values_list("pk", flat=True))
    with measured.stage("decide"):
        for wanted, chosen in (("keep", ids[::10]), ("remove", sorted(set(ids) - set(ids[::10])))):
            item_decisions.decide(
                review, chosen, NewDecision(wanted, "for a reason"), by=team["bob"], on=ON, in_bulk=True
            )
    approval.propose(review, by=team["bob"])
    approval.approve(review, by=team["approver"])
    tasks.begin(review, by=team["executor"])
    with measured.stage("carry out"):
        assert execution.apply(*ids, on=ON)
    with measured.stage("close"):
        assert execution.carry_out(review, on=ON) == 0
    review.refresh_from_db()
    return review, measured


def test_many_take_no_more_queries_for_each_than_few(team: dict[str, User], client: Any) -> None:
    few, of_few = whole_review(FEW, team)
    many, of_many = whole_review(MANY, team)
    for name in ("open", "ask", "decide", "close"):
        assert of_many.queries[name] <= of_few.queries[name] + BATCHES, (name, of_few.queries, of_many.queries)
    of_few.queries["undo"], of_many.queries["undo"] = (_undoing(review, team["alice"]) for review in (few, many))
    for name in ("carry out", "undo"):
        assert of_many.queries[name] <= of_few.queries[name] + ROWS_AT_ONCE, (name, of_few.queries, of_many.queries)
        assert of_many.queries[name] <= FOR_A_BATCH
    assert set(many.items.values_list("state", flat=True)) == {Item.State.APPLIED}
    assert License.objects.of(many.service).held().count() == MANY // 10
    assert Letter.objects.of_kind("review.remove").count() == (FEW + MANY) * 9 // 10
    print(f"\n{connection.vendor}, {MANY} items: seconds {of_many.seconds}, queries {of_many.queries}")
    client.force_login(team["alice"])
    for address in PAGES:
        counted = [_queries(client, address % review.pk) for review in (few, many)]
        assert counted[1] <= counted[0] + 2, (address, counted)
        print(f"{address}: {counted[1]} queries")


def _queries(client: Any, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200, address
    return len(found)


def _undoing(review: Review, by: User) -> int:
    """How many queries it takes to undo all; it is as if it had not been then."""
    ids, count = [item.pk for item in reversal.undoable(review)], Counting()
    with connection.execute_wrapper(count), suppress(Undone), transaction.atomic():
        reversal.undo_each(ids, by=by, reason="after all", on=ON)
        assert License.objects.of(review.service).held().count() == review.items.count()
        raise Undone
    return count.queries


class Undone(Exception):
    """So that what was done is not."""
