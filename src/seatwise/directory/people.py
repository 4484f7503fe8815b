"""Adding and changing people, one or a hundred thousand, each with history, audit entry and what later apps do.

A state of a person is a dict of FIELDS: choices as their values, `manager` and `responsible` as login names or "",
`expected_days` and `left_on` as text or "", `departments` as a list of codes, the primary one first.
"""

import datetime
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from seatwise import audit, configuration
from seatwise.directory import changes, rows
from seatwise.directory.changes import PersonChange, Refused
from seatwise.directory.models import CAN_SIGN_IN, Department, Login, Role, Service, Status, User
from seatwise.lib import people_cells
from seatwise.lib.batches import batches
from seatwise.lib.logins import fold, visible
from seatwise.site.words import notice_text

PLAIN = ("login", "name", "email", "employee_number", "status", "kind", "employment", "role", "language")
REFERENCES = ("manager", "responsible")
FIELDS = (*PLAIN, *REFERENCES, "expected_days", "left_on", "departments")
BATCH = 2000
Progress = Callable[[str, int, int], None]  # what is done now, how many of how many


def silent(what: str, done: int, of: int) -> None:
    """A progress nobody looks at."""


def state_of(user: User, departments: Iterable[str], fields: Collection[str] = FIELDS) -> dict[str, Any]:
    """A person as they are, by some fields. Reads nothing if manager and responsible were selected along."""
    state: dict[str, Any] = {key: str(getattr(user, key)) for key in PLAIN if key in fields}
    for key in REFERENCES:
        if key in fields:
            other = getattr(user, key)
            state[key] = other.login if other else ""
    if "expected_days" in fields:
        state["expected_days"] = days_text(user.expected_days)
    if "left_on" in fields:
        state["left_on"] = day_text(user.left_on)
    if "departments" in fields:
        state["departments"] = ordered(departments)
    return state


def ordered(codes: Iterable[str]) -> list[str]:
    """Codes of departments each once, the primary one first: the order of the others means nothing."""
    first, *others = [*codes] or [""]
    return [first, *sorted({*others} - {first})] if first else []


def days_text(days: Decimal | None) -> str:
    """`3`, `2.5` or nothing."""
    return f"{days.normalize():f}" if days is not None else ""


