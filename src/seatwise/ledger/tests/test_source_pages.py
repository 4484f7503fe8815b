"""The pages of sources: who may, what they show, what they change."""

import datetime
import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.cast import post_changed
from seatwise.directory.models import Service, User
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import Coverage, LogImport, Snapshot, Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.ledger.tests.world import ZONE, add_person, add_service, add_source, day, facts_of
from seatwise.ledger.words import REASONS
from seatwise.logs.facts import REASON_NAMES
from seatwise.logs.rules import ASSETS, Rules
from seatwise.logs.tests.samples import combined

BASE = "/administration/sources/"
TODAY = day("2026-11-24")
pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def wiki(db: None) -> Service:
    return add_service("wiki")


@pytest.fixture
def source(wiki: Service) -> Source:
    found: Source = Source.objects.add(
        code="nginx", name="Front nginx", rules=ReadingRules("combined", services={"wiki": Rules()}), by=None
    )
    return found


def body(response: Any) -> str:
    text = b"".join(response.streaming_content) if response.streaming else response.content
    return text.decode()


def fields(**others: Any) -> dict[str, Any]:
    """What the form sends for a source of the wiki as it is by default."""
    usual = {"name": "nginx", "verified": "on", "part": "redundant", "format": "combined", "serves-wiki": "on"}
    usual["longest_silence"] = "4"
    globs = {"hosts-wiki": "", "screens-wiki": "*", "apis-wiki": "/api/*", "assets-wiki": "*.css"}
    return {**usual, **globs, **others}


