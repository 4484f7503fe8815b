"""GitHub Copilot seats and Microsoft 365 usage reports: fetched on real HTTP, looked at and imported as files are."""

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.cli import main
from seatwise.connections import readings, tasks
from seatwise.connections.addresses import checked_address
from seatwise.connections.github import CopilotApi
from seatwise.connections.kinds import GITHUB, MICROSOFT
from seatwise.connections.models import Connection, Reading
from seatwise.connections.tests.stand_in import CutConnection, running
from seatwise.connections.tests.test_reading import work
from seatwise.connections.tests.vendors import ACCESS, ACTIVE, APPS, CLIENT, SECRET, TOKEN, GitHub, Graph
from seatwise.connections.tests.world import pending, read, service
from seatwise.connections.vendor_api import ApiError
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Login, Service, Upload, User
from seatwise.ledger.models import AsOf, Snapshot, SnapshotRow
from seatwise.licenses import grants
from seatwise.licenses.models import License

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 24)
BASE = "/administration/connections/"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "pause", lambda seconds: None)
    monkeypatch.setenv("SEATWISE_TODAY", TODAY.isoformat())


@pytest.fixture
def github() -> Iterator[GitHub]:
    with running(GitHub()) as found:
        yield found


@pytest.fixture
def graph() -> Iterator[Graph]:
    with running(Graph()) as found:
        yield found


def to_github(github: GitHub, copilot: Service, **fields: Any) -> Connection:
    made = Connection(kind="github")
    given = {"address": github.address, "account": "acme", **fields}
    made.change(by=None, services={"copilot": copilot}, tokens={"read_token": TOKEN}, **given)
    return made


def to_microsoft(graph: Graph, **services: Service) -> Connection:
    made = Connection(kind="microsoft")
    fields = {"address": graph.address, "account": "acme.example", "client": CLIENT}
    made.change(by=None, services=services, tokens={"read_token": SECRET}, **fields)
    return made


def holders(of: Service, *logins: str) -> None:
    for login in logins:
        people.add({"login": login, "name": login.capitalize()}, by=None, on=TODAY)
    found = User.objects.filter(login__in=logins)
    long_ago = datetime.date(2026, 1, 5)
    grants.grant(service=of, users=list(found), by=None, reason="", on=long_ago, in_effect=True)


def days_of(of: Service) -> dict[str, str]:
    rows = SnapshotRow.objects.filter(snapshot__service=of).select_related("login")
    return {row.login.written: str(row.last_access or "") for row in rows}


