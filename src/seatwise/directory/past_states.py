"""What people were on days that have passed, by what the audit log says of their changes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from seatwise.audit.models import Entry
from seatwise.directory.models import Kind, Status, User
from seatwise.lib import days
from seatwise.lib.staged_rows import TEXT, staged, values_in

AS_ADDED = {"status": Status.ACTIVE, "kind": Kind.USER}  # the fields, and what they are where nothing is said
ADDING, CHANGING = "user.add", ("user.change", "user.activate", "user.deactivate")


@dataclass
class Past:
    """One field of somebody: what it was at first, as far as is known, and what it became on which day."""

    first: str
    changes: list[tuple[int, str]] = field(default_factory=list)

    @property
    def known_after(self) -> int | None:
        """The day after which it is known; None: it is known of no day."""
        return self.changes[0][0] if self.changes else None

    def periods(self, value: str) -> list[tuple[int | None, int | None]]:
        """From when until when it was something: the days of the changes belong to what was before and to what came."""
        begins = [(None, self.first), *self.changes]
        ends = [*(day for day, _value in self.changes), None]
        return [(begin, end) for (begin, was), end in zip(begins, ends, strict=True) if was == value]


def status_changes() -> QuerySet[Entry]:
    """The entries by which somebody, their subject, became another of the fields after having been added."""
    told = Q(*(("after__has_key", name) for name in AS_ADDED), _connector=Q.OR)
    return Entry.objects.filter(told, subject_type=User._meta.label_lower, verb__in=CHANGING)


def pasts(people: Iterable[User], zone: ZoneInfo) -> dict[int, dict[str, Past]]:
    """What some people were, by id and field, in days of a zone. One query.

    Where entries were removed, or somebody was added later than a day, what was first known stands for it.
    """
    users = {user.pk: user for user in people}
    entries: dict[int, list[tuple[int, dict[str, str], dict[str, str]]]] = defaultdict(list)
    added = Q(subject_type=User._meta.label_lower, verb=ADDING)
    with staged({"id": TEXT}, [(str(pk),) for pk in users]) as table:
        about = (Entry.objects.filter(added) | status_changes()).filter(subject_id__in=values_in(table, "id"))
        told = about.order_by("number").values_list("subject_id", "at", "verb", "before", "after")
        for subject, at, verb, before, after in told:
            if verb == ADDING:
                after = AS_ADDED | after
            entries[int(subject)].append((days.day_of(at.astimezone(zone).date()), before, after))
    found: dict[int, dict[str, Past]] = {}
    for pk, user in users.items():
        found[pk] = {}
        for name in AS_ADDED:
            changes = [(day, before.get(name), after[name]) for day, before, after in entries[pk] if name in after]
            first = (changes[0][1] or changes[0][2]) if changes else getattr(user, name)
            found[pk][name] = Past(str(first), [(day, str(value)) for day, _before, value in changes])
    return found
