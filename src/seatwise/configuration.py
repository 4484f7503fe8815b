"""Every setting, declared once: its name, what it does, how it is read, and what it is where nothing is said.

Settings come from the environment; some can also be changed on the site's page Settings, and KEPT has those. What the
environment says wins. Nothing here needs Django.
"""

import datetime
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from seatwise import setting_values as values
from seatwise.lib import days, holidays

T = TypeVar("T")
KEPT: dict[str, str] = {}  # what was changed on the page, by name: filled by site/kept_settings.py
PACKAGE = Path(__file__).parent
LOOPBACK = values.LOOPBACK
MOST_DAYS, MOST_MONTHS = 36_500, 1_200  # for which something can be kept


class WrongSetting(ValueError):
    """A setting with a value that cannot be. The message says which, what is wrong, and what is expected."""


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One setting. `parse` gets what was written and raises ValueError saying what is wrong and what is expected."""

    name: str
    help: str
    parse: Callable[[str], T]
    default: Callable[[], T]
    default_text: str
    secret: bool = False
    on_page: bool = False  # can be changed on the page Settings

    @property
    def is_fixed(self) -> bool:
        """Whether the environment says what it is."""
        return bool(os.environ.get(self.name))

    @property
    def written(self) -> str:
        """What the environment says, else what was changed on the page; empty where nothing is said."""
        return os.environ.get(self.name) or KEPT.get(self.name, "")

    def value(self) -> T:
        """What it is now. Raises WrongSetting. Empty counts as not given."""
        written = self.written
        if not written:
            return self.default()
        try:
            return self.parse(written)
        except ValueError as error:
            shown = "" if self.secret else f" is {written!r}, which"
            raise WrongSetting(f"{self.name}{shown} cannot be used: {error}. Nothing was started.") from None


def _days(name: str, text: str, default: int) -> Setting[int]:
    """For how long something is kept."""
    return Setting(name, text, values.whole_number(1, MOST_DAYS), lambda: default, f"`{default}`", on_page=True)


DATA_DIR = Setting(
    "SEATWISE_DATA_DIR",
    "The data directory: the secret key, the SQLite database, files that are being imported. `seatwise init` makes it.",
    lambda text: Path(text).expanduser().absolute(),
    lambda: Path("seatwise-data").absolute(),
    "`seatwise-data` in the current directory",
)
DATABASE_URL = Setting(
    "DATABASE_URL",
    "A PostgreSQL database to use in place of SQLite, such as `postgresql://seatwise:secret@db.example.com/seatwise`. "
    "A socket's directory is given as `?host=/run/postgresql`. The role needs the right to make temporary tables, and "
    "a pooler has to give whole sessions, not single transactions.",
    values.database,
    lambda: None,
    "SQLite, in the data directory",
    secret=True,
)
ORGANIZATION = Setting(
    "SEATWISE_ORGANIZATION",
    "The name of the organization, shown beside the name of the site.",
    values.short_text,
    lambda: "",
    "no name is shown",
    on_page=True,
)
LANGUAGE = Setting(
    "SEATWISE_LANGUAGE",
    "The language, `en` or `ja`, of people who are added without one, and of pages for browsers that ask for neither.",
    values.language,
    lambda: "en",
    "`en`",
    on_page=True,
)
ORIGIN = Setting(
    "SEATWISE_ORIGIN",
    "How the address of the site begins, as people see it, such as `https://seatwise.example.com`. "
    "With `https`, cookies are only sent encrypted and browsers are told to stay with https. "
    "Plain `http` is accepted for this machine only, unless `SEATWISE_HTTPS` is `no`.",
    values.origin,
    lambda: values.origin("http://127.0.0.1:8000"),
    "`http://127.0.0.1:8000`, for trying it out on this machine",
)
HTTPS = Setting(
    "SEATWISE_HTTPS",
    "Whether people reach the site by https. `no` for another machine's plain `http` sends passwords readable "
    "through the network: only where something else protects them.",
    values.yes_or_no,
    lambda: ORIGIN.value().scheme == "https",
    "`yes` if `SEATWISE_ORIGIN` begins with `https`, else `no`",
)
ALLOWED_HOSTS = Setting[list[str]](
    "SEATWISE_ALLOWED_HOSTS",
    "Further host names the site answers to, separated by commas.",
    values.hosts,
    list,
    "the host of `SEATWISE_ORIGIN` and this machine",
)
PROXIES = Setting(
    "SEATWISE_PROXIES",
    "How many reverse proxies stand before the site and add to `X-Forwarded-For`; `0` where people reach it directly. "
    "They are then also believed about `X-Forwarded-Proto`. Attempts to sign in are counted by the address they come "
    "from, so it must be said where `SEATWISE_ORIGIN` is not this machine: a number too low counts everyone as one, "
    "a number too high lets anybody name an address of their choice.",
    values.whole_number(0),
    lambda: 0,
    "`0` on this machine; elsewhere nothing is started",
)
SECRET_KEY = Setting(
    "SEATWISE_SECRET_KEY",
    "The key that signs sessions, at least 50 random characters, where it should not be kept in the data directory.",
    values.secret_key,
    lambda: None,
    "the file `secret.key` in the data directory",
    secret=True,
)
AUDIT_KEY = Setting(
    "SEATWISE_AUDIT_KEY",
    "The key that seals the audit log, at least 50 random characters, where it should not be kept in the data "
    "directory: an administrator of the database who does not have it cannot change the log unseen.",
    values.secret_key,
    lambda: None,
    "the file `audit.key` in the data directory, made with the first entry",
    secret=True,
)
SECOND_FACTOR = Setting(
    "SEATWISE_SECOND_FACTOR",
    "Whether administrators and auditors must have a second factor: an authenticator app or a passkey "
    "([signing-in.md](signing-in.md)). Others may have one.",
    values.yes_or_no,
    lambda: ORIGIN.value().hostname not in LOOPBACK,
    "`yes`, unless `SEATWISE_ORIGIN` is this machine",
    on_page=True,
)
TIME_ZONE = Setting(
    "SEATWISE_TIME_ZONE",
    "The organization's time zone: what a day is. It cannot be changed once there are facts.",
    days.zone,
    values.machine_zone,
    "the zone of this machine",
    on_page=True,
)
HOLIDAYS = Setting(
    "SEATWISE_HOLIDAYS",
    "The country whose public holidays are no working days, such as `JP`. Fewer days are then expected of "
    "people, and silent logs surprise no one on a holiday ([counting.md](counting.md#closed-days)).",
    holidays.country,
    lambda: "",
    "none: every Monday to Friday is a working day",
    on_page=True,
)
TODAY = Setting(
    "SEATWISE_TODAY",
    "A day (YYYY-MM-DD) to be taken for today, for trials and tests.",
    values.day,
    lambda: None,
    "the day it is in the organization's time zone",
)
ESCALATE_AFTER = Setting(
    "SEATWISE_ESCALATE_AFTER",
    "How many days after a review was due what someone has not decided goes to their delegate or manager, too "
    "([reviews.md](reviews.md#overdue-decisions)); `0` for never.",
    values.whole_number(0),
    lambda: 0,
    "`0`",
    on_page=True,
)
CLOCK_JUMP = Setting(
    "SEATWISE_CLOCK_JUMP",
    (
        "By how many days the clock may move between two checks, forwards or backwards, before "
        "automatic work is paused until an administrator confirms the date ([clock.md](clock.md)). A "
        "site that is switched off for longer is paused, too."
    ),
    values.whole_number(1),
    lambda: 3,
    "`3`",
    on_page=True,
)
ADMIN_PASSWORD = Setting(
    "SEATWISE_ADMIN_PASSWORD",
    "The password of the first administrator, read by `seatwise init` only.",
    values.as_written,
    lambda: None,
    "`seatwise init` asks for it",
    secret=True,
)
SESSION_LIMIT = Setting(
    "SEATWISE_SESSION_LIMIT",
    (
        "How many hours people stay signed in, here and at services behind the gate, whatever they "
        "do: a working day, so that no one signs in twice in one and a stolen session is worth "
        "nothing tomorrow."
    ),
    values.whole_number(1),
    lambda: 12,
    "`12`",
    on_page=True,
)
SESSION_IDLE = Setting(
    "SEATWISE_SESSION_IDLE",
    "After how many minutes without a request administrators, auditors and department administrators sign in again. "
    "Members, who see only what is their own, stay signed in until `SEATWISE_SESSION_LIMIT`: their sessions at "
    "services behind the gate hang on it, and what they do there is not a request to Seatwise.",
    values.whole_number(1),
    lambda: 30,
    "`30`",
    on_page=True,
)
MAIL = Setting[values.Mail | None](
    "SEATWISE_MAIL",
    (
        "How emails are sent: `smtp+starttls://user:password@mail.example.com`, `smtps://…` "
        "(encrypted from the start), `smtp://…` (not encrypted; with a password on this machine "
        "only), `folder:/path` (files, for trying it out), or `print:` (written by the worker to its "
        "output, with the links in them: for trying it out only)."
    ),
    values.mail,
    lambda: None,
    "no emails are sent, and a missing reply is no answer",
    secret=True,
    on_page=True,
)
MAIL_FROM = Setting(
    "SEATWISE_MAIL_FROM",
    "The sender address of emails, to which mail servers also report bounces ([mail.md](mail.md)).",
    values.mail_address,
    lambda: f"seatwise@{_mail_host()}",
    "`seatwise@` and the host of `SEATWISE_ORIGIN`",
    on_page=True,
)
PRIVATE_ADDRESSES = Setting[list[values.Network]](
    "SEATWISE_PRIVATE_ADDRESSES",
    "Addresses and networks of your own that messages to channels and webhooks may be sent to, such as `10.0.0.5` or "
    "`192.168.0.0/16`. Addresses on the internet always may be.",
    values.networks,
    list,
    "none",
)
PERSONAL_CHANNELS = Setting(
    "SEATWISE_PERSONAL_CHANNELS",
    "Whether everyone may enter an address of their own, such as that of an ntfy topic, at which they get the messages "
    "that they get by email ([notifications.md](notifications.md)).",
    values.yes_or_no,
    lambda: False,
    "`no`",
    on_page=True,
)
MAILBOX = Setting[values.Mailbox | None](
    "SEATWISE_MAILBOX",
    "A mailbox whose messages bring in files ([watch.md](watch.md#by-email)): "
    "`imaps://user:password@imap.example.com/FOLDER` (encrypted from the start), `imap+starttls://…`, or `imap://…` "
    "(not encrypted, on this machine only). The folder is `INBOX` where none is given. It is only ever read.",
    values.mailbox,
    lambda: None,
    "files are not taken from emails",
    secret=True,
    on_page=True,
)
MAILBOX_SENDERS = Setting[dict[str, list[str]]](
    "SEATWISE_MAILBOX_SENDERS",
    "Whose messages are taken, and what each of them sends, such as `hr@example.com=people, "
    "it@example.com=reports/kintone`: `people`, `licenses`, or `reports/` and the code of a service.",
    values.senders,
    dict,
    "no one's",
    on_page=True,
)
MAILBOX_AUTOMATIC = Setting(
    "SEATWISE_MAILBOX_AUTOMATIC",
    "Whether files of the mailbox are imported without anyone confirming them, as those of a watched folder are. "
    "Only where no one else can get a message into its folder: a sender's address can be forged "
    "([watch.md](watch.md#by-email)).",
    values.yes_or_no,
    lambda: False,
    "`no`: each waits for an administrator",
    on_page=True,
)
UPLOAD_LIMIT = Setting(
    "SEATWISE_UPLOAD_LIMIT",
    "How much can be uploaded on the site at once, such as `500 MB` or `20 GB`. Commands read files of any size.",
    values.size,
    lambda: 2 * 10**9,
    "`2 GB`",
    on_page=True,
)
LARGE_CHANGE = Setting(
    "SEATWISE_LARGE_CHANGE",
    "Of how many percent of all active people, or of a service's licenses, a file or a reading may deactivate or "
    "remove without its number being confirmed. Three are never many.",
    values.whole_number(0),
    lambda: 5,
    "`5`",
    on_page=True,
)
KEEP_ACCESS = Setting[int | None](
    "SEATWISE_KEEP_ACCESS",
    "For how many months, beside the current one, access days and vendors' reports are kept. Older ones are deleted "
    "each day, with an entry in the audit log. What reviews recorded of them, their evidence and the audit log are "
    "never deleted.",
    values.whole_number(13, MOST_MONTHS),
    lambda: None,
    "they are kept",
    on_page=True,
)
KEEP_EMAILS = Setting[int | None](
    "SEATWISE_KEEP_EMAILS",
    "For how many days the email log says to whom an email was sent, and what became of it.",
    values.whole_number(400, MOST_DAYS),
    lambda: None,
    "the email log is kept",
    on_page=True,
)
KEEP_IMPORTS = _days(
    "SEATWISE_KEEP_IMPORTS",
    "For how many days an import of logs can be removed. Until then a copy of what it brought is kept.",
    30,
)
KEEP_UPLOADS = _days(
    "SEATWISE_KEEP_UPLOADS", "For how many days a file that someone uploaded waits for its confirmation.", 1
)
KEEP_ARRIVED = _days(
    "SEATWISE_KEEP_ARRIVED",
    "For how many days a file from a watched folder or an email waits for its confirmation.",
    30,
)
KEEP_FILES = _days("SEATWISE_KEEP_FILES", "For how many days a file that was created in the background is kept.", 1)
SKIPPED_ROWS = Setting(
    "SEATWISE_SKIPPED_ROWS",
    "What percentage of the rows of a vendor report may have no login or name. Above that the report is refused.",
    values.whole_number(0, 100),
    lambda: 90,
    "`90`",
)
RECOGNIZED_HOLDERS = Setting(
    "SEATWISE_RECOGNIZED_HOLDERS",
    (
        "What percentage of certain license holders must be recognized in a report or reading that "
        "lists every user. Below that it confirms no removals."
    ),
    values.whole_number(0, 100),
    lambda: 90,
    "`90`",
)
OWN_SOURCE = Setting(
    "SEATWISE_OWN_SOURCE",
    "The code of a source of logs with the format `recorder`, in which Seatwise records who works with its own pages "
    "(docs/recorder.md). Answering questions and looking at one’s own record do not count.",
    values.as_written,
    lambda: "",
    "Seatwise does not record its own pages",
)
GATE_GRACE = Setting(
    "SEATWISE_GATE_GRACE",
    "For how many seconds the gate goes on saying what it knew last when the database is away or too slow to answer. "
    "Afterwards it is closed.",
    values.whole_number(0),
    lambda: 60,
    "`60`",
)
TEST_DATABASE_URL = Setting(
    "SEATWISE_TEST_DATABASE_URL",
    "For the tests of Seatwise itself: the PostgreSQL database server on which they run.",
    values.database,
    lambda: None,
    "tests run on SQLite",
    secret=True,
)
DEBUG = Setting(
    "SEATWISE_DEBUG",
    (
        "Whether errors are shown in full to anyone: only for work on Seatwise itself, and refused if"
        " `SEATWISE_ORIGIN` is not this machine."
    ),
    values.yes_or_no,
    lambda: False,
    "`no`",
)

SETTINGS: tuple[Setting[object], ...] = (  # type: ignore[assignment]  # a Setting only ever gives values
    DATA_DIR,
    DATABASE_URL,
    ORGANIZATION,
    LANGUAGE,
    ORIGIN,
    HTTPS,
    ALLOWED_HOSTS,
    PROXIES,
    SECRET_KEY,
    AUDIT_KEY,
    SECOND_FACTOR,
    TIME_ZONE,
    HOLIDAYS,
    TODAY,
    CLOCK_JUMP,
    ESCALATE_AFTER,
    ADMIN_PASSWORD,
    SESSION_LIMIT,
    SESSION_IDLE,
    MAIL,
    MAIL_FROM,
    PRIVATE_ADDRESSES,
    PERSONAL_CHANNELS,
    MAILBOX,
    MAILBOX_SENDERS,
    MAILBOX_AUTOMATIC,
    UPLOAD_LIMIT,
    LARGE_CHANGE,
    KEEP_ACCESS,
    KEEP_EMAILS,
    KEEP_IMPORTS,
    KEEP_UPLOADS,
    KEEP_ARRIVED,
    KEEP_FILES,
    SKIPPED_ROWS,
    RECOGNIZED_HOLDERS,
    OWN_SOURCE,
    GATE_GRACE,
    DEBUG,
    TEST_DATABASE_URL,
)


def _mail_host() -> str:
    """The host of the site, if it has a name."""
    host = str(ORIGIN.value().hostname)
    return host if re.search("[a-z]", host) and ":" not in host else "localhost"


def zone() -> ZoneInfo:
    return TIME_ZONE.value()


def today(in_zone: ZoneInfo | None = None) -> datetime.date:
    """The day it is in the organization's zone (or another), or the one that SEATWISE_TODAY fixes."""
    return TODAY.value() or days.date_of(days.today(in_zone or zone()))


