"""The lines of a file of facts: how a part is written down and read. docs/facts.md describes them."""

import functools
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn, TypeVar

import seatwise
from seatwise.lib import days
from seatwise.lib.decoding import is_keepable
from seatwise.lib.json_text import UnreadableJson, read_json
from seatwise.lib.logins import in_logins
from seatwise.lib.notices import Notice, stored
from seatwise.logs.facts import NEEDS_A_LOOK, REASON_NAMES, Account, LoginFacts, Sample
from seatwise.logs.gathering import LoginRules
from seatwise.logs.line_summary import without_line
from seatwise.logs.notices import PartCode
from seatwise.logs.parts import MOST_SHARDS, Part, ReadFile, Shard, UnusablePart
from seatwise.logs.reading_rules import ReadingRules

VERSION = 1
Key = TypeVar("Key")
Value = TypeVar("Value")
LOGIN = b'{"login":'
ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
MOST = 1 << 48  # lines or bytes of a file
LATEST = 1 << 61  # an instant no line has


def as_line(record: Mapping[str, Any]) -> bytes:
    return ENCODE(record).encode() + b"\n"


def end_of(count: int, digest: str) -> dict[str, Any]:
    """The last line: how many stand before it, and their sum."""
    return {"end": count, "sha256": digest}


def records_of(part: Part) -> Iterator[dict[str, Any]]:
    """All lines of a file but the last."""
    yield {
        "seatwise_facts": VERSION,
        "made_by": f"seatwise {seatwise.__version__}",
        "rules": vars(part.rules),
        "shards": [[shard.number, shard.of, shard.listing] for shard in sorted(part.shards)],
    }
    for name, why in part.not_read().items():
        yield {"passed_over": name, "why": why.as_json()}
    for key in sorted(part.files):
        file = part.files[key]
        reasons = {reason: count for reason, count in file.account.reasons.items() if count}
        samples = {
            reason: [[sample.line, sample.what.as_json()] for sample in found]
            for reason, found in file.account.samples.items()
            if found
        }
        yield {
            "file": file.name,
            "size": file.size,
            "mark": file.mark,
            "format": file.format,
            "read_on": days.date_of(file.read_on).isoformat(),
            "covered": with_months(file.covered),
            "reasons": reasons,
            "samples": samples,
            "said": [notice.as_json() for notice in file.account.said],
        }
    for folded in sorted(part.logins):
        yield login_record(part.logins[folded])


def login_record(login: LoginFacts) -> dict[str, Any]:
    """The line of a login; what it does not have is left out."""
    record: dict[str, Any] = {"login": login.login, "first_seen": login.first_seen}
    if login.days:
        record["days"] = with_months(login.days)
    if login.program_days:
        record["program_days"] = with_months(login.program_days)
    if login.is_program:
        record["is_program"] = True
    if login.qualified:
        record["qualified"] = login.qualified
    return record


def with_months(masks: Mapping[int, int]) -> dict[str, int]:
    """{month: mask} with months as people write them."""
    return {month_text(month): masks[month] for month in sorted(masks)}


@functools.lru_cache(4096)
def month_text(month: int) -> str:
    return f"{month // 12:04}-{month % 12 + 1:02}"


@functools.lru_cache(4096)
def month_number(text: str) -> int:
    return days.parse_month(text)


@functools.lru_cache(4096)
def days_in_month(month: int) -> int:
    return days.last_day_of(month) - days.first_day_of(month) + 1


