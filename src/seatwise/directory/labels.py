"""What fields and values of people are called."""

from typing import Any

from django.utils.translation import gettext_lazy

from seatwise.directory.models import User
from seatwise.directory.models.people import Role

_OTHERS = {
    "departments": gettext_lazy("departments"),
    "services": gettext_lazy("services"),
    "on_leave_until": gettext_lazy("on leave until"),
    "other_logins": gettext_lazy("other login names"),
    "heading": gettext_lazy("heading"),
    "row": gettext_lazy("row"),
}
_CHOICES = ("status", "kind", "employment", "role", "language")


def field_label(key: str) -> str:
    return str(_OTHERS[key]) if key in _OTHERS else str(_verbose(key))


def _verbose(key: str) -> Any:
    try:
        return User._meta.get_field(key).verbose_name  # type: ignore[union-attr]
    except LookupError:
        return key


def value_label(key: str, value: Any) -> str:
    """What a value of a state (see people) is called."""
    if key == "departments":
        return "; ".join(value)
    if key in _CHOICES:
        return str(dict(User._meta.get_field(key).flatchoices).get(value, value))  # type: ignore[union-attr]
    return str(value)


def role_label(role: str) -> str:
    return str(Role(role).label)
