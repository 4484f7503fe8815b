"""The names that a JSON format wants, as a tree."""

from collections.abc import Iterator
from typing import Union

from seatwise.logs.fields import FormatError
from seatwise.logs.jsonmap import JsonMap
from seatwise.logs.layout import MAX_DEPTH, MAX_OBJECTS
from seatwise.logs.notices import FormatCode

Tree = dict[str, Union["Tree", str]]  # name → the role of its value, or what is wanted of the object


def tree_of(wanted: JsonMap) -> Tree:
    """The tree of a map of names; FormatError if no line could have them all."""
    tree: Tree = {}
    for role, names in wanted.items():
        here = tree
        for name in names[:-1]:
            inner = here.setdefault(name, {})
            if isinstance(inner, str):
                raise FormatError(FormatCode.VALUE_AND_OBJECT, path=".".join(names), name=name)
            here = inner
        if names[-1] in here:
            raise FormatError(FormatCode.WANTED_TWICE, path=".".join(names))
        here[names[-1]] = role
    if max(map(len, wanted.values())) > MAX_DEPTH or len(list(objects_in(tree))) > MAX_OBJECTS:
        raise FormatError(FormatCode.TOO_DEEP, levels=MAX_DEPTH, objects=MAX_OBJECTS)
    return tree


def objects_in(tree: Tree) -> Iterator[Tree]:
    """The tree and all trees in it."""
    yield tree
    for inner in tree.values():
        if isinstance(inner, dict):
            yield from objects_in(inner)


def roles_in(tree: Tree) -> Iterator[str]:
    """All roles of a tree."""
    for value in tree.values():
        if isinstance(value, dict):
            yield from roles_in(value)
        else:
            yield value
