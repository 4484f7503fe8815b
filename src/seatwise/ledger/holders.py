"""Keeping one usage row for each holder, whatever happens to licenses, login names, people and departments."""

import datetime
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import QuerySet

from seatwise.directory.changes import LoginChange, PersonChange
from seatwise.directory.models import Membership, Service, User
from seatwise.ledger import statements
from seatwise.ledger.locking import lock
from seatwise.ledger.models import Usage
from seatwise.ledger.usage_rows import recompute
from seatwise.lib.batches import batches
from seatwise.lib.staged_rows import INTEGER, selected, staged


def primary_departments(users: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for batch in batches(users):
        current = Membership.objects.current().primary().filter(user__in=batch)
        found.update(current.values_list("user_id", "department_id"))
    return found


USERS = {"user_id": INTEGER}
COPIED_FROM = {"departments", "login", "status", "kind", "employment"}


def licenses_added(service: Service, users: Iterable[User]) -> None:
    """Begin the rows of new holders. In the transaction in which they get their licenses."""
    as_of = lock(service)
    ids = sorted({user.pk for user in users})
    with staged(USERS, [(pk,) for pk in ids], key=["user_id"]) as table:
        statements.execute(_copying(statements.BEGIN_ROWS, table), {"service": service.pk})
    recompute(service.pk, as_of.day, ids)


def _copying(sql: str, table: str) -> str:
    return sql.format(staged=table, login_bytes=statements.LOGIN_BYTES[connection.vendor])


def licenses_removed(service: Service, users: Iterable[User]) -> None:
    """End the rows of those who no longer hold a license."""
    lock(service)
    for batch in batches(user.pk for user in users):
        Usage.objects.filter(service=service, user__in=batch).delete()


def logins_changed(changes: Sequence[LoginChange]) -> None:
    """Recompute the usage of the people a login name was taken from or given to."""
    people = {user.pk for change in changes for user in (change.before, change.login.user) if user is not None}
    for batch in batches(sorted(people)):  # people before services, as everywhere
        list(User.objects.select_for_update(no_key=True).filter(pk__in=batch).order_by("pk").values_list("pk"))
    recompute_everywhere(people)


def recompute_everywhere(people: Iterable[int]) -> None:
    """Recompute the usage of some people in all services."""
    people = set(people)
    for service in services_in_order() if people else ():
        as_of = lock(service)
        recompute(service.pk, as_of.day, people)


def services_in_order() -> "QuerySet[Service]":
    """All services in the order in which they are locked: also one in which somebody is just getting a license."""
    services: QuerySet[Service] = Service.objects.order_by("pk")
    return services


def people_changed(changes: Sequence[PersonChange], on: datetime.date) -> None:
    """Copy anew what rows have of people, and count what newly known login names did before they were known.

    New people hold no licenses yet.
    """
    known = [change for change in changes if not change.new]
    changed = [change.user.pk for change in known if COPIED_FROM & change.after.keys()]
    gained = [change.user.pk for change in known if {"login", "logins", "other_logins"} & change.after.keys()]
    for service in services_in_order() if changed or gained else ():
        as_of = lock(service)
        copy_people(service, changed)
        recompute(service.pk, as_of.day, gained)


def copy_people(service: Service, users: Iterable[int]) -> None:
    """Copy into the rows of some users what is copied from elsewhere, where it differs. Under lock()."""
    with staged(USERS, [(pk,) for pk in sorted({*users})], key=["user_id"]) as table:
        found = _copying(statements.COPIES_OF_ROWS, table)
        with selected(found, {"service": service.pk}) as copies:
            statements.execute(statements.COPY_AGAIN.format(staged=copies))
