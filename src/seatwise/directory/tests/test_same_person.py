"""Whose a row of a people file is: never guessed, and never somebody else's days and licenses."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from seatwise.directory import people, people_file_import
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, Login, Upload, User
from seatwise.directory.same_person import Answers
from seatwise.lib.people_file import parse

TODAY = datetime.date(2026, 11, 2)
pytestmark = pytest.mark.django_db


def add(login: str, **fields: str) -> User:
    return people.add({"login": login, **fields}, by=None, on=TODAY)


def plan(text: str, **options: object) -> people_file_import.Plan:
    return people_file_import.plan(parse(text.encode(), name="people.csv"), **options)  # type: ignore[arg-type]


def asked(text: str) -> list[tuple[str, str, str, bool]]:
    return [(each.row.login, each.person.login, each.by, each.reused) for each in plan(text).questions]


def bring_in(text: str, same: tuple[str, ...] = (), new: tuple[str, ...] = ()) -> None:
    looked = plan(text, answers=Answers.of(same, new)).looked()
    people_file_import.commit(looked, by=None, on=TODAY)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("login,employee number\nsaito,0042\n", ("saito", "suzuki", "employee_number", False)),
        ("login,employee number\nsaito,42\n", ("saito", "suzuki", "employee_number", False)),
        ("login,e-mail\nsaito,SUZUKI@example.com\n", ("saito", "suzuki", "email", False)),
        ("login\n123\n", ("123", "00123", "login", False)),
        ("login,employee number\nsuzuki,99\n", ("suzuki", "suzuki", "employee_number", True)),
    ],
)
def test_somebody_who_may_be_known_is_asked_about(text: str, question: tuple[str, str, str, bool]) -> None:
    add("suzuki", employee_number="0042", email="suzuki@example.com")
    add("00123")
    assert asked(text) == [question]
    with pytest.raises(Refused, match="could not be matched to a person"):
        bring_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "login,employee number\nsuzuki,0042\nsaito,0042\n",  # they are in the file themselves
        "login,employee number\nsuzuki,42\n",  # it lost its zeros
        "login,e-mail\nsaito,saito@example.com\n",
        "login\nsuzuki\n",
    ],
)
def test_what_says_whose_it_is_is_not_asked(text: str) -> None:
    user = add("suzuki", employee_number="0042", email="suzuki@example.com")
    assert asked(text) == []
    bring_in(text)
    user.refresh_from_db()
    assert user.employee_number == "0042"


def test_the_same_person_gets_the_login_besides_and_is_known_by_it_next_month() -> None:
    user = add("suzuki", name="Suzuki", employee_number="0042")
    bring_in("login,name,employee number\nsaito,Saito,0042\n", same=("SAITO",))
    user.refresh_from_db()
    assert (user.login, user.name) == ("suzuki", "Saito")
    assert Login.objects.get(folded="saito").user == user
    bring_in("login,name\nsaito,Saito H.\n")
    user.refresh_from_db()
    assert (user.name, User.objects.count()) == ("Saito H.", 1)


def test_somebody_new_is_added_and_a_login_is_not_passed_on_in_silence() -> None:
    add("suzuki", employee_number="0042")
    bring_in("login,employee number\nsaito,0042\n", new=("saito",))
    assert User.objects.count() == 2
    text = "login,employee number\nsuzuki,99\n"
    assert "a login name that no one else has" in str(plan(text, answers=Answers.of(new=["all"])).errors[0])
    bring_in(text, same=("all",))
    assert User.objects.get(login="suzuki").employee_number == "99"


def test_nobody_who_is_asked_about_is_missing_from_the_file() -> None:
    add("suzuki", employee_number="0042")
    assert plan("login,employee number\nsaito,0042\n", deactivate_missing=True).missing == 0


def test_many_deactivations_need_their_number() -> None:
    for number in range(6):
        add(f"u{number}")
    made = plan("login,status\nu0,active\nu1,inactive\n", deactivate_missing=True)
    assert (made.deactivations, made.deactivates_many) == (5, True)
    for said in (None, 4):
        with pytest.raises(Refused, match="5 users would be deactivated"):
            people_file_import.commit(made.looked(said), by=None, on=TODAY)
    people_file_import.commit(made.looked(5), by=None, on=TODAY)
    assert User.objects.filter(status="active").count() == 1


def test_questions_are_answered_on_the_page(client: Client) -> None:
    alice = add("alice", role="administrator")
    client.force_login(alice)
    user = add("suzuki", employee_number="0042")
    data = b"login,employee number\nsaito,0042\nalice,\n"
    upload = Upload.objects.create(
        kind="people", name="p.csv", data=data, options={"deactivate_missing": False}, uploaded_by=alice
    )
    page = reverse("directory:import", args=[upload.pk])
    text = client.get(page).content.decode()
    assert "saito is new and has the employee number 0042 of suzuki. Is it the same person?" in text
    assert ">Import</button>" not in text
    client.post(reverse("directory:import_answers", args=[upload.pk]), {"person-saito": "same"})
    shown = client.get(page)
    assert "Is it the same person?" not in shown.content.decode()
    fingerprint = shown.context["plan"].fingerprint()
    client.post(reverse("directory:import_confirmation", args=[upload.pk]), {"fingerprint": fingerprint})
    assert Login.objects.get(folded="saito").user == user


def test_departments_of_cybozu_come_with_their_tree_and_users_by_code() -> None:
    bring_in(
        "組織コード,表示名,新組織コード,表示名（言語別）,言語,親組織コード,説明\n"
        "S11,東京,*,,,S1,\nS1,営業部,*,,,,\nS2,開発部,*,,,,\n"
    )
    found = {each.code: each.full_name for each in Department.objects.all()}
    assert found == {"S1": "営業部", "S11": "営業部 / 東京", "S2": "開発部"}
    bring_in(
        "Login name,Department code 1,Job title code 1,Department code 2,Job title code 2\nann,S11,,S2,boss\nben\n"
    )
    assert [each.code for each in User.objects.get(login="ann").departments_on()] == ["S11", "S2"]
    assert not User.objects.get(login="ben").departments_on()
    circle = "Department Code,Display Name,Parent Department Code\nA,A,B\nB,B,A\n"
    assert "which does not belong to this one" in str(plan(circle).errors[0])
