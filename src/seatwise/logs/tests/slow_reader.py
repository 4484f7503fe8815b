"""A slow and obvious reader of logs, for tests only: what the kernel must agree with.

It shares no code with scan.py, splitting.py and kernel.py: regular expressions, a recursive reader of JSON, and
datetime with zoneinfo. From the library it takes the pieces of a format, the rules, and how logins are folded.
"""

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from zoneinfo import ZoneInfo

from seatwise.lib.logins import written
from seatwise.logs import w3c
from seatwise.logs.facts import REASON_NAMES, Facts
from seatwise.logs.fields import Field, FormatError, assign
from seatwise.logs.formats import Format
from seatwise.logs.reading import Source
from seatwise.logs.scan import BY_JSON, BY_SERVER, RAW

LONGEST = 1024 * 1024
EPOCH = datetime.datetime(1970, 1, 1)
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
_WORD = re.compile(rb"[^ \t\"'(),;<=>\[\]{}]+")

Found = dict[str, bytes]  # role → the bytes of the field


@dataclass
class Result:
    """Days as dates: comparable with what the library finds."""

    days: dict[str, set[datetime.date]] = field(default_factory=dict)
    program_days: dict[str, set[datetime.date]] = field(default_factory=dict)
    covered: tuple[datetime.date, datetime.date] | None = None
    reasons: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REASON_NAMES, 0))


def dates_of(months: Mapping[int, int]) -> set[datetime.date]:
    """The dates of {month: mask}."""
    return {
        datetime.date(month // 12, month % 12 + 1, bit + 1)
        for month, mask in months.items()
        for bit in range(31)
        if mask >> bit & 1
    }


def result_of(facts: Facts) -> Result:
    """What the library found, in the same form."""
    covered = dates_of(facts.covered)
    return Result(
        {key: dates_of(login.days) for key, login in facts.logins.items() if login.days},
        {key: dates_of(login.program_days) for key, login in facts.logins.items() if login.program_days},
        (min(covered), max(covered)) if covered else None,
        dict(facts.account.reasons),
    )


def lines_of(data: bytes) -> Iterator[bytes]:
    """The lines of a file without their ends."""
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if not lines[-1]:
        lines.pop()
    return (line.removesuffix(b"\r") for line in lines)


def unescape(raw: bytes, escapes: int) -> bytes:
    r"""The text that was escaped by a server (\xHH, backslash and quote) or as JSON (\uHHHH, too)."""

    def one(found: re.Match[bytes]) -> bytes:
        if found["x"]:
            byte = int(found["x"], 16)
            printable = 32 <= byte < 127 and byte not in (34, 92)
            return found[0] if printable and escapes == BY_SERVER else bytes([byte])
        if found["c"]:
            return found["c"] if found["c"] != b"/" or escapes == BY_JSON else found[0]
        if escapes == BY_SERVER:
            return found[0]
        if found["pair"]:
            return bytes.fromhex(found["high"].decode() + found["low"].decode()).decode("utf-16-be").encode()
        return chr(int(found["u"], 16)).encode("utf-8", "surrogatepass")

    if escapes == RAW:
        return raw
    return re.sub(
        rb"""\\(?:x(?P<x>[0-9a-fA-F]{2})
        |(?P<pair>u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2}))
        |u(?P<u>[0-9a-fA-F]{4})
        |(?P<c>["\\/]))""",
        one,
        raw,
        flags=re.VERBOSE,
    )


def percent_decode(raw: bytes) -> bytes:
    """The text with %HH undone once."""
    return re.sub(rb"%([0-9a-fA-F]{2})", lambda found: bytes([int(found[1], 16)]), raw)


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


def instant_of(text: str, source: Source) -> int | None:
    """Seconds since 1970, or None if the text is no time."""
    unix = _UNIX.fullmatch(text)
    if unix is not None:
        digits = unix[1]
        if len(digits) == 19:
            return int(digits) // 10**9
        value = int(digits)
        for limit, parts in ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3)):
            if value >= limit:
                return value // parts
        return value if len(digits) <= 18 else None
    if (whole := number_of(text.encode("latin-1"))) is not None:
        return instant_of(str(int(whole)), source) if int(whole) < 10**18 else None
    found = next((found for form in _TIMES if (found := form.fullmatch(text))), None)
    if found is None:
        return None
    named = {"s": "0", "zone": None, **found.groupdict()}
    month = int(str(named["mo"])) if "mo" in named else [*MONTHS, str(named["name"])].index(str(named["name"])) + 1
    hour, minute, second = int(found["h"]), int(found["mi"]), int(named["s"] or 0)
    try:
        midnight = datetime.datetime(int(found["y"]), month, int(found["d"]))
    except ValueError:
        return None
    if midnight.year < 1970 or hour > 23 or minute > 59 or second > 60:
        return None
    local = (midnight - EPOCH).days * 86400 + hour * 3600 + minute * 60 + second
    if named["zone"] is None:
        return local - naive_offset(local, source)
    offset = offset_of(named["zone"])
    return None if offset is None else local - offset


