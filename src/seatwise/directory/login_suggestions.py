"""Whose an unknown login name may be: how alike it is to the login names, addresses, numbers and names there are.

A suggestion is *clear* where exactly one active person has it as their login name, address or name, but for a domain,
separators and the order of two names, and nobody else has it but for initials. What differs by one character, or has
initials for names, is only possible.
Where there are more than MOST active people, only login names that differ by a domain are looked for.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import permutations
from string import ascii_lowercase, digits

from seatwise.directory.models import Login, User
from seatwise.lib.logins import fold

MOST = 10_000
POSSIBLE = 3  # people of whom it may be any
SHORTEST = 5  # characters of what may differ by one


@dataclass(frozen=True)
class Sighting:
    """Where and when a login name was seen: on how many days, last on which, by which sources."""

    days: int
    last: date
    sources: Sequence[str]


# What is known of some login names, by their ids: filled by the ledger in AppConfig.ready.
SIGHTINGS: list[Callable[[Collection[int]], Mapping[int, Sighting]]] = []


@dataclass(frozen=True)
class LoginLine:
    """A login name as lists show it. `clear`: the one person who is suggested; else `possible` ones."""

    login: Login
    sighting: Sighting | None
    clear: User | None = None
    possible: Sequence[User] = field(default_factory=tuple)

    @property
    def pk(self) -> int:
        return self.login.pk


def lines(logins: Sequence[Login]) -> list[LoginLine]:
    """Some login names with where they were seen, and, of unknown ones, whose they may be."""
    unknown = {each.pk: each for each in logins if each.user_id is None and each.kind == Login.Kind.PERSON}
    alike = _Alike([bare(each.folded) for each in unknown.values()]) if unknown else None
    found = {pk: alike.of(each.folded) for pk, each in unknown.items()} if alike else {}
    people = User.objects.in_bulk({person for clear, possible in found.values() for person in (clear, *possible)} - {0})
    seen = _seen(logins)
    made = []
    for each in logins:
        clear, possible = found.get(each.pk, (0, ()))
        others = [people[pk] for pk in possible if pk in people]
        made.append(LoginLine(each, seen.get(each.pk), people.get(clear), others))
    return made


def clear_ones(logins: Sequence[Login], most: int) -> list[LoginLine]:
    """Of some unknown login names the first for which one person is suggested."""
    alike = _Alike([bare(each.folded) for each in logins])
    found = [(each, person) for each in logins if (person := alike.of(each.folded)[0])][:most]
    people = User.objects.in_bulk({person for _each, person in found})
    seen = _seen([each for each, _person in found])
    return [LoginLine(each, seen.get(each.pk), people[person]) for each, person in found if person in people]


def _seen(logins: Sequence[Login]) -> dict[int, Sighting]:
    return {pk: one for function in SIGHTINGS for pk, one in function([each.pk for each in logins]).items()}


def bare(folded: str) -> str:
    """A login without its domain: `corp\\ann`, `ann@example.com` and `ann` are one."""
    return re.sub(r"^.*\\", "", folded).partition("@")[0]


def plain(folded: str) -> str:
    """The same without separators."""
    return re.sub(r"[\s._-]", "", bare(folded))


class _Alike:
    """Active people by what a login name may say of them."""

    def __init__(self, asked: Collection[str]) -> None:
        self.sure: dict[str, set[int]] = defaultdict(set)
        self.unsure: dict[str, set[int]] = defaultdict(set)
        people = User.objects.active()
        if people[: MOST + 1].count() > MOST:
            people = people.filter(folded__in=asked)
        for pk, folded, email, name, number in people.values_list("pk", "folded", "email", "name", "employee_number"):
            for text in (folded, fold(email), fold(number)):
                if text:
                    self.sure[plain(text)].add(pk)
            words = fold(name).split()
            for some in permutations(words) if len(words) == 2 else ():
                self.sure["".join(some)].add(pk)
                self.unsure[some[0][0] + some[1]].add(pk)
                self.unsure[some[0] + some[1][0]].add(pk)

    def of(self, login: str) -> tuple[int, list[int]]:
        """The one person who is suggested, or 0; else those who are possible."""
        text = plain(login)
        sure, unsure = self.sure.get(text, set()), self.unsure.get(text, set())
        if sure and len(sure | unsure) == 1:
            return next(iter(sure)), []
        found = dict.fromkeys((*sorted(sure), *sorted(unsure)))
        for other in _one_off(text) if len(text) >= SHORTEST else ():
            found |= dict.fromkeys(sorted(self.sure.get(other, ())))
        return 0, list(found)[:POSSIBLE]


def _one_off(text: str) -> Iterator[str]:
    """The texts that differ by one character, or by two that changed places."""
    for at in range(len(text) + 1):
        before, after = text[:at], text[at:]
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in ascii_lowercase + digits)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        yield from (before + letter + after for letter in ascii_lowercase + digits)