def days_of(setting: Setting[int]) -> datetime.timedelta:
    """A setting of days, as a span of time."""
    return datetime.timedelta(days=setting.value())


def for_django() -> dict[str, Any]:
    """Those of Django's settings that follow from what can be changed on the page."""
    mail = MAIL.value() or values.Mail("off")
    backend = {"off": "Off", "print": "Print", "folder": "Folder"}.get(mail.scheme, "Smtp")
    sender = f"Seatwise <{MAIL_FROM.value()}>"
    return {
        "TIME_ZONE": zone().key,
        "LANGUAGE_CODE": LANGUAGE.value(),
        "SECOND_FACTOR_REQUIRED": SECOND_FACTOR.value(),
        "SESSION_COOKIE_AGE": SESSION_LIMIT.value() * 3600,
        "SESSION_IDLE_SECONDS": SESSION_IDLE.value() * 60,
        "DEFAULT_FROM_EMAIL": sender,
        "SERVER_EMAIL": sender,
        "EMAIL_BACKEND": f"seatwise.letters.backends.{backend}",
        "EMAIL_FILE_PATH": str(mail.folder or ""),
        "EMAIL_HOST": mail.host,
        "EMAIL_PORT": mail.port,
        "EMAIL_HOST_USER": mail.user,
        "EMAIL_HOST_PASSWORD": mail.password,
        "EMAIL_USE_SSL": mail.scheme == "smtps",
        "EMAIL_USE_TLS": mail.scheme == "smtp+starttls",
    }


