"""What is pending at cybozu.com, by user: which services they are to have, and not to have any more."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from seatwise.connections import readings
from seatwise.connections.models import Connection, Reading
from seatwise.directory.models import User
from seatwise.lib.logins import fold
from seatwise.licenses import effects
from seatwise.licenses.models import Effect
from seatwise.licenses.models.effects import EffectQuerySet


@dataclass
class Wanted:
    """What is pending of one user: the ids of it, and by the code of the service whether it is added.

    `also`: other users there who are the same person here, so that nobody knows which of them is meant.
    """

    user: User
    login: str
    also: list[str] = field(default_factory=list)
    adds: dict[str, bool] = field(default_factory=dict)
    effects: dict[str, int] = field(default_factory=dict)

    def of(self, before: Sequence[str]) -> list[str]:
        """All services that the user is to have, where they have these."""
        kept = [code for code in before if self.adds.get(code, True)]
        return kept + [code for code, adds in self.adds.items() if adds and code not in kept]


def pending(connection: Connection) -> EffectQuerySet:
    """What can be carried out at cybozu.com."""
    services = [each for each in connection.services().values() if not effects.takes_effect_by_itself(each)]
    return Effect.objects.pending().of_any(services).of_kind(Effect.What.ADD, Effect.What.REMOVE)


def wanted_of(connection: Connection, up_to: int | None = None) -> list[Wanted]:
    """What is pending, by user, up to an id where one is given. First what frees seats, in the order of login names."""
    codes = {service.pk: code for code, service in connection.services().items()}
    waiting = pending(connection).select_related("license__user").order_by("pk")
    if up_to is not None:
        waiting = waiting.filter(pk__lte=up_to)
    logins, found = logins_there(connection), dict[int, Wanted]()
    for effect in waiting:
        user = effect.license.user
        login, *also = logins.get(user.pk, [user.login])
        wanted = found.setdefault(user.pk, Wanted(user, login, also))
        code = codes[effect.license.service_id]
        wanted.adds[code], wanted.effects[code] = effect.what == Effect.What.ADD, effect.pk
    return sorted(found.values(), key=lambda each: (any(each.adds.values()), fold(each.login)))


def last_content(connection: Connection) -> Mapping[str, Sequence[str]]:
    """The services of users as they were read last."""
    last: Reading | None = Reading.objects.done().filter(connection=connection).newest_first().first()
    return last.content.get("services", {}) if last else {}


def logins_there(connection: Connection) -> dict[int, list[str]]:
    """By the ids of people: their login names as they were read there."""
    found = defaultdict[int, list[str]](list)
    codes = last_content(connection)
    known = readings.known_people(codes)
    for code in codes:
        if fold(code) in known:
            found[known[fold(code)].pk].append(code)
    return found