def naive_offset(local: int, source: Source) -> int:
    """Seconds east of UTC of a time of the log's own clock."""
    if local // 86400 > source.today + 3:
        return 0  # in the future anyway
    moment = (EPOCH + datetime.timedelta(seconds=local)).replace(
        tzinfo=ZoneInfo(source.zones.log or source.format.log_zone or source.zones.organization)
    )
    offset = moment.utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def day_of(instant: int, source: Source) -> int:
    """The local day, as days since 1970."""
    if instant // 86400 > source.today + 3:
        return source.today + 3  # in the future anyway
    moment = datetime.datetime.fromtimestamp(instant, ZoneInfo(source.zones.organization))
    return (moment.date() - EPOCH.date()).days


def split_w3c(line: bytes, form: Format) -> Found | None:
    """The fields of a line that blanks separate, or None if there are more or fewer than the format has."""
    values = re.findall(rb'(?:\A|(?<=[ \t]))(?:"((?:[^"]|"")*)"(?![^ \t])|([^" \t][^ \t]*))', line)
    plain = re.fullmatch(rb'[ \t]*(?:(?:"(?:[^"]|"")*"|[^" \t][^ \t]*)(?:[ \t]+|\Z))*', line)
    fields = [piece for piece in form.pieces if isinstance(piece, Field)]
    if plain is None or len(values) != len(fields):
        return None
    pairs = zip(fields, values, strict=True)
    return {field.role: quoted or bare for field, (quoted, bare) in pairs if field.role}


def split_text(line: bytes, form: Format) -> Found | None:
    """The fields of a line of text, or None if it does not fit."""
    pieces = list(form.pieces)
    found: Found = {}
    at = 0
    for i, piece in enumerate(pieces):
        if isinstance(piece, str):
            if not line.startswith(piece.encode(), at):
                return None
            at += len(piece.encode())
            continue
        stop = end_of_field(line, at, piece, pieces[i + 1 :], quotes=form.quotes)
        if stop is None:
            return None
        if piece.role:
            found[piece.role] = line[at:stop]
        at = stop
    return found if at == len(line) else None


def end_of_field(line: bytes, at: int, piece: Field, after: list[Field | str], *, quotes: bool) -> int | None:
    """Where a field ends: before the first text that follows it in the format and is not escaped."""
    if not after:
        return len(line)
    if isinstance(after[0], Field):
        slash = line.find(b"/", at)
        return slash if slash >= 0 else len(line)
    text = after[0].encode()
    if piece.role == "request" and text.startswith(b" "):
        bare = re.compile(rb"-(?= )|[A-Z_-]+(?: .*?)?? HTTP/(?=.)", re.DOTALL).match(line, at)
        if bare is None:
            return None
        found = line.find(text, bare.end())
        return found if found >= 0 else None
    for match in re.compile(b"(?=" + re.escape(text) + b")").finditer(line, at + piece.least):
        stop = match.start()
        before = re.search(rb"\\*$", line[at:stop])
        assert before is not None
        if quotes and text.startswith(b'"') and len(before[0]) % 2:
            continue
        following = after[1] if len(after) > 1 else None
        if isinstance(following, Field) and following.role == "time":
            months = "|".join(MONTHS).encode()
            looks = rb"(?=.{10})(?:\d\d(?:/.{3}/|..-..-|../../| (?:%b)|\d{6}T|\d{8})|...[ ,](?:%b|....(?:%b)))" % (
                months,
                months,
                months,
            )
            if re.match(looks, line[stop + len(text) :], re.DOTALL) is None:
                continue
        return stop
    return None


