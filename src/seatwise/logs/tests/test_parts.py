"""Facts in parts: however files are shared out, repeated and shuffled, together they say what all say at once."""

import contextlib
import dataclasses
import functools
import gzip
import hashlib
import io
import itertools
import json
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings, strategies as st

from seatwise.lib.days import date_of, days_in
from seatwise.lib.notices import Notice, Unusable
from seatwise.logs import engine
from seatwise.logs.fact_files import merged, read_file, to_bytes, write_file
from seatwise.logs.facts import Facts
from seatwise.logs.file_marks import mark_of
from seatwise.logs.gathering import LoginCollision, LoginRules
from seatwise.logs.inputs import Input
from seatwise.logs.notices import FormatCode, InputCode
from seatwise.logs.part_reading import read_part
from seatwise.logs.parts import Part, Shard, UnusablePart, are_parts
from seatwise.logs.places import find_inputs
from seatwise.logs.reading import Source, read_inputs
from seatwise.logs.reading_rules import rules_of
from seatwise.logs.rules import Rules
from seatwise.logs.tests.samples import combined, source
from seatwise.logs.tests.test_same_facts import logs

HOW = source(zone="Asia/Tokyo", rules=Rules(programs=("bot",)))
NAMES = ["a/access.log", "a/access.log.1", "a/access.log.2.gz", "a/access.log.3", "b/access.log", "b/other.log"]


def part_of(inputs: Sequence[Input], how: Source = HOW, **more: Any) -> Part:
    """What is read of some files."""
    return read_part(inputs, how, rules_of("combined", None, how), by=engine.fastest(), **more)


def given_as(data: bytes, name: str = "x.facts") -> Input:
    """Bytes as an input of a file of facts."""
    return Input(name, compression="zstd", head=data, stream=io.BytesIO())


def together(*parts: Part) -> Part:
    """Parts as they come out of their files, merged in this order."""
    return merged([given_as(to_bytes(part), f"{number}.facts") for number, part in enumerate(parts)])


def same(one: Facts, other: Facts) -> bool:
    return (one.logins, one.covered, one.account) == (other.logins, other.covered, other.account)


@given(st.lists(logs, min_size=len(NAMES), max_size=len(NAMES)), st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_parts_in_any_order_with_repeats_say_what_all_files_say_at_once(
    contents: list[list[bytes]], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / name) for name in NAMES]
        for path, log in zip(paths, contents, strict=True):
            Path(path).parent.mkdir(exist_ok=True)
            Path(path).write_bytes(gzip.compress(b"".join(log)) if path.endswith(".gz") else b"".join(log))
        at_once = read_inputs(find_inputs(paths), HOW, by=engine.fastest())
        at_once.account.said = [said for said in at_once.account.said if said.code is not InputCode.NO_LIBRARY]
        shares = data.draw(st.lists(st.sets(st.sampled_from(paths)), max_size=4))
        shares.append(set(paths).difference(*shares))
        parts = [part_of(find_inputs(data.draw(st.permutations(sorted(share))))) for share in shares]
        repeats = data.draw(st.lists(st.sampled_from(parts), max_size=2))
        found = together(*data.draw(st.permutations(parts + repeats)))
    assert same(found.facts(), at_once)
    assert to_bytes(found) == to_bytes(part_of_all := together(*parts))
    assert to_bytes(together(found, part_of_all)) == to_bytes(found)


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., list[Input]]:
    """Makes files with lines of these days of October 2026."""

    def make(**days: Sequence[int]) -> list[Input]:
        for name, several in days.items():
            lines = [combined(f"user{day}", time=f"{day:02}/Oct/2026:12:00:00 +0000") for day in several]
            (tmp_path / name.replace("_", ".")).write_bytes(b"".join(lines))
        return find_inputs([str(tmp_path / name.replace("_", ".")) for name in days])

    return make


def covered(part: Part) -> list[int]:
    return [date_of(day).day for day in days_in(part.facts().covered)]


