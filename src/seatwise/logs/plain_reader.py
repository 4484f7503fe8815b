"""The reader in plain Python, obvious and slow: for machines on which the C library could not be made.

It shares no code with the library; tests hold that both find the same.
"""

import re
from bisect import bisect_right
from collections.abc import MutableSequence, Sequence

from seatwise.lib.days import date_of, local_turns, zone_turns
from seatwise.logs.escapes import BY_JSON, percent_decode, unescape
from seatwise.logs.facts import REASON_NAMES
from seatwise.logs.fields import Field
from seatwise.logs.formats import Format
from seatwise.logs.json_tree import tree_of
from seatwise.logs.judging import Found, How, Judged
from seatwise.logs.layout import DAYS, LONGEST_LINE, SAMPLES
from seatwise.logs.plain_splitting import DoesNotFit, Fields, JsonLine, split_text, split_w3c
from seatwise.logs.plain_times import moment_of, number_of

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MOST_BLANKS = 5  # within a login that stands unquoted: María de los Ángeles García López

_WORD = re.compile(rb"[^ \t\"'(),;<=>\[\]{}]+")
_CLOCK = re.compile(r"\d\d:..:\d\d", re.ASCII | re.DOTALL)
_IPV4 = r"(?:(?:25[0-5]|2[0-4]\d|[01]?\d?\d)(?:\.(?!$|[:/])|(?=$|[:/]))){4}(?:[:/]\d{0,18})?"


def fits(text: bytes, glob: str) -> bool:
    """Whether a glob fits all of a text."""
    return re.fullmatch(b".*".join(map(re.escape, glob.encode().split(b"*"))), text, re.DOTALL) is not None


def is_unquoted(form: Format) -> bool:
    """Whether logins of this format do not stand in quotes."""
    pieces = form.pieces
    at = next((i for i, piece in enumerate(pieces) if isinstance(piece, Field) and piece.role == "login"), None)
    return at is not None and not (at and str(pieces[at - 1]).endswith(('"', "'")))


def holds_a_prefix(login: bytes) -> bool:
    """Whether some of what stands before a login was taken for a part of it: then it is nobody's login.

    It holds an address or a clock, a lone `-` beside something else, ` [` as before a time, or more blanks than a name.
    """
    if login[:1] > b"@" and b" " not in login and b":" not in login:
        return False
    blanks = login.count(b" ") + login.count(b"\t")
    if blanks > MOST_BLANKS or b" [" in login:
        return True
    return any(is_of_a_prefix(word.decode("latin-1")) for word in _WORD.findall(login))


def is_of_a_prefix(word: str) -> bool:
    """Whether a word is an address, a clock or a lone mark."""
    if word in ("-", "|") or _CLOCK.match(word) or re.fullmatch(_IPV4, word, re.ASCII):
        return True
    colons = word.partition("%")[0]
    ipv6 = re.fullmatch(rf"(?:[0-9a-fA-F]{{0,4}}:)+(?:[0-9a-fA-F]{{0,4}}|(?P<four>{_IPV4}))", word, re.ASCII)
    if ipv6 and ipv6["four"]:
        return word[: ipv6.start("four")].count(":") >= 2
    if re.fullmatch(r"(?:[0-9a-fA-F]{0,4}:)*[0-9a-fA-F]{0,4}", colons, re.ASCII) is None:
        return False
    return colons.count(":") == 7 or ("::" in colons and colons.count(":") < 8)


def find_target(found: Fields) -> None:
    """Take a request line apart: its method and its target (all up to the protocol)."""
    if request := found.get("request"):
        found["method"], _, target = request.partition(b" ")
        protocol = target.rfind(b" HTTP", max(0, len(target) - 10))
        found["uri"] = target[:protocol] if protocol >= 0 else target


def status_of(written: bytes) -> int:
    """A status, a whole number up to 999 in any form that JSON has for it, or -1."""
    status = number_of(written)
    return int(status) if status is not None and status <= 999 and status.denominator == 1 else -1


