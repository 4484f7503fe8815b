"""The kinds of files that are kept, looked at and confirmed, each as its page does it: people, licenses, reports."""

import datetime
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise.configuration import today
from seatwise.directory import changes, people_file_import
from seatwise.directory.changes import Refused
from seatwise.directory.forms import PeopleFileForm
from seatwise.directory.import_preview import error_in_words, sections
from seatwise.directory.models import Service, Upload, User
from seatwise.directory.uploads import UploadForm
from seatwise.ledger import report_drafts
from seatwise.ledger.forms.files import SnapshotForm
from seatwise.ledger.snapshots import confirm as confirm_report
from seatwise.ledger.words import notice_text
from seatwise.licenses import file_export, file_plan
from seatwise.licenses.change_saving import Said
from seatwise.licenses.file_forms import LicensesFileForm

MOST = 100  # of errors, remarks, questions and lines of one kind that are told
CHANGED_SINCE = gettext_lazy("The file would now do something different than in the preview. Check it again.")


@dataclass(frozen=True)
class Question:
    """A row of which it has to be said whose it is. `key` names it in an answer."""

    key: str
    text: str
    answers: Sequence[str]


@dataclass(frozen=True)
class Change:
    """One kind of change: how many, and the first in words."""

    what: str
    count: int
    first: Sequence[str] = ()


@dataclass(frozen=True)
class ToConfirm:
    """What is to be said by whoever confirms: a parameter and its value. What is not `needed` is left out otherwise."""

    name: str
    value: Any
    text: str
    needed: bool = True


@dataclass
class Looked:
    """What a file would do."""

    encoding: str
    rows: int
    recognized: int
    fingerprint: str
    columns: dict[str, str] = field(default_factory=dict)  # what is taken for what
    not_read: list[str] = field(default_factory=list)  # headings
    first_day: datetime.date | None = None
    last_day: datetime.date | None = None
    errors: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    to_confirm: list[ToConfirm] = field(default_factory=list)

    @property
    def needs_somebody(self) -> bool:
        """Whether anything is to be said that nobody but a person can say: a reason is none of it."""
        return bool(self.questions) or any(each.name != "reason" for each in self.to_confirm)

    @property
    def changes_nothing(self) -> bool:
        return not self.changes and not self.errors and not self.questions


@dataclass(frozen=True)
class Confirmation:
    """What somebody says who confirms a file that they looked at."""

    fingerprint: str
    deactivations: int | None = None
    removals: int | None = None
    roles: bool = False
    licenses: bool = False
    complete: bool = False
    reason: str = ""
    confirmed: Sequence[str] = ()
    checked: Sequence[str] = ()


@dataclass(frozen=True)
class Kind:
    """What is done with files of a kind. `answers` and `confirms` are what may be said of one besides a fingerprint."""

    form: Callable[[Any, Any], UploadForm]
    look: Callable[[Upload], Looked]
    confirm: Callable[[Upload, Confirmation, User | None, datetime.date], object]
    answers: frozenset[str]
    confirms: frozenset[str]


def _look_at_people(upload: Upload) -> Looked:
    made = people_file_import.plan_of(upload)
    file = made.file
    look = Looked(file.encoding, len(file.rows), made.recognized - len(made.added), made.fingerprint())
    look.columns = {what: file.headings[at] for what, at in file.columns.items()}
    look.not_read = file.unknown_headings
    look.errors = [error_in_words(error) for error in made.errors]
    if made.missing and not made.deactivate_missing:
        text = ngettext(
            "%(missing)s active user is not in the file and stays as they are.",
            "%(missing)s active users are not in the file and stay as they are.",
            made.missing,
        )
        look.remarks.append(text % {"missing": made.missing})
    look.questions = [Question(each.row.login, each.describe(), ("same", "new")) for each in made.questions]
    look.changes = [
        Change(each.key, each.count, list(each.lines(MOST))) for each in sections(made) if each.key != "errors"
    ]
    if made.deactivates_many:
        count = made.deactivations
        look.to_confirm.append(ToConfirm("deactivations", count, changes.refusal_to_deactivate(count)))
    for name, given in (("roles", made.powers), ("licenses", len(made.gives))):
        if given:
            text = _("Excluded unless confirmed: %(count)s") % {"count": given}
            look.to_confirm.append(ToConfirm(name, True, text, needed=False))
    return look


def _confirm_people(upload: Upload, said: Confirmation, by: User | None, on: datetime.date) -> Sequence[str]:
    leave_out = [name for name, given in (("roles", said.roles), ("licenses", said.licenses)) if not given]
    return people_file_import.confirm(
        upload, by=by, on=on, fingerprint=said.fingerprint, leave_out=leave_out, deactivations=said.deactivations
    )


def _report(upload: Upload) -> report_drafts.ReportDraft:
    return report_drafts.draft_of(upload, Service.objects.get(pk=upload.options["service"]))


