"""Whoever is on leave is marked on every surface, with the day on which they are back."""

import csv
import datetime
import io
import json
from typing import Any

import pytest

from seatwise.directory import people
from seatwise.directory.models import ApiToken, Service
from seatwise.licenses import grants
from seatwise.licenses.models import Suspension
from seatwise.monitoring.figures import on_leave_until
from seatwise.monitoring.tests.test_person_page import date, read

pytestmark = pytest.mark.django_db
LIST = "/administration/access/wiki/"
BACK = datetime.date(2027, 3, 1)


@pytest.fixture
def wiki(cast: dict[str, Any]) -> Service:
    service: Service = Service.objects.add(code="wiki", name="Wiki", by=None)
    users = [cast["bob"], cast["charlie"], cast["audrey"]]
    grants.grant(service=service, users=users, by=None, reason="", on=date(300))
    read(service, "log", {"charlie": [5, 40]}, (100, 0))
    return service


def asleep(cast: dict[str, Any], who: str, service: Service | None, until: datetime.date = BACK, **fields: Any) -> None:
    Suspension.objects.create(
        user=cast[who], service=service, begins=date(20), until=until, reason="parental leave", **fields
    )


def test_the_page_says_until_when_in_the_readers_language(client: Any, cast: dict[str, Any], wiki: Service) -> None:
    asleep(cast, "charlie", wiki)
    client.force_login(cast["alice"])
    for address in (LIST, f"{LIST}charlie/"):
        assert "on leave until 1 Mar 2027" in client.get(address, follow=True).content.decode()
    people.change(cast["alice"], {"language": "ja"}, by=None, on=date(0))
    client.force_login(cast["alice"])
    for address in (LIST, f"{LIST}charlie/"):
        assert "2027/03/01" in client.get(address, follow=True).content.decode()


def test_files_api_and_command_say_it_too(
    client: Any, cast: dict[str, Any], wiki: Service, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seatwise.commands import run_command

    asleep(cast, "charlie", wiki)
    client.force_login(cast["alice"])
    text = b"".join(client.get(LIST, {"format": "csv"}).streaming_content).decode("utf-8-sig")
    marks = {row["Login"]: row["Marks"] for row in csv.DictReader(io.StringIO(text))}
    assert marks == {"charlie": "on leave until 2027-03-01", "bob": "", "audrey": ""}

    scopes = ["usage:read"]
    _, secret = ApiToken.objects.add(name="t", owner=cast["alice"], scopes=scopes, days=9, by=None, on=date(0))
    answer = client.get("/api/v1/services/wiki/usage", headers={"authorization": f"Bearer {secret}"}).json()
    found = {user["login"]: (user["marks"], user["on_leave_until"]) for user in answer["users"]}
    assert found == {"charlie": (["on_leave"], "2027-03-01"), "bob": ([], None), "audrey": ([], None)}

    monkeypatch.setattr("seatwise.commands.django_setup.setup", lambda **_: None)
    assert run_command(("usage", "wiki")) == 0
    assert "on leave until 2027-03-01" in capsys.readouterr().out
    assert run_command(("usage", "wiki", "--output", "json")) == 0
    users = json.loads(capsys.readouterr().out)["users"]
    assert {user["login"]: (user["marks"], user["on_leave_until"]) for user in users} == found


def test_what_is_planned_ended_or_of_another_service_is_no_leave(cast: dict[str, Any], wiki: Service) -> None:
    other = Service.objects.add(code="mail", name="Mail", by=None)
    users = [cast[name].pk for name in ("bob", "charlie", "audrey")]
    asleep(cast, "bob", wiki, state=Suspension.State.PLANNED)
    asleep(cast, "charlie", wiki, state=Suspension.State.ENDED)
    asleep(cast, "audrey", other)
    assert on_leave_until(wiki, users) == {}


def test_of_license_and_account_the_later_day_holds_in_one_query(
    cast: dict[str, Any], wiki: Service, django_assert_num_queries: Any
) -> None:
    later = BACK + datetime.timedelta(30)
    asleep(cast, "charlie", wiki)
    asleep(cast, "charlie", None, later)
    asleep(cast, "bob", None)
    with django_assert_num_queries(1):
        found = on_leave_until(wiki, [cast["bob"].pk, cast["charlie"].pk, cast["audrey"].pk])
    assert found == {cast["charlie"].pk: later, cast["bob"].pk: BACK}
