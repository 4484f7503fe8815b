"""A people file becomes people: a plan that can be looked at, and its commit, all or nothing.

The plan and the commit are made by the same code from the same file; the commit refuses when it would do anything else
than the plan that was looked at. The same file a second time plans nothing.
"""

import datetime
import functools
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise import configuration
from seatwise.directory import changes, people, rows, unchanged_rows
from seatwise.directory.changes import ColumnPlan, PersonChange, Refused
from seatwise.directory.department_plan import Tree
from seatwise.directory.models import Department, Login, Role, Service, Status, Upload, User
from seatwise.directory.people_row import Known, wanted_state
from seatwise.directory.same_person import NOTHING_SAID, Answers, Question, resolve
from seatwise.lib import staged_rows
from seatwise.lib.logins import fold
from seatwise.lib.people_cells import DepartmentName
from seatwise.lib.people_file import PeopleFile, PersonRow, RowError, parse, without_collecting
from seatwise.lib.table_columns import chosen_of


@dataclass(frozen=True)
class Looked:
    """What somebody looked at and confirmed: a file, how it was to be read, and what it would have done."""

    file: PeopleFile
    deactivate_missing: bool
    fingerprint: str
    answers: Answers = NOTHING_SAID
    deactivations: int | None = None  # how many somebody said were right, where they are many


@dataclass
class Plan:
    """What a file would do. With errors it does nothing."""

    file: PeopleFile
    tree: Tree
    errors: list[RowError] = field(default_factory=list)
    added: list[PersonChange] = field(default_factory=list)
    changed: list[PersonChange] = field(default_factory=list)
    deactivated: list[PersonChange] = field(default_factory=list)  # missing from the file
    roles: dict[str, tuple[str, str]] = field(default_factory=dict)  # by folded login: before, after
    administers: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)  # codes of departments, so
    logins: list[tuple[str, str]] = field(default_factory=list)  # whose (folded), another login name
    columns: list[ColumnPlan] = field(default_factory=list)
    deactivate_missing: bool = False
    missing: int = 0  # active people that the file does not name
    active: int = 0  # people there are
    people: dict[str, User] = field(default_factory=dict)  # whom it concerns
    recognized: int = 0  # rows of which it is known whose they are
    answers: Answers = NOTHING_SAID
    questions: list[Question] = field(default_factory=list)  # whose rows are: to be answered
    left: list[str] = field(default_factory=list)  # after the commit: what is somebody else's to do, in words

    @property
    def powers(self) -> int:
        """How many people would have another role, or other departments to administer."""
        return len(self.roles.keys() | self.administers.keys())

    @property
    def gives(self) -> list[tuple[str, str]]:
        """(login, what it would be given) by the columns of later apps."""
        return [given for column in self.columns for given in column.gives]

    @property
    def does(self) -> list[tuple[ColumnPlan, tuple[str, str]]]:
        """What the columns of later apps do with the rest of the file."""
        return [(column, done) for column in self.columns for done in column.does]

    @property
    def changes_nothing(self) -> bool:
        return not any(self.counts().values())

    def counts(self) -> dict[str, int]:
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "deactivated": len(self.deactivated),
            "departments_added": len(self.tree.added),
            "departments_changed": len(self.tree.changed),
            "logins": len(self.logins),
            "roles": len(self.roles),
            "administers": len(self.administers),
            "others": len(self.does),
            "licenses": len(self.gives),
        }

    @property
    def deactivations(self) -> int:
        """How many active people it would deactivate."""
        return sum(change.after.get("status") == Status.INACTIVE for change in (*self.changed, *self.deactivated))

    @property
    def deactivates_many(self) -> bool:
        """Whether these are so many that their number is to be confirmed."""
        return changes.is_large(self.deactivations, self.active)

    def looked(self, deactivations: int | None = None) -> Looked:
        return Looked(self.file, self.deactivate_missing, self.fingerprint(), self.answers, deactivations)

    def fingerprint(self) -> str:
        """The same for plans that do the same."""
        found = hashlib.sha256(self.tree.fingerprint().encode())
        for change in (*self.added, *self.changed, *self.deactivated):
            found.update(repr((change.user.login, change.before, change.after)).encode())
        does = [done for _column, done in self.does]
        found.update(repr((self.roles, self.administers, self.logins, self.gives, does)).encode())
        return found.hexdigest()


