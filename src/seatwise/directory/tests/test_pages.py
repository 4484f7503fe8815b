"""The directory's pages: who may, what they show, what they change."""

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.cast import post_changed
from seatwise.directory import people
from seatwise.directory.models import Department, Login, Service, Upload, User

TODAY = datetime.date(2026, 11, 24)
BASE = "/administration/directory/"
LISTS = ("users/", "departments/", "logins/", "services/", "imports/")
ADDS = ("users/add/", "departments/add/", "services/add/")
pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def body(response: Any) -> str:
    text = b"".join(response.streaming_content) if response.streaming else response.content
    return text.decode()


@pytest.mark.parametrize("page", [*LISTS, *ADDS])
def test_who_may_open_which_page(client: Client, cast: dict[str, User], page: str) -> None:
    assert client.get(BASE + page).headers["Location"] == f"/account/login/?next={BASE}{page}"
    reads = {"alice", "audrey"} if page in LISTS else {"alice"}
    for login in ("alice", "audrey", "bob", "charlie"):
        client.force_login(cast[login])
        answer = client.get(BASE + page)
        assert answer.status_code == (200 if login in reads else 403), login
        assert ("list" in answer.context or "form" in answer.context) == (login in reads), login
        assert ("You do not have access to this page" in body(answer)) == (login not in reads), login


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("page", LISTS)
def test_lists_are_shown_in_both_languages(admin: Client, alice: User, charlie: User, page: str, language: str) -> None:
    people.change(alice, {"language": language}, by=alice, on=TODAY)
    Login.objects.ensure(["stranger"])
    Service.objects.add(code="wiki", name="Wiki", by=None)
    assert f'<html lang="{language}">' in body(admin.get(BASE + page))


def test_an_auditor_looks_at_everything_and_changes_nothing(client: Client, cast: dict[str, User]) -> None:
    login = Login.objects.get(pk=Login.objects.ensure(["stranger"])["stranger"])
    sales = Department.objects.get()
    service = Service.objects.add(code="wiki", name="Wiki", by=None)
    client.force_login(cast["audrey"])
    before = Entry.objects.count()
    for page in (f"users/{cast['charlie'].pk}/", f"logins/{login.pk}/", f"departments/{sales.pk}/", "services/wiki/"):
        response = client.get(BASE + page, follow=True)
        assert response.status_code == 200
        assert "is-primary" not in body(response)
    for page in (
        f"departments/{sales.pk}/",
        f"departments/{sales.pk}/removal/",
        f"services/{service.code}/",
        f"logins/{login.pk}/owner/",
        f"logins/{login.pk}/kind/",
        f"logins/{login.pk}/release/",
        f"users/{cast['charlie'].pk}/edit/",
        f"users/{cast['charlie'].pk}/password/",
        "imports/",
    ):
        assert client.post(BASE + page).status_code == 403, page
    assert Entry.objects.count() == before


def test_the_list_of_people_can_be_narrowed(admin: Client, cast: dict[str, User]) -> None:
    def shown(query: str) -> set[str]:
        page = admin.get(f"{BASE}users/?{query}").context["list"]
        return {row.thing.login for row in page.rows}

    assert shown("") == set(cast)
    assert shown("text=char") == {"charlie"}
    assert shown("department=sales") == {"bob", "charlie"}
    assert shown("status=inactive") == {"ivan"}
    assert shown("kind=guest") == {"gail"}
    assert shown("role=auditor") == {"audrey"}
    assert shown("department=~unaffiliated~") == {"alice", "audrey", "gail", "ivan"}


def test_parameters_that_are_unknown_or_wrong_are_said(admin: Client) -> None:
    assert "unknown parameters: colour" in body(admin.get(BASE + "users/?colour=red"))
    assert "Select a valid choice" in body(admin.get(BASE + "users/?status=asleep"))


def test_the_csv_file_is_what_the_page_shows(admin: Client, charlie: User) -> None:
    people.add({"login": "=1+1", "name": "=cmd"}, by=None, on=TODAY)
    text = body(admin.get(BASE + "users/?format=csv&status=active"))
    assert text.splitlines()[0] == "\ufeffUser,Login name,Departments,Status,Kind,Role"
    assert "\nCharlie,charlie,Sales,active,user,member\n" in text.replace("\r", "")
    assert "'=cmd,'=1+1" in text


