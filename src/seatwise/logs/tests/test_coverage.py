"""Which days are covered, and which are gaps."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from seatwise.lib.days import date_of, day_of, days_in
from seatwise.logs.coverage import covered_spans, rotation_of
from seatwise.logs.facts import Facts, cover
from seatwise.logs.tests.samples import combined, read_bytes, read_files, source


def covered(facts: Facts) -> list[int]:
    """The covered days of October 2026."""
    return [date_of(day).day for day in days_in(facts.covered)]


def on(day: int, login: str = "alice") -> bytes:
    """A line of a day of October 2026."""
    return combined(login, time=f"{day:02}/Oct/2026:12:00:00 +0000")


def test_the_days_between_the_first_and_last_line_of_a_file_are_covered() -> None:
    assert covered(read_bytes(on(3) + on(7))) == [3, 4, 5, 6, 7]
    assert covered(read_bytes(on(7) + on(3) + on(5))) == [3, 4, 5, 6, 7]
    assert read_bytes(on(3) + on(7)).gaps() == []


def test_lines_without_a_user_cover_too_but_not_those_whose_time_means_nothing() -> None:
    assert covered(read_bytes(on(3, "-") + on(5, "-"))) == [3, 4, 5]
    garbled = combined(time="99/Oct/2026:12:00:00 +0000")
    future = combined(time="01/Jan/2027:12:00:00 +0000")
    assert covered(read_bytes(garbled + on(3) + future + b"x\n")) == [3]
    assert covered(read_bytes(garbled + future)) == []
    assert read_bytes(garbled).first_day() is read_bytes(garbled).last_day() is None


def test_days_are_covered_in_the_organizations_zone() -> None:
    line = combined(time="10/Oct/2026:20:00:00 +0000")
    assert covered(read_bytes(line, source(zone="Asia/Tokyo"))) == [11]


def write(folder: Path, files: dict[str, bytes]) -> list[Path]:
    """Files with these contents."""
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return [folder / name for name in files]


def test_between_two_files_nothing_is_known(tmp_path: Path) -> None:
    facts = read_files(write(tmp_path, {"a.log": on(1) + on(2), "b.log": on(5)}))
    assert covered(facts) == [1, 2, 5]
    assert facts.gaps() == [(day_of(date_of(facts.first_day() or 0)) + 2, (facts.last_day() or 0) - 1)]


ROTATED = {"access.log": on(9), "access.log.1": on(6) + on(7), "access.log.2": on(1) + on(3)}


def test_between_neighbours_of_a_rotated_set_the_server_went_on_writing(tmp_path: Path) -> None:
    for i, order in enumerate(itertools.permutations(ROTATED)):
        (tmp_path / str(i)).mkdir()
        facts = read_files(write(tmp_path / str(i), {name: ROTATED[name] for name in order}))
        assert covered(facts) == list(range(1, 10))
        assert facts.gaps() == []


def test_a_file_that_is_missing_from_a_rotated_set_is_a_gap(tmp_path: Path) -> None:
    facts = read_files(write(tmp_path, {"access.log": on(9), "access.log.2": on(1) + on(3)}))
    assert covered(facts) == [1, 2, 3, 9]
    facts = read_files(write(tmp_path, {"access.log": on(9), "access.log.1": b"", "access.log.2": on(1) + on(5)}))
    assert covered(facts) == list(range(1, 10))  # an empty one was written to, and nobody came


def test_sets_of_other_names_and_folders_are_apart(tmp_path: Path) -> None:
    files = write(tmp_path, {"x/access.log": on(9), "y/access.log.1": on(3)})
    assert covered(read_files(files)) == [3, 9]
    assert covered(read_files(write(tmp_path, {"a.log": on(9), "b.log.1": on(3)}))) == [3, 9]


def test_the_same_file_under_two_names_of_its_path_is_one(tmp_path: Path) -> None:
    write(tmp_path, {"x/access.log": on(9)})
    facts = read_files([tmp_path / "x" / "access.log", tmp_path / "x" / ".." / "x" / "access.log"])
    assert covered(facts) == [9]
    assert facts.account.lines == 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("access.log", ("access.log", 0)),
        ("access.log.1", ("access.log", 1)),
        ("access.log.12.gz", ("access.log", 12)),
        ("access.log.3.zst", ("access.log", 3)),
        ("access.log.gz", ("access.log", 0)),
        ("access.log-20261001", ("access.log", 0)),
        ("access.log-20261001.gz", ("access.log", 0)),
        ("access.log-2026-10-01", ("access.log", 0)),
        ("access-2026-10-01-13.log", ("access.log", 0)),
        ("access.log-20261001-1791608136", ("access.log", 0)),
        ("access.log.1791608136", ("access.log", 0)),
        ("localhost_access_log.2026-10-01.txt", ("localhost_access_log.txt", 0)),
        ("x-20261001/access.log.2", ("x-20261001/access.log", 2)),
        ("access.20261001", ("access", 0)),
        ("u_ex261001.log", ("u_ex.log", 0)),
    ],
)
def test_the_place_of_a_file_in_its_rotated_set_is_told_by_its_name(name: str, expected: tuple[str, int]) -> None:
    assert rotation_of(name)[:2] == expected


def test_overlapping_files_of_a_set_cover_what_either_does() -> None:
    facts = Facts()
    cover(
        facts,
        covered_spans({"a": (20, 24, 28, 30), "a.1": (10, 14, 18, 22, 25), "a.2": (), "a.3": (1, 2, 6), "b": (40,)}),
    )
    assert list(days_in(facts.covered)) == [*range(1, 31), 40]
    assert facts.gaps() == [(31, 39)]


def test_a_stray_line_does_not_stretch_what_is_known() -> None:
    assert covered(read_bytes(combined(time="01/Jan/1970:00:00:12 +0000") + on(9) + on(10))) == [1, 9, 10]
    assert covered(read_bytes(on(3) + on(7) + on(12))) == [3, 4, 5, 6, 7, 12]
    longer = replace(source(), silence=5)
    assert covered(read_bytes(on(3) + on(7) + on(12), longer)) == list(range(3, 13))
    assert covered(read_bytes(on(12) + on(3) + on(7) + on(5))) == [3, 4, 5, 6, 7, 12]


def test_files_named_by_date_continue_each_other(tmp_path: Path) -> None:
    files = {"access.log": on(12), "access.log-20261011": on(10), "access.log-20261010.gz": on(8)}
    assert covered(read_files(write(tmp_path, files))) == list(range(8, 13))
    del files["access.log-20261011"]
    assert covered(read_files(write(tmp_path / "x", files))) == [8, 12]


def test_where_a_file_of_a_daily_set_is_missing_nothing_is_known() -> None:
    def found(*days: int) -> list[int]:
        facts = Facts()
        cover(facts, covered_spans({f"u_ex2610{day:02}.log": {day} for day in days}))
        return list(days_in(facts.covered))

    assert found(1, 2, 3, 4) == [1, 2, 3, 4]
    assert found(1, 2, 4, 5) == [1, 2, 4, 5]
    assert found(5, 9) == [5, 9]
    assert found(1, 2, 4) == [1, 2, 4]
    assert found(1, 3, 5) == [1, 3, 5]
    hourly = {f"a-202610{day:02}{hour:02}.log": {day} for day in (1, 2) for hour in range(24)}
    assert rotation_of("a-2026100112.log") == ("a.log", 0, 20727.5)
    facts = Facts()
    cover(facts, covered_spans({name: {20727} for name in hourly} | {"a-2026100500.log": {20731}}))
    assert list(days_in(facts.covered)) == [20727, 20731]


def test_weekly_files_continue_each_other_over_a_weekend() -> None:
    weeks = {f"access.log-202610{day:02}": set(range(20726 + day - 6, 20726 + day - 1)) for day in (11, 18, 25)}
    facts = Facts()
    cover(facts, covered_spans(weeks))
    assert facts.gaps() == []
    del weeks["access.log-20261018"]
    facts = Facts()
    cover(facts, covered_spans(weeks))
    assert len(facts.gaps()) == 1