@without_collecting()
def plan(
    file: PeopleFile,
    *,
    deactivate_missing: bool = False,
    lock: bool = False,
    answers: Answers = NOTHING_SAID,
    all_of_them: bool = False,
) -> Plan:
    """What the file would do now. With `lock`, within a transaction, nobody else changes the people meanwhile.

    The same with `all_of_them`, for which also those rows are looked at that the database finds unchanged.
    """
    tree = Tree(Department.objects.in_tree_order())
    found = unchanged_rows.find(file, tree, all_of_them=all_of_them)
    named = {row.folded for row in file.rows}
    known = Known.read(found.rows, named, missing=deactivate_missing, lock=lock)
    resolved = resolve(found.rows, named, known, answers)
    made = Plan(file, tree, [*file.errors, *resolved.errors], questions=resolved.questions, people=known.people)
    made.deactivate_missing, made.answers = deactivate_missing, answers
    made.recognized = len(file.rows) - len(resolved.left_out)
    wrong = tree.declare(_departments(file, resolved.left_out))
    made.errors += [RowError(1, "departments", str(name), wrong[name]) for name in file.tree if name in wrong]
    known.coming = {row.folded: row.login for row in resolved.rows}
    for row in resolved.rows:
        wanted, errors = wanted_state(row, known, tree, wrong)
        made.errors += errors
        if not errors:
            _plan_row(made, known, row, wanted)
    if not all_of_them and found.departments.are_others(wrong):
        return plan(file, deactivate_missing=deactivate_missing, lock=lock, answers=answers, all_of_them=True)
    present = named - resolved.left_out | known.coming.keys() | {each.person.folded for each in resolved.questions}
    active = {key: user for key, user in known.people.items() if user.status == Status.ACTIVE}
    made.active = User.objects.active().count()
    made.missing = made.active - found.active - len(present & active.keys()) + len(named & active.keys())
    if deactivate_missing:
        after = {"status": str(Status.INACTIVE)}
        missing = [user for key, user in active.items() if key not in present]
        made.deactivated = [PersonChange(user, {"status": user.status}, {**after}) for user in missing]
    for column in changes.import_columns:
        if column.key in file.columns:
            made.columns.append(column.plan(resolved.rows, known.people))
            made.errors += made.columns[-1].errors
    made.errors.sort(key=lambda error: error.line)
    return made


def _departments(file: PeopleFile, left_out: Collection[str]) -> Iterable[DepartmentName]:
    """Those that the file names, each once and in its order; not those of rows that are left out."""
    rows = [row for row in file.rows if row.folded not in left_out] if left_out else file.rows
    named = dict.fromkeys(names for row in rows for names in (row.departments, row.administers) if names)
    return dict.fromkeys([*file.tree, *(name for names in named for name in names)])


def _plan_row(made: Plan, known: Known, row: PersonRow, wanted: dict[str, Any]) -> None:
    key = row.folded
    user = known.people.get(key)
    role = wanted.pop("role", None)
    role_before = user.role if user else Role.MEMBER
    if role is not None and role != role_before:
        made.roles[key] = (str(role_before), role)
    administers = wanted.pop("administers", None)
    administered = known.administered.get(user.pk, []) if user else []
    if administers is not None and administers != administered:
        made.administers[key] = (administered, administers)
    made.logins += [(key, login) for login in row.other_logins or () if known.owner_of(login) is None]
    if user is None:
        user = rows.made(User, {**_defaults(), "login": row.login, "language": configuration.LANGUAGE.value()})
        made.added.append(PersonChange(user, {}, {"login": row.login, **wanted}, new=True))
        return
    change = people.difference(user, people.state_of(user, known.departments.get(user.pk, ()), wanted), wanted)
    if change:
        made.changed.append(change)


@functools.cache
def _defaults() -> dict[str, Any]:
    return {field.attname: field.get_default() for field in User._meta.concrete_fields}


