"""What others put around a line is taken off, found out or named; holes, changing files and files of other kinds."""

import gzip
import json
import os
from pathlib import Path

import pytest

from seatwise.lib.days import days_in
from seatwise.logs.detection import detect, note_wrappers
from seatwise.logs.facts import Facts
from seatwise.logs.fields import FormatError
from seatwise.logs.formats import parse_format
from seatwise.logs.holes import Holes
from seatwise.logs.inputs import UnreadableInput
from seatwise.logs.named_formats import NAMED
from seatwise.logs.places import find_inputs
from seatwise.logs.reading import read, read_inputs
from seatwise.logs.rules import Rules
from seatwise.logs.tests.samples import TODAY, combined, source
from seatwise.logs.wrappers import named_wrappers, unwrapped

PLAIN = [combined().decode(), combined("-").decode(), combined("CORP\\tanaka").decode()]
LOGINS = ["CORP\\tanaka", "alice"]


def docker(line: str) -> str:
    """As Docker's json-file driver keeps it."""
    return json.dumps({"log": line, "stream": "stdout", "time": "2026-10-10T13:55:36.6Z"}) + "\n"


PREFIXES = {
    "syslog": ["Oct 10 13:50:36 web1 nginx: ", "<190>Oct  1 13:50:36 web1 nginx: ", "2026-10-10T13:50:36Z w a[1]: ",
               "Oct 10 13:50:36 nginx: ", "Sat 2026-10-10 13:50:36 UTC web1 nginx[8]: "],
    "syslog5424": ["<190>1 2026-10-10T13:50:36.003Z web1 nginx 8710 - - ",
                   '<13>1 2026-10-10T13:50:36Z w n - I [a b="c]"] ', "<190>1 - web1 nginx 8710 - - "],
    "compose": ["nginx-1  | ", "\x1b[36mnginx-1  | \x1b[0m", "a.1.x@n    | ",
                "web_1 | 2026-10-10T13:50:36.123456789Z "],
    "kubectl": ["[pod/web-7c5d/nginx] ", "[pod/a/b] 2026-10-10T13:50:36.1Z "],
    "cri": ["2026-10-10T13:50:36.689166775Z stdout F ", "2026-10-10T13:50:36+09:00 stderr F "],
    "date": ["2026-10-10T13:50:36.6Z ", "[2026-10-10 13:50:36,123] ", "Oct 10 13:50:36 "],
    "date-host": ["2026/10/10 08:16:01 w.example.com ", "Oct 10 13:50:36 web1 "],
    "prefix": ["web-7c5d nginx ", "203.0.113.9, ", "203.0.113.9, 10.0.0.1, ", "default/web[nginx]: ", "INFO  access  "],
}  # fmt: skip


def read_text(folder: Path, text: str, form: str = "auto") -> Facts:
    """The facts of a file with this text."""
    (folder / "log").write_text(text)
    return read([str(folder / "log")], format=form, today=TODAY)


@pytest.mark.parametrize("prefix", [prefix for prefixes in PREFIXES.values() for prefix in prefixes])
@pytest.mark.parametrize("form", ["combined", "caddy"])
def test_what_stands_before_lines_is_found_out(prefix: str, form: str, tmp_path: Path) -> None:
    lines = PLAIN if form == "combined" else [NAMED["caddy"].example + "\n"]
    facts = read_text(tmp_path, "".join(prefix + line for line in lines))
    assert sorted(login.login for login in facts.logins.values()) == (LOGINS if form == "combined" else ["alice"])
    assert facts.account.reasons["malformed"] == 0
    assert facts.account.lines == len(lines)


@pytest.mark.parametrize(
    "wrap",
    [
        docker,
        lambda line: docker("Oct 10 13:50:36 web1 nginx: " + line),
        lambda line: json.dumps({"MESSAGE": line.rstrip(), "PRIORITY": "6"}) + "\n",
        lambda line: json.dumps({"MESSAGE": list(line.rstrip().encode())}) + "\n",
        lambda line: json.dumps({"@timestamp": "2026-10-10T13:50:36Z", "message": line.rstrip()}) + "\n",
        lambda line: "app-1 | " + docker(line),
        lambda line: json.dumps({"preview": False, "result": {"_time": "x", "_raw": line.rstrip()}}) + "\n",
        lambda line: json.dumps({"_index": "x", "_source": {"message": line.rstrip()}}) + "\n",
    ],
)
def test_lines_within_json_are_found(wrap: object, tmp_path: Path) -> None:
    facts = read_text(tmp_path, "".join(wrap(line) for line in PLAIN))  # type: ignore[operator]
    assert sorted(login.login for login in facts.logins.values()) == LOGINS
    assert facts.account.reasons["anonymous"] == 1