def test_a_list_asks_the_database_as_often_for_many_as_for_few(
    admin: Client, charlie: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        people.add({"login": f"user{number}", "departments": ["sales"]}, by=None, on=TODAY)
    with django_assert_max_num_queries(12):
        admin.get(BASE + "users/")


def test_somebody_is_added_and_edited_by_hand(admin: Client, alice: User, sales: Department) -> None:
    fields = {"status": "active", "kind": "user", "employment": "part_time", "role": "member", "language": "ja"}
    asked = {**fields, "login": "dora", "name": "Dora", "primary": sales.pk, "expected_days": "2.5", "manager": "alice"}
    assert admin.post(BASE + "users/add/", asked).status_code == 302
    dora = User.objects.get(login="dora")
    assert (dora.manager, str(dora.expected_days), dora.departments_on()) == (alice, "2.5", [sales])
    again = {**asked, "name": "Dora Z.", "primary": ""}
    assert post_changed(admin, f"{BASE}users/{dora.pk}/edit/", again).status_code == 302
    entry = Entry.objects.newest_first()[0]
    assert (entry.by, entry.verb) == (alice, "user.change")
    assert entry.after == {"name": "Dora Z.", "departments": []}
    assert "changed a user" in body(admin.get(f"/administration/people/{dora.pk}/directory/"))


def test_what_cannot_be_is_said_beside_the_form(admin: Client, alice: User) -> None:
    fields = {"status": "active", "kind": "user", "employment": "full_time", "role": "member", "language": "en"}
    assert "already used by Alice" in body(admin.post(BASE + "users/add/", {**fields, "login": "ALICE"}))
    assert "No one with the name or login name" in body(
        admin.post(BASE + "users/add/", {**fields, "login": "x", "manager": "nobody"})
    )
    assert "would be an administrator" in body(
        post_changed(admin, f"{BASE}users/{alice.pk}/edit/", {**fields, "login": "alice"})
    )


def test_a_password_is_given(admin: Client, charlie: User) -> None:
    assert "too short" in body(admin.post(f"{BASE}users/{charlie.pk}/password/", {"password": "short"}))
    admin.post(f"{BASE}users/{charlie.pk}/password/", {"password": "battery staple 7"})
    charlie.refresh_from_db()
    assert charlie.check_password("battery staple 7")
    assert Entry.objects.newest_first()[0].verb == "user.password"


def test_departments_are_added_moved_and_removed(admin: Client, sales: Department) -> None:
    admin.post(BASE + "departments/add/", {"code": "t", "name": "Tokyo", "parent": sales.pk, "order": 5})
    tokyo = Department.objects.get(code="t")
    assert (tokyo.full_name, tokyo.order) == ("Sales / Tokyo", 5)
    post_changed(admin, f"{BASE}departments/{tokyo.pk}/", {"name": "Kanto", "parent": ""})
    tokyo.refresh_from_db()
    assert tokyo.full_name == "Kanto"
    admin.post(f"{BASE}departments/{tokyo.pk}/removal/")
    assert not Department.objects.filter(code="t").exists()


def test_an_unknown_login_is_given_declared_and_released(admin: Client, charlie: User) -> None:
    pk = Login.objects.ensure(["stranger"])["stranger"]
    assert "stranger" in body(admin.get(BASE + "logins/"))
    assert "No one with the name or login name" in body(admin.post(f"{BASE}logins/{pk}/owner/", {"person": "who"}))
    admin.post(f"{BASE}logins/{pk}/owner/", {"person": "CHARLIE"})
    assert Login.objects.get(pk=pk).user == charlie
    assert "stranger" not in body(admin.get(BASE + "logins/?format=csv"))
    assert "stranger" in body(admin.get(BASE + "logins/?show=given"))
    admin.post(f"{BASE}logins/{pk}/release/")
    admin.post(f"{BASE}logins/{pk}/kind/", {"kind": "program"})
    assert list(Login.objects.declared().values_list("pk", flat=True)) == [pk]
    admin.post(f"{BASE}logins/{pk}/kind/", {"kind": "dog"})
    assert Login.objects.get(pk=pk).kind == "program"


def test_a_service_is_added_and_changed(admin: Client) -> None:
    fields = {"name": "Wiki", "address": "", "how_removal_takes_effect": "by_hand"}
    assert "A code has at most 50" in body(admin.post(BASE + "services/add/", {**fields, "code": "Bad Code"}))
    admin.post(BASE + "services/add/", {**fields, "code": "wiki"})
    post_changed(admin, BASE + "services/wiki/", {**fields, "name": "Wiki 2"})
    assert Service.objects.get().name == "Wiki 2"


def upload(admin: Client, text: str, **fields: str) -> str:
    file = SimpleUploadedFile("people.csv", text.encode())
    response = admin.post(BASE + "imports/", {"file": file, **fields})
    assert response.status_code == 302, body(response)
    return str(response["Location"])


def test_a_file_is_uploaded_looked_at_and_confirmed(admin: Client, charlie: User) -> None:
    text = "login,name,role\ncharlie,Charles,auditor\ndora,Dora,\n"
    page = upload(admin, text)
    shown = admin.get(page)
    assert "charlie (Charlie): name Charlie → Charles" in body(shown)
    assert not User.objects.filter(login="dora").exists()
    admin.post(f"{page}confirmation/", {"fingerprint": shown.context["plan"].fingerprint()})
    charlie.refresh_from_db()
    assert (charlie.name, charlie.role) == ("Charles", "member")
    assert "Users added" in body(admin.get(page))
    made = Upload.objects.get()
    assert (made.state, bytes(made.data)) == ("done", b"")


def test_roles_are_given_only_when_they_are_ticked(admin: Client, charlie: User) -> None:
    page = upload(admin, "login,role\ncharlie,auditor\n")
    fingerprint = admin.get(page).context["plan"].fingerprint()
    admin.post(f"{page}confirmation/", {"fingerprint": fingerprint, "roles": "on"})
    charlie.refresh_from_db()
    assert charlie.role == "auditor"


def test_a_file_is_imported_once(admin: Client, charlie: User) -> None:
    page = upload(admin, "login\ndora\n")
    fingerprint = admin.get(page).context["plan"].fingerprint()
    admin.post(f"{page}confirmation/", {"fingerprint": fingerprint})
    said = body(admin.post(f"{page}confirmation/", {"fingerprint": fingerprint}, follow=True))
    assert "already imported or discarded" in said


def test_what_was_not_looked_at_is_not_done(admin: Client, charlie: User) -> None:
    page = upload(admin, "login,name\ncharlie,Charles\n")
    said = body(admin.post(f"{page}confirmation/", {"fingerprint": "other"}, follow=True))
    assert "changed after this preview" in said
    assert Upload.objects.get().state == "waiting"


def test_who_is_not_in_the_file_is_told_of_unless_they_are_deactivated(admin: Client, charlie: User) -> None:
    said = "1 active user is not in the file and stays as they are."
    assert said in body(admin.get(upload(admin, "login\nalice\n")))
    assert said not in body(admin.get(upload(admin, "login\nalice\n", deactivate_missing="on")))


def test_a_file_with_errors_cannot_be_confirmed(admin: Client) -> None:
    page = upload(admin, "login,status\na,asleep\n")
    shown = body(admin.get(page))
    assert "line 2: status “asleep” cannot be used (expected active or inactive)" in shown
    assert "confirmation" not in shown


def test_a_file_can_be_thrown_away(admin: Client) -> None:
    page = upload(admin, "login\ndora\n")
    admin.post(f"{page}discarding/")
    made = Upload.objects.get()
    assert (made.state, bytes(made.data)) == ("abandoned", b"")


def test_what_is_no_text_is_refused_at_once(admin: Client) -> None:
    file = SimpleUploadedFile("people.xlsx", b"PK\x03\x04")
    assert "Excel workbook" in body(admin.post(BASE + "imports/", {"file": file}))
    assert not Upload.objects.exists()


def test_services_are_listed_without_regard_to_case(client: Any, alice: Any) -> None:
    for name in ("zoom", "Garoon", "kintone", "backlog"):
        Service.objects.add(code=name.lower(), name=name, by=None)
    client.force_login(alice)
    page = client.get("/administration/directory/services/").content.decode()
    places = [page.index(f">{name}<") for name in ("backlog", "Garoon", "kintone", "zoom")]
    assert places == sorted(places)
