"""What later apps have to say about licenses: ordered lists of plain functions, filled in AppConfig.ready."""

import datetime
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from seatwise.directory.models import Service
    from seatwise.licenses.exclusions import Reason
    from seatwise.licenses.models import Change, Effect, License


@dataclass(frozen=True)
class Warning:  # noqa: A001 - what is shown before a change, to be confirmed
    """Something to be confirmed before licenses are removed. `text` is a whole translated sentence."""

    key: str
    text: str
    logins: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class Mail:
    """Emails of one kind that would be sent: what one of them says, and how many there are."""

    to: str
    count: int
    subject: str
    text: str


# about to be removed, on a day
removal_warnings: list[Callable[["Service", Sequence["License"], datetime.date], Iterable[Warning]]] = []
# emails that a removal leads to, which leaves so many seats of a service free
removal_mails: list[Callable[["Service", int], Iterable[Mail]]] = []
# who is not to be judged, of some users of a service, on a day: by user id
not_judged: list[Callable[["Service", Collection[int], datetime.date], Iterable[tuple[int, "Reason"]]]] = []
# the ids of suspensions that were undone: nobody came back from these
undone_suspensions: list[Callable[[], "QuerySet[Any, Any]"]] = []
# licenses of one service that are just being removed on a day, each by its `removed_by`: in that transaction under
# seats.lock, before its audit entries
licenses_removed: list[Callable[[Sequence["License"], datetime.date], None]] = []
# what was done in the services themselves, on a day: in that transaction under seats.lock, before its audit entries
effects_done: list[Callable[[Sequence["Effect"], datetime.date], None]] = []
# changes that are being undone, each with what undoes it: under the locks of people, services and as-of rows, before
# anything of them is given back; what they return is written to the audit log at the end
being_undone: list[Callable[[Sequence[tuple["Change", "Change"]]], Sequence[dict[str, Any]]]] = []
