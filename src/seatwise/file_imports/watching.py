"""A folder from which files are brought in without a person: `people`, `licenses`, and `reports/SERVICE`.

A file is taken once it is whole, and moved to `done`, `refused` or `waiting`, with a text beside it of what was taken.
What asks something, or has to be confirmed, waits for somebody on the site. Nothing is done twice: a file that was
brought in when the power went is only moved.
"""

import datetime
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.utils import translation
from django.utils.translation import gettext as _

from seatwise import configuration
from seatwise.directory.models import Service, Upload
from seatwise.directory.uploads import MOST_BYTES
from seatwise.file_imports.watched_files import DONE, GOALS, REFUSED, WAITING, WatchedFile, bring_in, too_large
from seatwise.lib.logins import visible
from seatwise.lib.whole_files import written_whole

SUBFOLDERS = ("people", "licenses", "reports", DONE, REFUSED, WAITING)
SETTLED = 60  # seconds since it was last written to, after which a file is whole
UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".filepart")
TEXT = ".result.txt"

Size = tuple[int, int]  # bytes, and when it was last written to


@dataclass
class Found:
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
        if found.size[0] > MOST_BYTES:
            return self._move(found, REFUSED, too_large())
        data = found.path.read_bytes()
        written = datetime.datetime.fromtimestamp(found.size[1] / 1e9, configuration.zone())
        mark = f"{hashlib.sha256(data).hexdigest()} {found.size[1]} {found.place}"
        reason = _("watched folder: %(file)s") % {"file": visible(found.path.name)[:255]}
        file = WatchedFile(found.kind, found.path.name, data, written.date(), mark, reason, found.service)
        goal, text, upload = bring_in(file)
        return self._move(found, goal, text, upload)

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
