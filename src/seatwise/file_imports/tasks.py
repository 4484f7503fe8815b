"""Background work: looking for new messages each minute, and taking them. It can be killed and done again."""

from django_tasks import task

from seatwise.file_imports import mailbox
from seatwise.file_imports.imap import MailboxError
from seatwise.file_imports.models import Mailbox
from seatwise.site import workers


@task()
def take_messages(pk: int) -> None:
    """Take what came to a mailbox."""
    row = Mailbox.objects.filter(pk=pk).first()
    if row is not None:
        mailbox.take(row)


def look() -> str | None:
    """Each minute: hand over to workers what came to the mailbox."""
    row = mailbox.current()
    if row is None or not row.is_due():
        return None
    try:
        count = mailbox.new_messages(row)
    except MailboxError as error:
        return f"the mailbox {row} cannot be read: {error}"
    return f"new messages in the mailbox: {count}" if count and workers.take_up(take_messages, [row.pk]) else None
