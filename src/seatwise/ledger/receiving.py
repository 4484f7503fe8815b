"""Receiving large files: what is larger than the limit is not kept, and the request goes on to say so."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest

from seatwise import configuration


class LimitedFiles(TemporaryFileUploadHandler):
    """Writes each file to the data directory, but not one larger than SEATWISE_UPLOAD_LIMIT: see `too_large`."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.limit = configuration.UPLOAD_LIMIT.value()
        self.received = 0
        self.too_large: list[str] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """The next file begins."""
        self.received = 0
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write it, as long as it is within the limit; what is received beyond is dropped."""
        self.received += len(raw_data)
        if self.received <= self.limit:
            super().receive_data_chunk(raw_data, start)
        elif self.received - len(raw_data) <= self.limit:
            self.file.truncate(0)

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """The file, unless it was too large."""
        if file_size > self.limit:
            self.too_large.append(self.file_name or "")
            self.file.close()
            return None
        return super().file_complete(file_size)


def limit_files(request: HttpRequest) -> LimitedFiles:
    """Receive the files of a request with a limit. Before anything of it is read."""
    handler = LimitedFiles(request)
    handlers: list[FileUploadHandler] = [handler]
    request.upload_handlers = handlers
    return handler


def size_in_words(size: int) -> str:
    """A size as the setting is written: 500 MB, 2 GB."""
    for unit, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB")):
        if size >= unit:
            return f"{size / unit:g} {name}"
    return f"{size} B"
