"""The screens of suspensions and exemptions, the letters about returns, and the column of a people file."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from seatwise.cast import post_changed
from seatwise.directory import people, people_file_import
from seatwise.directory.changes import Refused
from seatwise.directory.models import Upload, User
from seatwise.ledger.snapshot_file import ReportedRow
from seatwise.ledger.snapshots import import_snapshot
from seatwise.letters.composing import compose
from seatwise.letters.models import Letter
from seatwise.lib.people_file import parse
from seatwise.licenses import exemption_rules, grants, suspension_endings, suspension_rules
from seatwise.licenses.models import Change, Exemption, License, Suspension
from seatwise.licenses.seats import seats_of
from seatwise.licenses.tests.test_service_pages import rows, text_of
from seatwise.licenses.tests.world import DAY, TODAY, carry_out, grant, pending, person, service

pytestmark = pytest.mark.django_db
SUSPENSIONS, EXEMPTIONS = "/administration/licenses/suspensions/", "/administration/licenses/exemptions/"
BACK = TODAY + 30 * DAY


def suspend(user: User, **how: Any) -> Suspension:
    terms: dict[str, Any] = {"until": BACK, "reason": "parental leave", "by": None, "on": TODAY}
    return suspension_rules.suspend(user, None, **(terms | how))


def test_somebody_is_suspended_on_the_screen(client: Any, cast: dict[str, User]) -> None:
    wiki = service("gate", 1)
    grant(wiki, cast["charlie"])
    client.force_login(cast["alice"])
    asked = {"user": "Charlie", "service": str(wiki.pk), "until": str(BACK), "reason": "leave", "keeps_seat": "on"}
    assert "after today" in text_of(client.post(SUSPENSIONS + "add/", asked | {"until": str(TODAY)}))
    response = client.post(SUSPENSIONS + "add/", asked)
    made = Suspension.objects.get()
    assert response.url == f"{SUSPENSIONS}{made.pk}/"
    assert (made.user, made.service, made.until, made.keeps_seat, made.by) == (
        cast["charlie"],
        wiki,
        BACK,
        True,
        cast["alice"],
    )
    address = f"{SUSPENSIONS}{made.pk}/"
    assert post_changed(client, address, {"until": str(BACK + DAY)}).status_code == 302
    assert Suspension.objects.get().until == BACK + DAY
    assert client.post(address + "end/", {"reason": "back early"}).status_code == 302
    assert Suspension.objects.get().state == "ended"


def test_reasons_are_for_administrators_and_auditors(client: Any, cast: dict[str, User]) -> None:
    made = suspend(cast["charlie"])
    kept = exemption_rules.exempt(
        user=cast["charlie"], service=None, until=BACK, reason="parental leave", by=None, on=TODAY
    )
    for address in (SUSPENSIONS, f"{SUSPENSIONS}{made.pk}/", EXEMPTIONS, f"{EXEMPTIONS}{kept.pk}/"):
        for login, sees in (("alice", True), ("audrey", True), ("bob", False)):
            client.force_login(cast[login])
            page = text_of(client.get(address))
            assert "Charlie" in page
            assert ("parental leave" in page) is sees, (address, login)
            assert "24 Dec 2026" in page or "24 December 2026" in page
        client.force_login(cast["charlie"])
        assert client.get(address).status_code == 403
    client.force_login(cast["bob"])
    assert "Reason" not in rows(client.get(SUSPENSIONS, {"format": "csv"}))[0]


def test_the_lists_show_what_is_asked_for(client: Any, cast: dict[str, User]) -> None:
    suspend(cast["charlie"])
    suspend(cast["bob"], begins=TODAY + DAY)
    suspension_rules.end(suspend(cast["alice"]), by=None, reason="", on=TODAY)
    client.force_login(cast["alice"])

    def shown(**asked: str) -> set[str]:
        return {row["Login"] for row in rows(client.get(SUSPENSIONS, asked | {"format": "csv"}))}

    assert shown() == {"charlie", "bob"}
    assert shown(show="ended") == {"alice"}
    assert shown(text="char") == {"charlie"}
    assert shown(show="stuck") == shown(show="asked") == set()


def test_who_was_asked_changes_the_day_and_nothing_else(client: Any, cast: dict[str, User]) -> None:
    made = suspend(cast["charlie"], until=TODAY + 5 * DAY)
    address = f"{SUSPENSIONS}{made.pk}/"
    client.force_login(cast["bob"])
    assert "Returning soon" not in text_of(client.get("/"))
    assert client.post(address, {"until": str(BACK)}).status_code == 403
    suspension_endings.ask(TODAY)
    home = text_of(client.get("/"))
    assert "Returning soon" in home
    assert address in home
    assert post_changed(client, address, {"until": str(BACK)}).status_code == 302
    assert Suspension.objects.get().until == BACK
    assert client.post(address + "end/").status_code == 403
    assert client.get(SUSPENSIONS + "add/").status_code == 403


def test_the_letters_say_who_when_and_where(cast: dict[str, User]) -> None:
    wiki = service("gate", 1)
    grant(wiki, cast["charlie"])
    suspend(cast["charlie"], until=TODAY + 5 * DAY)
    grant(wiki, cast["alice"])
    people.change(cast["bob"], {"language": "ja"}, by=None, on=TODAY)
    suspension_endings.ask(TODAY)
    asked = compose(Letter.objects.get())
    assert asked is not None
    assert "Charlie" in asked.subject
    assert "2026年11月29日" in asked.text
    assert f"/administration/licenses/suspensions/{Suspension.objects.get().pk}/" in asked.text
    suspension_rules.begin_and_end(TODAY + 5 * DAY)
    told = compose(Letter.objects.of_kind(suspension_endings.STUCK).get())
    assert told is not None
    assert told.subject == "No seat for Wiki for Charlie, who is back"
    assert "there is no free seat for Wiki" in told.text
    assert "parental" not in asked.text + told.text


def test_somebody_is_exempted_on_the_screen(client: Any, cast: dict[str, User]) -> None:
    client.force_login(cast["alice"])
    asked = {"user": "charlie", "service": "", "until": str(BACK), "reason": "audit"}
    assert "in the future" in text_of(client.post(EXEMPTIONS + "add/", asked | {"until": str(TODAY - DAY)}))
    assert client.post(EXEMPTIONS + "add/", asked).status_code == 302
    made = Exemption.objects.get()
    address = f"{EXEMPTIONS}{made.pk}/"
    assert post_changed(client, address, {"until": str(BACK + DAY)}).status_code == 302
    assert client.post(address + "end/").status_code == 302
    made.refresh_from_db()
    assert (made.until, made.ended_on) == (BACK + DAY, TODAY)
    assert rows(client.get(EXEMPTIONS, {"format": "csv"})) == []
    assert rows(client.get(EXEMPTIONS, {"format": "csv", "show": "over"}))[0]["Login"] == "charlie"


def test_the_lists_take_as_many_queries_for_a_full_page(
    client: Any, cast: dict[str, User], django_assert_max_num_queries: Any
) -> None:
    wiki = service()
    for number in range(20):
        user = person(f"p{number}")
        grant(wiki, user)
        suspension_rules.suspend(user, wiki, until=BACK, reason="x", by=None, on=TODAY)
        exemption_rules.exempt(user=user, service=wiki, until=BACK, reason="x", by=None, on=TODAY)
    client.force_login(cast["bob"])
    wiki.change(by=None, department_admins_change_licenses=True)
    for address in (SUSPENSIONS, EXEMPTIONS):
        with django_assert_max_num_queries(14):
            assert "P19" in text_of(client.get(address))


def imported(text: str, *, leave_out: tuple[str, ...] = ()) -> people_file_import.Plan:
    plan = people_file_import.plan(parse(text.encode(), name="people.csv"))
    assert plan.errors == []
    return people_file_import.commit(plan.looked(), by=None, on=TODAY, leave_out=leave_out)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_file_for_import_holds_services_and_leave_and_changes_nothing(
    client: Any, cast: dict[str, User], language: str
) -> None:
    User.objects.update(language=language)
    charlie, alice = cast["charlie"], User.objects.get(login="alice")
    for code in ("wiki", "crm"):
        grant(service(code=code), charlie)
    suspension_rules.suspend(charlie, None, until=BACK, reason="x", by=None, on=TODAY)
    suspension_rules.suspend(alice, None, until=BACK, begins=TODAY + DAY, reason="x", by=None, on=TODAY)
    client.force_login(alice)
    for form in ("csv", "xlsx"):
        data = b"".join(client.get(f"/administration/directory/users/file/?format={form}"))
        file = parse(data, name=f"users.{form}")
        [row] = [each for each in file.rows if each.login == "charlie"]
        assert (row.services, row.extra["on_leave_until"]) == (("crm", "wiki"), BACK)
        assert not file.unknown_headings
        assert people_file_import.plan(file).changes_nothing
    assert (
        client.get("/administration/directory/users/file/?role=member").url
        == "/administration/directory/users/?role=member"
    )


def test_a_people_file_says_who_is_on_leave_until_when(charlie: User) -> None:
    imported(f"login,on leave until\ncharlie,{BACK}\n")
    made = Suspension.objects.get()
    assert (made.user, made.service, made.until, made.reason) == (charlie, None, BACK, "user import")
    assert people_file_import.plan(parse(f"login,休職終了日\ncharlie,{BACK}\n".encode(), name="f.csv")).changes_nothing
    imported("login,on leave until\ncharlie,2027/2/1\n")
    assert str(Suspension.objects.get().until) == "2027-02-01"
    imported("login,on leave until\ncharlie,\n")
    assert Suspension.objects.get().state == "ended"
    assert people_file_import.plan(parse(b"login,on leave until\ncharlie,2020-01-01\n", name="f.csv")).changes_nothing


def test_a_people_file_that_says_nothing_of_leave_leaves_it(charlie: User) -> None:
    suspend(charlie)
    imported("login,name\ncharlie,Charles\n")
    assert Suspension.objects.unended().exists()


def test_a_wrong_day_of_a_people_file_is_an_error(charlie: User) -> None:
    plan = people_file_import.plan(parse(b"login,on leave until\ncharlie,soon\n", name="f.csv"))
    assert [str(error) for error in plan.errors] == [
        "line 2: on_leave_until “soon” cannot be used (expected a day such as 2027-04-01, or nothing)"
    ]


def test_who_goes_on_leave_frees_the_seat_for_who_comes_back_and_who_is_new(charlie: User) -> None:
    wiki = service("gate", 2)
    dora, emil = person("dora"), person("emil")
    for user in (charlie, dora):
        grant(wiki, user)
    suspend(charlie)
    grant(wiki, emil)
    text = f"login,on leave until,services\nemil,{BACK},wiki\ncharlie,,wiki\nfred,{BACK},wiki\n"
    imported(text)
    assert set(License.objects.held().awake().values_list("user__login", flat=True)) == {"charlie", "dora"}
    assert seats_of(wiki, TODAY).held == 2
    assert License.objects.get(user__login="fred").added_in == Change.objects.get(how="import")


def test_who_comes_back_without_a_seat_makes_the_file_refused_as_a_whole(charlie: User) -> None:
    wiki = service("gate", 1)
    grant(wiki, charlie)
    suspend(charlie)
    grant(wiki, person("dora"))
    with pytest.raises(Refused, match="1 too few"):
        imported("login,name,on leave until\ncharlie,Charles,\n")
    charlie.refresh_from_db()
    assert charlie.name == "Charlie"


def test_a_row_about_whoever_confirms_the_file_is_left_to_somebody_else(client: Any, cast: dict[str, User]) -> None:
    service()  # whose policy does not allow it
    client.force_login(cast["alice"])
    text = f"login,name,on leave until\nalice,Alice,{BACK}\ncharlie,Charles,{BACK}\n"
    page = client.post(
        "/administration/directory/imports/", {"file": SimpleUploadedFile("people.csv", text.encode())}
    ).url
    fingerprint = client.get(page).context["plan"].fingerprint()
    said = text_of(client.post(f"{page}confirmation/", {"fingerprint": fingerprint}, follow=True))
    assert "The file was imported." in said
    assert "alice’s leave was not changed. This is for yourself" in said
    assert Suspension.objects.get().user == cast["charlie"]
    assert Upload.objects.get().result["others"] == 1


def test_licenses_that_are_left_out_do_not_leave_out_who_is_on_leave(charlie: User) -> None:
    service()
    imported(f"login,on leave until,services\ncharlie,{BACK},wiki\n", leave_out=("licenses",))
    assert Suspension.objects.count() == 1
    assert not License.objects.exists()


def report(of: Any, *logins: str, complete: bool = False) -> Any:
    rows = [ReportedRow(line, login, "", None, "") for line, login in enumerate(logins, 2)]
    return import_snapshot(of, rows, file="report.csv", as_of=TODAY, by=None, complete=complete)


def test_a_vendors_report_confirms_additions_and_if_it_is_complete_removals(charlie: User, alice: User) -> None:
    wiki = service("vendor", 2)
    held = grant(wiki, charlie)
    carry_out(wiki)
    grants.revoke([held], by=None, reason="", on=TODAY)
    grant(wiki, alice)
    assert report(wiki, "Alice").said == ["It confirms 1 pending change."]
    assert pending(wiki) == [("remove", "charlie")]
    assert report(wiki, "alice", "stranger").said == []
    assert report(wiki, "alice", complete=True).said == ["It confirms 1 pending change."]
    assert pending(wiki) == []
    assert seats_of(wiki, TODAY).free == 1


@pytest.mark.parametrize("listed", [(), ("stranger", "nobody"), ("alice",)])
def test_a_report_on_which_too_few_are_recognized_is_not_one_that_lists_everybody(
    charlie: User, alice: User, bob: User, listed: tuple[str, ...]
) -> None:
    wiki = service("vendor", 4)
    held = grant(wiki, charlie)
    left = person("left")  # whose license stays theirs, though nobody there has them any more
    for user in (alice, bob, left):
        grant(wiki, user)
    carry_out(wiki)
    people.deactivate(left, by=None, on=TODAY)
    grants.revoke([held], by=None, reason="", on=TODAY)
    with pytest.raises(Refused, match="cannot be complete"):
        report(wiki, *listed, complete=True)
    assert pending(wiki) == [("remove", "charlie")]
    assert report(wiki, "alice", "bob", complete=True).said == ["It confirms 1 pending change."]


@pytest.mark.parametrize(("percent", "confirmed"), [("50", ["It confirms 1 pending change."]), ("51", None)])
def test_how_many_must_be_recognized_is_a_setting(
    charlie: User, alice: User, bob: User, percent: str, confirmed: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiki = service("vendor", 3)
    held = grant(wiki, charlie)
    for user in (alice, bob):
        grant(wiki, user)
    carry_out(wiki)
    grants.revoke([held], by=None, reason="", on=TODAY)
    monkeypatch.setenv("SEATWISE_RECOGNIZED_HOLDERS", percent)
    if confirmed is None:
        with pytest.raises(Refused, match="cannot be complete"):
            report(wiki, "alice", complete=True)
    else:
        assert report(wiki, "alice", complete=True).said == confirmed


def test_a_report_of_a_service_that_is_ticked_off_by_hand_confirms_nothing(charlie: User) -> None:
    wiki = service("by_hand")
    grant(wiki, charlie)
    assert report(wiki, "charlie", complete=True).said == []
    assert pending(wiki) == [("add", "charlie")]
