"""A folder from which files are brought in without a person: `people`, `licenses`, and `reports/SERVICE`.

A file is taken once it is whole, and moved to `done`, `refused` or `waiting`, with a text beside it of what was taken.
What asks something, or has to be confirmed, waits for somebody on the site. Nothing is done twice: a file that was
brought in when the power went is only moved.
"""

import datetime
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from seatwise import audit, configuration
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
from seatwise.lib.whole_files import written_whole
from seatwise.site.words import notice_text

DONE, REFUSED, WAITING = "done", "refused", "waiting"
SUBFOLDERS = ("people", "licenses", "reports", DONE, REFUSED, WAITING)
SETTLED = 60  # seconds since it was last written to, after which a file is whole
UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".filepart")
TEXT = ".result.txt"
GOALS = {"done": DONE, "waiting": WAITING, "abandoned": REFUSED}  # by the state of an upload
_DAY = re.compile(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)")

Size = tuple[int, int]  # bytes, and when it was last written to


@dataclass
class Found:
    """A file in the folder."""

    path: Path
    place: PurePosixPath  # in the folder, such as people/hr.csv
    size: Size
    kind: str
    service: Service | None = None


class Watch:
    """One folder, looked at again and again."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError where its subfolders cannot be made."""
        self.folder, self.seen = folder, dict[PurePosixPath, Size]()
        self.stuck: dict[PurePosixPath, str] = {}  # what cannot be read or moved, and why
        for name in SUBFOLDERS:
            (folder / name).mkdir(exist_ok=True)

    def look(self, now: float) -> list[str]:
        """Take what is whole, and move what was decided on the site; what was done, a line each. Raises OSError."""
        with translation.override(configuration.LANGUAGE.value()):
            services = {each.code: each for each in Service.objects.all()}
            said = [line for found in self._whole(now, services) if (line := self._taken(found))]
            return [*self._unknown(services), *said, *self._decided()]

    def _unknown(self, known: Mapping[str, Service]) -> Iterator[str]:
        """Folders of no service, each once."""
        for path in sorted((self.folder / "reports").iterdir()):
            place = PurePosixPath("reports", path.name)
            if path.name not in known and not path.name.startswith(".") and place not in self.stuck:
                text = _("%(place)s: there is no service with this code, so the file is left there.")
                self.stuck[place] = text % {"place": visible(str(place))}
                yield self.stuck[place]

    def _taken(self, found: Found) -> str:
        """Take one; what cannot be read or moved is said once, and tried again."""
        try:
            return self._take(found)
        except OSError as error:
            said, self.stuck[found.place] = self.stuck.get(found.place), str(error)
            return "" if said else f"{found.place}: {error}"

    def _whole(self, now: float, services: Mapping[str, Service]) -> list[Found]:
        """The files that have not grown since they were looked at last, or for a while."""
        found = list(self._files(services))
        before, self.seen = self.seen, {each.place: each.size for each in found}
        return [
            each for each in found
            if before.get(each.place) == each.size or each.size[1] / 1e9 <= now - SETTLED
        ]  # fmt: skip

    def _files(self, services: Mapping[str, Service]) -> Iterator[Found]:
        for kind in ("people", "licenses"):
            yield from (Found(*each, kind) for each in self._in(PurePosixPath(kind)))
        for code in sorted(path.name for path in (self.folder / "reports").iterdir() if path.is_dir()):
            if code in services:
                yield from (Found(*each, "report", services[code]) for each in self._in(PurePosixPath("reports", code)))

    def _in(self, place: PurePosixPath) -> Iterator[tuple[Path, PurePosixPath, Size]]:
        """Whole files there, no links."""
        for path in sorted((self.folder / place).iterdir()):
            if path.name.startswith(".") or path.name.endswith((TEXT, *UNFINISHED)) or path.is_symlink():
                continue
            if path.is_file():
                about = path.stat()
                yield path, place / path.name, (about.st_size, about.st_mtime_ns)

    def _take(self, found: Found) -> str:
        """Bring one in, or say why not."""
        data = found.path.read_bytes() if found.size[0] <= MOST_BYTES else b""
        about = hashlib.sha256(data).hexdigest()
        mark = f"{about} {found.size[1]} {found.place}"
        before = Upload.objects.filter(uploaded_by=None, options__watched=mark).order_by("-pk").first()
        if before is not None:  # it was not moved any more
            return self._move(found, GOALS[before.state], _("It was already checked.") + "\n", before)
        if found.size[0] > MOST_BYTES:
            text = _("The file is larger than %(most)s MB. Import it with a command.") % {"most": MOST_BYTES >> 20}
            return self._move(found, REFUSED, f"{text}\n")
        upload = Upload(kind=found.kind, name=visible(found.path.name)[:255], data=data)
        upload.options = self._options(found) | {"watched": mark}
        goal, text = _brought_in(upload, found)
        return self._move(found, goal, text, upload)

    @staticmethod
    def _options(found: Found) -> dict[str, Any]:
        """How it is read: nobody is deactivated for not being named, and no report is taken to be complete."""
        if found.kind == "people":
            return {"deactivate_missing": False}
        if found.kind == "licenses":
            return {"delimiter": "", "heading": None, "confirms": [], "as_of": str(today())}
        assert found.service is not None
        return {"service": found.service.pk, "as_of": str(_day_of(found))}

    def _move(self, found: Found, goal: str, text: str, upload: Upload | None = None) -> str:
        """Move it to done, refused or waiting, with a text beside it; a line of it."""
        place = self._free(PurePosixPath(goal) / found.place)
        (self.folder / place).parent.mkdir(parents=True, exist_ok=True)
        if upload is not None and upload.is_waiting:
            upload.read_as({"place": str(place)})
        with written_whole(self.folder / f"{place}{TEXT}") as file:
            file.write(text.encode())
        found.path.rename(self.folder / place)
        return f"{found.place}: {goal}"

    def _free(self, place: PurePosixPath) -> PurePosixPath:
        """The place, or with a number where that is taken."""
        free, number = place, 1
        while (self.folder / free).exists():
            number += 1
            free = place.with_name(f"{place.stem} ({number}){place.suffix}")
        return free

    def _decided(self) -> Iterator[str]:
        """Move what waited and was decided on the site, or forgotten."""
        for path in sorted((self.folder / WAITING).rglob("*")):
            place = PurePosixPath(path.relative_to(self.folder).as_posix())
            if not path.is_file() or path.name.endswith(TEXT) or path.name.startswith("."):
                continue
            upload = Upload.objects.filter(uploaded_by=None, options__place=str(place)).order_by("-pk").first()
            if upload is None or upload.is_waiting:
                continue
            goal = GOALS[upload.state]
            free = self._free(PurePosixPath(goal, *place.parts[1:]))
            (self.folder / free).parent.mkdir(parents=True, exist_ok=True)
            path.rename(self.folder / free)
            beside = path.with_name(path.name + TEXT)
            if beside.exists():
                beside.rename(self.folder / f"{free}{TEXT}")
            yield f"{place}: {goal}"


