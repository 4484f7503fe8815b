"""What can be connected: what it is called, where it may be, what is entered for it, and what its refusals mean."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from seatwise.connections.microsoft import SIGN_IN
from seatwise.connections.user_api import CODES

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise


@dataclass(frozen=True)
class Field:
    """What is entered; `form` is what it has to look like as a whole."""

    label: "Text"
    help_text: "Text" = ""
    form: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Kind:
    """A vendor. Tokens are sent to its `hosts` alone; one that begins with a dot stands for all below it."""

    code: str
    name: str
    about: "Text"
    needs: "Text"
    hosts: tuple[str, ...]
    address: Field
    services: "Mapping[str, Text]"  # what it calls its services by their codes, and what they are called
    fields: Mapping[str, Field]
    default_address: str = ""
    hints: "Mapping[int, Text]" = field(default_factory=dict)  # what next, by the status of an answer

    @property
    def gives_reports(self) -> bool:
        """Whether it says who used a service; otherwise, who there is and what they may use."""
        return self is not CYBOZU

    @property
    def sends(self) -> bool:
        """Whether licenses are carried out there."""
        return self is CYBOZU


_NAMES: "dict[str, Text]" = {
    "office": gettext_lazy("Cybozu Office"),
    "mailwise": gettext_lazy("Mailwise"),
    "secure_access": gettext_lazy("Secure Access"),
    "garoon": "Garoon",
}
CYBOZU = Kind(
    code="cybozu",
    name="cybozu.com",
    about=gettext_lazy(
        "Read users and their licenses from cybozu.com and send license changes there. Nothing "
        "changes on either side until you confirm it."
    ),
    needs=gettext_lazy("You need an API token with the scope “Read” (cybozu.com administration, API tokens)."),
    hosts=(".cybozu.com", ".kintone.com", ".cybozu.cn"),
    address=Field(gettext_lazy("Address"), gettext_lazy("For example https://example.cybozu.com.")),
    services={code: _NAMES.get(code, code) for code in CODES},
    fields={
        "read_token": Field(
            gettext_lazy("API token with the scope “Read”"),
            gettext_lazy("Used to read users, departments and licenses. Leave empty to keep the current token."),
        ),
        "write_token": Field(
            gettext_lazy("API token with the scope “Read and Write”"),
            gettext_lazy(
                "Only needed to send license changes there. It cannot change members of cybozu.com’s "
                "Administrators group."
            ),
        ),
    },
)
GITHUB = Kind(
    code="github",
    name="GitHub Copilot",
    about=gettext_lazy("Read who has a Copilot seat on GitHub and when they last used it. Nothing is changed there."),
    needs=gettext_lazy("You need a token that can read your organization’s Copilot seats."),
    hosts=("api.github.com", ".ghe.com"),
    address=Field(
        gettext_lazy("Address of the API"), gettext_lazy("https://api.github.com, except for domains of ghe.com.")
    ),
    default_address="https://api.github.com",
    services={"copilot": "GitHub Copilot"},
    fields={
        "account": Field(
            gettext_lazy("Organization"),
            gettext_lazy("Its name on GitHub; or enterprises/ followed by the enterprise’s name."),
            re.compile(r"(enterprises/)?[A-Za-z0-9][A-Za-z0-9_-]{0,99}"),
        ),
        "read_token": Field(
            gettext_lazy("Token"),
            gettext_lazy(
                "Fine-grained, with the organization permission “GitHub Copilot Business” (read); or classic,"
                " with manage_billing:copilot. Leave empty to keep the current token."
            ),
        ),
    },
    hints={
        401: gettext_lazy("The token is wrong, was revoked, or has expired. Enter another one."),
        403: gettext_lazy("The token may not read this. It needs the permission “GitHub Copilot Business” (read)."),
        404: gettext_lazy("There is no such organization, or the token cannot see it."),
    },
)
MICROSOFT = Kind(
    code="microsoft",
    name="Microsoft 365",
    about=gettext_lazy("Read usage reports from Microsoft 365: who last used what and when. Nothing is changed there."),
    needs=gettext_lazy("You need an app in Microsoft Entra that can read usage reports (Reports.Read.All)."),
    hosts=tuple(SIGN_IN),
    address=Field(
        gettext_lazy("Address of Microsoft Graph"),
        gettext_lazy("https://graph.microsoft.com, except for national clouds."),
    ),
    default_address="https://graph.microsoft.com",
    services={
        "apps": gettext_lazy("Microsoft 365 Apps"),
        "exchange": "Exchange Online",
        "onedrive": "OneDrive",
        "sharepoint": "SharePoint",
        "teams": "Microsoft Teams",
        "yammer": "Viva Engage (Yammer)",
    },
    fields={
        "account": Field(
            gettext_lazy("Tenant"),
            gettext_lazy("Its ID, or one of its domains such as example.onmicrosoft.com."),
            re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{2,99}"),
        ),
        "client": Field(
            gettext_lazy("Application (client) ID"),
            "",
            re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
        ),
        "read_token": Field(
            gettext_lazy("Client secret"),
            gettext_lazy("Its value, not its ID. Leave empty to keep the current one."),
        ),
    },
    hints={
        400: gettext_lazy("Check the tenant and the client ID."),
        401: gettext_lazy("The client secret is wrong or has expired. Enter the value of a new one."),
        403: gettext_lazy(
            "Give the app the application permission Reports.Read.All, and have an administrator consent to it."
        ),
    },
)
KINDS = {each.code: each for each in (CYBOZU, GITHUB, MICROSOFT)}
