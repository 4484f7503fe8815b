"""What usage rows copy from people and licenses is theirs, whatever happens to them."""

import datetime

import pytest

from seatwise.directory import people
from seatwise.directory.models import Department, User
from seatwise.ledger.models import Usage
from seatwise.ledger.tests.world import ON, add_person, add_service, license_for
from seatwise.licenses import grants
from seatwise.licenses.models import License

pytestmark = pytest.mark.django_db
LATER = datetime.date(2026, 3, 1)


def copied() -> set[tuple[object, ...]]:
    """Of each row: service, login, shown, employment, license, department."""
    return {
        (row.service.code, bytes(row.login_bytes).decode(), row.shown, row.employment, row.license_since,
         row.department.code if row.department else "")
        for row in Usage.objects.select_related("service", "department")
    }  # fmt: skip


def truth() -> set[tuple[object, ...]]:
    """The same from where it comes."""
    return {
        (one.service.code, one.user.login, one.user.status == "active" and one.user.kind != "guest",
         one.user.employment, one.added_on, next((d.code for d in one.user.departments_on()), ""))
        for one in License.objects.held().select_related("service", "user")
    }  # fmt: skip


def test_the_rows_follow_every_change() -> None:
    wiki, mail = add_service("wiki"), add_service("mail")
    for code in ("sales", "design"):
        Department.objects.add(code=code, name=code, by=None)
    ann = add_person("Änn", departments=["sales"], employment="part_time")
    ben, ivan = add_person("ben"), add_person("ivan", status="inactive")
    license_for(wiki, ann, ben, ivan)
    grants.grant_one(service=mail, user=ann, by=None, reason="", on=LATER)
    assert len(truth()) == 4
    assert copied() == truth()
    for user, change in (
        (ann, {"login": "山田"}),
        (ann, {"employment": "full_time", "departments": ["design", "sales"]}),
        (ben, {"status": "inactive"}),
        (ivan, {"status": "active"}),
        (ann, {"kind": "guest"}),
        (ann, {"kind": "shared", "name": "No matter"}),
        (ben, {"status": "active", "employment": "other"}),
    ):
        assert people.change(User.objects.get(pk=user.pk), change, by=None, on=LATER)
        assert copied() == truth(), change
    grants.revoke([License.objects.held().get(user=ben)], by=None, reason="", on=LATER)
    assert copied() == truth()
    grants.grant_one(service=wiki, user=ben, by=None, reason="", on=LATER)
    assert copied() == truth()
    assert {row[4] for row in copied()} == {ON, LATER}


def test_changes_that_are_not_copied_lock_no_service() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ann = add_person("ann")
    license_for(add_service("wiki"), ann)
    with CaptureQueriesContext(connection) as queries:
        people.change(User.objects.get(pk=ann.pk), {"name": "Ann A."}, by=None, on=LATER)
    assert not any("ledger_" in query["sql"] for query in queries.captured_queries)
