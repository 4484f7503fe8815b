"""Files of facts: a part as lines of JSON in one zstd stream, with a sum at the end. docs/facts.md describes them.

The same facts are the same bytes, however they were put together.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

import zstandard

from seatwise.lib.whole_files import written_whole
from seatwise.logs.fact_records import Reader, as_line, end_of, records_of
from seatwise.logs.inputs import Input, Readable, UnreadableInput, unpack_errors, unreadable
from seatwise.logs.notices import InputCode, PartCode
from seatwise.logs.parts import Part, UnusablePart
from seatwise.logs.reading_rules import ReadingRules

LONGEST_LINE = 1 << 24  # bytes
BLOCK = 1 << 18


def merged(inputs: Sequence[Input]) -> Part:
    """Files of facts put together, all made by the same rules."""
    ((_, part),) = merged_by_rules(inputs, one=True)
    return part


def merged_by_rules(inputs: Iterable[Input], *, one: bool = False) -> list[tuple[str, Part]]:
    """Files of facts put together, those that were made by the same rules, with the name of the first of them.

    If all should be (`one`) and are not, UnusablePart says why.
    """
    parts: dict[ReadingRules, tuple[str, Part]] = {}
    for found in inputs:
        if found.problem is not None:  # a pipe would be waited for
            raise UnreadableInput(InputCode.NONE_USED, why=found.problem)
        part = read_file(found)
        name, known = next(iter(parts.values())) if one and parts else parts.get(part.rules, ("", None))
        if known is None:
            parts[part.rules] = found.name, part
        else:
            known.add(part, found.name, name)
    return list(parts.values())


def write_file(part: Part, goal: Path) -> None:
    """Write a part, whole or not at all. Nobody but its owner may read it. Raises OSError."""
    with written_whole(goal) as file:
        write(part, file)


def write(part: Part, file: IO[bytes]) -> None:
    """Write a part to an open file."""
    digest, count = hashlib.sha256(), 0
    with zstandard.ZstdCompressor(write_checksum=True).stream_writer(file, closefd=False) as packed:
        for record in records_of(part):
            line = as_line(record)
            digest.update(line)
            count += 1
            packed.write(line)
        packed.write(as_line(end_of(count, digest.hexdigest())))


def read_file(found: Input) -> Part:
    """The part that an input holds. Raises UnusablePart and UnreadableInput."""
    reader = Reader(found.name)
    try:
        return reader.read(lines_of(found.open()))
    except EOFError:
        raise UnusablePart(PartCode.CUT_OFF, file=found.name) from None
    except OSError as error:
        raise unreadable(found.name, error) from None
    except unpack_errors():
        reader.refuse()
    finally:
        found.close()


def to_bytes(part: Part) -> bytes:
    """A part as its file holds it."""
    file = io.BytesIO()
    write(part, file)
    return file.getvalue()


def from_bytes(data: bytes, name: str = "part") -> Part:
    """The part of such bytes. Raises UnusablePart."""
    return read_file(Input(name, compression="zstd", head=data, stream=io.BytesIO()))


def lines_of(stream: Readable) -> Iterator[bytes]:
    """The lines of a stream with their ends; the last may have none."""
    buffer, rest = memoryview(bytearray(BLOCK)), b""
    while got := stream.readinto(buffer):
        lines = (rest + bytes(buffer[:got])).split(b"\n")
        rest = lines.pop()
        yield from (line + b"\n" for line in lines)
        if len(rest) > LONGEST_LINE:
            break
    if rest:
        yield rest
