"""What is to be weighed before licenses are added or removed: warnings, each to be confirmed, and refusals: who cannot
be given a license, and whose cannot be removed.

Whom a concern is about is known by ids. Each function asks a fixed number of queries for each 2,000 people.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext

from seatwise.directory.models import Department, Kind, Membership, Service, Status, User
from seatwise.ledger.covered_days import counted_until
from seatwise.ledger.models import Usage
from seatwise.lib.batches import among, batches
from seatwise.licenses import exclusions, hooks, own_licenses
from seatwise.licenses.exclusions import Why
from seatwise.licenses.models import License, Suspension

LATELY = 7  # days
NAMED = 5  # departments that are named one by one


@dataclass(frozen=True)
class Concern:
    """Something to be known before. `text` is a whole translated sentence; `users` are the ids of those it is about."""

    key: str
    text: str
    users: Sequence[int] = field(default_factory=tuple)


def removal_warnings(service: Service, licenses: Mapping[int, License], on: datetime.date) -> list[Concern]:
    """What to confirm before licenses, by their holders' ids, are removed."""
    ids = sorted(licenses)
    found = [*_used_lately(service, ids), *_not_to_be_judged(service, ids, on), *_last_holders(service, ids)]
    by_login = {each.user.login: pk for pk, each in licenses.items()}
    for function in hooks.removal_warnings if licenses else ():
        for each in function(service, list(licenses.values()), on):
            users = [by_login[login] for login in each.logins if login in by_login]
            found = [other for other in found if other.key != each.key]
            found.append(Concern(each.key, each.text, sorted(users)))
    return found


def addition_warnings(service: Service, people: Mapping[int, User], on: datetime.date) -> Iterator[Concern]:
    """What to confirm before people get licenses."""
    asleep: list[int] = []
    for some in batches(sorted(people)):
        asleep += Suspension.objects.asleep().of(service).by(among(some)).values_list("user", flat=True)
    if asleep:
        text = ngettext(
            "%(count)s of these is suspended: the license is on hold until the suspension ends.",
            "%(count)s of these are suspended: the licenses are on hold until the suspensions end.",
            len(set(asleep)),
        )
        yield Concern("suspended", text % {"count": len(set(asleep))}, sorted(set(asleep)))
    inactive = [pk for pk, user in people.items() if user.status == Status.INACTIVE]
    if inactive:
        text = ngettext(
            "%(count)s of these is inactive, and takes a seat only when active again.",
            "%(count)s of these are inactive, and take seats only when active again.",
            len(inactive),
        )
        yield Concern("inactive", text % {"count": len(inactive)}, sorted(inactive))


def _used_lately(service: Service, ids: Sequence[int]) -> Iterator[Concern]:
    as_of = counted_until(service)
    if as_of is None:
        return
    found: list[int] = []
    programs: list[int] = []
    for some in batches(ids):
        rows = Usage.objects.of(service).filter(user__in=among(some))
        found += rows.used_since(as_of - LATELY + 1).values_list("user_id", flat=True)
        programs += rows.by_programs_alone().values_list("user_id", flat=True)
    if programs:
        text = ngettext(
            "%(count)s of these uses only the API: what programs do with the account may stop.",
            "%(count)s of these use only the API: what programs do with the accounts may stop.",
            len(programs),
        )
        yield Concern("api_only", text % {"count": len(programs)}, sorted(programs))
    if found:
        text = ngettext(
            "%(count)s of these used it in the last %(days)s days.",
            "%(count)s of these used it in the last %(days)s days.",
            len(found),
        )
        yield Concern("used", text % {"count": len(found), "days": LATELY}, sorted(found))


def _not_to_be_judged(service: Service, ids: Sequence[int], on: datetime.date) -> Iterator[Concern]:
    by_why: dict[Why, dict[int, datetime.date | None]] = defaultdict(dict)
    for user, reasons in exclusions.not_judged(service, ids, on).items():
        for reason in reasons:
            by_why[reason.why][user] = reason.until
    for why in Why:
        if why in by_why:
            yield Concern(str(why), _in_words(why, list(by_why[why].values())), sorted(by_why[why]))


def _in_words(why: Why, ends: Sequence[datetime.date | None]) -> str:
    count, known = len(ends), sorted(end for end in ends if end)
    text = TEXTS[why](count)
    if known and why in UNTIL:
        text = UNTIL[why](count)
    last = date_format(known[-1], "DATE_FORMAT") if known else ""
    return text % {"count": count, "day": last}