class PlainLines:
    """Lines of one format, by one set of rules."""

    def __init__(self, how: How) -> None:
        self.how, self.form = how, how.form
        self.tree = tree_of(self.form.json) if self.form.json is not None else {}
        self.turns, self.offsets = zone_turns(how.zones.organization, how.today + 3)
        turns, self.local_offsets = zone_turns(how.zones.of_log(self.form.log_zone), how.today + 3)
        self.local_turns = local_turns(turns, self.local_offsets)
        self.unquoted = is_unquoted(self.form)
        roles = [piece.role for piece in self.form.pieces if isinstance(piece, Field)]
        self.silent = self.form.json is None and "login" not in roles  # nobody is named: such lines cover no day

    def judge(self, text: bytes) -> Judged:
        """What becomes of one line, without its line end."""
        try:
            if len(text) > LONGEST_LINE:
                raise DoesNotFit(0)
            found = self.split(text)
        except DoesNotFit as refusal:
            is_directive = self.form.directives and text[:1] == b"#" and len(text) <= LONGEST_LINE
            return Judged("anonymous" if is_directive else "malformed", refusal.at)
        instant = self.instant_of(found)
        day = (instant + self.offsets[bisect_right(self.turns, instant) - 1]) // 86400 if instant >= 0 else -1
        code = self.form.assumed if self.form.assumed >= 0 else status_of(found.get("status", b""))
        find_target(found)
        path_class = self.class_of(self.path_of(found))
        reason = self.reason_of(found, day, code, path_class)
        if self.form.directives and text[:1] == b"#":
            reason = "anonymous"
        return Judged(reason, None, instant, day, code, path_class, found)

    def split(self, text: bytes) -> Fields:
        """The fields of a line, the login without the blanks around it, and then without quotes around all of it."""
        if self.form.json is not None:
            found = JsonLine(text).whole(self.tree)
        else:
            found = split_w3c(text, self.form) if self.form.directives else split_text(text, self.form)
        if "login" in found:
            login = found["login"].strip(b" \t")
            quoted = self.unquoted and len(login) >= 2 and login[:1] == login[-1:] == b'"'
            found["login"] = login[1:-1] if quoted else login
        return found

    def instant_of(self, found: Fields) -> int:
        """The instant of a line, or below 0 if its time cannot be read. Of two possible ones it is the earlier one."""
        time, date, clock = (found.get(role, b"").decode("latin-1") for role in ("time", "date", "clock"))
        undated = not time and len(date) != 10
        if undated and self.form.date is None:
            return -1
        moment = moment_of(time or f"{'1970-01-01' if undated else date} {clock}")
        if moment is None:
            return -1
        local, offset = moment
        if undated and self.form.date is not None:
            day, since = self.form.date
            local += (day + (local < since - 3600)) * 86400  # or behind midnight; lines may be a little out of order
        if offset is None:
            offset = self.local_offsets[bisect_right(self.local_turns, local) - 1]
        return local - offset

    def path_of(self, found: Fields) -> bytes:
        """The path as the rules see it."""
        escapes = self.form.escapes and BY_JSON  # no harm: no login
        if found.get("path"):
            return unescape(found["path"], escapes)
        target = unescape(found.get("uri", b""), escapes)
        if len(target) >= 8:
            target = re.sub(rb"\Ahttps?://[^/?#]*", b"", target)
        return percent_decode(re.split(rb"[?#]", target, maxsplit=1)[0])

    def class_of(self, path: bytes) -> str:
        """What a path is for."""
        rules = self.how.rules
        classes = (("api", rules.apis), ("asset", rules.assets), ("access", rules.screens))
        return next((name for name, globs in classes if any(fits(path, glob) for glob in globs)), "other_service")

    def host_fits(self, host: bytes) -> bool:
        """Whether a host, with or without its port, is one of the rules'."""
        host = bytes(c + 32 if 65 <= c <= 90 else c for c in host)
        without_port = re.sub(rb":[0-9]*\Z", b"", host)
        return any(fits(host, glob) or fits(without_port, glob) for glob in map(str.lower, self.how.rules.hosts))

    def reason_of(self, found: Fields, day: int, status: int, path_class: str) -> str:
        """The reason of a line that was split, the first that fits, but for programs."""
        login = found.get("login", b"")
        anonymous = login in (b"", b"-", b"--", b'""')
        if day < 0 or status < 0 or (self.unquoted and not anonymous and holds_a_prefix(login)):
            return "malformed"
        if day > self.how.today + 1 or day >= DAYS:
            return "future"
        if anonymous:
            return "anonymous"
        is_other = self.how.rules.hosts and not self.host_fits(found.get("host", b""))
        if is_other or path_class == "other_service":
            return "other_service"
        if status >= 400:
            return "failed"
        if status >= 300 and status != 304:
            return "redirected"
        return path_class if status >= 200 and found.get("method") in (b"GET", b"POST") else "not_a_visit"


