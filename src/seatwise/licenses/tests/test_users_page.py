"""The screen Services & Users: who is listed for whom, choosing people, the preview, and one person's boxes."""

from typing import Any

import pytest

from seatwise.directory import people
from seatwise.directory.models import Department, Service, User
from seatwise.ledger.models import Coverage, Usage
from seatwise.licenses import contract_terms, grants
from seatwise.licenses.models import Change, ChangeDraft, Contract, License
from seatwise.licenses.tests.office import LONG_AGO, TODAY, agreed, draft, held, ids, make_office, users

pytestmark = pytest.mark.django_db
PAGE = "/administration/services/wiki/users/"
CHANGE = f"{PAGE}change/"
LIST = "/administration/access/wiki/"


@pytest.fixture
def wiki(cast: dict[str, User], sales: Any) -> Service:
    return make_office(sales)


@pytest.fixture
def admin(client: Any, alice: User) -> Any:
    client.force_login(alice)
    return client


def logins(response: Any) -> list[str]:
    return [line.user.login for line in response.context["lines"]]


def choose(client: Any, *who: str, **fields: Any) -> Any:
    return client.post(CHANGE, {"what": "remove", "user": ids(*who), **fields})


def press(client: Any, kept: ChangeDraft, by: User, **fields: Any) -> Any:
    said = agreed(kept, by)
    data = {
        "fingerprint": said.fingerprint,
        "reason": said.reason,
        "confirmed": list(said.confirmed),
        "checked": list(said.checked),
    }
    return client.post(f"/administration/licenses/drafts/{kept.pk}/", {**data, **fields})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["greta", "emil", "fred", "dora"]),
        ("sort=last-access&descending=on", ["dora", "fred", "emil", "greta"]),
        ("sort=days&descending=on", ["dora", "fred", "emil", "greta"]),
        ("sort=name", ["dora", "emil", "fred", "greta"]),
        ("department=sales", ["emil", "fred", "dora"]),
        ("text=GRE", ["greta"]),
        ("who=others", ["alice", "audrey", "bob", "charlie", "hal", "ina"]),
        ("who=others&department=~unaffiliated~", ["alice", "audrey", "ina"]),
        ("who=all&department=sales", ["bob", "charlie", "dora", "emil", "fred", "hal"]),
        ("who=inactive", ["ivan"]),
    ],
)
def test_who_is_listed_in_which_order(admin: Any, wiki: Service, ivan: User, query: str, found: list[str]) -> None:
    grants.grant_one(service=wiki, user=ivan, by=None, reason="", on=LONG_AGO)
    assert logins(admin.get(f"{PAGE}?{query}")) == found


def test_a_department_is_listed_with_those_below_it_or_without(admin: Any, wiki: Service, sales: Department) -> None:
    Department.objects.add(code="tokyo", name="Tokyo", parent=sales, by=None)
    people.change(users("emil")[0], {"departments": ["tokyo"]}, by=None, on=TODAY)
    assert "emil" in logins(admin.get(f"{PAGE}?department=sales"))
    assert "emil" not in logins(admin.get(f"{PAGE}?department=sales&only=on"))


def test_a_line_says_what_is_needed_to_judge(admin: Any, wiki: Service) -> None:
    from seatwise.licenses.suspension_rules import suspend

    suspend(users("emil")[0], wiki, until=TODAY.replace(day=30), reason="private", by=None, on=TODAY)
    page = admin.get(PAGE).content.decode()
    for text in (
        "15 Oct 2026",
        "5 Jan 2026",
        "suspended until 29 Nov 2026",
        "suspension pending",
        "4 of 10 held, 6 free",
    ):
        assert text in page
    assert "private" not in page


def test_a_wrong_address_says_so_and_nobody_is_chosen_by_it(admin: Any, wiki: Service) -> None:
    assert admin.get(f"{PAGE}?who=nobody&colour=red").status_code == 400
    assert choose(admin, everything="on", query="who=nobody").status_code == 302
    assert not ChangeDraft.objects.exists()


