"""A small organization and its ledger, and beside it the same thing as sets of days, which is obviously right.

Nothing here shares code with what it is to check: no masks, no rings, no months.
"""

import copy
import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import transaction

from seatwise.directory import people
from seatwise.directory.models import Login, Service, User
from seatwise.ledger import covered_days
from seatwise.ledger.as_of import roll
from seatwise.ledger.fact_merge import forget, merge, rebuild
from seatwise.ledger.models import AccessMonth, AsOf, Coverage, Revision, Source, Usage
from seatwise.ledger.models.sources import ReadingRules
from seatwise.lib.logins import fold
from seatwise.licenses import grants
from seatwise.licenses.models import License
from seatwise.logs.facts import Facts, LoginFacts
from seatwise.logs.rules import Rules

ZONE = "Asia/Tokyo"
ON = datetime.date(2020, 1, 1)
EPOCH = datetime.date(1970, 1, 1)


def day(text: str) -> int:
    """The day of YYYY-MM-DD."""
    return (datetime.date.fromisoformat(text) - EPOCH).days


def month_and_bit(number: int) -> tuple[int, int]:
    """A day as the ledger writes it down: month, and the bit of its day."""
    date = EPOCH + datetime.timedelta(number)
    return date.year * 12 + date.month - 1, 1 << (date.day - 1)


def masks(some: Iterable[int]) -> dict[int, int]:
    """Days as the ledger writes them down."""
    found: dict[int, int] = {}
    for number in some:
        month, bit = month_and_bit(number)
        found[month] = found.get(month, 0) | bit
    return found


def facts_of(
    accesses: Mapping[str, Iterable[int]],
    covered: Iterable[int] | None = None,
    programs: Mapping[str, Iterable[int]] | None = None,
) -> Facts:
    """Facts as the reader would bring them: by default the days from the first to the last access are covered."""
    facts = Facts()
    programs = programs or {}
    for login in [*accesses, *programs]:
        facts.logins[fold(login)] = LoginFacts(login, 0, masks(accesses.get(login, ())), masks(programs.get(login, ())))
    every = {one for some in [*accesses.values(), *programs.values()] for one in some}
    facts.covered = masks(range(min(every), max(every) + 1) if covered is None and every else covered or ())
    return facts


def add_service(code: str) -> Service:
    """A service."""
    service: Service = Service.objects.add(code=code, name=code.capitalize(), by=None)
    return service


def add_source(code: str, *services: Service, **fields: object) -> Source:
    """A source of services; redundant unless said otherwise."""
    rules = ReadingRules(services={service.code: Rules() for service in services})
    source: Source = Source.objects.add(
        code=code, name=code, rules=rules, by=None, **{"part": Source.Part.REDUNDANT, **fields}
    )
    return source


def add_person(login: str, **fields: object) -> User:
    """A person."""
    return people.add({"login": login, "name": login.capitalize(), **fields}, by=None, on=ON)


def license_for(service: Service, *users: User) -> None:
    """Give licenses."""
    grants.grant(service=service, users=users, by=None, reason="", on=ON)


class Row(NamedTuple):
    """A usage row, without its ids."""

    last_day: int
    bits: int
    days_30: int
    program_day: int


def usage_rows(service: Service | None = None) -> dict[tuple[str, str], Row]:
    """All usage rows by service and login."""
    rows = Usage.objects.select_related("service", "user")
    return {
        (row.service.code, row.user.login): Row(row.last_day, row.bits, row.days_30, row.program_day)
        for row in (rows if service is None else rows.filter(service=service))
    }


def ledger() -> dict[str, list[tuple[object, ...]]]:
    """Everything that is known, by names instead of ids, in order: to be compared."""
    logins = dict(Login.objects.values_list("pk", "folded"))
    revisions = {each.pk: str(each) for each in Revision.objects.select_related("source")}
    services = dict(Service.objects.values_list("pk", "code"))
    months = AccessMonth.objects.values_list("service_id", "month", "login_id", "revision_id", "days", "program_days")
    coverage = Coverage.objects.values_list("service", "revision", "month", "days")
    return {
        "months": sorted((services[s], m, logins[one], revisions[r], d, p) for s, m, one, r, d, p in months),
        "coverage": sorted((services[s], revisions[r], m, d) for s, r, m, d in coverage),
        "as of": sorted((services[s], one) for s, one in AsOf.objects.values_list("service", "day") if one is not None),
        "usage": sorted((*key, *row) for key, row in usage_rows().items()),
    }


