"""Who is independent of whom: the one place that every step asks at which somebody acts on what another did, or on
something that is about themselves.

Two accounts are in the same hands where one person is responsible for both, or where one of them, or the same third
person, created the other or changed its password, role, login name, address or factors. People are tied, too, where one
stands in for the other. What a license is about is somebody's own where they hold it with an account in their hands, or
where whoever holds it is somebody for whom they stand in.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise.audit.models import Entry
from seatwise.configuration import today
from seatwise.directory.changes import Refused
from seatwise.directory.models import CAN_SIGN_IN, Kind, Role, User

NOBODYS = (Kind.SHARED, Kind.SYSTEM)  # accounts that somebody is responsible for
NAMED = 5  # of those who could do it instead

# (principal, who stands in) of some who stand in, on any day from one on: filled by the app that knows of it
delegations: list[Callable[[Collection[int], datetime.date], Iterable[tuple[int, int]]]] = []
# what somebody does to an account that lets them use it, or act by it: later apps add the verbs of their audit entries
controlling_verbs: set[str] = {"user.add", "user.password", "user.role"}
CONTROLLING_FIELDS = frozenset({"role", "login", "email", "kind"})
CHANGING = ("user.change", "user.activate", "user.deactivate")  # which change any field


class Why(models.TextChoices):
    """How somebody is tied to another, or to whom a license is. The worst first."""

    SELF = "self", gettext_lazy("the same person")
    SHARED = "shared", gettext_lazy("an account of the same responsible person")
    CHANGED = (
        "changed",
        gettext_lazy("an account that one of them created or changed, or both changed by the same person"),
    )
    DELEGATE = "delegate", gettext_lazy("someone who acts for them")
    PRINCIPAL = "principal", gettext_lazy("someone they act for")


@dataclass
class Ties:
    """What is known of some people, and of all that lead to them."""

    responsible: dict[int, int] = field(default_factory=dict)  # a shared account → who is responsible for it
    accounts: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # … → the accounts of theirs
    changed_by: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # an account → who controls it
    principals: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # who stands in → for whom

    @classmethod
    def among(cls, people: Collection[int], since: datetime.datetime | None = None) -> "Ties":
        """Those of some people: as they are now, and all that was done since a time. A few queries.

        Delegations count if they were in force on any day since then: one that ended just now does.
        """
        found, known, new = cls(), set[int](), {*people}
        while new:
            known |= new
            new = found._learn(new, since) - known
        return found

    def _learn(self, people: set[int], since: datetime.datetime | None) -> set[int]:
        """What leads to some people, and who that is."""
        reached = self._learn_accounts(people)
        first = min(timezone.localtime(since).date(), today()) if since else today()
        for function in delegations:
            for principal, delegate in function(people, first):
                self.principals[delegate].add(principal)
                reached.add(principal)
        if since is not None:
            for account, by in controlled(people, since):
                self.changed_by[account].add(by)
                reached.add(by)
        return reached

    def _learn_accounts(self, people: Collection[int]) -> set[int]:
        reached: set[int] = set()
        up = Q(pk__in=people, kind__in=NOBODYS)
        found = User.objects.exclude(responsible=None).filter(up | Q(responsible__in=people))
        for pk, kind, responsible in found.values_list("pk", "kind", "responsible"):
            self.accounts[responsible].add(pk)
            if kind in NOBODYS:
                self.responsible[pk] = responsible
            reached |= {pk, responsible}
        return reached

    def selves(self, person: int) -> frozenset[int]:
        """A person, and the accounts of theirs; of a shared account also whoever is responsible, and their others."""
        return _closure({person}, lambda each: {self.responsible.get(each, each), *self.accounts.get(each, ())})

    def hands(self, person: int) -> frozenset[int]:
        """All by whom an account may have been used: its selves, and who created or changed one of those, and so on."""
        return _closure({person}, lambda each: {*self.selves(each), *self.changed_by.get(each, ())})

    def stood_in_for(self, person: int) -> frozenset[int]:
        """For whom somebody stands in, by any account in their hands, and the accounts of those."""
        of = set[int]().union(*(self.principals.get(each, ()) for each in self.hands(person)))
        return frozenset(set[int]().union(*(self.selves(each) for each in of)))

    def between(self, actor: int, other: int) -> Why | None:
        """Why somebody is not independent of what another did; None where they are."""
        if actor == other:
            return Why.SELF
        if self.selves(actor) & self.selves(other):
            return Why.SHARED
        if self.hands(actor) & self.hands(other):
            return Why.CHANGED
        if self.hands(actor) & self.stood_in_for(other):
            return Why.DELEGATE
        return Why.PRINCIPAL if self.stood_in_for(actor) & self.hands(other) else None

    def interest(self, actor: int) -> dict[int, Why]:
        """Whose licenses are somebody's own, and why."""
        found = dict.fromkeys(self.stood_in_for(actor), Why.PRINCIPAL)
        found |= dict.fromkeys(self.hands(actor), Why.CHANGED)
        found |= dict.fromkeys(self.selves(actor), Why.SHARED)
        return found | {actor: Why.SELF}


