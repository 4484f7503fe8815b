"""Uploaded logs: kept, read once by the worker whatever happens to it, accounted for, and deleted."""

import datetime
import os
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from seatwise import configuration
from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.models import Login, User
from seatwise.ledger import ingestion, tasks, uploads
from seatwise.ledger.ingestion import claim, source_for
from seatwise.ledger.models import Coverage, LogImport, Revision, Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.ledger.part_ingestion import rules_for
from seatwise.ledger.tasks import read_upload
from seatwise.ledger.tests.test_source_pages import body, dump
from seatwise.ledger.tests.world import add_person, add_service, ledger, license_for
from seatwise.logs.fact_files import write_file
from seatwise.logs.formats import parse_format
from seatwise.logs.named_formats import NAMED
from seatwise.logs.part_reading import read_part
from seatwise.logs.parts import Shard
from seatwise.logs.places import find_inputs
from seatwise.logs.rules import Rules
from seatwise.logs.tests.samples import combined

BASE = "/administration/sources/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> Path:
    """Uploads lie in a directory of their own."""
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.MEDIA_ROOT.mkdir()
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def source(db: None, monkeypatch: pytest.MonkeyPatch) -> Source:
    wiki = add_service("wiki")
    with monkeypatch.context() as patched:
        patched.setattr(timezone, "now", lambda: datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
        license_for(wiki, add_person("ann"), add_person("ivy"))
        add_person("zoe")
        people.deactivate(User.objects.get(login="ivy"), by=None, on=datetime.date(2026, 1, 1))
    rules = ReadingRules("combined", services={"wiki": Rules()})
    found: Source = Source.objects.add(code="nginx", name="nginx", rules=rules, by=None)
    return found


def file(*lines: bytes, name: str = "access.log") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"".join(lines or [combined("ann")]))


def accept(source: Source, by: User, *files: SimpleUploadedFile) -> LogImport:
    return tasks.accept(source, files or [file()], by=by)


def left(place: Path) -> list[str]:
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())


def test_an_upload_is_kept_and_handed_to_the_worker(admin: Client, source: Source, place: Path) -> None:
    many = [file(name="old.log"), file(combined("zoe"), name="/etc/neu ü.log")]
    response = admin.post(f"{BASE}{source.pk}/upload/", {"logs": many})
    made = LogImport.objects.get()
    assert response["Location"] == f"{BASE}imports/{made.pk}/"
    assert (made.files, made.state, made.uploaded) == (["old.log", "neu ü.log"], "waiting", True)
    assert left(place) == [f"logs/{made.pk}/0000", f"logs/{made.pk}/0001"]
    assert [path.stat().st_mode & 0o077 for path in place.glob("logs/*/*")] == [0, 0]
    assert [task.args_kwargs["args"] for task in DBTaskResult.objects.all()] == [[made.pk]]
    assert Entry.objects.newest_first()[0].verb == "import.upload"


def test_the_page_shows_how_far_it_is_also_after_a_reload(admin: Client, alice: User, source: Source) -> None:
    made = accept(source, alice)
    page = f"{BASE}imports/{made.pk}/"
    assert "Waiting to be read" in body(admin.get(page))
    LogImport.objects.update(state="running", bytes_read=30, bytes_total=120, attempt=2, alive_at=timezone.now())
    for _ in range(2):
        text = body(admin.get(page))
        assert 'value="25" max="100"' in text
        assert f'hx-get="{page}"' in text
        assert "attempt 2" in text
    asking = {"HX-Request": "true", "HX-Target": "progress"}
    part = body(admin.get(page, headers=asking))
    assert part.lstrip().startswith("<div")
    assert "Reading the lines: 25 %" in part
    LogImport.objects.update(stage="adding")
    assert "Adding access days to the records" in body(admin.get(page, headers=asking))
    uploads.read_claimed(made)
    ended = admin.get(page, headers=asking)
    assert (ended["HX-Retarget"], ended["HX-Reselect"], ended["HX-Reswap"]) == ("#main", "#main", "outerHTML")
    assert "hx-get" not in body(ended)
    assert "HX-Retarget" not in admin.get(page)


