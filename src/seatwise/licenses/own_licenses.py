"""What is somebody's own: whoever administers departments gives no license to themselves, and nobody ticks off that
their own was changed in the service, exempts or suspends themselves; unless the policy of the service allows it, and
then it is marked.
"""

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from seatwise.directory import independence
from seatwise.directory.changes import Refused
from seatwise.directory.independence import Why
from seatwise.directory.models import Role, Service, User
from seatwise.licenses.models.policies import Policy

MARK = "not independent"  # in the audit log


class OwnLicense(Refused):
    """A step that is about the actor's own, and somebody else's to do."""


def not_to_be_given(service: Service, given: Iterable[tuple[int, User | None]]) -> frozenset[int]:
    """To whom of some a license may not be given by whom it would be, since they or their accounts would get it."""
    limited = [(user, by.pk) for user, by in given if by is not None and by.role == Role.DEPARTMENT_ADMINISTRATOR]
    selves = independence.selves_of_each({by for _user, by in limited})
    own = frozenset(user for user, by in limited if user in selves[by])
    return frozenset() if own and Policy.of(service).same_person else own


def refuse_giving(service: Service, given: Collection[tuple[User, User | None]]) -> None:
    """Raise Refused where somebody would give a license to themselves, or to an account of theirs: to whom, by whom."""
    own = not_to_be_given(service, [(user.pk, by) for user, by in given])
    names = [str(user) for user, _by in given if user.pk in own]
    if names:
        text = _("Department administrators cannot give a license to themselves or to their own accounts: %(names)s.")
        raise Refused(f"{text % {'names': _(', ').join(names)}} {instead(own)}")


def instead(own: Collection[int]) -> str:
    """Which administrators could do it, in a sentence: those who are not among some, nor have those for their own."""
    people = independence.administrators()
    ties = independence.Ties.among([user.pk for user in people])
    able = [user for user in people if not ties.interest(user.pk).keys() & {*own}]
    return independence.instead(
        able, _("No one else can at the moment. The service’s policy can allow it; it is then marked.")
    )


def marks_of(steps: Collection[tuple[User, User | None]]) -> list[dict[str, str]]:
    """How steps about people (about whom, by whom) are about the actors' own, as the audit log keeps it; empty where
    they are not."""
    interests = independence.interests_of_each({by.pk for _user, by in steps if by is not None})
    whys = [interests[by.pk].get(user.pk) if by is not None else None for user, by in steps]
    return [{} if why is None else {MARK: str(why)} for why in whys]


def refused_for_oneself(service: Service, users: Collection[User], by: User) -> set[int]:
    """Of some people those with whose licenses somebody may do nothing, since they or their accounts are theirs."""
    marks = marks_of([(user, by) for user in users])
    found = {user.pk for user, mark in zip(users, marks, strict=True) if mark}
    return set() if found and _is_allowed(service) else found


def refuse_for_oneself(service: Service | None, user: User, by: User | None) -> dict[str, str]:
    """The same of one step as of each."""
    return refuse_for_oneself_each(service, [(user, by)])[0]


def refuse_for_oneself_each(
    service: Service | None, steps: Collection[tuple[User, User | None]]
) -> list[dict[str, str]]:
    """Raise OwnLicense where a step about somebody's license is about somebody's own; where that is allowed, its mark.

    What is about all services (None) is allowed where the policy of each allows it. What a review carries out or undoes
    is only marked (marks_of): the review has asked whether it may (seatwise.reviews.conflicts).
    """
    marks = marks_of(steps)
    own = next((user for (user, _by), mark in zip(steps, marks, strict=True) if mark), None)
    if own is not None and not _is_allowed(service):
        why = next(mark[MARK] for mark in marks if mark)
        raise OwnLicense(f"{_about(Why(why)) % {'name': own}} {instead([own.pk])}")
    return marks


def _is_allowed(service: Service | None) -> bool:
    if service is not None:
        return bool(Policy.of(service).same_person)
    return not Service.objects.exclude(policy__same_person=True).exists()


def _about(why: Why) -> str:
    if why == Why.SELF:
        return _("This is for yourself, so someone else has to do it.")
    return _("This is for %(name)s: one of your own accounts, or someone you act for. Someone else has to do it.")