def controlled(accounts: Collection[int], since: datetime.datetime) -> set[tuple[int, int]]:
    """(account, who) of what somebody else did to accounts since a time that lets them act by these."""
    about = Entry.objects.filter(subject_type=User._meta.label_lower, subject_id__in=[str(pk) for pk in accounts])
    about = about.filter(at__gte=since, verb__in=[*controlling_verbs, *CHANGING]).exclude(by=None)
    return {
        (int(subject), by)
        for subject, by, verb, after in about.values_list("subject_id", "by", "verb", "after")
        if int(subject) != by and (verb in controlling_verbs or CONTROLLING_FIELDS & after.keys())
    }


def selves_of(*people: int) -> frozenset[int]:
    """Some people and the accounts of theirs: see Ties.selves. Two queries at most, for most people one."""
    return frozenset(set[int]().union(*selves_of_each(people).values()))


def selves_of_each(people: Collection[int]) -> dict[int, frozenset[int]]:
    """The same of each, in as many queries."""
    found, known, new = Ties(), set[int](), {*people}
    while new:
        known |= new
        new = found._learn_accounts(new) - known
    return {each: found.selves(each) for each in people}


def owners_of(people: Collection[int]) -> dict[int, frozenset[int]]:
    """By whom what is some people's is their own: the other way round than `selves`. A few queries."""
    above, shared = dict[int, int](), defaultdict[int, set[int]](set)
    known, new = set[int](), {*people}
    while new:
        known |= new
        reached = Q(pk__in=new) | Q(responsible__in=new, kind__in=NOBODYS)
        rows = User.objects.exclude(responsible=None).filter(reached).values_list("pk", "kind", "responsible")
        for pk, kind, responsible in rows:
            above[pk] = responsible
            if kind in NOBODYS:
                shared[responsible].add(pk)
        new = {*above, *above.values()} - known
    return {
        person: _closure({person}, lambda each: {above.get(each, each), *shared.get(each, ())}) for person in people
    }


def _closure(begin: set[int], step: Callable[[int], Iterable[int]]) -> frozenset[int]:
    """All that is reached from some, step by step."""
    found, new = set[int](), begin
    while new:
        found |= new
        new = {other for each in new for other in step(each)} - found
    return frozenset(found)


def interests_of(person: User) -> dict[int, Why]:
    """Whose licenses are somebody's own today, and why: theirs, their accounts', and of those they stand in for."""
    return interests_of_each([person.pk])[person.pk]


def interests_of_each(people: Collection[int]) -> dict[int, dict[int, Why]]:
    """The same of some people, in as many queries."""
    ties = Ties.among(people)
    return {each: ties.interest(each) for each in people}


def acting(by: User) -> User:
    """Whoever acts, as they are now, and unchanged until the end of the transaction. Raises Refused for who may not."""
    now: User = User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    if not now.is_active:
        raise Refused(_("Your account is no longer active, so nothing was changed."))
    return now


def administrators() -> list[User]:
    """Those who can do what administrators do."""
    found = User.objects.active().of_kind(*CAN_SIGN_IN).with_role(Role.ADMINISTRATOR)
    return list(found.order_by("name", "pk"))


def instead(people: Iterable[User], otherwise: str) -> str:
    """Who could do it, in a sentence; where nobody can, what is to be done then."""
    names = [str(user) for user in people]
    if not names:
        return otherwise
    shown = _(", ").join(names[:NAMED])
    if len(names) > NAMED:
        return _("%(names)s and others can.") % {"names": shown}
    return ngettext("%(names)s can.", "%(names)s can.", len(names)) % {"names": shown}
