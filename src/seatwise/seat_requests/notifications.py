"""Letters about seats: to those who may grant, to those who asked, to those who got and those who lost a seat."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from seatwise.directory.models import Role, Service, User
from seatwise.letters.composing import Composed, absolute, compose, filled_in
from seatwise.letters.kinds import Kind, register
from seatwise.letters.models import Letter
from seatwise.letters.writing import Draft, write_many
from seatwise.lib.batches import among, batches
from seatwise.licenses.change_state import ChangeState, is_confirmed, state_of_reassignment
from seatwise.licenses.effects import takes_effect_by_itself
from seatwise.licenses.models import Effect, License, Policy
from seatwise.monitoring.own_record import administrators_of_departments_of
from seatwise.seat_requests import second_person
from seatwise.seat_requests.models import SeatRequest, SeatTransfer

ASKED, ANSWERED, FREE = "seat_requests.asked", "seat_requests.answered", "seat_requests.free"
RECEIVED, LEFT = "seat_requests.received", "seat_requests.left"
UNDONE, RESTORED, READY = "seat_requests.undone", "seat_requests.restored", "seat_requests.ready"
TROUBLE, SECOND = "seat_requests.trouble", "seat_requests.second"


def register_kinds() -> None:
    """Make them known to the app of letters."""
    for kind in (
        Kind(ASKED, "mail/seat_asked", compose_request, gettext_lazy("Seat request")),
        Kind(FREE, "mail/seat_free", compose_request, gettext_lazy("A seat for an open request")),
        Kind(ANSWERED, "mail/seat_answered", compose_answer, gettext_lazy("Answer to a seat request")),
        Kind(RECEIVED, "mail/seat_received", compose_license, gettext_lazy("A license was given")),
        Kind(LEFT, "mail/seat_left", compose_loss, gettext_lazy("A seat was transferred")),
        Kind(READY, "mail/seat_ready", compose_ready, gettext_lazy("A license can be used")),
        Kind(UNDONE, "mail/seat_undone", compose_undone, gettext_lazy("A license was taken back")),
        Kind(RESTORED, "mail/seat_restored", compose_restored, gettext_lazy("A seat was given back")),
        Kind(TROUBLE, "mail/seat_trouble", compose_transfer, gettext_lazy("A seat was not transferred")),
        Kind(SECOND, "mail/seat_second", compose_second, gettext_lazy("A second person is needed")),
    ):
        register(kind)


def those_who_handle(service: Service, person: User) -> list[User]:
    """Who may give somebody a license of a service: administrators, and those of their departments where allowed."""
    found = list(User.objects.active().with_role(Role.ADMINISTRATOR).order_by("pk"))
    if service.department_admins_change_licenses:
        found += administrators_of_departments_of(person)
    return [each for each in found if each.is_active]


def of_a_request(request: SeatRequest) -> None:
    """Administrators: somebody asks for a seat."""
    write_many(
        Draft(each, ASKED, request, f"seat_request:{request.pk}:asked:{each.pk}")
        for each in those_who_handle(request.service, request.person)
        if each.pk != request.person_id
    )


def of_a_free_seat(request: SeatRequest) -> None:
    """Administrators: there is a seat now for a request that waits. Each time that it is offered one."""
    before = Letter.objects.about(request).of_kind(FREE).count()
    write_many(
        Draft(each, FREE, request, f"seat_request:{request.pk}:free:{before}:{each.pk}")
        for each in those_who_handle(request.service, request.person)
    )


def of_an_answer(request: SeatRequest) -> None:
    """The person: granted, refused, or withdrawn since they became a guest. Once more where a grant was undone."""
    key = f"seat_request:{request.pk}:answered:{request.license_id or ''}"
    write_many([Draft(request.person, ANSWERED, request, key)])


def of_a_license(*given: License) -> None:
    """The people: a license without having asked for one."""
    write_many(Draft(each.user, RECEIVED, each, f"seat_received:{each.pk}") for each in given)


def of_a_loss(transfer: SeatTransfer) -> None:
    """The former holder: the seat was passed on, why, and how to get it back."""
    write_many([Draft(transfer.license.user, LEFT, transfer, f"transfer:{transfer.pk}:left")])


def effects_confirmed(done: Sequence[Effect], on: datetime.date) -> None:
    """Those who were told that a license is being set up for them: it can be used now, or once their leave ends."""
    given = [effect.license for effect in done if effect.what in (Effect.What.ADD, Effect.What.WAKE)]
    for some in batches(given):
        asked = SeatRequest.objects.filter(license__in=some).values_list("license", flat=True)
        received = Letter.objects.about(*some).of_kind(RECEIVED).values_list("subject_id", flat=True)
        undone = SeatTransfer.objects.filter(state=SeatTransfer.State.UNDONE, change__undone_by__added__in=some)
        told = {*asked, *map(int, received), *undone.values_list("change__undone_by__added", flat=True)}
        of_licenses_ready({each.pk: f"seat_ready:{each.pk}" for each in some if each.pk in told})


def of_licenses_ready(keys: Mapping[int, str]) -> None:
    """The holders of licenses, of whose ids each has the key of its letter: they can be used now.

    Nothing of those that cannot, such as during a leave.
    """
    for some in batches(sorted(keys)):
        usable = License.objects.usable().filter(pk__in=among(some)).select_related("user").order_by("pk")
        write_many(Draft(each.user, READY, each, keys[each.pk]) for each in usable)


def of_licenses_undone(licenses: Iterable[License]) -> None:
    """Those who got them, and were told so: that was undone."""
    write_many(Draft(each.user, UNDONE, each, f"seat_undone:{each.pk}") for each in licenses if each.user.is_active)


def of_a_seat_given_back(transfer: SeatTransfer) -> None:
    """The former holder: what passed the seat on was undone."""
    if transfer.license.user.is_active:
        write_many([Draft(transfer.license.user, RESTORED, transfer, f"transfer:{transfer.pk}:restored")])


def of_trouble(transfer: SeatTransfer) -> None:
    """Whoever wanted the seat: it was not passed on. Once for each state."""
    key = f"transfer:{transfer.pk}:trouble:{transfer.state}"
    if transfer.asked_by is not None and not Letter.objects.filter(key=key).exists():
        write_many([Draft(transfer.asked_by, TROUBLE, transfer, key)])


def of_the_second(transfer: SeatTransfer) -> None:
    """Others who may confirm it."""
    write_many(
        Draft(each, SECOND, transfer, f"transfer:{transfer.pk}:second:{each.pk}")
        for each in second_person.able(transfer)
    )


def compose_request(letter: Letter) -> Mapping[str, Any] | None:
    """A request that waits; nothing where it was answered meanwhile."""
    request = SeatRequest.objects.for_reading().filter(pk=letter.subject_id).first()
    if request is None or not (request.is_waiting or letter.sent_at):
        return None
    return {
        "request": request,
        "service": str(request.service),
        "link": absolute(f"/administration/seat-requests/{request.pk}/"),
    }


def compose_answer(letter: Letter) -> Mapping[str, Any] | None:
    request = SeatRequest.objects.for_reading().filter(pk=letter.subject_id).first()
    if request is None or request.is_waiting:
        return None
    return {
        "request": request,
        "service": str(request.service),
        "is_granted": request.state == SeatRequest.State.GRANTED,
        "is_withdrawn": request.state == SeatRequest.State.WITHDRAWN,
        "is_confirmed": is_confirmed(request.license),
        "link": request.service.address or absolute(),
        "ask": absolute(f"/ask/{request.service.code}/"),
    }


def compose_license(letter: Letter) -> Mapping[str, Any] | None:
    """A license that was given; nothing where it was removed meanwhile."""
    license = License.objects.select_related("service", "added_by").filter(pk=letter.subject_id).first()  # noqa: A001
    if license is None or not (license.removed_on is None or letter.sent_at):
        return None
    link = license.service.address or absolute()
    return {"license": license, "service": str(license.service), "link": link, "is_confirmed": is_confirmed(license)}


def compose_ready(letter: Letter) -> Mapping[str, Any] | None:
    """The same, once it is confirmed."""
    given = compose_license(letter)
    return given if given and (given["is_confirmed"] or letter.sent_at) else None


def compose_transfer(letter: Letter) -> Mapping[str, Any] | None:
    """A seat, and where it stands."""
    transfer = SeatTransfer.objects.for_reading().filter(pk=letter.subject_id).first()
    if transfer is None:
        return None
    return {
        "transfer": transfer,
        "service": str(transfer.license.service),
        "holder": str(transfer.license.user),
        "for_user": str(transfer.for_user),
        "link": absolute(f"/administration/seat-requests/transfers/{transfer.pk}/"),
    }


def compose_second(letter: Letter) -> Mapping[str, Any] | None:
    """A seat that waits for a second person; nothing where somebody said something meanwhile."""
    given = compose_transfer(letter)
    return given if given and (given["transfer"].awaits_second or letter.sent_at) else None


def compose_loss(letter: Letter) -> Mapping[str, Any] | None:
    """The seat that was passed on, why, and how to get it back."""
    given = compose_transfer(letter)
    if given is None or not (given["transfer"].was_passed or letter.sent_at):
        return None
    transfer: SeatTransfer = given["transfer"]
    undo = datetime.timedelta(days=Policy.of(transfer.license.service).undo_days)
    until = transfer.ended_on + undo if transfer.ended_on else None
    passed = transfer.given
    confirmed = passed is not None and state_of_reassignment(passed) == ChangeState.CONFIRMED
    ask = absolute(f"/ask/{transfer.license.service.code}/")
    return {**given, "until": until, "ask": ask, "is_confirmed": confirmed}


def preview_of_loss(transfer: SeatTransfer, until: datetime.date) -> Composed:
    """What the former holder would be told of a transfer that is not stored yet."""
    service, holder = transfer.license.service, transfer.license.user
    given = {"transfer": transfer, "service": str(service), "until": until, "ask": absolute(f"/ask/{service.code}/")}
    done = {"is_confirmed": takes_effect_by_itself(service)}
    return filled_in(Letter(to=holder, kind=LEFT, language=holder.language), given | done)


def preview_of_a_free_seat(request: SeatRequest, to: User) -> Composed | None:
    """What an administrator would be told of a seat for a request that waits."""
    about = {"subject_type": request._meta.label_lower, "subject_id": str(request.pk)}
    return compose(Letter(to=to, kind=FREE, language=to.language, **about), for_others=True)


def preview_of_answer(request: SeatRequest) -> Composed:
    """What whoever asked for a seat would be told once it is theirs."""
    done = takes_effect_by_itself(request.service)
    given = {"request": request, "service": str(request.service), "is_granted": True, "is_confirmed": done}
    letter = Letter(to=request.person, kind=ANSWERED, language=request.person.language)
    return filled_in(letter, given | {"link": request.service.address or absolute()})


def compose_undone(letter: Letter) -> Mapping[str, Any] | None:
    """A license that was taken back, who has the seat again, and the request that waits again."""
    found = License.objects.select_related("service", "user", "replaces__user").filter(pk=letter.subject_id).first()
    if found is None or found.removed_on is None:
        return None
    waiting = SeatRequest.objects.of(found.service).by(found.user).waiting().first()
    ask = absolute(f"/ask/{found.service.code}/")
    holder = str(found.replaces.user) if found.replaces else ""
    return {"license": found, "service": str(found.service), "holder": holder, "request": waiting, "ask": ask}


def compose_restored(letter: Letter) -> Mapping[str, Any] | None:
    """A seat that is its former holder's again."""
    given = compose_transfer(letter)
    if given is None or given["transfer"].state != SeatTransfer.State.UNDONE:
        return None
    held = given["transfer"].license
    now = License.objects.of(held.service).held().by([held.user]).first()
    return {**given, "is_confirmed": is_confirmed(now)}