def expected_row(accesses: Iterable[int], programs: Iterable[int], as_of: int | None) -> Row:
    """A usage row by what docs/architecture.md says of it."""
    if as_of is None:
        return Row(0, 0, 0, 0)
    accesses = {one for one in accesses if one <= as_of}
    programs = {one for one in programs if one <= as_of}
    window = {one for one in accesses if as_of - 30 < one}
    return Row(
        last_day=max(accesses, default=0),
        bits=sum(1 << one % 31 for one in window),
        days_30=len(window),
        program_day=0 if accesses else max(programs, default=0),
    )


@dataclass
class Model:
    """The same organization as sets: (service, source, revision number, login, day), all by their names."""

    facts: set[tuple[str, str, int, str, int]] = field(default_factory=set)
    programs: set[tuple[str, str, int, str, int]] = field(default_factory=set)
    covered: set[tuple[str, str, int, int]] = field(default_factory=set)  # service, source, revision, day
    owners: dict[str, str] = field(default_factory=dict)  # whose a login is
    holders: set[tuple[str, str]] = field(default_factory=set)  # service, person
    as_of: dict[str, int] = field(default_factory=dict)
    complementary: set[str] = field(default_factory=set)
    retired: dict[str, int] = field(default_factory=dict)

    def covered_days(self, service: str) -> set[int]:
        """Covered by one source, and by each that is complementary while it was there."""
        by_source: dict[str, set[int]] = defaultdict(set)
        for of, source, _revision, one in self.covered:
            if of == service:
                by_source[source].add(one)
        found = {one for some in by_source.values() for one in some}
        for source in self.complementary & by_source.keys():
            mine, gone = by_source[source], self.retired.get(source, 10**9)
            found = {one for one in found if one in mine or one < min(mine) or one >= gone}
        return found

    def advance(self, service: str, today: int) -> None:
        """The as-of day is today or the last covered day, and never goes back."""
        known = max(self.covered_days(service), default=None)
        if known is not None:
            self.as_of[service] = max(self.as_of.get(service, 0), min(known, today))

    def usage(self) -> dict[tuple[str, str], Row]:
        """The usage rows there should be."""

        def days_of(facts: set[tuple[str, str, int, str, int]], service: str, person: str) -> set[int]:
            return {one for of, _s, _r, login, one in facts if of == service and self.owners.get(login) == person}

        return {
            (service, person): expected_row(
                days_of(self.facts, service, person), days_of(self.programs, service, person), self.as_of.get(service)
            )
            for service, person in self.holders
        }


