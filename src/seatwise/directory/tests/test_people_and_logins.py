"""People change with their history, their login names and an audit entry, or not at all."""

import datetime
from collections.abc import Iterator, Sequence

import pytest
from django.contrib.auth.models import AnonymousUser

from seatwise.audit.models import Entry
from seatwise.directory import changes, people
from seatwise.directory.changes import LoginChange, PersonChange, Refused
from seatwise.directory.models import Department, Login, Membership, User

TODAY = datetime.date(2026, 11, 24)
TOMORROW = datetime.date(2026, 11, 25)
pytestmark = pytest.mark.django_db


def entries() -> list[tuple[str, dict[str, object], dict[str, object]]]:
    return list(Entry.objects.order_by("number").values_list("verb", "before", "after"))


@pytest.fixture
def told() -> Iterator[list[PersonChange]]:
    found: list[PersonChange] = []

    def listen(planned: Sequence[PersonChange], on: datetime.date) -> None:
        found.extend(planned)

    changes.people_changed.append(listen)
    yield found
    changes.people_changed.remove(listen)


@pytest.fixture
def heard() -> Iterator[list[LoginChange]]:
    found: list[LoginChange] = []
    changes.logins_changed.append(found.extend)
    yield found
    changes.logins_changed.remove(found.extend)


def test_a_person_can_be_found_by_any_spelling_of_the_login() -> None:
    added = people.add({"login": "Ａlice"}, by=None, on=TODAY)
    assert User.objects.get_by_natural_key("ALICE") == added


def test_logins_that_fold_alike_are_refused(alice: User) -> None:
    with pytest.raises(Refused, match="already used by Alice"):
        people.add({"login": "ＡＬＩＣＥ"}, by=None, on=TODAY)


def test_somebody_else_s_further_login_name_is_refused(alice: User, ivan: User) -> None:
    Login.objects.create(folded="al", written="al").give_to(alice, by=None)
    with pytest.raises(Refused, match="already belongs to Alice"):
        people.add({"login": "AL"}, by=None, on=TODAY)
    assert not User.objects.filter(folded="al").exists()


def test_a_change_leaves_one_entry_with_before_and_after(alice: User, charlie: User) -> None:
    Entry.objects.all()
    count = Entry.objects.count()
    assert people.change(charlie, {"name": "Charles", "manager": alice}, by=alice, on=TODAY)
    (verb, before, after) = entries()[-1]
    assert Entry.objects.count() == count + 1
    assert (verb, before, after) == (
        "user.change",
        {"name": "Charlie", "manager": ""},
        {"name": "Charles", "manager": "alice"},
    )
    charlie.refresh_from_db()
    assert (charlie.name, charlie.manager) == ("Charles", alice)
    assert charlie in User.objects.search("charles")


def test_changing_nothing_changes_nothing(alice: User, charlie: User) -> None:
    before = Entry.objects.count()
    assert not people.change(charlie, {"name": "Charlie", "departments": ["sales"]}, by=alice, on=TODAY)
    assert Entry.objects.count() == before


def test_deactivating_ends_sessions_and_signing_in(alice: User, charlie: User) -> None:
    people.deactivate(charlie, by=alice, on=TODAY)
    charlie.refresh_from_db()
    assert not charlie.is_active
    assert entries()[-1][0] == "user.deactivate"


def test_guests_and_system_accounts_cannot_sign_in(gail: User, charlie: User) -> None:
    assert not gail.is_active
    people.change(charlie, {"kind": "system"}, by=None, on=TODAY)
    charlie.refresh_from_db()
    assert not charlie.is_active
    people.change(charlie, {"kind": "shared"}, by=None, on=TODAY)
    charlie.refresh_from_db()
    assert charlie.is_active


def test_the_last_administrator_stays(alice: User) -> None:
    with pytest.raises(Refused, match="No one who can sign in would be an administrator"):
        people.change(alice, {"role": "member"}, by=alice, on=TODAY)
    alice.refresh_from_db()
    assert alice.role == "administrator"


def test_a_later_app_may_refuse_and_then_nothing_has_happened(charlie: User) -> None:
    def refuse(planned: object, on: datetime.date) -> None:
        raise Refused("no seat")

    before = Entry.objects.count()
    changes.people_changed.append(refuse)
    try:
        with pytest.raises(Refused, match="no seat"):
            people.change(charlie, {"name": "Other"}, by=None, on=TODAY)
    finally:
        changes.people_changed.remove(refuse)
    charlie.refresh_from_db()
    assert (charlie.name, Entry.objects.count()) == ("Charlie", before)


def test_a_later_app_is_told_what_changed(charlie: User, told: list[PersonChange]) -> None:
    people.change(charlie, {"status": "inactive"}, by=None, on=TODAY)
    assert [(change.user, change.before, change.after) for change in told] == [
        (charlie, {"status": "active"}, {"status": "inactive"})
    ]


