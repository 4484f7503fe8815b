"""What is taken of a message: its sender, and the files attached to it. Nothing here needs a database.

Messages are written by anybody: what the parser of the standard library trips over is no message.
"""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import PurePosixPath

MOST_FILES = 10
MOST_PARTS = 200  # with names
LONGEST_HEAD = 10_000  # bytes
BROKEN = (ValueError, IndexError, AttributeError, LookupError, TypeError, AssertionError, RecursionError)
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".json", ".jsonl", ".ndjson")


class UnreadableMessage(ValueError):
    """It is no message, or one that cannot be taken apart."""


@dataclass(frozen=True)
class Attachment:
    """A file of a message."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Attachments:
    """Those that may be files of people, licenses or reports, and the names of others."""

    files: list[Attachment]
    others: list[str]


def parsed(raw: bytes) -> EmailMessage:
    """Raises UnreadableMessage."""
    try:
        message = email.message_from_bytes(raw, policy=email.policy.default)
    except BROKEN:
        raise UnreadableMessage from None
    assert isinstance(message, EmailMessage)
    return message


def sender_of(message: EmailMessage) -> str:
    """The one address that it is from, in lower case; empty where there is none, or more than one."""
    try:
        found = [each.addr_spec for header in message.get_all("From", ()) for each in header.addresses]
    except BROKEN:
        return ""
    return found[0].casefold() if len(found) == 1 else ""


def subject_of(message: EmailMessage) -> str:
    try:
        return " ".join(str(message.get("Subject", "")).split())
    except BROKEN:
        return ""


def attachments_of(message: EmailMessage) -> Attachments:
    """Raises UnreadableMessage."""
    found = Attachments([], [])
    try:
        for number, (name, part) in enumerate(_named(message)):
            if number == MOST_PARTS:
                raise UnreadableMessage
            if not name.lower().endswith(ENDINGS):
                found.others.append(name)
                continue
            data = part.get_payload(decode=True)
            found.files.append(Attachment(name, data if isinstance(data, bytes) else b""))
    except BROKEN:
        raise UnreadableMessage from None
    return found


def _named(message: EmailMessage) -> Iterator[tuple[str, EmailMessage]]:
    """Parts that have the name of a file, without a path."""
    for part in message.walk():
        name = part.get_filename()
        if name and not part.is_multipart() and isinstance(part, EmailMessage):
            yield PurePosixPath(name.replace("\\", "/")).name or name, part
