"""The pages of webhooks: set up by administrators, seen by auditors, and no secret shown twice."""

from typing import Any

import pytest
from django.utils import timezone

from seatwise.audit.models import Entry
from seatwise.webhooks.delivering import deliver_due
from seatwise.webhooks.models import Delivery, Webhook
from seatwise.webhooks.tests.conftest import Receiver

pytestmark = pytest.mark.django_db

LIST = "/administration/webhooks/"
SAID = {"name": "HR", "address": "https://hr.example.com/hook/t0ken", "events": ["person.added"], "is_on": "on"}


def test_the_secret_is_shown_once_and_the_address_never(client: Any, cast: dict[str, Any]) -> None:
    client.force_login(cast["alice"])
    page = client.post(f"{LIST}new/", SAID)
    made = Webhook.objects.get()
    (secret,) = made.secrets(timezone.now())
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    for path in ("", f"{made.pk}/", f"{made.pk}/change/"):
        text = client.get(f"{LIST}{path}").content.decode()
        assert secret not in text
        assert "t0ken" not in text
    page = client.post(f"{LIST}{made.pk}/secret/")
    made.refresh_from_db()
    assert made.secrets(timezone.now())[0] in page.content.decode()
    assert len(made.secrets(timezone.now())) == 2


@pytest.mark.parametrize(
    "address", ["http://hr.example.com/", "ftp://hr.example.com/", "https://", "https://a:b@hr.example.com/", "x", ""]
)
def test_an_address_that_is_none_is_refused(client: Any, alice: Any, address: str) -> None:
    client.force_login(alice)
    assert "address" in client.post(f"{LIST}new/", SAID | {"address": address}).context["form"].errors
    assert not Webhook.objects.exists()


def test_deliveries_are_listed_and_sent_again(
    client: Any, cast: dict[str, Any], webhook: Webhook, receiver: Receiver
) -> None:
    client.force_login(cast["alice"])
    client.post(f"{LIST}{webhook.pk}/test/")
    assert deliver_due() == 1
    assert receiver.taken[0]["type"] == "webhook.test"
    page = client.get(f"{LIST}{webhook.pk}/")
    assert [row.thing.state for row in page.context["list"].rows] == ["sent"]
    number = Entry.objects.get(verb="webhook.test").number
    client.post(f"{LIST}{webhook.pk}/events/{number}/")
    assert deliver_due() == 1
    assert receiver.numbers == [number, number]
    assert client.post(f"{LIST}{webhook.pk}/events/{number + 1000}/").status_code == 404
    assert len(client.get(f"{LIST}{webhook.pk}/", {"state": "waiting"}).context["list"].rows) == 0


def test_one_is_changed_without_entering_its_address_again(client: Any, cast: dict[str, Any]) -> None:
    client.force_login(cast["alice"])
    client.post(f"{LIST}new/", SAID)
    made = Webhook.objects.get()
    form = client.get(f"{LIST}{made.pk}/change/").context["form"]
    client.post(f"{LIST}{made.pk}/change/", {"name": "Payroll", "events": ["review.closed"], "opened": form.version})
    made.refresh_from_db()
    assert (made.name, made.events, made.is_on, made.url) == ("Payroll", ["review.closed"], False, SAID["address"])


def test_one_that_is_removed_keeps_no_secret(client: Any, cast: dict[str, Any]) -> None:
    client.force_login(cast["alice"])
    client.post(f"{LIST}new/", SAID)
    made = Webhook.objects.get()
    client.post(f"{LIST}{made.pk}/removal/")
    made.refresh_from_db()
    assert (made.address, made.secret, made.old_secret) == ("", "", "")
    assert client.get(f"{LIST}{made.pk}/").status_code == 404


@pytest.mark.parametrize(("who", "reads"), [("audrey", 200), ("bob", 403), ("charlie", 403)])
def test_auditors_look_and_others_see_nothing(
    client: Any, cast: dict[str, Any], webhook: Webhook, who: str, reads: int
) -> None:
    client.force_login(cast[who])
    assert [client.get(f"{LIST}{path}").status_code for path in ("", f"{webhook.pk}/")] == [reads, reads]
    for path in ("new/", *(f"{webhook.pk}/{each}/" for each in ("change", "secret", "test", "events/1", "removal"))):
        assert client.post(f"{LIST}{path}").status_code == 403
    assert not Delivery.objects.visible_to(cast["bob"]).exists()


def test_the_page_takes_as_many_queries_for_many_as_for_few(
    client: Any, cast: dict[str, Any], webhook: Webhook, django_assert_max_num_queries: Any
) -> None:
    Delivery.objects.bulk_create(Delivery(webhook=webhook, number=n, event="person.added") for n in range(120))
    client.force_login(cast["alice"])
    with django_assert_max_num_queries(9):
        client.get(f"{LIST}{webhook.pk}/")
