"""Searching rows by the words of a text."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

R = TypeVar("R", bound=QuerySet[Any])


def with_every_word(rows: R, text: str, holds: Callable[[str], Q]) -> R:
    """Those that hold every word of a text, by what it means to hold one."""
    for word in text.split():
        rows = rows.filter(holds(word))
    return rows
