"""`seatwise report --users`: names, departments, and who never came."""

import json
from pathlib import Path

import pytest

from seatwise.commands.tests.conftest import Run
from seatwise.logs.tests.samples import combined

LOG = b"".join(
    combined(login, request, 200, f"{date}/2026:12:00:00 +0000")
    for login, request, date in (
        *(("-", "GET / HTTP/1.1", f"{day:02}/Oct") for day in range(1, 32, 3)),
        *(("-", "GET / HTTP/1.1", f"{day:02}/Nov") for day in range(3, 20, 4)),
        ("alice", "GET / HTTP/1.1", "20/Nov"),
        ("BOB", "GET / HTTP/1.1", "21/Nov"),
        ("bob.old", "GET / HTTP/1.1", "22/Nov"),
        ("gail", "GET / HTTP/1.1", "22/Nov"),
        ("ivan", "GET / HTTP/1.1", "22/Nov"),
        ("mallory", "GET / HTTP/1.1", "23/Nov"),
        ("script", "GET /api/x HTTP/1.1", "23/Nov"),
        ("carol", "GET /api/x HTTP/1.1", "23/Nov"),
        ("-", "GET / HTTP/1.1", "24/Nov"),
    )
)
ENGLISH = """Login,Name,Departments,Status,Kind,Other logins
alice,Alice Smith,Sales/Tokyo; Design,active,user,
bob,Bob,Sales,active,user,bob.old
carol,Carol,Sales/Osaka,,,
dave,Dave,Tokyo,active,,
gail,Gail,Sales,active,guest,
ivan,Ivan,Sales,inactive,user,
"""
JAPANESE = """ログイン名,表示名,組織,状態,種別
alice,鈴木 有栖,営業/東京,使用中,ユーザー
bob,佐藤 保夫,営業,使用中,
gail,客,営業,使用中,ゲストユーザー
ivan,停止 済男,営業,停止中,
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    """A log and a file of people."""
    (tmp_path / "log").write_bytes(LOG)
    (tmp_path / "people.csv").write_text(ENGLISH)


def logins(run: Run, *options: str) -> list[str]:
    """The logins of a report with people."""
    done = run("report", "log", "--users", "people.csv", "--output", "json", *options)
    return [user["login"] for user in json.loads(done.out)["users"]]


def test_people_have_names_and_departments_and_those_who_never_came_are_listed(run: Run) -> None:
    done = run("report", "log", "--users", "people.csv")
    assert done.code == 0
    assert done.out.splitlines() == [
        "Login  User         Department           Last Access Date            Access Days (30)",
        "─────  ───────────  ───────────────────  ──────────────────────────  ────────────────  ────────",
        "carol  Carol        Sales/Osaka          no access since 2026-10-01                 0  API only",
        "dave   Dave         Tokyo                no access since 2026-10-01                 0",
        "alice  Alice Smith  Sales/Tokyo; Design  2026-11-20                                 1",
        "bob    Bob          Sales                2026-11-22                                 2",
    ]
    assert "4 users as of 2026-11-24" in done.err


def test_guests_and_inactive_users_are_left_out_and_are_no_strangers(run: Run) -> None:
    done = run("report", "log", "--users", "people.csv")
    assert "gail" not in done.out + done.err
    assert "ivan" not in done.out + done.err
    assert "1 logins without a user in the file: mallory." in done.err


def test_json_has_people_and_strangers(run: Run) -> None:
    found = json.loads(run("report", "log", "--users", "people.csv", "--output", "json").out)
    assert found["users"][0] == {
        "login": "carol",
        "name": "Carol",
        "departments": ["Sales/Osaka"],
        "last_access": None,
        "access_days": 0,
    }
    assert found["users"][2]["departments"] == ["Sales/Tokyo", "Design"]
    assert found["unknown_logins"] == ["mallory"]
    assert found["account"]["logins"] == 6  # of the log: guests, inactive people and strangers too


def test_csv_has_an_empty_cell_for_no_access(run: Run) -> None:
    rows = run("report", "log", "--users", "people.csv", "--output", "csv").out.split("\r\n")
    assert rows[1] == "carol,Carol,Sales/Osaka,,0"
    assert rows[3] == "alice,Alice Smith,Sales/Tokyo; Design,2026-11-20,1"


def test_a_department_includes_its_children_and_any_of_a_persons(run: Run) -> None:
    assert logins(run, "--department", "Sales") == ["carol", "alice", "bob"]
    assert logins(run, "--department", "sales/tokyo") == ["alice"]
    assert logins(run, "--department", "Design") == ["alice"]
    assert logins(run, "--department", "Osaka") == ["carol"]
    done = run("report", "log", "--users", "people.csv", "--department", "Nowhere")
    assert (done.code, done.out) == (2, "")
    assert "Nobody is in a department 'Nowhere'" in done.err


def test_narrowing_goes_by_no_access_too(run: Run) -> None:
    assert logins(run, "--never") == ["carol", "dave"]
    assert logins(run, "--at-most", "1") == ["carol", "dave", "alice"]
    assert logins(run, "--last-access-by", "2026-10") == ["carol", "dave"]
    assert logins(run, "--never", "--department", "Sales") == ["carol"]
    assert logins(run, "--descending") == ["bob", "alice", "carol", "dave"]


def test_as_of_an_earlier_day_those_who_came_later_had_no_access_yet(run: Run) -> None:
    assert logins(run, "--never", "--as-of", "2026-11-20") == ["bob", "carol", "dave"]
    done = run("report", "log", "--users", "people.csv", "--output", "json", "--as-of", "2026-11-20")
    assert json.loads(done.out)["unknown_logins"] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_people_may_be_written_in_japanese_in_utf_8_or_shift_jis(run: Run, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "people.csv").write_bytes(JAPANESE.encode(encoding))
    done = run("report", "log", "--users", "people.csv", "--department", "東京", "--output", "json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["users"] == [
        {
            "login": "alice",
            "name": "鈴木 有栖",
            "departments": ["営業/東京"],
            "last_access": "2026-11-20",
            "access_days": 1,
        }
    ]
    assert logins(run) == ["alice", "bob"]


def test_an_encoding_that_cannot_be_told_is_asked_for(run: Run, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes("login\nzoë\n".encode("latin-1"))
    done = run("report", "log", "--users", "people.csv")
    assert (done.code, done.out) == (1, "")
    assert "people.csv: " in done.err
    assert "--users-encoding" in done.err
    (tmp_path / "people.csv").write_bytes(JAPANESE.encode("euc_jp"))
    assert logins(run, "--users-encoding", "euc-jp") == ["alice", "bob"]
    assert run("report", "log", "--users", "people.csv", "--users-encoding", "klingon").code == 1


def test_a_file_of_people_that_cannot_be_used_counts_nothing(run: Run, tmp_path: Path) -> None:
    for content, message in (
        ("name\nAlice\n", "line 1"),
        ("login,status\nalice,dancing\n", "line 2"),
        ("login\nalice\nALICE\n", "line 3"),
        ("", "line 1"),
    ):
        (tmp_path / "people.csv").write_text(content)
        done = run("report", "log", "--users", "people.csv")
        assert (done.code, done.out) == (1, ""), content
        assert message in done.err
        assert "Nothing was counted" in done.err
    done = run("report", "log", "--users", "gone.csv")
    assert done.code == 1
    assert "gone.csv: No such file" in done.err


def test_people_match_logins_by_the_same_rules(run: Run, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("login\nAlice\nbob\nMALLORY@example.com\n")
    found = json.loads(run("report", "log", "--users", "people.csv", "--output", "json", "--exact-logins").out)
    assert "alice" in found["unknown_logins"]
    assert "mallory" in found["unknown_logins"]
    found = json.loads(run("report", "log", "--users", "people.csv", "--output", "json", "--drop-domain").out)
    assert "mallory" not in found["unknown_logins"]


def test_names_are_safe_in_a_spreadsheet_and_on_a_terminal(run: Run, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text('login,name,departments\nalice,"=HYPERLINK(""x"")",+Sales\n')
    row = run("report", "log", "--users", "people.csv", "--output", "csv").out.split("\r\n")[1]
    assert row == 'alice,"\'=HYPERLINK(""x"")",\'+Sales,2026-11-20,1'
