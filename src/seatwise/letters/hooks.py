"""What later apps do when the fate of a letter is known: lists of plain functions, filled in AppConfig.ready.

They run in the transaction in which the letter's state changes, after it was written. They change rows of their own and
may add to the audit log; they lock no people, services or as-of rows, and leave what takes long to a task. A letter to
somebody without an address is undeliverable while it is being written: `undeliverable` is then called from `write`,
with all that are written at once.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seatwise.letters.models import Letter

written: "list[Callable[[Sequence[Letter]], None]]" = []  # emails that were not there before
delivered: "list[Callable[[Letter], None]]" = []
undeliverable: "list[Callable[[Sequence[Letter]], None]]" = []


def tell_written(letters: "Sequence[Letter]") -> None:
    """The letters were written, some of them perhaps undeliverable at once."""
    for function in written if letters else ():
        function(letters)


def tell_delivered(letter: "Letter") -> None:
    """A mail server took the letter."""
    for function in delivered:
        function(letter)


def tell_undeliverable(*letters: "Letter") -> None:
    """The letters did not arrive, or are not known to have."""
    for function in undeliverable if letters else ():
        function(letters)
