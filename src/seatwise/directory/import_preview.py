"""What an import would do, in words: the same for the page and the command."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.changes import PersonChange
from seatwise.directory.department_plan import Node
from seatwise.directory.models import Role, User
from seatwise.directory.people_file_import import Plan
from seatwise.lib.people_file import RowError
from seatwise.site.words import notice_text

NEW = ("name", "email", "departments", "kind", "status")  # what is shown of somebody new
_OTHERS = {
    "departments": gettext_lazy("departments"),
    "administers": gettext_lazy("administers departments"),
    "services": gettext_lazy("services"),
    "on_leave_until": gettext_lazy("on leave until"),
    "other_logins": gettext_lazy("other login names"),
    "heading": gettext_lazy("heading"),
    "row": gettext_lazy("row"),
}
_CHOICES = ("status", "kind", "employment", "role", "language")


def field_label(key: str) -> str:
    return str(_OTHERS[key]) if key in _OTHERS else str(_verbose(key))


def _verbose(key: str) -> Any:
    try:
        return User._meta.get_field(key).verbose_name  # type: ignore[union-attr]
    except LookupError:
        return key


def value_label(key: str, value: Any) -> str:
    """What a value of a state (see people) is called."""
    if key == "departments":
        return "; ".join(value)
    if key in _CHOICES:
        return str(dict(User._meta.get_field(key).flatchoices).get(value, value))  # type: ignore[union-attr]
    return str(value)


def role_label(role: str) -> str:
    return str(Role(role).label)


@dataclass
class Section:
    """One kind of change: how many, and each in words."""

    key: str
    title: str
    entries: Sequence[Any]
    words: Any

    @property
    def count(self) -> int:
        return len(self.entries)

    def lines(self, most: int = 50) -> Iterator[str]:
        """The first of them in words."""
        return (self.words(entry) for entry in islice(self.entries, most))

    def first(self) -> Iterator[str]:
        return self.lines()

    @property
    def more(self) -> int:
        """How many a page does not show."""
        return max(self.count - 50, 0)


def sections(plan: Plan) -> list[Section]:
    """What is in a plan, without what is empty. Roles and licenses last: they are confirmed apart."""
    found = [
        Section("errors", _("Errors"), plan.errors, error_in_words),
        Section("departments_added", _("Departments to add"), plan.tree.added, lambda node: node.path),
        Section("departments_changed", _("Departments to rename or move"), plan.tree.changed, _renamed),
        Section("added", _("Users to add"), plan.added, _added),
        Section("changed", _("Users to change"), plan.changed, _changed),
        Section("deactivated", _("Users to deactivate: not in the file"), plan.deactivated, _who),
        Section("logins", _("Further login names"), plan.logins, lambda pair: f"{pair[0]}: {pair[1]}"),
        Section("others", _("Further changes"), plan.does, lambda pair: pair[0].describe(pair[1])),
        Section("roles", _("Roles to assign"), list(plan.roles.items()), _role),
        Section("administers", _("Departments to administer"), list(plan.administers.items()), _administers),
        Section("licenses", _("Licenses to add"), plan.gives, lambda given: f"{given[0]}: {given[1]}"),
    ]
    return [section for section in found if section.count]


def error_in_words(error: RowError) -> str:
    """Where, what and what is expected."""
    return _("line %(line)s: %(field)s “%(value)s” cannot be used (expected %(expected)s)") % {
        "line": error.line,
        "field": field_label(error.field),
        "value": error.shown,
        "expected": notice_text(error.expected),
    }


def _who(change: PersonChange) -> str:
    return f"{change.user.login} ({change.user.name})" if change.user.name else change.user.login


def _added(change: PersonChange) -> str:
    after = change.after
    shown = (value_label(key, after[key]) for key in NEW if after.get(key))
    return f"{after['login']}: {_joined(shown)}" if any(after.get(key) for key in NEW) else str(after["login"])


def _changed(change: PersonChange) -> str:
    fields = (
        f"{field_label(key)} {value_label(key, change.before[key]) or '–'} → {value_label(key, value) or '–'}"
        for key, value in change.after.items()
    )
    return f"{_who(change)}: {_joined(fields)}"


def _joined(parts: Iterable[str]) -> str:
    return _(", ").join(parts)


def _renamed(node: Node) -> str:
    return f"{node.code}: {node.row.full_name if node.row else ''} → {node.path}"


def _role(entry: tuple[str, tuple[str, str]]) -> str:
    login, (before, after) = entry
    return f"{login}: {role_label(before)} → {role_label(after)}"


def _administers(entry: tuple[str, tuple[list[str], list[str]]]) -> str:
    login, (before, after) = entry
    return f"{login}: {'; '.join(before) or '–'} → {'; '.join(after) or '–'}"


def result_in_words(counts: dict[str, int]) -> list[tuple[str, int]]:
    """What was done: (what, how many), without what was not."""
    titles = {
        "departments_added": _("Departments added"),
        "departments_changed": _("Departments renamed or moved"),
        "added": _("Users added"),
        "changed": _("Users changed"),
        "deactivated": _("Users deactivated"),
        "logins": _("Further login names"),
        "others": _("Further changes made"),
        "roles": _("Roles assigned"),
        "administers": _("Users who administer other departments now"),
        "licenses": _("Licenses added"),
    }
    return [(title, counts[key]) for key, title in titles.items() if counts.get(key)]