def test_the_worker_reads_it_and_its_account_says_everything(
    admin: Client, alice: User, source: Source, place: Path
) -> None:
    lines = [
        *(combined("ann"), combined("ann"), combined("ivy"), combined("zoe"), combined("stranger")),
        *(combined("-"), combined("ann", status=401), combined("ann", "GET /api/x HTTP/1.1"), b"rubbish 1\n"),
    ]
    made = accept(source, alice, file(*lines))
    read_upload.func(made.pk)
    made.refresh_from_db()
    assert (made.state, made.attempt) == ("done", 1)
    assert left(place) == []
    (account,) = admin.get(f"{BASE}imports/{made.pk}/").context["accounts"]
    counts = {reason.label: reason.count for reason in account.reasons}
    assert counts["access"] == 5
    assert counts["not in the format"] == counts["refused"] == counts["API"] == counts["no sign-in"] == 1
    assert sum(counts.values()) == account.stored.lines == 9
    text = body(admin.get(f"{BASE}imports/{made.pk}/"))
    assert "access.log line 9: does not fit from character" in text
    for login in ("ivy", "zoe"):
        assert f'<a href="/administration/people/{User.objects.get(login=login).pk}/directory/">' in text
    titles = [(finding.title, finding.is_sure) for finding in account.findings]
    assert titles == [("Inactive users with access", True), ("Users with access but no license", True)]
    assert "1 login name without a user" in text
    assert "stranger" in text
    assert "/administration/directory/logins/" in text
    assert Entry.objects.newest_first()[0].verb == "import.done"


def test_an_upload_and_the_command_give_the_same_ledger(alice: User, source: Source, tmp_path: Path) -> None:
    lines = [combined("ann", time=f"{day:02}/Oct/2026:13:55:36 +0000") for day in (3, 9, 20)]
    uploads.read(accept(source, alice, file(*lines)))
    by_upload = ledger()
    path = tmp_path / "access.log"
    path.write_bytes(b"".join(lines))
    import_again = LogImport.objects.create(revision=source.revision, files=["access.log"])
    ingestion.ingest(import_again, ingesting_inputs(path))
    assert ledger() == by_upload
    assert by_upload["months"]


def test_files_of_facts_are_taken_in_place_of_logs_and_called_as_they_were_uploaded(
    alice: User, source: Source, tmp_path: Path
) -> None:
    rules = rules_for(source.revision, source.revision.servings.get())
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(combined("ann", time=f"1{len(name)}/Oct/2026:00:00:00 +0000") + combined(name))
    how = source_for(source.revision, parse_format("combined"), source.revision.servings.get().rules([]))
    parts = []
    for number, name in enumerate(("a", "b")):
        part = read_part(find_inputs([str(tmp_path / name)]), how, rules)
        part.shards = {Shard(number + 1, 2, "x")}
        write_file(part, tmp_path / f"{name}.facts")
        parts.append((tmp_path / f"{name}.facts").read_bytes())
    accepted = accept(source, alice, file(parts[0], name="one.facts"), file(b"x" + parts[1], name="two.facts"))
    uploads.read(accepted)
    accepted.refresh_from_db()
    assert (accepted.state, "two.facts" in str(accepted.problem)) == ("failed", True)
    uploads.read(both := accept(source, alice, file(parts[0], name="one.facts"), file(parts[1], name="two.facts")))
    both.refresh_from_db()
    in_parts = ledger()
    assert (both.state, both.accounts.get().lines) == ("done", 4)
    logs = [file((tmp_path / name).read_bytes(), name=name) for name in ("a", "b")]
    uploads.read(accept(source, alice, *logs))
    assert ledger() == in_parts


