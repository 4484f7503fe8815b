"""What the words of a command line name: files, globs, directories, addresses of objects, standard input."""

import glob
import os
import stat
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from seatwise.lib.notices import Notice
from seatwise.logs.inputs import (
    HEAD,
    NO_LOGS,
    STANDARD_INPUT,
    TOLD_BY,
    Input,
    UnreadableInput,
    compression_of,
    refuse_other,
    unreadable,
)
from seatwise.logs.notices import InputCode
from seatwise.logs.remote import NoObject, is_address, objects_at, shown


def list_inputs(places: Sequence[str]) -> list[Input]:
    """All inputs in the order given, objects at addresses not looked at; UnreadableInput where one is not there."""
    return [found for place in places for found in found_at(place)]


def find_inputs(places: Sequence[str], pick: Callable[[list[Input]], list[Input]] = list) -> list[Input]:
    """All inputs in the order given, or those of them that are picked; UnreadableInput where one cannot be read."""
    inputs = pick(list_inputs(places))
    for found in inputs:
        if is_address(found.path):
            look_at(found, several=len(inputs) > 1)
    return inputs


def found_at(place: str) -> list[Input]:
    """The inputs that one word of a command line names: standard input, a file, an address, a directory, a glob."""
    if place == STANDARD_INPUT:
        return [from_stream(STANDARD_INPUT, sys.stdin.buffer)]
    if is_address(place):
        return objects(place)
    try:
        mode = os.stat(place).st_mode
    except FileNotFoundError:
        matches = sorted(glob.glob(place)) if glob.has_magic(place) else []
        if not matches:
            raise UnreadableInput(InputCode.NO_FILE, file=place) from None
        return [found for match in matches for found in one_of_many(match)]
    except (OSError, ValueError) as error:
        raise unreadable(place, error) from None
    if stat.S_ISDIR(mode):
        return files_in(Path(place))
    return [one_file(place, mode)]


def files_in(directory: Path) -> list[Input]:
    """The files that lie in a directory, hidden ones and subdirectories left out."""
    try:
        files = sorted(str(path) for path in directory.iterdir() if not path.is_dir() and path.name[0] != ".")
    except OSError as error:
        raise unreadable(str(directory), error) from None
    if not files:
        raise UnreadableInput(InputCode.NO_FILES, directory=str(directory))
    return [found for file in files for found in one_of_many(file)]


def one_of_many(place: str) -> list[Input]:
    """What a directory holds or a glob fits: it does not veto the others, and a pipe in it is not waited for."""
    try:
        mode = os.stat(place).st_mode
    except FileNotFoundError:
        return [Input(place, problem=Notice(InputCode.LINK_TO_NOTHING, {"file": place}))]
    except OSError as error:
        raise unreadable(place, error) from None
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        return [Input(place, problem=Notice(InputCode.NOT_A_FILE, {"file": place}))]
    try:
        return found_at(place)
    except UnreadableInput as error:
        if error.notice.code not in NO_LOGS:
            raise
        return [Input(place, problem=error.notice)]


def one_file(name: str, mode: int) -> Input:
    """A file or pipe, its compression told by its first bytes."""
    try:
        if not stat.S_ISREG(mode):
            return from_stream(name, open(name, "rb"))
        with open(name, "rb") as file:
            head = file.read(TOLD_BY)
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise unreadable(name, error) from None
    refuse_other(name, head)
    return Input(name, size, compression=compression_of(head))


def from_stream(name: str, stream: BinaryIO) -> Input:
    """What can be read only once: its beginning is kept, to look at it before it is read."""
    head = stream.read(HEAD)
    refuse_other(name, head)
    return Input(name, 0, compression=compression_of(head), head=head, stream=stream)


def objects(place: str) -> list[Input]:
    """The objects at an address. What they are like is not looked at before it is known which are to be read."""
    try:
        return [Input(each.name, each.size, each.address, mark=each.mark) for each in objects_at(place)]
    except NoObject as error:
        raise UnreadableInput(error.notice.code, **error.notice.values) from None
    except FileNotFoundError:
        raise UnreadableInput(InputCode.NO_OBJECTS, file=shown(place)) from None
    except OSError as error:
        raise unreadable(shown(place), error) from None


def look_at(found: Input, *, several: bool) -> None:
    """Find out how an object is compressed. One of several that is no log is passed over."""
    try:
        with found.begin(ahead=False) as file:
            head = file.read(TOLD_BY)
        refuse_other(found.name, head)
    except OSError as error:
        raise unreadable(found.name, error) from None
    except UnreadableInput as error:
        if not several or error.notice.code not in NO_LOGS:
            raise
        found.problem = error.notice
    found.compression = compression_of(head)
