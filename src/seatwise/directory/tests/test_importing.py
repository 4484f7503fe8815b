"""A people file becomes people: looked at, all or nothing, and the second time nothing."""

import datetime
from typing import Any

import pytest

from seatwise.audit.models import Entry
from seatwise.directory import people, people_file_import
from seatwise.directory.changes import Refused
from seatwise.directory.department_plan import DepartmentCode, Tree
from seatwise.directory.import_preview import sections
from seatwise.directory.models import Department, Login, Service, User
from seatwise.lib.notices import Notice
from seatwise.lib.people_cells import DepartmentName
from seatwise.lib.people_file import parse
from seatwise.licenses import contract_terms
from seatwise.licenses.models import License

TODAY = datetime.date(2026, 11, 24)
pytestmark = pytest.mark.django_db
FILE = """ログイン名,氏名,メールアドレス,組織,上司,状態,種別,雇用形態,役割,言語,サービス
h-sato,佐藤 花子,h@example.com,営業部/東京; デザイン部,k-takahashi,使用中,ユーザー,フルタイム,,日本語,wiki
k-takahashi,髙橋 健,k@example.com,営業部,,使用中,ユーザー,パート 週3日,管理者,日本語,wiki
guest1,Gast,,,,使用中,ゲスト,,,en,
"""


def plan(text: str, **options: Any) -> people_file_import.Plan:
    return people_file_import.plan(parse(text.encode(), name="people.csv"), **options)


def bring_in(text: str, leave_out: tuple[str, ...] = (), **options: Any) -> people_file_import.Plan:
    return people_file_import.commit(plan(text, **options).looked(), by=None, on=TODAY, leave_out=leave_out)


def errors(text: str) -> list[str]:
    return [str(error) for error in plan(text).errors]


@pytest.fixture
def wiki(db: None) -> Service:
    return Service.objects.add(code="wiki", name="Wiki", by=None)


def test_a_file_brings_in_people_departments_roles_and_licenses(wiki: Service) -> None:
    bring_in(FILE)
    sato = User.objects.get(login="h-sato")
    takahashi = User.objects.get(login="k-takahashi")
    assert [str(each) for each in sato.departments_on()] == ["営業部 / 東京", "デザイン部"]
    assert (sato.manager, sato.language, sato.role) == (takahashi, "ja", "member")
    assert (takahashi.employment, str(takahashi.expected_days), takahashi.role) == (
        "part_time",
        "3.0",
        "administrator",
    )
    assert User.objects.get(login="guest1").kind == "guest"
    assert set(License.objects.held().values_list("user__login", flat=True)) == {"h-sato", "k-takahashi"}


def test_one_entry_for_each_person(wiki: Service) -> None:
    bring_in(FILE)
    verbs = list(Entry.objects.values_list("verb", flat=True))
    assert verbs.count("user.add") == 3
    assert verbs.count("department.add") == 3
    assert verbs.count("license.add") == 2


def test_the_same_file_twice_changes_nothing(wiki: Service) -> None:
    bring_in(FILE)
    before = Entry.objects.count()
    again = plan(FILE)
    assert again.changes_nothing
    assert sections(again) == []
    bring_in(FILE)
    assert Entry.objects.count() == before


def test_a_preview_changes_nothing(wiki: Service) -> None:
    made = plan(FILE)
    assert made.counts() == {
        "added": 3,
        "changed": 0,
        "deactivated": 0,
        "departments_added": 3,
        "departments_changed": 0,
        "logins": 0,
        "roles": 1,
        "administers": 0,
        "others": 0,
        "licenses": 2,
    }
    assert not User.objects.exists()


def test_roles_and_licenses_can_be_left_out(wiki: Service) -> None:
    bring_in(FILE, leave_out=("roles", "licenses"))
    assert set(User.objects.values_list("role", flat=True)) == {"member"}
    assert not License.objects.exists()
    bring_in(FILE)
    assert User.objects.get(login="k-takahashi").role == "administrator"
    assert License.objects.count() == 2


def test_changes_are_shown_field_by_field(alice: User) -> None:
    made = plan("login,name,departments\nalice,Alice L.,Sales\n")
    (section,) = [each for each in sections(made) if each.key == "changed"]
    assert list(section.lines()) == ["alice (Alice): name Alice → Alice L., departments – → Sales"]


def test_the_order_of_further_departments_means_nothing(db: None) -> None:
    bring_in("login,departments\nx,A; C; B\n")
    assert plan("login,departments\nx,A; B; C\n").changes_nothing
    assert not plan("login,departments\nx,B; A; C\n").changes_nothing


def test_what_the_file_does_not_say_stays(charlie: User) -> None:
    bring_in("login,email\ncharlie,c@example.com\n")
    charlie.refresh_from_db()
    assert (charlie.name, charlie.email) == ("Charlie", "c@example.com")
    assert [each.code for each in charlie.departments_on()] == ["sales"]


def test_people_who_are_missing_are_deactivated_only_when_asked(alice: User, charlie: User) -> None:
    text = "login\nalice\n"
    bring_in(text)
    assert User.objects.get(login="charlie").status == "active"
    assert plan(text).missing == 1
    bring_in(text, deactivate_missing=True)
    assert User.objects.get(login="charlie").status == "inactive"
    assert plan(text, deactivate_missing=True).changes_nothing


