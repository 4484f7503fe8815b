"""A file that is brought in without a person, from a watched folder or a mailbox: imported, refused, or left to wait.

What asks something, or has to be confirmed, waits for somebody on the site. Nothing is done twice: `mark` tells a file.
"""

import datetime
import re
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.configuration import today
from seatwise.directory import people_file_import
from seatwise.directory.changes import Refused
from seatwise.directory.column_forms import usable
from seatwise.directory.models import ColumnMapping, Service, Upload
from seatwise.directory.uploads import MOST_BYTES
from seatwise.file_imports.kinds import KINDS, MOST, Confirmation, Looked
from seatwise.ledger import report_drafts
from seatwise.lib.decoding import UnreadableText
from seatwise.lib.logins import visible
from seatwise.site.words import notice_text

DONE, REFUSED, WAITING = "done", "refused", "waiting"
GOALS = {"done": DONE, "waiting": WAITING, "abandoned": REFUSED}  # by the state of an upload
_DAY = re.compile(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)")


@dataclass(frozen=True)
class WatchedFile:
    """A file. `day` is the one on which it was written or came; `mark` begins with its SHA-256."""

    kind: str
    name: str
    data: bytes
    day: datetime.date
    mark: str
    reason: str  # of what it changes
    service: Service | None = None
    sender: str = ""
    automatic: bool = True  # imported where nothing has to be said

    @property
    def as_of(self) -> datetime.date:
        """The day that a report is as of: that in its name, else that on which it was written; today at the latest."""
        if match := _DAY.search(self.name):
            try:
                return datetime.date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                pass
        return min(self.day, today())

    def options(self) -> dict[str, Any]:
        """How it is read: nobody is deactivated for not being named, and no report is taken to be complete."""
        known = {"watched": self.mark} | ({"sender": self.sender} if self.sender else {})
        if self.kind == "people":
            return known | {"deactivate_missing": False}
        if self.kind == "licenses":
            return known | {"delimiter": "", "heading": None, "confirms": [], "as_of": str(today())}
        assert self.service is not None
        return known | {"service": self.service.pk, "as_of": str(self.as_of)}


def too_large() -> str:
    """What is said of a file that is."""
    text = _("The file is larger than %(most)s MB. Import it with a command.") % {"most": MOST_BYTES >> 20}
    return f"{text}\n"


def place_of(place: str) -> tuple[str, Service | None]:
    """The kind of file and the service that a place such as `reports/kintone` is for. Raises Service.DoesNotExist."""
    first, _slash, code = place.partition("/")
    return ("report", Service.objects.get(code=code)) if first == "reports" else (first, None)


def bring_in(file: WatchedFile) -> tuple[str, str, Upload]:
    """Where a file goes, and what there is to say of it. It is kept, done and noted in one transaction, or nothing."""
    before = Upload.objects.filter(uploaded_by=None, options__watched=file.mark).order_by("-pk").first()
    if before is not None:
        return GOALS[before.state], _("It was already checked.") + "\n", before
    upload = Upload(kind=file.kind, name=visible(file.name)[:255], data=file.data, options=file.options())
    return (*_brought_in(upload, file), upload)


def _brought_in(upload: Upload, file: WatchedFile) -> tuple[str, str]:
    kind = KINDS[file.kind]
    try:
        mapping = _mapping(upload, file)
        upload.options |= mapping.how() if mapping else {}
        look = kind.look(upload)
    except UnreadableText as problem:
        return REFUSED, _noted(upload, "refuse", notice_text(problem.notice))
    text = in_words(look, upload, mapping)
    if look.errors:
        return REFUSED, _noted(upload, "refuse", text)
    unknown = file.service is not None and look.rows and not look.recognized  # is it the right column?
    asks = look.needs_somebody or unknown
    if look.changes_nothing and not asks:
        return DONE, _noted(upload, "import", text + _("Everything already matches the file.") + "\n")
    if asks or not file.automatic:
        upload.state = Upload.State.WAITING
        return WAITING, _noted(upload, "wait", text + _("It is waiting on the site for someone to confirm it.") + "\n")
    try:
        with transaction.atomic():
            upload.save()
            confirmation = Confirmation(look.fingerprint, reason=file.reason)
            kind.confirm(upload, confirmation, None, today())
            _record(upload, "import", look)
    except Refused as refusal:
        upload.pk = None
        return REFUSED, _noted(upload, "refuse", f"{text}{refusal}\n")
    return DONE, text + _("It was imported.") + "\n"


def _mapping(upload: Upload, file: WatchedFile) -> ColumnMapping | None:
    """The mapping that was kept for such a file, if there is just one. Raises UnreadableText."""
    if file.kind == "licenses":
        return None
    if file.service:
        headings = report_drafts.headings_of(upload, file.service).headings
    else:
        headings = people_file_import.file_of(upload).headings
    fitting = usable(ColumnMapping.objects.of(file.service).fitting(headings), headings)
    return fitting[0] if len(fitting) == 1 else None


def in_words(look: Looked, upload: Upload, mapping: ColumnMapping | None) -> str:
    """What was taken of a file, a line each."""
    columns = _(", ").join(f"{what}: “{heading}”" for what, heading in look.columns.items())
    lines = [
        _("%(file)s: %(rows)s rows, %(recognized)s recognized; read as %(encoding)s.")
        % {"file": upload.name, "rows": look.rows, "recognized": look.recognized, "encoding": look.encoding},
        _("Columns: %(columns)s.") % {"columns": columns} if columns else "",
        _("Read with the saved mapping “%(mapping)s”.") % {"mapping": mapping} if mapping else "",
        _("Ignored: %(headings)s.") % {"headings": _(", ").join(look.not_read)} if look.not_read else "",
        _("As of %(day)s.") % {"day": upload.options["as_of"]} if upload.kind == Upload.Kind.REPORT else "",
        f"{look.first_day} – {look.last_day}" if look.first_day else "",
        *look.errors[:MOST], *look.remarks[:MOST], *(each.text for each in look.questions[:MOST]),
    ]  # fmt: skip
    for change in look.changes:
        lines += [f"{change.what}: {change.count}", *(f"  {line}" for line in change.first)]
    lines += [each.text for each in look.to_confirm]
    return "".join(f"{line}\n" for line in lines if line)


@transaction.atomic
def _noted(upload: Upload, what: str, text: str) -> str:
    """Keep a file that is not imported now, its bytes only if it waits; the text."""
    if what != "wait":
        upload.state, upload.data = (Upload.State.DONE if what == "import" else Upload.State.ABANDONED), b""
    upload.save()
    _record(upload, what)
    return text


def _record(upload: Upload, what: str, look: Looked | None = None) -> None:
    counts = {each.what: each.count for each in look.changes} if look else {}
    sender = {name: upload.options[name] for name in ("sender",) if name in upload.options}
    sha256 = upload.options["watched"].partition(" ")[0]
    after = {"file": upload.name, **sender, "kind": upload.kind, "sha256": sha256, **counts}
    audit.record(by=None, verb=f"watch.{what}", subject=upload, after=after)