def test_from_ticks_to_the_result_and_back(admin: Any, wiki: Service, alice: User) -> None:
    answer = choose(admin, "emil", "greta", back=f"{PAGE}?sort=days")
    preview = admin.get(answer.url)
    text = preview.content.decode()
    assert "Remove 2 licenses for Wiki" in text
    assert "1 of these is the only holder in Accounting." in text
    assert f"{PAGE}?sort=days" in text
    assert held(wiki) == {"dora", "emil", "fred", "greta"}
    result = press(admin, ChangeDraft.objects.get(), alice)
    assert held(wiki) == {"dora", "fred"}
    page = admin.get(result.url).content.decode()
    assert "2 licenses were removed" in page
    assert "2 of these are pending" in page
    undone = admin.post(f"{result.url}undo/", {"reason": "mistake"})
    assert held(wiki) == {"dora", "emil", "fred", "greta"}
    assert "This undid another change." in admin.get(undone.url).content.decode()
    assert admin.get(answer.url).url == result.url  # the draft is saved: it leads to what was done


def test_people_are_added_where_there_are_seats(admin: Any, wiki: Service, alice: User) -> None:
    contract_terms.change(Contract.objects.get(), by=None, on=TODAY, seats=5)
    answer = choose(admin, "hal", "ina", what="add")
    page = admin.get(answer.url).content.decode()
    assert "2 seats for Wiki are needed; free: 1." in page
    assert "Add 2 licenses</button>" not in page
    contract_terms.change(Contract.objects.get(), by=None, on=TODAY, seats=6)
    press(admin, ChangeDraft.objects.get(), alice, reason="")
    assert {"hal", "ina"} <= held(wiki)


def test_what_changed_meanwhile_is_shown_and_nothing_is_saved(admin: Any, wiki: Service, alice: User) -> None:
    choose(admin, "emil", "fred")
    kept = ChangeDraft.objects.get()
    said = agreed(kept, alice)
    grants.revoke([License.objects.held().get(user__login="fred")], by=None, reason="", on=TODAY)
    answer = admin.post(
        f"/administration/licenses/drafts/{kept.pk}/", {"fingerprint": said.fingerprint, "reason": "not used"}
    )
    assert answer.status_code == 409
    assert "Something changed in the meantime" in answer.content.decode()
    assert "emil" in held(wiki)


def test_ticks_and_reason_stay_where_one_was_forgotten(admin: Any, wiki: Service, alice: User) -> None:
    choose(admin, "dora", "greta")
    answer = press(admin, ChangeDraft.objects.get(), alice, confirmed=["0:used"])
    page = answer.content.decode()
    assert "Select every checkbox" in page
    assert 'value="0:used" required checked' in page
    assert 'value="0:last" required>' in page
    assert 'value="not used"' in page


def test_those_a_concern_is_about_are_left_out(admin: Any, wiki: Service) -> None:
    choose(admin, "dora", "emil", "hal")
    kept = ChangeDraft.objects.get()
    address = f"/administration/licenses/drafts/{kept.pk}/"
    for name in ("0:gone", "0:used"):
        assert admin.post(address, {"leave_out": name, "reason": "kept"}).status_code == 302
    kept.refresh_from_db()
    assert (kept.steps[0]["users"], kept.reason) == (ids("emil"), "kept")
    assert "Remove 1 license for Wiki" in admin.get(address).content.decode()


def test_everybody_who_fits_is_chosen_only_where_it_is_said(admin: Any, wiki: Service) -> None:
    choose(admin, "emil", query="department=sales")
    choose(admin, "emil", query="department=sales", everything="on")
    first, second = ChangeDraft.objects.order_by("pk")
    assert first.steps[0]["users"] == ids("emil")
    assert second.steps[0]["users"] == sorted(ids("dora", "emil", "fred"))


def test_everybody_of_a_narrowed_list_of_user_access_monitoring_is_chosen(admin: Any, wiki: Service) -> None:
    page = admin.get(f"{LIST}?at_most=1").content.decode()
    assert 'name="query" value="at_most=1"' in page
    choose(admin, source="access", query="at_most=1", everything="on")
    assert ChangeDraft.objects.get().steps[0]["users"] == sorted(ids("emil", "fred", "greta"))
    answer = choose(admin, source="access", query="at_most=many", everything="on", back=f"{LIST}?at_most=many")
    assert (answer.url, ChangeDraft.objects.count()) == (f"{LIST}?at_most=many", 1)
    choose(admin, source="access", query="as_of=2026-11-05&at_most=0", everything="on")
    assert ChangeDraft.objects.last().steps[0]["users"] == sorted(ids("dora", "greta"))


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org/", "javascript:alert(1)", "/\\example.org"])
def test_the_way_back_stays_on_the_site(admin: Any, wiki: Service, back: str) -> None:
    assert admin.post(CHANGE, {"what": "remove", "back": back}).url == PAGE


