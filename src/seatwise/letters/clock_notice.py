"""The clock jumped: administrators are told by mail that what is done by itself waits."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from seatwise.directory.models import CAN_SIGN_IN, Role, User
from seatwise.letters import kinds
from seatwise.letters.composing import absolute
from seatwise.letters.models import Letter
from seatwise.letters.writing import Draft, write_many
from seatwise.site import clock
from seatwise.site.models import Clock

KIND = "clock.held"


def register() -> None:
    """Make the kind known, and have it written."""
    label = gettext_lazy("The clock jumped")
    kinds.register(kinds.Kind(KIND, "mail/clock_held", compose, label, while_held=True))
    clock.HELD.append(tell)


def tell(held: Clock) -> None:
    """One letter to each administrator for each jump."""
    administrators = User.objects.active().of_kind(*CAN_SIGN_IN).with_role(Role.ADMINISTRATOR).order_by("pk")
    write_many(Draft(each, KIND, held, f"{KIND}:{held.day}:{held.held_on}:{each.pk}") for each in administrators)


def compose(letter: Letter) -> Mapping[str, Any] | None:
    """What the clock shows now; None where nothing waits any more."""
    jump = clock.held()
    if jump is None:
        return None
    return {"said": jump.describe(), "next": jump.what_next(), "page": absolute(reverse("clock"))}