def dump() -> dict[str, list[tuple[Any, ...]]]:
    """All that the database holds."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = cursor.fetchall()
    return found


def test_who_may_open_which_page(client: Client, cast: dict[str, User], source: Source) -> None:
    done = LogImport.objects.create(revision=source.revision, files=["a.log"], state="done")
    report = Snapshot.objects.create(
        service=Service.objects.get(), revision=source.revision, as_of=datetime.date(2026, 11, 1), file="r.csv"
    )
    reading = ["", "formats/", f"{source.pk}/", "imports/", f"imports/{done.pk}/"]
    reading += ["snapshots/", f"snapshots/{report.pk}/"]
    writing = ["add/", f"{source.pk}/edit/", f"{source.pk}/upload/", f"{source.pk}/revisions/1/forgetting/"]
    writing += ["snapshots/add/"]
    for page in reading + writing:
        client.logout()
        assert client.get(BASE + page).headers["Location"] == f"/account/login/?next={BASE}{page}"
        for login in ("alice", "audrey", "bob", "charlie"):
            client.force_login(cast[login])
            allowed = login == "alice" or (login == "audrey" and page in reading)
            answer = client.get(BASE + page)
            assert answer.status_code == (200 if allowed else 403), (page, login)
            assert ("You do not have access to this page" in body(answer)) != allowed, (page, login)


def test_an_auditor_looks_at_everything_and_changes_nothing(
    client: Client, cast: dict[str, User], source: Source
) -> None:
    client.force_login(cast["audrey"])
    before = Entry.objects.count()
    for page in ("", f"{source.pk}/", "imports/", "snapshots/"):
        text = body(client.get(BASE + page))
        for changing in ("add/", "edit/", "upload/", "trial/", "forgetting/"):
            assert f'{changing}"' not in text, (page, changing)
    for page in ("add/", f"{source.pk}/edit/", f"{source.pk}/trial/", f"{source.pk}/upload/", "snapshots/add/"):
        assert client.post(BASE + page, {}).status_code == 403, page
    assert client.post(f"{BASE}{source.pk}/revisions/1/forgetting/").status_code == 403
    assert client.post(f"{BASE}snapshots/drafts/1/").status_code == 403
    assert client.post(f"{BASE}snapshots/drafts/1/discarding/").status_code == 403
    assert Entry.objects.count() == before


@pytest.mark.parametrize("language", ["en", "ja"])
def test_pages_are_shown_in_both_languages_empty_and_full(admin: Client, alice: User, language: str) -> None:
    User.objects.filter(pk=alice.pk).update(language=language)
    for page in ("", "add/", "formats/", "imports/", "snapshots/", "snapshots/add/"):
        assert f'lang="{language}"' in body(admin.get(BASE + page)), page
    source = add_source("nginx", add_service("wiki"))
    for page in ("", f"{source.pk}/", f"{source.pk}/edit/", f"{source.pk}/upload/"):
        assert f'lang="{language}"' in body(admin.get(BASE + page)), page


def test_a_page_answers_only_what_it_is_for(admin: Client, source: Source) -> None:
    before = dump()
    for page in ("", "formats/", f"{source.pk}/", "imports/", "snapshots/"):
        assert admin.post(BASE + page).status_code == 405, page
    assert admin.get(f"{BASE}{source.pk}/trial/").status_code == 405
    for page in ("999/", "999/edit/", "999/upload/", f"{source.pk}/revisions/9/forgetting/", "imports/999/"):
        assert admin.get(BASE + page).status_code == 404, page
    assert dump() == before


def test_the_list_says_how_far_each_source_is(admin: Client, source: Source, wiki: Service) -> None:
    facts = facts_of({"ann": [day("2026-10-30"), day("2026-11-02")]})
    merge(source.revision, wiki, facts, zone=ZONE, today=TODAY)
    other = add_source("other", add_service("mail"), verified=False, retired_on=datetime.date(2026, 1, 1))
    other.change(by=None, rules=ReadingRules("caddy", services={"mail": Rules()}))
    text = body(admin.get(BASE + "?format=csv")).splitlines()
    assert text[0].startswith("\ufeffSource,Code,Services,Format,Revision,")
    assert "Front nginx,nginx,Wiki,combined,1,yes,,2026-11-02," in text
    assert "other,other,Mail,caddy,2,no,,,2026-01-01" in text
    shown = [row.thing.code for row in admin.get(BASE).context["list"].rows]
    assert shown == ["nginx", "other"]


def test_the_list_can_be_narrowed(admin: Client, source: Source) -> None:
    moved = add_source("moved", Service.objects.get())
    moved.change(by=None, rules=ReadingRules(services={add_service("mail").code: Rules()}))

    def shown(query: str) -> set[str]:
        return {row.thing.code for row in admin.get(f"{BASE}?{query}").context["list"].rows}

    assert shown("text=front") == {"nginx"}
    assert shown("service=wiki") == {"nginx"}  # what an earlier revision served counts no more
    assert shown("service=mail") == {"moved"}
    assert "unknown parameters: colour" in body(admin.get(BASE + "?colour=red"))


def test_the_list_asks_the_database_as_often_for_many_as_for_few(
    admin: Client, wiki: Service, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        add_source(f"source{number}", wiki)
    with django_assert_max_num_queries(12):
        admin.get(BASE)


def test_a_source_is_added_with_its_rules(admin: Client, alice: User, wiki: Service) -> None:
    more = {"programs": "robot\n backup \n\n", "log_zone": "UTC", "login_field": "", "hosts-wiki": "wiki.example.com"}
    response = admin.post(BASE + "add/", fields(code="front", **more))
    assert response.status_code == 302, body(response)
    rules = Source.objects.get(code="front").revision.rules()
    wanted = Rules(("wiki.example.com",), ("*",), ("/api/*",), ("*.css",), ("robot", "backup"))
    assert rules == ReadingRules("combined", "", "UTC", False, ("robot", "backup"), {"wiki": wanted})
    entry = Entry.objects.newest_first()[0]
    assert (entry.verb, entry.by) == ("source.add", alice)


def test_the_form_shows_the_usual_globs(admin: Client, wiki: Service) -> None:
    assert "*.webmanifest" in body(admin.get(BASE + "add/"))
    usual = {f"{key}-wiki": "\r\n".join(globs) for key, globs in (("screens", ["*"]), ("assets", ASSETS))}
    admin.post(BASE + "add/", fields(code="front", **usual))
    assert Source.objects.get(code="front").revision.rules().services["wiki"].assets == ASSETS


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"format": "written", "written": "%h %l"}, "The format lacks the login"),
        ({"format": "written", "written": ""}, "Enter the format"),
        ({"written": "%h"}, "Choose “custom, as entered below”"),
        ({"login_field": "x-user"}, "has no field &#x27;x-user&#x27; for the login"),
        ({"log_zone": "Tokyo"}, "This is not a time zone"),
        ({"apis-wiki": "/api/*\nrest/*"}, "“rest/*” matches no path"),
        ({"screens-wiki": ""}, "Without screens there is no access"),
        ({"serves-wiki": ""}, "Choose at least one service"),
        ({"code": "Bad code"}, "A code has at most 50"),
        ({"code": "taken"}, "A source with the code “taken” already exists"),
        ({"part": "other"}, "Select a valid choice"),
        ({"retired_on": "soon"}, "Enter a valid date"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(admin: Client, wiki: Service, wrong: dict[str, str], said: str) -> None:
    add_source("taken", wiki)
    asked = {key: value for key, value in fields(**{"code": "new", **wrong}).items() if value or key != "serves-wiki"}
    text = body(admin.post(BASE + "add/", asked))
    assert said in text
    assert "--login-field" not in text
    assert not Source.objects.filter(code="new").exists()


def test_a_source_needs_a_service(admin: Client) -> None:
    assert "There is no service yet. Add one first." in body(admin.post(BASE + "add/", {"code": "a", "name": "a"}))


def test_changing_a_name_begins_no_revision(admin: Client, source: Source) -> None:
    shown = admin.get(f"{BASE}{source.pk}/edit/")
    assert "Changing anything below starts revision 2" in body(shown)
    same = {bound.name: bound.value() for bound in shown.context["form"]}
    asked = {key: value for key, value in same.items() if value not in (None, False)}
    assert admin.post(f"{BASE}{source.pk}/edit/", asked | {"name": "New"}).status_code == 302
    source.refresh_from_db()
    assert (source.name, source.revision.number) == ("New", 1)
    said = body(admin.post(f"{BASE}{source.pk}/edit/", asked | {"name": "New"}, follow=True))
    assert "Nothing was changed." in said


def test_changing_rules_says_first_that_it_begins_a_revision(admin: Client, source: Source) -> None:
    page = f"{BASE}{source.pk}/edit/"
    asked = fields(programs="robot")
    shown = post_changed(admin, page, asked)
    assert "This starts revision 2. Nothing has been saved yet." in body(shown)
    assert "programs: – → robot" in body(shown)
    assert source.revision.number == 1
    again = post_changed(admin, page, asked | {"begins": shown.context["begins"], "log_zone": "UTC"})
    assert "This starts revision 2" in body(again)  # since these are not the rules that were looked at
    confirmed = post_changed(admin, page, asked | {"begins": shown.context["begins"]})
    assert confirmed.status_code == 302
    assert (source.revision.number, source.revision.programs) == (2, ["robot"])
    assert Entry.objects.newest_first()[0].verb == "source.change"


def test_a_vendors_source_has_no_rules_to_change(admin: Client, wiki: Service) -> None:
    vendor = add_source("wiki-vendor", wiki, kind=Source.Kind.VENDOR)
    text = body(admin.get(f"{BASE}{vendor.pk}/edit/"))
    assert "Reading rules" not in text
    post_changed(admin, f"{BASE}{vendor.pk}/edit/", {"name": "Vendor", "part": "redundant"})
    vendor.refresh_from_db()
    assert (vendor.name, vendor.verified, vendor.revision.number) == ("Vendor", False, 1)
    assert admin.get(f"{BASE}{vendor.pk}/upload/").status_code == 404
    assert "Test log lines" not in body(admin.get(f"{BASE}{vendor.pk}/"))


def test_the_page_says_which_days_are_covered(admin: Client, source: Source, wiki: Service) -> None:
    first, last = day("2026-09-30"), day("2026-11-20")
    gap = {day("2026-10-10"), day("2026-10-11")}
    listened = [one for one in range(first, last + 1) if one not in gap]
    merge(source.revision, wiki, facts_of({"ann": [first]}, listened), zone=ZONE, today=TODAY)
    response = admin.get(f"{BASE}{source.pk}/")
    text = body(response)
    assert "50 days are covered, from 30 September 2026 to 20 November 2026." in text
    (calendar,) = response.context["calendars"]
    assert [str(one) for gap in calendar.gaps for one in gap] == [
        *("2026-11-21", "2026-11-23"),
        *("2026-10-10", "2026-10-11"),
    ]
    looks = [look for month in calendar.months for _x, look in month.cells]
    assert (looks.count("d"), looks.count("x")) == (50, 5)
    assert len(looks) == sum(1 for _ in range(day("2025-11-01"), day("2026-12-01")))
    assert "unknown: 10–11" in re.sub(r"\s+", " ", text)


def test_the_calendar_of_an_old_source_ends_with_its_last_month(admin: Client, source: Source, wiki: Service) -> None:
    merge(source.revision, wiki, facts_of({"ann": [day("2024-06-30")]}), zone=ZONE, today=TODAY)
    (calendar,) = admin.get(f"{BASE}{source.pk}/").context["calendars"]
    assert [str(month.first) for month in calendar.months][::12] == ["2024-06-01", "2023-06-01"]


def test_forgetting_a_revision_is_confirmed_and_then_done(admin: Client, source: Source, wiki: Service) -> None:
    merge(source.revision, wiki, facts_of({"ann": [TODAY - 3, TODAY]}), zone=ZONE, today=TODAY)
    page = f"{BASE}{source.pk}/revisions/1/forgetting/"
    text = body(admin.get(page))
    assert "For Wiki, all access that this revision found on 4 covered days is removed." in text
    assert "a new one starts with the same rules" in text
    assert Coverage.objects.exists()
    assert "was removed" in body(admin.post(page, follow=True))
    assert not Coverage.objects.exists()
    assert (source.revision.number, source.revision.format) == (2, "combined")
    assert Entry.objects.filter(verb="revision.forget").exists()
    assert admin.get(page).status_code == 404


def test_pasted_lines_are_explained_and_nothing_is_stored(admin: Client, source: Source) -> None:
    lines = [combined("alice", "GET /page HTTP/1.1"), combined("alice", "GET /api/x HTTP/1.1"), b"nonsense\n"]
    admin.get(BASE)
    before = dump()
    response = admin.post(f"{BASE}{source.pk}/trial/", {"lines": b"".join(lines).decode().replace("\n", "\r\n")})
    trial = response.context["trial"]
    assert [line.verdicts[0].label for line in trial.lines] == ["access", "API", "not in the format"]
    assert trial.accesses == 1
    assert "/page is a screen" in body(response)
    assert "no-store" in response["Cache-Control"]
    assert dump() == before


def test_lines_are_explained_for_each_service_of_a_source(admin: Client, wiki: Service) -> None:
    add_service("mail")
    hosts = {"wiki": Rules(("wiki.example.com",)), "mail": Rules(("mail.example.com",))}
    source = Source.objects.add(code="both", name="both", rules=ReadingRules("vhost-combined", services=hosts), by=None)
    line = b"wiki.example.com:443 " + combined("alice")
    (tried,) = admin.post(f"{BASE}{source.pk}/trial/", {"lines": line.decode()}).context["trial"].lines
    assert [(one.service.code, one.counts) for one in tried.verdicts] == [("mail", False), ("wiki", True)]
    assert tried.verdicts[0].why == "the host wiki.example.com does not belong to this service"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("x\n" * 201, "These are 201 lines; the limit is 200."),
        ("x" * 65537, "This is more than 64 KiB."),
        ("\n \n", "Paste one or more lines."),
        ("", "This field is required."),
    ],
)
def test_too_much_and_too_little_is_refused(admin: Client, source: Source, lines: str, said: str) -> None:
    assert said in body(admin.post(f"{BASE}{source.pk}/trial/", {"lines": lines}))


def test_as_much_as_is_allowed_is_explained(admin: Client, source: Source) -> None:
    line = combined("alice").decode()
    assert len(admin.post(f"{BASE}{source.pk}/trial/", {"lines": line * 200}).context["trial"].lines) == 200


def test_lines_of_no_known_format_are_said_to_be_so(admin: Client, wiki: Service) -> None:
    auto = add_source("auto", wiki)
    text = body(admin.post(f"{BASE}{auto.pk}/trial/", {"lines": "nonsense 10.0.0.1"}))
    assert "no named format fits" in text


def test_a_directive_that_lacks_something_is_said(admin: Client, wiki: Service) -> None:
    iis = Source.objects.add(code="iis", name="iis", rules=ReadingRules("iis", services={"wiki": Rules()}), by=None)
    response = admin.post(f"{BASE}{iis.pk}/trial/", {"lines": "#Fields: date time\n2026-10-10 04:55:36"})
    assert "The format lacks the login" in body(response)


def test_every_reason_has_words() -> None:
    assert set(REASONS) == set(REASON_NAMES)


def test_every_deed_of_the_ledger_is_named_for_the_audit_log() -> None:
    from seatwise.audit.verbs import VERBS

    verbs = {"source.add", "source.change", "revision.forget", "snapshot.import"}
    assert verbs | {"import.upload", "import.done", "import.failed"} <= VERBS.keys()


def test_the_ledger_takes_part_in_the_daily_tick() -> None:
    from seatwise.ledger import as_of, tasks
    from seatwise.site.daily_work import DAILY

    assert apps.is_installed("seatwise.ledger")
    assert tasks.take_up_uploads in DAILY
    assert as_of.roll_services in DAILY


def test_the_daily_roll_moves_services_on(wiki: Service, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    from seatwise.ledger import as_of
    from seatwise.ledger.models import AsOf

    add_person("ann")
    merge(source.revision, wiki, facts_of({"ann": [TODAY - 9, TODAY + 1]}), zone=ZONE, today=TODAY)
    assert AsOf.objects.get().day == TODAY
    assert as_of.roll_services(datetime.date(2026, 11, 24)) is None
    monkeypatch.setattr(as_of, "today", lambda: TODAY + 1)
    assert as_of.roll_services(datetime.date(2026, 11, 25)) == "services brought up to today: 1"
    assert AsOf.objects.get().day == TODAY + 1
