"""The lists on the pages of licenses by file, each in pages and as files: differences, errors, what an export shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise.directory.import_preview import error_in_words
from seatwise.licenses.export_comparison import Comparison
from seatwise.licenses.file_forms import DifferencesForm
from seatwise.licenses.file_plan import Difference, Plan
from seatwise.site.lists import Column, List


def _called(each: Difference) -> str:
    return str(each.service) if each.service else _("%(code)s (not managed here)") % {"code": each.code}


DIFFERENCES: List[Any] = List(
    nothing=gettext_lazy("No difference fits this."),
    template="licenses/file_preview.html",
    columns=[
        Column(gettext_lazy("Line"), lambda each: each.line, "n"),
        Column(gettext_lazy("User"), lambda each: str(each.user)),
        Column(gettext_lazy("Login name"), lambda each: each.user.login),
        Column(gettext_lazy("Service"), _called),
        Column(gettext_lazy("Difference"), lambda each: _("added") if each.added else _("removed")),
    ],
)
ERRORS: Sequence[Column[Any]] = [
    Column(gettext_lazy("Line"), lambda each: each.line, "n"),
    Column(gettext_lazy("Error"), error_in_words),
]


@dataclass(frozen=True)
class SeenLogin:
    """What an export shows of somebody and a service."""

    service: str
    login: str
    text: str


SEEN: List[Any] = List(
    nothing=gettext_lazy("The service and Seatwise agree."),
    template="licenses/file_comparison.html",
    columns=[
        Column(gettext_lazy("Service"), lambda each: each.service, "service"),
        Column(gettext_lazy("Login name"), lambda each: each.login),
        Column(gettext_lazy("What the export shows"), lambda each: each.text),
    ],
)


def search_of(data: Any, plan: Plan) -> DifferencesForm:
    """What the differences of a file are narrowed by."""
    codes = {each.code: _called(each) for each in sorted(plan.differences, key=lambda each: each.code)}
    return DifferencesForm(data, codes)


def seen_of(comparison: Comparison) -> Iterator[SeenLogin]:
    """What an export shows of each service that is not simply as it is here."""
    for one in comparison.seen:
        for logins, text in (
            (one.only_there, _("has it there, and no license here")),
            (one.only_here, _("holds a license here, and does not have it there")),
            (one.waiting, _("pending: was not carried out there")),
            (one.added, _("added there: to be confirmed")),
            (one.removed, _("removed there: to be confirmed")),
        ):
            yield from (SeenLogin(str(one.service), login, text) for login in sorted(logins))