def test_files_of_a_rotated_set_continue_each_other_across_parts(made: Callable[..., list[Input]]) -> None:
    newer, older = made(access_log=[9], access_log_1=[6, 7])
    assert covered(part_of([newer])) == [9]
    assert covered(together(part_of([newer]), part_of([older]))) == [6, 7, 8, 9]


def test_a_file_in_two_parts_counts_once_and_is_named(made: Callable[..., list[Input]]) -> None:
    one, other, third = made(a=[1], b=[2, 3], c=[4])
    found = together(part_of([one, other]), part_of([other, third]))
    assert found.facts().account.lines == 4
    assert [str(notice) for notice in found.notices()] == [
        f"Files that are in more than one part and count once: 1 ({other.name})."
    ]
    assert list(together(part_of([one]), part_of([other])).notices()) == []


def test_different_files_of_one_name_both_count_and_cover_their_own_days_only(
    made: Callable[..., list[Input]],
) -> None:
    monday = part_of(made(access_log=[3], access_log_1=[1]))
    friday = part_of(made(access_log=[9], access_log_1=[6]))
    assert covered(monday) == [1, 2, 3]
    found = together(monday, friday)
    assert covered(found) == [1, 3, 6, 9]
    assert found.facts().account.lines == 4
    (said,) = found.notices()
    assert "Names shared by several different files: 2" in str(said)
    apart = [part_of(made(access_log=[day + 3], access_log_1=[day]), origin=f"web{day}") for day in (1, 20)]
    assert covered(together(*apart)) == [1, 2, 3, 4, 20, 21, 22, 23]
    assert list(together(*apart).notices()) == []


def test_a_file_that_was_read_on_two_days_counts_as_it_was_read_last(made: Callable[..., list[Input]]) -> None:
    (found,) = made(a=[1, 9])
    early = dataclasses.replace(HOW, today=HOW.today - 50)
    parts = [part_of([found]), part_of([found], early)]
    assert parts[1].facts().account.reasons["future"] == 1
    for order in (parts, parts[::-1]):
        assert same(together(*order).facts(), parts[0].facts())


def test_a_part_made_by_a_clock_that_is_ahead_is_refused(made: Callable[..., list[Input]]) -> None:
    (found,) = made(a=[1])
    part = part_of([found])
    part.refuse_future(HOW.today - 1)
    with pytest.raises(UnusablePart, match=r"a was read on 2026-11-24 .* later than tomorrow here\. Nothing was"):
        part.refuse_future(HOW.today - 2)


def test_of_a_file_that_is_read_in_one_part_it_is_not_said_that_another_passed_it_over(
    made: Callable[..., list[Input]],
) -> None:
    one, other = made(a=[1], b=[2])
    parts = [part_of([one])]
    for code in (InputCode.LINK_TO_NOTHING, InputCode.ZIP):
        skipped = [Input(found.name, problem=Notice(code, {"file": found.name})) for found in (one, other)]
        parts.append(part_of(skipped))
    for order in itertools.permutations(parts):
        found = together(*order)
        assert to_bytes(found) == to_bytes(together(*parts))
        assert found.facts().account.passed_over == [Notice(InputCode.LINK_TO_NOTHING, {"file": other.name})]
    assert together(*parts[1:]).not_read().keys() == {one.name, other.name}


def test_names_in_the_first_line_of_what_was_passed_over_are_never_kept(made: Callable[..., list[Input]]) -> None:
    line = Notice(FormatCode.NONE_FITS, {"file": "x.log", "line": '{"dora": 1}'})
    why = Notice(FormatCode.NONE_FITS_JSON, {"refusal": line, "names": "dora"})
    cleaned = Notice(FormatCode.NONE_FITS, {"file": "x.log", "line": '{"aaaa": 0}'})
    part = part_of([*made(a=[1]), Input("x.log", problem=why)])
    assert list(part.passed_over.values()) == [cleaned]
    raw = changed(part, lambda records: records[1].update(why=why.as_json()))
    assert list(read_file(raw).passed_over.values()) == [cleaned]


