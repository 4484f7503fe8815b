"""Sign-ins that an administrator exported: CSV as the vendors write it, and what Excel makes of it; JSON arrays."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings, strategies as st

from seatwise.logs.facts import Facts
from seatwise.logs.notices import InputCode
from seatwise.logs.reading import read
from seatwise.logs.record_lines import RecordLines
from seatwise.logs.rules import Rules
from seatwise.logs.tests.samples import TODAY, combined, dates
from seatwise.logs.tests.test_events import Pieces, reasons

EXPORTS = Path(__file__).resolve().parents[4] / "tests" / "data" / "sign-ins"
ANN, BEN = "ann@example.com", "ben@example.com"
NOBODY_ELSE = {
    "entra.csv": {"failed": 2},
    "entra-ja.csv": {"failed": 2},
    "entra.json": {"failed": 2},
    "okta.csv": {"failed": 2, "not_a_visit": 1},
    "okta.json": {"failed": 2, "not_a_visit": 1},
    "google-users.csv": {"failed": 1, "not_a_visit": 2},
    "google-saml-ja.csv": {"failed": 1},
}


def read_bytes(folder: Path, data: bytes, rules: Rules | None = None) -> Facts:
    (folder / "log").write_bytes(data)
    return read([str(folder / "log")], today=TODAY, rules=rules, time_zone="Asia/Tokyo")


@pytest.mark.parametrize("name", NOBODY_ELSE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_who_signed_in_and_who_did_not(name: str, encoding: str, tmp_path: Path) -> None:
    text = (EXPORTS / name).read_text("utf-8")
    facts = read_bytes(tmp_path, text.replace("\n", "\r\n").encode(encoding))
    assert dates(facts) == {ANN: ["2026-10-10"], BEN: ["2026-10-11"]}  # by the time in Tokyo
    assert reasons(facts) == {"access": 2, **NOBODY_ELSE[name]}
    assert [notice.code for notice in facts.account.said] == [InputCode.SIGN_INS]


@pytest.mark.parametrize("name", [name for name in NOBODY_ELSE if name != "google-users.csv"])
def test_a_source_of_one_service_takes_the_sign_ins_to_it(name: str, tmp_path: Path) -> None:
    assert list(dates(read_bytes(tmp_path, (EXPORTS / name).read_bytes(), Rules(screens=("/Wiki/",))))) == [ANN]


@pytest.mark.parametrize("indent", [None, 2])
def test_an_answer_of_an_api_is_its_objects(indent: int | None, tmp_path: Path) -> None:
    found = json.loads((EXPORTS / "entra.json").read_text("utf-8"))
    answer = {
        "@odata.context": "https://graph.example/$metadata#signIns",
        "value": found,
        "@odata.nextLink": "https://x",
    }
    facts = read_bytes(tmp_path, json.dumps(answer, indent=indent).encode())
    assert dates(facts) == {ANN: ["2026-10-10"], BEN: ["2026-10-11"]}
    assert reasons(facts) == {"access": 2, "failed": 2}


def test_lines_that_have_an_array_each_are_lines(tmp_path: Path) -> None:
    line = {"value": [{"x": 1}], "time": "2026-10-10T13:55:36Z", "login": "ann", "method": "GET", "path": "/"}
    facts = read_bytes(tmp_path, f"{json.dumps(line | {'status': 200})}\n".encode() * 2)
    assert reasons(facts) == {"access": 2}


def test_what_a_spreadsheet_makes_of_it(tmp_path: Path) -> None:
    text = (EXPORTS / "entra-ja.csv").read_text("utf-8").replace(",", "\t")
    assert list(dates(read_bytes(tmp_path, text.encode("utf-16")))) == [ANN, BEN]
    assert list(dates(read_bytes(tmp_path, text.replace("\t", ";").encode()))) == [ANN, BEN]


def test_rows_that_are_none_are_malformed_and_lose_no_other(tmp_path: Path) -> None:
    text = (EXPORTS / "entra.csv").read_text("utf-8")
    rows = "short,row\n" + text.splitlines()[3].replace("Success", "Réussite") + "\n\n"
    facts = read_bytes(tmp_path, (text + rows + '2026-10-12T01:00:00Z,"cut off, ' + "\n").encode())
    assert list(dates(facts)) == [ANN, BEN]
    assert reasons(facts) == {"access": 2, "failed": 2, "malformed": 3}


def test_other_tables_and_other_logs_in_utf_16_stay_as_they_are(tmp_path: Path) -> None:
    assert list(dates(read_bytes(tmp_path, combined("山田").decode().encode("utf-16")))) == ["山田"]
    line = combined("ann").decode().strip().replace('"', '""')
    facts = read_bytes(tmp_path, f'Date,Event,Message\n2026-10-10,x,"{line}"\n'.encode())
    assert reasons(facts) == {"access": 1, "malformed": 1}


@settings(max_examples=30, database=None, deadline=None)
@given(
    st.lists(st.text('a",\n\r 山', max_size=6), min_size=1), st.integers(1, 50), st.sampled_from(["utf-8", "utf-16"])
)
@example(names=["", 'aaaa"'], size=37, encoding="utf-16")
def test_rows_in_any_pieces_are_the_rows(names: list[str], size: int, encoding: str) -> None:
    written = "timestamp,event_type,outcome.result,actor.alternate_id\r\n"
    for name in names:
        quoted = name.replace('"', '""')
        written += f'2026-10-10T13:55:36Z,user.session.start,SUCCESS,"{quoted}"\r\n'
    stream = RecordLines(Pieces(written.encode(encoding), size))
    found, buffer = b"", bytearray(7)
    while got := stream.readinto(memoryview(buffer)):
        found += buffer[:got]
    assert [json.loads(line)["actor"]["alternateId"] for line in found.split(b"\n")[:-1]] == names
