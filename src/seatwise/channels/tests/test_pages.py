"""The pages of channels: set up by administrators, seen by auditors; one's own by everyone."""

from typing import Any

import pytest

from seatwise.audit.models import Entry
from seatwise.channels.models import Channel
from seatwise.letters.models import Letter

pytestmark = pytest.mark.django_db

LIST, OWN = "/administration/channels/", "/channels/"
SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


def added(client: Any, **fields: Any) -> Any:
    return client.post(f"{LIST}new/", {"name": "Slack #it", "address": SLACK, "is_on": "on", **fields}, follow=True)


def test_an_administrator_adds_a_channel_and_nobody_sees_its_address_again(client: Any, cast: dict[str, Any]) -> None:
    client.force_login(cast["alice"])
    page = added(client, kinds=["review.late", "seat_requests.asked"])
    made = Channel.objects.get()
    assert (made.name, made.shown, made.kinds) == ("Slack #it", "Slack", ["review.late", "seat_requests.asked"])
    change = client.get(f"{LIST}{made.pk}/change/").content.decode()
    for each in (page.content.decode(), client.get(LIST).content.decode(), change):
        assert "TIiajkdnlazkcOXrIdevi7FQ" not in each
    assert "Overdue review decisions" in page.content.decode()
    assert Entry.objects.get(verb="channel.change").after["kinds"] == ["review.late", "seat_requests.asked"]


def test_a_channel_is_changed_without_entering_its_address_again(client: Any, cast: dict[str, Any]) -> None:
    client.force_login(cast["alice"])
    added(client)
    made = Channel.objects.get()
    form = client.get(f"{LIST}{made.pk}/change/").context["form"]
    said = {"name": "Other", "is_on": "on", "opened": form.version, "address": ""}
    client.post(f"{LIST}{made.pk}/change/", said)
    made.refresh_from_db()
    assert (made.name, made.secret()) == ("Other", SLACK)


@pytest.mark.parametrize("address", ["https://example.com/x", "json://example.com/x", "mailto://a:b@example.com"])
def test_an_address_that_nothing_can_be_posted_to_is_refused(client: Any, alice: Any, address: str) -> None:
    client.force_login(alice)
    page = added(client, address=address)
    assert "address" in page.context["form"].errors
    assert not Channel.objects.exists()


def test_a_test_message_waits_for_the_worker(client: Any, cast: dict[str, Any]) -> None:
    client.force_login(cast["alice"])
    added(client)
    made = Channel.objects.get()
    page = client.post(f"{LIST}{made.pk}/test/", follow=True)
    letter = Letter.every.get()
    assert (letter.kind, letter.state, letter.channel, letter.to_id) == ("channels.test", "waiting", made, None)
    assert "Slack #it" in page.content.decode()
    assert "Slack #it" in client.get("/administration/letters/").content.decode()
    assert "Test message" in client.get(f"{LIST}{made.pk}/").content.decode()


def test_a_channel_that_is_removed_has_no_address_any_more(client: Any, cast: dict[str, Any]) -> None:
    client.force_login(cast["alice"])
    added(client)
    made = Channel.objects.get()
    client.post(f"{LIST}{made.pk}/removal/")
    made.refresh_from_db()
    assert (made.address, made.secret()) == ("", "")
    assert "Slack #it" not in client.get(LIST).content.decode()
    assert client.get(f"{LIST}{made.pk}/").status_code == 404
    assert Entry.objects.filter(verb="channel.end").count() == 1


@pytest.mark.parametrize(("who", "reads"), [("audrey", 200), ("bob", 403), ("charlie", 403)])
def test_auditors_look_and_others_see_nothing(client: Any, cast: dict[str, Any], who: str, reads: int) -> None:
    made = Channel()
    made.change(by=cast["alice"], name="Room", shown="JSON", address="jsons://example.com/x")
    client.force_login(cast[who])
    assert [client.get(f"{LIST}{path}").status_code for path in ("", f"{made.pk}/")] == [reads, reads]
    for path in ("new/", f"{made.pk}/change/", f"{made.pk}/test/", f"{made.pk}/removal/"):
        assert client.post(f"{LIST}{path}").status_code == 403
    assert Channel.objects.visible_to(cast["alice"]).count() == 1


def test_nobody_adds_one_of_their_own_unless_that_is_allowed(client: Any, cast: dict[str, Any]) -> None:
    client.force_login(cast["charlie"])
    client.post(OWN, {"address": "ntfys://ntfy.example.com/my-0wn-topic"})
    assert not Channel.objects.exists()
    assert "have not allowed" in client.get(OWN).content.decode()


def test_people_have_their_own_which_nobody_else_sees(
    client: Any, cast: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEATWISE_PERSONAL_CHANNELS", "yes")
    client.force_login(cast["charlie"])
    answer = client.post(OWN, {"address": "ntfys://ntfy.example.com/my-0wn-topic"}, follow=True)
    page = answer.content.decode()
    own = Channel.objects.get()
    assert (own.owner, own.shown) == (cast["charlie"], "ntfy")
    assert "ntfy" in page
    assert "my-0wn-topic" not in page
    assert Letter.every.get().to == cast["charlie"]
    client.force_login(cast["alice"])
    assert client.get(f"{LIST}{own.pk}/").status_code == 404
    assert client.post(f"{OWN}{own.pk}/removal/").status_code == 404
    client.force_login(cast["charlie"])
    client.post(f"{OWN}{own.pk}/removal/")
    assert not Channel.objects.of(cast["charlie"]).exists()


def test_where_only_a_bot_is_set_up_people_enter_who_they_are_there(client: Any, cast: dict[str, Any]) -> None:
    bot = Channel()
    bot.change(by=cast["alice"], name="Our Slack", shown="Slack", address="slack://xoxb-1-1-4ddbc191d40ee098/{member}")
    client.force_login(cast["charlie"])
    assert "via" in client.post(OWN, {"address": "ntfys://ntfy.example.com/x"}).context["form"].errors
    assert "address" in client.post(OWN, {"via": bot.pk, "address": "../x"}).context["form"].errors
    client.post(OWN, {"via": bot.pk, "address": "U0123"})
    assert Channel.objects.of(cast["charlie"]).get().secret() == "slack://xoxb-1-1-4ddbc191d40ee098/U0123"


def test_the_list_takes_as_many_queries_for_many_as_for_few(
    client: Any, cast: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    Channel.objects.bulk_create(Channel(name=f"Room {n}", shown="JSON", address="x") for n in range(120))
    client.force_login(cast["alice"])
    with django_assert_max_num_queries(7):
        client.get(LIST)
