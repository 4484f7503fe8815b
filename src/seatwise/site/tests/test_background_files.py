"""A long list as XLSX is made by the worker, as whoever asked for it, and for nobody else."""

import datetime
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from seatwise.audit.models import Entry
from seatwise.directory.models import User
from seatwise.lib.tables import NoWorkbook
from seatwise.site import background_files, lists, tasks
from seatwise.site.models import BackgroundFile

USERS = "/administration/directory/users/"
ASKING = {"HX-Request": "true", "HX-Target": "progress"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files lie in a directory of their own, and a list of more than three rows is long."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(lists, "MOST_AT_ONCE", 3)
    return tmp_path / "lists"


@pytest.fixture
def admin(client: Any, cast: dict[str, User]) -> Any:
    client.force_login(cast["alice"])
    return client


def ask(client: Any, capture: Any, query: str = "") -> BackgroundFile:
    """Take what is offered for the list of users."""
    offered = client.get(f"{USERS}?format=xlsx{query}")
    assert offered.status_code == 409
    with capture() as callbacks:
        response = client.post("/files/", {"asked": offered.context["asked"]})
    for each in callbacks:
        if each.__module__ == tasks.__name__:  # not the audit log's, which outlives the transaction of a test
            each()
    assert response.status_code == 302
    return BackgroundFile.objects.get(pk=re.findall("[0-9]+", response["Location"])[0])


def work() -> None:
    for each in BackgroundFile.objects.unfinished():
        tasks.make_file.func(each.pk)


def rows_of(response: Any) -> list[Any]:
    assert response.status_code == 200
    data = b"".join(response)
    for close in response._resource_closers:
        close()
    return list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))


