"""Columns that lists of several apps have in common."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy

from seatwise.directory.models import User
from seatwise.site.lists import Column


def user_column(user_of: Callable[[Any], User], look: str = "") -> Column[Any]:
    """Somebody by name, the login name below it; a column of its own in files."""
    return Column(
        gettext_lazy("User"),
        lambda row: str(user_of(row)),
        look,
        small=lambda row: user_of(row).login,
        small_title=gettext_lazy("Login"),
    )
