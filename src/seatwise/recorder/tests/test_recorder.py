"""What is recorded, and that neither a request nor a line depends on how Seatwise is."""

import json
import logging
import math
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from seatwise.logs.reading import read
from seatwise.logs.rules import Rules
from seatwise.recorder import Recorder, Refused, Unreachable
from seatwise.recorder.recorder import QUARTER, line
from seatwise.recorder.sender import Sender
from seatwise.recorder.spool import Spool

NOON = 1_796_040_000.0  # a whole quarter of an hour
LATER = 22_000  # a day in 2030


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


def said(lines: Sequence[bytes]) -> list[dict[str, Any]]:
    return [json.loads(found) for found in lines]


def idle(spool: Path | None = None, most: int = 100, **more: Any) -> tuple[Recorder, list[bytes]]:
    """A recorder whose thread never runs: a test takes its turns."""
    got: list[bytes] = []
    recorder = Recorder(deliver=got.extend, spool=spool, most_waiting=most, **more)
    recorder.sender.start = lambda: None  # type: ignore[method-assign]
    return recorder, got


def test_nothing_but_the_standard_library_is_imported() -> None:
    code = (
        "import sys; before = set(sys.modules); import seatwise.recorder;"
        "print(*sorted({name for name in set(sys.modules) - before"
        " if name.partition('.')[0] not in sys.stdlib_module_names}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = done.stdout.split()
    assert "seatwise.recorder.spool" in names
    assert [name for name in names if name != "seatwise" and not name.startswith("seatwise.recorder")] == []


@pytest.mark.parametrize(
    ("login", "method", "status"),
    [("", "GET", 200), (None, "GET", 200), ("ann", "HEAD", 200), ("ann", "PUT", 200), ("ann", "GET", 199)]
    + [("ann", "GET", status) for status in (301, 302, 303, 307, 400, 401, 403, 404, 500)],
)
def test_what_can_be_no_access_is_left_out(login: str | None, method: str, status: int) -> None:
    recorder, got = idle()
    recorder.record(login, method, "wiki", "/", status)
    recorder.record("ben", "POST", "wiki", "/a b?", 304)
    recorder.sender.turn()
    fields = {"time": int(recorder.clock()), "login": "ben", "method": "POST", "host": "wiki", "path": "/a%20b%3F"}
    assert [{**each, "time": int(each["time"])} for each in said(got)] == [fields | {"status": 304}]


def test_each_page_is_said_once_in_a_quarter_of_an_hour_in_which_a_day_may_begin() -> None:
    clock = Clock()
    recorder, got = idle(clock=clock)

    def ask(now: float, login: str, path: str) -> None:
        clock.now = now
        recorder.record(login, "GET", "wiki", path, 200)

    last = NOON + QUARTER - 0.0001
    ask(NOON, "ann", "/a")
    ask(last, "ann", "/a")
    ask(last, "ann", "/b")
    ask(last, "ben", "/a")
    ask(NOON + QUARTER, "ann", "/a")
    ask(NOON, "ann", "/a")  # the clock was put back
    recorder.sender.turn()
    found = [(each["time"] - NOON, each["login"], each["path"]) for each in said(got)]
    assert found == [
        (0, "ann", "/a"),
        (pytest.approx(899.999), "ann", "/b"),
        (pytest.approx(899.999), "ben", "/a"),
        (900, "ann", "/a"),
        (0, "ann", "/a"),
    ]


def test_a_line_for_which_there_was_no_room_is_recorded_with_the_next_request(caplog: Any) -> None:
    recorder, got = idle(most=2)
    for login in ("ann", "ben", "eve", "eve"):
        recorder.record(login, "GET", "wiki", "/", 200)
    assert [record.message for record in caplog.records] == [
        "Requests are not recorded, because too many wait to be sent."
    ]
    recorder.sender.turn()
    assert "2 of them were lost" in caplog.messages[-1]
    recorder.record("eve", "GET", "wiki", "/", 200)
    recorder.sender.turn()
    assert [each["login"] for each in said(got)] == ["ann", "ben", "eve"]


def test_a_heartbeat_says_that_all_was_sent_and_comes_again_when_it_is_due() -> None:
    got: list[list[bytes]] = []
    own = Sender(lambda lines: got.append(list(lines)), spool=None, most=10)
    for each in (b"one", b"two"):
        own.put(each)
        own.turn()
    assert got == [[b"one"], [], [b"two"]]
    own.next_beat = 0.0
    own.turn()
    assert got[3:] == [[]]
    assert own.rest() <= 300


def test_any_request_starts_the_thread_which_says_that_somebody_is_there() -> None:
    got: list[list[bytes]] = []
    recorder = Recorder(deliver=lambda lines: got.append(list(lines)))
    recorder.record(None, "GET", "wiki", "/health", 404)
    recorder.close(60)
    assert got == [[]]


def test_a_request_is_never_harmed_and_a_failure_is_logged_once(caplog: Any) -> None:
    recorder, _got = idle()
    for _ in range(2):
        recorder.record("ann", "GET", "wiki", None, 200)  # type: ignore[arg-type]
    assert len(caplog.records) == 1


class Away:
    """A receiver that is away until told otherwise."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.trouble: Exception | None = Unreachable("away", 5.0)

    def __call__(self, lines: Sequence[bytes]) -> None:
        if self.trouble:
            raise self.trouble
        self.got += lines


def sender(receiver: Away, spool: Spool | None = None) -> Sender:
    return Sender(receiver, spool=spool, most=1000)


def test_lines_lie_in_the_spool_while_seatwise_is_away_and_outlive_the_process(tmp_path: Path, caplog: Any) -> None:
    receiver, folder = Away(), tmp_path / "spool"
    first = sender(receiver, Spool(folder, 1000))
    for each in (b"one", b"two"):
        first.put(each)
        first.turn()
        assert not first.waiting
        assert not first.batch
    assert first.next_beat == 0.0
    assert first.rest() <= 5
    assert len(list(folder.iterdir())) == 1
    assert [record.message for record in caplog.records] == ["Requests wait to be recorded: away"]
    second = sender(receiver, Spool(folder, 1000))
    receiver.trouble = None
    second.turn()
    assert receiver.got == []  # the file's process lives
    first.begin_anew()  # as if it had ended
    torn = next(folder.iterdir())
    torn.write_bytes(torn.read_bytes() + b"thr")
    second.turn()
    assert receiver.got == [b"one", b"two"]
    assert list(folder.iterdir()) == []


def test_the_process_itself_empties_its_spool_when_seatwise_is_back(tmp_path: Path, caplog: Any) -> None:
    receiver = Away()
    own = sender(receiver, Spool(tmp_path, 1000))
    own.put(b"one")
    own.turn()
    assert own.not_before > 0
    receiver.trouble, own.not_before = None, math.inf  # it is not time to try again yet
    own.put(b"two")
    own.turn()
    assert receiver.got == []
    own.not_before = 0.0
    own.put(b"three")
    own.turn()
    assert receiver.got == [b"three", b"one", b"two"]
    assert caplog.messages[-1] == "Requests are recorded again; 0 of them were lost."
    assert list(tmp_path.iterdir()) == []


def test_a_full_spool_keeps_what_it_has_and_counts_the_rest(tmp_path: Path, caplog: Any) -> None:
    receiver = Away()
    own = sender(receiver, Spool(tmp_path, 10))
    for each in (b"one", b"two", b"three", b"four"):
        own.put(each)
        own.turn()
    receiver.trouble, own.not_before = None, 0.0
    own.turn()
    assert receiver.got == [b"one", b"two"]
    assert caplog.messages[1:] == [
        "Requests are not recorded, because too many wait to be sent.",
        "Requests are recorded again; 2 of them were lost.",
    ]


def test_without_a_spool_lines_wait_in_memory_and_what_is_refused_is_not_tried_again(caplog: Any) -> None:
    receiver = Away()
    own = sender(receiver)
    own.put(b"one")
    own.turn()
    receiver.trouble, own.not_before = RuntimeError("broken"), 0.0
    own.turn()
    receiver.trouble, own.not_before = None, 0.0
    own.put(b"two")
    own.turn()
    assert receiver.got == [b"one", b"two"]
    receiver.trouble = Refused("no lines")
    own.put(b"three")
    own.turn()
    receiver.trouble = None
    own.turn()
    assert receiver.got == [b"one", b"two"]
    assert "1 lines were refused: no lines" in caplog.text
    assert "1 of them were lost" in caplog.messages[-1]


def test_what_waits_at_the_end_is_kept_or_said_to_be_lost(tmp_path: Path, caplog: Any) -> None:
    caplog.set_level(logging.ERROR)
    for spool in (Spool(tmp_path, 1000), None):
        own = sender(Away(), spool)
        own.start()
        own.put(b"one")
        own.close(60)
    kept = [path.read_bytes() for path in tmp_path.iterdir()]
    assert kept == [b"one\n"]
    assert caplog.messages == ["1 recorded requests were lost, because Seatwise was not reached in time."]


FORKED = """
import os, sys
from seatwise.recorder import Recorder, sender

sender.AT_EXIT = 60.0  # the machine may be slow

def deliver(lines):
    with open(sys.argv[1], "ab") as file:
        file.write(b"".join(line + b"\\n" for line in lines))

recorder = Recorder(deliver=deliver)
recorder.record("parent", "GET", "wiki", "/", 200)
child = os.fork()
if child:
    os.waitpid(child, 0)
else:
    recorder.record("child", "GET", "wiki", "/", 200)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no fork here")
def test_a_process_that_forked_and_its_child_each_send_what_is_theirs_when_they_end(tmp_path: Path) -> None:
    out = tmp_path / "out"
    subprocess.run([sys.executable, "-W", "ignore", "-c", FORKED, str(out)], check=True, timeout=60)
    assert sorted(each["login"] for each in said(out.read_bytes().splitlines())) == ["child", "parent"]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/St_Johns"])
def test_the_result_is_that_of_every_request(tmp_path: Path, zone: str) -> None:
    clock, chance = Clock(), random.Random(zone)
    recorder, got = idle(clock=clock, most=10**6)
    every = []
    for _ in range(4000):
        clock.now += chance.choice((0, 60, 600, 7200))
        request = (
            chance.choice(("", "ann", "ben", "eve", "Ann")),
            chance.choice(("GET", "GET", "POST", "HEAD", "PUT")),
            chance.choice(("wiki", "chat")),
            chance.choice(("/k/", "/k/1", "/k/v1/records", "/app.js", "/elsewhere", "/k/é")),
            chance.choice((200, 200, 304, 302, 403, 500)),
        )
        recorder.record(*request)
        every.append(line(clock.now, *request))
    recorder.sender.turn()
    assert len(got) < len(every) / 2
    found = []
    for name, lines in (("recorded", got), ("every", every)):
        (tmp_path / name).write_bytes(b"\n".join([*lines, b""]))
        rules = Rules(hosts=("wiki",), screens=("/k/*",))
        facts = read([str(tmp_path / name)], format="recorder", rules=rules, time_zone=zone, today=LATER)
        found.append({login: (known.days, known.program_days) for login, known in facts.logins.items()})
    assert found[0] == found[1]
    assert set(found[0]) == {"ann", "ben", "eve"}