def test_up_to_the_threshold_a_request_waits_for_the_file_and_beyond_it_the_worker_makes_the_same(
    admin: Any, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    monkeypatch.setattr(lists, "MOST_AT_ONCE", User.objects.count())
    at_once = rows_of(admin.get(f"{USERS}?format=xlsx"))
    assert len(rows_of(admin.get(f"{USERS}?format=xlsx&text=nobody+at+all"))) == 1
    monkeypatch.setattr(lists, "MOST_AT_ONCE", User.objects.count() - 1)
    made = ask(admin, django_capture_on_commit_callbacks)
    assert [task.args_kwargs["args"] for task in DBTaskResult.objects.all()] == [[made.pk]]
    assert "Waiting" in admin.get(f"/files/{made.pk}/").content.decode()
    assert admin.get(f"/files/{made.pk}/content/").status_code == 404
    work()
    page = admin.get(f"/files/{made.pk}/").content.decode()
    assert f'href="/files/{made.pk}/content/"' in page
    assert "hx-get" not in page
    assert admin.get(f"/files/{made.pk}/", headers=ASKING)["HX-Reselect"] == "#main"
    response = admin.get(f"/files/{made.pk}/content/")
    assert 'filename="users.xlsx"' in response["Content-Disposition"]
    assert rows_of(response) == at_once
    assert [path.name for path in place.iterdir()] == [f"{made.pk}.xlsx"]
    [entry] = Entry.objects.filter(verb="file.ask")
    assert (entry.by_login, entry.after) == ("alice", {"address": f"{USERS}?format=xlsx"})


def test_it_is_in_the_language_of_whoever_asked_and_narrowed_as_their_list(
    admin: Any, cast: dict[str, User], django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_AT_ONCE", 0)
    User.objects.filter(pk=cast["alice"].pk).update(language="ja")
    made = ask(admin, django_capture_on_commit_callbacks, "&text=char")
    work()
    headings, *rows = rows_of(admin.get(f"/files/{made.pk}/content/"))
    with translation.override("ja"):
        assert headings[1] == translation.gettext("Login name") != "Login name"
    assert [row[1] for row in rows] == ["charlie"]


def test_nobody_else_sees_it_and_nothing_is_made_that_was_not_offered_to_whoever_asks(
    admin: Any, client: Any, cast: dict[str, User], django_capture_on_commit_callbacks: Any
) -> None:
    asked = admin.get(f"{USERS}?format=xlsx").context["asked"]
    made = ask(admin, django_capture_on_commit_callbacks)
    work()
    assert f"/files/{made.pk}/" in admin.get("/files/").content.decode()
    client.force_login(cast["audrey"])  # who may see the list, but not by this file
    assert {client.get(f"/files/{made.pk}/{part}").status_code for part in ("", "content/")} == {404}
    assert f"/files/{made.pk}/" not in client.get("/files/").content.decode()
    for wrong in (asked, "", "x", "\0"):
        assert client.post("/files/", {"asked": wrong}).status_code == 400
    assert BackgroundFile.objects.count() == 1


@pytest.mark.parametrize("changed", [{"role": "member"}, {"role": "auditor"}, {"status": "inactive"}])
def test_whose_rights_have_changed_since_gets_no_file(
    admin: Any, cast: dict[str, User], django_capture_on_commit_callbacks: Any, place: Path, changed: dict[str, str]
) -> None:
    before = ask(admin, django_capture_on_commit_callbacks)
    work()
    later = ask(admin, django_capture_on_commit_callbacks)
    User.objects.filter(pk=cast["alice"].pk).update(**changed)
    work()
    later.refresh_from_db()
    assert (later.state, later.problem) == ("failed", "rights")
    assert [path.name for path in place.iterdir()] == [f"{before.pk}.xlsx"]
    wanted = 302 if "status" in changed else 403  # they are signed out
    assert admin.get(f"/files/{before.pk}/content/").status_code == wanted


def test_a_department_administrator_of_another_department_gets_no_file_of_the_one_before(
    cast: dict[str, User], sales: Any
) -> None:
    file = BackgroundFile(asked_by=cast["bob"], address=USERS, rights=background_files.rights_of(cast["bob"]))
    cast["bob"].departmentadministrator_set.all().delete()
    assert background_files.rights_of(cast["bob"]) != file.rights


def test_a_worker_that_was_ended_begins_it_again_and_one_that_ends_too_often_does_not(
    admin: Any, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    made = ask(admin, django_capture_on_commit_callbacks)

    class Killed(BaseException):
        pass

    def killed(*_arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(background_files, "ask_list", killed)
        with pytest.raises(Killed):
            work()
    assert tasks.take_up() is None  # its task waits still
    DBTaskResult.objects.all().delete()
    assert tasks.take_up() == "files taken up again: 1"
    assert DBTaskResult.objects.count() == 1
    made.refresh_from_db()
    assert (made.state, made.attempt) == ("running", 1)
    work()
    made.refresh_from_db()
    assert (made.state, made.attempt) == ("done", 2)
    assert tasks.take_up() is None
    BackgroundFile.objects.update(state="running", attempt=background_files.MOST_ATTEMPTS)
    work()
    made.refresh_from_db()
    assert (made.state, made.problem) == ("failed", "fault")


def test_a_worker_that_was_thought_dead_does_not_end_what_another_is_making(
    admin: Any, django_capture_on_commit_callbacks: Any
) -> None:
    made = ask(admin, django_capture_on_commit_callbacks)
    BackgroundFile.objects.update(state="running", attempt=1)
    background_files.make(made)  # as it was before
    made.refresh_from_db()
    assert (made.state, made.attempt) == ("running", 1)


@pytest.mark.parametrize(
    ("error", "problem", "said"),
    [(NoWorkbook("full"), "too_large", "32,767 characters"), (ZeroDivisionError(), "fault", "worker’s log")],
)
def test_what_cannot_be_made_says_so(
    admin: Any,
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
    place: Path,
    error: Exception,
    problem: str,
    said: str,
) -> None:
    monkeypatch.setattr(lists, "MOST_AT_ONCE", 0)
    made = ask(admin, django_capture_on_commit_callbacks, "&text=a")

    def fails(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(background_files, "write_xlsx", fails)
    work()
    made.refresh_from_db()
    assert (made.state, made.problem) == ("failed", problem)
    page = admin.get(f"/files/{made.pk}/").content.decode()
    assert said in page
    assert f'href="{USERS}?text=a"' in page  # to try again
    assert list(place.iterdir()) == []


def test_a_page_shows_how_many_rows_are_written(
    admin: Any, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ask(admin, django_capture_on_commit_callbacks)
    shown = []

    def write(_out: object, _headings: object, rows: Iterator[Any]) -> None:
        next(rows)
        shown.append(admin.get(f"/files/{made.pk}/", headers=ASKING).content.decode())

    monkeypatch.setattr(background_files, "write_xlsx", write)
    work()
    assert f'max="{User.objects.count()}"' in shown[0]
    assert "In progress" in shown[0]


def test_files_are_few_for_each_person_and_are_deleted_after_a_day(
    admin: Any, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    monkeypatch.setattr(background_files, "MOST_KEPT", 2)
    monkeypatch.setattr(background_files, "MOST_UNFINISHED", 1)
    first = ask(admin, django_capture_on_commit_callbacks)
    assert ask(admin, django_capture_on_commit_callbacks) == first  # asked for twice
    assert DBTaskResult.objects.count() == 1
    other = admin.get(f"{USERS}?format=xlsx&status=active").context["asked"]
    assert admin.post("/files/", {"asked": other}).status_code == 429
    for _ in range(2):
        work()
        last = ask(admin, django_capture_on_commit_callbacks)
    work()
    assert first not in BackgroundFile.objects.all()
    kept = set(BackgroundFile.objects.values_list("pk", flat=True))
    assert len(kept) == 2
    assert {path.name for path in place.iterdir()} == {f"{pk}.xlsx" for pk in kept}
    (place / "999.1.part").touch()
    BackgroundFile.objects.filter(pk=last.pk).update(asked_at=timezone.now() - background_files.kept())
    background_files.forget_old(datetime.date(2026, 11, 25))
    assert [path.name for path in place.iterdir()] == [f"{pk}.xlsx" for pk in kept - {last.pk}]
    assert BackgroundFile.objects.count() == 1