def ingesting_inputs(path: Path) -> Any:
    from seatwise.logs.places import find_inputs

    return find_inputs([str(path)])


def test_a_reader_that_was_killed_is_followed_by_another(
    admin: Client, alice: User, source: Source, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As a signal would."""

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    made = accept(source, alice)
    with monkeypatch.context() as during:
        during.setattr(ingestion, "merge_staged", killed)
        with pytest.raises(Killed):
            uploads.read(made)
    made.refresh_from_db()
    assert (made.state, made.attempt) == ("running", 1)
    assert left(place)
    assert ledger()["months"] == []
    DBTaskResult.objects.all().delete()
    LogImport.objects.update(alive_at=timezone.now() - datetime.timedelta(minutes=10))
    assert tasks.sweep() == 1
    (task,) = DBTaskResult.objects.all()
    read_upload.func(*task.args_kwargs["args"])
    made.refresh_from_db()
    assert (made.state, made.attempt) == ("done", 2)
    after = ledger()
    assert len(after["months"]) == 1
    uploads.read(accept(source, alice))
    assert ledger() == after
    assert Entry.objects.filter(verb="import.done", subject_id=str(made.pk)).count() == 1


def test_of_two_readers_at_once_one_reads(
    alice: User, source: Source, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = accept(source, alice)
    read_by: list[int] = []
    real = ingestion.ingest

    def ingest_beside_another(log_import: LogImport, *args: Any, **kwargs: Any) -> None:
        read_by.append(log_import.attempt)
        uploads.read(LogImport.objects.get(pk=log_import.pk))
        assert tasks.sweep() == 0  # nobody was killed
        real(log_import, *args, **kwargs)

    monkeypatch.setattr(uploads, "ingest", ingest_beside_another)
    uploads.read(made)
    made.refresh_from_db()
    assert (made.state, made.attempt, read_by) == ("done", 1, [1])
    once = ledger()
    uploads.read(made)  # a task that comes too late
    assert (ledger(), left(place), read_by) == (once, [], [1])


def test_two_threads_that_want_the_lock_do_not_both_get_it(alice: User, source: Source) -> None:
    made = accept(source, alice)
    got: list[bool] = []
    both = threading.Barrier(2)

    def want() -> None:
        with uploads.alone(made) as mine:
            got.append(mine)
            both.wait(10)

    threads = [threading.Thread(target=want) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False, True]


def test_an_import_is_claimed_once_and_again_when_its_reader_is_silent(alice: User, source: Source) -> None:
    made = accept(source, alice)
    assert claim(made)
    assert not claim(made)
    LogImport.objects.update(alive_at=timezone.now() - datetime.timedelta(minutes=3))
    assert claim(made)
    assert made.attempt == 2


def test_an_import_that_kills_its_reader_each_time_is_given_up(
    admin: Client, alice: User, source: Source, place: Path
) -> None:
    made = accept(source, alice)
    old = timezone.now() - datetime.timedelta(minutes=3)
    LogImport.objects.update(state="running", attempt=uploads.MOST_ATTEMPTS, alive_at=old)
    uploads.read(made)
    made.refresh_from_db()
    assert (made.state, left(place)) == ("failed", [])
    assert "interrupted at every attempt" in body(admin.get(f"{BASE}imports/{made.pk}/"))


def test_what_cannot_be_read_fails_and_says_why_and_what_next(
    admin: Client, alice: User, source: Source, place: Path
) -> None:
    made = accept(source, alice, file(b"PK\x03\x04zip", name="logs.zip"))
    uploads.read(made)
    made.refresh_from_db()
    assert made.state == "failed"
    assert made.problem == {"code": "InputCode.ZIP", "values": {"file": "logs.zip"}}
    text = body(admin.get(f"{BASE}imports/{made.pk}/"))
    assert "this is a ZIP archive" in text
    assert "Next:" in text
    assert left(place) == []
    assert ledger()["months"] == []
    assert Entry.objects.newest_first()[0].verb == "import.failed"


def test_a_log_without_a_line_in_the_format_is_not_done_and_its_lines_are_accounted_for(
    admin: Client, alice: User, source: Source
) -> None:
    made = accept(source, alice, file(b"nothing\n", b"of this\n"))
    uploads.read(made)
    made.refresh_from_db()
    assert (made.state, ledger()["months"], ledger()["coverage"]) == ("failed", [], [])
    text = body(admin.get(f"{BASE}imports/{made.pk}/"))
    assert "none of the 2 lines is in the format combined" in text
    assert "access.log line 1: " in text
    other = accept(source, alice, file(NAMED["iis"].example.encode() + b"\n"))
    uploads.read(other)
    other.refresh_from_db()
    assert (other.state, other.problem["values"]["likely"]) == ("failed", "iis")
    some = accept(source, alice, file(b"nothing\n", combined("ann")))
    uploads.read(some)
    some.refresh_from_db()
    assert some.state == "done"


def test_a_file_that_is_no_log_vetoes_no_other_and_is_named(
    admin: Client, alice: User, source: Source, place: Path
) -> None:
    Revision.objects.update(format="auto")
    secret = b"what nobody is to keep: tanaka@example.com\n"
    made = accept(source, alice, file(), file(b"PK\x03\x04zip", name="logs.zip"), file(secret, name="error.log"))
    uploads.read(made)
    made.refresh_from_db()
    assert (made.state, len(made.passed_over)) == ("done", 2)
    text = body(admin.get(f"{BASE}imports/{made.pk}/"))
    assert "2 files were skipped" in text
    assert "logs.zip: this is a ZIP archive" in text
    assert "error.log: no named format fits" in text
    assert "tanaka" not in text + str(made.passed_over)
    [entry] = Entry.objects.filter(verb="import.done")
    assert [said.split(":")[0] for said in entry.after["passed_over"]] == ["logs.zip", "error.log"]


def test_uploaded_files_belong_together_by_the_names_that_they_had(alice: User, source: Source, place: Path) -> None:
    newer, older = (combined("ann", time=f"{day:02}/Oct/2026:12:00:00 +0000") for day in (13, 10))
    uploads.read(accept(source, alice, file(newer, name="access.log"), file(older, name="access.log.1")))
    [coverage] = Coverage.objects.all()
    assert coverage.days == 0b1111 << 9


def test_two_uploaded_files_of_one_name_are_two_logs(alice: User, source: Source, place: Path) -> None:
    newer, older = (combined("ann", time=f"{day:02}/Oct/2026:12:00:00 +0000") for day in (13, 10))
    uploads.read(accept(source, alice, file(newer, name="access.log"), file(older, name="access.log")))
    [coverage] = Coverage.objects.all()
    assert coverage.days == 0b1001 << 9


def test_a_fault_of_ours_is_no_import_that_runs_for_ever(
    alice: User, source: Source, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    made = accept(source, alice)
    monkeypatch.setattr(uploads, "ingest", broken)
    uploads.read(made)
    made.refresh_from_db()
    assert (made.state, made.problem["code"]) == ("failed", "ImportCode.OUR_FAULT")
    assert "ZeroDivisionError" in caplog.text


def test_files_that_nothing_will_read_are_cleared_away(alice: User, source: Source, place: Path) -> None:
    waiting = accept(source, alice)
    done = accept(source, alice)
    LogImport.objects.filter(pk=done.pk).update(state="done")
    (place / "logs" / "arriving-1").mkdir()
    (place / "logs" / "arriving-2").mkdir()
    (place / "x.upload.log").write_bytes(b"a request that was cut off")
    long_ago = timezone.now().timestamp() - 2 * 86400
    for name in ("logs/arriving-1", "x.upload.log"):
        os.utime(place / name, (long_ago, long_ago))
    uploads.clear()
    assert sorted(path.name for path in (place / "logs").iterdir()) == sorted([str(waiting.pk), "arriving-2"])
    assert left(place) == [f"logs/{waiting.pk}/0000"]


def test_files_are_limited_in_size(admin: Client, source: Source, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(configuration.UPLOAD_LIMIT.name, "1 MB")
    refused = admin.post(f"{BASE}{source.pk}/upload/", {"logs": [file(), file(b"x" * 2_100_000, name="large.log")]})
    assert refused.status_code == 413
    assert "This is larger than 1 MB" in refused.content.decode()
    assert "seatwise ingest" in refused.content.decode()
    assert not LogImport.objects.exists()
    assert left(place) == []
    assert "at most 1 MB in total" in body(admin.get(f"{BASE}{source.pk}/upload/"))
    fits = file(combined("ann") * 11_000, name="fits.log")
    assert 900_000 < (fits.size or 0) <= 1_000_000
    assert admin.post(f"{BASE}{source.pk}/upload/", {"logs": [fits]}).status_code == 302


def test_nothing_and_an_empty_file_are_refused(admin: Client, source: Source) -> None:
    assert "This field is required." in body(admin.post(f"{BASE}{source.pk}/upload/"))
    text = body(admin.post(f"{BASE}{source.pk}/upload/", {"logs": [file(), file(b"", name="no.log")]}))
    assert "“no.log” is empty. Nothing was stored." in text
    assert not LogImport.objects.exists()


def test_an_upload_needs_the_token_of_its_form(alice: User, source: Source) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(f"{BASE}{source.pk}/upload/", {"logs": [file()]}).status_code == 403
    assert not LogImport.objects.exists()


def test_a_disk_that_is_full_leaves_nothing(
    alice: User, source: Source, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads, "keep", full)
    with pytest.raises(OSError, match="No space"):
        accept(source, alice)
    assert not LogImport.objects.exists()
    assert list((place / "logs").iterdir()) == []


def test_imports_can_be_narrowed_and_saved(admin: Client, alice: User, source: Source) -> None:
    uploads.read(accept(source, alice, file(name="one.log")))
    accept(source, alice, file(name="two.log"), file(name="three.log"))

    def shown(query: str) -> list[str]:
        return [row.thing.name for row in admin.get(f"{BASE}imports/?{query}").context["list"].rows]

    assert shown("") == ["two.log and 1 more", "one.log"]
    assert shown("state=done") == ["one.log"]
    assert shown("source=nginx&state=waiting") == ["two.log and 1 more"]
    lines = body(admin.get(f"{BASE}imports/?format=csv&state=done")).splitlines()
    assert lines[0] == "\ufeffFiles,Source,Revision,State,When,Performed by"
    assert lines[1].startswith("one.log,nginx,1,done,")
    assert "Select a valid choice" in body(admin.get(f"{BASE}imports/?state=asleep"))


def test_the_list_of_imports_asks_the_database_as_often_for_many_as_for_few(
    admin: Client, source: Source, django_assert_max_num_queries: Any
) -> None:
    LogImport.objects.bulk_create([LogImport(revision=source.revision, files=["a"]) for _ in range(60)])
    with django_assert_max_num_queries(10):
        admin.get(f"{BASE}imports/")


# What no table and no file may hold after an import. The time is one that it is not now.
_NOW = timezone.now()
TIME = f"{(_NOW.hour + 5) % 24:02}:{(_NOW.minute + 7) % 60:02}:36"
SECRETS = [TIME, "203.0.113.77", "2001:db8::beef", "hidden-page", "secret-place", "DistinctiveAgent", "from.example"]


def secret_line(
    login: str, request: str = "GET /secret-place/hidden-page?token=1 HTTP/1.1", status: int = 200
) -> bytes:
    stamp = f"10/Oct/2026:{TIME} +0000"
    line = f'203.0.113.77 - {login} [{stamp}] "{request}" {status} 1 "https://from.example/" "DistinctiveAgent/9"\n'
    return line.encode()


def secret_lines() -> list[bytes]:
    """A line for every reason."""
    return [
        secret_line("ann"),
        secret_line("stranger"),
        secret_line("-"),
        secret_line("ann", status=404),
        secret_line("ann", status=302),
        secret_line("ann", "PUT /secret-place/hidden-page HTTP/1.1"),
        secret_line("ann", "GET /api/hidden-page HTTP/1.1"),
        secret_line("ann", "GET /hidden-page.css HTTP/1.1"),
        secret_line("ann", "GET /elsewhere/hidden-page HTTP/1.1"),
        secret_line("ann", "GET /hidden-page HTTP/1.1"),
        secret_line("ann").replace(b"Oct/2026", b"Oct/2031"),
        f'2001:db8::beef {TIME} "GET /hidden-page" DistinctiveAgent\n'.encode(),
        b"/hidden-page 203.0.113.77\n",
    ]


def found(data: str) -> list[str]:
    return [secret for secret in SECRETS if secret in data]


@pytest.mark.parametrize("how", ["upload", "command"])
@pytest.mark.parametrize("format_", ["combined", "auto"])
def test_nothing_that_is_kept_holds_times_addresses_paths_or_agents_of_the_log(
    admin: Client, alice: User, source: Source, place: Path, tmp_path: Path, how: str, format_: str
) -> None:
    rules = ReadingRules(format_, services={"wiki": Rules(screens=("/secret-place/*",))})
    source.change(by=None, rules=rules)
    data = b"".join(secret_lines())
    assert found(data.decode()) == SECRETS
    if how == "upload":
        made = accept(source, alice, SimpleUploadedFile("access.log", data))
        uploads.read(made)
    else:
        path = tmp_path / "access.log"
        path.write_bytes(data)
        made = LogImport.objects.create(revision=source.revision, files=["access.log"])
        ingestion.ingest(made, ingesting_inputs(path))
        path.unlink()
    made.refresh_from_db()
    assert made.state == "done", made.problem
    assert made.accounts.get().lines == len(secret_lines())
    assert all(made.accounts.get().reasons[name] for name in made.accounts.get().reasons if name != "system_account")
    check_what_is_kept(admin, made, source, tmp_path)


def test_nothing_that_is_kept_of_a_failed_import_holds_any_of_them(
    admin: Client, alice: User, source: Source, place: Path, tmp_path: Path
) -> None:
    source.change(by=None, rules=ReadingRules("auto", services={"wiki": Rules()}))
    line = f"203.0.113.77 {TIME} /secret-place/hidden-page DistinctiveAgent 2001:db8::beef from.example\n".encode()
    made = accept(source, alice, SimpleUploadedFile("bad.log", line))
    uploads.read(made)
    made.refresh_from_db()
    assert made.state == "failed"
    assert "000.0.000.00" in made.problem["values"]["looks"]  # what it looks like is said
    check_what_is_kept(admin, made, source, tmp_path)


def check_what_is_kept(admin: Client, made: LogImport, source: Source, tmp_path: Path) -> None:
    tables = dump()
    assert {"ledger_serviceaccount", "ledger_accessmonth", "audit_entry", "django_session"} <= tables.keys()
    rules = {"ledger_serving", "audit_entry"}  # where the paths of rules stand, which are not of the log
    for table, rows in tables.items():
        text = re.sub(r"/secret-place/\*", "", repr(rows)) if table in rules else repr(rows)
        assert found(text) == [], table
    for path in [*tmp_path.rglob("*"), *configuration.DATA_DIR.value().rglob("*")]:
        if path.is_file():
            assert found(path.read_bytes().decode("latin-1")) == [], path
    assert found(body(admin.get(f"{BASE}imports/{made.pk}/"))) == []


def test_the_search_for_what_is_kept_finds_what_is_kept(source: Source) -> None:
    Login.objects.ensure([f"left {TIME}"])
    assert any(found(repr(rows)) for rows in dump().values())