def _look_at_report(upload: Upload) -> Looked:
    draft = _report(upload)
    report, counts = draft.report, draft.counts()
    look = Looked(report.encoding, len(report.rows), counts["recognized"], draft.fingerprint())
    look.first_day, look.last_day = counts["first_day"], counts["last_day"]
    look.columns = {what: report.headings[at] for what, at in report.columns.items()}
    look.not_read = [each for at, each in enumerate(report.headings) if each and at not in report.columns.values()]
    look.errors = [notice_text(error) for error in report.errors] + ([draft.refusal] if draft.refusal else [])
    look.remarks = [notice_text(each) for each in draft.remarks]
    for row, logins in draft.matches.asked.values():
        text = _("Line %(line)s: %(name)s (%(department)s). Who is this?")
        named = {"line": row.line, "name": row.name, "department": row.department or "–"}
        look.questions.append(Question(str(row.line), text % named, logins[:MOST]))
    if report.rows and not look.errors:
        look.changes = [Change("last_access", counts["dated"])]
    return look


@transaction.atomic
def _confirm_report(upload: Upload, said: Confirmation, by: User | None, on: datetime.date) -> Sequence[str]:
    draft = _report(upload)
    if draft.report.errors or draft.refusal:
        raise Refused(draft.refusal or _("The file has errors. Nothing was imported."))
    if draft.fingerprint() != said.fingerprint:
        raise Refused(str(CHANGED_SINCE))
    made = confirm_report(
        upload, draft.service, draft.report.rows, by=by, complete=said.complete, people=draft.people,
        period=draft.report.period,
    )  # fmt: skip
    return list(made.said)


def _look_at_licenses(upload: Upload) -> Looked:
    if upload.options["confirms"]:
        return _look_at_export(upload)
    made = file_plan.plan_of(upload, on=today())
    preview = made.preview()
    people = {each.user.pk for each in made.differences}
    look = Looked(made.file.encoding, len(made.file.rows), len(people), preview.fingerprint)
    look.recognized = len(made.file.rows) - sum(error.field == "login" for error in made.errors)
    look.errors = [error_in_words(error) for error in made.errors]
    look.remarks = [*made.about_names, *filter(None, [made.about_unmanaged])]
    for what, added in (("added", True), ("removed", False)):
        lines = [f"{each.user.login}: {each.code}" for each in made.differences if each.added == added]
        look.changes += [Change(what, len(lines), lines[:MOST])] if lines else []
    look.errors += [each.text for step in preview.steps for each in step.obstacles]
    confirmed = [ToConfirm("confirmed", name, text) for name, text in preview.to_confirm().items()]
    checked = [ToConfirm("checked", name, text) for name, text in preview.to_check().items()]
    look.to_confirm = [*confirmed, *checked]
    if many := made.many_removals():
        look.to_confirm.append(ToConfirm("removals", made.removals, " ".join(many)))
    if preview.removes:
        look.to_confirm.append(ToConfirm("reason", "", _("A removal needs a reason.")))
    return look


def _look_at_export(upload: Upload) -> Looked:
    """Of a service's own export: what it shows to have been carried out."""
    found = file_export.comparison_of(upload)
    look = Looked(found.file.encoding, len(found.file.rows), sum(len(one.present) for one in found.seen), "")
    look.errors = [error_in_words(error) for error in found.errors]
    parts = ("added", "removed", "waiting", "only_there", "only_here")
    for one in found.seen:
        for what in parts:
            logins = sorted(getattr(one, what))
            lines = [f"{one.service.code}: {login}" for login in logins[:MOST]]
            look.changes += [Change(what, len(logins), lines)] if logins else []
    seen = [[one.service.pk, *(sorted(getattr(one, what)) for what in parts)] for one in found.seen]
    look.fingerprint = hashlib.sha256(repr(seen).encode()).hexdigest()
    return look


@transaction.atomic
def _confirm_licenses(upload: Upload, said: Confirmation, by: User | None, on: datetime.date) -> object:
    if upload.options["confirms"]:
        if _look_at_export(upload).fingerprint != said.fingerprint:
            raise Refused(str(CHANGED_SINCE))
        return file_export.confirm(upload, by=by, on=on)
    ticked = Said(
        said.fingerprint, said.reason, frozenset(said.confirmed), frozenset(said.checked), removals=said.removals
    )
    return file_plan.save_upload(upload, ticked, by=by, on=on)


KINDS: Mapping[str, Kind] = {
    "people": Kind(
        PeopleFileForm, _look_at_people, _confirm_people,
        frozenset({"columns", "same", "new"}), frozenset({"deactivations", "roles", "licenses"}),
    ),
    "report": Kind(
        lambda data, files: SnapshotForm(data, files, today=today()), _look_at_report, _confirm_report,
        frozenset({"columns", "dates", "time_zone", "people"}), frozenset({"complete"}),
    ),
    "licenses": Kind(
        LicensesFileForm, _look_at_licenses, _confirm_licenses,
        frozenset(), frozenset({"removals", "reason", "confirmed", "checked"}),
    ),
}  # fmt: skip


def first(texts: Iterable[str]) -> list[str]:
    return list(islice(texts, MOST))