class NotJson(Exception):
    """The line is not the object that was expected."""


class JsonReader:
    """One line of JSON by a tree of names: {name: role or another tree}."""

    STRING = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
    BARE = re.compile(rb'[^,}\] \t\r":{\[]+')

    def __init__(self, line: bytes) -> None:
        self.line, self.at = line, 0
        self.found: Found = {}

    def space(self) -> None:
        """Pass over white space."""
        self.at += len(self.line[self.at :]) - len(self.line[self.at :].lstrip(b" \t\r"))

    def peek(self) -> bytes:
        """The next byte."""
        return self.line[self.at : self.at + 1]

    def take(self, expected: bytes) -> None:
        """Pass over this byte and white space."""
        if self.peek() != expected:
            raise NotJson
        self.at += 1
        self.space()

    def whole(self, tree: Mapping[str, object]) -> Found:
        """The fields of the line."""
        self.space()
        self.read_object(tree)
        if self.at != len(self.line):
            raise NotJson
        return self.found

    def read_object(self, tree: Mapping[str, object]) -> None:
        """An object whose names are looked at."""
        self.take(b"{")
        while self.peek() != b"}":
            name = self.STRING.match(self.line, self.at)
            if name is None:
                raise NotJson
            self.at = name.end()
            self.space()
            self.take(b":")
            self.read_value({key.encode(): value for key, value in tree.items()}.get(name[1]))
            self.space()
            if self.peek() == b"}":
                break
            self.take(b",")
            if self.peek() == b"}":
                raise NotJson
        self.take(b"}")

    def read_value(self, wanted: object) -> None:
        """A value: an object on the way to a name, or a field, or something to pass over."""
        if isinstance(wanted, dict):
            for role in roles_in(wanted):
                self.found.pop(role, None)
            if self.peek() == b"{":
                self.read_object(wanted)
                return
        raw = self.skip()
        if isinstance(wanted, str):
            self.found[wanted] = value_of(raw)

    def skip(self) -> bytes:
        """Pass over a value; in objects and lists only brackets and strings are looked at."""
        start, depth = self.at, 0
        while True:
            string, bare = self.STRING.match(self.line, self.at), self.BARE.match(self.line, self.at)
            c = self.peek()
            if string:
                self.at = string.end()
            elif c in (b"{", b"["):
                depth += 1
                self.at += 1
            elif c in (b"}", b"]") and depth:
                depth -= 1
                self.at += 1
            elif bare:
                self.at = bare.end()
            elif depth and c and c != b'"':
                self.at += 1
            else:
                raise NotJson
            if depth == 0:
                return self.line[start : self.at]


def roles_in(tree: Mapping[str, object]) -> Iterator[str]:
    """All roles of a tree."""
    for value in tree.values():
        if isinstance(value, dict):
            yield from roles_in(value)
        else:
            yield str(value)


def value_of(raw: bytes) -> bytes:
    """The text of a value: of a string, a number or word, or the first of these in a list."""
    if raw.startswith(b"["):
        inner = JsonReader(raw[1:])
        inner.space()
        if inner.peek() in (b"", b"]", b"[", b"{"):
            return b""
        try:
            raw = inner.skip()
        except NotJson:
            return b""
    if raw.startswith(b'"'):
        return raw[1:-1]
    return b"" if raw.startswith(b"{") or raw == b"null" else raw


def tree_of(form: Format) -> dict[str, object]:
    """The map of a JSON format as nested dictionaries."""
    assert form.json is not None
    tree: dict[str, object] = {}
    for role, names in form.json.items():
        here = tree
        for name in names[:-1]:
            inner = here.setdefault(name, {})
            assert isinstance(inner, dict)
            here = inner
        here[names[-1]] = role
    return tree


def split(line: bytes, form: Format) -> Found | None:
    """The fields of a line, or None if it does not fit its format."""
    if form.json is None:
        return split_w3c(line, form) if form.directives else split_text(line, form)
    try:
        return JsonReader(line).whole(tree_of(form))
    except NotJson:
        return None


