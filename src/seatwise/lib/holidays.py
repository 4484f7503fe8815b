"""Public holidays of a country, by the `holidays` package."""

import functools
from collections.abc import Mapping

from seatwise.lib import days


def country(text: str) -> str:
    """The code of a country whose holidays are known; ValueError for anything else."""
    import holidays as package  # noqa: PLC0415 - slow to import, and only needed where a country is set

    code = text.strip().upper()
    if code not in package.list_supported_countries(include_aliases=False):
        raise ValueError("expected the code of a country, such as JP")
    return code


def holidays(code: str, first: int, last: int) -> list[int]:
    """The days of first..last that are public holidays in a country; none where no country is given."""
    if not code:
        return []
    return [day for day in range(first, last + 1) if day in names(code, days.date_of(day).year)]


@functools.lru_cache(256)
def names(code: str, year: int) -> Mapping[int, str]:
    """The holidays of a year with their names."""
    import holidays as package  # noqa: PLC0415 - as above

    return {days.day_of(date): name for date, name in package.country_holidays(code, years=year).items()}
