"""The side menu under the gear: what there is, for whom."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy

from seatwise import configuration
from seatwise.site.access import ADMINISTRATOR, AUDITOR, DEPARTMENT_ADMINISTRATOR, role_of
from seatwise.site.clock import notice_for

EVERYTHING = (ADMINISTRATOR, AUDITOR)
SETTING_UP = "setting_up"  # the cookie of whoever sets the site up: at which of the steps they are


@dataclass(frozen=True)
class Item:
    """A page of the menu. One whose address does not exist yet is left out."""

    label: str | Promise
    url_name: str
    icon: str
    about: str | Promise = ""
    roles: Sequence[str] = EVERYTHING
    below: Sequence[str] = ()  # other addresses at whose pages it is the current one

    @property
    def namespace(self) -> str:
        """The part of the site it opens."""
        return self.url_name.partition(":")[0]


@dataclass(frozen=True)
class Section:
    """A part of the menu with a heading."""

    label: str | Promise
    items: Sequence[Item]


@dataclass(frozen=True)
class Link:
    """An item as it stands in somebody's menu."""

    item: Item
    url: str
    current: bool


@dataclass(frozen=True)
class Part:
    """A section as it stands in somebody's menu."""

    label: str | Promise
    links: list[Link] = field(default_factory=list)


# Under which condition a page is in somebody's menu, by the name of its address. Later apps add to it.
CONDITIONS: dict[str, Callable[[HttpRequest], bool]] = {}

SECTIONS: list[Section] = [
    Section(
        gettext_lazy("Usage"),
        [
            Item(
                gettext_lazy("User Access Monitoring"),
                "monitoring:services",
                "activity",
                gettext_lazy("Who really uses a service: last access date and number of access days."),
                (*EVERYTHING, DEPARTMENT_ADMINISTRATOR),
            ),
            Item(
                gettext_lazy("Services & Users"),
                "licenses:services",
                "user-cog",
                gettext_lazy("Seats and who holds them: add and remove licenses, contracts, pending changes."),
                (*EVERYTHING, DEPARTMENT_ADMINISTRATOR),
                (
                    "/administration/licenses/drafts/",
                    "/administration/directory/services/",
                ),
            ),
            Item(
                gettext_lazy("Reviews"),
                "reviews:reviews",
                "clipboard-check",
                gettext_lazy("Find seats that are hardly used: ask, decide, carry out and prove."),
                (*EVERYTHING, DEPARTMENT_ADMINISTRATOR),
            ),
            Item(
                gettext_lazy("License changes"),
                "licenses:changes",
                "history",
                gettext_lazy("Licenses added and removed, by whom and why. Undo changes here."),
                (*EVERYTHING, DEPARTMENT_ADMINISTRATOR),
            ),
            Item(
                gettext_lazy("Licenses by file"),
                "licenses:file",
                "file-spreadsheet",
                gettext_lazy("One file for who can use which services. Every difference is shown before it is saved."),
            ),
            Item(
                gettext_lazy("Seat requests"),
                "seat_requests:requests",
                "armchair",
                gettext_lazy("Who requests a seat, and seats on their way to a new holder."),
                (*EVERYTHING, DEPARTMENT_ADMINISTRATOR),
            ),
            Item(
                gettext_lazy("Suspensions"),
                "licenses:suspensions",
                "moon",
                gettext_lazy("Who is away until when. Licenses are reactivated automatically."),
                (*EVERYTHING, DEPARTMENT_ADMINISTRATOR),
            ),
            Item(
                gettext_lazy("Exemptions"),
                "licenses:exemptions",
                "shield",
                gettext_lazy("Who is not judged by low use, and until when."),
                (*EVERYTHING, DEPARTMENT_ADMINISTRATOR),
            ),
        ],
    ),
    Section(
        gettext_lazy("Directory"),
        [
            Item(
                gettext_lazy("Users"),
                "directory:users",
                "users",
                gettext_lazy("Users, their departments, roles and status; import from a file."),
                below=("/administration/people/",),
            ),
            Item(
                gettext_lazy("Departments"),
                "directory:departments",
                "network",
                gettext_lazy("The tree of departments."),
            ),
            Item(
                gettext_lazy("Logins"),
                "directory:logins",
                "key-round",
                gettext_lazy("Login names found in logs, and who they belong to."),
            ),
        ],
    ),
    Section(
        gettext_lazy("System"),
        [
            Item(
                gettext_lazy("Sources"),
                "ledger:sources",
                "database",
                gettext_lazy("Where access data comes from: logs and vendor reports."),
            ),
            Item(
                gettext_lazy("Connections"),
                "connections:connections",
                "plug",
                gettext_lazy("cybozu.com, GitHub and Microsoft 365: read users and usage, every day if you like."),
            ),
            Item(
                gettext_lazy("Email log"),
                "letters:letters",
                "mail",
                gettext_lazy("Emails sent to people, and what became of them."),
            ),
            Item(
                gettext_lazy("Channels"),
                "channels:channels",
                "message-square",
                gettext_lazy("Slack, Teams, LINE WORKS and others: what is posted there beside email."),
            ),
            Item(
                gettext_lazy("Webhooks"),
                "webhooks:webhooks",
                "webhook",
                gettext_lazy("Programs elsewhere that are told what happens here."),
            ),
            Item(
                gettext_lazy("Files by email"),
                "file_imports:messages",
                "mail-open",
                gettext_lazy("Files that arrived in the mailbox of this site, and what came of them."),
            ),
            Item(
                gettext_lazy("Gate"),
                "gate:services",
                "door-open",
                gettext_lazy("The services where Seatwise checks each request and blocks users without a license."),
            ),
            Item(
                gettext_lazy("API tokens"),
                "directory:tokens",
                "key-square",
                gettext_lazy("Tokens for programs that read this site’s lists."),
            ),
            Item(
                gettext_lazy("Settings"),
                "settings",
                "sliders-horizontal",
                gettext_lazy("Organization, mail, sign-in, limits, and what the environment fixes."),
            ),
            Item(
                gettext_lazy("Audit log"),
                "audit:entries",
                "scroll-text",
                gettext_lazy("Who did what to whom, and when."),
            ),
        ],
    ),
]


def menu_for(request: HttpRequest) -> list[Part]:
    """The menu of whoever asks: only pages that exist and that they may open."""
    parts = [Part(section.label, list(_links(section, request))) for section in SECTIONS]
    return [part for part in parts if part.links]


def _links(section: Section, request: HttpRequest) -> Iterator[Link]:
    role = role_of(request)
    items = [item for item in section.items if role in item.roles and _is_shown(item, request)]
    addresses = {item.url_name: address for item in items if (address := _address(item.url_name))}
    for item in items:
        if item.url_name in addresses:
            address = addresses[item.url_name]
            current = any(request.path.startswith(each) for each in (address, *item.below))
            yield Link(item, address, current)


def _is_shown(item: Item, request: HttpRequest) -> bool:
    condition = CONDITIONS.get(item.url_name)
    return condition is None or condition(request)


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def for_templates(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page needs; worked out only where it is used."""
    return {
        "menu": SimpleLazyObject(lambda: menu_for(request)),
        "clock_jump": SimpleLazyObject(lambda: notice_for(request)),
        "setting_up": step if (step := request.COOKIES.get(SETTING_UP)) in ("1", "2", "3", "4") else "",
        "organization": configuration.ORGANIZATION.value(),
        "opens_administration": hasattr(request, "user") and role_of(request) in EVERYTHING,
    }
