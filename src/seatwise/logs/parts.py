"""Facts in parts: what reading some of the files said, put together as if all of them had been read at once.

A part keeps logins for all its files together, since their days are a union, and the account and the covered days of
each file apart: so a file that is in two parts counts once, and rotated sets continue each other across parts. Merging
is idempotent, commutative and associative.
"""

import copy
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from seatwise.lib import days
from seatwise.lib.notices import Notice, Unusable
from seatwise.logs.coverage import Span, covered_spans, parts_its_set, rotation_of
from seatwise.logs.facts import NEEDS_A_LOOK, Account, Facts, LoginFacts, cover
from seatwise.logs.gathering import refuse_two_domains
from seatwise.logs.inputs import Input
from seatwise.logs.layout import SAMPLES
from seatwise.logs.login_warnings import login_warnings
from seatwise.logs.notices import InputCode, PartCode
from seatwise.logs.reading_rules import ReadingRules

BEGINNING = b'{"seatwise_facts":'  # of a file of facts
ENDING = ".facts"
MOST_SHARDS = 100_000


class UnusablePart(Unusable):
    """A part that cannot be read, or does not belong to the others."""


@dataclass(frozen=True, order=True)
class Shard:
    """One of several shares of a list of files; `listing` is the mark of the list."""

    number: int
    of: int
    listing: str


@dataclass(frozen=True)
class ReadFile:
    """What one file said of its own. `mark` tells its content from others of the same name and size."""

    name: str
    size: int
    mark: str
    format: str  # in which it was read
    read_on: int  # the day; lines after the next one were refused
    covered: Mapping[int, int]  # {month: mask}
    account: Account

    @property
    def key(self) -> tuple[str, int, str]:
        return self.name, self.size, self.mark


@dataclass
class Part:
    """What was read of some files, as the rules say."""

    rules: ReadingRules
    files: dict[tuple[str, int, str], ReadFile] = field(default_factory=dict)
    logins: dict[str, LoginFacts] = field(default_factory=dict)
    shards: set[Shard] = field(default_factory=set)
    passed_over: dict[str, Notice] = field(default_factory=dict)  # files that were not read, and why
    repeated: set[str] = field(default_factory=set)  # names of files that were in more than one of the parts

    def add(self, other: "Part", name: str = "", first: str = "") -> None:
        """Put another part in. The names are those of the files of facts, for what is to be said about them."""
        if other.rules != self.rules:
            raise other_rules(other.rules, self.rules, name, first)
        for file in other.files.values():
            self.add_file(file)
        add_logins(self.logins, other.logins)
        self.shards |= other.shards
        for name, why in other.passed_over.items():
            self.passed_over[name] = min(self.passed_over.get(name, why), why, key=lambda each: str(each.as_json()))
        self.repeated |= other.repeated

    def add_file(self, file: ReadFile) -> None:
        """Put a file in; one that is there already counts once, as it was read last."""
        known = self.files.get(file.key)
        if known is not None:
            if known.format != file.format:
                raise UnusablePart(PartCode.OTHER_FORMAT, file=file.name, one=known.format, other=file.format)
            self.repeated.add(file.name)
        if known is None or file.read_on > known.read_on:
            self.files[file.key] = file

    def not_read(self) -> dict[str, Notice]:
        """Why files were passed over, those left out that another part read."""
        read = {file.name for file in self.files.values()} if self.passed_over else set()
        return {name: self.passed_over[name] for name in sorted(self.passed_over) if name not in read}

    def refuse_future(self, today: int) -> None:
        """Raise UnusablePart where a file was read later than tomorrow, by a clock that is wrong."""
        for file in self.files.values():
            if file.read_on > today + 1:
                raise UnusablePart(PartCode.FUTURE, file=file.name, day=str(days.date_of(file.read_on)))

    def missing(self) -> list[tuple[int, int]]:
        """The shards that are missing, as (number, of how many)."""
        sets = {(shard.of, shard.listing) for shard in self.shards}
        return sorted(
            (number, of)
            for of, listing in sets
            for number in range(1, of + 1)
            if Shard(number, of, listing) not in self.shards
        )

    def facts(self) -> Facts:
        """The facts of all files together. Raises UnusablePart where a shard is missing."""
        if missing := self.missing():
            lists = len({shard.listing for shard in self.shards})
            shards = ", ".join(f"{number}/{of}" for number, of in missing)
            raise UnusablePart(PartCode.MISSING if lists == 1 else PartCode.MISSING_OF_LISTS, shards=shards)
        passed_over = list(self.not_read().values())
        if passed_over and not self.files:
            raise UnusablePart(InputCode.NONE_USED, why=passed_over[0])
        files = [self.files[key] for key in sorted(self.files)]
        facts = Facts(logins=self.logins, account=joined_account(files))
        facts.account.passed_over = passed_over
        cover(facts, spans_of(files, self.rules.longest_silence))
        formats = {name.rpartition("+")[2] for name in self.formats}  # without the wrappers
        facts.account.said += login_warnings(facts, formats)
        return facts

    @property
    def formats(self) -> list[str]:
        return sorted({file.format for file in self.files.values()})

    def notices(self) -> Iterator[Notice]:
        """What there is to say about the files of these parts."""
        if self.repeated:
            yield Notice(PartCode.REPEATED, {"count": len(self.repeated), "names": named(self.repeated)})
        if several := same_names(self.files.values()):
            yield Notice(PartCode.SEVERAL, {"count": len(several), "names": named(several)})