def plan_of(upload: Upload) -> Plan:
    """What an upload would do now. Raises decoding.UnreadableText."""
    file, answers = file_of(upload), answers_of(upload)
    return plan(file, deactivate_missing=upload.options["deactivate_missing"], answers=answers)


def answers_of(upload: Upload) -> Answers:
    """What was answered of its rows so far."""
    return Answers.of(upload.options.get("same", ()), upload.options.get("new", ()))


def answer(upload: Upload, answers: Mapping[str, str]) -> None:
    """Keep some answers, `same` or `new` by login, with those that were given before."""
    for what in ("same", "new"):
        said = {login for login, each in answers.items() if each == what}
        before = set(upload.options.get(what, ())) - answers.keys()
        upload.options[what] = sorted(before | said)
    upload.save(update_fields=["options"])


def file_of(upload: Upload, data: bytes | None = None) -> PeopleFile:
    """What stands in an upload. Raises decoding.UnreadableText."""
    chosen = chosen_of(upload.options.get("columns", {}))
    return parse(
        bytes(upload.data) if data is None else data, name=upload.name, encoding=upload.encoding or None, chosen=chosen
    )


@transaction.atomic
def confirm(
    upload: Upload, *, by: User | None, on: datetime.date, fingerprint: str, leave_out: Sequence[str],
    deactivations: int | None = None,
) -> Sequence[str]:  # fmt: skip
    """Do what was looked at, once; what was left for somebody else to do, in words. Raises Refused."""
    file, missing = file_of(upload, upload.claim()), upload.options["deactivate_missing"]
    looked_at = Looked(file, missing, fingerprint, answers_of(upload), deactivations)
    done = commit(looked_at, by=by, on=on, leave_out=leave_out)
    upload.keep_result(**done.counts())
    return done.left


@without_collecting()
@staged_rows.with_large_cache()
@transaction.atomic
def commit(
    looked_at: Looked,
    *,
    by: User | None,
    on: datetime.date,
    leave_out: Sequence[str] = (),
    progress: people.Progress = people.silent,
) -> Plan:
    """Do what was looked at, all or nothing, without its "roles" or "licenses" where they are left out.

    With roles go the departments that somebody administers.
    Raises Refused when the plan has errors, when it would now do something else, and when somebody's rule is broken.
    """
    progress("read", 0, len(looked_at.file.rows))
    missing, answers = looked_at.deactivate_missing, looked_at.answers
    made = plan(looked_at.file, deactivate_missing=missing, lock=True, answers=answers)
    if made.errors:
        raise Refused(_("The file has errors. Nothing was imported."))
    if made.questions:
        raise Refused(_("Some rows could not be matched to a person. Nothing was imported."))
    if made.fingerprint() != looked_at.fingerprint:
        raise Refused(_("The directory changed after this preview. Nothing was imported; check the new preview."))
    if made.deactivates_many and looked_at.deactivations != made.deactivations:
        raise Refused(changes.refusal_to_deactivate(made.deactivations))
    if "roles" in leave_out:
        made.roles, made.administers = {}, {}
    if "licenses" in leave_out:
        made.columns = [column for column in made.columns if not column.gives]
    Service.objects.all().lock()  # before the end of the audit log: see changes
    made.tree.write(by=by)
    people.apply(_with_roles(made), by=by, on=on, progress=progress)
    everybody = {**made.people, **{change.user.folded: change.user for change in made.added}}
    Login.objects.give_each([(login, everybody[key]) for key, login in made.logins], by=by)
    for key, (_before, codes) in made.administers.items():
        everybody[key].administer(Department.objects.filter(code__in=codes), by=by)
    for column in made.columns:
        progress("licenses", 0, len(column.gives))
        made.left += column.apply(everybody, by=by, on=on)
    return made


def _with_roles(made: Plan) -> list[PersonChange]:
    """All changes, one for each person, with the roles in them."""
    planned = [*made.added, *made.changed, *made.deactivated]
    by_login = {fold(change.user.login): change for change in planned}
    for key, (before, after) in made.roles.items():
        change = by_login.get(key)
        if change is None:
            change = PersonChange(made.people[key])
            planned.append(change)
        if not change.new:
            change.before["role"] = before
        change.after["role"] = after
    return planned