@pytest.mark.parametrize("fields", [{"what": "shred"}, {"user": "x"}, {"what": ""}])
def test_nobody_is_changed_by_nonsense(admin: Any, wiki: Service, fields: dict[str, str]) -> None:
    assert admin.post(CHANGE, {"what": "remove", **fields}).url == PAGE
    assert not ChangeDraft.objects.exists()


def test_too_many_are_refused_in_words(admin: Any, wiki: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seatwise.licenses.selection.MOST", 3)
    answer = admin.post(CHANGE, {"what": "remove", "everything": "on"}, follow=True)
    assert "At most 3 people can be changed at once." in answer.content.decode()


def test_department_administrators_choose_from_their_people_and_unaffiliated_ones(
    client: Any, wiki: Service, bob: User
) -> None:
    client.force_login(bob)
    assert client.get(PAGE).status_code == 404
    assert "Services &amp; Users" not in client.get("/").content.decode()
    wiki.change(by=None, department_admins_change_licenses=True)
    assert "Services &amp; Users" in client.get("/").content.decode()
    assert client.get("/administration/licenses/users/").url == PAGE
    page = client.get(PAGE)
    assert logins(page) == ["emil", "fred", "dora"]
    assert "10" not in page.content.decode().partition("</h1>")[2][:200]
    assert "6 free" in page.content.decode()
    assert logins(client.get(f"{PAGE}?who=others&department=~unaffiliated~")) == ["alice", "audrey", "ina"]
    assert client.get(f"{PAGE}?department=accounting").status_code == 400
    choose(client, "dora")
    press(client, ChangeDraft.objects.get(), bob)
    assert "dora" not in held(wiki)


def test_nobody_changes_people_of_another_department_by_their_ids(client: Any, wiki: Service, bob: User) -> None:
    wiki.change(by=None, department_admins_change_licenses=True)
    client.force_login(bob)
    answer = choose(client, "greta")
    page = client.get(answer.url).content.decode()
    assert "1 of the selected people is not in your departments" in page
    assert "Greta" not in page
    press(client, ChangeDraft.objects.get(), bob)
    assert "greta" in held(wiki)
    assert client.get(f"/administration/people/{ids('greta')[0]}/licenses/").status_code == 404
    assert client.get(f"/administration/people/{ids('hal')[0]}/licenses/").status_code == 200


def test_an_auditor_reads_and_members_are_refused(client: Any, wiki: Service, audrey: User, charlie: User) -> None:
    client.force_login(audrey)
    for address in (PAGE, LIST, f"/administration/people/{ids('emil')[0]}/licenses/"):
        page = client.get(address).content.decode()
        assert "Remove licenses…" not in page
        assert 'type="checkbox" name="user"' not in page
        assert "Preview…" not in page
    assert choose(client, "emil").status_code == 403
    client.force_login(charlie)
    for address in (PAGE, "/administration/licenses/users/", "/administration/licenses/changes/"):
        assert client.get(address).status_code == 403
    assert choose(client, "emil").status_code == 403


def test_somebody_elses_draft_is_not_there(client: Any, wiki: Service, alice: User, bob: User) -> None:
    kept = draft(alice, wiki, "remove", "emil")
    wiki.change(by=None, department_admins_change_licenses=True)
    client.force_login(bob)
    address = f"/administration/licenses/drafts/{kept.pk}/"
    assert client.get(address).status_code == 404
    assert press(client, kept, alice).status_code == 404
    assert "emil" in held(wiki)


def test_a_person_has_a_box_for_each_service(admin: Any, wiki: Service, alice: User) -> None:
    Service.objects.add(code="mail", name="Mail", by=None)
    address = f"/administration/people/{ids('emil')[0]}/licenses/"
    page = admin.get(address)
    assert [(str(box.service), bool(box.held)) for box in page.context["boxes"]] == [("Mail", False), ("Wiki", True)]
    assert "15 Oct 2026" in page.content.decode()
    answer = admin.post(address, {"service": ["mail"], "was": ["wiki"]})
    preview = admin.get(answer.url).content.decode()
    assert "Change the licenses of Emil" in preview
    assert "Add 1 license for Mail" in preview
    press(admin, ChangeDraft.objects.get(), alice)
    assert set(License.objects.held().by(users("emil")).values_list("service__code", flat=True)) == {"mail"}
    assert Change.objects.last().how == "person"


def test_days_on_the_page_of_a_person_are_at_least_so_many_where_there_are_no_records(
    admin: Any, wiki: Service
) -> None:
    address = f"/administration/people/{ids('emil')[0]}/licenses/"
    days_30 = Usage.objects.get(service=wiki, user__login="emil").days_30
    assert f">{days_30}</td>" in admin.get(address).content.decode()
    Coverage.objects.filter(service=wiki).delete()
    assert f">≥ {days_30}</td>" in admin.get(PAGE).content.decode()
    assert f">≥ {days_30}</td>" in admin.get(address).content.decode()


def test_boxes_take_back_nothing_that_others_did_meanwhile(admin: Any, wiki: Service) -> None:
    Service.objects.add(code="mail", name="Mail", by=None)
    address = f"/administration/people/{ids('emil')[0]}/licenses/"
    grants.revoke([License.objects.held().get(user__login="emil")], by=None, reason="", on=TODAY)
    admin.post(address, {"service": ["wiki", "mail"], "was": ["wiki"]})
    assert [(step["what"], len(step["users"])) for step in ChangeDraft.objects.get().steps] == [("add", 1)]
    assert admin.post(address, {"service": ["wiki"], "was": ["wiki"]}).url == address


def test_a_guest_has_no_boxes_to_tick(admin: Any, wiki: Service, gail: User) -> None:
    page = admin.get(f"/administration/people/{gail.pk}/licenses/").content.decode()
    assert "Guest users hold no licenses." in page
    assert "Preview…" not in page


@pytest.mark.parametrize("who", ["holders", "others", "all"])
def test_the_number_of_queries_does_not_grow(
    admin: Any, wiki: Service, django_assert_max_num_queries: Any, who: str
) -> None:
    for number in range(30):
        user = people.add({"login": f"more{number}", "departments": ["sales"]}, by=None, on=TODAY)
        if number < 5:
            grants.grant_one(service=wiki, user=user, by=None, reason="", on=TODAY)
    with django_assert_max_num_queries(20):
        admin.get(f"{PAGE}?who={'' if who == 'holders' else who}")


def test_the_number_of_queries_of_a_preview_does_not_grow(
    admin: Any, wiki: Service, django_assert_max_num_queries: Any
) -> None:
    contract_terms.change(Contract.objects.get(), by=None, on=TODAY, seats=100)
    added = [people.add({"login": f"more{n}", "departments": ["sales"]}, by=None, on=TODAY) for n in range(40)]
    grants.grant(service=wiki, users=added, by=None, reason="", on=LONG_AGO, in_effect=True)
    for count in (1, 40):
        answer = choose(admin, *(user.login for user in added[:count]))
        with django_assert_max_num_queries(46):
            admin.get(answer.url)


def test_the_number_of_queries_of_a_person_does_not_grow(
    admin: Any, wiki: Service, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        Service.objects.add(code=f"s{number}", name=f"S{number}", by=None)
    with django_assert_max_num_queries(21):
        admin.get(f"/administration/people/{ids('emil')[0]}/licenses/")


def test_it_speaks_japanese(admin: Any, wiki: Service, alice: User) -> None:
    preview = choose(admin, "emil").url
    people.change(alice, {"language": "ja"}, by=None, on=TODAY)
    for address, text in (
        (PAGE, "ライセンスを解除…"),
        (preview, "Wikiのライセンス1件の解除"),
        ("/administration/licenses/changes/", "ライセンスの変更"),
        (f"/administration/people/{alice.pk}/licenses/", "Aliceのライセンス"),
    ):
        assert text in admin.get(address).content.decode()
