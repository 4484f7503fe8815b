"""Tokens of shippers."""

from seatwise.configuration import today
from seatwise.directory.models import ApiToken, User


def token(owner: User, scope: str) -> str:
    return str(ApiToken.objects.add(name="p", owner=owner, scopes=[scope], days=9, by=None, on=today())[1])