def body(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_seats_are_read_over_all_pages_and_imported_as_the_vendors_report(github: GitHub) -> None:
    copilot = service("copilot")
    holders(copilot, "sato", "kato")
    github.add("sato", "2026-11-20T23:30:00Z", last_activity_editor="vscode/1.99")  # the 21st in Tokyo
    github.add("kato", None, pending_cancellation_date="2026-12-01")
    for number in range(199):
        github.add(f"stranger{number}", "2026-11-01T00:00:00Z")
    reading = read(to_github(github, copilot, reads_daily=True))
    assert (reading.counts["users"], reading.counts["recognized"]) == (201, 2)
    assert len([path for _method, path in github.asked if "page=" in path]) == 3
    assert not Snapshot.objects.exists()  # reading alone imports nothing
    work()
    tasks.read_daily(TODAY)
    work()
    assert not Snapshot.objects.exists()  # nor does a daily one, unless that is wanted
    Connection.objects.update(applies_daily=True)
    tasks.read_daily(TODAY)
    work()
    found = days_of(copilot)
    assert (found["sato"], found["kato"], len(found)) == ("2026-11-21", "", 201)
    assert Login.objects.get(folded="stranger7").user_id is None  # listed under unknown logins, as with a file
    assert AsOf.objects.get(service=copilot).day == (TODAY - datetime.date(1970, 1, 1)).days
    tasks.read_daily(TODAY)
    work()
    assert Snapshot.objects.count() == 1  # the same day again replaces what it said


def test_who_has_several_seats_of_an_enterprise_is_one_person(github: GitHub) -> None:
    copilot = service("copilot")
    holders(copilot, "sato")
    github.add("sato", "2026-11-01T00:00:00Z")
    github.add("sato", "2026-11-20T00:00:00Z")
    reading = read(to_github(github, copilot, account="enterprises/acme"))
    assert github.asked[0][1].startswith("/enterprises/acme/copilot")
    assert reading.content["reports"]["copilot"]["whole"]
    Connection.objects.update(applies_daily=True, reads_daily=True)
    tasks.read_daily(TODAY)
    work()
    assert days_of(copilot) == {"sato": "2026-11-20"}


@pytest.mark.parametrize("total", [None, 30])
def test_a_list_confirms_removals_only_where_it_is_whole(github: GitHub, total: int | None) -> None:
    copilot = service("copilot")
    names = [f"u{number}" for number in range(20)]
    holders(copilot, *names)
    grants.revoke(
        list(License.objects.held().filter(user__login="u3")), by=None, reason="", on=datetime.date(2026, 3, 1)
    )
    for name in names:
        if name != "u3":
            github.add(name, "2026-11-20T00:00:00Z")
    github.total = total
    to_github(github, copilot, reads_daily=True, applies_daily=True)
    tasks.read_daily(TODAY)
    work()
    assert Snapshot.objects.count() == 1
    assert pending(copilot) == ([] if total is None else [("remove", "u3")])


def test_a_list_of_strangers_confirms_no_removals_and_says_so(github: GitHub) -> None:
    copilot = service("copilot")
    names = [f"u{number}" for number in range(20)]
    holders(copilot, *names)
    grants.revoke(
        list(License.objects.held().filter(user__login="u3")), by=None, reason="", on=datetime.date(2026, 3, 1)
    )
    github.add("u1", "2026-11-20T00:00:00Z")
    to_github(github, copilot, reads_daily=True, applies_daily=True)
    tasks.read_daily(TODAY)
    work()
    assert "so it confirmed no removals" in Reading.objects.get().problem
    assert pending(copilot) == [("remove", "u3")]
    assert days_of(copilot) == {"u1": "2026-11-20"}


def test_a_poll_that_fails_leaves_its_days_unknown(github: GitHub) -> None:
    def cut(_domain: Any, _method: str, path: str) -> Any:
        if "page=2" in path:
            raise CutConnection

    copilot = service("copilot")
    holders(copilot, "sato")
    github.add("sato", "2026-11-20T00:00:00Z")
    for number in range(150):
        github.add(f"u{number}", None)
    github.trouble = cut
    connection = to_github(github, copilot, reads_daily=True, applies_daily=True)
    tasks.read_daily(TODAY)
    work()
    assert Reading.objects.get().state == "failed"
    assert not Snapshot.objects.exists()
    assert not AsOf.objects.filter(service=copilot).exclude(day=None).exists()
    connection.refresh_from_db()
    assert connection.fails_since is not None


def test_limits_are_waited_for_and_hours_are_not(github: GitHub) -> None:
    github.add("sato", None)
    waited: list[float] = []

    def api() -> CopilotApi:
        made = CopilotApi(github.address, TOKEN, pause=waited.append)
        made.account = "acme"
        return made

    answers = iter(
        [
            (429, {"message": "Too many"}, {"Retry-After": "7"}),
            (403, {"message": "You have exceeded a secondary rate limit. Please wait."}),
            (403, {"message": "limit"}, {"Retry-After": "20"}),
        ]
    )
    github.trouble = lambda _self, _method, _path: next(answers, None)
    assert api().test() == 1
    assert waited == [7.0, 60.0, 60.0]  # twice as long each time, and at most a minute
    github.asked.clear()
    github.trouble = lambda _self, _method, _path: (
        429,
        {"message": "API rate limit exceeded"},
        {"Retry-After": "3000"},
    )
    with pytest.raises(ApiError, match="rate limit exceeded"):
        api().test()
    github.trouble = lambda _self, _method, _path: (
        403,
        {"message": "Resource not accessible by personal access token"},
    )
    with pytest.raises(ApiError, match="not accessible"):
        api().test()
    assert len(github.asked) == 2  # neither is asked again


def test_what_went_wrong_with_a_token_is_said_with_what_next(github: GitHub, graph: Graph) -> None:
    copilot, teams = service("copilot"), service("teams")
    connection = to_github(github, copilot)
    connection.change(by=None, services=connection.services(), tokens={"read_token": "gone"})
    with pytest.raises(Refused, match=r"GitHub Copilot answered: 401: Bad credentials The token is wrong"):
        readings.test(connection)
    connection.change(by=None, services=connection.services(), tokens={"read_token": TOKEN}, account="other")
    with pytest.raises(Refused, match="There is no such organization"):
        readings.test(connection)
    graph.secret = "another"
    microsoft = to_microsoft(graph, teams=teams)
    with pytest.raises(Refused, match="AADSTS7000215") as caught:
        readings.test(microsoft)
    assert "wrong or has expired" in str(caught.value)
    assert SECRET not in str(caught.value)  # which was echoed
    graph.secret, graph.allowed = SECRET, False
    with pytest.raises(Refused, match=r"Reports\.Read\.All"):
        readings.test(microsoft)


def test_usage_reports_come_by_redirect_and_are_of_the_day_that_they_name(graph: Graph) -> None:
    teams, exchange, apps = service("teams"), service("exchange"), service("apps")
    for each in (teams, exchange, apps):
        holders(each, *[] if User.objects.filter(login="sato").exists() else ["sato"])
    User.objects.filter(login="sato").update(email="sato@acme.example")
    graph.reports["getOffice365ActiveUserDetail"] = "\n".join(
        [
            ACTIVE,
            "2026-11-22,sato@acme.example,Sato,False,True,True,2026-11-20,2026-11-21,30",
            "2026-11-22,kato@acme.example,Kato,False,True,False,,,30",
        ]
    )
    graph.reports["getM365AppUserDetail"] = f"{APPS}\n2026-11-22,sato@acme.example,2026-01-05,2026-11-03,30,Yes\n"
    connection = to_microsoft(graph, teams=teams, exchange=exchange, apps=apps)
    assert "may read usage reports" in readings.test(connection)
    Connection.objects.update(reads_daily=True, applies_daily=True)
    graph.asked.clear()
    tasks.read_daily(TODAY)
    work()
    assert Reading.objects.get().problem == ""
    assert days_of(teams) == {"sato": "2026-11-20", "kato@acme.example": ""}
    assert days_of(exchange) == {"sato": "2026-11-21"}
    assert days_of(apps) == {"sato": "2026-11-03"}
    assert {str(each.as_of) for each in Snapshot.objects.all()} == {"2026-11-22"}
    assert [path for _method, path in graph.asked if "Active" in path] == [
        "/v1.0/reports/getOffice365ActiveUserDetail(period='D30')",
        "/download/getOffice365ActiveUserDetail",
    ]  # one report for two services, and the token did not go along
    everything = serializers.serialize(
        "json", [*Connection.objects.all(), *Entry.objects.all(), *Reading.objects.all()]
    )
    assert not [secret for secret in (SECRET, ACCESS) if secret in everything]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_concealed_names_are_refused_with_what_to_switch(
    graph: Graph, language: str, client: Client, alice: User
) -> None:
    rows = [f"2026-11-22,{number:032X},{number + 5:032X},False,True,True,2026-11-20,,30" for number in range(3)]
    graph.reports["getOffice365ActiveUserDetail"] = "\n".join([ACTIVE, *rows])
    connection = to_microsoft(graph, teams=service("teams"))
    User.objects.filter(pk=alice.pk).update(language=language)
    readings.read(readings.ask(connection, by=alice))
    reading = Reading.objects.get()
    assert (reading.state, Snapshot.objects.exists()) == ("failed", False)
    assert "Display concealed user, group, and site names in all reports" in reading.problem


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (ACTIVE, "the report is empty"),
        ("Report Refresh Date,User Principal Name\n2026-11-22,sato", "no column “Teams Last Activity Date”"),
        (f"{ACTIVE}\nyesterday,sato,Sato,False,True,True,,,30", "is no date"),
        ("<html>", "the report is empty"),
    ],
)
def test_a_report_that_is_none_is_said_to_be_none(graph: Graph, report: str, why: str) -> None:
    graph.reports["getOffice365ActiveUserDetail"] = report
    connection = to_microsoft(graph, teams=service("teams"))
    readings.read(readings.ask(connection, by=None))
    assert why in Reading.objects.get().problem