def test_memberships_keep_their_dates(charlie: User, sales: Department) -> None:
    design = Department.objects.add(code="design", name="Design", by=None)
    people.change(charlie, {"departments": [design, sales]}, by=None, on=TODAY)
    assert charlie.departments_on() == [design, sales]
    assert charlie.departments_on(datetime.date(2026, 11, 23)) == [sales]
    rows = Membership.objects.filter(user=charlie).order_by("pk").values_list("department__code", "primary", "until")
    assert set(rows) == {("sales", True, TODAY), ("sales", False, None), ("design", True, None)}


def test_what_lasted_less_than_a_day_is_not_kept(charlie: User, sales: Department) -> None:
    Department.objects.add(code="design", name="Design", by=None)
    people.change(charlie, {"departments": ["design"]}, by=None, on=TODAY)
    people.change(charlie, {"departments": ["sales"]}, by=None, on=TODAY)
    assert Membership.objects.filter(user=charlie, department__code="design").count() == 0
    people.change(charlie, {"departments": []}, by=None, on=TOMORROW)
    assert charlie.departments_on() == []
    assert charlie in User.objects.unaffiliated()


def test_an_unknown_login_becomes_a_persons_when_the_person_is_added(heard: list[LoginChange]) -> None:
    Login.objects.ensure(["dora", "Program"])
    dora = people.add({"login": "Dora"}, by=None, on=TODAY)
    (change,) = heard
    assert (change.login.folded, change.before, change.login.user) == ("dora", None, dora)
    assert Login.objects.unknown().get().folded == "program"


def test_a_login_nobody_has_seen_is_not_told_of(heard: list[LoginChange]) -> None:
    people.add({"login": "dora"}, by=None, on=TODAY)
    assert heard == []
    assert Login.objects.get().user


def test_logins_are_of_the_kind_of_their_person(charlie: User, gail: User) -> None:
    assert gail.logins.get().kind == "guest"
    people.change(charlie, {"kind": "system"}, by=None, on=TODAY)
    assert charlie.logins.get().kind == "program"


def test_a_login_can_be_given_declared_and_released(alice: User, charlie: User) -> None:
    login = Login.objects.get(pk=Login.objects.ensure(["build-bot"])["build-bot"])
    login.declare("program", by=alice)
    assert list(Login.objects.declared()) == [login]
    login.give_to(charlie, by=alice)
    assert Login.objects.get(pk=login.pk).user == charlie
    login.release(by=alice)
    assert list(Login.objects.unknown()) == [login]
    assert [verb for verb, _before, _after in entries()[-3:]] == ["login.declare", "login.give", "login.release"]
    login.release(by=alice)
    assert entries()[-2][0] == "login.give"


def test_the_login_by_which_somebody_is_known_stays_theirs(alice: User, charlie: User) -> None:
    with pytest.raises(Refused, match="is the main login name of"):
        charlie.logins.get().give_to(alice, by=alice)
    with pytest.raises(Refused, match="is the main login name of"):
        charlie.logins.get().release(by=alice)


def test_somebody_renamed_keeps_the_old_login_too(charlie: User) -> None:
    people.change(charlie, {"login": "c-brown"}, by=None, on=TODAY)
    charlie.refresh_from_db()
    assert charlie.login == "c-brown"
    assert set(charlie.logins.values_list("folded", flat=True)) == {"charlie", "c-brown"}
    assert charlie in User.objects.search("charlie")


def test_who_sees_whom(cast: dict[str, User]) -> None:
    def seen(login: str) -> set[str]:
        return set(User.objects.visible_to(cast[login]).values_list("login", flat=True))

    assert seen("alice") == seen("audrey") == set(cast)
    assert seen("bob") == {"bob", "charlie"}
    assert seen("charlie") == {"charlie"}
    assert seen("gail") == seen("ivan") == set()
    assert not User.objects.visible_to(AnonymousUser()).exists()


def test_a_department_administrator_sees_those_below_too(cast: dict[str, User], sales: Department) -> None:
    tokyo = Department.objects.add(code="tokyo", name="Tokyo", parent=sales, by=None)
    dora = people.add({"login": "dora", "departments": [tokyo]}, by=None, on=TODAY)
    assert dora in User.objects.visible_to(cast["bob"])
    cast["bob"].administer([tokyo], by=cast["alice"])
    assert set(User.objects.visible_to(cast["bob"])) == {cast["bob"], dora}


def test_a_search_knows_width_case_and_words(alice: User) -> None:
    added = people.add({"login": "s-suzuki", "name": "鈴木 ｲﾁﾛｰ", "employee_number": "00７"}, by=None, on=TODAY)
    for text in ("鈴木", "イチロー 鈴木", "S-SUZ", "007"):
        assert list(User.objects.search(text)) == [added]
    assert not User.objects.search("鈴木 佐藤").exists()
