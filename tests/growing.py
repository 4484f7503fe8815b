"""A site that grows, and what it costs to read: steps of SQLite's virtual machine, queries and rows, no clock."""

import copy
import datetime
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction
from django.db.models import OuterRef, Subquery

from seatwise import audit
from seatwise.directory.models import Login, Membership, Service, Upload, User
from seatwise.enquiries.models import Enquiry
from seatwise.ledger.models import AccessMonth, AsOf, Coverage, LogImport, Revision, Usage
from seatwise.letters.models import Letter
from seatwise.lib import days
from seatwise.licenses.models import Change, ChangeDraft, Effect, Exemption, License, Suspension
from seatwise.reviews.models import Item
from seatwise.seat_requests.models import SeatRequest, SeatTransfer

ON = datetime.date(2026, 1, 5)
TODAY = days.day_of(datetime.date(2026, 11, 22))


@dataclass
class Work:
    """What was done to answer something."""

    statements: Counter[str] = field(default_factory=Counter)  # steps of each
    queries: int = 0
    rows: int = 0

    @property
    def steps(self) -> int:
        return self.statements.total()


@contextmanager
def measured() -> Iterator[Work]:
    """The work that the database does in a block, on SQLite."""
    work, here, now = Work(), connection.connection, [""]

    def step() -> int:
        work.statements[now[0]] += 1
        return 0

    def row(_cursor: Any, values: Any) -> Any:
        work.rows += 1
        return values

    def query(execute: Any, sql: str, *arguments: Any) -> Any:
        work.queries += 1
        now[0] = sql
        return execute(sql, *arguments)

    here.set_progress_handler(step, 1)
    here.row_factory = row
    try:
        with connection.execute_wrapper(query):
            yield work
    finally:
        here.set_progress_handler(None, 0)
        here.row_factory = None


def copied(first: models.Model, count: int, changes: Callable[[int], dict[str, Any]]) -> None:
    """More rows like one that is there, each with changes of its own."""
    rows = []
    for number in range(count):
        row = copy.copy(first)
        row._state = copy.copy(first._state)
        row.pk, row._state.adding = None, True
        for name, value in changes(number).items():
            setattr(row, name, value)
        rows.append(row)
    type(first)._default_manager.bulk_create(rows, batch_size=2000)


def people_who_hold(service: Service, first: int, last: int) -> list[User]:
    """New people of the department Sales with a license, and what is known of their use."""
    people = [User(login=f"p{i:05}", folded=f"p{i:05}", name=f"Person {i}") for i in range(first, last)]
    for person in people:
        person.remember_search_text()
    User.objects.bulk_create(people)
    Login.objects.bulk_create(Login(folded=each.login, written=each.login, user=each) for each in people)
    sales = Membership.objects.order_by("pk")[0].department
    Membership.objects.bulk_create(Membership(user=each, department=sales, primary=True) for each in people)
    held = {"service": service, "added_on": ON, "first_day": ON}
    License.objects.bulk_create(License(**held, user=each, removed_on=ON) for each in people)
    License.objects.bulk_create(License(**held, user=each) for each in people)
    Usage.objects.bulk_create(
        Usage(
            service=service,
            user=each,
            department=sales,
            last_day=0 if i % 5 == 0 else TODAY - i % 300,
            days_30=0 if i % 5 == 0 or i % 300 > 29 else 1,
            login_bytes=each.login.encode(),
            license_since=ON,
        )
        for i, each in enumerate(people)
    )
    seen: dict[str, Any] = {"service": service, "month": days.month_of(TODAY), "revision": Revision.objects.get()}
    AsOf.objects.update_or_create(service=service, defaults={"day": TODAY})
    Coverage.objects.update_or_create(**seen, defaults={"days": (1 << 22) - 1})
    logins = Login.objects.filter(user__in=people)
    AccessMonth.objects.bulk_create(AccessMonth(**seen, login=each, days=1, program_days=0) for each in logins)
    return people


def grow(first: int, last: int) -> None:
    """Let there be people number `first` to `last`, and something of each kind for each of them."""
    wiki = Service.objects.get(code="wiki")
    people = people_who_hold(wiki, first, last)
    count = len(people)
    held = {each.user_id: each for each in License.objects.held().filter(user__in=people)}
    Login.objects.bulk_create(Login(folded=f"stranger{i}", written=f"Stranger{i}") for i in range(first, last))
    added = {"by": None, "verb": "user.add", "before": {}, "after": {"department": "sales"}}
    with transaction.atomic():
        audit.record_many({**added, "subject": person} for person in people)
    mine: list[tuple[type[models.Model], Callable[[int], dict[str, Any]]]] = [
        (Letter, lambda i: {"to": people[i], "key": f"k{first + i}", "message_id": f"<{first + i}@x>"}),
        (Exemption, lambda i: {"user": people[i]}),
        (Change, lambda i: {}),
        (ChangeDraft, lambda i: {}),
        (LogImport, lambda i: {}),
        (Upload, lambda i: {}),
        (SeatRequest, lambda i: {"person": people[i]}),
        (SeatTransfer, lambda i: {"license": held[people[i].pk]}),
        (Item, lambda i: {"license": held[people[i].pk], "user": people[i]}),
    ]
    for model, changes in mine:
        copied(model._default_manager.order_by("pk")[0], count, changes)
    items = dict(Item.objects.filter(user__in=people).values_list("user", "pk"))
    copied(
        Enquiry(purpose="review", about_type="reviews.item", asked_on=ON, due=ON),
        count,
        lambda i: {"about_id": items[people[i].pk], "license": held[people[i].pk], "person": people[i]},
    )
    asked = Enquiry.objects.filter(person=OuterRef("user")).values("pk")
    Item.objects.filter(user__in=people).update(enquiry=Subquery(asked))
    copied(Suspension.objects.order_by("pk")[0], count // 10, lambda i: {"user": people[i]})
    removed = License.objects.filter(user__in=people, removed_on__isnull=False).order_by("pk")[: count // 10]
    Effect.objects.bulk_create(Effect(license=each, what=Effect.What.REMOVE, since=ON) for each in removed)
