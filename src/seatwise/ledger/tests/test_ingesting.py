"""Logs into the ledger: once, twice, in pieces, by a source of several services, and not at all where it fails."""

import datetime
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Login, Service, User
from seatwise.ledger import ingestion
from seatwise.ledger.as_of import roll
from seatwise.ledger.fact_merge import forget
from seatwise.ledger.ingestion import claim, ingest
from seatwise.ledger.models import AccessMonth, Coverage, LogImport, Recording, ServiceAccount, Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.ledger.statements import logins_and_days
from seatwise.ledger.tests.world import ON, add_person, add_service, add_source, day, ledger, license_for, usage_rows
from seatwise.logs.fields import FormatError
from seatwise.logs.inputs import UnreadableInput
from seatwise.logs.named_formats import NAMED
from seatwise.logs.places import find_inputs
from seatwise.logs.rules import Rules
from seatwise.logs.tests.samples import combined

pytestmark = pytest.mark.django_db
TODAY = "2026-11-24"
Write = Callable[..., Path]


def line(login: str, date: str, request: str = "GET / HTTP/1.1", status: int = 200, hour: int = 3) -> bytes:
    """A line of a day in Asia/Tokyo, which the server wrote in UTC."""
    when = datetime.datetime.fromisoformat(f"{date}T{hour:02}:00:00+00:00")
    return combined(login, request, status, when.strftime("%d/%b/%Y:%H:%M:%S +0000"))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes lines to a file."""

    def lines(name: str, *some: bytes) -> Path:
        (tmp_path / name).write_bytes(b"".join(some))
        return tmp_path / name

    return lines


@pytest.fixture
def wiki(db: None, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service, whose seats ann, ben and ivan (inactive) have since 2020; gail is a guest."""
    from seatwise.directory.models import User

    with monkeypatch.context() as patched:
        patched.setattr(timezone, "now", lambda: datetime.datetime.combine(ON, datetime.time(), datetime.UTC))
        wiki = add_service("wiki")
        license_for(wiki, *(add_person(login) for login in ("ann", "ben", "ivan")))
        add_person("zoe")
        add_person("gail", kind="guest")
        people.deactivate(User.objects.get(login="ivan"), by=None, on=ON)
    return wiki


@pytest.fixture
def source(wiki: Service) -> Source:
    """Where the lines come from."""
    rules = ReadingRules(format="combined", services={"wiki": Rules()}, programs=("robot",))
    source: Source = Source.objects.add(code="nginx", name="nginx", rules=rules, by=None)
    return source


def read(source: Source, *paths: Path) -> LogImport:
    """Import logs."""
    found = LogImport.objects.create(revision=source.revision, files=[path.name for path in paths])
    assert claim(found)
    ingest(found, find_inputs([str(path) for path in paths]))
    return found


LINES = (
    line("-", "2026-10-20"),
    line("ann", "2026-10-21"),
    line("ann", "2026-10-26"),
    line("ANN", "2026-11-20", hour=16),  # the 21st in Tokyo
    line("ben", "2026-11-23", "GET /api/x HTTP/1.1"),
    line("ben", "2026-11-22", status=401),
    line("ivan", "2026-11-22"),
    line("zoe", "2026-11-22"),
    line("gail", "2026-11-22"),
    line("mallory", "2026-11-23"),
    line("robot", "2026-11-23"),
    line("ann", "2026-11-25"),  # tomorrow
    line("ann", "2026-11-26"),
    b"what is this\n",
)


