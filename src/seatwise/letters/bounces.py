"""Reports of mail servers that a letter did not arrive: RFC 3464, and plain ones that quote the head of our letter.

An answer that a program gives in somebody's absence names our letter too, but only in its own head: it is no report.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

from seatwise.directory.changes import Refused
from seatwise.letters.models import Letter
from seatwise.lib.logins import visible

LONGEST = 5_000_000  # bytes of a report that are read
_QUOTED_ID = re.compile(r"^[> \t|]*Message-ID:\s*(<[^<>\s]{3,250}>)", re.IGNORECASE | re.MULTILINE)
_DAEMON = re.compile(r"mailer-daemon|postmaster|mail delivery", re.IGNORECASE)


@dataclass(frozen=True)
class Report:
    """What a mail says about others. `failed` is whether it says that they did not arrive, and `words` why."""

    failed: bool
    message_ids: tuple[str, ...] = ()
    words: str = ""


def read(raw: bytes) -> Report:
    """What a mail reports. Never raises: what is no report has failed=False."""
    message = email.message_from_bytes(raw[:LONGEST], policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    parts = list(message.walk())
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if status is not None:
        return _of_status(status, tuple(_ids_of_returned(parts)))
    if not _is_from_a_server(message):
        return Report(False)
    text = "\n".join(_texts(parts))
    found = tuple(dict.fromkeys([*_ids_of_returned(parts), *_QUOTED_ID.findall(text)]))
    return Report(bool(found), found, _first_words(text))


def _is_from_a_server(message: EmailMessage) -> bool:
    """Whether a mail without a proper status comes from a server all the same, and is not an answer."""
    if "auto-replied" in _header(message, "Auto-Submitted").lower():
        return False
    empty_sender = _header(message, "Return-Path").strip() == "<>"
    return empty_sender or bool(_DAEMON.search(_header(message, "From"))) or bool(message["X-Failed-Recipients"])


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError, LookupError):  # what the parser of the standard library trips over
        return ""


def _of_status(status: EmailMessage, ids: tuple[str, ...]) -> Report:
    """What the parts of a delivery status say: its blocks after the first are a recipient each."""
    blocks = status.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, EmailMessage) and _header(block, "Action").strip().lower() == "failed":
            said = [_header(block, name) for name in ("Status", "Diagnostic-Code")]
            return Report(True, ids, _one_line(" – ".join(each for each in said if each)))
    return Report(False, ids)


def _ids_of_returned(parts: list[EmailMessage]) -> Iterator[str]:
    """The Message-IDs of letters that came back, whole or only their heads."""
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            for inner in part.get_payload():
                if isinstance(inner, EmailMessage) and inner["Message-ID"]:
                    yield _header(inner, "Message-ID").strip()
        elif part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
            yield from _QUOTED_ID.findall(_text(part))


def _texts(parts: list[EmailMessage]) -> Iterator[str]:
    for part in parts:
        if part.get_content_maintype() == "text":
            yield _text(part)


def _text(part: EmailMessage) -> str:
    """A part as text, in whatever it is encoded."""
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else str(part.get_payload()).encode("utf-8", "replace")
    return raw.decode("utf-8", "replace")


def _first_words(text: str) -> str:
    """The first line that has a code of the kind 5.1.1 or 550 in it, else the first line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = next((line for line in lines if re.search(r"\b5\d\d\b|\b5\.\d{1,3}\.\d{1,3}\b", line)), None)
    return _one_line(telling or (lines[0] if lines else ""))


def _one_line(text: str) -> str:
    return visible(" ".join(text.split()))[:400]


@dataclass(frozen=True)
class TakenIn:
    """What was done with a mail, in words, and whether it was one of those that are expected."""

    words: str
    understood: bool


def take_in(raw: bytes) -> TakenIn:
    """Mark the letters that a report names as not arrived. Done again, it changes nothing."""
    report = read(raw)
    if not report.failed:
        return TakenIn("This is not a bounce report. Nothing was changed.", True)
    letters = Letter.objects.filter(message_id__in=report.message_ids).select_related("to").order_by("pk")
    done = [_mark(letter, report.words) for letter in letters]
    if not done:
        return TakenIn("The report is not about an email from Seatwise. Nothing was changed.", False)
    return TakenIn("\n".join(done), True)


def _mark(letter: Letter, words: str) -> str:
    name = f"email {letter.pk} to {letter.address}"
    try:
        letter.not_arrived(by=None, reason=words or "reported by a mail server")
    except Refused:
        letter.refresh_from_db()
        return f"{name} is already {letter.state}: nothing was changed."
    return f"{name} was not delivered: {letter.problem}"