def day_text(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""


def difference(user: User, was: Mapping[str, Any], wanted: Mapping[str, Any]) -> PersonChange | None:
    """What a person's state would change to, or None."""
    before = {key: was[key] for key, value in wanted.items() if was[key] != value}
    return PersonChange(user, before, {key: wanted[key] for key in before}) if before else None


def add(fields: Mapping[str, Any], *, by: User | None, on: datetime.date) -> User:
    """Add one person by FIELDS, of which only `login` is needed. Raises Refused."""
    user = User(language=configuration.LANGUAGE.value())
    apply([PersonChange(user, {}, _stated(fields), new=True)], by=by, on=on)
    return user


@transaction.atomic
def change(user: User, fields: Mapping[str, Any], *, by: User | None, on: datetime.date) -> bool:
    """Change some FIELDS of one person, objects or plain values; False where nothing changed. Raises Refused."""
    now = User.objects.select_for_update(of=("self",), no_key=True).select_related(*REFERENCES).get(pk=user.pk)
    was = state_of(now, [department.code for department in now.departments_on()])
    found = difference(user, was, _stated(fields))
    if found is None:
        return False
    apply([found], by=by, on=on)
    return True


def deactivate(user: User, *, by: User | None, on: datetime.date) -> bool:
    """Nothing may be used any more. Licenses stay theirs, and take no seat."""
    return change(user, {"status": Status.INACTIVE}, by=by, on=on)


def activate(user: User, *, by: User | None, on: datetime.date) -> bool:
    """May be used again, if there are seats for their licenses; else Refused."""
    return change(user, {"status": Status.ACTIVE}, by=by, on=on)


def deactivate_who_left(day: datetime.date) -> str | None:
    """Deactivate people whose last day has passed, but who were activated again since."""
    since = Q(activated_on=None) | Q(activated_on__lte=F("left_on"))
    gone = User.objects.active().filter(since, left_on__lt=day).order_by("pk")
    done, left = 0, []
    for user in gone:
        try:
            done += deactivate(user, by=None, on=day)
        except Refused as refusal:
            left.append(f"{user.login}: {refusal}")
    said = [f"deactivated, since their last day has passed: {done}"] if done else []
    return "; ".join([*said, *left]) or None


def keep_language(user: User, language: str, on: datetime.date) -> None:
    """Speak another language to somebody who asks for it."""
    change(user, {"language": language}, by=user, on=on)


def rights_of(person: User) -> list[Any]:
    """What decides what somebody may see, as JSON has it: their role, and the departments and services that are open to
    them by it where it is not all of them.
    """
    if person.sees_all:
        return [person.role]
    every = (Department.objects, Service.objects)
    return [person.role, *(sorted(each.visible_to(person).values_list("pk", flat=True)) for each in every)]


def _stated(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of objects or of plain values as the values of a state."""
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"a person has no {', '.join(sorted(unknown))}")
    state: dict[str, Any] = {}
    for key, value in fields.items():
        if key in REFERENCES:
            state[key] = value.login if isinstance(value, User) else value or ""
        elif key == "departments":
            state[key] = ordered(each.code if isinstance(each, Department) else each for each in value)
        elif key == "expected_days":
            state[key] = value if isinstance(value, str) else days_text(value)
        elif key == "left_on":
            state[key] = value if isinstance(value, str) else day_text(value)
        else:
            state[key] = str(value)
    return state


@transaction.atomic
def apply(planned: Sequence[PersonChange], *, by: User | None, on: datetime.date, progress: Progress = silent) -> None:
    """Write all changes, their history and their audit entries, or none. Raises Refused.

    The users of changes that are not new must have been read, locked, in this transaction.
    """
    new = [change for change in planned if change.new]
    for change in planned:
        _set_plain(change)
        if not change.new and change.after.get("status") == Status.ACTIVE:
            change.user.activated_on = on
    for some in batches(new):
        _refuse_taken_logins(some)
    rows.number([change.user for change in new])
    _set_references(planned)
    for start in range(0, len(new), BATCH):
        progress("add", start, len(new))
        rows.insert(User, [change.user for change in new[start : start + BATCH]])
    rows.update(User, [(change.user, _columns(change)) for change in planned if not change.new])
    claims = [change for change in planned if change.new or {"login", "kind"} & change.after.keys()]
    told = [each for some in batches(claims, BATCH) for each in _claim_logins(some)]
    for tell in changes.logins_changed if told else ():
        tell(told)  # not of names that nobody has seen before: there is nothing to be known of them
    moves = [change for change in planned if "departments" in change.after]
    codes = dict(Department.objects.values_list("code", "pk"))
    for start in range(0, len(moves), BATCH):
        rows.move(
            [(c.user, [codes[code] for code in c.after["departments"]]) for c in moves[start : start + BATCH]], on
        )
        progress("departments", start, len(moves))
    _refuse_to_lock_out_all_administrators(planned)
    for function in changes.people_changed:
        function(planned, on)
    progress("audit", 0, len(planned))
    audit.record_many(
        audit.entry(by, verb_of(change), change.user, before=change.before, after=change.after) for change in planned
    )


def _refuse_to_lock_out_all_administrators(planned: Sequence[PersonChange]) -> None:
    if not any(not change.new and _was_administrator(change) for change in planned):
        return
    if not User.objects.active().of_kind(*CAN_SIGN_IN).with_role(Role.ADMINISTRATOR).exists():
        raise Refused(_("No one who can sign in would be an administrator any more. Nothing was changed."))


def _was_administrator(change: PersonChange) -> bool:
    touched = {"role", "status", "kind"} & change.before.keys()
    return bool(touched) and change.before.get("role", change.user.role) == Role.ADMINISTRATOR


def verb_of(change: PersonChange) -> str:
    """What the audit log calls a change."""
    if change.new:
        return "user.add"
    if "status" in change.after:
        return "user.deactivate" if change.after["status"] == Status.INACTIVE else "user.activate"
    return "user.role" if set(change.after) == {"role"} else "user.change"


def _set_plain(change: PersonChange) -> None:
    user = change.user
    if "login" in change.after:
        _refuse_login_that_passes_for_another(change.after["login"])
    for key in PLAIN:
        if key in change.after:
            setattr(user, key, change.after[key])
    if "expected_days" in change.after:
        days = change.after["expected_days"]
        user.expected_days = Decimal(days) if days else None
    if "left_on" in change.after:
        left_on = change.after["left_on"]
        user.left_on = datetime.date.fromisoformat(left_on) if left_on else None
    user.folded = fold(user.login)
    user.remember_search_text()
    if change.new:
        user.password = UNUSABLE_PASSWORD_PREFIX + secrets.token_hex(20)


def _refuse_login_that_passes_for_another(login: str) -> None:
    """Forms and files say it better, and before; this is for whatever else adds people."""
    try:
        people_cells.read_login(login)
    except people_cells.Unexpected as problem:
        said = {"login": visible(login), "expected": notice_text(problem.notice)}
        raise Refused(_("“%(login)s” cannot be a login name. Expected: %(expected)s.") % said) from None


def _refuse_taken_logins(new: Sequence[PersonChange]) -> None:
    taken = User.objects.filter(folded__in=[change.user.folded for change in new]).first()
    if taken:
        raise Refused(
            _("The login name “%(login)s” is already used by %(name)s.") % {"login": taken.login, "name": taken}
        )


def _set_references(planned: Sequence[PersonChange]) -> None:
    wanted = {change.after[key] for change in planned for key in REFERENCES if change.after.get(key)}
    found = {change.user.folded: change.user.pk for change in planned if change.new}
    for some in batches(sorted({fold(login) for login in wanted} - found.keys())):
        found.update(User.objects.filter(folded__in=some).values_list("folded", "pk"))
    for change in planned:
        for key in REFERENCES:
            if key not in change.after:
                continue
            login = change.after[key]
            if login and fold(login) not in found:
                raise Refused(_("There is no user with the login name “%(login)s”.") % {"login": login})
            setattr(change.user, f"{key}_id", found[fold(login)] if login else None)


def _columns(change: PersonChange) -> list[str]:
    columns = [key for key in (*PLAIN, "expected_days", "left_on") if key in change.after]
    if {"login", "name", "email", "employee_number"} & change.after.keys():
        columns.append("search_text")
    if "login" in change.after:
        columns.append("folded")
    if change.after.get("status") == Status.ACTIVE:
        columns.append("activated_on")
    return columns + [f"{key}_id" for key in REFERENCES if key in change.after]


def _claim_logins(claims: Sequence[PersonChange]) -> list[changes.LoginChange]:
    """Make the login names by which people are known theirs, and all of theirs of the right kind; what changed."""
    by_folded = {change.user.folded: change.user for change in claims}
    by_user = {change.user.pk: change.user for change in claims if not change.new}
    found = list(Login.objects.select_related("user").filter(Q(folded__in=by_folded) | Q(user__in=by_user)))
    told: list[changes.LoginChange] = []
    for login in found:
        user = by_folded.pop(login.folded, None) or by_user[login.user_id]  # type: ignore[index]
        if login.user_id not in (None, user.pk):
            raise Refused(
                _("The login name “%(login)s” already belongs to %(name)s.")
                % {"login": login.written, "name": login.user}
            )
        told += rows.claimed(login, user)
    unseen = [(folded, user.login, user.pk, str(user.kind_of_logins())) for folded, user in by_folded.items()]
    rows.insert_values(Login, ["folded", "written", "user_id", "kind"], unseen)
    rows.update(Login, [(change.login, ["user_id", "kind"]) for change in told])
    return told
