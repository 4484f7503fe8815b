"""Keeping one usage row for each holder, whatever happens to licenses, login names and departments."""

import datetime
from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from seatwise.directory.changes import LoginChange, PersonChange
from seatwise.directory.models import Membership, Service, User
from seatwise.ledger import statements
from seatwise.ledger.locking import lock
from seatwise.ledger.models import Usage
from seatwise.ledger.recomputing import recompute


def primary_departments(users: Sequence[int]) -> dict[int, int]:
    """The primary department of some users, by user."""
    found = Membership.objects.current().primary().filter(user__in=users)
    return dict(found.values_list("user_id", "department_id"))


def licenses_added(service: Service, users: Iterable[User]) -> None:
    """Begin the rows of new holders. In the transaction in which they get their licenses."""
    as_of = lock(service)
    for batch in statements.batches(sorted(user.pk for user in users)):
        departments = primary_departments(batch)
        rows = [Usage(service=service, user_id=pk, department_id=departments.get(pk)) for pk in batch]
        Usage.objects.bulk_create(rows, ignore_conflicts=True)
        recompute(service.pk, as_of.day, batch)


def licenses_removed(service: Service, users: Iterable[User]) -> None:
    """End the rows of those who no longer hold a license."""
    lock(service)
    for batch in statements.batches(user.pk for user in users):
        Usage.objects.filter(service=service, user__in=batch).delete()


def logins_changed(changes: Sequence[LoginChange]) -> None:
    """Recompute the usage of the people a login name was taken from or given to."""
    people = {user.pk for change in changes for user in (change.before, change.login.user) if user is not None}
    for batch in statements.batches(sorted(people)):  # people before services, as everywhere
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
    return Service.objects.order_by("pk")


def people_changed(changes: Sequence[PersonChange], on: datetime.date) -> None:
    """Copy primary departments anew, and count what newly known people's login names did before they were known.

    New people hold no licenses yet.
    """
    known = [change for change in changes if not change.new]
    moved = [change.user.pk for change in known if "departments" in change.after]
    gained = [change.user.pk for change in known if gained_logins(change)]
    for service in services_in_order() if moved or gained else ():
        as_of = lock(service)
        copy_departments(service, moved)
        recompute(service.pk, as_of.day, gained)


def copy_departments(service: Service, users: Sequence[int]) -> None:
    """Copy the primary departments of some users into their rows. Under lock()."""
    for batch in statements.batches(sorted(users)):
        departments = primary_departments(batch)
        rows = Usage.objects.filter(service=service, user__in=batch)
        wrong: dict[int | None, list[int]] = {}
        for user, department in rows.values_list("user", "department"):
            if department != departments.get(user):
                wrong.setdefault(departments.get(user), []).append(user)
        for department, some in wrong.items():
            rows.filter(user__in=some).update(department=department)


def gained_logins(change: PersonChange) -> bool:
    """Whether a person has other login names than before."""
    return bool({"login", "logins", "other_logins"} & change.after.keys())
