"""Dates as programs and vendors write them in tables.

A column is of one form. Where its cells can be read in several (1/2/2026), it is not guessed which.
"""

import datetime
import re
import unicodedata
from collections.abc import Iterable

NEVER = (
    "", "never", "no information", "no_information", "none", "null", "nil", "n/a", "na", "0", "false", "not active",
    "no activity", "no access", "no login", "not logged in", "nie", "noch nie", "jamais", "없음", "nunca", "ninguno",
    "なし", "無し", "無", "アクセスなし", "利用なし", "履歴なし", "記録なし", "無存取", "无",
)  # fmt: skip
_NEVER_BEGINS = (  # such as “Never (invited 2026-01-05)”
    "never ", "never,", "not yet", "nunca ", "sin ", "jamais ", "从未", "從未", "尚未", "未", "没有", "沒有", "暂无",
    "暫無", "无记录", "無紀錄", "0000", "0001", "9223372036854775807",
)  # fmt: skip
BEFORE_ALL = datetime.date(1980, 1, 1)  # what programs write for no date at all: 1970, 0001
LAST_OF_ALL = datetime.date(9000, 1, 1)  # and for a day that does not come: 9999
FORMS = ("ymd", "dmy", "mdy", "serial", "epoch")  # in which order the parts stand, or what a number counts
_ERAS = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "昭和": 1925, "s": 1925}
_WEEKDAY = (
    r"(?: ?[(\[][^\d)\]]{1,9}[)\]]| (?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?| ?(?:星期|週|周)[一二三四五六日天]"
    r"| ?[月火水木金土日]曜日?)?"
)
_YMD = re.compile(
    rf"(?P<year>\d{{4}}|(?:{'|'.join(_ERAS)})(?:\d{{1,2}}|元))(?:[-/.年년] ?)(?P<month>\d{{1,2}})(?:[-/.月월] ?)"
    rf"(?P<day>\d{{1,2}})[日일.]?{_WEEKDAY}(?P<rest>.*)"
)
_SHORT = re.compile(rf"(?P<a>\d{{1,2}})[-/.年](?P<b>\d{{1,2}})[-/.月](?P<c>\d{{1,2}})日?{_WEEKDAY}(?P<rest>\D.*|)")
_YEAR_LAST = re.compile(rf"(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<c>\d{{4}}){_WEEKDAY}(?P<rest>\D.*|)")
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)"
    r"(?P<rest>(?:[t ].*)?|t?\d{4}(?:\d\d)?(?:[.,]\d+)?(?:z|[+-][\d:]+)?)"
)
_CLOCK = re.compile(r"t?(\d\d)(\d\d)(\d\d)?(.*)")
_MONTHS = {  # in English, Spanish, French and German, by their beginnings
    name: number
    for number, names in enumerate(
        ("jan ene janv", "feb fév", "mar mär", "apr abr avr", "may mai", "jun juin", "jul juil", "aug ago aoû",
         "sep", "oct okt", "nov", "dec dic déc dez"), 1)
    for name in names.split()
}  # fmt: skip
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})[a-zéû]*\.?"
_DAY_NAME = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?"
_NAMED = [
    re.compile(
        rf"{_DAY_NAME}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: de)?[ -]{_MONTH}(?: de)?[ ,-]+"
        r"(?P<year>\d{4}|\d\d)(?P<rest>\D.*|)"
    ),
    re.compile(rf"{_DAY_NAME}{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})(?P<rest>.*)"),
    re.compile(
        rf"{_DAY_NAME}{_MONTH} +(?P<day>\d{{1,2}})(?P<rest> \d\d:\d\d:\d\d(?: [a-z]{{1,5}}| ?[+-]\d{{4}})?) "
        r"(?P<year>\d{4})"
    ),
]  # fmt: skip
_ZONES = {
    "z": 0,
    "utc": 0,
    "gmt": 0,
    "jst": 9,
    "est": -5,
    "edt": -4,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
}
_TIME = re.compile(
    r"(?:t|,? (?:at )?)?(?P<before>(?:午前|午後|上午|下午|오전|오후|am|pm) ?)?(?P<hour>\d{1,2})[:時时點点시]"
    r"(?:(?P<minute>\d{1,2})(?:[:分](?:(?P<second>\d{1,2})(?:[.,]\d+)?秒?)?)?)?(?P<after> ?[ap]\.? ?m\.?)?"
    r"(?P<offset> ?(?:z|[a-z]{3}|(?:utc|gmt)?[+-]\d\d(?::?\d\d)?))?(?: ?[(\[][a-z/_+\- ]+[)\]])?"
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")  # days since 1899-12-30, as spreadsheets count them: 1980 to 2173
# Seconds, milliseconds, microseconds or nanoseconds since 1970; or 100 nanoseconds since 1601, as Active Directory
# counts them (MS-DTYP 2.3.3).
_EPOCH = re.compile(r"(?:\d{10}|\d{13}|\d{16}|\d{18}|\d{19})(?:\.\d+)?")
_FROM_1601 = 11_644_473_600  # seconds until 1970


class WhichForm(Exception):
    """A column's cells can be read in several forms, as different days."""

    def __init__(self, line: int, text: str, forms: list[str]) -> None:
        super().__init__(text)
        self.line, self.text, self.forms = line, text, forms


class NotDate(Exception):
    """A cell is no date, or not in the form of the others."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line, self.text = line, text


def read_column(
    cells: Iterable[tuple[int, str]],
    zone: datetime.tzinfo,
    *,
    form: str | None = None,
    written_in: datetime.tzinfo | None = None,
    dates_in: datetime.tzinfo | None = None,
    latest: datetime.date | None = None,
) -> list[datetime.date | None]:
    """The days of a column's cells, each given with its line. Raises WhichForm; NotDate of the first that does not fit.

    `zone` is the organization's, in which times become days; `written_in` that of times that name no offset, else they
    are taken for the organization's. `dates_in` is that whose days dates without a time are: each then is the last day
    of the organization's that it touches, but none after `latest`, so that nobody seems idle for a day too many.
    """
    texts = [(line, plain(text)) for line, text in cells]
    distinct = {text: line for line, text in reversed(texts) if not _is_never(text)}
    reads: dict[str, dict[str, datetime.date | None]] = {}
    furthest: tuple[int, str] | None = None
    for name in [form] if form else FORMS:
        found: dict[str, datetime.date | None] = {}
        for text, line in sorted(distinct.items(), key=lambda each: each[1]):
            try:
                day = _read(text, name, zone, written_in, dates_in)
                if day and latest and dates_in and (_read(text, name, zone, written_in, None) or day) <= latest:
                    day = min(day, latest)  # one that is later as it stands is refused, not moved
                found[text] = day
            except (ValueError, OverflowError):
                if furthest is None or line > furthest[0]:
                    furthest = (line, text)
                break
        else:
            reads[name] = found
    if not reads:
        assert furthest is not None
        raise NotDate(*furthest)
    first, *others = reads.values()
    for text, line in sorted(distinct.items(), key=lambda each: each[1]):
        if any(other[text] != first[text] for other in others):
            raise WhichForm(line, text, list(reads))
    return [first.get(text) for _line, text in texts]


def read_date(text: str, zone: datetime.tzinfo, *, written_in: datetime.tzinfo | None = None) -> datetime.date | None:
    """One date by itself, None for none; ValueError for anything else, also where it may be two days."""
    try:
        return read_column([(0, text)], zone, written_in=written_in)[0]
    except (WhichForm, NotDate) as problem:
        raise ValueError(text) from problem


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()


def _is_never(text: str) -> bool:
    return text.strip(" .()-–—_*") in NEVER or text.startswith(_NEVER_BEGINS)


def last_day_of(day: datetime.date, dates_in: datetime.tzinfo, zone: datetime.tzinfo) -> datetime.date:
    """The last day in a zone that a day of another zone touches."""
    end = datetime.datetime.combine(day, datetime.time.max, dates_in)
    return end.astimezone(zone).date()


def _read(
    text: str, form: str, zone: datetime.tzinfo, written_in: datetime.tzinfo | None, dates_in: datetime.tzinfo | None
) -> datetime.date | None:
    if form == "serial":
        if not _SERIAL.fullmatch(text) or not 29221 <= float(text) < 100_000:
            raise ValueError(text)
        when = datetime.datetime(1899, 12, 30) + datetime.timedelta(days=float(text))
        return _in_zone(when, None, zone, written_in if "." in text else None)
    if form == "epoch":
        if not _EPOCH.fullmatch(text):
            raise ValueError(text)
        digits = len(text.partition(".")[0])
        seconds = float(text) / 10 ** (digits - 10) if digits != 18 else float(text) / 10**7 - _FROM_1601
        return datetime.datetime.fromtimestamp(seconds, zone).date()
    day, rest = _date(text, form)
    if day >= LAST_OF_ALL:
        raise ValueError(text)
    if day < BEFORE_ALL:
        return None
    found = _TIME.fullmatch(rest.rstrip())
    if found is None:
        if rest.strip():
            raise ValueError(text)
        return day if dates_in is None else last_day_of(day, dates_in, zone)
    return _in_zone(datetime.datetime.combine(day, _time(found)), found["offset"], zone, written_in)


def _date(text: str, form: str) -> tuple[datetime.date, str]:
    """The date of a text in a form of which the order is known, and what stands behind it."""
    if form == "ymd" and (found := _YMD.fullmatch(text)):
        return datetime.date(_year(found["year"]), int(found["month"]), int(found["day"])), found["rest"]
    if form == "ymd" and (found := _COMPACT.fullmatch(text)):
        rest = found["rest"]
        return (
            datetime.date(int(found["year"]), int(found["month"]), int(found["day"])),
            "t{}:{}:{}{}".format(*(part or "00" for part in clock.groups()[:3]), clock[4])
            if (clock := _CLOCK.fullmatch(rest))
            else rest,
        )
    for pattern in _NAMED:  # in any order: the month is named
        if found := pattern.fullmatch(text):
            return datetime.date(_of_century(found["year"]), _MONTHS[found["month"]], int(found["day"])), found["rest"]
    found = _SHORT.fullmatch(text) if form == "ymd" else _YEAR_LAST.fullmatch(text) or _SHORT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    a, b, c = found["a"], found["b"], found["c"]
    year, month, day = {"ymd": (a, b, c), "dmy": (c, b, a), "mdy": (c, a, b)}[form]
    return datetime.date(_of_century(year), int(month), int(day)), found["rest"]


def _of_century(year: str) -> int:
    return int(year) + (2000 if len(year) <= 2 else 0)


def _year(text: str) -> int:
    if text.isdecimal():
        return int(text)
    era = next(era for era in _ERAS if text.startswith(era))
    number = text[len(era) :]
    return _ERAS[era] + (1 if number == "元" else int(number))


def _time(found: re.Match[str]) -> datetime.time:
    hour = int(found["hour"])
    half = (found["before"] or found["after"] or "").strip()
    if half:
        if not 0 <= hour <= 12:
            raise ValueError(found[0])
        hour = hour % 12 + (12 if half.startswith(("午後", "下午", "오후", "p")) else 0)
    return datetime.time(hour, int(found["minute"] or 0), min(int(found["second"] or 0), 59))


def _in_zone(
    when: datetime.datetime, offset: str | None, zone: datetime.tzinfo, written_in: datetime.tzinfo | None
) -> datetime.date:
    """The day in `zone` of a time with its offset, or else as it was `written_in`."""
    offset = (offset or "").strip()
    if offset:
        name, sign, digits = re.fullmatch(r"([a-z]*)([+-]?)([\d:]*)", offset).groups()  # type: ignore[union-attr]
        if digits:
            hours, minutes = int(digits[:2]), int(digits.replace(":", "")[2:] or 0)
            minutes = (hours * 60 + minutes) * (-1 if sign == "-" else 1)
        elif name in _ZONES:
            minutes = _ZONES[name] * 60
        else:
            raise ValueError(offset)
        written_in = datetime.timezone(datetime.timedelta(minutes=minutes))
    return (when.replace(tzinfo=written_in).astimezone(zone) if written_in else when).date()