def test_an_import_keeps_its_account(source: Source, wiki: Service, write: Write) -> None:
    done = read(source, write("access.log", *LINES))
    account = done.accounts.get()
    assert (done.state, done.format) == ("done", "combined")
    assert (account.lines, account.accesses) == (14, 8)
    assert {name: count for name, count in account.reasons.items() if count} == {
        "malformed": 1, "future": 1, "anonymous": 1, "failed": 1, "api": 1, "system_account": 1,
    }  # fmt: skip
    assert account.lines == account.accesses + sum(account.reasons.values())
    assert (account.first_day, account.last_day) == (day("2026-10-20"), day("2026-11-25"))
    assert account.findings == {"inactive": ["ivan"], "unlicensed": ["zoe"]}
    assert (account.unknown, account.unknown_count) == (["mallory"], 1)
    assert (account.logins, account.user_days) == (5, 8)
    assert logins_and_days(wiki) == (5, 8)
    seen = AccessMonth.objects.filter(service=wiki).exclude(days=0)[0]
    other = add_source("other", wiki).revision
    more = {"login": seen.login, "revision": other, "days": seen.days ^ 3, "program_days": 0}
    AccessMonth.objects.create(service=wiki, month=seen.month, **more)
    assert logins_and_days(wiki) == (5, 8 + (3 & ~seen.days).bit_count())
    entry = Entry.objects.get(verb="import.done")
    assert entry.after["accesses"] == {"wiki": 8}


def test_a_refusal_names_the_file_that_no_format_fits_and_a_pipe_is_not_opened(
    source: Source, write: Write, tmp_path: Path
) -> None:
    source.change(by=None, rules=ReadingRules(format="auto", services={"wiki": Rules()}))
    os.mkfifo(tmp_path / "a.log")
    write("b-error.log", b"what is this\n")
    with pytest.raises(FormatError) as error:
        read(source, tmp_path)
    assert str(error.value).startswith(f"{tmp_path}/b-error.log: no named format fits.")
    assert str(error.value).endswith("Its first line looks like: aaaa aa aaaa")


def test_what_is_said_of_any_service_is_kept_once(source: Source, write: Write) -> None:
    add_service("blog")
    services = {"wiki": Rules(screens=("/wiki*",)), "blog": Rules()}
    source.change(by=None, rules=ReadingRules(format="combined", services=services))
    done = read(source, write("access.log", line("a b", TODAY), line("c d", TODAY)))
    assert [each["code"] for each in done.remarks] == ["InputCode.LOGINS_WITH_BLANKS"]


def test_samples_name_files_as_they_are_called_and_nothing_personal(
    source: Source, wiki: Service, write: Write, tmp_path: Path
) -> None:
    account = read(source, write("access.log", *LINES)).accounts.get()
    assert account.samples["malformed"][0]["file"] == "access.log"
    text = str(account.samples)
    assert str(tmp_path) not in text
    assert "192.0.2.7" not in text
    assert "Mozilla" not in text


def test_usage_is_what_the_log_says(source: Source, wiki: Service, write: Write) -> None:
    read(source, write("access.log", *LINES))
    rows = usage_rows()
    assert rows["wiki", "ann"][0::2] == (day("2026-11-21"), 2)
    assert rows["wiki", "ben"] == (0, 0, 0, day("2026-11-23"))
    with_tomorrow = roll_to(wiki, "2026-11-25")
    assert with_tomorrow["wiki", "ann"][0::2] == (day("2026-11-25"), 2)  # the 26th of October has left


def roll_to(service: Service, date: str) -> dict[tuple[str, str], tuple[int, ...]]:
    """The usage on a later day."""
    roll(service, day(date))
    return dict(usage_rows(service))


def test_the_same_logs_again_in_pieces_and_in_any_order_change_nothing(
    source: Source, wiki: Service, write: Write
) -> None:
    read(source, write("access.log", *LINES))
    before = ledger()
    read(source, write("access.log", *LINES))
    read(source, write("b.log", *LINES[7:]))
    read(source, write("a.log", *reversed(LINES[:7])))
    read(source, write("one", *LINES[3:9]), write("two", *LINES[5:11]))
    assert ledger() == before


