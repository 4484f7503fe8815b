"""What the demo's services are contracted for, and what is under way with their seats."""

import datetime
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from seatwise.directory.models import Department, Service, User
from seatwise.ledger.zones import today
from seatwise.lib import days
from seatwise.licenses import contract_terms, effects, exemption_rules, grants, suspension_endings, suspension_rules
from seatwise.licenses.models import Contract, Effect, License, Policy
from seatwise.licenses.models.licenses import LicenseQuerySet

DAY = datetime.timedelta(days=1)
CHECKLIST = "Is somebody else an administrator of this person’s apps?\nDoes no process wait for them?"


def settle_seats(signing_in: Collection[str]) -> None:
    """Contracts with prices, people on leave, an exemption, a checklist, and removals that wait for the vendor.

    Those who sign in to the demo are left as they are.
    """
    now = days.date_of(today())
    kintone, wiki = Service.objects.get(code="kintone"), Service.objects.get(code="wiki")
    enter_contracts(kintone, wiki, now)
    kintone.change(by=None, how_removal_takes_effect=Service.Removal.VENDOR)
    Policy.of(kintone).change(by=None, checklist=CHECKLIST)
    others = License.objects.held().by_people_who_take_seats().exclude(user__login__in=signing_in)
    send_on_leave(kintone, others, now)
    remove_some([(kintone, 4), (wiki, 2)], others, now)


def enter_contracts(kintone: Service, wiki: Service, now: datetime.date) -> None:
    """Prices and renewals; kintone had more seats until half a year ago."""
    terms: Any = {"currency": "JPY", "starts": now - 800 * DAY}
    contract = Contract.objects.of(kintone).get()
    seats = contract.seats
    contract_terms.change(contract, by=None, on=now - 400 * DAY, seats=seats + 40)
    contract_terms.change(contract, by=None, on=now - 180 * DAY, seats=seats)
    renewal: Any = {"renews": now + 75 * DAY, "last_day_for_changes": now + 45 * DAY}
    contract_terms.change(
        contract, by=None, on=now, price=Decimal(1800), period=Contract.Period.MONTH, **terms, **renewal
    )
    soon: Any = {"renews": now + 20 * DAY, "last_day_for_changes": now - 10 * DAY}
    contract_terms.change(
        Contract.objects.of(wiki).get(),
        by=None,
        on=now,
        price=Decimal(4800),
        period=Contract.Period.YEAR,
        **terms,
        **soon,
    )


def send_on_leave(kintone: Service, others: LicenseQuerySet, now: datetime.date) -> None:
    """One comes back within days, one goes soon, and one license sleeps with its seat kept; and one is exempt."""
    sales = Department.objects.get(full_name="Sales")
    found = others.of(kintone).by(User.objects.in_department(sales)).select_related("user").order_by("pk")
    first, second, third, fourth = found[:4]
    leave: Any = {"by": None, "on": now}
    suspension_rules.suspend(
        first.user, None, begins=now - 90 * DAY, until=now + 5 * DAY, reason="Parental leave", keeps_seat=True, **leave
    )
    suspension_rules.suspend(
        second.user, None, begins=now + 12 * DAY, until=now + 200 * DAY, reason="Secondment to a partner", **leave
    )
    suspension_rules.suspend(
        third.user, kintone, until=now + 40 * DAY, reason="Works in the plant for now", keeps_seat=True, **leave
    )
    exemption_rules.exempt(
        user=fourth.user, service=None, until=now + 120 * DAY, reason="Keeps the archive; needed at an audit", **leave
    )
    suspension_endings.ask(now)


def remove_some(some: Sequence[tuple[Service, int]], others: LicenseQuerySet, now: datetime.date) -> None:
    """Who left lately was removed; the vendor has not confirmed all of it yet."""
    for service, how_many in some:
        for held in others.of(service).awake().order_by("-pk")[:how_many]:
            grants.revoke([held], by=None, reason="Left the organization", on=now)
    waiting = Effect.objects.pending().of(some[0][0]).of_kind(Effect.What.REMOVE).in_order()
    first = waiting.values_list("pk", flat=True)[:1]
    effects.carry_out(some[0][0], first, evidence="Confirmed by the vendor’s support", by=None, on=now)
