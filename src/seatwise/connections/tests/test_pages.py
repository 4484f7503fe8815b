"""The pages of the connection: entered, tested, read, looked at, rehearsed, sent; and the file by hand."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from seatwise.audit.models import Entry
from seatwise.cli import main
from seatwise.connections import by_hand, tasks
from seatwise.connections.models import Connection, Drift, Reading, Sending
from seatwise.connections.tests.cybozu import READ, WRITE, Cybozu
from seatwise.connections.tests.test_reading import work
from seatwise.connections.tests.world import connect, holders, pending, read, service
from seatwise.directory.models import Service, Upload, User
from seatwise.licenses import grants
from seatwise.licenses.models import License

BASE = "/administration/connections/cybozu/"
pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 24)


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def kintone(domain: Cybozu) -> Service:
    domain.add_organization("S", "Sales")
    domain.add("sato", "kintone", "garoon", org="S")
    domain.add("kato", "kintone")
    return service()


def body(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def post(client: Client, page: str, **data: Any) -> Any:
    return client.post(f"{BASE}{page}", data, follow=True)


def token_form(domain: Cybozu, kintone: Service, **fields: Any) -> dict[str, Any]:
    return {"address": domain.address, "read_token": READ, "write_token": WRITE, "kintone": kintone.pk, **fields}


def send_all() -> None:
    for pk in Sending.objects.unfinished().values_list("pk", flat=True):
        tasks.send.func(pk)


def test_the_whole_way_on_the_pages(admin: Client, domain: Cybozu, kintone: Service) -> None:
    assert "It is not connected yet." in body(admin.get(BASE))
    page = post(admin, "setting-up/", **token_form(domain, kintone))
    assert "only on request" in body(page)
    assert " answers: 2 users on the first page." in body(post(admin, "testing/"))
    page = post(admin, "readings/")
    assert "cybozu.com is being read." in body(page)
    work()
    reading = Reading.objects.get()
    assert reading.asked_by_id is not None
    assert "See what would change here" in body(admin.get(f"{BASE}readings/{reading.pk}/"))

    page = post(admin, f"readings/{reading.pk}/people/")
    assert "sato: Sato" in body(page)
    upload = Upload.objects.get(kind="people")
    fingerprint = page.context["plan"].fingerprint()
    admin.post(f"/administration/directory/imports/{upload.pk}/confirmation/", {"fingerprint": fingerprint})
    assert User.objects.filter(login="sato").exists()

    page = post(admin, f"readings/{reading.pk}/licenses/")
    assert "The service is already like this" in body(page)
    assert "It also has to be done" not in body(page)
    preview = page.context["preview"]
    said = {"fingerprint": preview.fingerprint, "reason": "", "confirmed": list(preview.to_confirm())}
    admin.post(page.request["PATH_INFO"] + "saving/", said)
    assert holders(kintone) == ["kato", "sato"]

    grants.revoke(list(License.objects.held().filter(user__login="sato")), by=None, reason="unused", on=TODAY)
    assert "1 change is pending." in body(admin.get(BASE))
    page = post(admin, "sendings/")
    send_all()
    rehearsal = Sending.objects.get()
    page = admin.get(f"{BASE}sendings/{rehearsal.pk}/")
    assert "Carry out the changes of 1 user at cybozu.com" in body(page)
    assert "kintone, garoon" in body(page)
    assert domain.changes == []
    post(admin, f"sendings/{rehearsal.pk}/send/")
    send_all()
    assert domain.changes == [{"sato": ["garoon"]}]
    assert pending(kintone) == []
    entry = Entry.objects.filter(verb="sending.user").get()
    assert entry.by_login == "alice"
    assert "confirmed" in body(admin.get(f"{BASE}sendings/{Sending.objects.latest('pk').pk}/"))


def test_a_token_is_never_shown_again_and_goes_to_no_other_address(
    admin: Client, domain: Cybozu, kintone: Service
) -> None:
    page = post(admin, "setting-up/", **token_form(domain, kintone))
    assert READ not in body(page)
    form = admin.get(f"{BASE}setting-up/").context["form"]
    assert READ not in body(admin.get(f"{BASE}setting-up/"))
    opened = form["opened"].value()
    changed = {"address": domain.address, "kintone": kintone.pk, "reads_daily": "on", "opened": opened}
    post(admin, "setting-up/", **changed)
    connection = Connection.objects.get()
    assert connection.reads_daily
    assert (connection.token(), connection.token(writes=True)) == (READ, WRITE)  # left as they were
    opened = admin.get(f"{BASE}setting-up/").context["form"]["opened"].value()
    post(admin, "setting-up/", address="https://other.cybozu.com", opened=opened)
    connection.refresh_from_db()
    assert (connection.address, connection.read_token, connection.write_token) == ("https://other.cybozu.com", "", "")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"address": "https://example.org"}, "is not an address of cybozu.com"),
        ({"read_token": "two words"}, "This is not an API token."),
        ({"garoon": "same"}, "Each service of this site can be only one service of cybozu.com."),
    ],
)
def test_what_cannot_be_is_refused_on_the_form(
    admin: Client, domain: Cybozu, kintone: Service, fields: dict[str, Any], said: str
) -> None:
    fields = {key: kintone.pk if value == "same" else value for key, value in fields.items()}
    page = post(admin, "setting-up/", **token_form(domain, kintone, **fields))
    assert said in body(page)
    assert READ not in body(page)
    assert not Connection.objects.exists()


def test_who_only_looks_changes_and_sends_nothing(
    client: Client, audrey: User, domain: Cybozu, kintone: Service
) -> None:
    connect(domain, kintone)
    client.force_login(audrey)
    page = body(client.get(BASE))
    assert "Read now" not in page
    assert client.get(f"{BASE}setting-up/").status_code == 403
    for address in ("readings/", "sendings/", "testing/"):
        assert client.post(f"{BASE}{address}").status_code == 403
    assert domain.asked == []


def test_what_differs_is_a_list_with_who_what_and_since_when(admin: Client, domain: Cybozu, kintone: Service) -> None:
    connection = connect(domain, kintone)
    read(connection)
    read(connection)
    page = body(admin.get(f"{BASE}drift/"))
    assert "has the service there, and no license here" in page
    assert "between 20" in page
    assert "kato" not in body(admin.get(f"{BASE}drift/?text=sato&service=kintone&what=only_there"))
    assert Drift.objects.count() == 2


def test_the_pages_speak_japanese(admin: Client, alice: User, domain: Cybozu, kintone: Service) -> None:
    connect(domain, kintone)
    User.objects.filter(pk=alice.pk).update(language="ja")
    assert "接続をテスト" in body(admin.get(BASE))


def removed(domain: Cybozu, kintone: Service) -> Connection:
    """Somebody lost kintone here, and it is pending."""
    from seatwise.connections import synchronizing

    connection = connect(domain, kintone)
    assert synchronizing.apply_small(read(connection), datetime.date(2026, 1, 5)) == ""
    grants.revoke(list(License.objects.held()), by=None, reason="unused", on=TODAY)
    return connection


def test_the_file_by_hand_has_the_whole_sets_of_those_concerned_and_nobody_else(
    admin: Client, domain: Cybozu, kintone: Service
) -> None:
    domain.add("ito", "office")
    connection = removed(domain, kintone)
    answer = admin.get(f"{BASE}file/")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content == b"kato\r\nsato,gr\r\n"
    domain.remove("kato")
    read(connection)
    assert "No file was created: these are not listed at cybozu.com, or match several users there: kato." in body(
        admin.get(f"{BASE}file/", follow=True)
    )
    assert admin.get(f"{BASE}file/?leave_out=on").content == b"sato,gr\r\n"


def test_a_file_that_rests_on_too_old_a_reading_is_refused(
    admin: Client, domain: Cybozu, kintone: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed(domain, kintone)
    Reading.objects.update(began_at=timezone.now() - by_hand.AGE - datetime.timedelta(minutes=1))
    assert "more than 24 hours old" in body(admin.get(f"{BASE}file/", follow=True))


def test_the_file_by_hand_can_rest_on_an_export_and_keeps_what_is_not_known(
    domain: Cybozu, kintone: Service, tmp_path: Any, capfdbinary: Any
) -> None:
    connection = removed(domain, kintone)
    connection.change(by=None, services=connection.services(), tokens={})
    export = tmp_path / "userServices.csv"
    export.write_text("Login name,Service code 1\nsato,ki,ms,gr\nkato,ki\nito,ki\n")
    told = ["connect", "cybozu", "file", "--export", str(export)]
    assert main(told) == 2
    now = timezone.localtime(timezone.now())
    assert main([*told, "--exported-at", (now - datetime.timedelta(hours=25)).isoformat()]) == 1
    assert main([*told, "--exported-at", (now + datetime.timedelta(hours=1)).isoformat()]) == 1
    capfdbinary.readouterr()
    assert main([*told, "--exported-at", now.isoformat()]) == 0
    assert capfdbinary.readouterr().out == b"kato\r\nsato,ms,gr\r\n"


@pytest.mark.parametrize("kind", ["people", "licenses"])
@pytest.mark.parametrize("failed", [True, False])
def test_a_reading_of_which_nothing_is_kept_is_looked_at_no_more(
    admin: Client, domain: Cybozu, kintone: Service, kind: str, failed: bool
) -> None:
    connection = connect(domain, kintone)
    if failed:
        first = Reading.objects.create(connection=connection, state=Reading.State.FAILED)
    else:
        first = read(connection)
        read(connection)
    page = post(admin, f"readings/{first.pk}/{kind}/")
    assert "There is a later reading, or this one failed. Open the latest one." in body(page)
    assert not Upload.objects.exists()