def test_secrets_are_sent_to_the_vendors_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked_address("https://api.github.com/", GITHUB) == "https://api.github.com"
    assert checked_address("https://api.acme.ghe.com", GITHUB) == "https://api.acme.ghe.com"
    assert checked_address("https://graph.microsoft.us", MICROSOFT) == "https://graph.microsoft.us"
    for kind, text in (
        (GITHUB, "https://graph.microsoft.com"), (GITHUB, "http://api.github.com"), (GITHUB, "https://xapi.github.com"),
        (MICROSOFT, "https://api.github.com"), (MICROSOFT, "https://graph.microsoft.com.example.org"), (MICROSOFT, ""),
    ):  # fmt: skip
        with pytest.raises(Refused):
            checked_address(text, kind)


def test_the_whole_way_on_the_pages(github: GitHub, client: Client, alice: User, audrey: User) -> None:
    copilot = service("copilot")
    holders(copilot, "sato")
    github.add("sato", "2026-11-20T00:00:00Z")
    github.add("stranger", None)
    client.force_login(alice)
    assert "GitHub Copilot" in body(client.get(BASE))
    page = f"{BASE}github/"
    assert "It is not connected yet." in body(client.get(page))
    form = {"address": github.address, "account": "ac me", "read_token": TOKEN, "copilot": copilot.pk}
    assert "This does not look right." in body(client.post(f"{page}setting-up/", form))
    client.post(f"{page}setting-up/", {**form, "account": "acme"})
    assert "GitHub Copilot answers: 2 seats." in body(client.post(f"{page}testing/", follow=True))
    taken = {**form, "address": "https://sample.cybozu.com", "kintone": copilot.pk}
    assert "is already connected to GitHub Copilot" in body(client.post(f"{BASE}cybozu/setting-up/", taken))
    client.post(f"{page}readings/")
    work()
    reading = Reading.objects.get()
    shown = f"{page}readings/{reading.pk}/"
    assert "not yet" in body(client.get(shown))
    draft = client.post(f"{shown}copilot/", follow=True)
    assert "stranger" in body(draft)
    assert draft.context["recognized"] == 1
    assert draft.context["not_recognized"] == 1
    upload = Upload.objects.get()
    client.post(f"/administration/sources/snapshots/drafts/{upload.pk}/", draft.context["chosen"])
    assert days_of(copilot)["sato"] == "2026-11-20"
    assert "not yet" not in body(client.get(shown))
    assert client.get(f"{BASE}cybozu/readings/{reading.pk}/").status_code == 404
    assert client.get(f"{BASE}gitlab/").status_code == 404
    assert client.post(f"{shown}nothing/").status_code == 302
    client.force_login(audrey)
    assert client.get(shown).status_code == 200
    assert client.post(f"{shown}copilot/").status_code == 403


