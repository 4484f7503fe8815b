"""What happens is delivered signed, in order, at least once, and never to the site's own network."""

import datetime
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from seatwise import audit
from seatwise.audit.models import Entry
from seatwise.directory.models import Service
from seatwise.letters.models import Letter
from seatwise.licenses import grants
from seatwise.site.home import waiting_for
from seatwise.webhooks import delivering, stopping
from seatwise.webhooks.delivering import deliver_due
from seatwise.webhooks.models import Delivery, Webhook, end_of_log
from seatwise.webhooks.tests.conftest import Receiver, verifier

pytestmark = pytest.mark.django_db

ON = datetime.date(2026, 1, 5)


def happen(person: Any, count: int = 1, verb: str = "user.add") -> list[int]:
    """Events; their numbers."""
    with transaction.atomic():
        audit.record_many({"by": None, "verb": verb, "subject": person} for _number in range(count))
    last = Entry.objects.order_by("-number").values_list("number", flat=True)[:count]
    return sorted(last)


class Clock:
    """A clock that can be put on."""

    def __init__(self, receiver: Receiver | None = None) -> None:
        self.receiver = receiver or Receiver()
        self.ahead = datetime.timedelta()

    def __call__(self) -> datetime.datetime:
        return timezone.now() + self.ahead

    def after(self, **time: float) -> "Clock":
        self.ahead += datetime.timedelta(**time)
        self.receiver.ahead = self.ahead.total_seconds()
        return self


def test_what_happens_is_sent_as_the_documentation_says(
    cast: dict[str, Any], webhook: Webhook, receiver: Receiver
) -> None:
    wiki = Service.objects.add(code="wiki", name="Wiki", by=None)
    grants.grant_one(service=wiki, user=cast["charlie"], by=cast["alice"], reason="s3cret reason", on=ON)
    assert deliver_due() == 1
    (said,) = receiver.taken
    entry = Entry.objects.get(verb="license.add")
    assert said == {
        "type": "license.added",
        "timestamp": entry.at.isoformat(timespec="microseconds"),
        "version": 1,
        "data": {
            "number": entry.number,
            "actor": "alice",
            "subject": {"type": "license", "id": entry.subject_id, "name": "Wiki: Charlie"},
            "details": {"service": "wiki", "user": "charlie", "added_on": "2026-01-05"},
        },
    }
    headers, body = receiver.requests[0]
    assert b"s3cret" not in body
    is_from_seatwise = verifier()
    assert is_from_seatwise(headers, body, receiver.secret)
    assert not is_from_seatwise(headers, body + b" ", receiver.secret)
    assert not is_from_seatwise(headers | {"webhook-id": "seatwise_1"}, body, receiver.secret)
    assert not is_from_seatwise(headers | {"webhook-timestamp": "1700000000"}, body, receiver.secret)
    assert not is_from_seatwise(headers, body, "whsec_AAAA")


def test_what_is_undone_is_not_sent(cast: dict[str, Any], webhook: Webhook, receiver: Receiver) -> None:
    with transaction.atomic():
        audit.record(by=None, verb="user.add", subject=cast["bob"])
        transaction.set_rollback(True)
    assert deliver_due() == 0
    assert receiver.requests == []


def test_only_what_was_chosen_is_sent_and_only_from_when_it_was_added(cast: dict[str, Any], receiver: Receiver) -> None:
    happen(cast["bob"])
    made = Webhook()
    chosen = ["person.added"]
    receiver.secret = made.change(by=cast["alice"], name="HR", address=receiver.address, events=chosen) or ""
    happen(cast["bob"], verb="user.deactivate")
    (number,) = happen(cast["bob"])
    deliver_due()
    assert receiver.numbers == [number]


def test_nothing_is_lost_and_the_order_kept_whatever_fails(
    cast: dict[str, Any], webhook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "AHEAD", 4)
    monkeypatch.setattr(delivering, "AT_A_TIME", 3)
    numbers = happen(cast["bob"], 10)
    receiver.answers = [200, 500, 503, 200, 302, 429]
    clock = Clock(receiver)
    for _attempt in range(12):
        deliver_due(clock.after(hours=3))
        webhook.refresh_from_db()
    assert receiver.numbers == numbers
    assert receiver.ids == [f"seatwise_{number}" for number in numbers]
    assert webhook.fails_since is None


