"""Nobody gives, takes or ticks off what is their own; where the policy allows it, it is marked."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import ApiToken, Department, Service, User
from seatwise.licenses import change_undo, effects, grants
from seatwise.licenses.change_saving import NotSaved, Said, save
from seatwise.licenses.models import ChangeDraft, Effect, License, Policy
from seatwise.licenses.preview import preview
from seatwise.seat_requests import request_steps, transfer_steps
from seatwise.seat_requests.models import SeatTransfer
from seatwise.seat_requests.tests.world import ON, add_person, add_service, hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_wiki(cast: dict[str, User]) -> Service:
    """A service without a limit of seats, whose licenses department administrators change."""
    return add_service("notes", department_admins_change_licenses=True)


@pytest.fixture
def desk(cast: dict[str, User], sales: Department) -> User:
    """A shared account of Bob, of his department."""
    return add_person("desk", kind="shared", responsible="bob", departments=["sales"])


def by_domain(bob: User, service: Service, user: User) -> None:
    with pytest.raises(Refused, match=r"to themselves or to their own accounts: .*Alice can"):
        grants.grant_one(service=service, user=user, by=bob, reason="", on=ON)


def by_draft(bob: User, service: Service, user: User) -> None:
    steps = [{"service": service.pk, "what": "add", "users": [user.pk]}]
    draft = ChangeDraft.objects.keep(steps, by=bob, how="screen")
    found = preview(draft.steps, bob, ON)
    assert [each.key for step in found.steps for each in step.obstacles] == ["own"]
    with pytest.raises(NotSaved):
        save(draft, Said(found.fingerprint), by=bob, on=ON)


def by_request(bob: User, service: Service, user: User) -> None:
    request = request_steps.ask(service=service, person=user, reason="work", on=ON)
    client = Client()
    client.force_login(bob)
    shown = client.post(reverse("seat_requests:grant", args=[request.pk]), follow=True).content.decode()
    assert "Alice can." in shown
    request.refresh_from_db()
    assert request.is_waiting


def by_find_a_seat(bob: User, service: Service, user: User) -> None:
    client = Client()
    client.force_login(bob)
    address = reverse("seat_requests:give", args=[service.code])
    assert "Alice can." in client.post(address, {"for": user.login}, follow=True).content.decode()


def by_api(bob: User, service: Service, user: User) -> None:
    _token, secret = ApiToken.objects.add(
        name="x", owner=bob, scopes=["licenses:change", "licenses:read"], days=9, by=bob, on=ON
    )
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "one"}
    answer = Client().put(f"/api/v1/services/{service.code}/licenses/{user.login}", headers=headers)
    assert (answer.status_code, "Alice can." in answer.content.decode()) == (409, True)


def by_undoing(bob: User, service: Service, user: User) -> None:
    [held] = hold(service, user)
    grants.revoke([held], by=bob, reason="not needed", on=ON)
    change = License.objects.get(pk=held.pk).removed_in
    assert change is not None
    with pytest.raises(Refused, match="to themselves"):
        change_undo.undo(change, by=bob, reason="needed after all", on=ON)


def by_taking(bob: User, service: Service, user: User) -> None:
    hold(service, add_person("holder", departments=["sales"]))
    held = License.objects.held().get()
    with pytest.raises(Refused, match="to themselves"):
        transfer_steps.take(held, user, reason="urgent", by=bob, on=ON)
    with pytest.raises(Refused, match="to themselves"):
        transfer_steps.ask(held, user, by=bob, on=ON)


SURFACES = [by_domain, by_draft, by_request, by_find_a_seat, by_api, by_undoing, by_taking]
Surface = Callable[[User, Service, User], None]


@pytest.mark.parametrize("whose", ["bob", "desk"])
@pytest.mark.parametrize("surface", SURFACES, ids=lambda each: each.__name__)
def test_a_department_administrator_gives_no_license_to_themselves(
    surface: Surface, whose: str, open_wiki: Service, desk: User, cast: dict[str, User]
) -> None:
    surface(cast["bob"], open_wiki, cast["bob"] if whose == "bob" else desk)
    assert not License.objects.held().by([cast["bob"], desk]).exists()


def test_where_the_policy_allows_it_it_is_marked(open_wiki: Service, cast: dict[str, User], desk: User) -> None:
    Policy.of(open_wiki).change(by=None, same_person=True)
    grants.grant_one(service=open_wiki, user=cast["bob"], by=cast["bob"], reason="", on=ON)
    grants.grant_one(service=open_wiki, user=desk, by=cast["bob"], reason="", on=ON)
    marks = [entry.after.get("not independent") for entry in Entry.objects.of("license.add").order_by("number")]
    assert marks == ["self", "shared"]


def test_others_are_given_licenses_without_a_mark(open_wiki: Service, cast: dict[str, User]) -> None:
    grants.grant_one(service=open_wiki, user=cast["charlie"], by=cast["bob"], reason="", on=ON)
    assert "not independent" not in Entry.objects.of("license.add").get().after


def test_administrators_do_not_grant_their_own_request(open_wiki: Service, cast: dict[str, User]) -> None:
    request = request_steps.ask(service=open_wiki, person=cast["alice"], reason="work", on=ON)
    with pytest.raises(Refused, match=r"for yourself.*No one else can at the moment\. The service"):
        request_steps.grant(request, by=cast["alice"], on=ON)
    Policy.of(open_wiki).change(by=None, same_person=True)
    request_steps.grant(request, by=cast["alice"], on=ON)
    assert Entry.objects.of("license.add").get().after["not independent"] == "self"


def test_a_seat_that_somebody_takes_for_themselves_needs_a_second_person(
    held: License, wiki: Service, cast: dict[str, User]
) -> None:
    alice = cast["alice"]
    transfer = transfer_steps.take(held, alice, reason="urgent", by=alice, on=ON)
    assert transfer.awaits_second
    with pytest.raises(Refused, match="Someone other than the person taking"):
        transfer_steps.confirm(transfer, by=alice, on=ON)
    transfer_steps.confirm(transfer, by=add_person("second", role="administrator"), on=ON)
    assert transfer.was_passed


def shared_with(alice: User) -> User:
    return add_person("second", kind="shared", responsible="alice", role="administrator")


def created_by(alice: User) -> User:
    return people.add({"login": "second", "role": "administrator"}, by=alice, on=ON)


def changed_by(alice: User) -> User:
    second = add_person("second", role="administrator")
    second.give_password("another horse 12", by=alice)
    second.give_password("horse of my own", by=second)  # as they must before they go on
    return second


def the_new_holder(alice: User) -> User:
    found: User = User.objects.get(login="newcomer")
    people.change(found, {"role": "administrator"}, by=None, on=ON)
    return User.objects.get(pk=found.pk)  # type: ignore[no-any-return]


@pytest.mark.parametrize("tied", [shared_with, created_by, changed_by, the_new_holder], ids=lambda each: each.__name__)
def test_the_second_person_is_independent_of_whoever_takes_the_seat_and_of_whoever_gets_it(
    tied: Callable[[User], User], held: License, wiki: Service, newcomer: User, cast: dict[str, User]
) -> None:
    alice = cast["alice"]
    other = add_person("other", role="administrator")
    Policy.of(wiki).change(by=None, second_person=True)
    second = tied(alice)
    transfer = transfer_steps.take(held, newcomer, reason="urgent", by=alice, on=ON)
    with pytest.raises(Refused, match=r"not independent of the person who takes or gets the seat.*Other can"):
        transfer_steps.confirm(transfer, by=second, on=ON)
    client = Client()
    client.force_login(second)
    address = reverse("seat_requests:transfer", args=[transfer.pk])
    shown = client.get(address).content.decode()
    assert "Other can." in shown
    assert ">Confirm</button>" not in shown
    client.post(reverse("seat_requests:confirm", args=[transfer.pk]))
    transfer.refresh_from_db()
    assert transfer.awaits_second
    transfer_steps.confirm(transfer, by=other, on=ON)
    assert "not independent" not in Entry.objects.of("transfer.pass").get().after


def test_a_second_person_who_is_not_independent_is_marked_where_the_policy_allows_it(
    held: License, wiki: Service, newcomer: User, cast: dict[str, User]
) -> None:
    Policy.of(wiki).change(by=None, second_person=True, same_person=True)
    transfer = transfer_steps.take(held, newcomer, reason="urgent", by=cast["alice"], on=ON)
    transfer_steps.confirm(transfer, by=changed_by(cast["alice"]), on=ON)
    assert Entry.objects.of("transfer.pass").get().after["not independent"] == "changed"


def test_silence_gives_no_seat_to_whoever_asked_for_it(held: License, wiki: Service, cast: dict[str, User]) -> None:
    transfer = transfer_steps.ask(held, cast["alice"], by=cast["alice"], on=ON)
    SeatTransfer.objects.filter(pk=transfer.pk).update(state="lapsed")
    transfer.refresh_from_db()
    with pytest.raises(Refused, match="for yourself"):
        transfer_steps.pass_on(transfer, by=cast["alice"], on=ON)
    transfer_steps.pass_on(transfer, by=add_person("second", role="administrator"), on=ON)
    assert transfer.was_passed


def test_nobody_ticks_off_what_is_their_own(open_wiki: Service, cast: dict[str, User]) -> None:
    alice, charlie = cast["alice"], cast["charlie"]
    add_person("ken", role="administrator")
    hold(open_wiki, alice, charlie)
    client = Client()
    client.force_login(alice)
    address = reverse("licenses:pending", args=[open_wiki.code])
    shown = client.post(address, {"all": "on"}, follow=True).content.decode()
    assert "1 change is confirmed." in shown
    assert "because someone else has to mark your own changes as done: Alice. Ken can." in shown
    [left] = Effect.objects.pending()
    assert left.license.user == alice
    with pytest.raises(Refused, match=r"for yourself.*Ken can"):
        effects.carry_out(open_wiki, [left.pk], evidence="seen", by=alice, on=ON)
    Policy.of(open_wiki).change(by=None, same_person=True)
    assert effects.carry_out(open_wiki, [left.pk], evidence="seen", by=alice, on=ON) == (1, [])
    assert Effect.objects.get(pk=left.pk).evidence == "seen (not independent: ticked off by alice, whose own it is)"


def test_a_free_seat_is_given_to_others_as_before(open_wiki: Service, cast: dict[str, User]) -> None:
    request_steps.give(open_wiki, cast["charlie"], by=cast["bob"], on=ON)
    assert License.objects.held().by([cast["charlie"]]).exists()
