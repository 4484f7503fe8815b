"""What makes the demo's site complete beyond what its files say."""

import datetime
from collections.abc import Iterable

from django.db import transaction

from seatwise.demo.people import everybody
from seatwise.directory import people
from seatwise.directory.models import Department, DepartmentAdministrator, Service, User
from seatwise.ledger.fact_merge import rebuild
from seatwise.ledger.zones import today
from seatwise.lib import days
from seatwise.licenses.models import License


def add_who_confirms() -> None:
    """A third administrator, without a license: of the four steps of a review, nobody holds two."""
    now = days.date_of(today())
    department = Department.objects.get(full_name="Human Resources")
    people.add(
        {
            "login": "grace",
            "name": "Grace Okoro",
            "email": "grace@example.com",
            "departments": [department.code],
            "role": "administrator",
        },
        by=None,
        on=now,
    )


def give_passwords(logins: Iterable[str], password: str) -> None:
    """Give some people the same password."""
    for user in User.objects.filter(login__in=logins):
        user.give_password(password, by=None)


def tell_who_administers(login: str, department: str) -> None:
    """Make somebody the administrator of a department, and let such administrators see the wiki's usage."""
    user = User.objects.get(login=login)
    found = Department.objects.get(full_name=department)
    with transaction.atomic():
        DepartmentAdministrator.objects.get_or_create(user=user, department=found)
    Service.objects.get(code="wiki").change(by=None, department_admins_see_usage=True)


def spread_licenses() -> None:
    """Let the licenses look as if they had been given over the years, and those of new people a few days ago."""
    now = days.date_of(today())
    patterns = {person.login: person.pattern for person in everybody()}
    for license in License.objects.select_related("user"):  # noqa: A001 - the field's term
        age = 6 + license.pk % 9 if patterns.get(license.user.login) == "new" else 60 + license.pk * 37 % 900
        since = now - datetime.timedelta(days=age)
        License.objects.filter(pk=license.pk).update(added_on=since, first_day=since)
    for service in Service.objects.order_by("pk"):
        rebuild(service)  # the list has a copy of these days
