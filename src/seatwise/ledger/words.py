"""What became of lines, in words: the reasons of an account, and why an import failed."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from seatwise.directory.changes import Refused
from seatwise.lib.notices import Code, Notice, Value, stored
from seatwise.logs.notices import LineCode
from seatwise.site import words

# In the order in which they are tried: what a line is called, and what that means.
REASONS = {
    "access": (gettext_lazy("access"), gettext_lazy("A signed-in user opened a screen.")),
    "malformed": (
        gettext_lazy("not in the format"),
        gettext_lazy("The line does not fit the format, or its time or status cannot be read."),
    ),
    "future": (gettext_lazy("in the future"), gettext_lazy("Its day is later than tomorrow.")),
    "anonymous": (gettext_lazy("no sign-in"), gettext_lazy("It has no login name.")),
    "other_service": (
        gettext_lazy("of another service"),
        gettext_lazy("It is for another host, or for a path that is neither API, asset nor screen of this service."),
    ),
    "failed": (
        gettext_lazy("refused"),
        gettext_lazy("The status is 400 or higher: the server refused. Servers log login names here, too."),
    ),
    "redirected": (
        gettext_lazy("redirected"),
        gettext_lazy("The status is 3xx and not 304: the browser was redirected."),
    ),
    "not_a_visit": (
        gettext_lazy("not a visit"),
        gettext_lazy("The method is neither GET nor POST, or the status is below 200."),
    ),
    "api": (
        gettext_lazy("API"),
        gettext_lazy("A program called the API; no one looked at a screen. Its day is kept separately."),
    ),
    "asset": (gettext_lazy("asset"), gettext_lazy("A style sheet, script, picture or font.")),
    "system_account": (gettext_lazy("program"), gettext_lazy("The login is marked as a program.")),
}

FIELDS = {
    "day": gettext_lazy("Day"),
    "login": gettext_lazy("Login name"),
    "host": gettext_lazy("Host"),
    "path": gettext_lazy("Path"),
    "status": gettext_lazy("Status of the answer"),
    "method": gettext_lazy("Method"),
}


class ImportCode(Code):
    """Why an import of logs failed, beside what the reader says."""

    NONE_FITS = "%(file)s: no named format fits. Nothing in it was counted. Enter the log format in the source."
    NO_LINE_FITS = (
        "Nothing could be read: none of the %(count)s lines is in the format %(format)s. Choose the format of the log "
        "in the source, try a few of its lines there, then upload it again."
    )
    OTHER_FORMAT = (
        "Nothing could be read: none of the %(count)s lines is in the format %(format)s, but they fit the format "
        "%(likely)s. Choose that in the source (in a command with `seatwise source change`), then read the logs again."
    )
    NONE_FITS_LIKE = "%(refusal)s Its first line looks like: %(looks)s"
    NO_PART = (
        "None of these fact files was made with the rules for the service %(service)s. Nothing was "
        "counted. `seatwise source options %(source)s` prints the options to use."
    )
    NO_SERVICE = (
        "The source %(source)s has no service. Nothing was counted. Choose its services, then read the logs again."
    )
    FORGOTTEN = "the data of %(revision)s was removed; its logs are read by the current revision."
    OTHER_ZONE = (
        "Recorded days are in the time zone %(recorded)s, so days in %(zone)s cannot be added. Set "
        "SEATWISE_TIME_ZONE to %(recorded)s."
    )
    INTERRUPTED = "reading was interrupted; nothing was merged"
    ENDED_TOO_OFTEN = "Reading was interrupted at every attempt. Nothing was merged."
    RESTORED = (
        "A backup was restored that was made while this was being read or waiting. Nothing was "
        "merged. Backups do not contain uploaded files: upload them again, or run the command again."
    )
    OUR_FAULT = "Seatwise failed unexpectedly while reading it. Nothing was merged. The worker’s output says why."


class RefusedImport(Refused):
    """An import that may not be merged."""

    def __init__(self, code: ImportCode, **values: Value) -> None:
        self.notice = Notice(code, values)
        super().__init__(notice_text(self.notice))


# Where a page says it in another way than a command.
OWN = {LineCode.NO_HOST: gettext_lazy("the line has no host, but this service is limited to certain hosts")}


def reason_label(reason: str) -> str:
    return str(REASONS[reason][0]) if reason in REASONS else reason


def notice_text(notice: Notice, own: Mapping[Any, Any] = OWN) -> str:
    """What the reader says in the language of whoever reads it."""
    return words.notice_text(notice, own)


def kept_notice_text(kept: Mapping[str, Any]) -> str:
    """The same of a notice that was stored."""
    return notice_text(stored(kept))
