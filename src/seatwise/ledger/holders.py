"""Keeping one usage row for each holder, whatever happens to licenses, login names, people and departments."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from seatwise.directory import rows as many_rows
from seatwise.directory.changes import LoginChange, PersonChange
from seatwise.directory.models import Membership, Service, User
from seatwise.directory.models.people import takes_seats
from seatwise.ledger.locking import lock
from seatwise.ledger.models import Usage
from seatwise.ledger.usage_rows import recompute
from seatwise.lib.batches import batches


def primary_departments(users: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for batch in batches(users):
        current = Membership.objects.current().primary().filter(user__in=batch)
        found.update(current.values_list("user_id", "department_id"))
    return found


COPIED_FROM = {"departments", "login", "status", "kind", "employment"}


def copied(service: Service, users: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What is copied into the rows of some users: the columns of Usage by user."""
    departments = primary_departments(users)
    people = User.objects.filter(pk__in=users)
    # Licenses are a later app's; this is what the database has of them. Asked alone: PostgreSQL takes minutes to join
    # what it has no statistics of yet, when ten thousand were just added.
    licenses: Any = User._meta.get_field("licenses").related_model
    held = licenses._default_manager.filter(service=service, removed_on=None, user__in=users)
    since = dict(held.values_list("user_id", "first_day"))
    return {
        pk: {
            "department_id": departments.get(pk),
            "login_bytes": login.encode(),
            "shown": takes_seats(status, kind),
            "employment": employment,
            "license_since": since.get(pk),
        }
        for pk, login, status, kind, employment in people.values_list("pk", "login", "status", "kind", "employment")
    }


def licenses_added(service: Service, users: Iterable[User]) -> None:
    """Begin the rows of new holders. In the transaction in which they get their licenses."""
    as_of = lock(service)
    for batch in batches(sorted(user.pk for user in users)):
        rows = [Usage(service=service, user_id=pk, **columns) for pk, columns in copied(service, batch).items()]
        Usage.objects.bulk_create(rows, ignore_conflicts=True)
        recompute(service.pk, as_of.day, batch)


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
    gained = [change.user.pk for change in known if gained_logins(change)]
    for service in services_in_order() if changed or gained else ():
        as_of = lock(service)
        copy_people(service, changed)
        recompute(service.pk, as_of.day, gained)


def copy_people(service: Service, users: Iterable[int]) -> None:
    """Copy into the rows of some users what is copied from elsewhere. Under lock()."""
    for batch in batches(sorted(users)):
        rows = list(Usage.objects.filter(service=service, user__in=batch))
        wanted = copied(service, [row.user_id for row in rows])
        many_rows.update(Usage, [(row, set_columns(row, wanted[row.user_id])) for row in rows])


def set_columns(row: Usage, columns: Mapping[str, Any]) -> list[str]:
    """Set what differs; the columns that did."""
    now = {name: getattr(row, name) for name in columns} | {"login_bytes": bytes(row.login_bytes)}
    changed = [name for name in columns if now[name] != columns[name]]
    for name in changed:
        setattr(row, name, columns[name])
    return changed


def gained_logins(change: PersonChange) -> bool:
    """Whether a person has other login names than before."""
    return bool({"login", "logins", "other_logins"} & change.after.keys())