def test_the_command(github: GitHub, tmp_path: Path, capsys: Any) -> None:
    copilot = service("copilot")
    holders(copilot, "sato")
    github.add("sato", "2026-11-20T00:00:00Z")
    (tmp_path / "token").write_text(TOKEN)
    command = ["connect", "github"]
    token = ["--token", str(tmp_path / "token")]
    assert main([*command, "set", "--address", github.address, "--service", "copilot=copilot", *token]) == 2
    assert "expected Organization" in capsys.readouterr().err
    given = ["--address", github.address, "--account", "acme", "--service", "copilot=copilot", "--daily", "yes", *token]
    assert main([*command, "set", *given]) == 0
    assert main([*command, "test"]) == 0
    assert "GitHub Copilot answers: 1 seat." in capsys.readouterr().out
    assert main([*command, "preview"]) == 0
    assert "Copilot: 1 people as of 2026-11-24, 1 of them recognized; 1 last access dates" in capsys.readouterr().out
    assert not Snapshot.objects.exists()
    assert main([*command, "import"]) == 0
    assert "Copilot: imported, as of 2026-11-24." in capsys.readouterr().out
    assert days_of(copilot) == {"sato": "2026-11-20"}
    github.seats.clear()
    assert main([*command, "import"]) == 1
    assert json.loads(json.dumps(days_of(copilot))) == {"sato": "2026-11-20"}
