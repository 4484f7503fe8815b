"""`seatwise explain`: a wrong format or rule is found in a minute."""

import gzip
from pathlib import Path

import pytest

from seatwise.commands.tests.conftest import Run
from seatwise.logs.facts import REASON_NAMES
from seatwise.logs.layout import LONGEST_LINE
from seatwise.logs.tests.samples import combined, read_bytes

LINES = [
    combined(),
    combined("-"),
    combined("bob", status=401),
    combined("bob", status=302),
    combined("bob", "HEAD / HTTP/1.1"),
    combined("bob", "GET /api/x?secret HTTP/1.1"),
    combined("bob", "GET /x.css HTTP/1.1"),
    combined("bot"),
    combined("bob", "GET /elsewhere HTTP/1.1"),
    combined("bob", time="01/Jan/2027:00:00:00 +0000"),
    b"nothing of the sort\n",
    combined("bob", time="31/Feb/2026:00:00:00 +0000"),
    combined("bob", status="2x"),
    b"\n",
]
RULES = ("--screen", "/", "--program", "bot")


@pytest.fixture(autouse=True)
def log(tmp_path: Path) -> None:
    """A log with every reason."""
    (tmp_path / "log").write_bytes(b"".join(LINES))


def test_a_line_is_taken_apart_and_its_reason_told(run: Run) -> None:
    done = run("explain", "log", "--line", "1", *RULES, "--time-zone", "Asia/Tokyo")
    assert done.code == 0
    assert done.out.splitlines()[1:] == [
        "",
        "log line 1: access",
        "  because a signed-in user opened a screen",
        "  day     2026-10-10 in Asia/Tokyo (10/Oct/2026:13:55:36 +0000)",
        "  login   alice",
        "  path    / is a screen",
        "  status  200",
        "  method  GET",
    ]
    assert done.out.startswith("Format: combined (")


def test_a_malformed_line_behind_a_prefix_says_what_it_is(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"".join(LINES[:9]) + b"Oct 10 13:50:36 web1 nginx: " + combined())
    out = run("explain", "log", "--line", "10", *RULES).out
    assert "malformed" in out
    assert "Without what syslog puts around it, it would fit (--wrapper syslog)" in out


def test_every_reason_is_explained_as_it_is_counted(run: Run) -> None:
    reasons = []
    for number in range(1, len(LINES) + 1):
        out = run("explain", "log", "--line", str(number), *RULES).out
        reasons.append(out.split(f"log line {number}: ")[1].split("\n")[0])
    assert reasons == [
        "access",
        "anonymous",
        "failed",
        "redirected",
        "not_a_visit",
        "api",
        "asset",
        "system_account",
        "other_service",
        "future",
        "malformed",
        "malformed",
        "malformed",
        "malformed",
    ]
    assert set(reasons) == set(REASON_NAMES)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (2, "has no login"),
        (9, "matches neither API, asset nor screen"),
        (10, "later than tomorrow"),
        (11, "does not fit from character"),
        (12, "the time cannot be read: 00/aaa/0000:00:00:00 +0000"),
        (13, "the status cannot be read: 0a"),
        (14, "an empty line"),
    ],
)
def test_why_a_line_is_not_an_access_is_said(run: Run, line: int, message: str) -> None:
    assert message in run("explain", "log", "--line", str(line), *RULES).out


def test_without_a_number_the_first_ten_lines_are_explained(run: Run) -> None:
    out = run("explain", "log", *RULES).out
    assert "log line 10: " in out
    assert "log line 11: " not in out


def test_another_host_is_the_reason_where_it_is(run: Run, tmp_path: Path) -> None:
    (tmp_path / "v.log").write_bytes(b"other:443 " + combined())
    out = run("explain", "v.log", "--host", "wiki").out
    assert "v.log line 1: other_service\n  because the host other does not belong to this service" in out


def test_a_wrong_format_is_seen_at_once(run: Run) -> None:
    done = run("explain", "log", "--line", "1", "--format", '$remote_user [$time_local] "$request" $status')
    assert "log line 1: malformed" in done.out
    assert done.code == 0


def test_w3c_directives_change_what_follows(run: Run, tmp_path: Path) -> None:
    (tmp_path / "u_ex.log").write_text(
        "#Software: IIS\n#Fields: date time cs-username cs-method cs-uri-stem sc-status\n"
        "2026-10-10 01:00:00 CORP\\alice GET / 200\n"
    )
    out = run("explain", "u_ex.log").out
    assert "u_ex.log line 1: anonymous\n  because a directive" in out
    assert "u_ex.log line 3: access" in out
    assert "login   CORP\\alice" in out
    (tmp_path / "u_ex.log").write_text("#Fields: date time\n")
    done = run("explain", "u_ex.log")
    assert done.code == 1
    assert "lacks the login" in done.err


def test_json_lines_are_explained(run: Run, tmp_path: Path) -> None:
    (tmp_path / "caddy").write_text(
        '{"ts":1791608136,"user_id":"\\u5c71","status":200,"request":{"method":"GET","host":"h","uri":"/x.js"}}\n'
    )
    out = run("explain", "caddy").out
    assert "caddy line 1: asset" in out
    assert "login   山" in out
    assert "host    h" in out


def test_packed_and_long_lines_are_explained(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.gz").write_bytes(
        gzip.compress(b"\xef\xbb\xbf" + combined() + b"x" * (LONGEST_LINE + 9) + b"\n" + combined("bob"))
    )
    out = run("explain", "log.gz").out
    assert "log.gz line 1: access" in out
    assert "log.gz line 2: malformed\n  because longer than 1 MiB" in out
    assert "log.gz line 3: access" in out


def test_a_line_that_is_not_there_and_a_file_that_cannot_be_read_are_errors(run: Run, tmp_path: Path) -> None:
    done = run("explain", "log", "--line", "99")
    assert done.code == 1
    assert "log has no line 99" in done.err
    assert run("explain", "gone").code == 1
    assert run("explain", "log", "--format", "nonsense").code == 2
    assert run("explain", "log", "--line", "0").code == 2
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"".join(LINES))[:-9])
    assert run("explain", "cut.gz", "--format", "combined").code == 1


def test_what_is_explained_is_what_is_counted() -> None:
    facts = read_bytes(b"".join(LINES))
    assert facts.account.lines == len(LINES)
