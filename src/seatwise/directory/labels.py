"""What fields and values of people are called."""

from typing import Any

from django.utils.translation import gettext_lazy

from seatwise.directory import department_plan, people_row
from seatwise.directory.models import User
from seatwise.directory.models.people import Role

_OTHERS = {
    "departments": gettext_lazy("departments"),
    "services": gettext_lazy("services"),
    "on_leave_until": gettext_lazy("on leave until"),
    "other_logins": gettext_lazy("other login names"),
    "heading": gettext_lazy("heading"),
    "row": gettext_lazy("row"),
}
_CHOICES = ("status", "kind", "employment", "role", "language")
# What decoding says of a file that is no text.
UNREADABLE = (
    gettext_lazy("this is an Excel workbook or a ZIP archive, not a text file: save it as CSV, or unpack it first"),
    gettext_lazy("this is a gzip archive, not a text file: unpack it first"),
    gettext_lazy("this is %(encoding)s (“Unicode text” of Excel): save it as “CSV UTF-8”, or name its encoding"),
    gettext_lazy("this is not a text file: it holds NUL bytes (save it as CSV, or name its encoding)"),
    gettext_lazy(
        "line %(line)s is neither UTF-8 nor Shift_JIS: name the encoding of the file (for example latin-1 or euc-jp)"
    ),
    gettext_lazy(
        "“%(encoding)s” is not the name of an encoding (expected one such as utf-8, shift_jis, euc-jp, latin-1)"
    ),
    gettext_lazy("line %(line)s is not %(encoding)s: name another encoding"),
    gettext_lazy("the file is not %(encoding)s: name another encoding"),
    gettext_lazy("as %(encoding)s the file has NUL or half characters: name another encoding"),
)
# What the readers of people files expect, which `lib` cannot translate itself.
EXPECTED = (
    gettext_lazy("a login name"),
    gettext_lazy("a login name without invisible characters"),
    gettext_lazy("a login name without blanks at its ends, or two in a row"),
    gettext_lazy("a login name in one alphabet: Latin and Cyrillic or Greek letters look alike"),
    gettext_lazy("a login name that no other row has; line %(other_line)s has it too"),
    gettext_lazy("at most 255 characters"),
    gettext_lazy("an e-mail address"),
    gettext_lazy("active or inactive"),
    gettext_lazy("user, guest, shared or system"),
    gettext_lazy("administrator, auditor, department administrator or member"),
    gettext_lazy("en or ja"),
    gettext_lazy("full time, part time N days, or other"),
    gettext_lazy("a number of days a week from 0.1 to 7"),
    gettext_lazy("departments such as Sales/Tokyo; Design, or their codes"),
    gettext_lazy("a first row of headings, one of them login"),
    gettext_lazy("each column once"),
    gettext_lazy("as many fields as there are headings"),
    gettext_lazy("quotation marks in pairs, written twice inside a field"),
    gettext_lazy("the codes of services that were added before, separated by semicolons"),
    gettext_lazy("no service for a guest user"),
    gettext_lazy("a day such as 2027-04-01, or nothing"),
    department_plan.AMBIGUOUS,
    department_plan.TWO_PLACES,
    department_plan.TOO_LONG,
    department_plan.INSIDE_ITSELF,
    people_row.SOMEBODY,
    people_row.NOT_TAKEN,
    people_row.NOT_ONESELF,
)


def field_label(key: str) -> str:
    """What a field is called."""
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
    """What a role is called."""
    return str(Role(role).label)