def named(names: Iterable[str]) -> str:
    """The first of many names."""
    ordered = sorted(names)
    return ", ".join(ordered[:10]) + (" …" if len(ordered) > 10 else "")


def other_rules(rules: ReadingRules, first_rules: ReadingRules, name: str, first: str) -> UnusablePart:
    """The refusal of a part that was made by other rules than the first."""
    found = [f"{option}: {here} / {there}" for option, here, there in rules.differences(first_rules)]
    return UnusablePart(PartCode.OTHER_RULES, file=name, first=first, what="; ".join(found))


def add_logins(into: dict[str, LoginFacts], more: Mapping[str, LoginFacts]) -> None:
    """Put logins together: their days are a union, and the earliest line says how they are written."""
    for key, login in more.items():
        known = into.get(key)
        if known is None:
            into[key] = copy.copy(login)
            continue
        refuse_two_domains(known, login.qualified)
        if (login.first_seen, login.login) < (known.first_seen, known.login):
            known.login, known.first_seen = login.login, login.first_seen
        known.add(login.days, login.program_days)


def joined_account(files: Iterable[ReadFile]) -> Account:
    """The account of files in this order."""
    account = Account(samples={name: [] for name in NEEDS_A_LOOK})
    for file in files:
        account.lines += file.account.lines
        for reason, count in file.account.reasons.items():
            account.reasons[reason] += count
        for reason, samples in file.account.samples.items():
            account.samples[reason] = (account.samples[reason] + samples)[:SAMPLES]
        account.said += file.account.said
    return account


def same_names(files: Iterable[ReadFile]) -> set[str]:
    """The names that several files have: made at several times, or on several machines."""
    return {name for name, count in Counter(file.name for file in files).items() if count > 1}


def spans_of(files: Sequence[ReadFile], silence: int) -> Iterator[Span]:
    """The spans of days that files cover. Where one name is that of several, each file of its set stands alone."""
    alone = {rotation_of(name)[0] for name in same_names(files)}
    files = [file for file in files if not parts_its_set(file.account.lines, file.covered)]
    found = {file.key: list(days.days_in(file.covered)) for file in files}
    sets = {file.name: found[file.key] for file in files if rotation_of(file.name)[0] not in alone}
    single = ({file.name: found[file.key]} for file in files if file.name not in sets)
    return itertools.chain.from_iterable(covered_spans(each, silence) for each in (sets, *single))


def is_part(found: Input) -> bool:
    """Whether an input is a file of facts: by how it begins, or, if it is damaged there, by its name."""
    if found.name.endswith(ENDING) and found.stream is None:
        return True
    return found.compression == "zstd" and found.look().startswith(BEGINNING)


def are_parts(inputs: Sequence[Input]) -> bool:
    """Whether inputs are files of facts. UnusablePart where only some are: logs and parts do not mix."""
    parts = [found for found in inputs if is_part(found)]
    if parts and len(parts) < len(inputs):
        log = next(found for found in inputs if found not in parts)
        raise UnusablePart(PartCode.MIXED, log=log.name, part=parts[0].name)
    return bool(parts)