class World:
    """Two services, three sources (one for both services, one complementary), four people, and logins of nobody."""

    PEOPLE = ("ann", "ben", "cleo", "dora")
    NOBODYS = ("a-mobile", "b-old", "robot", "Straße")
    LATER = ("late", "later")  # become people while things happen

    def __init__(self) -> None:
        self.model = Model()
        self.services = {code: add_service(code) for code in ("wiki", "mail")}
        wiki, mail = self.services["wiki"], self.services["mail"]
        self.sources = {
            "both": add_source("both", wiki, mail),
            "wiki2": add_source("wiki2", wiki),
            "part": add_source("part", wiki, part=Source.Part.COMPLEMENTARY),
        }
        self.model.complementary = {"part"}
        self.users = {login: add_person(login) for login in self.PEOPLE}
        self.model.owners = {login: login for login in self.PEOPLE}
        for code, login in (("wiki", "ann"), ("wiki", "ben"), ("mail", "ann"), ("mail", "cleo")):
            self.grant(code, login)

    def again(self) -> "World":
        """The same world as it was made, after the database was put back."""
        world = copy.copy(self)
        world.model, world.users = copy.deepcopy(self.model), dict(self.users)
        world.sources = {code: Source.objects.get(code=code) for code in self.sources}
        return world

    def merge(self, service: str, source: str, facts: Facts, today: int) -> None:
        """Merge facts by the revision in force."""
        if (service, source) not in {("wiki", "both"), ("mail", "both"), ("wiki", "wiki2"), ("wiki", "part")}:
            return
        revision = self.sources[source].revision
        merge(revision, self.services[service], facts, zone=ZONE, today=today)
        for key, login in facts.logins.items():
            for into, found in ((self.model.facts, login.days), (self.model.programs, login.program_days)):
                into |= {(service, source, revision.number, key, one) for one in days_of(found)}
        self.model.covered |= {(service, source, revision.number, one) for one in days_of(facts.covered)}
        self.model.advance(service, today)

    def roll(self, service: str, today: int) -> None:
        """A day, or many, have passed."""
        with transaction.atomic():
            roll(self.services[service], today)
        self.model.advance(service, today)

    def claim(self, login: str, person: str) -> None:
        """Give a login to a person, if it is nobody's."""
        if person in self.users and fold(login) not in self.model.owners:
            self.login(login).give_to(self.users[person], by=None)
            self.model.owners[fold(login)] = person

    def release(self, login: str) -> None:
        """Take a login that is not somebody's own away again."""
        if self.model.owners.get(fold(login)) != login:
            self.login(login).release(by=None)
            self.model.owners.pop(fold(login), None)

    def declare(self, login: str, kind: str) -> None:
        """Say that a login that is not somebody's own is a program's or a guest's."""
        if self.model.owners.get(fold(login)) != login:
            self.login(login).declare(kind, by=None)
            self.model.owners.pop(fold(login), None)

    def login(self, login: str) -> Login:
        """A login, which nobody need have seen yet."""
        return Login.objects.get(pk=Login.objects.ensure([login])[fold(login)])

    def hire(self, login: str) -> None:
        """Somebody comes whose login may stand in logs already."""
        if login not in self.users and login not in self.model.owners:
            self.users[login] = add_person(login)
            self.model.owners[login] = login

    def grant(self, service: str, person: str) -> None:
        """Give a license."""
        if person in self.users and (service, person) not in self.model.holders:
            license_for(self.services[service], self.users[person])
            self.model.holders.add((service, person))

    def revoke(self, service: str, person: str) -> None:
        """Remove a license."""
        if (service, person) in self.model.holders:
            held = License.objects.held().get(service=self.services[service], user=self.users[person])
            grants.revoke([held], by=None, reason="", on=ON)
            self.model.holders.remove((service, person))

    def forget(self, source: str) -> None:
        """Forget all that the revision in force brought in."""
        revision = self.sources[source].revision
        forget(revision, by=None, on=ON)
        gone = (source, revision.number)
        self.model.facts = {fact for fact in self.model.facts if fact[1:3] != gone}
        self.model.programs = {fact for fact in self.model.programs if fact[1:3] != gone}
        self.model.covered = {one for one in self.model.covered if one[1:3] != gone}

    def change(self, source: str) -> None:
        """Begin another revision."""
        mine = self.sources[source]
        rules = mine.revision.rules()
        other = ReadingRules(log_zone="" if rules.log_zone else "UTC", services=rules.services)
        assert mine.change(by=None, rules=other)

    def check(self) -> None:
        """What the database has is what the model says, and building it anew changes nothing."""
        assert usage_rows() == self.model.usage()
        as_of = {code: one for code, one in AsOf.objects.values_list("service__code", "day") if one is not None}
        assert as_of == self.model.as_of
        for code, service in self.services.items():
            assert days_of(covered_days.covered(service)) == self.model.covered_days(code)
        before = ledger()
        for service in self.services.values():
            rebuild(service)
        assert ledger() == before


def days_of(found: Mapping[int, int]) -> set[int]:
    """The days of masks."""
    first = {month: (datetime.date(month // 12, month % 12 + 1, 1) - EPOCH).days for month in found}
    return {first[month] + bit for month, mask in found.items() for bit in range(31) if mask >> bit & 1}
