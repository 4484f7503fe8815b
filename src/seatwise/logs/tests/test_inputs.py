"""What may be read: packed, odd, broken, endless or growing files, streams and directories."""

import bz2
import gzip
import io
import lzma
import os
import struct
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from seatwise.logs import engine
from seatwise.logs.detection import detect, note_wrappers
from seatwise.logs.formats import parse_format
from seatwise.logs.inputs import Input, UnreadableInput
from seatwise.logs.layout import LONGEST_LINE
from seatwise.logs.places import find_inputs
from seatwise.logs.reading import read, read_inputs
from seatwise.logs.tests.samples import TODAY, combined, dates, read_bytes, read_files, reason_of, source

DATA = Path(__file__).parents[4] / "tests" / "data"


def zstd(data: bytes) -> bytes:
    """Packed with zstd."""
    return zstandard.ZstdCompressor().compress(data)


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd,
}
LOG = b"".join(combined(f"user{i}") for i in range(300))


def lines_read(path: Path) -> int:
    """How many lines a file has, all of which must be accesses."""
    account = read_files([path]).account
    assert account.accesses == account.lines
    return account.lines


@pytest.mark.parametrize("packer", PACKERS)
def test_packed_files_are_told_by_their_content(packer: str, tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_bytes(PACKERS[packer](LOG))
    assert lines_read(path) == 300


@pytest.mark.parametrize("packer", PACKERS)
def test_concatenated_members_are_all_read(packer: str, tmp_path: Path) -> None:
    pack = PACKERS[packer]
    path = tmp_path / "log"
    half = len(LOG) // 2  # in the middle of a line
    path.write_bytes(pack(LOG[:half]) + pack(b"") + pack(LOG[half:]) + pack(LOG))
    assert lines_read(path) == 600


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("whole_members", [0, 1])
def test_a_packed_file_that_is_cut_off_is_refused_and_not_read_in_part(
    packer: str, whole_members: int, tmp_path: Path
) -> None:
    pack = PACKERS[packer]
    path = tmp_path / "access.log.7"
    packed = pack(os.urandom(3000).hex().encode() + b"\n" + LOG)
    for cut in (1, 5, len(packed) // 2, len(packed) - 9):
        path.write_bytes(pack(LOG) * whole_members + packed[:-cut])
        if whole_members or len(packed) - cut > 16:
            with pytest.raises(UnreadableInput, match=r"access\.log\.7.*Nothing was counted"):
                read_files([path])


@pytest.mark.parametrize("packer", PACKERS)
def test_damage_behind_a_member_is_not_passed_over_in_silence(packer: str, tmp_path: Path) -> None:
    pack = PACKERS[packer]
    path = tmp_path / "log"
    path.write_bytes(pack(LOG) + b"damaged!" + pack(LOG))
    with pytest.raises(UnreadableInput):
        read_files([path])


@pytest.mark.parametrize("packer", PACKERS)
def test_zero_bytes_behind_a_member_are_padding(packer: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(PACKERS[packer](LOG) + bytes(512))
    assert lines_read(path) == 300


def test_skippable_frames_of_zstd_are_skipped(tmp_path: Path) -> None:
    skippable = b"\x50\x2a\x4d\x18" + struct.pack("<I", 5) + b"hello"
    (tmp_path / "log").write_bytes(skippable + zstd(LOG) + skippable + zstd(LOG))
    assert lines_read(tmp_path / "log") == 600


def test_what_only_looks_like_bzip2_is_a_log() -> None:
    assert reason_of(b"BZh9 is a login\n") == "malformed"


ODD = [  # bytes, accesses, malformed
    (b"", 0, 0),
    (b"\n", 0, 1),
    (b"\n\n\n", 0, 3),
    (b"\r\n", 0, 1),
    (b"x", 0, 1),
    (combined(), 1, 0),
    (combined()[:-1], 1, 0),
    (combined()[:-1] + b"\r\n", 1, 0),
    (combined()[:-1] + b"\r", 1, 0),
    (combined()[:-1] + b"\r\r\n", 0, 1),
    (combined() + combined()[:-1] + b"\r\n" + combined(), 3, 0),
    (combined() + b"\n" + combined(), 2, 1),
    (combined() + b"   \n", 1, 1),
    (b"\xef\xbb\xbf" + combined(), 1, 0),
    (b"\xef\xbb\xbf", 0, 0),
    (b"\xef\xbb", 0, 1),
    (b"\xef", 0, 1),
    (b"\xef\xbb\xbf\xef\xbb\xbfx", 0, 1),
    (b"\0" * 100 + b"\n" + combined(), 1, 1),
    (combined("a\0b"), 1, 0),
    (combined("a\rb"), 1, 0),
    (combined().replace(b"Mozilla", b"Moz\xff\xfe\x00illa"), 1, 0),
    (bytes(range(256)) * 4, 0, 5),
]


@pytest.mark.parametrize(("data", "accesses", "malformed"), ODD)
def test_odd_bytes_are_lines_like_any_other(data: bytes, accesses: int, malformed: int, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(data)
    account = read_files([tmp_path / "log"]).account
    assert (account.accesses, account.reasons["malformed"]) == (accesses, malformed)
    assert (
        account.lines
        == accesses + malformed
        == data.removeprefix(b"\xef\xbb\xbf").count(b"\n")
        + (data.removeprefix(b"\xef\xbb\xbf")[-1:] not in (b"", b"\n"))
    )


def test_a_byte_order_mark_belongs_to_the_beginning_of_each_file_only(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + combined() + b"\xef\xbb\xbf\n")
    account = read_files([tmp_path / "a", tmp_path / "b"]).account
    assert (account.accesses, account.reasons["malformed"]) == (2, 2)


def padded(length: int) -> bytes:
    """A line of so many bytes that is an access."""
    line = combined()[:-1]
    return line[:-2] + b"x" * (length - len(line)) + line[-2:]


@pytest.mark.parametrize("before", [0, 2 * LONGEST_LINE - 1, LONGEST_LINE + 7])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("over", [0, 1, LONGEST_LINE * 2])
def test_a_line_of_a_mebibyte_is_read_and_a_longer_one_counted(
    before: int, end: bytes, over: int, tmp_path: Path
) -> None:
    """Wherever the line lies with regard to the buffers: `before` bytes stand before it."""
    filler = combined() * (before // len(combined()) + 1) if before else b""
    data = filler + padded(LONGEST_LINE + over) + end
    (tmp_path / "log").write_bytes(data + (combined() if end else b""))
    account = read_files([tmp_path / "log"]).account
    assert account.reasons["malformed"] == (1 if over else 0)
    assert account.lines == filler.count(b"\n") + 1 + (1 if end else 0)
    assert account.accesses == account.lines - account.reasons["malformed"]
    if over:
        [sample] = account.samples["malformed"]
        assert (sample.line, str(sample.what)) == (filler.count(b"\n") + 1, "longer than 1 MiB")


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_the_longest_line_may_end_where_a_buffer_does(end: bytes, tmp_path: Path) -> None:
    first = padded(LONGEST_LINE - 2) + b"\n"
    (tmp_path / "log").write_bytes(first + padded(LONGEST_LINE) + end + (combined() if end != b"\r" else b""))
    account = read_files([tmp_path / "log"]).account
    assert account.reasons["malformed"] == 0
    assert account.lines == (2 if end == b"\r" else 3)


class Endless(io.RawIOBase):
    """A line that has no end for a long time."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """More of the same."""
        count = min(len(buffer), self.left)
        buffer[:count] = b"x" * count
        self.left -= count
        return count


def test_a_line_of_any_length_takes_constant_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    import tracemalloc

    stream = Endless(200_000_000)
    monkeypatch.setattr(Input, "open", lambda self: stream)
    tracemalloc.start()
    try:
        facts = read_inputs([Input("log")], source(), by=engine.fastest())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert facts.account.lines == facts.account.reasons["malformed"] == 1
    assert peak < 30_000_000


def test_many_lines_take_constant_memory(tmp_path: Path) -> None:
    """A packed file of 80 MB, in a process of its own; what is skipped costs no time."""
    program = (
        "import resource, sys\n"
        "from seatwise.logs.tests.test_inputs import read_files\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(read_files([sys.argv[1]]).account.lines)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    (tmp_path / "log.gz").write_bytes(gzip.compress((b"x" * 799_999 + b"\n") * 100, 1))
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "log.gz")], capture_output=True, text=True, check=True
    )
    lines, grown = map(int, done.stdout.split())
    assert lines == 100
    assert grown < 40_000  # KiB


def test_archives_are_refused_with_what_to_do(tmp_path: Path) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        member = tarfile.TarInfo("access.log")
        member.size = len(combined())
        tar.addfile(member, io.BytesIO(combined()))
    for content, message in (
        (archive.getvalue(), "tar archive.*Unpack it first"),
        (gzip.compress(archive.getvalue()), "tar archive.*Unpack it first"),
        (b"PK\x03\x04rest", "ZIP archive.*Unpack it first"),
        (b"Rar!\x1a\x07\x01\0\r\r", "RAR.*Unpack it first"),
        (b"SQLite format 3\0" + combined(), "of the kind SQLite, not a log"),
        (combined().decode().encode("utf-16-le"), "UTF-16 without a byte order mark.*Save it as UTF-8"),
    ):
        (tmp_path / "log").write_bytes(content)
        with pytest.raises(UnreadableInput, match=message):
            read_files([tmp_path / "log"])


@pytest.mark.parametrize("format_given", [False, True])
def test_what_is_no_log_among_others_is_skipped_also_if_it_is_packed(format_given: bool, tmp_path: Path) -> None:
    (tmp_path / "access.log").write_bytes(combined())
    (tmp_path / "old.db.gz").write_bytes(gzip.compress(b"SQLite format 3\0" + combined()))
    (tmp_path / "sessions.db").write_bytes(b"SQLite format 3\0" + combined())
    inputs = find_inputs([str(tmp_path)])
    if format_given:
        note_wrappers(inputs, parse_format("combined"))
    else:
        detect(inputs)
    assert [found.problem and found.problem.code.name for found in inputs] == [None, "NO_LOG", "NO_LOG"]
    assert read_inputs(inputs, source()).account.lines == 1


def test_a_directory_stands_for_the_files_in_it(tmp_path: Path) -> None:
    (tmp_path / "b.log").write_bytes(combined("bob"))
    (tmp_path / "a.log.gz").write_bytes(gzip.compress(combined("alice")))
    (tmp_path / ".hidden").write_bytes(b"\xff\xfe")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "c.log").write_bytes(combined("carol"))
    assert set(dates(read_files([tmp_path]))) == {"alice", "bob"}
    (tmp_path / "deeper" / "c.log").unlink()
    with pytest.raises(UnreadableInput, match="holds no files"):
        read_files([tmp_path / "deeper"])


def test_a_pattern_stands_for_the_files_that_fit_it(tmp_path: Path) -> None:
    (tmp_path / "access.log").write_bytes(combined("alice"))
    (tmp_path / "access.log.1").write_bytes(combined("bob"))
    (tmp_path / "error.log").write_bytes(b"x\n")
    assert set(dates(read_files([f"{tmp_path}/access.log*"]))) == {"alice", "bob"}
    with pytest.raises(UnreadableInput, match="no such file"):
        read_files([f"{tmp_path}/nothing*"])
    (tmp_path / "a[1]").write_bytes(combined("carol"))  # a name that looks like a pattern is a name first
    assert set(dates(read_files([tmp_path / "a[1]"]))) == {"carol"}


def test_a_file_that_is_missing_or_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"gone\.log: there is no such file"):
        read_files([tmp_path / "gone.log"])
    loop = tmp_path / "loop.log"
    loop.symlink_to(loop)
    with pytest.raises(UnreadableInput, match=r"loop\.log.*Nothing was counted"):
        read_files([loop])
    with pytest.raises(UnreadableInput):
        read_files(["a\0b"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(combined())
    (tmp_path / "log").chmod(0)
    with pytest.raises(UnreadableInput, match="Permission denied"):
        read_files([tmp_path / "log"])


def test_one_bad_file_among_good_ones_counts_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(combined())
    (tmp_path / "b").write_bytes(gzip.compress(LOG)[:-20])
    with pytest.raises(UnreadableInput, match=r"b: it could not be read to the end"):
        read_files([tmp_path / "a", tmp_path / "b"])


def test_a_file_that_grows_is_read_to_where_it_ended_when_it_was_found(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(combined("alice"))
    inputs = find_inputs([str(path)])
    with path.open("ab") as file:
        file.write(combined("bob"))
    assert set(dates(read_inputs(inputs, source(), by=engine.fastest()))) == {"alice"}
    assert set(dates(read_files([path]))) == {"alice", "bob"}


def through_standard_input(data: bytes, *arguments: str) -> str:
    """What the library finds on standard input."""
    program = (
        "import sys\n"
        "from seatwise.logs.reading import read\n"
        f"facts = read(['-'], today={TODAY}, **dict(a.split('=') for a in sys.argv[1:]))\n"
        "print(facts.account.lines, facts.account.accesses, len(facts.logins))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], input=data, capture_output=True, check=True)
    return done.stdout.decode().strip()


def test_standard_input_is_read_whole_packed_or_not_in_a_format_that_is_found_or_given() -> None:
    log = b"".join(combined(f"user{i % 50}") for i in range(4000))  # more than is looked at to find the format
    assert len(log) > 1 << 18
    assert through_standard_input(log) == "4000 4000 50"
    assert through_standard_input(gzip.compress(log), "format=combined") == "4000 4000 50"
    assert through_standard_input(zstd(log)) == "4000 4000 50"
    assert through_standard_input(b"") == "0 0 0"


def test_a_named_pipe_is_read_whole_although_its_format_has_to_be_found(tmp_path: Path) -> None:
    log = b"".join(combined(f"user{i % 50}") for i in range(4000))
    for packed in (log, gzip.compress(log)):
        pipe = tmp_path / f"pipe{len(packed)}"
        os.mkfifo(pipe)
        writer = threading.Thread(target=pipe.write_bytes, args=(packed,))
        writer.start()
        facts = read([str(pipe)], today=TODAY)
        writer.join()
        assert (facts.account.lines, len(facts.logins)) == (4000, 50)


def test_a_stream_is_not_read_a_second_time_as_if_it_were_shorter(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(LOG,))
    writer.start()
    inputs = find_inputs([str(tmp_path / "pipe")])
    assert read_inputs(inputs, source(), by=engine.fastest()).account.lines == 300
    writer.join()
    with pytest.raises(UnreadableInput, match="read only once"):
        read_inputs(inputs, source(), by=engine.fastest())


def test_an_empty_device_is_an_empty_log() -> None:
    assert read_files(["/dev/null"]).account.lines == 0


def test_samples_of_our_own_are_read_as_they_should() -> None:
    facts = read([str(DATA / "mixed.log")], time_zone="Asia/Tokyo", today=TODAY)
    assert dates(facts) == {
        "alice": ["2026-10-01", "2026-10-02"],
        "山田 太郎": ["2026-10-02"],
        'o"neil\\x': ["2026-10-03"],
    }
    reasons = {name: count for name, count in facts.account.reasons.items() if count}
    assert reasons == {
        "malformed": 2,
        "anonymous": 1,
        "failed": 1,
        "redirected": 1,
        "not_a_visit": 1,
        "api": 1,
        "asset": 1,
        "access": 5,
    }


def test_a_file_of_several_buffers_is_cut_at_the_ends_of_lines(tmp_path: Path) -> None:
    """Lines of uneven length, so that buffers end anywhere within them."""
    lines = [combined(f"user{i % 7}").replace(b"Mozilla", b"M" * (i * 7919 % 90_001)) for i in range(120)]
    path = tmp_path / "log"
    path.write_bytes(b"".join(lines))
    assert path.stat().st_size > 2 * 2 * LONGEST_LINE
    assert lines_read(path) == 120
    assert read_bytes(b"".join(lines)).logins == read_files([path]).logins


def test_lines_that_end_with_carriage_returns_alone_are_refused(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(LOG.replace(b"\n", b"\r"))
    with pytest.raises(UnreadableInput, match="its lines end with carriage returns alone"):
        read([str(tmp_path / "log")], today=TODAY)
