"""Who asks for a seat in the demo: the wiki's are all taken, somebody new needs one, and one holder is being asked."""

import datetime

from seatwise.directory import people
from seatwise.directory.models import Department, Service, User
from seatwise.ledger.zones import today
from seatwise.lib import days
from seatwise.licenses import contract_terms
from seatwise.licenses.models import Contract, License
from seatwise.licenses.seats import seats_of
from seatwise.seat_requests import request_steps, transfer_steps

DAY = datetime.timedelta(days=1)


def ask_for_seats() -> None:
    """No seat of the wiki is free; Nora began today, and Audrey's request waits for Charlie's answer."""
    now = days.date_of(today())
    kintone, wiki = Service.objects.get(code="kintone"), Service.objects.get(code="wiki")
    contract_terms.change(Contract.objects.of(wiki).get(), by=None, on=now, seats=seats_of(wiki, now).held)
    nora = somebody_new(now)
    audrey, charlie, alice = (User.objects.get(login=login) for login in ("audrey", "charlie", "alice"))
    ask = request_steps.ask
    ask(service=wiki, person=audrey, reason="To read the minutes that reviews refer to", on=now - 2 * DAY)
    ask(service=kintone, person=nora, reason="I began today in Sales Tokyo", on=now)
    ask(service=wiki, person=nora, reason="The handbook of Sales is in the wiki", on=now)
    held = License.objects.of(wiki).held().by([charlie]).get()
    transfer_steps.ask(held, audrey, by=alice, on=now)


def somebody_new(now: datetime.date) -> User:
    """A colleague who began today."""
    department = Department.objects.get(full_name="Sales / Tokyo")
    return people.add(
        {
            "login": "nora",
            "name": "Nora Lindqvist",
            "email": "nora@example.com",
            "departments": [department.code],
        },
        by=None,
        on=now,
    )