class PlainReader:
    """What reads chunks and keeps what it found."""

    def __init__(self) -> None:
        self.counts: MutableSequence[int] = [0] * len(REASON_NAMES)
        self.kept: dict[int, list[tuple[int, int, int]]] = {reason: [] for reason in range(len(REASON_NAMES))}
        self.numbers: dict[bytes, int] = {}  # of the logins
        self.first_seen: list[int] = []
        self.hits: list[int] = []
        self.masks: dict[tuple[int, int], list[int]] = {}  # by login and month, of access days and program days
        self.begin()

    def begin(self) -> None:
        """Begin another chunk."""
        self.lines = 0
        self.seen: set[int] = set()

    def pass_over(self) -> None:
        """Count a line that was too long to be kept."""
        if self.counts[0] < SAMPLES:
            self.kept[0].append((self.lines, 0, 0))
        self.counts[0] += 1
        self.lines += 1

    def days(self) -> list[int]:
        return sorted(self.seen)

    def samples(self, reason: int) -> list[tuple[int, int, int]]:
        return self.kept[reason]

    def read(self, lines: PlainLines, data: bytearray, start: int, end: int) -> None:
        """Judge every line in data[start:end], a last one without a line end too."""
        while start < end:
            newline = data.find(b"\n", start, end)
            stop = newline if newline >= 0 else end
            text = bytes(data[start:stop]).removesuffix(b"\r")
            at = start + 3 if text.startswith(BYTE_ORDER_MARK) else start  # here another file was put behind
            text = text.removeprefix(BYTE_ORDER_MARK)
            judged = lines.judge(text)
            reason = REASON_NAMES.index(judged.reason)
            if reason > 1 and judged.day >= 0 and not lines.silent and not (lines.form.directives and text[:1] == b"#"):
                self.seen.add(judged.day)
            if judged.reason in ("access", "api"):
                self.record(judged, unescape(judged.field("login"), lines.form.escapes))
            if self.counts[reason] < SAMPLES:
                self.kept[reason].append((self.lines, at, at + len(text)))
            self.counts[reason] += 1
            self.lines += 1
            start = stop + 1

    def record(self, judged: Judged, login: bytes) -> None:
        """Put the day of an access, or of a request of the API, into the month of its login."""
        number = self.numbers.setdefault(login, len(self.numbers))
        if number == len(self.hits):
            self.hits.append(0)
            self.first_seen.append(judged.instant)
        date = date_of(judged.day)
        masks = self.masks.setdefault((number, date.year * 12 + date.month - 1), [0, 0])
        masks[judged.reason == "api"] |= 1 << date.day - 1
        self.hits[number] += judged.reason == "access"
        self.first_seen[number] = min(self.first_seen[number], judged.instant)

    def found(self, others: Sequence["PlainReader"]) -> Found:
        """All that was found. There are no others: threads do not make plain Python quicker."""
        assert not others
        logins = zip(self.numbers, self.first_seen, self.hits, strict=True)
        months = ((number, month, *masks) for (number, month), masks in self.masks.items())
        return Found(list(self.counts), logins, months)  # type: ignore[arg-type]
