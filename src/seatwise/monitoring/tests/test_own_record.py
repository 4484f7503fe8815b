"""What somebody sees of themselves on the page of their own record."""

import datetime
import re
from typing import Any

import pytest

from seatwise.directory import people
from seatwise.directory.models import Department, DepartmentAdministrator, Service
from seatwise.ledger.covered_days import covered, covered_of
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.lib import days
from seatwise.licenses import grants
from seatwise.licenses.models import License
from seatwise.logs.facts import Facts, LoginFacts, cover
from seatwise.logs.rules import Rules
from seatwise.monitoring import models

TODAY = days.day_of(datetime.date(2026, 11, 24))


def date(ago: int) -> datetime.date:
    return days.date_of(TODAY - ago)


def add_service(code: str, **fields: Any) -> Service:
    service: Service = Service.objects.add(code=code, name=code.capitalize(), by=None, **fields)
    return service


def read(service: Service, accesses: dict[str, list[int]], since: int, until: int = 0, **fields: Any) -> None:
    code = fields.pop("code", f"log-{service.code}")
    source = Source.objects.filter(code=code).first() or Source.objects.add(
        code=code, name=code, rules=ReadingRules(services={service.code: Rules()}), by=None, **fields
    )
    facts = Facts()
    for login, ago in accesses.items():
        facts.logins[login] = LoginFacts(login, 0, days.masks_of(TODAY - n for n in ago))
    cover(facts, [(TODAY - since, TODAY - until)])
    merge(source.revision, service, facts, zone="Asia/Tokyo", today=TODAY)


def home(client: Any, person: Any) -> Any:
    client.force_login(person)
    response = client.get("/record/")
    assert response.status_code == 200
    return response


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


def own(response: Any) -> Any:
    return response.context["card"]["own"]


def test_each_service_has_its_numbers_and_its_calendar(client: Any, charlie: Any) -> None:
    for code, ago in (("wiki", 3), ("mail", 50)):
        service = add_service(code)
        grants.grant_one(service=service, user=charlie, by=None, reason="", on=date(90))
        read(service, {"charlie": [ago], "bob": [1]}, 60)
    response = home(client, charlie)
    found = {record.service.code: record for record, _ in own(response).services}
    assert {code: record.last_access for code, record in found.items()} == {"wiki": date(3), "mail": date(50)}
    assert [count.number for count in found["mail"].counts] == [0, 1, 1]
    assert response.content.decode().count('<svg class="cal" width') == 2
    assert "Show as a list" in text_of(response)


def test_what_is_recorded_without_a_license_is_shown_too(client: Any, charlie: Any) -> None:
    """Else one would not be told of all that is recorded."""
    held, gone, never, others = (add_service(code) for code in ("held", "gone", "never", "others"))
    for service in (held, gone):
        grants.grant_one(service=service, user=charlie, by=None, reason="", on=date(90))
    grants.revoke([License.objects.get(service=gone)], by=None, reason="gave it back", on=date(30))
    read(never, {"charlie": [40]}, 60)
    read(others, {"bob": [40]}, 60)
    response = home(client, charlie)
    assert [record.service.code for record, _ in own(response).services] == ["held", "gone", "never"]
    assert "no current license" in text_of(response)
    assert "gave it back" in text_of(response)


def test_in_plain_words(client: Any, cast: dict[str, Any]) -> None:
    wiki = add_service("wiki", department_admins_see_usage=True)
    grants.grant_one(service=wiki, user=cast["charlie"], by=cast["alice"], reason="", on=date(90))
    read(wiki, {"charlie": [3]}, 60)
    text = text_of(home(client, cast["charlie"]))
    for words in (
        "What is recorded about me?", "No times, no addresses, no pages.", "recognized by these login names: charlie",
        "Wiki: since 25 September 2026", "Until an administrator removes it. Nothing is deleted automatically yet.",
        "Who is responsible? Alice (administrators)", "The auditors: Audrey",
        "The administrators of your departments: Bob (Wiki)", "No views yet.",
    ):  # fmt: skip
        assert words in text, words


def test_department_administrators_are_named_only_where_they_may_look(client: Any, cast: dict[str, Any]) -> None:
    wiki = add_service("wiki")
    grants.grant_one(service=wiki, user=cast["charlie"], by=None, reason="", on=date(90))
    assert "Bob" not in text_of(home(client, cast["charlie"]))
    wiki.change(by=None, department_admins_see_usage=True)
    assert "Bob" in text_of(home(client, cast["charlie"]))
    other = Department.objects.add(code="design", name="Design", by=None)
    DepartmentAdministrator.objects.filter(user=cast["bob"]).update(department=other)
    assert "Bob" not in text_of(home(client, cast["charlie"]))


def test_who_has_looked_is_told(client: Any, cast: dict[str, Any]) -> None:
    wiki = add_service("wiki")
    client.force_login(cast["audrey"])
    assert client.get("/administration/access/wiki/charlie/", follow=True).status_code == 200
    models.note(cast["alice"], cast["bob"], wiki, date(0))
    text = text_of(home(client, cast["charlie"]))
    assert "24 Nov 2026 Audrey Wiki" in text
    assert "24 Nov 2026 Alice" not in text


def test_nothing_recorded_and_no_license(client: Any, charlie: Any) -> None:
    text = text_of(home(client, charlie))
    assert "You hold no license for any service monitored here." in text
    assert "None of your access has been recorded." in text
    service = add_service("wiki")
    grants.grant_one(service=service, user=charlie, by=None, reason="", on=date(90))
    assert "Nothing has been recorded for this service yet." in text_of(home(client, charlie))


def test_it_speaks_japanese(client: Any, charlie: Any) -> None:
    people.change(charlie, {"language": "ja"}, by=None, on=date(0))
    text = text_of(home(client, charlie))
    for words in ("記録されている内容", "保管期間", "まだ誰も閲覧していません"):
        assert words in text, words


def test_the_number_of_queries_does_not_grow(
    client: Any, cast: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    def more(number: int) -> None:
        service = add_service(f"s{number}")
        grants.grant_one(service=service, user=cast["charlie"], by=cast["alice"], reason="", on=date(90))
        read(service, {"charlie": [number, 70 * number]}, 700)
        models.note(cast["alice"], cast["charlie"], service, date(number))

    more(0)
    home(client, cast["charlie"])
    with django_assert_max_num_queries(34) as few:
        client.get("/record/")
    for number in range(1, 8):
        more(number)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert len(own(client.get("/record/")).records) == 8


@pytest.mark.parametrize("part", list(Source.Part))
@pytest.mark.parametrize("retired", [None, 20])
def test_covered_days_are_those_of_the_ledger(db: None, part: str, retired: int | None) -> None:
    services = [add_service("wiki"), add_service("mail")]
    read(services[0], {}, 60, 10, part=part, code="one", retired_on=date(retired) if retired else None)
    read(services[0], {}, 40, part=part, code="two")
    read(services[0], {}, 90, 80, code="three")
    read(services[1], {}, 5)
    found = covered_of(services)
    assert found == {service.pk: covered(service) for service in services}
    assert all(found.values())
