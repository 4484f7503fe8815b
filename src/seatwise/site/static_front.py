"""Static files before Django: they need no session, no database and no thread, and strangers ask for them most.

They lie in the packages, with nothing to collect, and their address changes with their content.
"""

import functools
import gzip
import hashlib
from collections.abc import MutableMapping
from typing import IO, Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.middleware import WhiteNoiseMiddleware

from seatwise.server.answers import Answer

PACKED = ("text/", "application/javascript", "application/json", "image/svg+xml")  # what becomes smaller
HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "same-origin"),
]


class StaticFront:
    """Answers with the files of the packages. Nothing while they may change (SEATWISE_DEBUG), nor parts of them."""

    def __init__(self) -> None:
        self.files: dict[str, Any] = WhiteNoiseMiddleware(lambda request: None).files
        self.packed: dict[str, bytes] = {}

    def answer(self, environ: MutableMapping[str, Any]) -> Answer | None:
        """The file; None for what is none, and for what Django can do better."""
        file = self.files.get(environ["PATH_INFO"])
        if file is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_RANGE" in environ:
            return None
        asked = {name: value for name, value in environ.items() if name.startswith("HTTP_IF_")}
        if "HTTP_IF_NONE_MATCH" in asked:
            asked["HTTP_IF_NONE_MATCH"] = asked["HTTP_IF_NONE_MATCH"].removeprefix("W/")
        found = file.get_response(environ["REQUEST_METHOD"], asked)
        headers = [*found.headers, *HEADERS, ("Vary", "Accept-Encoding")]
        kind = dict(found.headers).get("Content-Type", "")
        if found.file and kind.startswith(PACKED) and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            return self._packed(environ["PATH_INFO"], found.file, headers)
        answer = Answer.of(int(found.status), headers, b"")
        if found.file:
            answer.file, answer.close = found.file, found.file.close
        return answer

    def _packed(self, path: str, file: IO[bytes], headers: list[tuple[str, str]]) -> Answer:
        """The file as gzip, packed once. Its tag says that it is the same in other bytes."""
        with file:
            if path not in self.packed:
                self.packed[path] = gzip.compress(file.read(), mtime=0)
        body = self.packed[path]
        changed = {"ETag": "W/{}", "Content-Length": str(len(body))}
        kept = [(name, changed.get(name, "{}").format(value)) for name, value in headers]
        return Answer.of(200, [*kept, ("Content-Encoding", "gzip")], body)


@functools.cache
def version_of(name: str) -> str:
    """A few characters that stand for the content of a static file; none for a file that is not there."""
    path = finders.find(name)
    if not path:
        return ""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:10]


class VersionedStorage(StaticFilesStorage):
    """Adds `?v=…`, so that a browser may keep a file and still sees a new one at once."""

    def url(self, name: str | None) -> str:
        """The address of a file, with the version of its content."""
        address = super().url(name)
        version = version_of(name or "")
        return f"{address}?v={version}" if version else address