class Reader:
    """Reads the lines of one file. They may have been written by anybody: what does not fit is refused."""

    def __init__(self, name: str) -> None:
        self.name, self.digest, self.count = name, hashlib.sha256(), 0
        self.exact = LoginRules(exact=True)

    def read(self, lines: Iterable[bytes]) -> Part:
        """The part. Raises UnusablePart."""
        part: Part | None = None
        ended = False
        for line in lines:
            if ended:
                self.refuse()
            record = self.record(line)
            if "end" in record:
                self.check_end(record)
                ended = True
                continue
            self.digest.update(line)
            self.count += 1
            try:
                if part is None:
                    part = self.first(record)
                elif "passed_over" in record:
                    name = text(record["passed_over"])
                    self.new(name, part.passed_over)[name] = without_line(notice(record["why"]))
                elif "file" in record:
                    file = self.file(record)
                    self.new(file.key, part.files)[file.key] = file
                else:
                    login = self.login(record)
                    folded = self.keys.key(login.login)
                    self.new(folded, part.logins)[folded] = login
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
                self.refuse()
        if part is None or not ended:
            raise UnusablePart(PartCode.CUT_OFF, file=self.name)
        self.check_days(part)
        return part

    def check_days(self, part: Part) -> None:
        """Refuse days after those whose lines are refused where logs are read."""
        read_on = max((file.read_on for file in part.files.values()), default=-1)
        found = [(file.covered, file.read_on) for file in part.files.values()]
        found += [
            (each, read_on) for login in part.logins.values() for each in (login.days, login.program_days) if each
        ]
        if any(are_later(each, last + 1) for each, last in found):
            self.refuse()

    def record(self, line: bytes) -> dict[str, Any]:
        """What a line says."""
        if not line.endswith(b"\n"):
            raise UnusablePart(PartCode.CUT_OFF, file=self.name)
        try:
            found = json.loads(line) if line.startswith(LOGIN) else read_json(line)  # the one is ten times as fast
        except (UnreadableJson, ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            self.refuse()
        return found

    def refuse(self) -> NoReturn:
        raise UnusablePart(PartCode.DAMAGED, file=self.name, line=max(self.count, 1))

    @staticmethod
    def new(key: Key, known: dict[Key, Value]) -> dict[Key, Value]:
        """What is known, which must not have this yet."""
        if key in known:
            raise ValueError(key)
        return known

    def check_end(self, record: Mapping[str, Any]) -> None:
        if record["end"] != self.count or record.get("sha256") != self.digest.hexdigest():
            self.refuse()

    def first(self, record: Mapping[str, Any]) -> Part:
        """The part as the first line begins it."""
        version = record.get("seatwise_facts")
        if not isinstance(version, int):
            self.refuse()
        if version > VERSION:
            raise UnusablePart(PartCode.NEWER, file=self.name, by=str(record.get("made_by"))[:80])
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in record["rules"].items()
        }
        rules = ReadingRules(**given)
        days.zone(rules.time_zone)
        self.keys = LoginRules(exact=rules.exact_logins)
        shards = {
            Shard(whole(number, 1, whole(of, 1, MOST_SHARDS)), of, text(listing))
            for number, of, listing in record["shards"]
        }
        return Part(rules, shards=shards)

    def file(self, record: Mapping[str, Any]) -> ReadFile:
        """A file that was read."""
        name = text(record["file"])
        reasons = dict.fromkeys(REASON_NAMES, 0)
        for reason, count in record["reasons"].items():
            if reason not in reasons:
                raise KeyError(reason)
            reasons[reason] = whole(count, 0, MOST)
        samples: dict[str, list[Sample]] = {reason: [] for reason in NEEDS_A_LOOK}
        for reason, found in record["samples"].items():
            if reason not in samples:
                raise KeyError(reason)
            samples[reason] = [Sample(name, whole(line, 0, MOST), notice(what)) for line, what in found]
        return ReadFile(
            name,
            whole(record["size"], 0, MOST),
            text(record["mark"]),
            text(record["format"]),
            days.parse_day(record["read_on"]),
            masks(record["covered"]),
            Account(sum(reasons.values()), reasons, samples, said=[notice(each) for each in record["said"]]),
        )

    def login(self, record: Mapping[str, Any]) -> LoginFacts:
        """A login with its days."""
        return LoginFacts(
            written_login(record["login"]),
            whole(record["first_seen"], -LATEST, LATEST),
            masks(record.get("days", {})),
            masks(record.get("program_days", {})),
            record.get("is_program", False) is True,
            written_login(record["qualified"]) if "qualified" in record else "",
        )


def are_later(found: Mapping[int, int], day: int) -> bool:
    """Whether there are days after this one. The last month alone is looked into."""
    month = max(found, default=-1)
    return month >= days.month_of(day) and days.until({month: found[month]}, day) != {month: found[month]}


def notice(kept: Any) -> Notice:
    """What is said, which lacks no value."""
    found = stored(kept)
    str(found)
    return found


def text(value: Any) -> str:
    if not isinstance(value, str) or not is_keepable(value):
        raise TypeError(value)
    return value


def written_login(value: Any) -> str:
    """A login as one of a log is written: not empty, and with nothing in it that cannot be seen."""
    login = text(value)
    if not login or in_logins.search(login):
        raise ValueError(value)
    return login


def whole(value: Any, least: int, most: int) -> int:
    """A whole number within these."""
    if type(value) is not int or not least <= value <= most:
        raise ValueError(value)
    return value


def masks(found: Mapping[str, Any]) -> dict[int, int]:
    """{month: mask} as it was written."""
    read = {}
    for name, mask in found.items():
        month = month_number(name)
        read[month] = whole(mask, 1, (1 << days_in_month(month)) - 1)
    return read
