"""A review and the seat finder expect the same days of somebody, and the evidence has the number that was used."""

import datetime
from decimal import Decimal

import pytest

from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.ledger.models import Usage
from seatwise.lib import days
from seatwise.licenses import grants
from seatwise.licenses.models import License, Policy
from seatwise.reviews import opening
from seatwise.reviews.population import ground_of, members
from seatwise.reviews.rules import Rule
from seatwise.seat_requests import shortlist
from seatwise.seat_requests.usage_bound import ground

pytestmark = pytest.mark.django_db
ON = datetime.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("employment", "entered", "policy", "expected"),
    [
        ("full_time", "", None, "5"),
        ("other", "", None, "5"),
        ("full_time", "4", None, "4"),
        ("part_time", "", None, "2.5"),
        ("part_time", "", "3", "3"),
        ("part_time", "", "0", "0"),
        ("part_time", "2", "3", "2"),
        ("full_time", "", "3", "5"),
    ],
)
def test_both_expect_what_was_entered_or_what_the_policy_says(
    employment: str, entered: str, policy: str | None, expected: str
) -> None:
    wiki = Service.objects.add(code="wiki", name="Wiki", by=None)
    if policy is not None:
        Policy.of(wiki).change(by=None, part_time_days=Decimal(policy))
    fields = {"login": "ann", "name": "Ann", "employment": employment, "expected_days": entered}
    ann: User = people.add(fields, by=None, on=ON)
    grants.grant_one(service=wiki, user=ann, by=None, reason="", on=ON)
    rests_on = ground_of(wiki, days.day_of(ON))
    [member] = members(License.objects.of(wiki), wiki, rests_on, Rule(share=10))
    [[measure]] = shortlist.rounds(ground(wiki, ON), Usage.objects.of(wiki), None)
    assert member.holder.expected == measure.a_week == Decimal(expected)
    facts = opening.facts_of(member, License.objects.get(), rests_on, [], "")
    assert facts["expected_days"] == expected
