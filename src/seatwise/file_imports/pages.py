"""Files by email: the messages of the mailbox, and what came of each."""

from django.contrib import messages as told
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise import configuration
from seatwise.directory.requests import person_of
from seatwise.file_imports import mailbox
from seatwise.file_imports.imap import MailboxError
from seatwise.file_imports.models import Mailbox, ReceivedMessage
from seatwise.file_imports.tasks import take_messages
from seatwise.site import kept_settings, workers
from seatwise.site.access import administrators_and_auditors, administrators_only
from seatwise.site.lists import Column, List
from seatwise.site.search import SearchForm, choice
from seatwise.site.words import minute

MESSAGES: List[ReceivedMessage] = List(
    heading=gettext_lazy("Files by email"),
    about=gettext_lazy("Messages in the mailbox of this site, and what came of the files attached to them."),
    nothing=gettext_lazy("No message matches these filters."),
    none_yet=gettext_lazy("No messages yet."),
    hint=gettext_lazy("The mailbox and the senders it accepts are entered on the page “Settings”."),
    icon="mail",
    actions="file_imports/_check.html",
    template="file_imports/messages.html",
    columns=[
        Column(gettext_lazy("Sender"), lambda message: message.sender),
        Column(gettext_lazy("Subject"), lambda message: message.subject),
        Column(gettext_lazy("Received"), lambda message: minute(message.received_at), "when"),
        Column(gettext_lazy("Result"), lambda message: message.get_outcome_display()),
        Column(gettext_lazy("Details"), lambda message: message.said.strip(), "said"),
    ],
)


class MessageSearch(SearchForm):
    outcome = choice(gettext_lazy("Result"), ReceivedMessage.Outcome.choices, "with_outcome")


@administrators_and_auditors.page
def messages(request: HttpRequest) -> HttpResponseBase:
    form = MessageSearch(request.GET)
    beside = {"mailbox": Mailbox.objects.of_site().first(), "is_set": configuration.MAILBOX.value() is not None}
    found = form.narrow(ReceivedMessage.objects.visible_to(person_of(request))).newest_first()
    return MESSAGES.answer(request, form, found, beside)


@administrators_only.action
def check(request: HttpRequest) -> HttpResponse:
    """Look into the mailbox now, and say how many messages there are to take."""
    kept_settings.look(now=True)
    row = mailbox.current()
    if row is None:
        told.error(request, _("No mailbox is set. Enter one on the page “Settings”."))
        return redirect("file_imports:messages")
    try:
        count = mailbox.new_messages(row)
    except MailboxError as error:
        told.error(request, _("The mailbox cannot be read: %(why)s.") % {"why": error})
        return redirect("file_imports:messages")
    if count:
        workers.take_up(take_messages, [row.pk])
    text = ngettext(
        "The mailbox can be read. %(count)s new message is being taken.",
        "The mailbox can be read. %(count)s new messages are being taken.",
        count,
    )
    told.success(request, text % {"count": count})
    return redirect("file_imports:messages")