UNTIL: dict[Why, Callable[[int], str]] = {
    Why.EXEMPT: lambda n: ngettext(
        "%(count)s of these is exempt until %(day)s.", "%(count)s of these are exempt, at the latest until %(day)s.", n
    ),
    Why.SUSPENDED: lambda n: ngettext(
        "%(count)s of these is suspended until %(day)s.",
        "%(count)s of these are suspended, at the latest until %(day)s.",
        n,
    ),
}
TEXTS: dict[Why, Callable[[int], str]] = {
    Why.EXEMPT: lambda n: ngettext("%(count)s of these is exempt.", "%(count)s of these are exempt.", n),
    Why.SUSPENDED: lambda n: ngettext("%(count)s of these is suspended.", "%(count)s of these are suspended.", n),
    Why.RETURNED: lambda n: ngettext(
        "%(count)s of these recently returned from a suspension.",
        "%(count)s of these recently returned from a suspension.",
        n,
    ),
    Why.YOUNG: lambda n: ngettext(
        "%(count)s of these got the license only recently.",
        "%(count)s of these got the license only recently.",
        n,
    ),
    Why.SYSTEM: lambda n: ngettext(
        "%(count)s of these is a system account: what programs do with it may stop.",
        "%(count)s of these are system accounts: what programs do with them may stop.",
        n,
    ),
    Why.KEPT: lambda n: ngettext(
        "%(count)s of these was recently kept with a reason.", "%(count)s of these were recently kept with a reason.", n
    ),
    Why.ASKED: lambda n: ngettext(
        "%(count)s of these is being asked whether the license is still needed.",
        "%(count)s of these are being asked whether the license is still needed.",
        n,
    ),
    Why.IN_REVIEW: lambda n: ngettext(
        "%(count)s of these is in an open review.", "%(count)s of these are in an open review.", n
    ),
    Why.UNKNOWN: lambda n: ngettext(
        "%(count)s of these may have used it on days without records.",
        "%(count)s of these may have used it on days without records.",
        n,
    ),
}


def _last_holders(service: Service, ids: Sequence[int]) -> Iterator[Concern]:
    """Departments in which nobody would hold a license any more."""
    leaving: dict[int, list[int]] = defaultdict(list)
    for some in batches(ids):
        active = User.objects.take_seats().filter(pk__in=among(some))
        for user, department in _memberships(active):
            leaving[department].append(user)
    if not leaving:
        return
    holders = License.objects.held().of(service).by_people_who_take_seats()
    grouped = Membership.objects.current().filter(user__in=holders.values("user")).order_by().values("department")
    held = dict(grouped.annotate(holders=Count("pk")).values_list("department", "holders"))
    emptied = [department for department, users in leaving.items() if held.get(department, 0) <= len(users)]
    if emptied:
        users = sorted({user for department in emptied for user in leaving[department]})
        yield Concern("last", _emptied_in_words(emptied, len(users)), users)


def _memberships(people: "Iterable[User]") -> "Iterable[tuple[int, int]]":
    rows = Membership.objects.current().filter(user__in=people)
    return rows.values_list("user", "department")


def _emptied_in_words(departments: Sequence[int], users: int) -> str:
    named = Department.objects.filter(pk__in=departments[:NAMED]).in_tree_order()
    names = _(", ").join(each.full_name for each in named)
    if len(departments) > NAMED:
        text = _("No one would hold a license any more in %(number)s departments: %(names)s and others.")
    elif users == 1:
        text = _("%(count)s of these is the only holder in %(names)s.")
    else:
        text = _("No one would hold a license any more in: %(names)s.")
    return text % {"count": users, "number": len(departments), "names": names}


def refused_additions(service: Service, people: Mapping[int, User], by: User | None) -> Iterator[Concern]:
    """Who cannot be given a license by somebody."""
    own = sorted(own_licenses.not_to_be_given(service, [(pk, by) for pk in people]))
    if own:
        text = _("Department administrators cannot give a license to themselves or to their own accounts: %(names)s.")
        names = _(", ").join(str(people[pk]) for pk in own)
        yield Concern("own", f"{text % {'names': names}} {own_licenses.instead(own)}", own)
    guests = sorted(pk for pk, user in people.items() if user.kind == Kind.GUEST)
    if guests:
        text = ngettext(
            "%(count)s of these is a guest user, and guests hold no licenses.",
            "%(count)s of these are guest users, and guests hold no licenses.",
            len(guests),
        )
        yield Concern("guests", text % {"count": len(guests)}, guests)
    holders: list[int] = []
    for some in batches(sorted(people)):
        holders += License.objects.held().of(service).by(among(some)).values_list("user", flat=True)
    if holders:
        text = ngettext(
            "%(count)s of these already holds a license.", "%(count)s of these already hold a license.", len(holders)
        )
        yield Concern("holders", text % {"count": len(holders)}, sorted(holders))


def refused_removals(
    people: Iterable[int], licenses: Mapping[int, License], on: datetime.date
) -> Iterator[Concern]:  # fmt: skip
    gone = sorted(set(people) - set(licenses))
    if gone:
        text = ngettext(
            "%(count)s of these does not hold a license (any more).",
            "%(count)s of these do not hold a license (any more).",
            len(gone),
        )
        yield Concern("gone", text % {"count": len(gone)}, gone)
    later = sorted(pk for pk, each in licenses.items() if each.added_on > on)
    if later:
        text = ngettext(
            "%(count)s of these gets the license on a later day.",
            "%(count)s of these get the license on a later day.",
            len(later),
        )
        yield Concern("later", text % {"count": len(later)}, later)