def test_two_halves_in_the_wrong_order_are_the_whole(source: Source, wiki: Service, write: Write) -> None:
    lines = [line("ann", f"2026-{month:02}-{n:02}") for month in (9, 10) for n in range(1, 29, 3)]
    read(source, write("later.log", *lines[9:]))
    read(source, write("earlier.log", *lines[:11]))
    halves = ledger()
    other = Source.objects.add(
        code="other", name="other", by=None, rules=ReadingRules(format="combined", services={"wiki": Rules()})
    )
    forget(source.revision, by=None, on=ON)
    read(other, write("whole.log", *lines))
    assert ledger()["usage"] == halves["usage"]
    assert ledger()["as of"] == halves["as of"]
    assert [(*row[:3], *row[4:]) for row in ledger()["months"]] == [(*row[:3], *row[4:]) for row in halves["months"]]


def test_people_imported_before_or_after_their_logs_give_the_same_list(
    source: Source, wiki: Service, write: Write
) -> None:
    add_person("before")
    read(source, write("log", line("before", "2026-11-20"), line("after", "2026-11-20"), line("after", "2026-01-20")))
    after, before = add_person("after"), Login.objects.get(folded="before").user
    assert before is not None
    license_for(wiki, after, before)
    rows = usage_rows()
    assert rows["wiki", "after"] == rows["wiki", "before"]
    assert rows["wiki", "after"].last_day == day("2026-11-20")


def test_a_license_from_before_the_login_counts_the_log_too(source: Source, wiki: Service, write: Write) -> None:
    person = add_person("later")
    license_for(wiki, person)
    read(source, write("log", line("old-name", "2026-11-20")))
    assert usage_rows()["wiki", "later"].last_day == 0
    people.change(person, {"login": "old-name"}, by=None, on=ON)
    assert usage_rows()["wiki", "old-name"].days_30 == 1


def test_services_share_a_source_by_host_and_path(wiki: Service, write: Write) -> None:
    mail = add_service("mail")
    add_service("shop")
    rules = {
        "wiki": Rules(hosts=("www.example.com",), screens=("/wiki/*",), apis=(), assets=()),
        "mail": Rules(hosts=("www.example.com",), screens=("/mail/*",), apis=(), assets=()),
        "shop": Rules(hosts=("shop.example.com",)),
    }
    source = Source.objects.add(
        code="shared", name="shared", by=None, rules=ReadingRules(format="vhost-combined", services=rules)
    )
    www, shop = b"www.example.com:443 ", b"shop.example.com:443 "
    done = read(
        source,
        write(
            "log",
            www + line("ann", "2026-11-20", "GET /wiki/x HTTP/1.1"),
            www + line("ben", "2026-11-21", "GET /mail/ HTTP/1.1"),
            shop + line("ann", "2026-11-22", "GET /wiki/ HTTP/1.1"),
        ),
    )
    login = dict(Login.objects.values_list("pk", "written"))
    found = {(row.service.code, login[row.login_id], row.days) for row in AccessMonth.objects.select_related("service")}
    assert found == {("wiki", "ann", 1 << 19), ("mail", "ben", 1 << 20), ("shop", "ann", 1 << 21)}
    assert {one.service.code: (one.lines, one.accesses) for one in done.accounts.select_related("service")} == {
        "wiki": (3, 1), "mail": (3, 1), "shop": (3, 1),
    }  # fmt: skip
    assert {code for code, _ in ledger()["as of"]} == {"wiki", "mail", "shop"}
    assert usage_rows()["wiki", "ann"][0::2] == (day("2026-11-20"), 1)
    assert mail.as_of.day == day("2026-11-22")


def test_standard_input_is_read_for_several_services_at_once(wiki: Service) -> None:
    add_service("mail")
    source = Source.objects.add(
        code="shared",
        name="s",
        by=None,
        rules=ReadingRules(format="combined", services={"wiki": Rules(), "mail": Rules()}),
    )
    found = LogImport.objects.create(revision=source.revision, files=["-"])
    import io

    from seatwise.logs.inputs import Input

    data = combined("ann", time="10/Oct/2026:12:00:00 +0000")
    ingest(found, [Input("-", head=data, stream=io.BytesIO(data))])
    assert {month[0] for month in ledger()["months"]} == {"wiki", "mail"}
    assert {account.lines for account in found.accounts.all()} == {2}


