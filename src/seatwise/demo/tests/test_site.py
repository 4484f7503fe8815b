"""What the demo does to its site beyond the imports."""

import datetime
from typing import Any

import pytest

from seatwise.demo.site import spread_licenses
from seatwise.directory.models import Service
from seatwise.lib.usage import Narrowing, Sorting
from seatwise.licenses import grants
from seatwise.licenses.models import License
from seatwise.monitoring import listing

pytestmark = pytest.mark.django_db


def test_the_list_says_the_same_of_licenses_as_the_persons_page(cast: dict[str, Any]) -> None:
    service = Service.objects.add(code="wiki", name="Wiki", by=None)
    users = [cast["alice"], cast["charlie"]]
    today = datetime.date(2026, 11, 24)
    grants.grant(service=service, users=users, by=None, reason="", on=today)
    spread_licenses()
    listed = {row.login: row.since for row in listing.rows_of(listing.basis(service), Narrowing(), Sorting())}
    assert listed == dict(License.objects.values_list("user__login", "first_day"))
    assert today not in listed.values()
