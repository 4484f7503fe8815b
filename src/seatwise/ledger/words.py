"""What became of lines, in words: the reasons of an account, and the sentences in which the reader says why."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# In the order in which they are tried: what a line is called, and what that means.
REASONS = {
    "access": (gettext_lazy("access"), gettext_lazy("A signed-in user asked for a screen, and got it.")),
    "malformed": (
        gettext_lazy("not of the format"),
        gettext_lazy("The line does not fit the format, or its time or status cannot be read."),
    ),
    "future": (gettext_lazy("in the future"), gettext_lazy("Its day is later than tomorrow.")),
    "anonymous": (gettext_lazy("nobody signed in"), gettext_lazy("It names no login.")),
    "other_service": (
        gettext_lazy("of another service"),
        gettext_lazy("It is for another host, or for a path that is neither API, asset nor screen of this service."),
    ),
    "failed": (
        gettext_lazy("refused"),
        gettext_lazy("The status is 400 or more: the server refused. Servers write down logins here, too."),
    ),
    "redirected": (
        gettext_lazy("redirected"),
        gettext_lazy("The status is 3xx and not 304: the browser was sent elsewhere."),
    ),
    "not_a_visit": (
        gettext_lazy("not a visit"),
        gettext_lazy("The method is neither GET nor POST, or the status is below 200."),
    ),
    "api": (gettext_lazy("API"), gettext_lazy("A program called; nobody looked at a screen. Its day is kept apart.")),
    "asset": (gettext_lazy("asset"), gettext_lazy("A style sheet, script, picture or font.")),
    "system_account": (gettext_lazy("program"), gettext_lazy("The login was declared to be a program.")),
}

_SENTENCES = [
    (re.compile(pattern, re.DOTALL), sentence)
    for pattern, sentence in (
        (r"its day is later than tomorrow", gettext_lazy("its day is later than tomorrow")),
        (r"it names no login: nobody was signed in", gettext_lazy("it names no login: nobody was signed in")),
        (
            r"the status is 400 or more: the server refused",
            gettext_lazy("the status is 400 or more: the server refused"),
        ),
        (
            r"the status is 3xx and not 304: the browser was sent elsewhere",
            gettext_lazy("the status is 3xx and not 304: the browser was sent elsewhere"),
        ),
        (
            r"the method is neither GET nor POST, or the status is below 200",
            gettext_lazy("the method is neither GET nor POST, or the status is below 200"),
        ),
        (
            r"the path is one of the API: a program called, nobody looked at a screen",
            gettext_lazy("the path is one of the API: a program called, nobody looked at a screen"),
        ),
        (
            r"the path is a style sheet, script, picture or font",
            gettext_lazy("the path is a style sheet, script, picture or font"),
        ),
        (r"the login was declared to be a program", gettext_lazy("the login was declared to be a program")),
        (
            r"a signed-in user asked for a screen, and got it",
            gettext_lazy("a signed-in user asked for a screen, and got it"),
        ),
        (
            r"a directive: it says how the next lines are written",
            gettext_lazy("a directive: it says how the next lines are written"),
        ),
        (r"longer than 1 MiB", gettext_lazy("longer than 1 MiB")),
        (r"an empty line", gettext_lazy("an empty line")),
        (r"the line ends there", gettext_lazy("the line ends there")),
        (
            r"the line has a field more than the format",
            gettext_lazy("the line has a field more than the format"),
        ),
        (
            r"does not fit from character (?P<at>\d+): (?P<rest>.*)",
            gettext_lazy("does not fit from character %(at)s: %(rest)s"),
        ),
        (r"the time cannot be read: (?P<rest>.*)", gettext_lazy("the time cannot be read: %(rest)s")),
        (r"the status cannot be read: (?P<rest>.*)", gettext_lazy("the status cannot be read: %(rest)s")),
        (
            r"the path fits neither API, asset nor screen of this service",
            gettext_lazy("the path fits neither API, asset nor screen of this service"),
        ),
        (
            r"the host is not named and is not of this service",
            gettext_lazy("the line names no host, and this service has certain hosts"),
        ),
        (
            r"the host (?P<host>.*) is not of this service",
            gettext_lazy("the host %(host)s is not of this service"),
        ),
        (r"day (?P<day>[\d-]+)", gettext_lazy("day %(day)s")),
        (
            r"method (?P<method>.*), status (?P<status>.*)",
            gettext_lazy("method %(method)s, status %(status)s"),
        ),
        (r"path (?P<path>.*) of host (?P<host>.*)", gettext_lazy("path %(path)s of host %(host)s")),
        (r"path (?P<path>.*)", gettext_lazy("path %(path)s")),
        (r"(?P<path>.*) is a screen", gettext_lazy("%(path)s is a screen")),
        (r"(?P<path>.*) is of the API", gettext_lazy("%(path)s is of the API")),
        (r"(?P<path>.*) is an asset", gettext_lazy("%(path)s is an asset")),
        (r"(?P<path>.*) is of no kind", gettext_lazy("%(path)s is of no kind")),
        (r"(?P<day>[\d-]+) in (?P<zone>\S+) \((?P<time>.*)\)", gettext_lazy("%(day)s in %(zone)s (%(time)s)")),
    )
]
FIELDS = {
    "day": gettext_lazy("Day"),
    "login": gettext_lazy("Login name"),
    "host": gettext_lazy("Host"),
    "path": gettext_lazy("Path"),
    "status": gettext_lazy("Status of the answer"),
    "method": gettext_lazy("Method"),
}

# What the reader of vendors' reports says, which cannot translate it itself.
REPORT_PROBLEMS = (
    gettext_lazy("%(file)s line %(line)s: it is not CSV (%(why)s)"),
    gettext_lazy("%(file)s line 1: there is no column “%(heading)s” (expected one of its headings)"),
    gettext_lazy(
        "%(file)s line 1: no column for the login among %(headings)s (choose it; in a command with "
        "--column login=HEADING)"
    ),
    gettext_lazy(
        "%(file)s line 1: no column for the last access date among %(headings)s (choose it; in a command with "
        "--column last_access=HEADING)"
    ),
    gettext_lazy("%(file)s line %(line)s: it names nobody (expected a login or a name)"),
    gettext_lazy(
        "%(file)s line %(line)s: line %(other)s says something of “%(login)s” already (expected each login once)"
    ),
    gettext_lazy("%(file)s line %(line)s: last access “%(text)s” is not a date (expected YYYY-MM-DD)"),
)


def reason_label(reason: str) -> str:
    """What a reason is called."""
    return str(REASONS[reason][0]) if reason in REASONS else reason


def in_words(sentence: str) -> str:
    """A sentence of the reader in the language of whoever reads it; itself where it is not known."""
    for pattern, translated in _SENTENCES:
        found = pattern.fullmatch(sentence)
        if found:
            parts = found.groupdict()
            if "rest" in parts:
                parts["rest"] = in_words(parts["rest"])
            return str(translated) % parts
    return sentence


def message_in_words(message: str) -> str:
    """Why an import failed. What the readers of logs say is kept as they say it."""
    return _(message) if message else ""
