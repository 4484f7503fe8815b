"""Reading times in plain Python: the forms in which servers write them."""

import datetime
import re
from fractions import Fraction

UNIX_EPOCH = datetime.date(1970, 1, 1)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()

_CLOCK = r"(?P<h>\d\d):(?P<mi>\d\d):(?P<s>\d\d)(?:[.,]\d+)?"
_ZONE = r"(?: ?(?P<zone>[Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)(?:\[[^\[]*\])?)?"
_NAME = r"(?P<name>[A-Z][a-z]{2})"
_TIMES = [
    re.compile(form, re.ASCII | re.DOTALL)
    for form in (
        r"(?P<y>\d{4})(?P<dash>[-/])(?P<mo>\d\d)(?P=dash)(?P<d>\d\d)[Tt ]" + _CLOCK + _ZONE,
        r"(?P<y>\d{4})(?P<dash>[-/])(?P<mo>\d\d)(?P=dash)(?P<d>\d\d)[Tt ](?P<h>\d\d):(?P<mi>\d\d)" + _ZONE,
        r"(?P<d>\d\d)/" + _NAME + r"/(?P<y>\d{4})[: ]" + _CLOCK + _ZONE,
        r"(?P<y>\d{4})(?P<mo>\d\d)(?P<d>\d\d)T(?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d)(?:[.,]\d+)?" + _ZONE.replace(" ?", ""),
        r"(?P<d>\d\d) " + _NAME + r" (?P<y>\d{4}) " + _CLOCK + _ZONE,
        r".{3}, (?P<d>\d\d) " + _NAME + r" (?P<y>\d{4}) " + _CLOCK + _ZONE,
        r".{3} " + _NAME + r" (?P<d>[ \d]\d) " + _CLOCK + r" (?P<y>\d{4})",
    )
]
_UNIX = re.compile(r"(\d{1,19})(?:\.\d+)?", re.ASCII)
_NUMBER = re.compile(rb"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_DIRECTIVE = re.compile(rb"(\d{4})([-/])(\d\d)\2(\d\d) (\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?", re.ASCII)


def offset_of(zone: str) -> int | None:
    """Seconds east of UTC of a written offset, or None if there is no such offset."""
    if zone in ("Z", "z", "UTC", "GMT"):
        return 0
    hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
    if hours > 24 or minutes > 59:
        return None
    return (1 if zone[0] == "+" else -1) * (hours * 3600 + minutes * 60)


def number_of(raw: bytes) -> Fraction | None:
    """A number as JSON may write it, of 18 digits at most."""
    if _NUMBER.fullmatch(raw) is None or len(re.findall(rb"\d", re.split(rb"[eE]", raw)[0])) > 18:
        return None
    value = Fraction(raw.decode())
    return value if value < 10**18 else None


def unix_time(digits: str) -> int | None:
    """Seconds since 1970 of a whole number: of seconds, or from 10^11 on of their thousandths, millionths and so on."""
    value = int(digits)
    if len(digits) == 19:
        return value // 10**9
    for limit, parts in ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3)):
        if value >= limit:
            return value // parts
    return value if len(digits) <= 18 else None


def local_second(year: str, month: int, day: str, clock: tuple[int, int, int]) -> int | None:
    """Seconds since 1970 by the clock that shows this, or None if none shows that. Second 60 is of the next minute."""
    hour, minute, second = clock
    try:
        date = datetime.date(int(year), month, int(day))
    except ValueError:
        return None
    if date.year < 1970 or hour > 23 or minute > 59 or second > 60:
        return None
    return (date - UNIX_EPOCH).days * 86400 + hour * 3600 + minute * 60 + second


def moment_of(text: str) -> tuple[int, int | None] | None:
    """Seconds since 1970 by the text's own clock, and its offset from UTC if it names one; None if it is no time."""
    unix = _UNIX.fullmatch(text)
    number = number_of(text.encode("latin-1"))
    if unix is not None or number is not None:
        value = unix_time(unix[1] if unix is not None else str(int(number or 0)))
        return None if value is None else (value, 0)
    found = next((found for form in _TIMES if (found := form.fullmatch(text))), None)
    if found is None:
        return None
    named = {"s": None, "zone": None, **found.groupdict()}
    month = int(str(named["mo"])) if "mo" in named else [*MONTHS, str(named["name"])].index(str(named["name"])) + 1
    local = local_second(found["y"], month, found["d"], (int(found["h"]), int(found["mi"]), int(named["s"] or 0)))
    if local is None:
        return None
    if named["zone"] is None:
        return local, None
    offset = offset_of(named["zone"])
    return None if offset is None else (local, offset)


def directive_date(said: bytes) -> tuple[int, int] | None:
    """The epoch day and second of the day that a #Date directive says, or None."""
    found = _DIRECTIVE.fullmatch(said)
    if found is None:
        return None
    clock = (int(found[5]), int(found[6]), int(found[7] or 0))
    local = local_second(found[1].decode(), int(found[3]), found[4].decode(), clock)
    return None if local is None else (local // 86400, local % 86400)
