"""Who may look at a person's page, and that each look is noted and shown to them."""

import datetime
from typing import Any

import pytest

from seatwise.directory import people
from seatwise.directory.models import Department, Service
from seatwise.licenses import grants
from seatwise.monitoring import models
from seatwise.monitoring.models import Look

ON = datetime.date(2026, 11, 24)
ADDRESS = "/administration/access/wiki/charlie/"


@pytest.fixture
def wiki(cast: dict[str, Any]) -> Service:
    service = Service.objects.add(code="wiki", name="Wiki", by=None)
    users = [cast[login] for login in ("alice", "bob", "charlie")]
    grants.grant(service=service, users=users, by=None, reason="secret reason", on=ON)
    return service


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("audrey", 200), ("bob", 404), ("charlie", 403), ("gail", 302), ("ivan", 302)]
)
def test_who_sees_the_page(client: Any, wiki: Service, cast: dict[str, Any], who: str, status: int) -> None:
    client.force_login(cast[who])
    assert client.get(ADDRESS, follow=status != 302).status_code == status
    assert Look.objects.count() == (status == 200)


def test_somebody_signed_out_is_asked_to_sign_in(client: Any, wiki: Service) -> None:
    response = client.get(ADDRESS)
    assert response.status_code == 302
    assert response.url.startswith("/account/login/")


def test_a_department_administrator_sees_their_own_people_where_that_was_allowed(
    client: Any, wiki: Service, cast: dict[str, Any]
) -> None:
    wiki.change(by=None, department_admins_see_usage=True)
    other = Service.objects.add(code="mail", name="Secret mail", by=None)
    grants.grant_one(service=other, user=cast["charlie"], by=None, reason="", on=ON)
    client.force_login(cast["bob"])
    page = client.get(ADDRESS, follow=True)
    assert page.status_code == 200
    assert "Secret mail" not in page.content.decode()
    assert client.get("/administration/access/mail/charlie/", follow=True).status_code == 404
    assert client.get("/administration/access/wiki/alice/", follow=True).status_code == 404
    assert [(look.by.login, look.person.login) for look in Look.objects.all()] == [("bob", "charlie")]
    people.change(cast["charlie"], {"departments": []}, by=None, on=ON)
    assert client.get(ADDRESS, follow=True).status_code == 404


def test_a_department_administrator_sees_neither_sources_nor_logins_nor_other_looks(
    client: Any, wiki: Service, cast: dict[str, Any]
) -> None:
    wiki.change(by=None, department_admins_see_usage=True)
    models.note(cast["alice"], cast["charlie"], wiki, ON)
    client.force_login(cast["bob"])
    page = client.get(ADDRESS, follow=True).content.decode()
    for text in ("Sources", "Login names", "Alice", "/administration/directory/"):
        assert text not in page, text
    client.force_login(cast["audrey"])
    page = client.get(ADDRESS, follow=True).content.decode()
    for text in ("Sources", "Login names", "Alice", "Bob", "/administration/directory/users/"):
        assert text in page, text


@pytest.mark.parametrize("who", ["alice", "audrey", "bob", "charlie"])
def test_nothing_is_changed_there(client: Any, wiki: Service, cast: dict[str, Any], who: str) -> None:
    client.force_login(cast[who])
    assert client.post(ADDRESS).status_code == 405
    assert not Look.objects.exists()


def test_a_look_is_noted_once_for_each_looker_person_service_and_day(
    client: Any, wiki: Service, cast: dict[str, Any]
) -> None:
    for who in ("alice", "alice", "audrey"):
        client.force_login(cast[who])
        client.get(ADDRESS, follow=True)
        client.get(f"{ADDRESS}?as_of=2026-10-01", follow=True)
    assert sorted(Look.objects.values_list("by__login", "day")) == [("alice", ON), ("audrey", ON)]
    models.note(cast["alice"], cast["charlie"], wiki, ON + datetime.timedelta(1))
    assert Look.objects.count() == 3


def test_two_looks_at_once_are_one_note(wiki: Service, cast: dict[str, Any]) -> None:
    note = Look(person=cast["charlie"], by=cast["alice"], service=wiki, day=ON)
    Look.objects.bulk_create([note], ignore_conflicts=True)
    Look.objects.bulk_create(
        [Look(person=cast["charlie"], by=cast["alice"], service=wiki, day=ON)], ignore_conflicts=True
    )
    assert Look.objects.count() == 1


def test_nobody_is_told_of_themselves(client: Any, wiki: Service, cast: dict[str, Any]) -> None:
    client.force_login(cast["alice"])
    assert client.get("/administration/access/wiki/alice/", follow=True).status_code == 200
    assert not Look.objects.exists()


def test_who_sees_which_looks(wiki: Service, cast: dict[str, Any]) -> None:
    models.note(cast["alice"], cast["charlie"], wiki, ON)
    models.note(cast["alice"], cast["bob"], wiki, ON)
    for who, expected in (("alice", 2), ("audrey", 2), ("bob", 1), ("charlie", 1), ("gail", 0), ("ivan", 0)):
        assert Look.objects.visible_to(cast[who]).count() == expected, who


def test_only_the_latest_looks_are_shown(wiki: Service, cast: dict[str, Any]) -> None:
    for ago in range(models.SHOWN + 2):
        models.note(cast["alice"], cast["charlie"], wiki, ON - datetime.timedelta(ago))
    found = models.looks_at(cast["charlie"], cast["charlie"])
    assert found.are_more
    assert [look.day for look in found.latest] == [ON - datetime.timedelta(ago) for ago in range(models.SHOWN)]


def test_people_of_a_department_below_are_seen_too(
    client: Any, wiki: Service, cast: dict[str, Any], sales: Any
) -> None:
    wiki.change(by=None, department_admins_see_usage=True)
    Department.objects.add(code="tokyo", name="Tokyo", parent=sales, by=None)
    people.add({"login": "tom", "name": "Tom", "departments": ["tokyo"]}, by=None, on=ON)
    client.force_login(cast["bob"])
    tom = client.get("/administration/access/wiki/tom/", follow=True).context["person"]
    assert list(Look.objects.values_list("person", "by")) == [(tom.pk, cast["bob"].pk)]
