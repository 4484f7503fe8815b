"""Reports of vendors that somebody uploaded and has not confirmed yet: in the data directory, for a day at most."""

import datetime
import json
import re
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from seatwise.directory.models import Login, Service, User
from seatwise.lib.batches import batches
from seatwise.lib.logins import fold, visible

_TOKEN = re.compile(r"[0-9a-f]{32}")


class NoDraft(LookupError):
    """There is no such draft, or no longer."""


@dataclass(frozen=True)
class Draft:
    """An uploaded report. `asked_by` is the id of whoever uploaded it."""

    token: str
    service_id: int
    as_of: str
    file: str
    encoding: str
    asked_by: int

    @property
    def directory(self) -> Path:
        """Where it lies."""
        return place() / self.token

    @property
    def service(self) -> Service:
        """What it is about. Raises NoDraft."""
        found: Service | None = Service.objects.filter(pk=self.service_id).first()
        if found is None:
            raise NoDraft(self.token)
        return found

    @property
    def day(self) -> datetime.date:
        """The day it is as of."""
        return datetime.date.fromisoformat(self.as_of)

    def data(self) -> bytes:
        """The file."""
        return (self.directory / "report").read_bytes()

    def discard(self) -> bool:
        """Delete it; False where somebody else has done so."""
        try:
            (self.directory / "about.json").unlink()
        except FileNotFoundError:
            return False
        shutil.rmtree(self.directory, ignore_errors=True)
        return True


def place() -> Path:
    """Where drafts lie; `uploads.clear` deletes those that nobody confirmed."""
    return Path(settings.MEDIA_ROOT) / "snapshots"


def keep(file: UploadedFile[Any], *, service: Service, as_of: datetime.date, encoding: str, by: User) -> Draft:
    """Keep an upload until it is confirmed."""
    name = visible(Path(str(file.name)).name)[:255]
    draft = Draft(secrets.token_hex(16), service.pk, as_of.isoformat(), name, encoding, by.pk)
    draft.directory.mkdir(parents=True, mode=0o700)
    with open(draft.directory / "report", "wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
    (draft.directory / "about.json").write_text(json.dumps(asdict(draft)), encoding="utf-8")
    return draft


def find(token: str, *, by: User) -> Draft:
    """One's own draft. Raises NoDraft."""
    if not _TOKEN.fullmatch(token):
        raise NoDraft(token)
    try:
        found = Draft(**json.loads((place() / token / "about.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise NoDraft(token) from None
    if found.asked_by != by.pk:
        raise NoDraft(token)
    return found


def known_logins(written: list[str]) -> int:
    """How many of some logins are somebody's."""
    folded = {fold(login) for login in written if login}
    return sum(
        Login.objects.filter(folded__in=batch).exclude(user=None).count() for batch in batches(sorted(folded), 1000)
    )
