"""Settings that are servers, entered in parts: the mail server, and the mailbox."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from seatwise import configuration, setting_values
from seatwise.configuration import Setting

STARTTLS = gettext_lazy("encrypted by STARTTLS (port %(port)s)")
ENCRYPTED = gettext_lazy("encrypted from the start (port %(port)s)")
PARTS = ("encryption", "host", "port", "user", "password", "folder")
PLAIN = gettext_lazy("not encrypted (port %(port)s)")


@dataclass(frozen=True)
class ServerFields:
    """One such setting, and the fields of its parts, whose names begin with `start`."""

    setting: Setting[Any]
    start: str
    ports: Mapping[str, int]
    nothing: str | Promise  # what stands for none
    refusal: str | Promise

    def names(self) -> tuple[str, ...]:
        return tuple(f"{self.start}{part}" for part in PARTS)

    def choices(self) -> Iterator[tuple[str, str]]:
        """Of the field of the encryption, the best first."""
        yield "", str(self.nothing)
        for scheme, port in sorted(self.ports.items(), key=lambda each: -len(each[0])):
            said = STARTTLS if "+" in scheme else ENCRYPTED if scheme.endswith("s") else PLAIN
            yield scheme, str(said) % {"port": port}

    def now(self) -> dict[str, Any]:
        """What the fields hold at first: all but the password."""
        server = self.setting.value()
        if not (server and server.host):
            return {}
        port = "" if server.port == self.ports[server.scheme] else server.port
        found = {"encryption": server.scheme, "host": server.host, "port": port, "user": server.user}
        found |= {"folder": server.folder} if server.folder else {}
        return {f"{self.start}{name}": value for name, value in found.items()}

    def text(self, form: Any) -> str:
        """The setting as it is written. A password that is not entered stays, for the same server and user.

        Raises ValueError where the parts do not make one.
        """
        given = {part: form.cleaned_data.get(f"{self.start}{part}") or "" for part in PARTS}
        if not given["encryption"]:
            return ""
        before, user, password = self.setting.value(), given["user"], given["password"]
        same = before and (before.host, before.user) == (given["host"], user)
        if same and not password:
            password = before.password
        signed = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user or password else ""
        port_name = f"{self.start}port"
        asked = given["port"] if port_name in form.fields else same and form.initial.get(port_name)
        port, folder = f":{asked}" if asked else "", f"/{quote(given['folder'], safe='')}" if given["folder"] else ""
        text = f"{given['encryption']}://{signed}{given['host']}{port}{folder}"
        self.setting.parse(text)
        return text


MAIL = ServerFields(
    configuration.MAIL,
    "",
    setting_values.MAIL_PORTS,
    gettext_lazy("no mail server: no emails are sent"),
    gettext_lazy(
        "This mail server cannot be used: enter its name, such as mail.example.com, a user together "
        "with a password, and encryption if there is a password."
    ),
)
MAILBOX = ServerFields(
    configuration.MAILBOX,
    "mailbox_",
    setting_values.MAILBOX_PORTS,
    gettext_lazy("no mailbox: files are not taken from emails"),
    gettext_lazy(
        "This mailbox cannot be used: enter the name of its server, such as imap.example.com, a user, a password, and "
        "encryption."
    ),
)