def _day_of(found: Found) -> datetime.date:
    """The day that a report is as of: that in its name, else the one on which it was written; today at the latest."""
    if match := _DAY.search(found.path.name):
        try:
            return datetime.date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            pass
    written = datetime.datetime.fromtimestamp(found.size[1] / 1e9, configuration.zone())
    return min(written.date(), today())


def _brought_in(upload: Upload, found: Found) -> tuple[str, str]:
    """Where a file goes, and what there is to say of it. It is kept, done and noted in one transaction, or nothing."""
    kind = KINDS[found.kind]
    try:
        mapping = _mapping(upload, found)
        upload.options |= mapping.how() if mapping else {}
        look = kind.look(upload)
    except UnreadableText as problem:
        return REFUSED, _noted(upload, "refuse", notice_text(problem.notice))
    text = in_words(look, upload, mapping)
    if look.errors:
        return REFUSED, _noted(upload, "refuse", text)
    unknown = found.service is not None and look.rows and not look.recognized  # is it the right column?
    if look.needs_somebody or unknown:
        upload.state = Upload.State.WAITING
        return WAITING, _noted(upload, "wait", text + _("It is waiting on the site for someone to confirm it.") + "\n")
    if look.changes_nothing:
        return DONE, _noted(upload, "import", text + _("Everything already matches the file.") + "\n")
    try:
        with transaction.atomic():
            upload.save()
            confirmation = Confirmation(look.fingerprint, reason=_("watched folder: %(file)s") % {"file": upload.name})
            kind.confirm(upload, confirmation, None, today())
            _record(upload, "import", look)
    except Refused as refusal:
        upload.pk = None
        return REFUSED, _noted(upload, "refuse", f"{text}{refusal}\n")
    return DONE, text + _("It was imported.") + "\n"


def _mapping(upload: Upload, found: Found) -> ColumnMapping | None:
    """The mapping that was kept for such a file, if there is just one. Raises UnreadableText."""
    if found.kind == "licenses":
        return None
    if found.service:
        headings = report_drafts.headings_of(upload, found.service).headings
    else:
        headings = people_file_import.file_of(upload).headings
    fitting = usable(ColumnMapping.objects.of(found.service).fitting(headings), headings)
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
    after = {"file": upload.name, "kind": upload.kind, "sha256": upload.options["watched"].partition(" ")[0], **counts}
    audit.record(by=None, verb=f"watch.{what}", subject=upload, after=after)
