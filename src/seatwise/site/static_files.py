"""Static files as they lie in the packages: nothing to collect. Their address changes with their content."""

import functools
import hashlib

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


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
