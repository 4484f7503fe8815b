"""Fills the site of this environment with the cast of the tests and one thing of each kind; prints how to get at them.

`python -m tools.attack.populate`: the last line is JSON. What is there besides is what the attacks need: logs' facts,
a key to the gate, tokens of each scope for each role, a review that was closed.
"""

import datetime
import json
import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seatwise.settings")
django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402 - needs Django's settings
from django.contrib.sessions.models import Session  # noqa: E402
from django.utils import timezone  # noqa: E402
from tests import test_every_page as every_page  # noqa: E402

from seatwise import configuration  # noqa: E402
from seatwise.commands.tests.processes.sites import PASSWORD  # noqa: E402
from seatwise.configuration import today  # noqa: E402
from seatwise.directory import people  # noqa: E402
from seatwise.directory.models import ApiToken, Department, DepartmentAdministrator, Service, User  # noqa: E402
from seatwise.directory.models.tokens import Scope, may_own  # noqa: E402
from seatwise.gate.cookies import KEY, hashed, name, new_secret  # noqa: E402
from seatwise.gate.models import GateSession  # noqa: E402
from seatwise.licenses import grants  # noqa: E402
from seatwise.reviews.item_decisions import NewDecision  # noqa: E402
from seatwise.reviews.models import Evidence  # noqa: E402
from seatwise.reviews.tests.execution import approved, carried_out, person  # noqa: E402

EARLIER = datetime.date(2025, 4, 1)
ROLES: dict[str, dict[str, Any]] = {
    "alice": {"role": "administrator"},
    "audrey": {"role": "auditor"},
    "bob": {"role": "department_administrator", "departments": ["sales"]},
    "charlie": {"departments": ["sales"]},
    "gail": {"kind": "guest"},
    "ivan": {"status": "inactive"},
}


def the_cast() -> tuple[dict[str, Any], Any]:
    """Those of seatwise.cast, with the password of the tests, and their department."""
    sales = Department.objects.add(code="sales", name="Sales", by=None)
    password = make_password(PASSWORD)
    cast = {}
    for login, fields in ROLES.items():
        cast[login] = User.objects.filter(login=login).first() or people.add(
            {"login": login, "name": login.capitalize(), **fields}, by=None, on=EARLIER
        )
        User.objects.filter(login=login).update(password=password)
        cast[login].refresh_from_db()
    DepartmentAdministrator.objects.create(user=cast["bob"], department=sales)
    return cast, sales


def key_to_the_gate(user: Any) -> str:
    """A cookie by which somebody is let in to the wiki."""
    service, now, secret = Service.objects.get(code="wiki"), timezone.now(), new_secret()
    ends = now + datetime.timedelta(days=365)
    Session.objects.create(session_key=f"session{user.pk}", session_data="", expire_date=ends)
    GateSession.objects.create(
        service=service,
        user=user,
        site_session=f"session{user.pk}",
        auth_hash=user.get_session_auth_hash(),
        address="http://wiki.localhost/",
        state="",
        secret=hashed(secret),
        created_at=now,
        ends_at=ends,
    )
    return f"{name(KEY, 'wiki', https=False)}={secret}"


def tokens(cast: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Owner, scope and secret, of each that there can be."""
    return [
        (login, scope, ApiToken.objects.add(name="t", owner=user, scopes=[scope], days=90, by=None, on=today())[1])
        for login, user in cast.items()
        if may_own(user)
        for scope in Scope.values
    ]


def evidence() -> str:
    """Where the package of a review lies that was carried out."""
    service = Service.objects.add(code="crm", name="CRM", by=None)
    holders = [person(f"holder{number}") for number in range(6)]
    grants.grant(service=service, users=holders, by=None, reason="", on=EARLIER)
    wanted = {
        holder: NewDecision("remove" if at % 2 else "keep", "for a reason", until=None, to=None)
        for at, holder in enumerate(holders)
    }
    review = carried_out(approved(service, wanted, name="attacked"))
    path = configuration.DATA_DIR.value().parent / "evidence.zip"
    path.write_bytes(bytes(Evidence.objects.get(review=review).content))
    return str(path)


def main() -> None:
    """All of it."""
    cast, sales = the_cast()
    addresses = every_page.populated(cast, sales)
    said = {
        "addresses": addresses,
        "gate_cookie": key_to_the_gate(cast["charlie"]),
        "tokens": tokens(cast),
        "evidence": evidence(),
        "logins": {login: user.pk for login, user in cast.items()},
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
