"""Picking a person: by name or login name, never somebody whose name may not be told."""

import datetime
from typing import Any

import pytest
from django import forms
from django.test import Client

from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.directory.person_field import PersonField, pick

ON = datetime.date(2026, 11, 24)
pytestmark = pytest.mark.django_db


class Asking(forms.Form):
    who = PersonField()


@pytest.fixture
def satos() -> dict[str, User]:
    """Two of one name, one whose name holds theirs, and one whose name has brackets."""
    named = {"h-sato": "Sato Hanako", "h-sato2": "Sato Hanako", "satomi": "Satomi Ken", "odd (x)": "Kim (Busan)"}
    return {login: people.add({"login": login, "name": name}, by=None, on=ON) for login, name in named.items()}


@pytest.mark.parametrize(
    ("text", "login"),
    [
        ("H-SATO", "h-sato"),  # a login name, though two of one name hold it
        ("Sato Hanako (h-sato2)", "h-sato2"),  # as a suggestion writes it
        ("Kim (Busan) (odd (x))", "odd (x)"),
        ("satomi ken", "satomi"),
        ("Ken", "satomi"),  # a whole word of one person's name
        ("Sato Hanako", None),
        ("Hanako", None),
        ("Sato Hanako (satomi)", None),  # the name of one, the login name of another
        ("atom", None),  # half a word of one person's name is a question
        ("nobody", None),
    ],
)
def test_what_means_one_person_for_certain(satos: dict[str, User], text: str, login: str | None) -> None:
    found, _several = pick(text, User.objects.all())
    assert (found and found.login) == login


def test_a_name_that_several_have_comes_back_with_them_to_choose_from(satos: dict[str, User]) -> None:
    form = Asking({"who": "Sato Hanako"})
    assert not form.is_valid()
    shown = form.as_p()
    assert "Choose who “Sato Hanako” is." in shown
    assert 'type="radio" name="who-who" value="h-sato"' in shown
    assert 'value="h-sato2"' in shown
    assert "satomi" not in shown
    chosen = {"who": "Sato Hanako", "who-of": "Sato Hanako", "who-who": "h-sato2"}
    assert Asking(chosen).is_valid()
    assert _picked(chosen) == "h-sato2"
    assert _picked(chosen | {"who": "satomi"}) == "satomi"  # something else was typed after that
    unknown = Asking({"who": "Nobody At All"})
    assert unknown.errors["who"] == ["No one with the name or login name “Nobody At All” was found."]
    assert "radio" not in unknown.as_p()


def _picked(data: dict[str, str]) -> str:
    form = Asking(data)
    assert form.is_valid(), form.errors
    return str(form.cleaned_data["who"].login)


def test_names_are_told_only_as_far_as_they_may_be(satos: dict[str, User]) -> None:
    form = Asking({"who": "Ken"})
    form.fields["who"].admit(User.objects.all(), User.objects.none())  # type: ignore[attr-defined]
    assert form.errors["who"] == ["No one with the name or login name “Ken” was found."]
    form = Asking({"who": "satomi"})
    form.fields["who"].admit(User.objects.all(), User.objects.none())  # type: ignore[attr-defined]
    assert form.is_valid()
    form.fields["who"].admit(User.objects.none())  # type: ignore[attr-defined]
    assert "Satomi" not in form.as_p()


def test_suggestions_are_of_whom_somebody_may_see(
    client: Client, cast: dict[str, User], satos: dict[str, User]
) -> None:
    people.change(cast["charlie"], {"name": "Charlie 伊藤"}, by=None, on=ON)

    def suggested(text: str) -> list[dict[str, Any]]:
        answer = client.get("/people/", {"q": text})
        assert answer.status_code == 200
        found: list[dict[str, Any]] = answer.json()["people"]
        return found

    assert client.get("/people/?q=charlie").status_code == 302
    client.force_login(cast["alice"])
    first, second = suggested("伊藤"), suggested("ivan")
    assert first == [
        {"text": "Charlie 伊藤 (charlie)", "login": "charlie", "name": "Charlie 伊藤", "about": "charlie · Sales"}
    ]
    assert second[0]["about"].endswith("inactive")
    assert [each["login"] for each in suggested("sato")] == ["h-sato", "h-sato2", "satomi"]
    assert suggested("") == suggested("%") == suggested("x" * 5000) == []
    client.force_login(cast["bob"])
    assert [each["login"] for each in suggested("charlie")] == ["charlie"]
    assert suggested("alice") == []
    assert suggested("satomi") == []
    Service.objects.add(code="wiki", name="Wiki", by=None).change(by=None, department_admins_change_licenses=True)
    assert [each["login"] for each in suggested("satomi")] == ["satomi"]  # of no department: licenses can be theirs
    client.force_login(cast["charlie"])
    assert suggested("bob") == []
    assert suggested("sato") == []


def test_two_ways_of_writing_somebody_are_one_value(client: Client, cast: dict[str, User]) -> None:
    alice, charlie = cast["alice"], cast["charlie"]
    people.change(charlie, {"manager": "bob"}, by=None, on=ON)
    people.change(cast["bob"], {"name": "Bob Tanaka"}, by=None, on=ON)
    client.force_login(alice)
    page = f"/administration/directory/users/{charlie.pk}/edit/"
    form = client.get(page).context["form"]
    assert 'value="Bob Tanaka (bob)"' in str(form["manager"])
    plain = ("login", "status", "kind", "employment", "role", "language")
    sent = {name: form[name].value() for name in (*plain, "primary", "opened")}
    sent |= {"manager": "Bob Tanaka (bob)", "name": "Charlie 2"}
    people.change(charlie, {"manager": "alice"}, by=None, on=ON)  # somebody else, meanwhile
    again = client.post(page, sent)
    assert again.status_code == 200
    assert again.context["form"]["manager"].value() == "alice"
    sent |= {"opened": again.context["form"]["opened"].value(), "manager": "Alice"}
    answer = client.post(page, sent)
    assert answer.status_code == 302, answer.context["form"].errors
    charlie.refresh_from_db()
    assert (charlie.manager, charlie.name) == (alice, "Charlie 2")
