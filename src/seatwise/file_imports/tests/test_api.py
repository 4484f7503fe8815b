"""Imports by file over the API: the same preview and the same refusals as on the pages, confirmed by a fingerprint."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.cast import EARLIER
from seatwise.directory import people
from seatwise.directory.models import ApiToken, Login, Service, Upload, User
from seatwise.ledger.models import Snapshot
from seatwise.licenses import grants
from seatwise.licenses.models import License

pytestmark = pytest.mark.django_db


class Program:
    """What asks, with a token; each request that changes something has a key of its own."""

    def __init__(self, client: Client, owner: User, *scopes: str) -> None:
        made = ApiToken.objects.add(
            name="HR", owner=owner, scopes=scopes or ("files:import",), days=30, by=owner, on=EARLIER.replace(2026, 11)
        )
        self.client, self.keys, self.secret = client, 0, made[1]

    def _headers(self, key: str) -> dict[str, str]:
        self.keys += 1
        return {"authorization": f"Bearer {self.secret}", "idempotency-key": key or f"k{self.keys}"}

    def upload(self, text: str, key: str = "", name: str = "f.csv", **fields: str) -> Any:
        data = {**fields, "file": SimpleUploadedFile(name, text.encode())}
        return self.client.post("/api/v1/imports", data, headers=self._headers(key))

    def ask(self, method: str, address: str, body: Any = None, key: str = "", of: str = "imports") -> Any:
        sent = body if isinstance(body, str) else json.dumps(body) if body is not None else ""
        headers = self._headers(key)
        return self.client.generic(method, f"/api/v1/{of}/{address}", sent, "application/json", headers=headers)

    def confirm(self, looked: Any, **said: Any) -> Any:
        found = looked.json()
        return self.ask("POST", f"{found['id']}/confirmation", {"fingerprint": found["fingerprint"], **said})


@pytest.fixture
def program(client: Client, alice: User) -> Program:
    return Program(client, alice)


def wheres(answer: Any) -> list[str]:
    return [each["where"] for each in answer.json()["errors"]]


def test_people_are_uploaded_looked_at_and_brought_in_once(program: Program, alice: User) -> None:
    text = "login,name,shoe size\nsato,Sato,27\nalice,Alice,24\n"
    looked = program.upload(text, key="one", kind="people")
    assert looked.status_code == 201
    found = looked.json()
    assert {key: found[key] for key in ("kind", "file", "state", "rows", "recognized", "not_read", "columns")} == {
        "kind": "people", "file": "f.csv", "state": "waiting", "rows": 2, "recognized": 1, "not_read": ["shoe size"],
        "columns": {"login": "login", "name": "name"},
    }  # fmt: skip
    assert found["changes"] == [{"what": "added", "count": 1, "first": ["sato: Sato"]}]
    assert not User.objects.filter(login="sato").exists()
    assert program.upload(text, key="one", kind="people").json() == found
    assert program.upload(text + "x,X,3\n", key="one", kind="people").status_code == 422
    assert Upload.objects.count() == 1
    done = program.confirm(looked)
    assert (done.status_code, done.json()["state"], done.json()["result"]["added"]) == (200, "done", 1)
    assert User.objects.get(login="sato").name == "Sato"
    assert Entry.objects.get(verb="user.add", subject_text__contains="Sato").by == alice
    assert program.confirm(looked).status_code == 409
    assert program.ask("GET", str(found["id"])).json()["state"] == "done"


def test_what_has_to_be_said_is_told_and_without_it_nothing_is_done(program: Program) -> None:
    for number in range(8):
        people.add({"login": f"u{number}"}, by=None, on=EARLIER)
    looked = program.upload("login,role\nalice,administrator\nu1,auditor\n", kind="people", deactivate_missing="on")
    told = {each["name"]: (each["value"], each["needed"]) for each in looked.json()["to_confirm"]}
    assert told == {"deactivations": (7, True), "roles": (True, False)}
    assert program.confirm(looked).status_code == 409
    assert program.confirm(looked, deactivations=6).status_code == 409
    assert program.confirm(looked, deactivations=7, complete=True).status_code == 422
    assert program.confirm(looked, deactivations=7).status_code == 200
    assert [User.objects.get(login=login).status for login in ("u1", "u2")] == ["active", "inactive"]
    assert User.objects.get(login="u1").role == "member"  # nobody said that roles are given


def test_whose_a_row_is_is_asked_and_answered(program: Program) -> None:
    people.add({"login": "sato", "employee_number": "7"}, by=None, on=EARLIER)
    looked = program.upload("login,employee number\nt-sato,7\n", kind="people")
    [question] = looked.json()["questions"]
    assert (question["key"], question["answers"]) == ("t-sato", ["same", "new"])
    assert program.confirm(looked).status_code == 409
    again = program.ask("PATCH", str(looked.json()["id"]), {"same": ["t-sato"]})
    assert again.json()["questions"] == []
    assert program.confirm(looked).status_code == 409  # it would do something else now
    assert program.confirm(again).status_code == 200
    assert Login.objects.get(folded="t-sato").user == User.objects.get(login="sato")


def test_a_report_is_read_as_it_is_said_and_imported(program: Program) -> None:
    Service.objects.add(code="wiki", name="Wiki", by=None)
    people.add({"login": "sato"}, by=None, on=EARLIER)
    text = "who,when\nsato,01/02/2026\nnobody,02/02/2026\n"
    looked = program.upload(text, kind="report", service="wiki", as_of="2026-11-22")
    assert looked.json()["errors"]["count"] == 1
    assert program.confirm(looked).status_code == 409
    number = str(looked.json()["id"])
    columns = {"columns": {"login": "who", "last_access": "#2"}}
    assert "several ways" in program.ask("PATCH", number, columns).json()["errors"]["first"][0]
    read = program.ask("PATCH", number, {"dates": "dmy"})
    found = read.json()
    assert (found["rows"], found["recognized"], found["first_day"]) == (2, 1, "2026-02-01")
    assert "“nobody”" in found["remarks"]["first"][0]
    done = program.confirm(read)
    assert Snapshot.objects.get(pk=done.json()["result"]["snapshot"]).rows.count() == 2


def test_licenses_are_changed_with_a_reason(program: Program, charlie: User, alice: User) -> None:
    wiki = Service.objects.add(code="wiki", name="Wiki", by=None)
    grants.grant_one(service=wiki, user=charlie, by=None, reason="", on=EARLIER)
    looked = program.upload("charlie\nalice,wiki\n", kind="licenses", heading="no")
    assert {each["what"]: each["first"] for each in looked.json()["changes"]} == {
        "added": ["alice: wiki"], "removed": ["charlie: wiki"],
    }  # fmt: skip
    said = {"confirmed": [each["value"] for each in looked.json()["to_confirm"] if each["name"] == "confirmed"]}
    assert program.confirm(looked, **said).status_code == 409
    assert program.confirm(looked, reason="gone", **said).status_code == 200
    assert [each.user for each in License.objects.held()] == [alice]


def test_an_export_of_a_service_confirms_what_was_carried_out(program: Program, charlie: User) -> None:
    wiki = Service.objects.add(code="wiki", name="Wiki", by=None, how_removal_takes_effect="vendor")
    grants.grant_one(service=wiki, user=charlie, by=None, reason="", on=EARLIER)
    looked = program.upload("charlie,wiki\n", kind="licenses", heading="no", confirms="wiki")
    assert looked.json()["changes"] == [{"what": "added", "count": 1, "first": ["wiki: charlie"]}]
    assert program.confirm(looked).json()["result"] == {"confirmed": 1}


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({}, "kind"), ({"kind": "shoes"}, "kind"), ({"kind": "people", "page": "1"}, "page"),
        ({"kind": "report", "service": "none", "as_of": "2026-11-22"}, "service"),
        ({"kind": "report", "service": "wiki", "as_of": "2027-01-01"}, "as_of"),
        ({"kind": "people", "encoding": "klingon"}, "encoding"), ({"kind": "people", "mapping": "none"}, "mapping"),
        ({"kind": "licenses", "mapping": "none"}, "mapping"),
    ],
)  # fmt: skip
def test_a_wrong_part_of_an_upload_is_named_and_nothing_is_kept(
    program: Program, fields: dict[str, str], where: str
) -> None:
    Service.objects.add(code="wiki", name="Wiki", by=None)
    answer = program.upload("login\nsato\n", **fields)
    assert (answer.status_code, wheres(answer)) == (422, [where])
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"shoes": 1}, "shoes"), ({"same": "x"}, "same"), ("[", "body"), ("[]", "body"),
        ({"people": {"1": "x"}}, "people"),
        ({"columns": {"shoes": "x"}}, "columns"), ({"dates": "dmy"}, "dates"), ({"mapping": "none"}, "mapping"),
    ],
)  # fmt: skip
def test_a_wrong_part_of_an_answer_is_named(program: Program, body: Any, where: str) -> None:
    number = program.upload("login\nsato\n", kind="people").json()["id"]
    answer = program.ask("PATCH", str(number), body)
    assert (answer.status_code, wheres(answer)) == (422, [where])
    assert set(Upload.objects.get().options) == {"deactivate_missing"}


def test_a_file_can_be_thrown_away(program: Program) -> None:
    number = program.upload("login\nsato\n", kind="people").json()["id"]
    assert program.ask("DELETE", str(number)).json()["state"] == "abandoned"
    for method in ("DELETE", "PATCH"):
        assert program.ask(method, str(number), {}).status_code == 409
    assert program.ask("GET", "999").status_code == 404


def test_only_a_token_of_an_administrator_with_the_scope_brings_in_files(
    client: Client, alice: User, audrey: User, program: Program
) -> None:
    number = program.upload("login\nsato\n", kind="people").json()["id"]
    for other in (Program(client, audrey), Program(client, alice, "licenses:change")):
        assert other.upload("login\nsato\n", kind="people").status_code == 403
        for method, address in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/confirmation")):
            assert other.ask(method, f"{number}{address}", {"fingerprint": ""}).status_code == 403
    assert client.post("/api/v1/imports", {"kind": "people"}).status_code == 401
    assert Upload.objects.get().is_waiting


def test_a_report_of_somebody_else_is_not_there(client: Client, alice: User, program: Program) -> None:
    Service.objects.add(code="wiki", name="Wiki", by=None)
    dora = people.add({"login": "dora", "role": "administrator"}, by=None, on=EARLIER)
    looked = program.upload("login,last access\nalice,never\n", kind="report", service="wiki", as_of="2026-11-22")
    assert Program(client, dora).ask("GET", str(looked.json()["id"])).status_code == 404