def test_one_that_was_sent_while_the_worker_ended_is_sent_again_before_the_next(
    cast: dict[str, Any], webhook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = happen(cast["bob"], 2)

    def killed(*_arguments: Any, **_changed: Any) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(delivering, "_settle", killed)
        with pytest.raises(KeyboardInterrupt):
            deliver_due()
    assert deliver_due() == 0  # another worker may still be at it
    assert deliver_due(Clock().after(minutes=4)) == 2
    assert receiver.numbers == [first, first, second]


def test_two_workers_do_not_send_the_same(cast: dict[str, Any], webhook: Webhook, receiver: Receiver) -> None:
    happen(cast["bob"])
    delivering.take_down(webhook, end_of_log())
    one, other = Delivery.objects.get(), Delivery.objects.get()
    now = timezone.now()
    assert [delivering.claim(one, now), delivering.claim(other, now)] == [True, False]


def test_a_webhook_that_fails_for_days_is_stopped_told_and_goes_on_where_it_was(
    cast: dict[str, Any], webhook: Webhook, receiver: Receiver, rf: Any
) -> None:
    receiver.status, clock = 500, Clock(receiver)
    numbers = happen(cast["bob"], 2)
    for _day in range(7):
        deliver_due(clock.after(days=1))
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.stopped_at is not None) == (False, True)
    assert Entry.objects.filter(verb="webhook.stop").count() == 1
    assert [letter.to for letter in Letter.objects.of_kind(stopping.KIND)] == [cast["alice"]]
    assert receiver.taken == []
    request = rf.get("/")
    request.user = cast["alice"]
    assert any("HR was stopped" in each.text for each in waiting_for(request))
    numbers += happen(cast["bob"])
    receiver.status = 200
    assert deliver_due(clock) == 0
    webhook.change(by=cast["alice"], events=webhook.events, is_on=True)
    assert deliver_due(clock) == 3
    assert receiver.numbers == numbers


def test_a_receiver_that_is_gone_is_not_asked_again(cast: dict[str, Any], webhook: Webhook, receiver: Receiver) -> None:
    receiver.status = 410
    happen(cast["bob"], 2)
    deliver_due()
    deliver_due(Clock().after(days=1))
    assert len(receiver.requests) == 1


def test_one_that_fails_keeps_no_other_from_being_told(
    cast: dict[str, Any], webhook: Webhook, receiver: Receiver
) -> None:
    dead = Webhook()
    dead.change(by=cast["alice"], name="A", address="http://127.0.0.1:1/", events=webhook.events)
    numbers = happen(cast["bob"], 2)
    assert deliver_due() == 2
    assert receiver.numbers == numbers


def test_redirects_are_not_followed(cast: dict[str, Any], webhook: Webhook, receiver: Receiver) -> None:
    receiver.status = 302
    happen(cast["bob"])
    deliver_due()
    assert len(receiver.requests) == 1
    assert Delivery.objects.get().problem == "HTTP 302"


def test_an_address_of_this_network_is_not_reached(
    cast: dict[str, Any], webhook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEATWISE_PRIVATE_ADDRESSES", "10.0.0.0/8")
    happen(cast["bob"])
    deliver_due()
    assert receiver.requests == []
    assert "must not be reached" in Delivery.objects.get().problem


def test_for_a_day_both_secrets_sign(cast: dict[str, Any], webhook: Webhook, receiver: Receiver) -> None:
    old = receiver.secret
    new = webhook.rotate(by=cast["alice"], at=timezone.now())
    happen(cast["bob"])
    deliver_due()
    headers, body = receiver.requests[0]
    is_from_seatwise = verifier()
    assert [is_from_seatwise(headers, body, each) for each in (old, new)] == [True, True]
    assert webhook.secrets(timezone.now() + datetime.timedelta(hours=25)) == [new]


def test_an_event_is_sent_again_on_request_with_the_same_id(
    cast: dict[str, Any], webhook: Webhook, receiver: Receiver
) -> None:
    (number,) = happen(cast["bob"])
    deliver_due()
    Delivery.objects.get().send_again(by=cast["alice"])
    deliver_due()
    assert receiver.ids == [f"seatwise_{number}"] * 2
    assert Entry.objects.get(verb="webhook.resend").after == {"event": "person.added", "number": number}


def test_what_was_delivered_long_ago_is_forgotten_and_what_waits_is_not(
    cast: dict[str, Any], webhook: Webhook, receiver: Receiver
) -> None:
    happen(cast["bob"])
    deliver_due()
    receiver.status = 500
    happen(cast["bob"])
    deliver_due()
    Delivery.objects.update(made_at=timezone.now() - datetime.timedelta(days=31))
    delivering.forget_old(ON)
    assert [each.state for each in Delivery.objects.all()] == ["waiting"]


def test_secrets_and_the_address_are_kept_encrypted_and_not_in_the_log(
    cast: dict[str, Any], webhook: Webhook, receiver: Receiver
) -> None:
    kept = Webhook.objects.get()
    assert "t0ken" not in kept.address
    assert receiver.secret not in kept.secret
    assert (kept.url, kept.secrets(timezone.now())) == (receiver.address, [receiver.secret])
    webhook.rotate(by=cast["alice"], at=timezone.now())
    said = str([entry.content() for entry in Entry.objects.of("webhook")])
    assert "whsec_" not in said
    assert "t0ken" not in said