def test_values_with_labels_are_read_as_they_stand() -> None:
    line = rb"time:[10/Oct/2026:13:55:36 +0900]" + b'\tuser:CORP\\"a\treq:GET /?a=b:c HTTP/1.1\tstatus:200\tua:\r'
    assert json.loads(unwrapped(line, ["ltsv"])) == {
        "time": "10/Oct/2026:13:55:36 +0900", "user": 'CORP\\"a', "req": "GET /?a=b:c HTTP/1.1", "status": "200",
        "ua": "",
    }  # fmt: skip
    assert unwrapped(b"a: b\tc", ["ltsv"]) == b"a: b\tc"


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ('{"@timestamp":1,"remote_user":"a","request":"GET / HTTP/1.1","status":"200"}',
         "json:time=@timestamp,user=remote_user,status=status,request=request"),
        ('{"time":1,"user":{"name":"a"},"http.method":"GET","url":{"path":"/"},"response":{"status":200}}',
         r"json:time=time,user=user.name,method=http\.method,uri=url.path,status=response.status"),
        ('2026-10-10T13:50:36Z\tapp\t{"time":1,"user":"a","method":"GET","path":"/","code":"200"}',
         "json:time=time,user=user,method=method,uri=path,status=code"),
        ("ts=1 user=a method=GET path=/ status=200", "logfmt:time=ts,user=user,method=method,uri=path,status=status"),
        ("ts:1\tuser:a\tmethod:GET\tpath:/\tcode:200", "ltsv:time=ts,user=user,method=method,uri=path,status=code"),
    ],
)  # fmt: skip
def test_a_format_is_suggested_by_the_names_of_a_line_and_can_be_given(line: str, form: str, tmp_path: Path) -> None:
    (tmp_path / "log").write_text(line + "\n")
    with pytest.raises(FormatError) as refusal:
        detect(find_inputs([str(tmp_path / "log")]))
    assert refusal.value.notice.values.get("format") == form
    assert parse_format(form).json is not None


def test_where_no_name_seems_to_be_a_users_it_is_said_how_to_get_it_there(tmp_path: Path) -> None:
    (tmp_path / "log").write_text('{"time":1,"method":"GET","path":"/","status":200}\n')
    with pytest.raises(FormatError, match="how to get it into the log"):
        detect(find_inputs([str(tmp_path / "log")]))


@pytest.mark.parametrize("row", ["{},nginx", '2026-10-10T13:50:36Z,"web, one",{}', "a;{};\r", "a\t{}", "{}"])
def test_lines_within_the_cells_of_a_table_are_found(row: str, tmp_path: Path) -> None:
    cells = ['"' + line.rstrip().replace('"', '""') + '"' for line in PLAIN]
    facts = read_text(tmp_path, "Date,Line\n" + "".join(row.format(cell) + "\n" for cell in cells))
    assert sorted(login.login for login in facts.logins.values()) == LOGINS
    assert (facts.account.reasons["anonymous"], facts.account.reasons["malformed"]) == (1, 1)


def test_what_a_container_cut_is_joined(tmp_path: Path) -> None:
    stamp, line = "2026-10-10T13:50:36.6Z stdout ", PLAIN[0]
    text = f"{stamp}P {line[:30]}\n{stamp}P {line[30:60]}\n{stamp}F {line[60:]}{stamp}F {PLAIN[2]}"
    assert read_text(tmp_path, text).account.reasons["access"] == 2
    cut = docker(line[:30]) + docker(line[30:]) + docker(PLAIN[2])
    assert read_text(tmp_path, cut).account.reasons["access"] == 2


@pytest.mark.parametrize("wrapper", ["docker", "cri"])
def test_a_line_that_was_cut_is_whole_wherever_a_chunk_ends(tmp_path: Path, wrapper: str) -> None:
    long = PLAIN[0].replace("GET /", "GET /?" + "q" * 17_000)
    stamp = "2026-10-10T13:50:36.6Z stdout "
    if wrapper == "docker":
        text = docker(long[:3_000]) + docker(long[3_000:])
    else:
        text = f"{stamp}P {long[:3_000]}\n{stamp}F {long[3_000:]}"
    facts = read_text(tmp_path, text * 100)
    assert (facts.account.lines, facts.account.reasons["access"]) == (100, 100)


def test_lines_whose_ends_a_shipper_took_away_are_not_joined(tmp_path: Path) -> None:
    lines = [json.dumps({"date": 1791608136.1, "log": line.rstrip()}) + "\n" for line in PLAIN]
    facts = read_text(tmp_path, "".join(lines))
    assert (facts.account.lines, facts.account.reasons["access"]) == (3, 2)
    other = json.dumps({"level": "info", "text": "starting"}) + "\n"
    facts = read_text(tmp_path, other + "".join(map(docker, PLAIN)) + other)
    assert (facts.account.lines, facts.account.reasons["malformed"]) == (5, 2)


