"""What the ledger has of a service in all."""

from seatwise.directory.models import Service
from seatwise.ledger import statements

LOGIN_MONTHS = """
SELECT m.login_id, m.month, m.days FROM ledger_accessmonth m
WHERE m.service_id = %s AND m.days <> 0 ORDER BY m.month, m.login_id
"""


def logins_and_days(service: Service) -> tuple[int, int]:
    """How many login names had an access, and on how many days of a login in all. Reads all months of the service."""
    logins: set[int] = set()
    days = 0
    key, mask = (0, 0), 0
    for login, month, more in statements.fetch(LOGIN_MONTHS, [service.pk]):
        if (login, month) != key:
            days += mask.bit_count()
            key, mask = (login, month), 0
            logins.add(login)
        mask |= more
    return len(logins), days + mask.bit_count()
