"""Requests of programs that change something are done once: `Idempotency-Key`.

The key is kept with its token, a hash of its request and the answer for 24 hours, in the transaction of what was done.
Source: IETF draft-ietf-httpapi-idempotency-key-header: 400 without a key, 422 for another request with a key.
"""

import datetime
import hashlib
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from seatwise.directory.changes import Refused
from seatwise.directory.models import ApiToken, KeptAnswer
from seatwise.directory.models.answers import KEPT, MOST_KEY
from seatwise.site.problems import Problem

HEADER = "Idempotency-Key"
Answer = tuple[int, dict[str, Any]]


def once(request: HttpRequest, token: ApiToken, do: Callable[[], Answer], content: bytes | None = None) -> Answer:
    """Do it, unless that was done for this token's key: then the answer that was given. Raises Problem.

    What is refused is an answer, too: 409. A Problem is none: nothing was done, and the key is not used up. `content`
    stands for the body of a request that has a file.
    """
    key, asked = key_of(request), hash_of(request, content)
    with transaction.atomic():
        kept = KeptAnswer.objects.claim(token, key, asked, timezone.now())
        if kept.asked != asked:
            raise Problem.of(
                422,
                _("This key was already used for a different request."),
                HEADER,
                _("Use a new key for each new request."),
            )
        if not kept.status:
            kept.keep(*_answered(do))
        return kept.status, kept.body


def _answered(do: Callable[[], Answer]) -> Answer:
    try:
        with transaction.atomic():
            return do()
    except Refused as refusal:
        return 409, Problem.of(
            409, str(refusal), "request", _("Fix the cause, then send the request again with a new key.")
        ).body()


def key_of(request: HttpRequest) -> str:
    """The key that was sent. Raises Problem where there is none that can be kept."""
    key = request.headers.get(HEADER, "")
    if not key or len(key) > MOST_KEY or not (key.isascii() and key.isprintable()):
        raise Problem.of(
            400,
            _("A request that changes something needs an Idempotency-Key of 1 to %(most)s characters.")
            % {"most": MOST_KEY},
            HEADER,
            _("Send a random key, and the same key again if no answer came."),
        )
    return key


def hash_of(request: HttpRequest, content: bytes | None = None) -> str:
    """What tells one request from another: method, address and body."""
    text = (request.body if content is None else content).decode("utf-8", "backslashreplace")
    return hashlib.sha256("\0".join((str(request.method), request.get_full_path(), text)).encode()).hexdigest()


def forget_old_answers(day: datetime.date) -> str | None:
    """Forget answers that need not be given again."""
    KeptAnswer.objects.older_than(timezone.now() - KEPT).delete()
    return None