def check(environment: Mapping[str, str] = os.environ) -> None:
    """Refuse wrong values, names that are no settings, and what a site for others lacks. Raises WrongSetting."""
    names = [setting.name for setting in SETTINGS]
    for name in sorted(environment):
        if name.startswith("SEATWISE_") and name not in names:
            import difflib  # noqa: PLC0415 - slow to import, and only wrong names need it

            close = difflib.get_close_matches(name, names, n=1, cutoff=0.7)
            meant = f" Did you mean {close[0]}?" if close else " docs/configuration.md lists the settings."
            raise WrongSetting(f"{name} is not a setting of Seatwise.{meant} Nothing was started.")
    for setting in SETTINGS:
        setting.value()
    origin = ORIGIN.value()
    if origin.scheme == "http" and origin.hostname not in LOOPBACK and not environment.get(HTTPS.name):
        raise WrongSetting(
            f"SEATWISE_ORIGIN is {origin.geturl()!r}, so passwords would cross the network readable. Give an https "
            "address, or say SEATWISE_HTTPS=no if something else protects them. Nothing was started."
        )
    if origin.hostname not in LOOPBACK and DEBUG.value():
        raise WrongSetting(
            f"SEATWISE_DEBUG is yes, and SEATWISE_ORIGIN is {origin.geturl()!r}: errors shown in full give secrets "
            "away to whoever meets them. Leave SEATWISE_DEBUG out, or work on this machine. Nothing was started."
        )
    if origin.hostname not in LOOPBACK and not environment.get(PROXIES.name):
        raise WrongSetting(
            f"SEATWISE_ORIGIN is {origin.geturl()!r}, and attempts to sign in are counted by the address they come "
            "from: say how many reverse proxies stand before Seatwise, such as SEATWISE_PROXIES=1 for one nginx or "
            "Caddy, or SEATWISE_PROXIES=0 if there is none. Nothing was started."
        )


_HEAD = """# Configuration

Seatwise is set up by environment variables. Those that say so can also be changed by an administrator on the page
*Settings* (`/administration/settings/`), which keeps them in the database; what the environment says wins, and the
page shows it as fixed. There is nothing that must be set to try it out on one's own machine; for
others to use it, `SEATWISE_ORIGIN` and `SEATWISE_PROXIES` are enough. A wrong value, or a misspelled name, is refused
at the start with a message. *This page is written by `python -m seatwise.configuration`; a test compares it.*
"""


def _usual(setting: Setting[object]) -> str:
    return f"{setting.default_text}.{' Can be changed on the page *Settings*.' if setting.on_page else ''}"


def render() -> str:
    """The page docs/configuration.md."""
    parts = [f"\n## `{each.name}`\n\n{each.help}\n\nDefault: {_usual(each)}\n" for each in SETTINGS]
    return _HEAD + "".join(parts)


if __name__ == "__main__":
    print(render(), end="")
