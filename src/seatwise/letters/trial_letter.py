"""A letter by which an administrator sees whether letters arrive."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone

from seatwise.directory.models import User
from seatwise.letters.delivery_outcome import settle
from seatwise.letters.models import Letter
from seatwise.letters.sending import attempt, claim, close
from seatwise.letters.writing import write

KIND = "letters.test"


def compose(letter: Letter) -> Mapping[str, Any]:
    """Nothing but the frame."""
    return {}


def send_test(to: User) -> Letter:
    """Write a letter to somebody and try to send it once, now; it tells what came of it."""
    with transaction.atomic():  # claimed before any worker sees it
        letter = write(to=to, kind=KIND, about=to, key=f"{KIND}:{secrets.token_hex(8)}")
        claimed = claim(letter, timezone.now())
    connection: Any = get_connection()
    if claimed:
        settle(letter, attempt(letter, connection), timezone.now())
        close(connection)
    Letter.objects.filter(pk=letter.pk).withdraw()
    return letter
