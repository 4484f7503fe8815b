"""Dates as vendors write them in their reports."""

import datetime
import re
import unicodedata

NEVER = (
    "", "-", "–", "never", "none", "null", "n/a", "never logged in", "never accessed", "never active", "no activity",
    "なし", "アクセスなし", "未アクセス", "未ログイン", "未使用",
)  # fmt: skip
BEFORE_ALL = datetime.date(1980, 1, 1)  # what programs write for no date at all: 1970, 0001
_DATE = re.compile(
    r"(?:(?:(?P<year>\d{4})[-/.年]|令和(?P<reiwa>\d{1,2}|元)年)(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?(?: ?\(.\))?"
    r"|(?P<compact>20\d\d[01]\d[0-3]\d))(?P<rest>(?:[ T]|(?<=日)).*)?",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"[ T]+(?P<hour>\d{1,2})(?P<minutes>:\d\d(?::\d\d(?:\.\d+)?)?) ?(?P<offset>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?",
    re.IGNORECASE,
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_NAMED_MONTH = re.compile(
    r"(?:(?P<day>\d{1,2})[ -](?P<month>[a-z]{3})[a-z]*\.?[ -]|(?P<month2>[a-z]{3})[a-z]*\.? (?P<day2>\d{1,2}), ?)"
    r"(?P<year>\d{4})(?: .*)?",
    re.IGNORECASE,
)


def _day(match: re.Match[str]) -> datetime.date:
    if compact := match["compact"]:
        return datetime.date(int(compact[:4]), int(compact[4:6]), int(compact[6:]))
    year = match["year"] or 2018 + int(match["reiwa"].replace("元", "1"))
    return datetime.date(int(year), int(match["month"]), int(match["day"]))


def read_date(text: str, zone: datetime.tzinfo | None = None, *, utc: bool = False) -> datetime.date | None:
    """A date in any of the common forms, None for none; ValueError for anything else.

    A time that names its offset, or any of a column `utc`, is of the day it was in `zone` then.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if text.casefold() in NEVER or text.startswith(("0000", "0001")):
        return None
    if match := _DATE.fullmatch(text):
        day = _day(match)
        time = _TIME.fullmatch(match["rest"] or "")
        offset = time and (time["offset"] or ("Z" if utc else ""))
        if zone is not None and time and offset and day >= BEFORE_ALL:
            exact = f"{day}T{time['hour']:0>2}{time['minutes']}{_as_iso(offset)}"
            day = datetime.datetime.fromisoformat(exact).astimezone(zone).date()
    elif match := _NAMED_MONTH.fullmatch(text):
        month = (match["month"] or match["month2"]).lower()
        if month not in _MONTHS:
            raise ValueError(text)
        day = datetime.date(int(match["year"]), _MONTHS.index(month) + 1, int(match["day"] or match["day2"]))
    else:
        raise ValueError(text)
    return day if day >= BEFORE_ALL else None


def _as_iso(offset: str) -> str:
    return "+00:00" if offset.upper() in ("Z", "UTC", "GMT") else offset
