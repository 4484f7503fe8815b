"""However a log is cut up, repeated and shuffled, it says the same."""

import datetime
import gzip
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st

from seatwise.lib.days import days_in
from seatwise.logs import engine
from seatwise.logs.facts import Facts, LoginFacts
from seatwise.logs.places import find_inputs
from seatwise.logs.reading import read_inputs
from seatwise.logs.rules import Rules
from seatwise.logs.tests.samples import combined, read_bytes, source

HOW = source(zone="Asia/Tokyo", rules=Rules(programs=("bot",)))
LOGINS = ["alice", "Alice", "ALICE", "ａｌｉｃｅ", "bob", "bot", "Bot", "山田 太郎", "-"]

moments = st.tuples(st.integers(1, 28), st.sampled_from(["Sep", "Oct", "Nov"]), st.integers(0, 23), st.integers(0, 59))


def line(login: str, path: str, status: int, moment: tuple[int, str, int, int]) -> bytes:
    """One line."""
    day, month, hour, minute = moment
    return combined(login, f"GET {path} HTTP/1.1", status, f"{day:02}/{month}/2026:{hour:02}:{minute:02}:00 +0000")


lines = st.builds(
    line,
    st.sampled_from(LOGINS),
    st.sampled_from(["/", "/api/x", "/x.css"]),
    st.sampled_from([200, 200, 200, 302, 404]),
    moments,
)
logs = st.lists(lines | st.sampled_from([b"\n", b"garbage\n"]), max_size=12)
QUIET = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def what_it_says(facts: Facts) -> dict[str, LoginFacts]:
    """The logins with their spelling and days, apart from the instants that only reading needs."""
    return dict(facts.logins)


def read_parts(parts: list[tuple[str, bytes]]) -> Facts:
    """The facts of files of these names, given in this order."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in parts:
            (Path(folder) / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        names = [str(Path(folder) / name) for name, _ in parts]
        return read_inputs(find_inputs(names), HOW, by=engine.fastest())


@given(logs, st.data())
@QUIET
def test_a_log_that_is_split_anywhere_says_the_same_and_its_accounts_add_up(
    log: list[bytes], data: st.DataObject
) -> None:
    whole = read_bytes(b"".join(log), HOW)
    at = data.draw(st.integers(0, len(log)))
    newer, older = ("access.log", b"".join(log[at:])), ("access.log.1", b"".join(log[:at]))
    parts = read_parts(data.draw(st.permutations([newer, older])))
    assert what_it_says(parts) == what_it_says(whole)
    assert parts.account.lines == whole.account.lines == len(log)
    assert parts.account.reasons == whole.account.reasons
    assert set(days_in(parts.covered)) <= set(days_in(whole.covered))


@given(st.lists(lines, min_size=1, max_size=12), st.data())
@QUIET
def test_a_log_in_order_that_was_rotated_covers_the_same_days(log: list[bytes], data: st.DataObject) -> None:
    log.sort(key=lambda text: datetime.datetime.strptime(text.split(b"[")[1][:17].decode(), "%d/%b/%Y:%H:%M"))
    whole = read_bytes(b"".join(log), HOW)
    first, second = sorted((data.draw(st.integers(0, len(log))), data.draw(st.integers(0, len(log)))))
    parts = [
        ("access.log", b"".join(log[second:])),
        ("access.log.1", b"".join(log[first:second])),
        ("access.log.2.gz", b"".join(log[:first])),
    ]
    found = read_parts(data.draw(st.permutations(parts)))
    assert found.covered == whole.covered
    assert what_it_says(found) == what_it_says(whole)
    assert found.gaps() == whole.gaps()


@given(logs, logs, st.data())
@QUIET
def test_logs_that_overlap_or_are_read_twice_say_the_same(
    log: list[bytes], more: list[bytes], data: st.DataObject
) -> None:
    whole = read_bytes(b"".join(log + more), HOW)
    parts = [("a", b"".join(log)), ("b", b"".join(more)), ("c", b"".join(more)), ("d", b"".join(log + more))]
    again = read_parts(data.draw(st.permutations(parts)))
    assert what_it_says(again) == what_it_says(whole)
    assert again.account.lines == 2 * len(log) + 3 * len(more)


@given(logs, st.randoms(use_true_random=False))
@QUIET
def test_the_order_of_lines_does_not_matter(log: list[bytes], random: object) -> None:
    whole = read_bytes(b"".join(log), HOW)
    shuffled = list(log)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = read_bytes(b"".join(shuffled), HOW)
    assert what_it_says(again) == what_it_says(whole)
    assert again.covered == whole.covered
    assert again.account.reasons == whole.account.reasons


@given(logs)
@QUIET
def test_what_several_readers_found_is_put_together(log: list[bytes]) -> None:
    """As the threads do: each line by a worker of its own choice, in chunks of one line."""
    from seatwise.logs.chunks import Buffer, Chunk
    from seatwise.logs.engine import Worker
    from seatwise.logs.inputs import Input
    from seatwise.logs.reading import Reading

    reading = Reading([HOW], engine.fastest())
    reading.crews = [[Worker(reading.engine, reading.programs[0])] for _ in range(2)]
    named = Input("log")
    for number, text in enumerate(log):
        reading.file_of.append(0)
        chunk = Chunk(Buffer(text), 0, len(text))  # type: ignore[arg-type]
        reading.crews[number % 3 % 2][0].read(number, chunk, reading.pieces(chunk))
    facts, whole = reading.facts(0, [named]), read_bytes(b"".join(log), HOW)
    assert what_it_says(facts) == what_it_says(whole)
    assert (facts.covered, facts.account) == (whole.covered, whole.account)


def test_several_sources_are_read_at_once_as_one_by_one(tmp_path: Path) -> None:
    from seatwise.logs.reading import read_for_all

    (tmp_path / "log").write_bytes(combined("alice", "GET /k/ HTTP/1.1") + combined("bob", "GET /g/ HTTP/1.1") + b"x\n")
    sources = [source(rules=Rules(screens=(glob,))) for glob in ("/k/*", "/g/*", "/*", "/none")]
    inputs = find_inputs([str(tmp_path / "log")])
    at_once = read_for_all(inputs, sources)
    assert [list(facts.logins) for facts in at_once] == [["alice"], ["bob"], ["alice", "bob"], []]
    assert at_once == [read_inputs(inputs, how) for how in sources]