@pytest.mark.parametrize("place", ["merge_staged", "write_account", "finish", "countable_day", "advance"])
def test_what_fails_between_reading_and_finishing_leaves_nothing_behind(
    source: Source, wiki: Service, write: Write, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    log = write("access.log", *LINES)
    before, entries = ledger(), Entry.objects.count()
    module = "seatwise.ledger.ingestion" if hasattr(ingestion, place) else "seatwise.ledger.fact_merge"
    with monkeypatch.context() as patched:

        def fails(*args: object, **options: object) -> None:
            raise RuntimeError("power cut")

        patched.setattr(f"{module}.{place}", fails)
        with pytest.raises(RuntimeError, match="power cut"):
            read(source, log)
    assert ledger() == before
    assert not ServiceAccount.objects.exists()
    assert not Recording.objects.exists()
    assert Entry.objects.count() == entries
    again = read(source, log)
    once = ledger()
    assert again.accounts.get().accesses == 8
    assert Entry.objects.filter(verb="import.done").count() == 1
    read(source, log)
    assert ledger() == once


def test_another_zone_is_refused_before_anything_is_read(
    source: Source, wiki: Service, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(source, write("access.log", *LINES))
    before, logins = ledger(), Login.objects.count()
    monkeypatch.setenv("SEATWISE_TIME_ZONE", "America/New_York")
    monkeypatch.setattr(ingestion, "read_for_all", lambda *_args, **_options: pytest.fail("it was read"))
    with pytest.raises(Refused, match=r"time zone Asia/Tokyo, so days in America/New_York cannot be added"):
        read(source, write("new.log", line("newcomer", "2026-11-24")))
    assert ledger() == before
    assert Login.objects.count() == logins


def test_without_the_setting_the_recorded_zone_goes_on(
    source: Source, wiki: Service, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(source, write("access.log", line("ann", "2026-11-20", hour=16)))
    monkeypatch.delenv("SEATWISE_TIME_ZONE")
    monkeypatch.setenv("TZ", "America/New_York")
    read(source, write("access.log", line("ann", "2026-11-20", hour=16)))
    assert [row[-2] for row in ledger()["months"]] == [1 << 20]  # the 21st, in Tokyo


def test_times_without_an_offset_are_of_the_sources_zone(wiki: Service, write: Write) -> None:
    form = "log_format p '$time_iso8601|$remote_user|$request_method $uri|$status';"
    rules = ReadingRules(format=form, log_zone="America/New_York", services={"wiki": Rules()})
    source = Source.objects.add(code="local", name="local", by=None, rules=rules)
    read(source, write("log", b"2026-11-20T12:00:00|ann|GET /|200\n"))  # 2:00 on the 21st in Tokyo
    assert [row[-2] for row in ledger()["months"]] == [1 << 20]


@pytest.mark.parametrize(("longest_silence", "covered"), [(4, 2), (5, 6)])
def test_the_source_says_how_long_its_log_may_be_silent(
    wiki: Service, write: Write, longest_silence: int, covered: int
) -> None:
    rules = ReadingRules("combined", services={"wiki": Rules()}, longest_silence=longest_silence)
    source = Source.objects.add(code="quiet", name="quiet", rules=rules, by=None)
    read(source, write("a.log", line("ann", "2026-11-01"), line("ann", "2026-11-06")))
    assert sum(row.days.bit_count() for row in Coverage.objects.filter(service=wiki)) == covered


def test_other_rules_are_another_revision_beside_what_was_read_before(
    source: Source, wiki: Service, write: Write
) -> None:
    read(source, write("log", line("ann", "2026-11-20", "GET /a/x HTTP/1.1"), line("ann", "2026-11-21")))
    only_a = ReadingRules(format="combined", services={"wiki": Rules(screens=("/a/*",))})
    assert source.change(by=None, rules=only_a)
    read(source, write("log", line("ann", "2026-11-22", "GET /a/x HTTP/1.1"), line("ann", "2026-11-23")))
    assert usage_rows()["wiki", "ann"][0::2] == (day("2026-11-22"), 3)
    forget(source.revisions.get(number=1), by=None, on=ON)
    assert usage_rows()["wiki", "ann"][0::2] == (day("2026-11-22"), 1)


def test_a_forgotten_revision_reads_nothing_any_more(source: Source, wiki: Service, write: Write) -> None:
    waiting = LogImport.objects.create(revision=source.revision, files=["log"])
    forget(source.revision, by=None, on=ON)
    log = write("log", line("ann", "2026-11-20"))
    with pytest.raises(Refused, match="was removed"):
        ingest(waiting, find_inputs([str(log)]))
    assert ledger()["months"] == []
    read(source, log)
    assert usage_rows()["wiki", "ann"].days_30 == 1


@pytest.mark.parametrize(
    ("form", "content", "error"),
    [("combined", b"\x1f\x8b\x08\x00broken", UnreadableInput), ("auto", b"what is this\n" * 9, FormatError)],
)
def test_what_cannot_be_read_merges_nothing(
    wiki: Service, write: Write, form: str, content: bytes, error: type[Exception]
) -> None:
    source = Source.objects.add(
        code="bad", name="bad", by=None, rules=ReadingRules(format=form, services={"wiki": Rules()})
    )
    with pytest.raises(error):
        read(source, write("good.log.gz", content))
    assert ledger()["months"] == []
    assert not Recording.objects.exists()


def test_one_bad_file_of_several_merges_none_of_them(source: Source, wiki: Service, write: Write) -> None:
    with pytest.raises(UnreadableInput):
        read(source, write("a.log", *LINES), write("b.log.gz", b"\x1f\x8b\x08\x00broken"))
    assert ledger()["months"] == []


def test_odd_and_endless_logins_are_kept_apart_and_once(source: Source, wiki: Service, write: Write) -> None:
    odd = ["\\x00\\xff", "a" * 2000, "A" * 2000, "a" * 1999 + "b", "山田", "Stra\\xC3\\x9Fe"]
    lines = [line(login, "2026-11-20") for login in odd]
    read(source, write("log", *lines))
    once = ledger()
    read(source, write("log", *lines))
    assert ledger() == once
    assert all(len(login.folded) <= 512 for login in Login.objects.all())
    written = {login.written for login in Login.objects.unknown()}
    assert {"山田", "Straße"} <= written
    assert not any("\0" in login for login in written)


def test_a_program_of_the_source_is_nobody_and_counts_for_no_one(source: Source, wiki: Service, write: Write) -> None:
    Login.objects.ensure(["robot"])
    ann = Login.objects.get(folded="ann").user
    assert ann is not None
    Login.objects.get(folded="robot").give_to(ann, by=None)
    read(source, write("log", line("robot", "2026-11-23")))
    assert usage_rows()["wiki", "ann"] == (0, 0, 0, day("2026-11-23"))


def test_an_import_is_taken_by_one_reader_until_it_falls_silent(source: Source) -> None:
    found = LogImport.objects.create(revision=source.revision)
    assert claim(found)
    assert not claim(found)
    assert claim(found, stuck_after=-1)
    assert found.attempt == 2


def test_what_records_sign_ins_is_weak_evidence_from_then_on(tmp_path: Path, alice: User) -> None:
    wiki = add_service("wiki")
    source = add_source("sso", wiki)
    assert source.verified
    (tmp_path / "sso.log").write_text(f"{NAMED['sign-ins'].example}\n{NAMED['sign-ins'].example}\n")
    for _again in range(2):
        ingest(
            LogImport.objects.create(revision=source.revision, asked_by=alice),
            find_inputs([str(tmp_path / "sso.log")]),
        )
    source.refresh_from_db()
    assert not source.verified
    [entry] = Entry.objects.filter(verb="source.change")
    assert (entry.by, entry.before, entry.after) == (alice, {"verified": True}, {"verified": False})