def test_the_console_of_caddy_has_its_time_before_the_json(tmp_path: Path) -> None:
    line = NAMED["caddy"].example.replace('"ts":1791608136.1,', "")
    facts = read_text(tmp_path, f"2026/10/10 13:50:36.123\tINFO\thttp.log.access.log0\thandled request\t{line}\n")
    assert list(facts.logins) == ["alice"]


def test_a_wrapper_is_found_where_the_format_is_given_and_can_be_named_or_ruled_out(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("nginx-1  | " + PLAIN[0])
    for wrapper, logins in ((None, ["alice"]), ("compose", ["alice"]), ("none", []), ("cri", [])):
        inputs = find_inputs([str(tmp_path / "log")])
        note_wrappers(inputs, parse_format("combined"), wrapper)
        assert list(read_inputs(inputs, source()).logins) == logins
    with pytest.raises(FormatError, match=r"'x' is not a wrapper\. Known wrappers: none, cri"):
        named_wrappers("docker+x")


def test_lines_of_other_kinds_between_do_not_hide_the_format(tmp_path: Path) -> None:
    other = '{"level":"info","ts":1760104536.1,"logger":"tls","msg":"cleaning"}\n'
    facts = read_text(tmp_path, other * 150 + NAMED["caddy"].example + "\n" + other)
    assert list(facts.logins) == ["alice"]
    assert facts.account.reasons["malformed"] == 151


def test_json_that_names_no_login_is_not_taken_for_a_format_that_does(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="JSON with the names"):
        read_text(tmp_path, '{"time":"2026-10-10T08:09:12Z","method":"GET","path":"/","status":200,"who":"a"}\n')


@pytest.mark.parametrize("size", [1, 7, 8, 300_000, 5 << 20])
def test_holes_of_any_size_are_passed_over_and_counted(size: int, tmp_path: Path) -> None:
    hole = bytes(size)
    (tmp_path / "log").write_bytes(hole + PLAIN[0].encode() + hole + PLAIN[2].encode())
    facts = read([str(tmp_path / "log")], today=TODAY)
    assert sorted(login.login for login in facts.logins.values()) == LOGINS
    assert (facts.account.lines, facts.account.reasons["malformed"]) == (2, 0)
    [said] = facts.account.said
    assert f"{2 * size} zero bytes" in str(said)


def test_a_hole_ends_the_line_that_it_cuts(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(PLAIN[0].encode()[:40] + bytes(5000) + PLAIN[2].encode())
    facts = read([str(tmp_path / "log")], today=TODAY)
    assert list(facts.logins) == ["corp\\tanaka"]
    assert facts.account.reasons["malformed"] == 1


def test_a_file_that_shrinks_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(PLAIN[0] * 100)
    inputs = find_inputs([str(tmp_path / "log")])
    os.truncate(tmp_path / "log", 4000)
    with pytest.raises(UnreadableInput, match=f"{len(PLAIN[0]) * 100 - 4000} bytes are missing"):
        read_inputs(inputs, source())


@pytest.mark.parametrize("garbage", [b"x", b"garbage, longer than a header", b"\x00\x00x"])
def test_what_follows_packed_data_is_named(garbage: bytes, tmp_path: Path) -> None:
    (tmp_path / "log.gz").write_bytes(gzip.compress(PLAIN[0].encode() * 50) + garbage)
    with pytest.raises(UnreadableInput, match="uncompressed data follows"):
        read([str(tmp_path / "log.gz")], today=TODAY)
    (tmp_path / "log.gz").write_bytes(gzip.compress(PLAIN[0].encode() * 50)[:-4])
    with pytest.raises(UnreadableInput, match="ends in the middle of compressed data"):
        read([str(tmp_path / "log.gz")], today=TODAY)


def test_each_file_has_its_own_format_and_an_unsuitable_one_vetoes_nothing(tmp_path: Path) -> None:
    (tmp_path / "access.log").write_text(PLAIN[0])
    (tmp_path / "caddy.log").write_text(NAMED["caddy"].example.replace("alice", "CORP\\\\carol") + "\n")
    (tmp_path / "error.log").write_text("[error] 7#7: nothing\n")
    fields = "#Fields: date time cs-method cs-uri-stem %s sc-status\n2026-10-10 23:00:00 GET / CORP\\\\dan 200\n"
    (tmp_path / "u_ex.log").write_text(fields % "cs-username")
    (tmp_path / "httperr.log").write_text(fields % "c-ip")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    inputs = find_inputs([str(tmp_path)])
    assert detect(inputs).format.name == "combined"
    facts = read_inputs(inputs, source(zone="Asia/Tokyo"))
    assert sorted(login.login for login in facts.logins.values()) == ["CORP\\\\dan", "CORP\\carol", "alice"]
    said = "\n".join(map(str, facts.account.passed_over))
    for name, why in (("error.log", "[error] 7#7"), ("httperr.log", "lacks the login"), ("pipe", "neither a file"),
                      ("nowhere", "link is broken")):  # fmt: skip
        assert name in said
        assert why in said
    assert len(facts.account.passed_over) == 4
    [several] = facts.account.said
    assert "(combined: access.log; caddy: caddy.log; iis: u_ex.log)" in str(several)


@pytest.mark.parametrize("first", [docker("starting up\n") * 120, docker("x" * 9_000 + "\n")])
@pytest.mark.parametrize("form", ["auto", "combined"])
def test_a_wrapper_is_found_behind_much_that_fits_nothing(first: str, form: str, tmp_path: Path) -> None:
    (tmp_path / "log").write_text(first + "".join(map(docker, PLAIN)))
    inputs = find_inputs([str(tmp_path / "log")])
    if form == "auto":
        detect(inputs)
    else:
        note_wrappers(inputs, parse_format(form))
    assert inputs[0].wrapper == ("docker",)
    assert sorted(login.login for login in read_inputs(inputs, source()).logins.values()) == LOGINS


def test_a_text_that_somebody_typed_makes_nobody_a_user(tmp_path: Path) -> None:
    caddy = NAMED["caddy"].example
    typed = caddy.replace("alice", "victim")
    prefix = "Oct 10 13:50:36 web1 caddy[1]: "
    facts = read_text(tmp_path, (prefix + caddy + "\n") * 20 + f"Oct 10 13:50:36 web1 app[9]: bad body {typed}\n")
    assert list(facts.logins) == ["alice"]
    message = json.dumps({"MESSAGE": "app: said\n" + PLAIN[0].replace("alice", "victim")}) + "\n"
    lines = "".join(json.dumps({"MESSAGE": line.rstrip()}) + "\n" for line in PLAIN)
    facts = read_text(tmp_path, lines + message)
    assert sorted(login.login for login in facts.logins.values()) == LOGINS
    path = PLAIN[1].replace("GET /", 'GET /9.9.9.9 - victim [10/Oct/2026:13:55:36 +0000] "GET ')
    facts = read_text(tmp_path, "".join("web-1 " + line for line in [*PLAIN, path]))
    assert sorted(login.login for login in facts.logins.values()) == LOGINS


@pytest.mark.parametrize("prefix", ["nginx-1  | 2026-10-10T13:55:36.123456789Z ", "203.0.113.9, "])
def test_what_stands_before_a_line_is_no_host(prefix: str, tmp_path: Path) -> None:
    (tmp_path / "log").write_text("".join(prefix + line for line in PLAIN))
    inputs = find_inputs([str(tmp_path / "log")])
    assert detect(inputs).format.name == "combined"
    assert inputs[0].wrapper


@pytest.mark.parametrize("before", range(12))
def test_a_hole_that_begins_where_a_block_ends_ends_the_line_that_it_cuts(before: int) -> None:
    holes, data = Holes(), bytearray(200)
    end = 0
    for block in (b"cut off" + bytes(before), bytes(20 - before) + b"whole\n"):
        data[end : end + len(block)] = block
        end = holes.close(data, end, end + len(block))
    assert bytes(data[:end]) == b"cut off\nwhole\n"
    assert holes.passed == 20


def test_an_empty_file_says_nothing_about_formats(tmp_path: Path) -> None:
    (tmp_path / "access.log").write_text("")
    (tmp_path / "access.log.1").write_text(NAMED["vhost-combined"].example + "\n")
    inputs = find_inputs([str(tmp_path)])
    how = source(detect(inputs).format.name, rules=Rules(hosts=("wiki.example.com",)))
    assert list(read_inputs(inputs, how).logins) == ["alice"]


def test_a_file_in_which_nothing_could_be_read_parts_its_rotated_set(tmp_path: Path) -> None:
    line = '192.0.2.7 - alice [%02d/Oct/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "M"\n'
    for name, text in (("access.log", line % 12), ("access.log.1", "x\n"), ("access.log.2", line % 9)):
        (tmp_path / name).write_text(text)
    inputs = find_inputs([str(tmp_path)])
    assert [day - 20726 for day in days_in(read_inputs(inputs, source()).covered)] == [9, 12]
    (tmp_path / "access.log.1").write_text("")
    facts = read_inputs(find_inputs([str(tmp_path)]), source())
    assert [day - 20726 for day in days_in(facts.covered)] == [9, 10, 11, 12]
