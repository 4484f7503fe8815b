"""The mailbox of the site: files that accepted senders attach to messages are taken as those of a watched folder are.

A message is done once: by its number in its folder, and each of its files by what it and the message hold, should the
server number its messages anew. Nothing is ever changed in the mailbox.
"""

import datetime
import email
import email.policy
import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import PurePosixPath

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from seatwise import configuration
from seatwise.directory.models import Service
from seatwise.file_imports import failures, imap
from seatwise.file_imports.imap import Head, MailboxError
from seatwise.file_imports.models import BUSY, MOST_NAME, Mailbox, ReceivedMessage
from seatwise.file_imports.watched_files import WatchedFile, bring_in, place_of
from seatwise.lib.faults import fault_of
from seatwise.lib.logins import visible
from seatwise.site import daily_work

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


logger = logging.getLogger(__name__)
AT_A_TIME = 50  # messages
MOST_MESSAGE = 32 * 1024 * 1024  # bytes
IGNORED_KEPT = datetime.timedelta(days=30)
Outcome = ReceivedMessage.Outcome
WORST = (Outcome.REFUSED, Outcome.WAITING, Outcome.DONE)


class NotTaken(Exception):
    """A message of which no file is taken. The message says why."""

    def __init__(self, text: str, outcome: Outcome = Outcome.REFUSED) -> None:
        super().__init__(text)
        self.outcome = outcome


def current() -> Mailbox | None:
    """The mailbox that the settings name, if they do."""
    box = configuration.MAILBOX.value()
    return Mailbox.objects.get_or_create(name=str(box)[:MOST_NAME])[0] if box else None


def new_messages(row: Mailbox) -> int:
    """How many wait to be taken; whether it can be read is noted. Raises MailboxError."""
    box = configuration.MAILBOX.value()
    assert box is not None
    try:
        with imap.opened(box) as folder:
            count = len(_new(row, folder))
    except MailboxError as error:
        failures.note(row, str(error))
        raise
    failures.note(row, "")
    return count


def take(row: Mailbox) -> int:
    """Take what came, some at a time; how many messages. Whoever comes second leaves it to the first."""
    box = configuration.MAILBOX.value()
    if box is None or str(box)[:MOST_NAME] != row.name or not row.claim():
        return 0
    taken = 0
    try:
        row.refresh_from_db()
        with imap.opened(box) as folder, translation.override(configuration.LANGUAGE.value()):
            for uid in _new(row, folder)[:AT_A_TIME]:
                _take(row, folder, uid)
                taken += 1
                if daily_work.stopping.is_set():
                    break
    except MailboxError as error:
        failures.note(row, str(error))
    finally:
        row.release()
    return taken


def _new(row: Mailbox, folder: imap.Folder) -> list[int]:
    return folder.after(row.last_uid if row.validity == folder.validity else 0)


def _take(row: Mailbox, folder: imap.Folder, uid: int) -> None:
    """Take one message, and note that it was."""
    head = folder.head(uid)
    came = None
    if head is not None:
        came = ReceivedMessage(mailbox=row, validity=folder.validity, uid=uid, received_at=head.received_at)
        try:
            came.outcome, came.said = _taken(came, head, folder)
        except NotTaken as why:
            came.outcome, came.said = why.outcome, str(why)
        except UnreadableMessage:
            came.outcome, came.said = Outcome.REFUSED, _("The message cannot be read.")
        except Exception as error:  # or it would be met again and again, and keep those behind it from being taken
            if isinstance(error, MailboxError) or fault_of(error) is not None:
                raise
            logger.exception("message %s of %s could not be taken", uid, row)
            came.outcome, came.said = Outcome.REFUSED, _("Seatwise failed unexpectedly. Its output says why.")
    with transaction.atomic():
        if came is not None:
            came.save()
        row.validity, row.last_uid, row.busy_until = folder.validity, uid, timezone.now() + BUSY
        row.save(update_fields=["validity", "last_uid", "busy_until"])


def _taken(came: ReceivedMessage, head: Head, folder: imap.Folder) -> tuple[Outcome, str]:
    """What became of a message, and what there is to say. Raises NotTaken, UnreadableMessage, MailboxError."""
    about = parsed(head.header[:LONGEST_HEAD])
    sender, came.subject = sender_of(about), visible(subject_of(about))[:200]
    came.sender = visible(sender)[:320]
    place = _place(configuration.MAILBOX_SENDERS.value().get(sender, []), came.subject)
    if head.size > MOST_MESSAGE:
        raise NotTaken(_("The message is larger than %(most)s MB.") % {"most": MOST_MESSAGE >> 20})
    raw = folder.message(came.uid, MOST_MESSAGE)
    found = attachments_of(parsed(raw or b""))
    if not found.files:
        others = _(", ").join(visible(name) for name in found.others) or "–"
        raise NotTaken(_("No CSV, XLSX or JSON file is attached to it. Attached: %(others)s.") % {"others": others})
    if len(found.files) > MOST_FILES:
        raise NotTaken(_("More than %(most)s files are attached to it.") % {"most": MOST_FILES})
    mark = hashlib.sha256(raw or b"").hexdigest()
    done = [_brought_in(file, place, mark, came) for file in found.files]
    return next(each for each in WORST if each in {outcome for outcome, _text in done}), "".join(
        text for _o, text in done
    )


def _place(places: list[str], subject: str) -> str:
    """Where its files belong: what its sender sends; of several, what the subject names. Raises NotTaken."""
    if not places:
        raise NotTaken("", Outcome.IGNORED)
    if len(places) == 1:
        return places[0]
    named = [each for each in places if re.search(rf"(?<![\w/-]){re.escape(each)}(?![\w-])", subject, re.IGNORECASE)]
    if len(named) != 1:
        raise NotTaken(_("The subject has to contain one of: %(places)s.") % {"places": _(", ").join(places)})
    return named[0]


def _brought_in(attached: Attachment, place: str, mark: str, came: ReceivedMessage) -> tuple[Outcome, str]:
    try:
        kind, service = place_of(place)
    except Service.DoesNotExist:
        raise NotTaken(_("%(place)s: there is no service with this code.") % {"place": place}) from None
    name = visible(attached.name)
    file = WatchedFile(
        kind=kind,
        name=attached.name,
        data=attached.data,
        day=timezone.localtime(came.received_at, configuration.zone()).date(),
        mark=f"{hashlib.sha256(attached.data).hexdigest()} {mark} {attached.name}",
        reason=_("email from %(sender)s: %(file)s") % {"sender": came.sender, "file": name[:255]},
        service=service,
        sender=came.sender,
        automatic=configuration.MAILBOX_AUTOMATIC.value(),
    )
    goal, text, _upload = bring_in(file)
    return Outcome(goal), f"{name}: {Outcome(goal).label}\n{text}"


def forget_ignored(day: datetime.date) -> str | None:
    """Forget messages of others, some time after they came."""
    ReceivedMessage.objects.filter(outcome=Outcome.IGNORED, looked_at__lt=timezone.now() - IGNORED_KEPT).delete()
    return None
