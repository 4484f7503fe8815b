"""What enquiries are for. Later apps register theirs in AppConfig.ready."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from seatwise.ledger import locking
from seatwise.licenses import seats

if TYPE_CHECKING:
    from django.db import models

    from seatwise.directory.models import User
    from seatwise.enquiries.models import Enquiry

InWords = Callable[["Enquiry"], str]


class UnknownPurpose(LookupError):
    """A purpose that no app has registered."""


def lock_holder_and_seats(enquiry: "Enquiry") -> None:
    """Lock whoever holds the license, its service and its as-of row: what removing it needs."""
    seats.lock_people([enquiry.license.user])
    seats.lock(enquiry.license.service)
    locking.lock(enquiry.license.service)


def do_you_need_it(enquiry: "Enquiry") -> str:
    return _("Do you still need it?")


def nothing(enquiry: "Enquiry") -> str:
    """Nothing to say."""
    return ""


def never(enquiry: "Enquiry") -> bool:
    """It goes on as long as the question."""
    return False


@dataclass(frozen=True)
class Purpose:
    """A purpose. Mails and pages say the same, by functions that give whole sentences in the language that is active.

    `why` says why it is asked, `silence` what happens without an answer, `after_giving_back` what follows from giving
    it back (may be empty). `remind_after` are the days after the question on which it is put again. `lock` takes all
    locks that the hooks of the purpose need, in the order in which all do: people, the service, its as-of row.
    `for_department_administrators`: those see and, where nobody is reached, answer the enquiries of their people also
    for services whose usage they do not see. `is_over`: whether what is asked for has ended, so that no answer is taken
    any more (whoever ends it withdraws the open questions, too). `decided_by` gives the ids of the enquiries about
    whose licenses somebody decides, whatever their role is: where nobody is reached, they may answer those, too.
    """

    name: str
    label: str | Promise
    why: InWords
    silence: InWords
    question: InWords = do_you_need_it
    after_giving_back: InWords = nothing
    remind_after: Sequence[int] = ()
    lock: Callable[["Enquiry"], None] = lock_holder_and_seats
    for_department_administrators: bool = False
    is_over: Callable[["Enquiry"], bool] = never
    decided_by: "Callable[[User], models.QuerySet[Any]] | None" = None


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Make a purpose known. Registering its name again replaces it."""
    _purposes[purpose.name] = purpose


def named(name: str) -> Purpose:
    """The purpose of a name. Raises UnknownPurpose."""
    try:
        return _purposes[name]
    except KeyError:
        raise UnknownPurpose(f"there is no purpose of enquiries called {name!r}") from None


def known() -> list[Purpose]:
    return list(_purposes.values())
