"""The kernel interpreted, the kernel compiled, and a slow reader agree about any bytes, and none reads outside them.

SEATWISE_FUZZ multiplies the number of examples.
"""

import base64
import gzip
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seatwise.logs.fields import FormatError
from seatwise.logs.formats import parse_format
from seatwise.logs.reading import Source
from seatwise.logs.rules import Rules
from seatwise.logs.tests import slow_reader
from seatwise.logs.tests.guarded_answers import answer_of
from seatwise.logs.tests.samples import LINES, combined, read_bytes, read_files, source

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
    *(b'"u":"x",', b'"status":500,', b'"request":null,', b'"who":{"name":"eve"},', b"\t", b'""', b".css", b"/api/"),
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
def test_the_interpreted_kernel_finds_what_a_slow_reader_finds(
    question: tuple[str, tuple[str, ...], str, bytes],
) -> None:
    form, hosts, zone, data = question
    how = how_to(form, hosts, zone)
    try:
        expected = slow_reader.read(data, how)
    except FormatError:
        with pytest.raises(FormatError):
            read_bytes(data, how)
        return
    facts = read_bytes(data, how)
    assert slow_reader.result_of(facts) == expected
    assert facts.account.lines == sum(facts.account.reasons.values()) == len(list(slow_reader.lines_of(data)))


@pytest.mark.parametrize("form", sorted(LINES))
def test_both_agree_on_every_truncation_of_every_sample(form: str) -> None:
    how = how_to(form, (), "Asia/Tokyo")
    data = b"\n".join(line[:end] for line in LINES[form] for end in range(len(line) + 1) if line[:1] != b"#")
    assert slow_reader.result_of(read_bytes(data, how)) == slow_reader.read(data, how)


def many_logins() -> bytes:
    """So many long logins and months that every table of the kernel must grow, most of them more than once."""
    return b"".join(
        combined(f"somebody-with-a-long-name-{i % 2300}", time=f"01/{'Jan' if i % 2 else 'Mar'}/2026:00:00:00 +0000")
        for i in range(2600)
    )


def test_tables_grow_as_often_as_they_must() -> None:
    how = how_to("combined", (), "UTC")
    facts = read_bytes(many_logins(), how)
    assert len(facts.logins) == 2300
    assert slow_reader.result_of(facts) == slow_reader.read(many_logins(), how)


class Compiled:
    """The program that runs the compiled kernel, started when it is first asked and again after it has died."""

    def __init__(self, cache: Path, *, checked: bool) -> None:
        self.environment = {
            **os.environ,
            "NUMBA_BOUNDSCHECK": str(int(checked)),
            "SEATWISE_CACHE_DIR": str(cache),
            "PYTHONWARNINGS": "error",
        }
        self.program: subprocess.Popen[bytes] | None = None

    def ask(self, form: str, hosts: tuple[str, ...], zone: str, data: bytes) -> list[Any]:
        """The answers about data: at the end, and at the beginning, of what memory there is."""
        return self.answer({"format": form, "hosts": hosts, "zone": zone, "data": base64.b64encode(data).decode()})

    def answer(self, question: dict[str, Any]) -> list[Any]:
        """The answers to one question."""
        if self.program is None:
            self.program = subprocess.Popen(
                [sys.executable, "-m", "seatwise.logs.tests.guarded"],
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
            pytest.fail(f"the compiled kernel died (exit code {code}): it read outside its buffer, or raised")
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


@pytest.fixture(params=[True, False], ids=["bounds checked", "by pointer, as in use"])
def compiled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compiled]:
    """The compiled kernel between guard pages: with bounds checks on arrays, and by bare pointers as it is used."""
    if importlib.util.find_spec("numba") is None:
        pytest.skip("numba is not installed here: only the interpreted kernel is tested")
    if not sys.platform.startswith("linux"):
        pytest.skip("guard pages are made with Linux's mprotect")
    found = Compiled(tmp_path_factory.mktemp("cache"), checked=request.param)
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


def test_the_compiled_kernel_finds_the_same_and_reads_nothing_outside_its_buffer(
    compiled: Compiled, tmp_path: Path
) -> None:
    """One test, so that the kernel is compiled once in each way."""

    def check(question: tuple[str, tuple[str, ...], str, bytes]) -> None:
        form, hosts, zone, data = question
        try:
            expected: Any = json.loads(json.dumps(answer_of(read_bytes(data, how_to(form, hosts, zone)))))
        except FormatError:
            expected = "FormatError"
        assert compiled.ask(form, hosts, zone, data) == [expected, expected]

    for form in sorted(LINES):
        check((form, (), "Asia/Tokyo", b"\n".join(LINES[form])))
        for line in LINES[form]:
            check((form, (), "America/New_York", b"\n".join(line[:end] for end in range(1, len(line) + 1))))
    check(("combined", (), "UTC", many_logins()))
    files = several_files(tmp_path)
    expected = json.loads(json.dumps(answer_of(read_files(files))))
    assert expected["reasons"]["access"] == 570
    for order in (files, files[::-1], files[1:] + files[:1]):
        [found] = compiled.answer({"files": order})
        found.pop("samples")
        assert found == {name: value for name, value in expected.items() if name != "samples"}
    assert compiled.answer({"files": files})[0]["samples"] == expected["samples"]
    settings(QUIET, max_examples=300 * TIMES)(given(questions())(check))()
