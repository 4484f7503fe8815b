"""Imports of logs over the API: what removing one does is told first, and it is done as on its page."""

from typing import Any

import pytest
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.directory.models import User
from seatwise.file_imports.tests.test_api import Program
from seatwise.ledger.models import AccessMonth, LogImport
from seatwise.ledger.tests.test_import_removal import TODAY, bring
from seatwise.ledger.tests.world import add_person, add_service, add_source, license_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def brought(db: None) -> LogImport:
    wiki = add_service("wiki")
    license_for(wiki, add_person("ann"))
    return bring(add_source("proxy", wiki), {"ann": {TODAY, TODAY - 1}})


def ask(program: Program, method: str, number: int, body: Any = None) -> Any:
    return program.ask(method, str(number), body, of="log-imports")


def test_an_import_is_removed_by_a_program_as_on_its_page(client: Client, alice: User, brought: LogImport) -> None:
    program = Program(client, alice, "logs:remove")
    told = ask(program, "GET", brought.pk).json()
    assert (told["id"], told["source"], told["state"], told["removal"]["why_not"]) == (brought.pk, "proxy", "done", "")
    assert "Days that another import of this source also contains stay." in told["removal"]["happens"]
    answer = ask(program, "DELETE", brought.pk, {"reason": "another server"})
    assert (answer.status_code, answer.json()) == (200, {"access_days_removed": 2})
    assert not AccessMonth.objects.exists()
    entry = Entry.objects.get(verb="import.remove")
    assert (entry.by, entry.reason) == (alice, "another server")
    assert Entry.objects.filter(verb="token.change", by=alice).count() == 1
    again = ask(program, "DELETE", brought.pk)
    assert again.status_code == 409
    assert "Only an import that is done can be removed." in again.content.decode()
    assert ask(program, "GET", 99).status_code == 404


def test_only_a_token_of_an_administrator_with_the_scope_removes_one(
    client: Client, alice: User, audrey: User, brought: LogImport
) -> None:
    for other in (Program(client, audrey, "logs:remove"), Program(client, alice, "files:import")):
        for method in ("GET", "DELETE"):
            assert ask(other, method, brought.pk).status_code == 403
    assert AccessMonth.objects.exists()