def test_deactivating_every_administrator_is_refused(alice: User) -> None:
    with pytest.raises(Refused, match="administrator"):
        bring_in("login\ndora\n", deactivate_missing=True)
    assert not User.objects.filter(login="dora").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("login,manager\na,nobody\n", "line 2: manager “nobody” cannot be used (expected the login name of someone"),
        ("login,manager\na,A\n", "line 2: manager “A” cannot be used (expected someone else's login name)"),
        (
            "login,services\na,nothing\n",
            "line 2: services “nothing” cannot be used (expected codes of existing services",
        ),
        ("login,other logins\na,charlie\n", "line 2: other_logins “charlie” cannot be used (expected a login name"),
        (
            "login,departments\na,S1=Sales\nb,S1=Design\n",
            "line 3: departments “S1=Design” cannot be used (expected one place and name for each department code",
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_named(charlie: User, text: str, message: str) -> None:
    (found,) = errors(text)
    assert found.startswith(message)
    with pytest.raises(Refused, match="errors"):
        bring_in(text)
    assert User.objects.count() == 1


def test_a_department_that_cannot_be_used_is_named_in_each_row_and_no_exception_is_kept(db: None) -> None:
    names = [DepartmentName(("Sales",), "S1"), DepartmentName(("Design",), "S1")]
    assert Tree([]).declare(names) == {names[1]: Notice(DepartmentCode.TWO_PLACES)}
    rows = "".join(f"u{number},S1=Design\n" for number in range(4))
    found = errors(f"login,departments\na,S1=Sales\n{rows}")
    assert [each[:7] for each in found] == [f"line {n}:" for n in range(3, 7)]


def test_a_guest_is_given_no_service(wiki: Service) -> None:
    assert "no service for a guest user" in errors("login,kind,services\ng,guest,wiki\n")[0]


def test_a_department_is_known_by_its_code_after_it_was_renamed(db: None) -> None:
    bring_in("login,departments\na,S=Sales\nb,S1=Sales/Tokyo\n")
    sales = Department.objects.get(code="S")
    made = plan("login,departments\na,S=Vertrieb\nb,S1=Vertrieb/Kanto\n")
    assert made.counts()["departments_changed"] == 2
    assert made.counts()["departments_added"] == made.counts()["changed"] == 0
    bring_in("login,departments\na,S=Vertrieb\nb,S1=Vertrieb/Kanto\n")
    sales.refresh_from_db()
    assert sales.name == "Vertrieb"
    assert Department.objects.get(code="S1").full_name == "Vertrieb / Kanto"
    assert Entry.objects.newest_first()[0].verb == "department.rename"


def test_a_department_that_moves_is_moved(db: None) -> None:
    bring_in("login,departments\na,T=Sales/Tokyo\n")
    bring_in("login,departments\na,T=Design/Tokyo\n")
    assert Department.objects.get(code="T").full_name == "Design / Tokyo"
    assert Entry.objects.of("department.move").count() == 1
    assert plan("login,departments\na,T=Design/Tokyo\n").changes_nothing


def test_a_department_that_was_renamed_by_hand_is_still_found_by_the_name_in_the_file(db: None) -> None:
    bring_in("login,departments\na,Sales/Tokyo\n")
    tokyo = Department.objects.get(code="Sales/Tokyo")
    tokyo.change(by=None, name="Kanto", parent=tokyo.parent)
    assert plan("login,departments\na,Sales/Tokyo\n").changes_nothing


def test_what_is_the_code_of_one_department_and_the_name_of_another_is_asked_for(db: None) -> None:
    Department.objects.add(code="IT", name="Computing", by=None)
    Department.objects.add(code="77", name="IT", by=None)
    assert "either a code or a name" in errors("login,departments\na,IT\n")[0]
    assert errors("login,departments\na,IT=Computing\n") == []


def test_further_login_names_are_given(charlie: User) -> None:
    Login.objects.ensure(["cc"])
    text = "login,other logins\ncharlie,cc; Charlie@example.com\n"
    bring_in(text)
    assert set(charlie.logins.values_list("folded", flat=True)) == {"charlie", "cc", "charlie@example.com"}
    assert plan(text).changes_nothing


def test_a_row_under_a_further_login_name_is_of_whose_that_is(charlie: User) -> None:
    bring_in("login,other logins\ncharlie,cc\n")
    bring_in("login,name\nCC,Karl\n")
    charlie.refresh_from_db()
    assert (charlie.login, charlie.name) == ("charlie", "Karl")
    assert "(expected one row for each person; line 2 is of the same)" in errors("login\ncharlie\ncc\n")[0]


def test_a_directory_that_changed_since_is_looked_at_again(charlie: User) -> None:
    looked = plan("login,name\ncharlie,Charles\n").looked()
    people.change(charlie, {"name": "Karl"}, by=None, on=TODAY)
    with pytest.raises(Refused, match="changed after this preview"):
        people_file_import.commit(looked, by=None, on=TODAY)
    charlie.refresh_from_db()
    assert charlie.name == "Karl"


def test_too_few_seats_refuse_the_whole_file(wiki: Service) -> None:

    contract_terms.add(service=wiki, seats=1, by=None, on=TODAY)
    with pytest.raises(Refused, match="1 too few"):
        bring_in(FILE)
    assert not User.objects.exists()


def test_a_file_that_nobody_confirms_is_thrown_away_after_a_day(alice: User) -> None:
    from django.utils import timezone

    from seatwise.directory import uploads
    from seatwise.directory.models import Upload

    now = timezone.now()
    old, new = (
        Upload.objects.create(kind="people", name="p.csv", data=b"login\nx", uploaded_by=alice, uploaded_at=now - age)
        for age in (datetime.timedelta(days=2), datetime.timedelta(hours=2))
    )
    uploads.forget_abandoned_uploads(now.date())
    assert bytes(Upload.objects.get(pk=old.pk).data) == b""
    assert bytes(Upload.objects.get(pk=new.pk).data) != b""