def test_a_pipe_among_files_of_facts_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.facts")
    with pytest.raises(Unusable, match=r"a\.facts: this is neither a file nor a directory"):
        merged(find_inputs([str(tmp_path)]))


def test_a_stream_is_told_from_another_by_all_its_bytes() -> None:
    def piped(data: bytes) -> Part:
        return part_of([Input("-", head=data[:5], stream=io.BytesIO(data[5:]))])

    one, other = combined("ann"), combined("ben")
    found = together(piped(one), piped(other), piped(one))
    assert found.facts().account.lines == 2
    assert sorted(size for _, size, _ in found.files) == [len(one), len(other)]


def test_a_large_file_is_told_from_another_of_its_size_by_places_throughout(tmp_path: Path) -> None:
    line = combined()
    path, marks = tmp_path / "a.log", set()
    data = line * (3_000_000 // len(line))
    for at in (0, len(data) // 2 // len(line) * len(line), len(data) - len(line)):
        path.write_bytes(data[:at] + combined("ALICE") + data[at + len(line) :])
        marks.add(mark_of(find_inputs([str(path)])[0]))
    assert len(marks) == 3


def test_a_login_whose_domain_is_dropped_is_refused_in_two_domains_across_parts(tmp_path: Path) -> None:
    how = source(logins=LoginRules(drop_domain=True))
    parts = []
    for name in ("A\\jdoe", "a\\JDoe", "B\\jdoe"):
        (tmp_path / f"{name[0]}.log").write_bytes(combined(name.replace("\\", "\\\\")))
        parts.append(part_of(find_inputs([str(tmp_path / f"{name[0]}.log")]), how))
    assert list(together(parts[0], parts[1]).logins) == ["jdoe"]
    with pytest.raises(LoginCollision, match=r"'A\\\\jdoe' and 'B\\\\jdoe'"):
        together(*parts)


def test_a_missing_shard_is_named(made: Callable[..., list[Input]]) -> None:
    parts = [part_of([found]) for found in made(a=[1], b=[2], c=[3])]
    for number, part in enumerate(parts, 1):
        part.shards = {Shard(number, 3, "x")}
    assert together(*parts).missing() == []
    with pytest.raises(UnusablePart, match=r"These shards are missing: 2/3\. Nothing was counted"):
        together(parts[0], parts[2]).facts()
    parts[1].shards = {Shard(2, 3, "another list")}
    with pytest.raises(UnusablePart, match=r"1/3, 2/3, 3/3\. The shards come from different lists"):
        together(*parts).facts()


RULES: dict[str, tuple[Source, str]] = {
    "--time-zone: UTC / Asia/Tokyo": (source(rules=HOW.rules), "combined"),
    "--log-time-zone: Europe/Rome / –": (
        source(zone="Asia/Tokyo", log_zone="Europe/Rome", rules=HOW.rules),
        "combined",
    ),
    "--format: common / combined": (HOW, "common"),
    "--program: – / bot": (source(zone="Asia/Tokyo"), "combined"),
    "--drop-domain: True / False": (dataclasses.replace(HOW, logins=LoginRules(drop_domain=True)), "combined"),
}


@pytest.mark.parametrize("difference", RULES)
def test_parts_made_by_other_rules_are_refused_and_what_differs_is_named(
    difference: str, made: Callable[..., list[Input]]
) -> None:
    one, other = made(a=[1], b=[2])
    how, form = RULES[difference]
    rules = rules_of(form, None, how)
    with pytest.raises(UnusablePart) as error:
        together(part_of([one]), read_part([other], how, rules, by=engine.fastest()))
    assert str(error.value).startswith(f"1.facts was made with different rules than 0.facts: {difference}. Nothing")


def test_rules_that_are_sets_are_the_same_in_any_order() -> None:
    one, other = (source(rules=Rules(apis=apis, programs=apis)) for apis in (("/a", "/b"), ("/b", "/a", "/b")))
    assert rules_of("auto", None, one) == rules_of("auto", None, other)


def test_a_part_that_is_cut_off_anywhere_is_refused(made: Callable[..., list[Input]]) -> None:
    whole = to_bytes(part_of(made(a=[1, 2], b=[3])))
    for length in range(len(whole)):
        with pytest.raises(UnusablePart, match=r"x\.facts: this fact file (is incomplete|is damaged)"):
            read_file(given_as(whole[:length]))


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_part_that_is_damaged_anywhere_is_refused_or_says_the_same(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "a.log"
    if not path.exists():
        path.write_bytes(combined() * 3)
    part = part_of(find_inputs([str(path)]))
    whole = bytearray(to_bytes(part))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(Unusable):
        assert read_file(given_as(bytes(whole))) == part


def changed(part: Part, change: Callable[[list[dict[str, Any]]], object]) -> Input:
    """A file of facts whose lines somebody changed, with a sum that fits."""
    lines = zstandard.decompress(to_bytes(part), 1 << 20).splitlines()
    records = [json.loads(line) for line in lines[:-1]]
    change(records)
    text = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    end = json.dumps({"end": len(records), "sha256": hashlib.sha256(text).hexdigest()}).encode() + b"\n"
    return given_as(zstandard.compress(text + end))


HOSTILE: dict[str, Callable[[list[dict[str, Any]]], object]] = {
    "a day that the month has not": lambda r: r[2].update(days={"2026-02": 1 << 28}),
    "no day": lambda r: r[2].update(days={"2026-02": 0}),
    "no month": lambda r: r[2].update(days={"2026-13": 1}),
    "a text for a mask": lambda r: r[2].update(days={"2026-02": "1"}),
    "a list for months": lambda r: r[2].update(days=[1]),
    "no login": lambda r: r[2].pop("login"),
    "a login with a NUL": lambda r: r[2].update(login="a\0b"),
    "a login without a character": lambda r: r[2].update(login=""),
    "a login that colours a screen": lambda r: r[2].update(login="a\u001b[31m"),
    "a login that looks like another": lambda r: r[2].update(login="a\u200bnn"),
    "a whole login with something unseen": lambda r: r[2].update(qualified="a\u200bnn@x"),
    "a day after those whose lines are refused": lambda r: r[2].update(days={"2026-11": 1 << 25}),
    "a covered day after them": lambda r: r[1].update(covered={"2026-12": 1}),
    "a login without a file": lambda r: r.pop(1),
    "a login with half a character": lambda r: r[2].update(login="a\ud800"),
    "a login that is a list": lambda r: r[2].update(login=[[1]]),
    "an instant beyond all": lambda r: r[2].update(first_seen=1 << 70),
    "a login twice": lambda r: r.append(dict(r[2])),
    "a file twice": lambda r: r.insert(1, dict(r[1])),
    "a reason that there is not": lambda r: r[1]["reasons"].update(other=1),
    "fewer than no lines": lambda r: r[1]["reasons"].update(access=-1),
    "a sample that says nothing": lambda r: r[1].update(samples={"malformed": [[1, {"code": "X.Y", "values": {}}]]}),
    "a sample that lacks a value": lambda r: r[1].update(
        samples={"malformed": [[1, {"code": "LineCode.ON_DAY", "values": {}}]]}
    ),
    "a rule that there is not": lambda r: r[0]["rules"].update(mood="good"),
    "a zone that there is not": lambda r: r[0]["rules"].update(time_zone="Mars/Base"),
    "more lines than there can be": lambda r: r[1]["reasons"].update(access=1 << 60),
    "shard 1 of a billion": lambda r: r[0].update(shards=[[1, 10**9, "x"]]),
    "shard 3 of 2": lambda r: r[0].update(shards=[[3, 2, "x"]]),
    "no first line": lambda r: r.pop(0),
    "a first line that is no object": lambda r: r.insert(0, []),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_part_that_somebody_made_up_is_refused(what: str, made: Callable[..., list[Input]]) -> None:
    part = part_of(made(a=[1]))
    assert read_file(changed(part, lambda records: None)) == part
    with pytest.raises(UnusablePart, match=r"x\.facts: this fact file is damaged"):
        read_file(changed(part, HOSTILE[what]))


@pytest.mark.parametrize("change", [(b"user1", b"user2"), (b'"end":3', b'"end":4')])
def test_a_part_whose_sum_does_not_fit_is_refused(
    change: tuple[bytes, bytes], made: Callable[..., list[Input]]
) -> None:
    text = zstandard.decompress(to_bytes(part_of(made(a=[1]))), 1 << 20)
    assert change[0] in text
    with pytest.raises(UnusablePart, match=r"x\.facts: this fact file is damaged"):
        read_file(given_as(zstandard.compress(text.replace(*change))))
    with pytest.raises(UnusablePart, match=r"x\.facts: this fact file is damaged"):
        read_file(given_as(zstandard.compress(text + text)))


def test_what_is_odd_about_the_logins_of_all_files_is_said_of_them_together(tmp_path: Path) -> None:
    for name, login in (("a", "x y"), ("b", "p q"), ("c", "ann")):
        (tmp_path / name).write_bytes(combined(login))
    inputs = find_inputs([str(tmp_path / name) for name in "abc"])
    (said,) = together(*(part_of([found]) for found in inputs)).facts().account.said
    assert said == Notice(InputCode.LOGINS_WITH_BLANKS, {"count": 2, "all": 3})


def test_a_part_of_a_newer_version_is_refused_by_name_of_who_wrote_it(made: Callable[..., list[Input]]) -> None:
    part = part_of(made(a=[1]))
    with pytest.raises(UnusablePart, match=r"written by a newer Seatwise \(seatwise 9\)\. .* Update Seatwise here"):
        read_file(changed(part, lambda records: records[0].update(seatwise_facts=2, made_by="seatwise 9")))


def test_parts_are_told_from_logs_by_content_and_do_not_mix_with_them(
    tmp_path: Path, made: Callable[..., list[Input]]
) -> None:
    logs = made(a=[1])
    write_file(part_of(logs), tmp_path / "0000")
    (tmp_path / "b.zst").write_bytes(zstandard.compress(combined()))
    (part,) = find_inputs([str(tmp_path / "0000")])
    (log,) = find_inputs([str(tmp_path / "b.zst")])
    assert are_parts([part, part])
    assert not are_parts([log, *logs])
    with pytest.raises(UnusablePart, match=r"b\.zst is a log and .*0000 is a fact file\. Nothing was counted"):
        are_parts([part, log])


def test_a_file_of_facts_is_written_whole_or_not_at_all_and_for_its_owner_only(
    tmp_path: Path, made: Callable[..., list[Input]], monkeypatch: pytest.MonkeyPatch
) -> None:
    part, goal = part_of(made(a=[1])), tmp_path / "x.facts"
    write_file(part, goal)
    assert goal.stat().st_mode & 0o777 == 0o600
    before = goal.read_bytes()

    def fails(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("seatwise.logs.fact_files.end_of", fails)
    with pytest.raises(OSError, match="disk full"):
        write_file(part, goal)
    assert goal.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "x.facts"]


def test_the_recipe_for_other_clusters_makes_the_part_that_is_made_here(
    made: Callable[..., list[Input]], tmp_path: Path
) -> None:
    page = Path(__file__).parents[4] / "docs" / "many-machines.md"
    (recipe,) = re.findall(r"```python\n(.*?)# Dask\n", page.read_text(encoding="utf-8"), re.DOTALL)
    inputs = made(a=[1], b=[1, 2], c=[4])
    names: dict[str, Any] = {}
    exec(recipe.replace("s3://logs/2026/10/", str(tmp_path)), names)
    assert names["addresses"] == [found.name for found in inputs]
    data = functools.reduce(names["together"], [names["read"](address) for address in names["addresses"]])
    here = read_part(inputs, names["SOURCE"], names["RULES"])
    assert data == to_bytes(here)
    assert here.facts().account.lines == 4
