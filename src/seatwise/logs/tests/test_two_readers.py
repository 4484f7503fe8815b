"""The C library and the plain reader agree about any bytes, and neither reads outside them.

SEATWISE_FUZZ multiplies the number of examples.
"""

import base64
import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from seatwise.logs import engine
from seatwise.logs.compiling import compiled
from seatwise.logs.fields import FormatError
from seatwise.logs.formats import parse_format
from seatwise.logs.judging import Judged
from seatwise.logs.reading import Source
from seatwise.logs.rules import Rules
from seatwise.logs.tests.guarded_answers import answer_of
from seatwise.logs.tests.samples import ENGINES, LINES, combined, read_bytes, read_files, source

CORPUS = Path(__file__).parents[4] / "tests" / "data" / "logs.jsonl"
TIMES = int(os.environ.get("SEATWISE_FUZZ", "1"))
TOKENS = [
    *(b'"', b"\\", b'\\"', b"\n", b"\r\n", b"\r", b"\0", b"%2f", b"%", b"%zz", b"\\x22", b"\\xZZ", b"\\n", b"\\q"),
    *(b"\\u0041", b"\\u00e9", b"\\ud83d\\ude00", b"\\ud83d", b"\\ude00", b"\\u005c", b"{", b"}", b"[", b"]", b"{}"),
    *(b",", b":", b" ", b" [", b"] ", b"-", b"- ", b"null", b"1", b"60", b"304", b"999", b"1000", b"9" * 19, b"0" * 20),
    *(
        b"\xff",
        b"\xc3\xa9",
        b"\xef\xbb\xbf",
        b"\xe3\x80\x80",
        b"#",
        b"?",
        b"/",
        b"http://",
        b"https://a",
        b"http://a\\x2f",
        b"GET http://a\\x3f/",
        b" [12/x/yy/zzz",
        b" HTTP",
        b"*",
    ),
    *(b"#Fields: date time cs-method cs-uri-stem cs-username sc-status\n", b"#Fields: date\n", b"\n#fields:\n"),
    *(b"Z", b"+09:00", b"-2430", b"+25:00", b".5", b".", b"T", b"Feb", b"Abc", b"30", b"31", b"1969", b"9999", b"GET "),
    *(
        b"192.0.2.7",
        b"192.0.2.7 - ",
        b"::1",
        b"13:55:36",
        b"UTC",
        b"[UTC]",
        b"e9",
        b"E-2",
        b"2.0",
        b"#Date: 2026-10-10 22:00:00\n",
    ),
    *(b"#Fields: time cs-method cs-uri-stem cs-username sc-status\n", b"2026/10/10 13:55:36", b"20261010T135536Z"),
    *(
        b"Sat, 10 Oct 2026 13:55:36 GMT",
        b"Sat Oct 10 13:55:36 2026",
        b'"a b"',
        b'"a""b"',
        b"  ",
        b"date-local time-local",
    ),
    *(
        b'"u":false,',
        b'"x" [',
        b'"u":"x",',
        b'"status":500,',
        b'"request":null,',
        b'"who":{"name":"eve"},',
        b"\t",
        b'""',
        b".css",
        b"/api/",
    ),
]
PIECES = st.sampled_from(TOKENS) | st.binary(max_size=4)


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, tuple[str, ...], str, bytes]:
    """A format, hosts, a zone, and a log that once was of that format."""
    form = draw(st.sampled_from(sorted(LINES)))
    other = draw(st.sampled_from(sorted(LINES)))
    strange = st.sampled_from(LINES[other]) | st.binary(max_size=30)
    lines = draw(st.lists(st.sampled_from(LINES[form] * 2) | strange, max_size=6))
    data = draw(st.sampled_from([b"\n", b"\r\n"])).join(lines)
    for where, deleted, put in draw(
        st.lists(st.tuples(st.integers(0, 1 << 20), st.sampled_from([0, 0, 1, 2, 7, 40]), PIECES), max_size=3)
    ):
        at = where % (len(data) + 1)
        data = data[:at] + put + data[at + deleted :]
    if draw(st.integers(0, 5)) == 5:
        data = data[: draw(st.integers(0, len(data)))]
    hosts = draw(st.sampled_from([(), ("wiki.*", "other")])) if parse_format(form).has_host else ()
    zone = draw(st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York"]))
    return form, hosts, zone, data


def how_to(form: str, hosts: tuple[str, ...], zone: str) -> Source:
    """The settings of a question."""
    return source(form, zone=zone, rules=Rules(hosts=hosts, programs=("BOT",)))


QUIET = settings(
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)


@given(questions())
@settings(QUIET, max_examples=200 * TIMES)
def test_both_readers_find_the_same(question: tuple[str, tuple[str, ...], str, bytes]) -> None:
    form, hosts, zone, data = question
    try:
        facts = read_bytes(data, how_to(form, hosts, zone))  # by both
    except FormatError:
        return
    assert facts.account.lines == sum(facts.account.reasons.values()) == len(lines_of(data))


def lines_of(data: bytes) -> list[bytes]:
    """The lines of a file."""
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return lines if lines[-1] else lines[:-1]


@given(questions())
@settings(QUIET, max_examples=100 * TIMES)
def test_both_readers_say_the_same_of_one_line(question: tuple[str, tuple[str, ...], str, bytes]) -> None:
    form, hosts, zone, data = question
    how = how_to(form, hosts, zone)
    in_c, plain = (by.lines(how.how(how.format)) for by in (ENGINES[0], engine.plain()))
    for line in lines_of(data):
        one, other = in_c.judge(line), plain.judge(line)
        if one.at is None:  # of a line that does not fit, nothing else counts
            assert {role: text for role, text in (other.fields or {}).items() if text} == one.fields
            one, other = replace(one, fields=None), replace(other, fields=None)
            if one.instant < 0:
                one, other = replace(one, instant=-1), replace(other, instant=-1)
        else:
            one, other = (Judged(judged.reason, judged.at) for judged in (one, other))
        assert one == other


def test_both_read_what_was_read_before() -> None:
    """A few hundred logs that once were right, with what was found in them: `tests/data/logs.jsonl`."""
    for text in CORPUS.read_text().splitlines():
        form, hosts, zone, data, expected = json.loads(text)
        found = json.loads(json.dumps(answer_of(read_bytes(base64.b64decode(data), how_to(form, tuple(hosts), zone)))))
        assert found == expected, (form, base64.b64decode(data))


@pytest.mark.parametrize("form", sorted(LINES))
def test_both_agree_on_every_truncation_of_every_sample(form: str) -> None:
    data = b"\n".join(line[:end] for line in LINES[form] for end in range(len(line) + 1) if line[:1] != b"#")
    assert read_bytes(data, how_to(form, (), "Asia/Tokyo")).account.lines > 2


def many_logins() -> bytes:
    """So many long logins and months that every table of the kernel must grow, most of them more than once."""
    return b"".join(
        combined(f"somebody-with-a-long-name-{i % 2300}", time=f"01/{'Jan' if i % 2 else 'Mar'}/2026:00:00:00 +0000")
        for i in range(2600)
    )


def test_tables_grow_as_often_as_they_must() -> None:
    facts = read_bytes(many_logins(), how_to("combined", (), "UTC"))
    assert len(facts.logins) == 2300


def test_a_line_longer_than_a_window_is_read_like_any_other() -> None:
    long = combined("alice").replace(b"Mozilla", b"M" * 200_000)
    data = combined("bob") + long + combined("carol") + long.replace(b"alice", b"dave") + b"x" * 70_000
    facts = read_bytes(data, how_to("combined", (), "UTC"))
    assert sorted(facts.logins) == ["alice", "bob", "carol", "dave"]
    assert facts.account.reasons["malformed"] == 1


class Guarded:
    """The program that reads between guard pages, started when it is first asked."""

    def __init__(self, path: Path, environment: dict[str, str]) -> None:
        self.path, self.environment = path, {**os.environ, **environment, "PYTHONWARNINGS": "error"}
        self.program: subprocess.Popen[bytes] | None = None

    def ask(self, form: str, hosts: tuple[str, ...], zone: str, data: bytes) -> list[Any]:
        """The answers about data: at the end, and at the beginning, of what memory there is."""
        return self.answer({"format": form, "hosts": hosts, "zone": zone, "data": base64.b64encode(data).decode()})

    def answer(self, question: dict[str, Any]) -> list[Any]:
        """The answers to one question."""
        if self.program is None:
            self.program = subprocess.Popen(
                [sys.executable, "-m", "seatwise.logs.tests.guarded", str(self.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=self.environment,
            )
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write(json.dumps(question).encode() + b"\n")
        self.program.stdin.flush()
        answer = self.program.stdout.readline()
        if not answer:
            code = self.program.wait()
            self.stop()
            pytest.fail(f"the C library died (exit code {code}): it read outside its buffer, or did what C forbids")
        found: list[Any] = json.loads(answer)
        return found

    def stop(self) -> None:
        """End the program."""
        if self.program is not None:
            assert self.program.stdin is not None
            assert self.program.stdout is not None
            self.program.stdin.close()
            self.program.wait()
            self.program.stdout.close()
            self.program = None


def sanitizer() -> str:
    """The address sanitizer of this machine's compiler, or "" if it has none."""
    said = subprocess.run(["cc", "-print-file-name=libasan.so"], capture_output=True, text=True).stdout.strip()
    return said if os.path.isabs(said) else ""


FLAGS_OF = {
    "as in use": "",
    "16 bytes at once": "-DSEATWISE_NARROW",
    "plain C": "-DSEATWISE_PLAIN",
    "with sanitizers": "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all",
}


@pytest.fixture(params=FLAGS_OF)
def guarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """The C library between guard pages, built in each way."""
    if not sys.platform.startswith("linux") or shutil.which("cc") is None:
        pytest.skip("guard pages are made with Linux's mprotect, and libraries with cc")
    flags = FLAGS_OF[request.param].split()
    environment = {}
    if request.param == "with sanitizers":
        environment = {"LD_PRELOAD": sanitizer(), "ASAN_OPTIONS": "detect_leaks=0", "PYTHONMALLOC": "malloc"}
        if not sanitizer():
            pytest.skip("cc has no sanitizers here")
    path = compiled(["cc"], tmp_path_factory.mktemp("library"), flags=[*flags, "-Wall", "-Wextra", "-Werror"])
    assert path is not None
    found = Guarded(path, environment)
    yield found
    found.stop()


def several_files(folder: Path) -> list[str]:
    """A rotated set of long lines, some 17 MB: several buffers for each of two threads."""
    files = []
    for number, suffix in enumerate(("", ".1", ".2.gz")):
        lines = [
            combined(f"user{i % 40}", time=f"{28 - 9 * number - i // 30:02}/Sep/2026:12:00:00 +0000").replace(
                b"Mozilla", b"M" * (i * 7919 % 60_001)
            )
            for i in range(190)
        ]
        data = b"".join(lines) + b"x" * (1 << 21) + b"\n" + combined("last", status="x")
        (folder / f"access.log{suffix}").write_bytes(gzip.compress(data, 1) if suffix.endswith("gz") else data)
        files.append(str(folder / f"access.log{suffix}"))
    return files


def test_the_library_finds_the_same_and_reads_nothing_outside_its_buffer(guarded: Guarded, tmp_path: Path) -> None:
    """One test, so that the library is made once in each way."""

    def check(question: tuple[str, tuple[str, ...], str, bytes]) -> None:
        form, hosts, zone, data = question
        try:
            expected: Any = json.loads(json.dumps(answer_of(read_bytes(data, how_to(form, hosts, zone)))))
        except FormatError:
            expected = "FormatError"
        assert guarded.ask(form, hosts, zone, data) == [expected, expected]

    for form in sorted(LINES):
        check((form, (), "Asia/Tokyo", b"\n".join(LINES[form])))
        for line in LINES[form]:
            check((form, (), "America/New_York", b"\n".join(line[:end] for end in range(1, len(line) + 1))))
    check(("combined", (), "UTC", many_logins()))
    files = several_files(tmp_path)
    expected = json.loads(json.dumps(answer_of(read_files(files))))
    assert expected["reasons"]["access"] == 570
    for order in (files, files[::-1], files[1:] + files[:1]):
        [found] = guarded.answer({"files": order})
        found.pop("samples")
        assert found == {name: value for name, value in expected.items() if name != "samples"}
    assert guarded.answer({"files": files})[0]["samples"] == expected["samples"]
    settings(QUIET, max_examples=300 * TIMES)(given(questions())(check))()
