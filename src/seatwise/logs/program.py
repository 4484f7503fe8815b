"""From a format and rules to what the kernel runs: tables of numbers and bytes.

A `Tables` makes them either as lists and bytes, for the interpreted kernel, or as NumPy arrays, for the compiled one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from seatwise.logs import layout
from seatwise.logs.fields import Field, FormatError
from seatwise.logs.formats import Format
from seatwise.logs.jsonmap import JsonMap
from seatwise.logs.layout import LEAF, MAX_DEPTH, MAX_OBJECTS, Program
from seatwise.logs.notices import FormatCode
from seatwise.logs.scan import BY_JSON

KIND_OF = {
    "": layout.SKIP,
    "login": layout.LOGIN,
    "time": layout.TIME,
    "date": layout.DATE,
    "clock": layout.CLOCK,
    "request": layout.REQUEST,
    "method": layout.METHOD,
    "uri": layout.URI,
    "path": layout.PATH,
    "status": layout.STATUS,
    "host": layout.HOST,
}


@dataclass(frozen=True)
class Tables:
    """How tables are made: `ints` from numbers, `text` from bytes, `fill(size, value)`, `space(size)` of zero bytes."""

    ints: Callable[[Sequence[int]], Any]
    text: Callable[[bytes], Any]
    fill: Callable[[int, int], Any]
    space: Callable[[int], Any]


INTERPRETED = Tables(list, bytes, lambda size, value: [value] * size, bytearray)


def arrays() -> Tables:
    """Tables as NumPy arrays: 64-bit integers and bytes."""
    import numpy as np  # noqa: PLC0415 - slow to import, and interpreting does without it

    return Tables(
        lambda numbers: np.array(numbers, np.int64),
        lambda text: np.frombuffer(text, np.uint8).copy(),
        lambda size, value: np.full(size, value, np.int64),
        lambda size: np.zeros(size, np.uint8),
    )


def offsets(parts: Sequence[bytes]) -> list[int]:
    """Where each of the parts begins when they are joined, and where the last one ends."""
    found = [0]
    for part in parts:
        found.append(found[-1] + len(part))
    return found


def compile_format(form: Format, tables: Tables) -> Program:
    return compile_json(form.json, form.assumed, tables) if form.json is not None else compile_text(form, tables)


def compile_text(form: Format, tables: Tables) -> Program:
    """The program of a format of text: literals and fields in turn, a literal first and last."""
    literals, fields = [b""], []
    login = False
    unquoted = False
    for piece in form.pieces:
        if isinstance(piece, Field):
            fields.append(piece)
            if piece.role == "login":
                login, unquoted = True, literals[-1][-1:] not in (b'"', b"'")
            literals.append(b"")
        else:
            literals[-1] += piece.encode()
    return Program(
        json=0,
        w3c=int(form.directives),
        escapes=form.escapes,
        assumed=form.assumed,
        quotes=int(form.quotes),
        unquoted=int(unquoted),
        silent=int(not login),
        day=form.date[0] if form.date else -1,
        since=form.date[1] if form.date else 0,
        kinds=tables.ints([KIND_OF[field.role] for field in fields]),
        least=tables.ints([field.least for field in fields]),
        literals=tables.text(b"".join(literals)),
        literal_at=tables.ints(offsets(literals)),
        children=tables.ints([]),
        names=tables.text(b""),
        name_at=tables.ints([0]),
        targets=tables.ints([]),
        below=tables.ints([]),
    )


def compile_json(wanted: JsonMap, assumed: int, tables: Tables) -> Program:
    """The program of a map of JSON names: a tree, its objects in the order in which they are first led to."""
    objects: list[dict[str, int]] = [{}]
    below = [0]
    for role, names in wanted.items():
        here = 0
        below[0] |= 1 << KIND_OF[role]
        for name in names[:-1]:
            if objects[here].get(name, 0) >= LEAF:
                raise FormatError(FormatCode.VALUE_AND_OBJECT, path=".".join(names), name=name)
            if name not in objects[here]:
                objects[here][name] = len(objects)
                objects.append({})
                below.append(0)
            here = objects[here][name]
            below[here] |= 1 << KIND_OF[role]
        if names[-1] in objects[here]:
            raise FormatError(FormatCode.WANTED_TWICE, path=".".join(names))
        objects[here][names[-1]] = LEAF + KIND_OF[role]
    if max(map(len, wanted.values())) > MAX_DEPTH or len(objects) > MAX_OBJECTS:
        raise FormatError(FormatCode.TOO_DEEP, levels=MAX_DEPTH, objects=MAX_OBJECTS)
    names_of = [name.encode() for names in objects for name in names]
    return Program(
        json=1,
        w3c=0,
        escapes=BY_JSON,
        assumed=assumed,
        quotes=1,
        unquoted=0,
        silent=0,
        day=-1,
        since=0,
        kinds=tables.ints([]),
        least=tables.ints([]),
        literals=tables.text(b""),
        literal_at=tables.ints([0]),
        children=tables.ints(offsets([b"x" * len(names) for names in objects])),
        names=tables.text(b"".join(names_of)),
        name_at=tables.ints(offsets(names_of)),
        targets=tables.ints([target for names in objects for target in names.values()]),
        below=tables.ints(below),
    )