def fits(text: bytes, glob: str) -> bool:
    """Whether a glob fits all of a text."""
    return re.fullmatch(b".*".join(map(re.escape, glob.encode().split(b"*"))), text, re.DOTALL) is not None


def host_fits(host: bytes, source: Source) -> bool:
    """Whether a host is one of the rules'."""
    host = bytes(c + 32 if 65 <= c <= 90 else c for c in host)
    without_port = re.sub(rb":[0-9]*\Z", b"", host)
    globs = [glob.lower() for glob in source.rules.hosts]
    return any(fits(host, glob) or fits(without_port, glob) for glob in globs)


def method_and_path(found: Found, form: Format) -> tuple[bytes, bytes]:
    """The method, and the path as the rules see it."""
    method, target = found.get("method", b""), found.get("uri", b"")
    if "request" in found:
        method, _, target = found["request"].partition(b" ")
        protocol = target.rfind(b" HTTP", max(0, len(target) - 10))
        if protocol >= 0:
            target = target[:protocol]
    if found.get("path"):
        return method, unescape(found["path"], form.escapes and BY_JSON)
    target = unescape(target, form.escapes and BY_JSON)
    if len(target) >= 8:
        target = re.sub(rb"\Ahttps?://[^/?#]*", b"", target)
    return method, percent_decode(re.split(rb"[?#]", target, maxsplit=1)[0])


def login_of(found: Found) -> bytes:
    """The login of a line, without the blanks around it."""
    return found.get("login", b"").strip(b" \t")


def is_unquoted(form: Format) -> bool:
    """Whether logins of this format do not stand in quotes."""
    pieces = form.pieces
    at = next((i for i, piece in enumerate(pieces) if isinstance(piece, Field) and piece.role == "login"), None)
    return at is not None and not (at and str(pieces[at - 1]).endswith(('"', "'")))


def holds_a_prefix(login: bytes) -> bool:
    """Whether some of what stands before a login was taken for a part of it."""
    blanks = login.count(b" ") + login.count(b"\t")
    if login[:1] > b"@" and b" " not in login and b":" not in login:
        return False
    return blanks > 5 or any(is_of_a_prefix(word.decode("latin-1")) for word in _WORD.findall(login))


def is_of_a_prefix(word: str) -> bool:
    """Whether a word is an address, a clock or a lone mark."""
    clock = re.match(r"\d\d:..:\d\d", word, re.ASCII | re.DOTALL)
    ipv4 = r"(?:(?:25[0-5]|2[0-4]\d|[01]?\d?\d)(?:\.(?!$|[:/])|(?=$|[:/]))){4}(?:[:/]\d{0,18})?"
    if word in ("-", "|") or clock or re.fullmatch(ipv4, word, re.ASCII):
        return True
    colons = word.partition("%")[0]
    ipv6 = re.fullmatch(rf"(?:[0-9a-fA-F]{{0,4}}:)+(?:[0-9a-fA-F]{{0,4}}|(?P<four>{ipv4}))", word, re.ASCII)
    if ipv6 and ipv6["four"]:
        return word[: ipv6.start("four")].count(":") >= 2
    if re.fullmatch(r"(?:[0-9a-fA-F]{0,4}:)*[0-9a-fA-F]{0,4}", colons, re.ASCII) is None:
        return False
    return colons.count(":") == 7 or ("::" in colons and colons.count(":") < 8)


def reason_of(found: Found, instant: int | None, day: int, source: Source) -> str:
    """The reason of a line that was split, but for programs."""
    status, login = number_of(found.get("status", b"")), login_of(found)
    if source.format.assumed >= 0:
        status = Fraction(source.format.assumed)
    if instant is None or instant < 0 or day < 0 or status is None or status > 999 or status.denominator > 1:
        return "malformed"
    anonymous = login in (b"", b"-", b"--", b'""')
    if is_unquoted(source.format) and not anonymous and holds_a_prefix(login):
        return "malformed"
    if day > source.today + 1:
        return "future"
    if anonymous:
        return "anonymous"
    if source.rules.hosts and not host_fits(found.get("host", b""), source):
        return "other_service"
    method, path = method_and_path(found, source.format)
    rules = source.rules
    kinds = (("api", rules.apis), ("asset", rules.assets), ("access", rules.screens))
    kind = next((name for name, globs in kinds if any(fits(path, glob) for glob in globs)), "other_service")
    code = int(status)
    if kind == "other_service":
        return kind
    if code >= 400:
        return "failed"
    if code >= 300 and code != 304:
        return "redirected"
    if code < 200 or method not in (b"GET", b"POST"):
        return "not_a_visit"
    return kind


