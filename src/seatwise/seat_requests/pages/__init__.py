"""The pages of seat requests. Each file is the pages of one noun."""

import contextlib
from collections.abc import Callable, Iterator

from django.contrib import messages
from django.http import HttpRequest

from seatwise.directory.changes import Refused


@contextlib.contextmanager
def told(request: HttpRequest, success: str = "") -> Iterator[Callable[[str], None]]:
    """Say on the next page that something succeeded, in words that may be known afterwards only, or why not."""
    words = [success]
    try:
        yield words.append
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, words[-1])
