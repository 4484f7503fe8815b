"""Finding a seat: a free one, or else whose seat is used least. How holders are ranked: docs/finding-a-seat.md."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from seatwise.directory.models import Service, User
from seatwise.licenses.exclusions import Reason, Why, not_judged
from seatwise.licenses.models import License
from seatwise.licenses.seats import Seats, seats_of
from seatwise.monitoring.figures import departments_in_words, departments_of
from seatwise.seat_requests import shortlist, wording
from seatwise.seat_requests.usage_bound import Measure, UseBasis, ground

ENOUGH = 100  # holders to choose from
MOST_ROUNDS = 5  # portions that are looked at, where the first are left out


@dataclass(frozen=True)
class Candidate:
    """Somebody whose seat could be passed on, and why: `reason` in words."""

    user: User
    license: License
    departments: tuple[str, ...]
    measure: Measure

    @property
    def departments_in_words(self) -> str:
        return departments_in_words(self.departments)

    @property
    def last_access(self) -> datetime.date | None:
        return wording.date_or_none(self.measure.last_day)

    @property
    def reason(self) -> str:
        """How little the seat is used, in words, in the language that is spoken now."""
        return wording.reason(self.measure)

    @property
    def figures(self) -> list[str]:
        """The access days in the last 30, 90 and 365 days, as on the person's page; lower bounds are marked as such."""
        return [f"≥ {count.number}" if count.at_least else str(count.number) for count in self.measure.counts]


@dataclass(frozen=True)
class LeftOut:
    """Somebody who is not judged, and all reasons."""

    user: User
    reasons: Sequence[Reason]

    @property
    def reason_texts(self) -> list[str]:
        """The reasons, with the days until which they hold."""
        return [wording.left_out(reason) for reason in self.reasons]


class Candidates:
    """The ranked holders, of whom names are read as they are asked for."""

    def __init__(self, service: Service, measures: Sequence[Measure]) -> None:
        self.service, self.measures = service, measures

    def count(self) -> int:
        return len(self.measures)

    __len__ = count

    def __getitem__(self, part: slice) -> list[Candidate]:
        """Some of them: in three queries. Those whose licenses were removed just now are missing."""
        return self._read(self.measures[part])

    def _read(self, some: Sequence[Measure]) -> list[Candidate]:
        ids = [measure.user for measure in some]
        held = License.objects.of(self.service).held().by(ids).select_related("user", "service")
        licenses = {each.user_id: each for each in held}
        departments = departments_of(ids)
        return [
            Candidate(licenses[each.user].user, licenses[each.user], departments.get(each.user, ()), each)
            for each in some
            if each.user in licenses
        ]


@dataclass(frozen=True)
class Found:
    """What there is for somebody new. `candidates` are ranked; who is left out is not judged, or cannot be."""

    seats: Seats
    ground: UseBasis
    candidates: Candidates
    left_out: list[LeftOut] = field(default_factory=list)
    in_full_use: int = 0
    looked_at: int = 0
    holders: int = 0

    @property
    def free(self) -> int | None:
        return self.seats.free

    @property
    def has_free(self) -> bool:
        """Whether a seat can be given at once."""
        return self.free is None or self.free > 0


def find(
    service: Service,
    on: datetime.date,
    for_user: User | None = None,
    same_department_first: bool = False,
    person: User | None = None,
) -> Found:
    """A free seat, and the holders by how little they use theirs, of those whose licenses a person may change.

    `person` None may see all. A fixed number of queries, and at most MOST_ROUNDS times that where many are left out.
    """
    rests_on = ground(service, on)
    rows = shortlist.holders(rests_on, person, for_user)
    near = shortlist.colleagues(for_user) if for_user and same_department_first else None
    ranked: list[Measure] = []
    left_out: dict[int, Sequence[Reason]] = {}
    full = looked_at = 0
    portions = shortlist.rounds(rests_on, rows, near) if rests_on.is_recorded else iter(())
    for portion, _number in zip(portions, range(MOST_ROUNDS), strict=False):
        reasons = not_judged(service, [measure.user for measure in portion], on)
        left_out.update(reasons)
        judged = [measure for measure in portion if measure.user not in reasons]
        left_out.update({measure.user: [Reason(Why.UNKNOWN)] for measure in judged if measure.is_unclear})
        full += sum(measure.is_full and not measure.is_unclear for measure in judged)
        ranked += [measure for measure in judged if not measure.is_full]
        looked_at += len(portion)
        if len(ranked) >= ENOUGH:
            break
    ranked.sort(key=lambda measure: measure.key)
    return Found(
        seats=seats_of(service, on),
        ground=rests_on,
        candidates=Candidates(service, ranked),
        left_out=named(left_out),
        in_full_use=full,
        looked_at=looked_at,
        holders=rows.count(),
    )


def named(reasons: dict[int, Sequence[Reason]]) -> list[LeftOut]:
    """Who is left out, by name."""
    people = User.objects.filter(pk__in=list(reasons)).order_by("name", "pk") if reasons else ()
    return [LeftOut(user, reasons[user.pk]) for user in people]
