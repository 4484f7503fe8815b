"""What `lib` and the reader of logs say, in the language of whoever reads it."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from seatwise.lib.notices import Code, Notice


class Minute(str):
    """A moment as files have it; `moment` is it in the organization's zone, for pages."""

    moment: datetime.datetime


def minute(moment: datetime.datetime | None) -> str:
    """A moment in the organization's zone to the minute, as a cell of a list; nothing of none."""
    if moment is None:
        return ""
    here = timezone.localtime(moment)
    found = Minute(f"{here:%Y-%m-%d %H:%M}")
    found.moment = here
    return found


def money(amount: Decimal, currency: str) -> str:
    """An amount of a currency (ISO 4217), as the language writes it."""
    number = number_format(amount, decimal_pos=0 if amount == amount.to_integral_value() else 2, force_grouping=True)
    if currency == "JPY":
        return _("JPY %(amount)s") % {"amount": number}
    return _("%(currency)s %(amount)s") % {"currency": currency, "amount": number}


def notice_text(notice: Notice, own: Mapping[Any, Any] | None = None) -> str:
    """A notice as a sentence; `own` has what a page says of a code instead, translated."""
    others = own or {}

    def sentence(code: Code) -> str:
        return str(others[code]) if code in others else _(code.value)

    return notice.say(sentence, _("; "))
