"""Sign-ins of Keycloak and Authelia, Bitbucket's SSH, key=value pairs and whole JSON arrays."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from seatwise.logs.chunks import Buffer, Chunk
from seatwise.logs.facts import Facts
from seatwise.logs.fields import FormatError
from seatwise.logs.inputs import UnreadableInput
from seatwise.logs.named_formats import NAMED
from seatwise.logs.notices import InputCode
from seatwise.logs.reading import read, unwrap
from seatwise.logs.record_lines import RecordLines
from seatwise.logs.tests.samples import TODAY, dates

KEYCLOAK = [
    "2026-10-10 13:55:36,123 INFO  [org.keycloak.services] (main) KC-SERVICES0050: Initializing master realm",
    '2026-10-10 13:55:36,123 DEBUG [org.keycloak.events] (executor-thread-1) type="LOGIN", realmId="7f", '
    'realmName="staff", clientId="wiki", userId="0a", ipAddress="192.0.2.7", username="CORP\\tan\\"aka"',
    '2026-10-11 13:55:36,123 WARN  [org.keycloak.events] (executor-thread-1) type="LOGIN_ERROR", realmId="7f", '
    'clientId="wiki", userId="null", error="user_not_found", username="eve, type=LOGIN"',
    "2026-10-12 13:55:36,123 INFO  [org.keycloak.events] (default task-4) type=LOGIN, realmId=staff, "
    "clientId=https://wiki.example.com/app.js, redirect_uri=/?a, username=eve, userId=0a, username=山田, code_id=1",
    "2026-10-13 13:55:36,123 INFO  [org.keycloak.events] (t) type=LOGOUT, realmId=staff, userId=0a, username=bob",
    "2026-10-13 13:55:36,123 INFO  [org.keycloak.events] (t) type=CODE_TO_TOKEN, realmId=staff, clientId=x, userId=0a",
    "java.lang.IllegalStateException: gone",
]
FACTOR = "authentication attempt"
AUTHELIA = [
    ("2026-10-10T23:55:36+09:00", "debug", f"Successful 1FA {FACTOR} made by user 'o'brien@example.com'"),
    ("2026-10-11T13:55:36Z", "error", f"Unsuccessful 1FA {FACTOR} by user 'eve': user not found"),
    ("2026-10-12T13:55:36Z", "debug", f"Successful TOTP {FACTOR} made by user 'CORP\\bob'"),
    ("2026-10-13T13:55:36Z", "debug", f"Mark 1FA {FACTOR} made by user 'mallory'"),
    ("2026-10-13T13:55:36Z", "info", "Startup complete"),
]


def read_text(folder: Path, text: str, **how: Any) -> Facts:
    """The facts of a file with this text."""
    (folder / "log").write_text(text)
    return read([str(folder / "log")], today=TODAY, **how)


def reasons(facts: Facts) -> dict[str, int]:
    return {name: count for name, count in facts.account.reasons.items() if count}


@pytest.mark.parametrize("prefix", ["", "sso-1  | ", "Oct 10 13:50:36 sso keycloak[7]: "])
@pytest.mark.parametrize("as_json", [False, True])
def test_sign_ins_of_keycloak(prefix: str, as_json: bool, tmp_path: Path) -> None:
    lines = KEYCLOAK
    if as_json:
        lines = []
        for line in KEYCLOAK[:-1]:
            stamp, _, rest = line.partition(",123 ")
            logger, message = rest.split("[", 1)[1].split("] ", 1)
            event = {"timestamp": f"{stamp.replace(' ', 'T')}.1Z", "loggerName": logger, "level": "INFO"}
            lines.append(json.dumps(event | {"message": message.split(") ", 1)[1]}))
    facts = read_text(tmp_path, "".join(f"{prefix}{line}\n" for line in lines))
    assert dates(facts) == {'CORP\\tan"aka': ["2026-10-10"], "山田": ["2026-10-12"]}
    expected = {"anonymous": 2, "failed": 1, "not_a_visit": 1, "access": 2}
    assert reasons(facts) == (expected if as_json else {**expected, "malformed": 1})  # where an exception goes on
    assert [notice.code for notice in facts.account.said] == [InputCode.SIGN_INS]


def test_a_client_of_keycloak_is_a_path(tmp_path: Path) -> None:
    from seatwise.logs.rules import Rules

    (tmp_path / "log").write_text("\n".join(KEYCLOAK))
    facts = read([str(tmp_path / "log")], rules=Rules(screens=("/staff/wiki/",)), today=TODAY)
    assert list(dates(facts)) == ['CORP\\tan"aka']


@pytest.mark.parametrize("as_json", [False, True])
def test_sign_ins_of_authelia(as_json: bool, tmp_path: Path) -> None:
    lines = [json.dumps({"level": level, "msg": said, "time": time}) for time, level, said in AUTHELIA]
    if not as_json:
        lines = [
            f"time={json.dumps(time)} level={level} msg={json.dumps(said)} path=/x" for time, level, said in AUTHELIA
        ]
    facts = read_text(tmp_path, "\r\n".join(lines))
    assert dates(facts) == {"o'brien@example.com": ["2026-10-10"], "CORP\\bob": ["2026-10-12"]}
    assert reasons(facts) == {"anonymous": 2, "failed": 1, "access": 2}
    assert [notice.code for notice in facts.account.said] == [InputCode.SIGN_INS]


def test_sign_ins_that_only_failed_say_that_the_others_are_perhaps_not_logged(tmp_path: Path) -> None:
    codes = [notice.code for notice in read_text(tmp_path, KEYCLOAK[2]).account.said]
    assert codes == [InputCode.SIGN_INS, InputCode.NO_SIGN_INS]


BITBUCKET = [
    '::1,::1 | https | i@1x | - | 2026-10-10 13:55:36,123 | "GET / HTTP/1.1" | "" "" | - | - | - | - | - | a |',
    '::1,::1 | https | o@1x | a b | 2026-10-10 13:55:36,124 | "GET / HTTP/1.1" | "" "" | 200 | 0 | 19 | - | 6 | a |',
    "::1 | ssh | i*2x | bob | 2026-10-11 13:55:36,1 | SSH - git-upload '/t/c.git' | \"SSH-2\" | - | - | y |",
    "::1 | ssh | o*2x | bob | 2026-10-11 13:55:36,2 | SSH - git-upload '/t/c.git' | - | 0 | 1 | 2 | refs | 1 | y |",
    "::1 | ssh | o*3x | eve | 2026-10-11 13:55:36,2 | SSH - git-upload '/t/c.git' | - | 1 | 1 | 2 | refs | 1 | y |",
]


def test_bitbucket_logs_each_request_twice_and_git_by_ssh(tmp_path: Path) -> None:
    facts = read_text(tmp_path, "\n".join(BITBUCKET))
    assert dates(facts) == {"a b": ["2026-10-10"], "bob": ["2026-10-11"]}
    assert reasons(facts) == {"anonymous": 1, "access": 2, "not_a_visit": 1, "failed": 1}


LOGFMT = [
    't=2026-10-10T13:55:36Z level=info msg="Request Completed" method=GET path="/d?q=\\"x y\\"" status=200 uname=alice',
    "t=2026-10-10T13:55:36Z level=info method=GET path=/d/1 status=200 uname= duration=844.8µs",
    "t=2026-10-10T13:55:36Z method=GET path=/d/1 status=200 uname=CORP\\bob\r",
    "t=2026-10-10T13:55:36Z method=GET path=/d/1 status=401 uname=eve, more words",
]


@pytest.mark.parametrize("form", ["auto", "grafana", "logfmt:time=t,user=uname,method=method,uri=path,status=status"])
def test_key_value_pairs_are_read_as_json(form: str, tmp_path: Path) -> None:
    facts = read_text(tmp_path, "\n".join(LOGFMT * 3), format=form)
    assert dates(facts) == {"alice": ["2026-10-10"], "CORP\\bob": ["2026-10-10"]}
    assert reasons(facts) == {"access": 6, "anonymous": 3, "malformed": 3}


def test_pairs_of_no_known_format_are_refused_with_their_names(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"pairs of name and value \(logfmt:time=…\) with the names at, who"):
        read_text(tmp_path, 'at=2026-10-10T13:55:36Z who="Alice Doe"')


def test_pairs_that_grow_by_being_written_as_json_are_all_there() -> None:
    line = b"a=1 b=2\n"
    chunk = Chunk(Buffer(bytearray(b"xx" + line * 9)), 2, 2 + 9 * len(line))
    unwrap(chunk, ["logfmt"])
    assert chunk.buffer.data[chunk.start : chunk.end] == b'{"a":"1","b":"2"}\n' * 9


def array(*objects: str, between: str = ",") -> str:
    return "[" + between.join(objects) + "]"


CADDY = NAMED["caddy"].example
OBJECTS = [
    CADDY,
    CADDY.replace("alice", 'b]}\\\\\\"{['),
    json.dumps(json.loads(CADDY.replace("alice", "山田")), indent=2),
]


@pytest.mark.parametrize(
    "text",
    [
        array(*OBJECTS),
        "\ufeff [\r\n  " + ",\r\n  ".join(OBJECTS) + "\r\n]\r\n",
        array(OBJECTS[0]) + "\n" + array(*OBJECTS[1:], between="\n,"),
        "\n".join(json.dumps(json.loads(each), indent=1) for each in OBJECTS),  # jq .
    ],
)
def test_an_array_and_objects_over_several_lines_are_read(text: str, tmp_path: Path) -> None:
    facts = read_text(tmp_path, text)
    assert sorted(dates(facts)) == ["alice", 'b]}\\"{[', "山田"]
    assert facts.account.lines == 3
    (tmp_path / "log.gz").write_bytes(gzip.compress(text.encode()))
    assert dates(read([str(tmp_path / "log.gz")], today=TODAY)) == dates(facts)


@pytest.mark.parametrize("cut", [1, 2, 30, len(array(*OBJECTS)) - len(OBJECTS[0])])
def test_an_array_that_ends_in_the_middle_is_an_error(cut: int, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="it ends unexpectedly"):
        read_text(tmp_path, array(*OBJECTS)[:-cut])


def test_what_else_stands_in_an_array_is_malformed(tmp_path: Path) -> None:
    assert reasons(read_text(tmp_path, array(CADDY, "7") + " bye")) == {"access": 1, "malformed": 1}


class Pieces(io.BytesIO):
    """Bytes that come a few at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self.size = size

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        return super().readinto(buffer[: self.size])


@settings(max_examples=30, database=None, deadline=None)
@given(st.lists(st.dictionaries(st.text(), st.text() | st.dictionaries(st.text(), st.text()))), st.integers(1, 50))
def test_an_array_in_any_pieces_is_its_objects(objects: list[dict[str, object]], size: int) -> None:
    objects = [{"": "", **each} for each in objects] or [{"a": 1}]
    for written in (json.dumps(objects), json.dumps(objects, indent=2, ensure_ascii=False)):
        stream = RecordLines(Pieces(written.encode(), size))
        found, buffer = b"", bytearray(7)
        while got := stream.readinto(memoryview(buffer)):
            found += buffer[:got]
        assert [json.loads(line) for line in found.splitlines()] == objects
