"""The pages of seat requests. Each file is the pages of one noun."""

import contextlib
from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpRequest

from seatwise.directory.changes import Refused


@contextlib.contextmanager
def told(request: HttpRequest, success: str) -> Iterator[None]:
    """Say on the next page that something succeeded, or why it was refused."""
    try:
        yield
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, success)
