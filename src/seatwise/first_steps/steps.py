"""The four steps, and which of them are done: by what there is, so that they can be left and taken up again."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from seatwise import configuration
from seatwise.directory.models import User
from seatwise.ledger.models import Recording
from seatwise.licenses.models import License
from seatwise.site.access import ADMINISTRATOR, role_of
from seatwise.site.home import Card


@dataclass(frozen=True)
class Step:
    """A step: the name of its address, what it is called, and whether it is done."""

    url_name: str
    label: str | Promise
    about: str | Promise
    done: bool


def all_steps() -> list[Step]:
    """The steps as they stand. Three queries."""
    return [
        Step(
            "first_steps:organization",
            gettext_lazy("Your organization"),
            gettext_lazy("Name, language, time zone and email."),
            bool(configuration.ORGANIZATION.written),
        ),
        Step(
            "first_steps:usage",
            gettext_lazy("Access data"),
            gettext_lazy("A log from your web server, a vendor report, or a connection to a vendor."),
            Recording.objects.exists(),
        ),
        Step(
            "first_steps:people",
            gettext_lazy("People"),
            gettext_lazy("Users from the logins found, or from a file."),
            User.objects.exclude(role=ADMINISTRATOR).exists(),
        ),
        Step(
            "first_steps:seats",
            gettext_lazy("Seats"),
            gettext_lazy("How many, at what price, and who holds one."),
            License.objects.exists(),
        ),
    ]


def next_step(steps: list[Step]) -> Step | None:
    """The first that is not done."""
    return next((step for step in steps if not step.done), None)


def card(request: HttpRequest) -> Card | None:
    """For administrators, while nobody has held a license yet."""
    if role_of(request) != ADMINISTRATOR or License.objects.exists():
        return None
    steps = all_steps()
    return "first_steps/_card.html", {"steps": steps, "next": next_step(steps)}
