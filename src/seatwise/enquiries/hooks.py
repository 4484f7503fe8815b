"""What later apps do about enquiries: lists of plain functions of an enquiry and a day, filled in AppConfig.ready.

All run in the transaction in which the enquiry changes, after it was written. Those of `answered`, `taken_back` and
`lapsed` run under the locks that the enquiry's purpose takes; they may change licenses of its service, and raise
Refused, which undoes all of it. Those of `undeliverable` run while a letter is written or reported as not arrived: they
lock no people, services or as-of rows. Each is called for enquiries of all purposes.
"""

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seatwise.enquiries.models import Enquiry

Function = Callable[["Enquiry", datetime.date], None]

answered: list[Function] = []
taken_back: list[Function] = []  # a give-back became a keep
lapsed: list[Function] = []
# An open question that reached nobody; or one that lapsed, and as is known only now had reached nobody.
undeliverable: list[Function] = []


def tell(functions: list[Function], enquiry: "Enquiry", on: datetime.date) -> None:
    """Call those of other apps, in order."""
    for function in functions:
        function(enquiry, on)
