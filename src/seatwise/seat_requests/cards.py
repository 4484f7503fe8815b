"""My services: what I hold, what I asked for and what I can ask for. On the first page."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext as _, ngettext

from seatwise.configuration import today
from seatwise.directory.models import Service, User
from seatwise.licenses.change_state import ChangeState, states_of
from seatwise.licenses.effects import ADD
from seatwise.licenses.models import License
from seatwise.licenses.seats import seats_of_all
from seatwise.seat_requests.models import SeatRequest
from seatwise.site.home import Card, QuickAction, Waiting

SHOWN = 30  # services that can be asked for
ANSWERED_IN_PLACE, SHORT = 5, 120  # requests; characters of a reason


@dataclass(frozen=True)
class MyServices:
    """What somebody holds (and whether it is confirmed), wants and can want."""

    held: list[tuple[License, bool]]
    waiting: list[SeatRequest]
    answered: list[SeatRequest]
    others: list[Service]


def my_services(person: User) -> MyServices:
    licenses = License.objects.held().by([person]).select_related("service").order_by("service__name", "pk")
    held = list(licenses)
    states = states_of((each.pk for each in held), ADD)
    mine = SeatRequest.objects.by(person).for_reading().newest_first()
    requests = list(mine[:SHOWN])
    waiting = [each for each in requests if each.is_waiting]
    refused = [each for each in requests if each.state == SeatRequest.State.REFUSED]
    had = {each.service_id for each in held} | {each.service_id for each in waiting}
    return MyServices(
        held=[(each, states[each.pk] == ChangeState.CONFIRMED) for each in held],
        waiting=waiting,
        answered=[each for each in refused if each.service_id not in had][:3],
        others=[each for each in Service.objects.order_by("name", "code")[: SHOWN + len(had)] if each.pk not in had],
    )


def card(request: HttpRequest) -> Card | None:
    if not isinstance(request.user, User):
        return None
    return "seat_requests/_my_services.html", {"mine": my_services(request.user)}


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Requests for a seat that somebody may answer: the first ones each, and how many more there are."""
    person = request.user
    if not isinstance(person, User) or person.role not in ("administrator", "department_administrator"):
        return
    found = SeatRequest.objects.changeable_by(person).waiting()
    first = list(found.for_reading().oldest_first()[:ANSWERED_IN_PLACE])
    seats = seats_of_all(list({each.service for each in first}), today()) if first else {}
    for each in first:
        yield answered_in_place(each, has_seat=seats[each.service_id].free != 0)
    count = found.count() - len(first) if len(first) == ANSWERED_IN_PLACE else 0
    if count:
        text = ngettext(
            "%(count)s more seat request is waiting for an answer.",
            "%(count)s more seat requests are waiting for an answer.",
            count,
        ) % {"count": count}
        yield Waiting(text, f"{reverse('seat_requests:requests')}?state=waiting", _("Answer them"), "armchair")


def answered_in_place(each: SeatRequest, *, has_seat: bool) -> Waiting:
    told = {"name": each.person, "service": each.service, "reason": Truncator(each.reason).chars(SHORT)}
    refuse = QuickAction(_("Refuse"), reverse("seat_requests:refuse", args=[each.pk]), asks=_("Reason"))
    does, url, action = [refuse], reverse("seat_requests:request", args=[each.pk]), _("Open")
    if has_seat:
        does.insert(0, QuickAction(_("Grant"), reverse("seat_requests:grant", args=[each.pk])))
    else:
        find = reverse("seat_requests:find", args=[each.service.code])
        url, action = f"{find}?{urlencode({'for': each.person.login})}", _("Find a seat")
    text = _("%(name)s requests a seat for %(service)s: %(reason)s") % told
    return Waiting(text, url, action, "armchair", quick=does)