def time_of(found: Found, form: Format) -> str:
    """The time of a line, in one piece."""
    if form.date is not None:
        clock = found.get("clock", b"").decode("latin-1")
        began = (EPOCH + datetime.timedelta(days=form.date[0], seconds=form.date[1])).isoformat()
        date = began[:10]
        if re.match(r"\d\d:\d\d(?::\d\d)?", clock, re.ASCII) and clock[:8].ljust(8, "_") < began[11:]:
            date = (EPOCH + datetime.timedelta(days=form.date[0] + 1)).date().isoformat()
        return f"{date} {clock}"
    if not found.get("time") and len(found.get("date", b"")) == 10:
        return (found["date"] + b" " + found.get("clock", b"")).decode("latin-1")
    return found.get("time", b"").decode("latin-1")


def judge(line: bytes, source: Source, result: Result) -> str:
    """The reason of one line, its day noted."""
    form = source.format
    if len(line) > LONGEST:
        return "malformed"
    if form.directives and line.startswith(b"#"):
        return "anonymous"
    found = split(line, form)
    if found is None:
        return "malformed"
    instant = instant_of(time_of(found, form), source)
    day = day_of(instant, source) if instant is not None and instant >= 0 else -1
    reason = reason_of(found, instant, day, source)
    if reason in ("malformed", "future"):
        return reason
    date = EPOCH.date() + datetime.timedelta(days=day)
    if form.json is not None or any(isinstance(piece, Field) and piece.role == "login" for piece in form.pieces):
        first, last = result.covered or (date, date)
        result.covered = min(first, date), max(last, date)
    if reason not in ("access", "api"):
        return reason
    login = unescape(login_of(found), form.escapes)
    key = source.logins.key(written(login))
    programs = {source.logins.key(program) for program in source.rules.programs}
    kept = result.program_days if reason == "api" or key in programs else result.days
    kept.setdefault(key, set()).add(date)
    return "system_account" if reason == "access" and key in programs else reason


def read(data: bytes, source: Source) -> Result:
    """All lines of one file."""
    result = Result()
    names: list[str] = []
    date: tuple[int, int] | None = None
    whole = source.format
    for line in lines_of(data):
        line = line.removeprefix(b"\xef\xbb\xbf")
        if whole.directives and line[:8].lower() == b"#fields:":
            names = line[8:].decode("ascii", "replace").split()
            source = replace(source, format=section(whole, names, date))
        elif whole.directives and line[:6].lower() == b"#date:":
            said = re.fullmatch(rb"\s*(\d{4})([-/])(\d\d)\2(\d\d) (\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)\s*", line[6:])
            moment = (
                instant_of(f"{said[1].decode()}-{said[3].decode()}-{said[4].decode()}T{said[5].decode()}Z", source)
                if said
                else None
            )
            date = None if moment is None else divmod(moment, 86400)
            if names:
                source = replace(source, format=section(whole, names, date))
        result.reasons[judge(line, source, result)] += 1
    return result


def section(whole: Format, names: list[str], date: tuple[int, int] | None) -> Format:
    """The format of the lines behind a #Fields with these names."""
    lower = [name.lower() for name in names]
    undated = date is not None and "time" in lower and "date" not in lower and "date-local" not in lower
    try:
        pieces = assign(w3c.w3c_pieces(names), whole.login_field, without_login=True, without_date=undated)
    except FormatError:
        pieces = ()
    zone = whole.log_zone if "time" in lower or "time-local" not in lower else None
    return replace(whole, pieces=pieces, date=date if undated else None, log_zone=zone)
